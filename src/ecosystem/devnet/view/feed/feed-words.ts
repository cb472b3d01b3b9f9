import { amount } from "../../../client/sending/shown-amount.ts";
import type { ActivityTransaction } from "./activity.ts";
import type { MessageInfo } from "../books/ecosystem-info.ts";
import { hasArrived } from "../books/has-arrived.ts";

/** A piece of a transaction's text: the page formats addresses and names, the terminal prints them. */
interface FeedPiece {
  readonly kind: "text" | "contract" | "call" | "selector" | "address";
  readonly text: string;
}

/** Text of a transaction, in one line; `symbol` is the coin of its member. */
export function whatItDoes(
  { created, contract, call, selector, value }: Pick<ActivityTransaction, "created" | "contract" | "call" | "selector" | "value">,
  symbol: string,
): readonly FeedPiece[] {
  const worth = BigInt(value) === 0n ? [] : [piece("text", ` with ${amount(value, symbol)}`)];
  if (created !== undefined) {
    const what = contract === undefined ? piece("text", "a contract") : piece("contract", contract);
    return [piece("text", "creates "), what, piece("text", " at "), piece("address", created), ...worth];
  }
  if (selector === undefined) return [piece("text", `sends ${amount(value, symbol)}`)];
  return [
    ...(contract === undefined ? [] : [piece("contract", `${contract}.`)]),
    call === undefined ? piece("selector", `${selector}…`) : piece("call", call),
    ...worth,
  ];
}

/** Short text of a message's progress. Kind "bad" did not do what its sender wanted, "ready" waits for an account. */
export function whereItIs(message: MessageInfo): {
  readonly kind: "good" | "under-way" | "ready" | "bad" | "quiet";
  readonly text: string;
} {
  const { ready, stuck, failed, ended, sentTooEarly, refusal = "" } = message;
  if (ready !== undefined) return { kind: "ready", text: `ready: ${ready.action}` };
  if (stuck !== undefined) return { kind: "bad", text: `stuck: ${stuck.why}` };
  if (failed !== undefined) return { kind: "bad", text: failed.why };
  if (sentTooEarly !== undefined) return { kind: "bad", text: `not delivered: ${refusal}` };
  if (ended === "expired") return { kind: "bad", text: `expired: ${refusal}` };
  // Its sender wanted that.
  if (ended === "canceled") return { kind: "quiet", text: ended };
  if (message.waitingFor === undefined) return { kind: "good", text: "all steps done" };
  return hasArrived(message)
    ? { kind: "good", text: `arrived; waits until ${message.waitingFor}` }
    : { kind: "under-way", text: `waits until ${message.waitingFor}` };
}

/** True if its purpose will not be reached: such a message is a failure of the action that sent it. */
export function hasFailed({ failed, ended, sentTooEarly }: Pick<MessageInfo, "failed" | "ended" | "sentTooEarly">): boolean {
  return failed !== undefined || ended === "expired" || sentTooEarly !== undefined;
}

function piece(kind: FeedPiece["kind"], text: string): FeedPiece {
  return { kind, text };
}
