import { JsonRpcProvider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { systemClock } from "../../../ground/runtime/clock.ts";
import { l1Request } from "../l1/request/l1-request.ts";
import { AggregatorNode } from "./aggregator-node.ts";
import type { AggregatorStart, ToAggregator } from "./aggregator-messages.ts";

/** Body of an aggregator's process, which ends with its parent process. Each start begins another life of the group. */
const tell = (message: object): void => {
  if (process.connected) process.send?.(message);
};

let node: AggregatorNode | undefined;
let l1: JsonRpcProvider | undefined;
let last: Promise<void> = Promise.resolve();

/** Life of the newest start. */
let life: Hex | undefined;

async function begin(start: AggregatorStart): Promise<void> {
  ({ life } = start);
  await node?.close();
  node = undefined;
  l1 ??= new JsonRpcProvider(l1Request(start.place.l1Url), undefined, { staticNetwork: true, cacheTimeout: -1 });
  node = await AggregatorNode.open(start, { clock: systemClock, l1, tell, onFailure: failed });
  tell({ type: "ready", life: start.life });
}

async function take(message: Exclude<ToAggregator, { readonly type: "start" }>): Promise<void> {
  if (message.life !== node?.life) return;
  switch (message.type) {
    case "message":
      return node.receive(message.message, message.from);
    case "block":
      return node.add(message.block);
    case "work":
      return node.work(message.work);
  }
}

function failed(error: unknown): void {
  tell({ type: "failed", life, reason: error instanceof Error ? error.message : String(error) });
}

process.on("message", (message: ToAggregator) => {
  // Messages that arrive during a start are taken after it.
  last = last.then(() => (message.type === "start" ? begin(message) : take(message))).catch(failed);
});
process.on("disconnect", () => process.exit(0));
// A Ctrl-C in a terminal reaches the whole group; the parent process ends the aggregator.
process.on("SIGINT", () => undefined);
