import type { Chain } from "../../chain.ts";
import { type QuestionKind, type QuestionKinds, QuestionError } from "../../questions/asked/question.ts";
import type { RpcClient } from "../request/dispatch.ts";
import { fairLine } from "./fair-line.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

/** A question without what all have in common. */
export type Unbounded<Question> = Omit<Question, "maxMs">;

/** Queries a chain when it is the client's turn, for a limited time each. Throws RpcError. */
export type Asking = <Kind extends QuestionKind>(
  kind: Kind,
  question: Unbounded<QuestionKinds[Kind]["question"]>,
  client: RpcClient | undefined,
) => Promise<QuestionKinds[Kind]["answer"]>;

/** On their way or being answered. The thread answers one at a time, so who comes next waits for no more than these. */
const UNDER_WAY = 2;
/** Clients in their dozens with whole batches. */
const MAX_WAITING = 4096;
/** Requests of a WebSocket, and some batches among them. */
const MAX_OF_ONE = 1024;

export function asking({ questions }: Pick<Chain, "questions">, maxMs: number): Asking {
  const inLine = fairLine({
    width: UNDER_WAY,
    places: MAX_WAITING,
    placesPerClient: MAX_OF_ONE,
    what: "calls are being answered",
  });
  return async (kind, question, client) => {
    try {
      return await inLine(client, () => questions.ask(kind, { ...question, maxMs } as never));
    } catch (error) {
      if (error instanceof QuestionError) {
        const isTooLarge = error.code === "AnswerTooLarge" || error.code === "TraceTooLarge";
        const code = isTooLarge ? RpcCode.limitExceeded : RpcCode.rejected;
        throw new RpcError(code, error.message, { code: error.code });
      }
      throw error;
    }
  };
}
