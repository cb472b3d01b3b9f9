import { fromHex, type Hex } from "../../protocol/hex.ts";
import type { ChangeSize } from "./change-size.ts";

/**
 * A change of the state that no transaction makes, for tests (`hardhat_setBalance` and others). Both engines make it at the
 * same place between two blocks, and the batch counts it: L1 refuses such batches of chains that do not allow them.
 */
export type StateCheat =
  | { readonly type: "balance"; readonly address: Hex; readonly balanceWei: bigint }
  | { readonly type: "nonce"; readonly address: Hex; readonly nonce: bigint }
  | { readonly type: "code"; readonly address: Hex; readonly code: Hex }
  | { readonly type: "storage"; readonly address: Hex; readonly slot: bigint; readonly value: bigint };

/** A transaction that its sender did not sign. */
export interface ImpersonatedRequest {
  readonly from: Hex;
  readonly to: Hex | undefined;
  readonly valueWei: bigint;
  readonly data: Hex;
  readonly gasLimit: bigint;
}

/** Room that an account header has for a balance. */
const MAX_BALANCE_WEI = 2n ** 192n;
const MAX_NONCE = 2n ** 64n;
/** An insertion: tag, address, slot with its length, value. */
const MOST_DIFF_BYTES = 1 + 20 + 33 + 32;

/** Why a cheat cannot be on a chain whose accounts have at most so much code; undefined where it can. */
export function faultOf(cheat: StateCheat, mostCodeBytes: number): string | undefined {
  switch (cheat.type) {
    case "balance":
      return cheat.balanceWei < MAX_BALANCE_WEI ? undefined : "a balance is below 2^192 wei on this chain";
    case "nonce":
      return cheat.nonce < MAX_NONCE ? undefined : "a nonce is below 2^64";
    case "code":
      return fromHex(cheat.code).length <= mostCodeBytes ? undefined : `code has at most ${mostCodeBytes} bytes`;
    case "storage":
      return undefined;
  }
}

/** What a cheat adds to a batch at most. */
export function mostChange(cheat: StateCheat): ChangeSize {
  const codeBytes = cheat.type === "code" ? fromHex(cheat.code).length : 0;
  // Code has a keccak and a digest.
  const diffs = cheat.type === "code" ? 2 : 1;
  return { diffs, insertions: diffs, diffBytes: diffs * MOST_DIFF_BYTES, codes: Math.min(codeBytes, 1), codeBytes };
}
