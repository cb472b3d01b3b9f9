import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import { reasonOf } from "../../errors/reason-of.ts";
import type { PastAnswer, PastQuestion, PastServerSetup, PastThreadMessage } from "./past-messages.ts";
import { PlaceError } from "./place-error.ts";
import type { Fields, ToldBlocks } from "./told-blocks.ts";

/** Where an engine reads what was before a place. */
export interface PastServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a server for this machine alone: JSON-RPC over the state and the blocks before a place. The state is in a thread of its
 * own; about blocks that asks here. Rejects with PlaceError where the state cannot be read, or is not the claimed one.
 */
export async function startPastServer(setup: Omit<PastServerSetup, "path">, told: ToldBlocks): Promise<PastServer> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const path = `/${randomUUID()}`;
  const thread = new Worker(new URL(`./past-server-thread.${extension}`, import.meta.url), {
    workerData: { ...setup, path } satisfies PastServerSetup,
    execArgv: [],
  });
  const port = await new Promise<number>((resolve, reject) => {
    thread.on("error", reject);
    thread.on("exit", () => reject(new Error("the thread that serves a chain's past has ended")));
    thread.on("message", (message: PastThreadMessage) => {
      if (message.type === "listening") return resolve(message.port);
      if (message.type === "refused") return reject(new PlaceError(message.code, message.reason));
      thread.postMessage(answerOrFailure(told, message));
    });
  });
  thread.unref();
  return {
    url: `http://127.0.0.1:${port}${path}`,
    async close() {
      thread.ref();
      await thread.terminate();
    },
  };
}

/** What is kept of blocks can be damaged: then the client that asks for one is told, and the process goes on. */
function answerOrFailure(told: ToldBlocks, question: PastQuestion): PastAnswer {
  const { id } = question;
  try {
    return { id, answer: answerOf(told, question) ?? null };
  } catch (error) {
    return { id, failure: reasonOf(error) };
  }
}

function answerOf(told: ToldBlocks, { method, params: [first, second] }: PastQuestion): unknown {
  switch (method) {
    case "eth_getBlockByNumber":
      return told.block(Number(first === "earliest" ? 0 : first === "latest" ? told.last : first), second === true);
    case "eth_getBlockByHash": {
      const number = told.numberOf(first);
      return number === undefined ? undefined : told.block(number, second === true);
    }
    case "eth_getTransactionByHash":
      return told.transaction(first);
    case "eth_getTransactionReceipt":
      return told.receipt(first);
    case "eth_getLogs":
      return told.filtered(first as Fields);
    default:
      return undefined;
  }
}
