import type { BaseContract } from "ethers";
import { reasonOf } from "../../../../src/ground/errors/reason-of.ts";
import { bundledArtifact } from "../../../../src/tool/plugin/contract-artifacts.ts";
import { packageProofContracts } from "../../../../src/ecosystem/devnet/chains/proof-contracts.ts";
import type { ExecutionClaim } from "../../../../src/proofs/execution-proof/batch/execution-claim.ts";
import { createL1Prover, type L1Prover } from "../../../../src/proofs/l1-proof/l1-prover.ts";
import { L1ProofError } from "../../../../src/proofs/l1-proof/l1-proof-error.ts";
import { aggregateStatement } from "../../../../src/ground/protocol/aggregate.ts";
import { digestToHex, elementsToBytes } from "../../../../src/ground/protocol/digest.ts";
import { toHex } from "../../../../src/ground/protocol/hex.ts";
import { PROVEN_VERSION, isProvenOnL1 } from "../../../../src/ground/protocol/protocol-version.ts";
import { encodeStateInput } from "../../../../src/proofs/prover/encode-state-input.ts";
import type { StateJob } from "../../../../src/proofs/prover/job.ts";
import { type LocalL1, startLocalL1 } from "../../../support/l1.ts";

/** Inputs of a batch's proof for L1. */
interface ToShow {
  readonly claim: ExecutionClaim;
  readonly job: StateJob;
}

/** Number of proofs that L1's one depends on, itself included, or the reason why L1 accepts no proof of the batch. */
type Shown = { readonly proofs: number } | { readonly refusal: string };
/** State of a hub in the statement of batches without one. */
const NO_HUB = `0x${"00".repeat(32)}`;
const MOST_GAS = 2 ** 24;

/** Whether version 0x203 has the rules by which the batch was executed, be it of a chain on which nothing is proven. */
export function canBeShown(version: bigint): boolean {
  return isProvenOnL1(version);
}

/** Converts the batch to the version whose batches L1 checks: it has the same rules, and its number is part of the proof. */
export function asShown<Batch extends ToShow>(batch: Batch): Batch {
  const protocolVersion = PROVEN_VERSION;
  const { claim, job } = batch;
  return { ...batch, claim: { ...claim, batch: { ...claim.batch, protocolVersion } }, job: { ...job, protocolVersion } };
}

/** Makes the proofs up to the one for L1 by the package's programs, and has the package's contracts on an L1 check the last one. */
export class ShownOnL1 {
  readonly #prover: L1Prover;
  readonly #l1: LocalL1;
  readonly #verifier: BaseContract;

  private constructor(prover: L1Prover, l1: LocalL1, verifier: BaseContract) {
    this.#prover = prover;
    this.#l1 = l1;
    this.#verifier = verifier;
  }

  static async start(workers: number): Promise<ShownOnL1> {
    const l1 = await startLocalL1();
    const { contracts } = await packageProofContracts(bundledArtifact, "stark", "small").contracts();
    const addresses: string[] = [];
    for (const { name } of contracts.slice(0, -1)) addresses.push(await (await l1.deploy(name)).getAddress());
    const stark = await l1.deploy(contracts.at(-1)?.name ?? "", ...addresses);
    const verifier = await l1.deploy("AggregateVerifier", await stark.getAddress());
    return new ShownOnL1(createL1Prover({ workers, programs: "package" }), l1, verifier);
  }

  /** `execution`: the proofs of the batch's chunks, by parameters for programs. `tell` hears each proof that is made. */
  async show({ claim, job }: ToShow, execution: Uint8Array, tell: (line: string) => void): Promise<Shown> {
    try {
      const { proofs, digest, fields } = await this.#prover.plan(
        [{ claim, execution, list: await encodeStateInput(job) }],
        "small",
      );
      const made: Uint8Array[] = [];
      for (const { kind, key, input, needs } of proofs) {
        const own = await this.#prover.make({ kind, key, input, needs: needs.map((place) => made[place] ?? new Uint8Array()) });
        made.push(own.proof);
        tell(`${made.length} of ${proofs.length} proofs for L1 are made, ${kind}`);
      }
      const { batchCount, ...said } = aggregateStatement(fields, digest);
      const [point, evaluation] = [said.point, said.evaluation].map((value) => toHex(elementsToBytes(value)));
      const refusal = await this.#refusal([batchCount, digestToHex(digest), point, evaluation, NO_HUB, NO_HUB], made.at(-1));
      return refusal === undefined ? { proofs: made.length } : { refusal };
    } catch (error) {
      if (error instanceof L1ProofError) return { refusal: `${error.code}: ${error.message}` };
      throw error;
    }
  }

  /** Why the contracts do not take the last proof; undefined where they do. */
  async #refusal(statement: readonly unknown[], proof: Uint8Array | undefined): Promise<string | undefined> {
    const verify = this.#verifier.getFunction("verify");
    try {
      const isValid = (await verify.staticCall(statement, proof, { gasLimit: MOST_GAS })) as boolean;
      return isValid ? undefined : "L1 answers that the proof is not valid";
    } catch (error) {
      return `L1 refuses the proof: ${reasonOf(error)}`;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#prover.close(), this.#l1.close()]);
  }
}
