import { systemOfBatch } from "../execution-proof/batch/product-programs.ts";
import { verify } from "../stark/proofs/verify.ts";
import type { System } from "../stark/systems/system.ts";
import { type JoinableBatch, joinableStatement } from "./batch-for-l1.ts";

/** Verifies proofs of single batches by the keys of the package's programs, without a prover. */
export class BatchVerdicts {
  readonly #systems = new Map<string, System>();

  /**
   * Reason why a proof does not show that the batch is valid; undefined if it does. Never throws for a hostile name or proof.
   * Throws RangeError for fields that L1 would not have stored.
   */
  refusalOf(batch: JoinableBatch): string | undefined {
    const system = this.#systems.get(batch.program) ?? systemOfBatch(batch.program);
    if (system === undefined) return "it is of none of the package's programs of batches";
    this.#systems.set(batch.program, system);
    const verdict = verify(system, joinableStatement(batch), batch.proof);
    return verdict.ok ? undefined : verdict.rejection.code;
  }
}
