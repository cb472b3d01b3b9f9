import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchCommitment } from "../../../ground/protocol/quorum.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { SettlementStage } from "../../../ground/protocol/settlement-stage.ts";
import type { JournalEntry } from "./journal-entry.ts";

/** Progress of one stage of a batch. */
type StageProgress =
  | { readonly state: "waiting" }
  | { readonly state: "broadcast"; readonly transactionHashes: readonly Hex[] }
  | { readonly state: "confirmed"; readonly transactionHash: Hex | undefined; readonly gasUsed: bigint | undefined };

/** Progress of a batch in the journal. */
export interface BatchProgress {
  readonly stages: Readonly<Record<SettlementStage, StageProgress>>;
  readonly stored: StoredBatch | undefined;
  readonly proof: { readonly commitment: Hex; readonly proof: Hex } | undefined;
}

/** Progress of each batch in the journal, by number. */
type Progress = ReadonlyMap<bigint, BatchProgress>;

const WAITING: StageProgress = { state: "waiting" };
const UNKNOWN_BATCH: BatchProgress = {
  stages: { commit: WAITING, prove: WAITING, secondCheck: WAITING, execute: WAITING },
  stored: undefined,
  proof: undefined,
};

/** Pure: the state after all entries. */
export function reduceJournal(entries: readonly JournalEntry[]): Progress {
  return entries.reduce(applyEntry, new Map() as Progress);
}

/** Pure: the state after one more entry. */
function applyEntry(progress: Progress, entry: JournalEntry): Progress {
  if (entry.type === "approval" || entry.type === "forgotten") return progress;
  if (entry.type === "reverted") return new Map([...progress].flatMap((numbered) => afterRevert(numbered, entry.fromBatch)));
  const batchNumber = entry.type === "stored" ? entry.batch.batchNumber : entry.batchNumber;
  const before = progress.get(batchNumber) ?? UNKNOWN_BATCH;
  return new Map(progress).set(batchNumber, applyToBatch(before, entry));
}

/** Leaves a reverted batch its proof, which names the commitment: the same batch may be settled again. */
function afterRevert([batchNumber, batch]: readonly [bigint, BatchProgress], fromBatch: bigint): [bigint, BatchProgress][] {
  if (batchNumber < fromBatch) return [[batchNumber, batch]];
  return batch.proof === undefined ? [] : [[batchNumber, { ...UNKNOWN_BATCH, proof: batch.proof }]];
}

/** Journal entries without proofs of executed batches: L1 has verified them, and most of a long journal is proofs. */
export function withoutUsedProofs(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const executed = new Set<bigint>();
  for (const entry of entries) {
    if (entry.type === "confirmed" && entry.stage === "execute") executed.add(entry.batchNumber);
    if (entry.type !== "reverted") continue;
    for (const batchNumber of executed) if (batchNumber >= entry.fromBatch) executed.delete(batchNumber);
  }
  return entries.filter((entry) => entry.type !== "proof" || !executed.has(entry.batchNumber));
}

/**
 * Commitments whose approvals bind, if the chain's newest entry about approvals is that others were forgotten; undefined
 * otherwise. A process may end between this entry and the note in its members' files.
 */
export function newestForgetting(entries: readonly JournalEntry[], hyperchain: Hex): readonly Hex[] | undefined {
  const last = entries.findLast(
    (entry) => (entry.type === "approval" || entry.type === "forgotten") && entry.hyperchain === hyperchain,
  );
  return last?.type === "forgotten" ? last.but : undefined;
}

/** The approvals that earlier processes were given, or may have been, for batches of the chain with this contract. */
export function approvalsIn(entries: readonly JournalEntry[], hyperchain: Hex): readonly BatchCommitment[] {
  const approvals = new Map<string, BatchCommitment>();
  for (const entry of entries) {
    if (entry.type === "forgotten" && entry.hyperchain === hyperchain) {
      for (const [key, { commitment }] of approvals) if (!entry.but.includes(commitment)) approvals.delete(key);
    }
    if (entry.type !== "approval" || entry.hyperchain !== hyperchain) continue;
    const { commitment, batchNumber, revertCount, validFrom, validUntil } = entry.approval;
    const key = [commitment, batchNumber, revertCount, validFrom, validUntil].join(" ");
    if (entry.state === "asked") approvals.set(key, entry.approval);
    else approvals.delete(key);
  }
  return [...approvals.values()];
}

function applyToBatch(
  before: BatchProgress,
  entry: Exclude<JournalEntry, { type: "reverted" | "approval" | "forgotten" }>,
): BatchProgress {
  switch (entry.type) {
    case "stored":
      return { ...before, stored: entry.batch };
    case "proof":
      return { ...before, proof: { commitment: entry.commitment, proof: entry.proof } };
    case "broadcast": {
      const stage = before.stages[entry.stage];
      // A transaction that was sent twice is still confirmed once.
      if (stage.state === "confirmed") return before;
      const earlier = stage.state === "broadcast" ? stage.transactionHashes : [];
      return withStage(before, entry.stage, { state: "broadcast", transactionHashes: [...earlier, entry.transactionHash] });
    }
    case "confirmed":
      return withStage(before, entry.stage, {
        state: "confirmed",
        transactionHash: entry.transaction?.hash,
        gasUsed: entry.transaction?.gasUsed,
      });
  }
}

function withStage(before: BatchProgress, stage: SettlementStage, progress: StageProgress): BatchProgress {
  return { ...before, stages: { ...before.stages, [stage]: progress } };
}
