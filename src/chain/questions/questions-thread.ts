import { parentPort, workerData } from "node:worker_threads";
import type { StateUpdate } from "../witness/state-feed.ts";
import { questionHandlers } from "./answers.ts";
import { PastStates } from "./past-states.ts";
import { QuestionError } from "./question.ts";
import type { PutQuestion, QuestionReply, QuestionsSetup } from "./question.ts";

/** The body of the thread that answers questions: they come through the witness, each with what has changed until then. */
const port = parentPort;
if (port === null) throw new Error("questions-thread.ts is the body of a worker thread; use startQuestions");
const { chainId, limits, questions } = workerData as QuestionsSetup;
const states = new PastStates();
const starting = questionHandlers(chainId, states, limits);
const reply = (message: QuestionReply): void => port.postMessage(message);

async function answer({ id, kind, question }: PutQuestion): Promise<void> {
  try {
    // The caller's types pair each kind with its question.
    const handle = (await starting)[kind] as (question: unknown) => Promise<unknown>;
    reply({ id, type: "answer", answer: await handle(question) });
  } catch (error) {
    const code = error instanceof QuestionError ? error.code : "QuestionFailed";
    reply({ id, type: "failed", code, message: error instanceof Error ? error.message : String(error) });
  }
}

let last: Promise<void> = Promise.resolve();
questions.on("message", ({ update, question }: { readonly update: StateUpdate; readonly question: PutQuestion }) => {
  last = last.then(() => {
    states.apply(update);
    return answer(question);
  });
});
