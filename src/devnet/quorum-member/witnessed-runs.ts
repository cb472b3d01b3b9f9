import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { BatchInputs } from "../../chain/verification/batch-inputs.ts";
import {
  BatchVerifier,
  type BatchVerifierDependencies,
  type BatchVerifierOptions,
} from "../../chain/verification/batch-verifier.ts";
import { ExecutedBatches, type TakenBatch } from "../../node/execution/executed-batches.ts";

/** A batch that was run, with what the machine needs to run it, too. */
export interface WitnessedRun extends Pick<TakenBatch, "previous"> {
  readonly formed: FormedBatch;
  readonly witness: NonNullable<TakenBatch["witness"]>;
}

/** Runs a chain's batches one by one in an EVM of its own, and has of each what the machine needs. One call at a time. */
export class WitnessedRuns {
  readonly #verifier: BatchVerifier;
  readonly #executed: ExecutedBatches;

  private constructor(verifier: BatchVerifier, executed: ExecutedBatches) {
    this.#verifier = verifier;
    this.#executed = executed;
  }

  /** Rejects as `BatchVerifier.create`. */
  static async create(
    options: BatchVerifierOptions,
    others: Pick<BatchVerifierDependencies, "l1" | "flowsHash">,
  ): Promise<WitnessedRuns> {
    const { identity, coinbase, genesis, initialState } = options;
    const chain = { chainId: identity.chainId, coinbase, genesis, initialState, codes: [] };
    const made: ExecutedBatches[] = [];
    const verifier = await BatchVerifier.create(options, {
      ...others,
      beforeForming: (run) => {
        made.push(new ExecutedBatches(chain, run, () => true));
        return made;
      },
    });
    const [executed] = made;
    if (executed === undefined) throw new TypeError("a verifier has the followers that it is made with");
    return new WitnessedRuns(verifier, executed);
  }

  /** Number of the batch that comes next. */
  get nextBatch(): bigint {
    return this.#verifier.nextBatch;
  }

  /** Runs the next batch. Rejects with BatchRefusal, and then stands where it stood. */
  async run(inputs: BatchInputs): Promise<WitnessedRun> {
    const formed = await this.#verifier.verify(inputs);
    this.#executed.addCodes(formed);
    const { witness, previous } = this.#executed.taken(inputs.batchNumber);
    if (witness === undefined) throw new TypeError("a batch that was run was taken");
    return { formed, witness, previous };
  }

  /** Goes back to before a batch. Rejects with BatchRefusal BatchNumberMismatch where that is too long ago or never was. */
  goBack(batchNumber: bigint): Promise<void> {
    return this.#verifier.goBack(batchNumber);
  }
}
