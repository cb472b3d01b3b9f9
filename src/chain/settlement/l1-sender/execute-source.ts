import { SettlementError } from "../errors/settlement-error.ts";
import type { SenderContext } from "./sender-context.ts";

/** Parts of the patience at which a chain requests the execution of a source. L1 may refuse an early attempt for its time. */
const ATTEMPTS = [4n, 5n, 6n, 7n];
const PARTS = 8n;

/** Attempts that are due after this wait: the first one at half of the patience. */
export function attemptsDue(waitedSeconds: bigint, patienceSeconds: bigint): number {
  return ATTEMPTS.filter((part) => waitedSeconds * PARTS >= patienceSeconds * part).length;
}

/**
 * Executes the source of a fact on L1. Resolves with false if there is no evidence, or if L1 or the prover refuses: then the
 * wait continues. Rejects with SettlementError SettlementStopped or EvidenceMissing.
 */
export async function executeSource({ sourceCalls, transactor }: SenderContext, index: bigint): Promise<boolean> {
  try {
    const calls = (await sourceCalls?.(index)) ?? [];
    for (const call of calls) await transactor.send(call);
    return calls.length > 0;
  } catch (error) {
    if (error instanceof SettlementError && ["SettlementStopped", "EvidenceMissing"].includes(error.code)) throw error;
    return false;
  }
}
