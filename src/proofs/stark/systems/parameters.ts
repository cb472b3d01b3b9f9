import { createExtension } from "../../field/extension.ts";
import { TWO_ADICITY } from "../../field/koala-bear.ts";
import type { LeafEncoding, TreeHash } from "../../kernels/backend.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { MAX_STACK_COLUMNS } from "./stack-shape.ts";

/**
 * Method of committing and opening columns: every column's value at each query, by rows; or the coefficients
 * of all columns in a few long columns of 2^logStackMin to 2^logStackMax, which a query opens
 * (`stacked/stack-shape.ts`): there one value is sent for all coordinates of a value of the extension. Each
 * position has a separate leaf; in trees of a single stack column two neighbours may share one: their values
 * fill a block of keccak, so that such a tree takes half the hashes.
 */
type OpeningParameters =
  | { readonly kind: "rows" }
  | {
      readonly kind: "stacked";
      readonly logStackMin: number;
      readonly logStackMax: number;
      readonly singleColumnLeaves?: "paired";
    };

/** Low bits of an element that are as good as uniform: p − 1 is 127·2^24. */
export const UNIFORM_BITS = TWO_ADICITY;

/** log2 of a stack's places at most: their bits are taken by 32-bit operators (`stacked/claims.ts`). */
const MOST_LOG_PLACES = 31;

/** Amounts of randomness that hide the witness; `hiding.ts` has the smallest numbers. */
export interface HidingParameters {
  /** Rows at the table's end whose cells are random. */
  readonly randomRows: number;
  /** Coefficients that a chunk of the quotient shares with the next one. */
  readonly quotientMask: number;
}

/** Everything a verifier fixes about a proof besides the tables. All of it enters the verification key digest. */
export interface ProofParameters {
  /** Degree of the extension that challenges are drawn from: 4, 5 or 6. */
  readonly extensionDegree: number;
  /** log2 of evaluation domain size over trace length. */
  readonly logBlowup: number;
  /** Positions at which every commitment is opened, distinct ones with a transcript of keccak. At least 1. */
  readonly queryCount: number;
  /** Zero bits that the nonce's hash must have: its first of keccak, 0 to 32; its lowest of Poseidon, 0 to 24. */
  readonly grindingBits: number;
  /** Tallest table, as log2 of its rows, that needs no more than `grindingBits`; each doubling beyond it costs one bit more. */
  readonly grindingBaseLogRows: number;
  /** log2 of the FRI folding arity, 1 to 4. */
  readonly logArity: number;
  /** FRI folds while log2 of the degree bound exceeds this; the last polynomial is sent in clear. At least logArity − 1. */
  readonly logFinalMax: number;
  readonly opening: OpeningParameters;
  /** Hash of the Merkle trees. */
  readonly hash: TreeHash;
  /**
   * Source of challenges: keccak256 over the proof's bytes; or Poseidon over its elements, for proofs that a
   * program over the same field checks, of trees of Poseidon only. Such proofs open every query separately:
   * positions may repeat, and each has a separate path in each tree.
   */
  readonly transcript: "keccak" | "poseidon";
  /**
   * Set if paths end at a cap of their tree, all nodes of one layer, which a proof has once and which is hashed to the root
   * (`openings/caps.ts`). Only for stacks with a transcript of Poseidon: a program then hashes the layers above the cap once.
   */
  readonly paths?: "capped" | undefined;
  /** Highest degree that a constraint, a boundary constraint's row selector included, may have. Lookups are grouped up to it. */
  readonly maxConstraintDegree: number;
  /** Bounds on log2 of every table's height. At least 1. */
  readonly minLogRows: number;
  readonly maxLogRows: number;
  /** Set if proofs hide the witness; with columns opened by rows and a transcript of keccak only. */
  readonly hiding?: HidingParameters;
}

/**
 * Paths in the proofs that the package's programs check, except the one that wrap checks. Keys contain it:
 * another value needs new programs (docs/recursion.md).
 */
export const CHECKED_PATHS: ProofParameters["paths"] = "capped";

/** Generator shift of the tallest table's evaluation coset. */
export const DOMAIN_SHIFT = 3;

/** Parameters of proofs that a contract checks. */
export const DEFAULT_PARAMETERS: ProofParameters = {
  extensionDegree: 5,
  logBlowup: 7,
  queryCount: 23,
  grindingBits: 22,
  grindingBaseLogRows: 15,
  logArity: 3,
  logFinalMax: 8,
  opening: { kind: "rows" },
  hash: { kind: "keccak", digestBytes: 26 },
  transcript: "keccak",
  maxConstraintDegree: 9,
  minLogRows: 9,
  maxLogRows: 17,
};

/** Throws RangeError that names the first parameter out of bounds. */
export function validateParameters(parameters: ProofParameters): void {
  const between = (name: string, value: number, low: number, high: number): void => {
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new RangeError(`${name} must be an integer from ${low} to ${high}, got ${value}`);
    }
  };
  createExtension(parameters.extensionDegree);
  between("logBlowup", parameters.logBlowup, 1, TWO_ADICITY - 1);
  between("minLogRows", parameters.minLogRows, 1, TWO_ADICITY - parameters.logBlowup);
  between("maxLogRows", parameters.maxLogRows, parameters.minLogRows, TWO_ADICITY - parameters.logBlowup);
  between("grindingBits", parameters.grindingBits, 0, 32);
  between("grindingBaseLogRows", parameters.grindingBaseLogRows, 1, TWO_ADICITY);
  between("logArity", parameters.logArity, 1, 4);
  between("logFinalMax", parameters.logFinalMax, parameters.logArity - 1, TWO_ADICITY);
  between("maxConstraintDegree", parameters.maxConstraintDegree, 2, 64);
  between("queryCount", parameters.queryCount, 1, mostQueries(parameters, parameters.maxLogRows));
  validateOpening(parameters, between);
  if (parameters.hash.kind !== "poseidon") between("digestBytes", parameters.hash.digestBytes, 16, 32);
  if (parameters.transcript === "poseidon") validatePoseidonTranscript(parameters, between);
  if (parameters.paths === "capped" && (parameters.opening.kind !== "stacked" || parameters.transcript !== "poseidon"))
    throw new RangeError("paths end at caps only in proofs of a stack with a transcript of Poseidon");
  if (parameters.hiding !== undefined && (parameters.opening.kind !== "rows" || parameters.transcript !== "keccak"))
    throw new RangeError("proofs hide only with columns opened by rows and a transcript of keccak");
}

/**
 * Validates a transcript of Poseidon. Its inputs are elements, and so must be the trees' roots; 24 bits of an
 * element are uniform, and only these are drawn.
 */
function validatePoseidonTranscript(
  parameters: ProofParameters,
  between: (name: string, value: number, low: number, high: number) => void,
): void {
  if (parameters.hash.kind !== "poseidon") {
    throw new RangeError(`a transcript of Poseidon takes in roots of Poseidon trees, not of ${parameters.hash.kind}`);
  }
  between("grindingBits of the tallest table", grindingBitsFor(parameters, parameters.maxLogRows), 0, UNIFORM_BITS);
}

/** A stack column holds the tallest column; its 16 parts are at least as long as the final polynomial. */
function validateOpening(
  parameters: ProofParameters,
  between: (name: string, value: number, low: number, high: number) => void,
): void {
  const { opening, minLogRows, maxLogRows, logFinalMax, logBlowup } = parameters;
  if (opening.kind === "rows") return;
  const most = Math.min(TWO_ADICITY - logBlowup + LOG_PARTS, MOST_LOG_PLACES - Math.log2(MAX_STACK_COLUMNS));
  between("logStackMax", opening.logStackMax, maxLogRows, most);
  between("logStackMin", opening.logStackMin, LOG_PARTS + logFinalMax, opening.logStackMax);
  // The coefficients of every column are dealt to all 16 short ones.
  between("minLogRows of a stack", minLogRows, LOG_PARTS, maxLogRows);
  if (opening.singleColumnLeaves === "paired" && opensEachQuery(parameters))
    throw new RangeError("programs take a leaf for each position: only proofs with a transcript of keccak have paired leaves");
}

/**
 * Maximum number of queries of a proof whose committed columns have up to 2^logCoefficients coefficients.
 * More than half of the domain would make drawing distinct positions slow, and shows that the domain is too
 * small.
 */
export function mostQueries({ logBlowup }: ProofParameters, logCoefficients: number): number {
  return 2 ** (logCoefficients + logBlowup - 1);
}

/** Neighbouring positions that share a leaf of a trace tree with `columns` columns. */
export function positionsPerLeaf(opening: ProofParameters["opening"], columns: number): number {
  return opening.kind === "stacked" && opening.singleColumnLeaves === "paired" && columns === 2 ** LOG_PARTS ? 2 : 1;
}

/** True if a proof opens every query separately, and not all of them together. */
export function opensEachQuery({ transcript }: Pick<ProofParameters, "transcript">): boolean {
  return transcript === "poseidon";
}

/** Leaf encodings of trace and FRI trees under the parameters' hash. */
export function leafEncodings(hash: TreeHash): { readonly trace: LeafEncoding; readonly fri: LeafEncoding } {
  return hash.kind === "poseidon" ? { trace: "elements", fri: "elements" } : { trace: "base31", fri: "extension31" };
}

/** Number of FRI layers for a degree bound of 2^logRows. */
export function friLayerCount(parameters: ProofParameters, logRows: number): number {
  return Math.max(0, Math.ceil((logRows - parameters.logFinalMax) / parameters.logArity));
}

/** Zero bits that the nonce's hash must have when the tallest table has 2^logRows rows. */
export function grindingBitsFor(parameters: ProofParameters, logRows: number): number {
  return parameters.grindingBits + Math.max(0, logRows - parameters.grindingBaseLogRows);
}
