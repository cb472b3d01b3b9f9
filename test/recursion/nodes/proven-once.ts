import { ProvingBackends } from "../../../src/proofs/devices/proving-backends.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { NodeProver } from "../../../src/proofs/l1-proof/prove-node.ts";
import type { StatedProof } from "../../../src/proofs/recursion/nodes/node-hints.ts";
import type { PreparedProgram } from "../../../src/proofs/recursion/nodes/program-set.ts";

/** A proof of a program that makes no other one here. */
export async function provenOnce(
  program: PreparedProgram,
  backend: Backend,
  elements: readonly number[],
  proofs: readonly StatedProof[] = [],
): Promise<StatedProof> {
  const prover = new NodeProver(program, new ProvingBackends(backend));
  try {
    return await prover.prove(elements, proofs);
  } finally {
    await prover.release();
  }
}
