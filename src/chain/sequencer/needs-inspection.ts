import type { SignedTransaction } from "../../ground/transaction/transaction.ts";

/** Gas of a transfer, with which no code runs. */
export const TRANSFER_GAS = 21_000n;

/**
 * Gas with which a transaction needs no inspection. It runs at most 150,000 instructions and 2,400,000 units of work, and
 * its calls pass on some 80 MB, which no chain refuses.
 */
const QUIET_GAS = 150_000n;

/** Block in which another transaction may be inspected: those before it run again each time, so their number is bounded. */
export const MAX_BEFORE = { transactions: 16, gas: 4_000_000n };

/** Rules by which the transactions of a block are judged. */
interface InspectionRules {
  readonly isMetered: boolean;
  /** True if lists of senders or deployers are in force. */
  readonly hasLists: boolean;
}

/**
 * True if the witness must run a transaction before its block does, because the chain may refuse what the transaction does:
 * too much work, what no proof covers, or a creation by an account that may create none.
 */
export function needsInspection(
  { to, gasLimit, delegates }: Pick<SignedTransaction, "to" | "gasLimit" | "delegates">,
  { isMetered, hasLists }: InspectionRules,
): boolean {
  if (isMetered || delegates || to === undefined) return true;
  return gasLimit > (hasLists ? TRANSFER_GAS : QUIET_GAS);
}
