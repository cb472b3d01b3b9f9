import { WITHHELD } from "../../../ground/protocol/data-choice.ts";
import { digestToHex } from "../../../ground/protocol/digest.ts";
import { GUARDIAN_VALIDITY_SECONDS } from "../../../ground/protocol/guardians.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { HeldBatch } from "../../../chain/settlement/batch/settlement-batch.ts";
import type { DataPolicy } from "../../../chain/settlement/data-policy.ts";
import type { GuardedBatch } from "./guarded-batch.ts";
import { GuardianError } from "./guardian-error.ts";
import { collectFromGuardians, type QuorumDependencies } from "./network-quorum.ts";

/** Time of a collection: a guardian that lacks more batches receives the others in the next one. */
const COLLECT_MS = 30_000;

interface GuardiansDependencies extends Omit<QuorumDependencies, "batchOf" | "catchingUp" | "end"> {
  /** A batch that the chain formed earlier; undefined for one before this process began. */
  readonly batchOf: (batchNumber: BatchNumber) => GuardedBatch | undefined;
}

/** Withholds the data from L1, and shows signatures of a network of guardians instead. */
export function guardiansPolicy({ batchOf, ...from }: GuardiansDependencies): DataPolicy {
  const catchingUp = new Set<Hex>();
  return {
    choose: () => WITHHELD,
    choiceAt: () => WITHHELD,
    async policyData(batch) {
      const block = await from.l1.getBlock("latest");
      // The newest second that is past in every later block. A commit after the hour collects other signatures.
      const countedAt = BigInt(block?.timestamp ?? 1) - 1n;
      const validUntil = countedAt + GUARDIAN_VALIDITY_SECONDS;
      return collectFromGuardians(guardedBatch(batch), validUntil, {
        ...from,
        catchingUp,
        end: AbortSignal.timeout(COLLECT_MS),
        batchOf: (batchNumber) => Promise.resolve(batchOf(batchNumber) ?? missing(batchNumber)),
      });
    },
  };
}

/** Fields of a batch that a guardian receives. */
export function guardedBatch({ newStateRoot, porter, ...batch }: HeldBatch): GuardedBatch {
  const { protocolVersion, outputs, canonicalTxHashes, previousCommitment, preCommitment, pubdata } = batch;
  return {
    protocolVersion,
    outputs,
    canonicalTxHashes,
    previousCommitment,
    preCommitment,
    newStateRoot: digestToHex(newStateRoot),
    pubdata,
    ...(porter === undefined ? {} : { porter: { root: digestToHex(porter.newRoot), list: porter.pubdata } }),
  };
}

/** Throws GuardianError BatchMissing. */
function missing(batchNumber: BatchNumber): never {
  throw new GuardianError(
    "BatchMissing",
    `batch ${batchNumber} is older than this process and is not stored here; restore the guardian's folder from another guardian`,
  );
}
