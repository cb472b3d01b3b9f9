import { fromHex, type Hex } from "./hex.ts";

/**
 * A change of the state that no transaction makes, for tests (`hardhat_setBalance` and others). Both engines make it
 * between the same two blocks. The batch counts it, and L1 refuses batches with one from chains that do not allow it.
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

/** Why a cheat cannot be on a chain whose accounts have at most so much code; undefined if it can. */
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
