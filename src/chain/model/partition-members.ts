import { wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import { reservationReason } from "./reserved-addresses.ts";

/** Slot of `Partitions` that is 1 for an account of the porter. */
export function memberSlot(account: Hex): Hex {
  return wordToHex(BigInt(account));
}

/** An account before a transaction of its sender. */
interface PartitionedSender {
  readonly isMember: boolean;
  readonly nonce: bigint;
  readonly hasCode: boolean;
  /** True if it receives the fees. */
  readonly isCoinbase: boolean;
}

/** Names of both partitions, for a message. */
interface PartitionNames {
  readonly rollup: bigint;
  /** Undefined where it is not known. */
  readonly porter: bigint | undefined;
}

/**
 * Fault of a signed transaction for the other partition than its sender's; undefined if it has none. An account without code
 * joins the porter by its first transaction, and stays there; all others are in the rollup.
 */
export function partitionFault(
  { from, porterId }: Pick<SignedTransaction, "from" | "porterId">,
  { isMember, nonce, hasCode, isCoinbase }: PartitionedSender,
  { rollup, porter }: PartitionNames,
): string | undefined {
  if (porterId === undefined) {
    const name = porter === undefined ? "this chain's porter" : `chain ${porter}`;
    return isMember ? `${from} belongs to ${name}; send to its RPC` : undefined;
  }
  if (isMember) return undefined;
  if (isCoinbase) return `${from} receives the fees of chain ${rollup}, so it belongs there; send to its RPC`;
  const reserved = reservationReason(from);
  if (reserved !== undefined) return `${from} belongs to chain ${rollup}: ${reserved}`;
  return nonce > 0n || hasCode ? `${from} belongs to chain ${rollup}; send to its RPC` : undefined;
}
