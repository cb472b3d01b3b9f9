import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { BatchInputs } from "../../chain/verification/batch-inputs.ts";
import type { BatchVerifierDependencies, BatchVerifierOptions } from "../../chain/verification/batch-verifier.ts";
import { mayLackProof } from "../../execution-proof/batch/execution-label.ts";
import { MOST_CELLS } from "../../execution-proof/batch/proven-execution.ts";
import type { ChunkFiller } from "../../execution-proof/batch/chunk-filler.ts";
import { formedClaim } from "../../node/execution/formed-claim.ts";
import { requireNoFault } from "./machine-fault.ts";
import { QuorumMemberError } from "./messages.ts";
import { WitnessedRuns, type WitnessedRun } from "./witnessed-runs.ts";

/** The machine of a protocol version. */
type Machine = Pick<ChunkFiller, "plan">;

interface MachineVerifierDependencies extends Pick<BatchVerifierDependencies, "l1" | "flowsHash"> {
  readonly machineOf: (protocolVersion: bigint) => Machine;
}

/**
 * Judges batches by two engines: each is run in the EVM that its sequencer has, over a state of its own, and then in the machine
 * of which proofs are made, which must come to the same end. No proof is made.
 */
export class MachineVerifier {
  readonly #options: BatchVerifierOptions;
  readonly #runs: WitnessedRuns;
  readonly #machineOf: MachineVerifierDependencies["machineOf"];
  readonly #machines = new Map<bigint, Machine>();

  private constructor(options: BatchVerifierOptions, runs: WitnessedRuns, machineOf: MachineVerifierDependencies["machineOf"]) {
    this.#options = options;
    this.#runs = runs;
    this.#machineOf = machineOf;
  }

  /** Rejects as `BatchVerifier.create`. */
  static async create(
    options: BatchVerifierOptions,
    { machineOf, ...others }: MachineVerifierDependencies,
  ): Promise<MachineVerifier> {
    return new MachineVerifier(options, await WitnessedRuns.create(options, others), machineOf);
  }

  /** Number of the batch that comes next. */
  get nextBatch(): bigint {
    return this.#runs.nextBatch;
  }

  /**
   * The batch that the inputs lead to. Rejects with BatchRefusal, or with QuorumMemberError MachineDisagrees, and then stands
   * where it stood.
   */
  async verify(inputs: BatchInputs): Promise<FormedBatch> {
    const run = await this.#runs.run(inputs);
    try {
      await this.#requireSame(run);
      return run.formed;
    } catch (error) {
      await this.goBack(inputs.batchNumber);
      throw error;
    }
  }

  /** Goes back to before a batch. Rejects with BatchRefusal BatchNumberMismatch where that is too long ago or never was. */
  goBack(batchNumber: bigint): Promise<void> {
    return this.#runs.goBack(batchNumber);
  }

  async #requireSame({ formed, witness, previous }: WitnessedRun): Promise<void> {
    const claim = formedClaim(formed, previous, { ...this.#options, chainId: this.#options.identity.chainId });
    const found =
      witness.kind === "labelled" ? witness : await this.#machine(formed).plan(witness, claim, { mostCells: MOST_CELLS });
    if (found.kind !== "labelled") return;
    requireNoFault(formed.outputs.batchNumber, found);
    // What the machine cannot run, or this validator not any more, is run in the EVM alone.
    if (mayLackProof(formed.protocolVersion, found.reason) || found.reason === "block-hash-unknown") return;
    throw new QuorumMemberError(
      "MachineDisagrees",
      `batch ${formed.outputs.batchNumber} was run in the EVM, and the machine does not come to the same: ${found.reason} (${found.detail})`,
    );
  }

  #machine({ protocolVersion }: FormedBatch): Machine {
    const machine = this.#machines.get(protocolVersion) ?? this.#machineOf(protocolVersion);
    this.#machines.set(protocolVersion, machine);
    return machine;
  }
}
