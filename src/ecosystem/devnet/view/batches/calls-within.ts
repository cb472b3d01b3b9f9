import type { Hex } from "../../../../ground/protocol/hex.ts";
import { callsOf, type CallFrame } from "../../../client/sending/remote-failure.ts";
import type { SettledSource } from "./batch-on-l1.ts";

/** Call of a contract: its address in lower case, and its input. */
export interface CallWithin {
  readonly called: Hex;
  readonly input: string;
}

/**
 * Calls that a transaction's calls make and that are not reverted, in their order. Rejects with the error of a node without
 * traces.
 */
export async function callsWithin(hash: Hex, l1: SettledSource["base"]): Promise<readonly CallWithin[]> {
  const { calls = [] } = await callsOf(l1.request, hash);
  return calls.flatMap(lastingCalls);
}

function lastingCalls({ type, to, input, error, calls = [] }: CallFrame): readonly CallWithin[] {
  if (error !== undefined) return [];
  // DELEGATECALL runs another contract's code as the caller's: that contract is not called.
  const own = type === "CALL" && to !== undefined ? [{ called: to.toLowerCase() as Hex, input }] : [];
  return [...own, ...calls.flatMap(lastingCalls)];
}
