import { buildTrace, traceLogRows } from "../circuits/state-transition/trace/build-trace.ts";
import { encodeListStatement } from "../circuits/state-transition/list-system.ts";
import { decodeRelisting } from "../execution-proof/batch/batch-proof.ts";
import { type Relisting, relistedTree } from "../execution-proof/batch/relisting.ts";
import { relistingInput } from "../execution-proof/batch/relisting-system.ts";
import { createCompressor } from "../kernels/wasm/compressor.ts";
import type { StateJob } from "../prover/job.ts";
import { decodeStateInput } from "../prover/state-input.ts";
import type { NodePrograms } from "../recursion/nodes/node-programs.ts";
import type { CheckedShape } from "../recursion/proof-code.ts";
import { shapeOfProof } from "../recursion/proof-hints.ts";
import type { ProverInput } from "../stark/proving/prover-input.ts";
import { RejectedProof } from "../stark/openings/rejection.ts";
import type { System } from "../stark/systems/system.ts";
import { L1ProofError } from "./l1-proof-error.ts";

/** Proofs that programs begin with and that are made for them, as jobs name what they are of. */
export const LIST_PROOF = "list";
export const RELISTING_PROOF = "relisting";

/** Inputs of a proof, with its system. */
interface FilledProof {
  readonly system: System;
  readonly input: ProverInput;
}

/** Which leaf checks a chunk's proof; `program` is the digest of its key. Throws L1ProofError OtherKey or ShapeUnknown. */
export function placeOfChunk(program: Uint8Array, proof: Uint8Array, { first: { chunks } }: NodePrograms): number {
  const { system } = chunksChecked(program, chunks);
  return placeOf(chunks, heightsOf(system, proof) ?? [], "a chunk");
}

/** Which leaf checks a segment's proof, and of which system that is; `program` likewise. Throws as `placeOfChunk`. */
export function placeOfSegment(
  program: Uint8Array,
  proof: Uint8Array,
  { first: { chunks, segments = [] } }: NodePrograms,
): { readonly place: number; readonly system: System } {
  chunksChecked(program, chunks);
  const [{ system } = noShape("a segment", [])] = segments;
  return { place: placeOf(segments, heightsOf(system, proof) ?? [], "a segment"), system };
}

function chunksChecked(program: Uint8Array, [chunk = noShape("a chunk", [])]: readonly CheckedShape[]): CheckedShape {
  if (!Buffer.from(program).equals(chunk.system.verificationKeyDigest))
    throw new L1ProofError("OtherKey", "the chunks' proofs are of another program than the one that leaves check");
  return chunk;
}

/** Which program of a batch checks the proof of this list. Throws L1ProofError ShapeUnknown. */
export function listPlace({ witness }: StateJob, { first: { lists } }: NodePrograms): number {
  return placeOf(lists, [traceLogRows(witness)], "a list");
}

/** Which program checks the proof of this relisting, and what that says. Throws L1ProofError ShapeUnknown. */
export function relistingPlace(
  relisting: Relisting,
  { first: { relistings } }: NodePrograms,
): { readonly place: number; readonly statement: Uint8Array } {
  const { input } = filledRelisting(relisting, relistings);
  const heights = input.traces.map(([column]) => Math.log2(column?.length ?? 1));
  return { place: placeOf(relistings, heights, "a relisting"), statement: input.statement };
}

/**
 * Fills the tables of a job's proof. Throws like `decodeStateInput`, `buildTrace` and `decodeRelisting` for malformed
 * input.
 */
export function filledFirst(program: string, bytes: Uint8Array, { first }: NodePrograms): FilledProof {
  return program === LIST_PROOF
    ? filledList(decodeStateInput(bytes), first.lists)
    : filledRelisting(decodeRelisting(bytes), first.relistings);
}

/** Why proofs that programs begin with are of no height that a program checks; undefined where they are of one. */
export function heightsRefusal(program: string, proof: Uint8Array, { first }: NodePrograms): string | undefined {
  const shapes = program === LIST_PROOF ? first.lists : first.relistings;
  const heights = shapes[0] === undefined ? undefined : heightsOf(shapes[0].system, proof);
  return shapes.some(({ shape }) => isSame(shape.logRows, heights ?? [])) ? undefined : "OtherHeights";
}

/** The system of proofs that programs begin with. */
export function firstSystem(program: string, { first }: NodePrograms): System {
  const [{ system } = noShape(program, [])] = program === LIST_PROOF ? first.lists : first.relistings;
  return system;
}

function filledList({ witness, statement }: StateJob, [shape = noShape("a list", [])]: readonly CheckedShape[]): FilledProof {
  const trace = buildTrace(witness, statement.point);
  return {
    system: shape.system,
    input: { statement: encodeListStatement(statement), auxiliary: [trace.auxiliary], traces: [trace.columns] },
  };
}

function filledRelisting(relisting: Relisting, [shape = noShape("a relisting", [])]: readonly CheckedShape[]): FilledProof {
  const { system } = shape;
  const tree = relistedTree(relisting, createCompressor().compress);
  return { system, input: relistingInput(tree, relisting, system.parameters) };
}

function heightsOf(system: System, proof: Uint8Array): readonly number[] | undefined {
  try {
    return shapeOfProof(system, proof).logRows;
  } catch (error) {
    if (error instanceof RejectedProof) return undefined;
    throw error;
  }
}

function placeOf(shapes: readonly CheckedShape[], heights: readonly number[], subject: string): number {
  const place = shapes.findIndex(({ shape }) => isSame(shape.logRows, heights));
  return place >= 0 ? place : noShape(subject, heights);
}

function noShape(subject: string, heights: readonly number[]): never {
  throw new L1ProofError(
    "ShapeUnknown",
    `no program checks the proof of ${subject} whose tables have 2^(${heights.join(", ")}) rows: L1 gets no proof of it`,
  );
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((height, i) => height === b[i]);
}
