import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { Chain, UnformedBatch } from "../../chain/chain.ts";
import type { BatchWitness } from "../../execution-proof/batch/batch-witness.ts";
import type { ExecutedBlock } from "../../execution-proof/batch/executed-batch.ts";
import type { LabelledExecution } from "../../execution-proof/batch/execution-label.ts";
import type { ExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import { openTemporaryValues } from "../../ledger/temporary-values.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { SequencedBlock } from "../../chain/ordering/batch-reducer.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import type { Disposer } from "../../runtime/disposer.ts";
import { formedClaim } from "./formed-claim.ts";
import { ExecutedBatches } from "./executed-batches.ts";
import type { ExecutedBatchesOptions } from "./executed-batches.ts";
import { ExecutionQueue } from "./execution-queue.ts";
import type { ProvableBatch } from "./execution-queue.ts";
import type { ExecutionOutcome, ExecutionStanding } from "./execution-outcome.ts";
import type { ExecutionStore } from "./execution-store.ts";

/** What proves the execution of a chain's batches, and where that is kept. */
export interface ExecutionProofs {
  /** May be shared: it proves one batch at a time, in the order in which it is asked. */
  readonly prover: Pick<ExecutionProver, "prepare" | "prove" | "verify">;
  readonly store: ExecutionStore;
  /** Told of each batch once its proof is under way, or known to be none. */
  readonly onBatch?: (batch: FormedBatch) => void;
}

/** What a caller needs to check a batch's execution beside L1. Nothing of it has to be believed. */
export interface ServedExecution {
  readonly outputs: FormedBatch["outputs"];
  readonly coinbase: Hex;
  readonly proof: Uint8Array;
}

/** What there is of the proofs of a chain's batches. */
export interface ExecutionView {
  /** Batches that have an outcome, in order. */
  outcomes(): ReadonlyMap<bigint, ExecutionOutcome>;
  /** Batches that have none yet, the one that is being proven first. */
  pending(): readonly bigint[];
  standing(batchNumber: bigint): ExecutionStanding | undefined;
  /** Resolves with what became of a batch's proof. Rejects with ExecutionGoneError. */
  outcome(batchNumber: BatchNumber): Promise<ExecutionOutcome>;
  /** Undefined where the batch has no proof, or it is not kept any more. */
  served(batchNumber: bigint): ServedExecution | undefined;
}

/** Follows a chain, and has the execution of its batches proven where it is to be. */
export interface NodeExecution {
  /** Undefined where nothing is proven. */
  readonly view: ExecutionView | undefined;
  onBlock(block: SequencedBlock): void;
  beforeForming(batch: UnformedBatch): void;
  onBatch(batch: FormedBatch): void;
  /** The chain has carried out again what an earlier process did: what is kept of later batches is of none. */
  follow(chain: Pick<Chain, "index" | "sequencer" | "protocolVersion">): void;
}

/** Where a batch stands between its sealing and its forming. */
interface Taken {
  readonly batchNumber: BatchNumber;
  readonly previous: UnformedBatch["previous"];
  /** Undefined where it is not needed: an earlier process has proven the batch. */
  readonly witness: BatchWitness | LabelledExecution | undefined;
}

/** What is done with a chain's batches: proofs of their execution are made, or what they are made from is handed on, or both. */
export interface ExecutionUses {
  readonly proofs?: ExecutionProofs | undefined;
  /** Told of each batch as it is formed, again where a start repeats it. */
  readonly onProvable?: ((batch: ProvableBatch) => void) | undefined;
}

/** The proofs that are made behind a chain. */
interface OpenProofs {
  readonly view: ExecutionView;
  readonly queue: ExecutionQueue;
  readonly store: ExecutionStore;
}

export function openNodeExecution(
  options: ExecutedBatchesOptions,
  { proofs, onProvable }: ExecutionUses,
  closing: Disposer,
): NodeExecution {
  const older = openTemporaryValues<readonly ExecutedBlock[]>();
  closing.add(() => older.close());
  const executed = new ExecutedBatches(options, older);
  const open = proofs === undefined ? undefined : openProofs(options.coinbase, proofs, closing);
  let taken: Taken | undefined;
  let followed: Pick<Chain, "protocolVersion"> | undefined;
  /** The last batch for which the prover has made ready. */
  let prepared: bigint | undefined;
  return {
    view: open?.view,
    onBlock(block) {
      executed.addBlock(block);
      if (proofs === undefined || followed === undefined || block.batchNumber === prepared) return;
      prepared = block.batchNumber;
      // What fails here fails again, and is told, when the batch is to be proven.
      proofs.prover.prepare(followed.protocolVersion()).catch(() => undefined);
    },
    beforeForming(batch) {
      const { batchNumber, previous } = batch;
      const isAsked = onProvable !== undefined || open?.store.outcome(batchNumber) === undefined;
      taken = { batchNumber, previous, witness: executed.take(batch, isAsked) };
    },
    onBatch(batch) {
      const { commitment, outputs } = batch;
      const own = taken?.batchNumber === outputs.batchNumber ? taken : undefined;
      taken = undefined;
      executed.addCodes(batch);
      const provable = (witness: ProvableBatch["witness"]): ProvableBatch => ({
        ...{ commitment, witness },
        claim: formedClaim(batch, own?.previous, options),
      });
      if (own?.witness !== undefined) onProvable?.(provable(own.witness));
      if (open !== undefined) take(open, batch, own?.witness, provable);
      proofs?.onBatch?.(batch);
    },
    follow(chain) {
      const { index, sequencer } = chain;
      if (open === undefined) return;
      followed = chain;
      open.queue.forgetFrom(sequencer.batchNumber);
      closing.add(index.onReturn(() => open.queue.forgetFrom(sequencer.batchNumber)));
    },
  };
}

/** Has the batch proven, unless what an earlier process kept of it is of this batch. */
function take(
  { queue, store }: OpenProofs,
  { commitment, outputs: { batchNumber } }: FormedBatch,
  witness: Taken["witness"],
  provable: (witness: ProvableBatch["witness"]) => ProvableBatch,
): void {
  const kept = store.outcome(batchNumber);
  if (kept === undefined && witness !== undefined) queue.add(provable(witness));
  else if (kept?.commitment !== commitment) {
    queue.forgetFrom(batchNumber);
    const detail = "what is kept of its proof is of another batch, and its witness was not made; start again to prove it";
    queue.add(provable({ kind: "labelled", reason: "fault", detail }));
  }
}

function openProofs(coinbase: Hex, { prover, store }: ExecutionProofs, closing: Disposer): OpenProofs {
  const witnesses = openTemporaryValues<BatchWitness>();
  closing.add(() => witnesses.close());
  const queue = new ExecutionQueue({ prover, store, witnesses });
  closing.add(() => queue.close());
  const view: ExecutionView = {
    outcomes: () => store.outcomes(),
    pending: () => queue.pending(),
    standing: (batchNumber) => queue.standing(batchNumber),
    outcome: (batchNumber) => queue.outcome(batchNumber),
    served(batchNumber) {
      const [proof, outcome] = [store.proof(batchNumber), store.outcome(batchNumber)];
      return proof === undefined || outcome?.kind !== "proven" ? undefined : { outputs: outcome.outputs, coinbase, proof };
    },
  };
  return { view, queue, store };
}
