import { parentPort } from "node:worker_threads";
import type { StateUpdate } from "../witness/state-feed.ts";
import { questionHandlers } from "./answers.ts";
import { PastStates } from "./past-states.ts";
import { QuestionError, type PutQuestion, type QuestionReply, type QuestionsSetup } from "./asked/question.ts";

type Handlers = Awaited<ReturnType<typeof questionHandlers>>;

/**
 * The body of a thread that answers questions, for one chain after the other: they come through the chain's witness, each with
 * what has changed until then.
 */
const parent = parentPort;
if (parent === null) throw new Error("questions-thread.ts is the body of a worker thread; use startQuestions");

parent.on("message", ({ chainId, limits, questions, replies }: QuestionsSetup) => {
  const states = new PastStates();
  const starting = questionHandlers(chainId, states, limits);
  let last: Promise<void> = Promise.resolve();
  questions.on("message", ({ update, question }: { readonly update: StateUpdate; readonly question: PutQuestion }) => {
    last = last.then(async () => {
      states.apply(update);
      replies.postMessage(await replyTo(question, starting));
    });
  });
  replies.on("close", () => questions.close());
});

async function replyTo({ id, kind, question }: PutQuestion, starting: Promise<Handlers>): Promise<QuestionReply> {
  try {
    // The caller's types pair each kind with its question.
    const handle = (await starting)[kind] as (question: unknown) => Promise<unknown>;
    return { id, type: "answer", answer: await handle(question) };
  } catch (error) {
    const code = error instanceof QuestionError ? error.code : "QuestionFailed";
    return { id, type: "failed", code, message: error instanceof Error ? error.message : String(error) };
  }
}
