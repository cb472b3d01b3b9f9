import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { chunksOfSegment, earlyOf } from "../../../src/proofs/recursion/nodes/segment-leaf.ts";
import type { StatedProof } from "../../../src/proofs/recursion/nodes/node-hints.ts";
import { shapeOfProof } from "../../../src/proofs/recursion/proof-hints.ts";
import type { CheckedShape, StatementCode } from "../../../src/proofs/recursion/proof-code.ts";
import { laterStatement, type ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { FIRST_FOLD } from "../../../src/proofs/stark/segments/fold.ts";
import { type RunPart, type RunProof, verifySegment } from "../../../src/proofs/stark/proofs/verify-run.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { provenRun } from "../../stark/segments/forged-run.ts";
import { boundary, chunks } from "./statements.ts";
import * as toy from "../../stark/segments/toy-machine.ts";
import { toyParameters } from "../../stark/segments/toy-parameters.ts";

/*
 * Runs of the toy machine in segments, whose statements are as long as a chunk's: what place 0 holds before and after are the first
 * elements of both roots, and behind the first of them stand the free words.
 */

const VALUES = [6, 61, 7, 8, 9, 10, 11];

export const toyCode: StatementCode = (_assembler, elements) => VALUES.map((at) => elements[at]!);

/** NOT SECURE: small parameters. */
export function toySegments(backend: Backend): Promise<System> {
  const parameters = {
    ...toyParameters(),
    ...({ hash: { kind: "poseidon" }, transcript: "poseidon", paths: "capped" } as const),
    opening: { kind: "stacked", logStackMin: 8, logStackMax: 12 },
  } as const;
  return toy.machineSystem(backend, [], parameters, { count: 120, shared: 6 }, (bytes) => {
    const elements = wordsOf(bytes);
    return bytes.length === 480 ? VALUES.map((at) => elements[at]!) : undefined;
  });
}

/** Statement of a run between two words of place 0, in the form of a chunk's. */
export function toyRun(before: number, after: number): number[] {
  const [first, last] = [boundary(before, 65535, 0, 40), boundary(after, 65536, 0, 42)];
  return [...chunks(first, last).slice(36, 152), 0, 0, 0, 0].fill(0, VALUES[2], VALUES[6]! + 1);
}

/** The inputs of a run from one boundary to another, whose roots' first elements are what place 0 holds. */
export function toyInputs(
  system: System,
  count: number,
  said: readonly number[],
  run = toy.runMachine({ before: said[VALUES[0]!]! }),
): ProverInput[] {
  const statement = elementBytes(said);
  return toy.machineInputs(toy.cutMachine(run, count), statement).map((input) => ({
    ...input,
    statement: input.segment?.opens === 1 ? statement : laterStatement(system.definition, statement),
  }));
}

/** A segment's proof, as its leaf checks it, and what the leaf is to say. */
export interface ToySegment extends StatedProof {
  readonly part: RunPart;
  readonly shape: CheckedShape;
  readonly leaf: readonly number[];
}

export async function provenSegments(system: System, inputs: readonly ProverInput[], backend: Backend): Promise<ToySegment[]> {
  return segmentsOf(system, inputs, await provenRun(system, inputs, backend));
}

/** Throws for segments that `verifySegment` refuses. */
export function segmentsOf(system: System, inputs: readonly ProverInput[], { seed, proofs }: RunProof): ToySegment[] {
  let before: Uint8Array = FIRST_FOLD;
  return proofs.map((proof, i) => {
    const { statement, segment } = inputs[i]!;
    const verdict = verifySegment(system, statement, { ...segment!, seed, before }, proof);
    if (!verdict.ok) throw new Error(`segment ${i + 1}: ${JSON.stringify(verdict.rejection)}`);
    const { part } = verdict;
    before = part.after;
    return {
      ...{ part, proof, statement: elementBytes(earlyOf(segment!, wordsOf(statement))) },
      shape: { system, shape: shapeOfProof(system, proof), statementCode: toyCode },
      leaf: chunksOfSegment(part, wordsOf(statement)),
    };
  });
}
