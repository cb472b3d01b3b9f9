import type { Backend } from "../../src/proofs/kernels/backend.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { squaresDefinition, squaresInput } from "../stark/airs/squares.ts";

/** NOT SECURE: a stack by Poseidon, small. */
export function leafParameters(overrides: Partial<ProofParameters> = {}): ProofParameters {
  return smallParameters({
    ...{ hash: { kind: "poseidon" }, transcript: "poseidon", minLogRows: 4, maxLogRows: 8, queryCount: 5 },
    ...{
      opening: { kind: "stacked", logStackMin: 9, logStackMax: 12 },
      logFinalMax: 2,
      logArity: 2,
      grindingBits: 5,
    },
    ...overrides,
  });
}

/** Squares, whose statements are two elements. */
export async function squaresLeafSystem(parameters: ProofParameters, backend: Backend): Promise<System> {
  const definition = {
    ...squaresDefinition(parameters),
    statementElements: { count: 2, shared: 0 },
    publicValues: (statement: Uint8Array) => (statement.length === 8 ? wordsOf(statement) : undefined),
  };
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}

export function squaresLeafInput(heights: { readonly squares: number; readonly requests: number }, start = 1): ProverInput {
  const input = squaresInput(heights, { start, stride: 2, realRows: 7 });
  return { ...input, statement: elementBytes([...input.statement]) };
}
