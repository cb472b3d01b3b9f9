import { amount } from "../../../client/sending/shown-amount.ts";
import type { ActivityTransaction } from "./activity.ts";

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

function piece(kind: FeedPiece["kind"], text: string): FeedPiece {
  return { kind, text };
}
