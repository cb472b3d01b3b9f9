import type { Follower } from "../../core/follower.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BlockProducer } from "./block-producer.ts";

/**
 * What the second engine says of the blocks that the first has made. It hears of them from the producer, and may be behind: a
 * batch is not ended, nor is that decided, before it has repeated all of them.
 */
export function engineCheck(producer: Pick<BlockProducer, "witnessed" | "lag">): Follower<CommandResult> {
  return {
    name: "check",
    get lag() {
      return producer.lag;
    },
    async before({ type }) {
      if (type === "seal") await producer.witnessed();
    },
    on: () => undefined,
    // The engines return together, with what they know.
    mark: () => undefined,
    returnTo: () => undefined,
    digest: () => "0x",
  };
}
