import { UNCOVERED_PRECOMPILES } from "../../ground/protocol/uncovered-precompiles.ts";
import type { TransactionRequest } from "../../ground/transaction/transaction.ts";
import { SequencerError } from "./sequencer-error.ts";

/**
 * Refusal of a transaction whose own target is a precompiled contract that no proof covers, with input: it would fail and
 * pay all of its gas. A rule of the pool, not of the chain: an operation of L1's queue to the address fails, and so does a
 * contract's call.
 */
export function unprovenTarget({ to, data }: Pick<TransactionRequest, "to" | "data">): SequencerError | undefined {
  const address = to === undefined ? 0n : BigInt(to);
  const contract = UNCOVERED_PRECOMPILES.get(address);
  const bytes = (data.length - 2) / 2;
  if (contract === undefined || bytes === 0) return undefined;
  const gas = contract.gasOf(bytes);
  const price = gas === undefined ? "" : `, where the EVM takes ${gas} gas for it`;
  const place = `0x${address.toString(16).padStart(2, "0")}`;
  return new SequencerError(
    "PrecompileNotProven",
    `the transaction gives ${bytes} bytes to ${contract.name} at ${place}${price}, which this chain's proofs do not cover; use a chain without proofs of execution, or avoid the precompiled contract`,
  );
}
