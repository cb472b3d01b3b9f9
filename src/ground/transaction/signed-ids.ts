import { RLP } from "@ethereumjs/rlp";
import { fromHex } from "../protocol/hex.ts";
import type { SignedTransaction } from "./transaction.ts";

type Serialised = Pick<SignedTransaction, "raw" | "type">;

const LEGACY_TYPE = 0;
const DELEGATING_TYPE = 4;
/** Index of `v` in a legacy transaction. */
const LEGACY_V = 6;
/** `v` of signatures from before EIP-155, which name no chain. */
const V_WITHOUT_CHAIN = [27n, 28n];
/** Index of the authorization list in a transaction of type 4 (EIP-7702). */
const AUTHORIZATIONS = 9;

/** True if a transaction is legacy and from before EIP-155, so it names no chain. */
export function namesNoChain({ raw, type }: Serialised): boolean {
  if (type !== LEGACY_TYPE) return false;
  const fields = RLP.decode(fromHex(raw)) as readonly Uint8Array[];
  return V_WITHOUT_CHAIN.includes(numberOf(fields[LEGACY_V]));
}

/** Chain ids of the authorizations in a transaction, in order; empty for other types than 4. 0 is any chain. */
export function authorizedIds({ raw, type }: Serialised): readonly bigint[] {
  if (type !== DELEGATING_TYPE) return [];
  const fields = RLP.decode(fromHex(raw).subarray(1)) as readonly (readonly (readonly Uint8Array[])[])[];
  return (fields[AUTHORIZATIONS] ?? []).map(([chainId]) => numberOf(chainId));
}

function numberOf(bytes: Uint8Array = new Uint8Array()): bigint {
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}
