import { RebuiltState, type LeafDump } from "../../../chain/reconstruction/rebuilt-state.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";

/** State of a chain after an executed batch, from a holder: the data of the batches up to it are not needed. */
export interface LeafStart {
  readonly stateRoot: Hex;
  /** Number of the first batch whose data are needed. */
  readonly nextBatch: bigint;
  readonly dump: LeafDump;
  /** Leaves of the porter; undefined if no account has joined. */
  readonly porter?: LeafDump | undefined;
}

/** State of the leaves. Throws ReconstructionError RootMismatch if L1 has not executed it, or if its root is another. */
export function stateOfLeaves({ dump, nextBatch, stateRoot }: LeafStart, executed: bigint): RebuiltState {
  if (nextBatch > executed)
    throw new ReconstructionError(
      "RootMismatch",
      `the leaves are of the state before batch ${nextBatch}, and L1 has executed ${executed}; use leaves of an executed state`,
    );
  const state = new RebuiltState(dump);
  if (state.stateRoot === stateRoot) return state;
  throw new ReconstructionError("RootMismatch", `the leaves have root ${state.stateRoot}, not ${stateRoot}; get them again`);
}

/** Throws ReconstructionError RootMismatch unless the last batch before the leaves has their root. */
export function checkLeaves({ nextBatch }: LeafStart, state: Pick<RebuiltState, "stateRoot">, before: StoredBatch): void {
  const { batchNumber, newStateRoot } = before;
  if (batchNumber + 1n !== nextBatch || newStateRoot === state.stateRoot) return;
  throw new ReconstructionError(
    "RootMismatch",
    `the leaves have root ${state.stateRoot}, L1 has ${newStateRoot}; use other leaves`,
    {
      batchNumber,
    },
  );
}
