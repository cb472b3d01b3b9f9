import { MessageChannel, type Transferable } from "node:worker_threads";
import type {
  WitnessOperation,
  WitnessOperations,
  WitnessReply,
  WitnessRequest,
  WitnessSetup,
  WitnessStart,
} from "./messages.ts";
import { witnessThreads } from "./witness-threads.ts";
import { WitnessError } from "./witness-error.ts";

/** A chain's witness, wherever it runs. Requests are answered in order, each in the state that those before it left. */
export interface Witness {
  request<Name extends WitnessOperation>(
    operation: Name,
    request: WitnessOperations[Name]["request"],
    transfer?: readonly Transferable[],
  ): Promise<WitnessOperations[Name]["result"]>;
  /** Number of requests without an answer: the delay of the witness. */
  readonly pending: number;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: WitnessError) => void;
}

/** Starts a witness in a separate thread. If that thread dies, every request is rejected with WitnessError. */
export function startWitness(setup: WitnessSetup): Witness {
  const worker = witnessThreads.take();
  // This witness has a separate port: the thread may serve others after it.
  const { port1: port, port2: other } = new MessageChannel();
  worker.postMessage({ setup, port: other } satisfies WitnessStart, [other]);
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let stopped: WitnessError | undefined;
  let closing: Promise<void> | undefined;

  const stop = (reason: string): void => {
    stopped ??= new WitnessError("WitnessStopped", reason);
    for (const { reject } of waiting.values()) reject(stopped);
    waiting.clear();
    port.close();
  };
  port.on("message", (reply: WitnessReply) => {
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0 && closing === undefined) worker.unref();
    if (reply.type === "done") request?.resolve(reply.result);
    else request?.reject(new WitnessError(reply.code, reply.message, reply.mismatch));
  });
  // The thread keeps the process alive while it has something to do, its port never.
  port.unref();
  const onError = (error: Error): void => stop(`the witness thread crashed: ${error.message}`);
  const onExit = (): void => stop("the witness thread has ended");
  worker.on("error", onError);
  worker.on("exit", onExit);
  const end = async (): Promise<void> => {
    if (waiting.size === 0 && stopped === undefined) {
      worker.off("error", onError);
      worker.off("exit", onExit);
      stop("the witness has ended");
      return witnessThreads.giveBack(worker);
    }
    // A last reply could still come before the thread ends: what waits is refused now, however fast the thread is.
    stop("the witness has ended");
    // Else a process with nothing else to do would end before the thread has.
    worker.ref();
    await worker.terminate();
  };

  return {
    request<Name extends WitnessOperation>(
      operation: Name,
      request: WitnessOperations[Name]["request"],
      transfer: readonly Transferable[] = [],
    ) {
      if (stopped !== undefined) return Promise.reject(stopped);
      const id = nextId++;
      worker.ref();
      const message: WitnessRequest = { id, operation, request };
      return new Promise<WitnessOperations[Name]["result"]>((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
        port.postMessage(message, transfer);
      });
    },
    get pending() {
      return waiting.size;
    },
    close() {
      return (closing ??= end());
    },
  };
}
