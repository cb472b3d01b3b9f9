import { OrderError } from "../../ordering/order-error.ts";
import { PlaceError } from "../../past/place-error.ts";
import type { Place } from "../../past/place.ts";
import { LedgerError } from "../../ledger/ledger-error.ts";
import { findStoredBatch, readTotals, type ChainContract } from "../../settlement/l1-sender/chain-reader.ts";

/**
 * Rejects with PlaceError unless L1 has executed the batch before the place, and has it with the place's state root, commitment,
 * last block and number of operations. Or with the provider's error.
 */
export async function requirePlaceOnL1(place: Place, contract: ChainContract): Promise<void> {
  const { head, nextBatch, operationsTaken, previousCommitment, archive } = place;
  const { executed } = await readTotals(contract);
  if (executed < nextBatch) throw new PlaceError("Differs", `L1 has executed ${executed} batches, and it is behind ${nextBatch}`);
  const stored = await findStoredBatch(contract, nextBatch - 1n);
  const fields = [
    ["state root", archive.at(-1)?.stateRoot, stored?.newStateRoot],
    ["commitment", previousCommitment, stored?.commitment],
    ["last block", head.number, stored?.lastBlock],
    ["number of operations", operationsTaken, stored?.priorityOpTotal],
  ] as const;
  for (const [field, here, onL1] of fields)
    if (here !== onL1) throw new PlaceError("Differs", `the ${field} of batch ${nextBatch - 1n} is ${here}, on L1 it is ${onL1}`);
}

/** Throws a ledger's error for a refused start from a checkpoint, or from later commands; any other error unchanged. */
export function damagedKeeping(name: string, error: unknown): never {
  if (error instanceof OrderError)
    throw new LedgerError(
      "Damaged",
      `${name} refuses a command that it has applied before: ${error.message}; restore a copy of the folder`,
      {
        cause: error,
      },
    );
  if (!(error instanceof PlaceError)) throw error;
  throw new LedgerError(
    "Damaged",
    `${name} cannot continue from its checkpoint: ${error.message}; restore a copy of the folder`,
    {
      cause: error,
    },
  );
}
