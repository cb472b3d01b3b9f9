import { MessageChannel, Worker } from "node:worker_threads";
import type { CodeLimits } from "../model/code-limits.ts";
import type { Witness } from "../witness/witness.ts";
import { QuestionError } from "./question.ts";
import type { PutQuestion, QuestionKind, QuestionKinds, QuestionReply, QuestionsSetup } from "./question.ts";

/** Questions about a chain's state at recent blocks: calls that change nothing, of any code. */
export interface Questions {
  /** Answers in the state that the witness will have repeated by then. Throws QuestionError. */
  ask<Kind extends QuestionKind>(kind: Kind, question: QuestionKinds[Kind]["question"]): Promise<QuestionKinds[Kind]["answer"]>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Of the thread: it holds the state and its recent past. When it needs more it ends, and the next question starts another. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 2048 };

/**
 * Starts nothing yet: the first question does, since many a chain is never asked one. The thread is another than the witness's,
 * so that a question takes no time from the chain's blocks; the witness tells it what has changed, with each question.
 */
export function startQuestions(chainId: number, limits: CodeLimits, witness: Witness): Questions {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let nextId = 1;
  let isClosed = false;

  const end = (ended: Worker, reason: string): void => {
    if (thread !== ended) return;
    thread = undefined;
    for (const { reject } of waiting.values()) reject(new QuestionError("QuestionFailed", reason));
    waiting.clear();
  };
  const start = (): Worker => {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(new URL(`./questions-thread.${extension}`, import.meta.url), {
      workerData: { chainId, limits, questions: port2 } satisfies QuestionsSetup,
      transferList: [port2],
      execArgv: [],
      resourceLimits: THREAD_LIMITS,
    });
    worker.unref();
    worker.on("message", (reply: QuestionReply) => {
      const question = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0 && !isClosed) worker.unref();
      if (reply.type === "answer") question?.resolve(reply.answer);
      else question?.reject(new QuestionError(reply.code, reply.message));
    });
    worker.on("error", (error) => end(worker, `the thread that answers questions ended: ${error.message}`));
    worker.on("exit", () => end(worker, "the thread that answers questions has ended"));
    // A witness that fails says so to the question that follows.
    witness.request("feed", port1, [port1]).catch(() => undefined);
    return worker;
  };

  return {
    ask<Kind extends QuestionKind>(kind: Kind, question: QuestionKinds[Kind]["question"]) {
      if (isClosed) return Promise.reject(new QuestionError("QuestionFailed", "the chain is shut down"));
      thread ??= start();
      thread.ref();
      const put: PutQuestion = { id: nextId++, kind, question };
      return new Promise<QuestionKinds[Kind]["answer"]>((resolve, reject) => {
        waiting.set(put.id, { resolve: resolve as (answer: unknown) => void, reject });
        witness.request("forward", put).catch((error: unknown) => {
          waiting.delete(put.id);
          reject(error instanceof Error ? error : new QuestionError("QuestionFailed", String(error)));
        });
      });
    },
    async close() {
      isClosed = true;
      // Else a process with nothing else to do would end before the thread has.
      thread?.ref();
      await thread?.terminate();
    },
  };
}
