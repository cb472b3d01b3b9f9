import { keccak_256 } from "@noble/hashes/sha3.js";
import type { TreeHash } from "../../kernels/backend.ts";
import { transcriptFactory } from "../transcripts/begin-transcript.ts";
import { concat } from "../transcripts/bytes.ts";
import type { LookupChallenges } from "../systems/evaluate.ts";
import { chainDigest, compressBytes } from "../transcripts/poseidon-transcript.ts";
import type { System } from "../systems/system.ts";
import { elementBytes, wordsOf } from "../transcripts/transcript-form.ts";
import { proofVersion } from "../systems/verification-key.ts";
import { holds, type SegmentFlags } from "../constraints/segment-bounds.ts";

/*
 * The seed of a run's lookup challenges: the last of the folds Fᵢ, of which F₀ is zero. earlyᵢ is the digest of all that tables
 * read besides their columns, and that a prover could else choose once it knows the challenges: index,
 * flags, statement, heights
 * and auxiliary values. All lengths are the key's. What S decides (S itself, the folds, sums) is said late, in the segment's own
 * transcript, and never folded.
 *
 * With a transcript of keccak: Fᵢ = keccak256(22 ‖ Fᵢ₋₁ ‖ mainRootᵢ ‖ earlyᵢ), earlyᵢ = keccak256(23 ‖ key digest ‖ index ‖ opens
 * ‖ closes ‖ version and heights ‖ auxiliary values ‖ keccak256(statement)).
 *
 * With one of Poseidon: Fᵢ = C₂₂(Fᵢ₋₁, C₂₂(mainRootᵢ, earlyᵢ)), where C₂₃(key digest, version ‖ hash of the trees ‖ 0⁶) stands
 * for F₀, and earlyᵢ is the chain of C₂₃ from 0⁸ over index ‖ opens ‖ closes ‖ 0⁵ ‖ statement ‖ heights ‖ auxiliary values,
 * filled up with 0.
 */

/** Contribution of a segment to the fold. */
export interface SegmentCommitment {
  readonly mainRoot: Uint8Array;
  readonly early: Uint8Array;
}

/** Tags of both hashes. */
export const [FOLD_TAG, EARLY_TAG] = [22, 23];
const SEED = new TextEncoder().encode("hyperchain.segments.lookup");
/** The trees' hash, as the first fold has it. */
const HASH_NUMBERS: Readonly<Record<TreeHash["kind"], number>> = { keccak: 0, poseidon: 2 };

/** F₀: before the first segment. */
export const FIRST_FOLD = new Uint8Array(32);

export function isFirstFold(fold: Uint8Array): boolean {
  return fold.every((byte) => byte === 0);
}

type FoldingSystem = Pick<System, "verificationKeyDigest" | "definition" | "parameters">;

/** earlyᵢ. */
export function earlyHash(
  system: FoldingSystem,
  flags: SegmentFlags,
  head: { readonly header: Uint8Array; readonly auxiliary: Uint8Array },
  statement: Uint8Array,
): Uint8Array {
  const { verificationKeyDigest, definition, parameters } = system;
  const isSaid = holds(definition, "statement in the fold");
  const { index, opens, closes } = flags;
  const { header, auxiliary } = head;
  if (parameters.transcript === "poseidon") {
    const said = wordsOf(isSaid ? statement : new Uint8Array(statement.length));
    return chainDigest(EARLY_TAG, [index, opens, closes, 0, 0, 0, 0, 0, ...said, ...header.subarray(1), ...wordsOf(auxiliary)]);
  }
  const said = isSaid ? keccak_256(statement) : new Uint8Array(32);
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, index);
  return keccak_256(
    concat([Uint8Array.of(EARLY_TAG), verificationKeyDigest, place, Uint8Array.of(opens, closes), header, auxiliary, said]),
  );
}

/** Fᵢ. */
export function foldSegment(system: FoldingSystem, before: Uint8Array, { mainRoot, early }: SegmentCommitment): Uint8Array {
  const { definition, parameters } = system;
  const root = holds(definition, "root in the fold") ? mainRoot : new Uint8Array(mainRoot.length);
  if (parameters.transcript === "poseidon") {
    const left = isFirstFold(before) ? firstLeft(system) : before;
    return compressBytes(FOLD_TAG, left, compressBytes(FOLD_TAG, root, early));
  }
  return keccak_256(concat([Uint8Array.of(FOLD_TAG), before, root, early]));
}

/** Value of F₀ in F₁, so that a fold is one of a key. With a transcript of Poseidon. */
export function firstLeft({ verificationKeyDigest, parameters }: FoldingSystem): Uint8Array {
  const version = proofVersion(parameters, true);
  const proofs = elementBytes([version, HASH_NUMBERS[parameters.hash.kind], 0, 0, 0, 0, 0, 0]);
  return compressBytes(EARLY_TAG, elementBytes(wordsOf(verificationKeyDigest)), proofs);
}

/** The challenges of a run's lookups, the same in all its segments: by the transcript, from S alone. */
export function runChallenges({ parameters }: Pick<System, "parameters">, seed: Uint8Array): LookupChallenges {
  const bytes = parameters.transcript === "poseidon" ? seed : concat([SEED, seed]);
  const transcript = transcriptFactory(parameters)(parameters.extensionDegree, [{ label: "seed", bytes }]);
  return { fold: transcript.challenge("lookupFold"), offset: transcript.challenge("lookupOffset") };
}
