import { parentPort } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { BatchWitness } from "./batch-witness.ts";
import type { WitnessOperations, WitnessReply, WitnessRequest, WitnessSetup } from "./messages.ts";
import { WitnessError } from "./witness-error.ts";

/** The witness's own thread: its setup first, then one request after the other, in the order of their arrival. */
const port = parentPort;
if (port === null) throw new Error("witness-thread.ts is the body of a worker thread; use startWitness");
let questionPort: MessagePort | undefined;
const reply = (message: WitnessReply): void => port.postMessage(message);

type Handlers = {
  readonly [Name in keyof WitnessOperations]: (
    witness: BatchWitness,
    request: WitnessOperations[Name]["request"],
  ) => Promise<WitnessOperations[Name]["result"]>;
};

const handlers: Handlers = {
  remember: async (witness, blocks) => {
    for (const { number, hash } of blocks) witness.rememberHash(number, hash);
    return undefined;
  },
  execute: (witness, block) => witness.execute(block),
  cheat: (witness, cheat) => witness.cheat(cheat),
  preview: (witness, { transaction, environment, after = [], ...bounds }) =>
    witness.preview({ transaction, environment, after }, bounds),
  judge: (witness, judged) => witness.judge(judged),
  feed: async (witness, questions) => {
    questionPort = questions;
    witness.restartUpdates();
    return undefined;
  },
  forward: async (witness, question) => {
    questionPort?.postMessage({ update: witness.takeUpdate(), question });
    return undefined;
  },
  export: async (witness) => witness.export(),
  measure: async (witness) => witness.measure(),
  seal: async (witness) => witness.seal(),
  snapshot: async (witness) => witness.snapshot(),
  revert: async (witness, id) => {
    witness.revert(id);
    return undefined;
  },
  discard: async (witness, id) => {
    witness.discard(id);
    return undefined;
  },
};

async function answer(starting: Promise<BatchWitness>, { id, operation, request }: WitnessRequest): Promise<void> {
  try {
    // The caller's types pair each operation with its request.
    const handle = handlers[operation] as (witness: BatchWitness, request: unknown) => Promise<unknown>;
    reply({ id, type: "done", result: await handle(await starting, request) });
  } catch (error) {
    const known = error instanceof WitnessError ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    reply({ id, type: "failed", code: known?.code ?? "WitnessStopped", message, mismatch: known?.mismatch });
  }
}

port.once("message", ({ chainId, genesis, state }: WitnessSetup) => {
  const starting = BatchWitness.create(chainId, genesis, state);
  let last: Promise<void> = Promise.resolve();
  port.on("message", (request: WitnessRequest) => {
    last = last.then(() => answer(starting, request));
  });
});
