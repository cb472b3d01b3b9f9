import type { FormedBatch } from "../../batch/form-batch.ts";
import { digestOf } from "../../core/digest-of.ts";
import type { Follower } from "../../core/follower.ts";
import type { UnformedChain } from "../../batch/forming.ts";
import type { Chain } from "../../chain.ts";
import type { ChainResult } from "../../composition/chain-inputs.ts";
import type { CommandResult } from "../../ordering/batch-reducer.ts";
import type { ExecutionWitness } from "../../../proofs/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../../proofs/execution-proof/batch/execution-claim.ts";
import type { ExecutionProgress } from "../../../proofs/execution-proof/batch/execution-progress.ts";
import type { ExecutionProver } from "../../../proofs/execution-proof/batch/execution-prover.ts";
import type { BatchProver } from "../../../proofs/execution-proof/batch/proven-execution.ts";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import { openTemporaryValues } from "../../ledger/temporary-values.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import type { OfferedBatches } from "../settling/offered-batches.ts";
import type { SharedProofs, ShowsTogether } from "../settling/shared-proofs.ts";
import { FirstProven } from "./first-proven.ts";
import { NewestClaims } from "./newest-claims.ts";
import { ExecutedBatches, type ExecutedBatchesOptions, type TakenBatch } from "./executed-batches.ts";
import { BatchExecutions, type ProvableBatch } from "./batch-executions.ts";
import type { ExecutionOutcome, ExecutionStanding } from "./execution-outcome.ts";
import type { ExecutionStore } from "./execution-store.ts";

/** Prover of a chain's execution, and storage of its proofs. */
export interface ExecutionProofs {
  /** May be shared. */
  readonly prover: BatchProver & Pick<ExecutionProver, "prepare" | "verify">;
  readonly store: ExecutionStore;
  /** Makes the proofs that L1 checks. */
  readonly l1Prover: BatchesProver;
  /** Combines its proof with those of other chains' batches. Default: each batch has a separate proof. */
  readonly shared?: SharedProofs | undefined;
  /** Offers it to an aggregator in another process, which combines it with others. Default: it is not offered. */
  readonly offered?: OfferedBatches | undefined;
  /** Shows batches to the chain below, or with those of chains on this one. Default: neither exists. */
  readonly layered?: ShowsTogether | undefined;
}

/** Data with which a caller checks a batch's execution against L1, without trust. */
interface ServedExecution {
  readonly outputs: FormedBatch["outputs"];
  readonly coinbase: Hex;
  readonly proof: Uint8Array;
}

/** View of the proofs of a chain's batches. */
export interface ExecutionView {
  /** Batches that have an outcome, in order. */
  outcomes(): ReadonlyMap<bigint, ExecutionOutcome>;
  /** Batches that have none yet, the one that is being proven first. */
  pending(): readonly bigint[];
  standing(batchNumber: bigint): ExecutionStanding | undefined;
  /** Resolves with the outcome of a batch's proof; reports its progress until then. Rejects with ExecutionGoneError. */
  outcome(batchNumber: BatchNumber, onProgress?: (progress: ExecutionProgress) => void): Promise<ExecutionOutcome>;
  /** Returns undefined if the batch has no proof, or its proof was dropped. */
  served(batchNumber: bigint): ServedExecution | undefined;
  /** First batch that L1 executes by a proof of its execution; undefined if there is none yet. */
  provenSince(): bigint | undefined;
}

/** Claims of batches that were formed here. */
interface FormedClaims {
  /** Undefined for a batch that was not formed in this process, or long ago. */
  claim(commitment: Hex): ExecutionClaim | undefined;
}

/** Follows a chain, and has the execution of its batches proven where it is to be. */
export interface NodeExecution extends FormedClaims {
  /** Undefined where nothing is proven. */
  readonly view: ExecutionView | undefined;
  /** Knows what batches did, before they change the state tree. */
  executed(chain: UnformedChain): Follower<CommandResult>;
  /** Follower that proves batches after they are formed. */
  readonly provable: Follower<ChainResult>;
  /** Called when the chain has replayed an earlier process: stored proofs of later batches are obsolete. */
  follow(chain: Pick<Chain, "sequencer" | "protocolVersion">): void;
}

/** Uses of a chain's batches: proofs of their execution, their hand-over, or both. */
export interface ExecutionUses {
  /** False if L1 accepts markers: then no proofs are made. */
  readonly isProven: boolean;
  readonly proofs?: ExecutionProofs | undefined;
  /** Called for each formed batch, again if a start repeats it; `job`: input of its list's proof. */
  readonly onProvable?: ((batch: ProvableBatch, job: FormedBatch["job"]) => void) | undefined;
}

/** The proofs that are made behind a chain. */
interface OpenProofs {
  readonly view: Omit<ExecutionView, "provenSince">;
  readonly batches: BatchExecutions;
  readonly store: ExecutionStore;
}

export function openNodeExecution(
  options: ExecutedBatchesOptions,
  { isProven, proofs, onProvable }: ExecutionUses,
  closing: Disposer,
): NodeExecution {
  const open = proofs === undefined || !isProven ? undefined : openProofs(options.coinbase, proofs, closing);
  const first = new FirstProven();
  const isWanted = (batchNumber: BatchNumber): boolean =>
    onProvable !== undefined || (open !== undefined && open.store.outcome(batchNumber) === undefined);
  const claims = new NewestClaims();
  let executed: ExecutedBatches | undefined;
  let followed: Pick<Chain, "protocolVersion"> | undefined;
  /** The last batch for which the prover has made ready. */
  let prepared: bigint | undefined;
  /** Batches of the first result, and of the next one. */
  let [firstBatch, nextBatch]: readonly (BatchNumber | undefined)[] = [];
  const formed = (batch: FormedBatch): void => {
    if (executed === undefined) throw new TypeError("a batch is formed behind what was executed");
    const { previous, witness } = executed.recordOf(batch.outputs.batchNumber);
    executed.addCodes(batch);
    first.formed(batch);
    if (!isProvenOnL1(batch.protocolVersion)) return;
    const claim = claims.add(batch, previous, options);
    const provable = (from: ProvableBatch["witness"]): ProvableBatch => ({ commitment: batch.commitment, witness: from, claim });
    if (witness !== undefined) onProvable?.(provable(witness), batch.job);
    if (open !== undefined) take(open, batch, witness, provable);
  };
  const prepare = (batchNumber: bigint): void => {
    if (proofs === undefined || followed === undefined || batchNumber === prepared) return;
    const version = followed.protocolVersion();
    if (!isProvenOnL1(version)) return;
    prepared = batchNumber;
    // A failure here repeats, and is reported, when the batch is to be proven.
    proofs.prover.prepare(version).catch(() => undefined);
  };
  return {
    view: open && { ...open.view, provenSince: () => first.since },
    claim: (commitment) => claims.get(commitment),
    executed: (chain) => (executed = new ExecutedBatches(options, chain, isWanted)),
    provable: {
      name: "proofs of execution",
      on({ batchNumber, blocks, formed: batch }) {
        firstBatch ??= batchNumber;
        nextBatch = batch === undefined ? batchNumber : batchNumber + 1n;
        if (batch !== undefined) formed(batch);
        if (blocks.length > 0) prepare(batchNumber);
      },
      mark: () => nextBatch,
      returnTo(batch) {
        nextBatch = batch;
        const from = batch ?? firstBatch;
        if (from === undefined) return;
        first.forgetFrom(from);
        open?.batches.forgetFrom(from);
      },
      digest: () => digestOf(nextBatch),
    } satisfies Follower<ChainResult, BatchNumber | undefined>,
    follow(chain) {
      if (open === undefined) return;
      followed = chain;
      open.batches.forgetFrom(chain.sequencer.batchNumber);
    },
  };
}

/** Proves the batch, unless an earlier process stored an outcome of the same batch. */
function take(
  { batches, store }: OpenProofs,
  { commitment, outputs: { batchNumber } }: FormedBatch,
  witness: TakenBatch["witness"],
  provable: (witness: ProvableBatch["witness"]) => ProvableBatch,
): void {
  const kept = store.outcome(batchNumber);
  if (kept === undefined && witness !== undefined) batches.add(provable(witness));
  else if (kept?.commitment !== commitment) {
    batches.forgetFrom(batchNumber);
    const detail = "what is kept of its proof is of another batch, and its witness was not made; start again to prove it";
    batches.add(provable({ kind: "unproven", reason: "fault", detail }));
  }
}

function openProofs(coinbase: Hex, { prover, store }: ExecutionProofs, closing: Disposer): OpenProofs {
  const witnesses = openTemporaryValues<ExecutionWitness>();
  closing.add(() => witnesses.close());
  const batches = new BatchExecutions({ prover, store, witnesses });
  closing.add(() => batches.close());
  const view: OpenProofs["view"] = {
    outcomes: () => store.outcomes(),
    pending: () => batches.pending(),
    standing: (batchNumber) => batches.standing(batchNumber),
    outcome: (batchNumber, onProgress) => batches.outcome(batchNumber, onProgress),
    served(batchNumber) {
      const [proof, outcome] = [store.proof(batchNumber), store.outcome(batchNumber)];
      return proof === undefined || outcome?.kind !== "proven" ? undefined : { outputs: outcome.outputs, coinbase, proof };
    },
  };
  return { view, batches, store };
}
