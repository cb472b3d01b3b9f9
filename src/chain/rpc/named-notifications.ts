import type { Chain } from "../chain.ts";
import type { EngineNotification, ExecutionEngine } from "../execution/engine.ts";
import { ZkFields } from "./zk-fields.ts";
import type { Fields } from "./zk-fields.ts";

/**
 * The engine as subscriptions need it, with transactions under the hashes that users know. A notification waits until the
 * chain knows its block: the engine tells of a block before it has returned it.
 */
export function namedNotifications(chain: Chain): Pick<ExecutionEngine, "request" | "onNotification"> {
  const { engine, index } = chain;
  const fields = new ZkFields(chain);
  return {
    request: (method, params) => engine.request(method, params),
    onNotification(listener) {
      let waiting: EngineNotification[] = [];
      const deliver = (): void => {
        const known = waiting.filter((notification) => isKnown(notification, index.head));
        waiting = waiting.filter((notification) => !known.includes(notification));
        for (const { subscription, result } of known) listener({ subscription, result: isLog(result) ? fields.log(result) : result });
      };
      // Later than all that follows from a block at once, as the result of a priority operation does.
      const deliverSoon = (): void => void setImmediate(deliver);
      const stopBlocks = index.onBlock(deliverSoon);
      const stopEngine = engine.onNotification((notification) => {
        waiting.push(notification);
        deliverSoon();
      });
      return () => {
        stopBlocks();
        stopEngine();
        waiting = [];
      };
    },
  };
}

function isLog(result: unknown): result is Fields {
  return typeof result === "object" && result !== null && "transactionHash" in result;
}

function isKnown({ result }: EngineNotification, head: bigint | undefined): boolean {
  if (typeof result !== "object" || result === null) return true;
  const { blockNumber, number } = result as Fields;
  const block = blockNumber ?? number;
  return typeof block !== "string" || (head !== undefined && BigInt(block) <= head);
}
