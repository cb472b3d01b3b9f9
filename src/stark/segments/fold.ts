import { keccak_256 } from "@noble/hashes/sha3.js";
import type { LookupChallenges } from "../evaluate.ts";
import type { System } from "../system.ts";
import { concat, createTranscript } from "../transcript.ts";
import { holds, type SegmentFlags } from "./segment-bounds.ts";

/*
 * The seed of a run's lookup challenges. F₀ is 32 zeros, Fᵢ = keccak256(22 ‖ Fᵢ₋₁ ‖ mainRootᵢ ‖ earlyᵢ), and the seed S is the
 * last of them. earlyᵢ = keccak256(23 ‖ key digest ‖ index ‖ opens ‖ closes ‖ heights ‖ auxiliary values ‖
 * keccak256(statement)): all that tables read beside their columns, and that a prover could else choose once it knows the
 * challenges. All lengths are the key's. What S decides (S itself, the folds, sums) is said late, in the segment's own
 * transcript, and never folded.
 */

/** What a segment adds to the fold. */
export interface SegmentCommitment {
  readonly mainRoot: Uint8Array;
  readonly early: Uint8Array;
}

const [FOLD, EARLY] = [22, 23];
const SEED = new TextEncoder().encode("hyperchain.segments.lookup");

/** F₀: before the first segment. */
export const FIRST_FOLD = new Uint8Array(32);

export function isFirstFold(fold: Uint8Array): boolean {
  return fold.every((byte) => byte === 0);
}

/** earlyᵢ. The statement is empty but in the opening segment. */
export function earlyHash(
  { verificationKeyDigest, definition }: Pick<System, "verificationKeyDigest" | "definition">,
  { index, opens, closes }: SegmentFlags,
  { header, auxiliary }: { readonly header: Uint8Array; readonly auxiliary: Uint8Array },
  statement: Uint8Array,
): Uint8Array {
  const said = holds(definition, "statement in the fold") ? keccak_256(statement) : new Uint8Array(32);
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, index);
  const flags = Uint8Array.of(opens, closes);
  return keccak_256(concat([Uint8Array.of(EARLY), verificationKeyDigest, place, flags, header, auxiliary, said]));
}

/** Fᵢ. */
export function foldSegment(
  { definition }: Pick<System, "definition">,
  before: Uint8Array,
  { mainRoot, early }: SegmentCommitment,
): Uint8Array {
  const root = holds(definition, "root in the fold") ? mainRoot : new Uint8Array(mainRoot.length);
  return keccak_256(concat([Uint8Array.of(FOLD), before, root, early]));
}

/** The challenges of a run's lookups, the same in all its segments: by the transcript, from S alone. */
export function runChallenges({ parameters }: Pick<System, "parameters">, seed: Uint8Array): LookupChallenges {
  const transcript = createTranscript(parameters.extensionDegree, [{ label: "seed", bytes: concat([SEED, seed]) }]);
  return { fold: transcript.challenge("lookupFold"), offset: transcript.challenge("lookupOffset") };
}
