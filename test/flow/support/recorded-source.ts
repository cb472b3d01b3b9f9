import { isDeepStrictEqual } from "node:util";
import type { DevnetDependencies } from "../../../src/ecosystem/devnet/devnet.ts";
import type { ExecutionClaim } from "../../../src/proofs/execution-proof/batch/execution-claim.ts";
import { fieldsOf, isJoinable, type JoinableBatch } from "../../../src/proofs/l1-proof/batch-for-l1.ts";
import { fromHex, toHex } from "../../../src/ground/protocol/hex.ts";
import { currentProof, type RecordedName, type RecordedProof } from "../../support/recorded-proofs.ts";

type ProverPorts = Required<Pick<DevnetDependencies, "executionProver" | "l1Prover">>;

/** Metrics of proofs that an earlier run made. */
const NO_METRICS = {
  backend: "recorded",
  workers: 0,
  logRows: 0,
  cells: 0,
  seconds: 0,
  phaseSeconds: {},
  chunks: 0,
  provenBits: 0,
};

/**
 * Provers of a source's batch, and of the proof for L1. If an earlier run recorded both proofs of the same batch by the same keys,
 * they show these; else they make them, and `single` must be recorded. Importer and L1 check both.
 */
export class RecordedSource implements ProverPorts {
  readonly #recorded: RecordedProof | undefined;
  /** New proof of the batch alone, as its node offers it; undefined if the recorded one is used. */
  single: RecordedProof["single"];

  constructor(name: RecordedName) {
    this.#recorded = currentProof(name);
  }

  readonly executionProver: ProverPorts["executionProver"] = (prover) => ({
    prepare: (version) => (this.#recorded === undefined ? prover.prepare(version) : Promise.resolve()),
    prove: (witness, claim, options) =>
      this.#isRecorded(claim)
        ? Promise.resolve({ kind: "proven", proof: new Uint8Array(), metrics: NO_METRICS })
        : prover.prove(witness, claim, options),
    verify: (claim, proof) => (this.#isRecorded(claim) ? Promise.resolve(NO_METRICS) : prover.verify(claim, proof)),
  });

  readonly l1Prover: ProverPorts["l1Prover"] = (prover) => ({
    prepare: async (batch, options) => {
      if (isJoinable(batch)) return prover.prepare(batch, options);
      const fields = fieldsOf(batch);
      const { batches: [recorded] = [], single } = this.#recorded ?? {};
      if (single !== undefined && isDeepStrictEqual(recorded, fields)) {
        const joinable: JoinableBatch = { fields, program: single.program, proof: fromHex(single.proof) };
        return { joinable: () => Promise.resolve(joinable), release: () => undefined };
      }
      const prepared = await prover.prepare(batch, options);
      const { program, proof } = await prepared.joinable();
      this.single = { program, proof: toHex(proof) };
      return prepared;
    },
    prove: async (batches, options) => {
      const [batch] = batches;
      const { single, digest, proof } = this.#recorded ?? {};
      const isSame = batches.length === 1 && batch !== undefined && isJoinable(batch) && toHex(batch.proof) === single?.proof;
      if (!isSame || digest === undefined || proof === undefined) return prover.prove(batches, options);
      return { digest, proof: fromHex(proof), metrics: NO_METRICS };
    },
  });

  #isRecorded({ batch }: ExecutionClaim): boolean {
    const recorded = this.#recorded?.batches[0]?.batch;
    return recorded?.newStateRoot === batch.newStateRoot && recorded.outputsHash === batch.outputsHash;
  }
}
