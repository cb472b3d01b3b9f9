import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { addressIn } from "./packet.ts";

/** Gas and coins of a call. */
export interface PaidCall {
  readonly gas: bigint;
  readonly value: bigint;
}

/** Services for which a sender has paid an executor. */
export interface ExecutorOptions {
  readonly receive: PaidCall;
  readonly drops: readonly { readonly receiver: Hex; readonly amount: bigint }[];
  /** Paid calls by the index that the receiver assigns to a composed call. */
  readonly composed: ReadonlyMap<number, PaidCall>;
  /** One message of the path after the other. */
  readonly ordered: boolean;
}

const EXECUTOR = 1;
const KIND = { receive: 1, drop: 2, compose: 3, ordered: 4 } as const;
const NO_CALL: PaidCall = { gas: 0n, value: 0n };

/**
 * Reads the options that a packet was sent with: of type 3, or of the older types 1 (gas) and 2 (gas, and one drop). They are as
 * the executor's contract has priced them, so that what it refuses does not come here.
 */
export function readExecutorOptions(options: Hex): ExecutorOptions {
  const bytes = fromHex(options);
  const number = (from: number, length: number): bigint => BigInt(toHex(bytes.subarray(from, from + length)));
  const type = Number(number(0, 2));
  if (type !== 3) {
    const drops =
      type === 2 ? [{ receiver: addressIn(toHex(bytes.subarray(66)).slice(2).padStart(64, "0")), amount: number(34, 32) }] : [];
    return { receive: { gas: number(2, 32), value: 0n }, drops, composed: new Map(), ordered: false };
  }
  let receive = NO_CALL;
  const drops: { readonly receiver: Hex; readonly amount: bigint }[] = [];
  const composed = new Map<number, PaidCall>();
  let ordered = false;
  for (let at = 2; at < bytes.length;) {
    const [worker, size] = [Number(number(at, 1)), Number(number(at + 1, 2))];
    const [kind, begin, end] = [Number(number(at + 3, 1)), at + 4, at + 3 + size];
    const call = (from: number): PaidCall => ({ gas: number(from, 16), value: end - from > 16 ? number(from + 16, 16) : 0n });
    if (worker === EXECUTOR && kind === KIND.receive) receive = sum(receive, call(begin));
    if (worker === EXECUTOR && kind === KIND.drop)
      drops.push({ amount: number(begin, 16), receiver: addressIn(toHex(bytes.subarray(begin + 16, end))) });
    if (worker === EXECUTOR && kind === KIND.compose) {
      const index = Number(number(begin, 2));
      composed.set(index, sum(composed.get(index) ?? NO_CALL, call(begin + 2)));
    }
    if (worker === EXECUTOR && kind === KIND.ordered) ordered = true;
    at = end;
  }
  return { receive, drops, composed, ordered };
}

function sum(a: PaidCall, b: PaidCall): PaidCall {
  return { gas: a.gas + b.gas, value: a.value + b.value };
}
