import { BOUNDARY_WORDS, type Boundary, type RunEnvironment } from "../../machine/interpreter/environment.ts";
import { firstWords } from "../memory-places.ts";
import { compareDigests } from "../../../ground/protocol/diff-digest.ts";
import { encodeStatement, type StatedProgram } from "../run-statement.ts";
import type { Digest } from "../../../ground/protocol/digest.ts";
import type { ExecutionBatchProof } from "./batch-proof.ts";

/** Boundary between two chunks. */
export interface Joint {
  readonly boundary: Boundary;
  readonly root: Digest;
}

/** Between which joints a chunk stands, in an environment that no chunk changes. */
export interface ChunkEnds {
  readonly environment: Omit<RunEnvironment, "boundary">;
  readonly before: Joint;
  readonly after: Joint;
}

/** Statement of a chunk's proof. Throws like `encodeStatement`. */
export function chunkStatement(program: StatedProgram, { environment, before, after }: ChunkEnds): Uint8Array {
  const [first, last] = [before, after].map(({ boundary }) => firstWords({ ...environment, boundary })) as [bigint[], bigint[]];
  const changes = first.map((word, i) => ({ before: word, after: last[i] ?? 0n }));
  return encodeStatement(program, changes, { before: before.root, after: after.root });
}

/** The first word of a boundary that differs from another one's, the chain of blocks' hashes left out. */
export function otherWord(a: Omit<Boundary, "blockHashes">, b: Omit<Boundary, "blockHashes">): keyof Boundary | undefined {
  return BOUNDARY_WORDS.find((name) => name !== "blockHashes" && a[name] !== b[name]);
}

export function isSameJoint(a: Joint, b: Joint): boolean {
  const isBoundarySame = BOUNDARY_WORDS.every((name) => a.boundary[name] === b.boundary[name]);
  return isBoundarySame && compareDigests(a.root, b.root) === 0;
}

/** With what each chunk of a proof begins. */
export function firstJoints(proof: ExecutionBatchProof, first: Omit<Boundary, "blockHashes">): Joint[] {
  const begin = { boundary: { ...first, blockHashes: proof.blockHashes }, root: proof.rootBefore };
  return [begin, ...proof.chunks.slice(0, -1)];
}
