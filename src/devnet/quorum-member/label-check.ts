import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { BatchInputs } from "../../chain/verification/batch-inputs.ts";
import type { BatchVerifierDependencies, BatchVerifierOptions } from "../../chain/verification/batch-verifier.ts";
import type { ExecutionWitness } from "../../execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../execution-proof/batch/execution-claim.ts";
import { type LabelledExecution, mayLackProof } from "../../execution-proof/batch/execution-label.ts";
import type { ExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import type { Hex } from "../../protocol/hex.ts";
import { requireNoFault } from "./machine-fault.ts";
import { QuorumMemberError } from "./messages.ts";
import { WitnessedRuns } from "./witnessed-runs.ts";

/** A batch that was run. */
interface RunOutcome {
  readonly commitment: Hex;
  readonly witness: ExecutionWitness | LabelledExecution;
}

/** Batches whose runs are remembered, to be asked for again. */
const REMEMBERED_RUNS = 64n;

/**
 * Judges batches that are said to have no proof: it runs them, and all before them, in an EVM of its own, and has the machine say
 * whether their execution could be proven. It lags behind until there is such a batch.
 */
export class LabelCheck {
  readonly #create: () => Promise<WitnessedRuns>;
  readonly #prover: Pick<ExecutionProver, "examine">;
  readonly #runs = new Map<bigint, RunOutcome>();
  /** Made for the first batch that is run. */
  #verifier: WitnessedRuns | undefined;

  constructor(
    options: BatchVerifierOptions,
    {
      prover,
      ...others
    }: Pick<BatchVerifierDependencies, "l1" | "flowsHash"> & { readonly prover: Pick<ExecutionProver, "examine"> },
  ) {
    this.#prover = prover;
    this.#create = () => WitnessedRuns.create(options, others);
  }

  /** Runs the next batch. Rejects with BatchRefusal. */
  async run(inputs: BatchInputs): Promise<void> {
    const { batchNumber } = inputs;
    this.#verifier ??= await this.#create();
    const { formed, witness } = await this.#verifier.run(inputs);
    this.#runs.set(batchNumber, { commitment: formed.commitment, witness });
    this.#runs.delete(batchNumber - REMEMBERED_RUNS);
  }

  /**
   * That a batch comes out as it does, and that its label is the one that this machine gives it, and one that batches of its
   * version may have. Rejects with QuorumMemberError: InputsNeeded where it has not been run, or the refusal.
   */
  async require(formed: FormedBatch, claim: ExecutionClaim, reason: string): Promise<void> {
    const { batchNumber } = formed.outputs;
    const { witness } = await this.requireRun(formed);
    const own = witness.kind === "labelled" ? witness : await this.#prover.examine(witness, claim);
    if (own === undefined)
      throw new QuorumMemberError(
        "ProvableBatch",
        `batch ${batchNumber} is said to have no proof (${reason}), and its execution can be proven`,
      );
    requireNoFault(batchNumber, own);
    if (own.reason !== reason || !mayLackProof(formed.protocolVersion, own.reason))
      throw new QuorumMemberError(
        "LabelMismatch",
        `batch ${batchNumber} of version ${formed.protocolVersion} is said to have no proof for ${reason}, this validator finds ${own.reason} (${own.detail})`,
      );
  }

  /** What came of a run of the batch. Rejects with QuorumMemberError InputsNeeded where it was not, or another one was. */
  async requireRun(formed: FormedBatch): Promise<RunOutcome> {
    const { batchNumber } = formed.outputs;
    const other = await this.forgetOther(formed);
    const run = this.#runs.get(batchNumber);
    if (run !== undefined) return run;
    const why = other === undefined ? "" : `: what was shown of it came out as ${other}, not as ${formed.commitment}`;
    throw new QuorumMemberError(
      "InputsNeeded",
      `batch ${batchNumber} has to be run to be judged${why}`,
      this.#verifier?.nextBatch ?? 0n,
    );
  }

  /**
   * Forgets what was run in the batch's place, and behind that: the chain has formed it again. Resolves with its commitment;
   * undefined where nothing else was run.
   */
  async forgetOther({ outputs: { batchNumber }, commitment }: FormedBatch): Promise<Hex | undefined> {
    const other = this.#runs.get(batchNumber)?.commitment;
    if (other === undefined || other === commitment) return undefined;
    await this.goBack(batchNumber);
    return other;
  }

  /** Forgets the runs of this batch and all after it. */
  async goBack(batchNumber: bigint): Promise<void> {
    for (const number of this.#runs.keys()) if (number >= batchNumber) this.#runs.delete(number);
    if (this.#verifier !== undefined && this.#verifier.nextBatch > batchNumber) await this.#verifier.goBack(batchNumber);
  }
}
