import { parentPort, type MessagePort } from "node:worker_threads";
import { BatchWitness } from "./batch-witness.ts";
import type { WitnessOperations, WitnessReply, WitnessRequest, WitnessStart } from "./messages.ts";
import { WitnessError } from "./witness-error.ts";

/** The witness's own thread: each message gives it a witness, whose requests it answers in the order of their arrival. */
const parent = parentPort;
if (parent === null) throw new Error("witness-thread.ts is the body of a worker thread; use startWitness");

type Handlers = {
  readonly [Name in keyof WitnessOperations]: (
    request: WitnessOperations[Name]["request"],
  ) => Promise<WitnessOperations[Name]["result"]>;
};

/** Handlers of one witness's requests. Updates of its state are sent to its `feed`. */
function handlersOf(witness: BatchWitness): Handlers {
  let questionPort: MessagePort | undefined;
  return {
    remember: async (blocks) => {
      for (const { number, hash } of blocks) witness.rememberHash(number, hash);
      return undefined;
    },
    make: (block) => witness.make(block),
    read: async ({ address, slot }) => witness.read(address, slot),
    hasStorage: async (address) => witness.hasStorage(address),
    pass: async (blocks) => {
      for (const { number, hash } of blocks) witness.pass(number, hash);
      return undefined;
    },
    cheat: (cheat) => witness.cheat(cheat),
    preview: ({ transaction, environment, after = [], ...bounds }) =>
      witness.preview({ transaction, environment, after }, bounds),
    judge: (judged) => witness.judge(judged),
    feed: async (questions) => {
      questionPort = questions;
      witness.restartUpdates();
      return undefined;
    },
    forward: async (question) => {
      questionPort?.postMessage({ update: witness.takeUpdate(), question });
      return undefined;
    },
    export: async () => witness.export(),
    measure: async () => witness.measure(),
    seal: async () => witness.seal(),
    snapshot: async () => witness.snapshot(),
    revert: async (id) => {
      witness.revert(id);
      return undefined;
    },
    discard: async (id) => {
      witness.discard(id);
      return undefined;
    },
  };
}

async function answer(starting: Promise<Handlers>, { id, operation, request }: WitnessRequest): Promise<WitnessReply> {
  try {
    // The caller's types pair each operation with its request.
    const handle = (await starting)[operation] as (request: unknown) => Promise<unknown>;
    return { id, type: "done", result: await handle(request) };
  } catch (error) {
    const known = error instanceof WitnessError ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    return { id, type: "failed", code: known?.code ?? "WitnessStopped", message, mismatch: known?.mismatch };
  }
}

parent.on("message", ({ setup: { chainId, genesis, state }, port }: WitnessStart) => {
  const starting = BatchWitness.create(chainId, genesis, state).then(handlersOf);
  let last: Promise<void> = Promise.resolve();
  port.on("message", (request: WitnessRequest) => {
    last = last.then(async () => port.postMessage(await answer(starting, request)));
  });
});
