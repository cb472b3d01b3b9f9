import { DIGEST } from "../../shapes/digest.ts";
import { EXTENSION_DEGREE } from "./columns.ts";

/** Highest power of r that is a public value: a row absorbs at most three coefficients. */
export const HIGHEST_POWER = 3;

/** First index of each group of public values. The last nine are the prover's, the others follow from the statement. */
export const PUBLIC = {
  oldStateRoot: 0,
  newStateRoot: 8,
  diffDigest: 16,
  y: 24,
  /** 16-bit limbs, least significant first. */
  outputsHash: 29,
  /** Coordinate c of r^k at (k − 1) · 5 + c, k = 1 … 3. */
  rPowers: 45,
  /** Auxiliary: root of the working subtree after the batch. */
  finalRoot: 60,
  /** Auxiliary: leaf count after the batch. */
  finalLeafCount: 68,
} as const;

/** Public values that follow from the statement. */
export const STATEMENT_PUBLIC_COUNT = PUBLIC.rPowers + HIGHEST_POWER * EXTENSION_DEGREE;
/** Public values that the prover supplies inside the proof. */
export const AUXILIARY_COUNT = DIGEST + 1;
/** All public values, the auxiliary ones last. */
export const PUBLIC_COUNT = STATEMENT_PUBLIC_COUNT + AUXILIARY_COUNT;
