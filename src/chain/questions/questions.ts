import { MessageChannel, type Worker } from "node:worker_threads";
import type { CodeLimits } from "../../proofs/rules/code-limits.ts";
import type { Witness } from "../witness/witness.ts";
import { GuardedWorker } from "../../ground/runtime/guarded-worker.ts";
import { ReadyThreads } from "../../ground/runtime/ready-threads.ts";
import {
  QuestionError,
  type PutQuestion,
  type QuestionKind,
  type QuestionKinds,
  type QuestionReply,
  type QuestionsSetup,
} from "./asked/question.ts";

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

/**
 * Limits of a thread: it holds the state and its recent history. If it needs more it ends, and the next query starts
 * another.
 */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 2048 };

/** Each holds the EVM's code. */
const MOST_KEPT = 4;

/** Threads of this process. */
const threads = new ReadyThreads(() => {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = new URL(`./questions-thread.${extension}`, import.meta.url);
  return new GuardedWorker(file, { execArgv: [], resourceLimits: THREAD_LIMITS });
}, MOST_KEPT);

/** A thread while it serves a chain. */
interface Serving {
  readonly worker: Worker;
  /** Leaves the thread to the next chain. */
  giveBack(): Promise<void>;
}

/** Assigns a thread to a chain. `onEnd` receives the reason if it ended before it was returned. */
function serve(
  setup: Pick<QuestionsSetup, "chainId" | "limits">,
  witness: Witness,
  onReply: (reply: QuestionReply, worker: Worker) => void,
  onEnd: (worker: Worker, reason: string) => void,
): Serving {
  const worker = threads.take();
  const [state, replies] = [new MessageChannel(), new MessageChannel()];
  const start: QuestionsSetup = { ...setup, questions: state.port2, replies: replies.port2 };
  worker.postMessage(start, [state.port2, replies.port2]);
  replies.port1.on("message", (reply: QuestionReply) => onReply(reply, worker));
  // The thread keeps the process alive while it has something to do, its port never.
  replies.port1.unref();
  const onError = (error: Error): void => onEnd(worker, `the thread that answers questions ended: ${error.message}`);
  const onExit = (): void => onEnd(worker, "the thread that answers questions has ended");
  worker.on("error", onError);
  worker.on("exit", onExit);
  // A witness that fails says so to the question that follows.
  witness.request("feed", state.port1, [state.port1]).catch(() => undefined);
  return {
    worker,
    giveBack() {
      worker.off("error", onError);
      worker.off("exit", onExit);
      replies.port1.close();
      return threads.giveBack(worker);
    },
  };
}

/**
 * Starts nothing yet: the first question does, since many a chain is never asked one. The thread is another than the witness's,
 * so that a question takes no time from the chain's blocks; the witness tells it what has changed, with each question.
 */
export function startQuestions(chainId: number, limits: CodeLimits, witness: Witness): Questions {
  const waiting = new Map<number, Waiting>();
  let serving: Serving | undefined;
  let nextId = 1;
  let isClosed = false;

  const onEnd = (ended: Worker, reason: string): void => {
    if (serving?.worker !== ended) return;
    serving = undefined;
    for (const { reject } of waiting.values()) reject(new QuestionError("QuestionFailed", reason));
    waiting.clear();
  };
  const onReply = (reply: QuestionReply, worker: Worker): void => {
    const question = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0 && !isClosed) worker.unref();
    if (reply.type === "answer") question?.resolve(reply.answer);
    else question?.reject(new QuestionError(reply.code, reply.message));
  };

  return {
    ask<Kind extends QuestionKind>(kind: Kind, question: QuestionKinds[Kind]["question"]) {
      if (isClosed) return Promise.reject(new QuestionError("QuestionFailed", "the chain is shut down"));
      serving ??= serve({ chainId, limits }, witness, onReply, onEnd);
      serving.worker.ref();
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
      const served = serving;
      if (served === undefined) return;
      if (waiting.size === 0) {
        serving = undefined;
        return served.giveBack();
      }
      // Else a process with nothing else to do would end before the thread has.
      served.worker.ref();
      await served.worker.terminate();
    },
  };
}
