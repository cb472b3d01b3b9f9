import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import { reasonOf } from "../../ground/errors/reason-of.ts";
import type { PastAnswer, PastQuestion, PastServerSetup, PastThreadMessage } from "./past-messages.ts";
import { PlaceError } from "./place-error.ts";
import type { ShownFields } from "../../ground/transaction/shown-transaction.ts";
import type { PastBlocks } from "./told-blocks.ts";

/** Server of an engine's requests for the history before a checkpoint. */
export interface PastServer {
  readonly url: string;
  /** Rejects with PlaceError where the state is not the claimed one. */
  readonly agreed: Promise<undefined>;
  close(): Promise<void>;
}

/**
 * Starts a server for this machine alone: JSON-RPC over the state and the blocks before a place. The state is in a thread of its
 * own; about blocks that asks here. Rejects with PlaceError where the state cannot be read.
 */
export async function startPastServer(setup: Omit<PastServerSetup, "path">, pastBlocks: PastBlocks): Promise<PastServer> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const path = `/${randomUUID()}`;
  const thread = new Worker(new URL(`./past-server-thread.${extension}`, import.meta.url), {
    workerData: { ...setup, path } satisfies PastServerSetup,
    execArgv: [],
  });
  const listening = Promise.withResolvers<number>();
  const agreed = Promise.withResolvers<undefined>();
  const fail = (error: Error): void => {
    listening.reject(error);
    agreed.reject(error);
  };
  // Until the engine is open no caller waits for agreement; a failure is reported then.
  Promise.all([listening.promise, agreed.promise]).then(
    () => thread.unref(),
    () => undefined,
  );
  thread.on("error", fail);
  thread.on("exit", () => fail(new Error("the thread that serves a chain's past has ended")));
  thread.on("message", (message: PastThreadMessage) => {
    switch (message.type) {
      case "listening":
        return listening.resolve(message.port);
      case "agreed":
        return agreed.resolve(undefined);
      case "refused":
        return fail(new PlaceError(message.code, message.reason));
      case "question":
        thread.postMessage(answerOrFailure(pastBlocks, message));
    }
  });
  const port = await listening.promise.catch(async (error: unknown) => {
    await thread.terminate();
    throw error;
  });
  return {
    url: `http://127.0.0.1:${port}${path}`,
    agreed: agreed.promise,
    async close() {
      thread.ref();
      await thread.terminate();
    },
  };
}

/**
 * Answer of a query. Stored blocks can be damaged: then the client that requests one gets an error, and the process
 * continues.
 */
function answerOrFailure(pastBlocks: PastBlocks, question: PastQuestion): PastAnswer {
  const { id } = question;
  try {
    return { id, answer: answerOf(pastBlocks, question) ?? null };
  } catch (error) {
    return { id, failure: reasonOf(error) };
  }
}

function answerOf(pastBlocks: PastBlocks, { method, params: [first, second] }: PastQuestion): unknown {
  switch (method) {
    case "eth_getBlockByNumber":
      return pastBlocks.block(Number(first === "earliest" ? 0 : first === "latest" ? pastBlocks.last : first), second === true);
    case "eth_getBlockByHash": {
      const number = pastBlocks.numberOf(first);
      return number === undefined ? undefined : pastBlocks.block(number, second === true);
    }
    case "eth_getTransactionByHash":
      return pastBlocks.transaction(first);
    case "eth_getTransactionReceipt":
      return pastBlocks.receipt(first);
    case "eth_getLogs":
      return pastBlocks.filtered(first as ShownFields);
    default:
      return undefined;
  }
}
