import { JsonRpcProvider } from "ethers";
import { systemClock } from "../../../ground/runtime/clock.ts";
import { createDisposer, type Disposer } from "../../../ground/runtime/disposer.ts";
import { l1Request } from "../l1/request/l1-request.ts";
import { ChainNode } from "./chain-node.ts";
import type { FromNode, NodeStart, ToNode } from "./messages.ts";

/** Body of a node's process, which ends with its parent process. Each start begins another life of the group. */
const tell = (message: FromNode): void => {
  if (process.connected) process.send?.(message);
};

let node: ChainNode | undefined;
let closing: Disposer | undefined;
let last: Promise<void> = Promise.resolve();

/** Life of the newest start. */
let life = 0;

async function begin(start: NodeStart): Promise<void> {
  ({ life } = start);
  const previous = node;
  node = undefined;
  await closing?.close();
  closing = createDisposer(`node ${start.index}`);
  const l1 = new JsonRpcProvider(l1Request(start.chain.l1Url), undefined, { staticNetwork: true, cacheTimeout: -1 });
  closing.add(() => l1.destroy());
  node = await ChainNode.open(start, { clock: systemClock, l1, tell }, closing, previous);
}

async function take(message: Exclude<ToNode, { readonly type: "start" }>): Promise<void> {
  switch (message.type) {
    case "message":
      if (message.life === node?.life) node.receive(message.message, message.from);
      return;
    case "offer":
      return node?.offer(message.raw);
    case "drop":
      return void node?.drop(message.hash);
    case "include":
      return node?.include(message.hashes);
    case "request":
      if (message.life === node?.life) node.request(message.number, message.wish);
      return;
    case "endBatch":
      return node?.endBatch(message.batchNumber);
    case "set":
      return node?.set(message.settings);
    case "time":
      return node?.moveTo(message.offsetSeconds);
    case "look":
      return void node?.look();
    case "connected":
      return node?.connected();
    case "rest":
      return node?.rest(message.isAtRest);
    case "ask":
      return void node?.answer(message).then((answer) => tell({ type: "answer", id: message.id, answer }));
  }
}

function failed(error: unknown): void {
  tell({ type: "failed", life, reason: error instanceof Error ? error.message : String(error) });
}

process.on("message", (message: ToNode) => {
  // What arrives during a start is taken after it.
  last = last.then(() => (message.type === "start" ? begin(message) : take(message))).catch(failed);
});
process.on("disconnect", () => process.exit(0));
// A Ctrl-C in a terminal reaches the whole group; the parent process ends the node.
process.on("SIGINT", () => undefined);
