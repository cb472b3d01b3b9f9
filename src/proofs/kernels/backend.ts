import type { Ext } from "../field/extension.ts";
import type { OpeningPaths } from "./multiproof.ts";

/**
 * The prover's view of a compute device. Data stays on the device behind handles; only roots, opened rows and small
 * extension values come back, so a GPU backend can keep everything in its own memory. All elements that cross this
 * interface are canonical. Every method may run on several workers and yields to the event loop.
 *
 * Low-degree extensions: a column with 2^n coefficients is evaluated on shift · ⟨ω⟩, |⟨ω⟩| = 2^(n + logBlowup), and
 * position i of anything committed is the point shift · ω^bitrev(i). A shorter column f in a commitment whose tallest
 * column is 2^k times as high counts as the lifted polynomial f(x^2^k): its value at position i is the value of f at
 * position i >> k of the domain of f, whose shift is shift^(2^k).
 */
export interface Backend extends StackOperations {
  readonly name: string;
  readonly workers: number;

  /** Copies columns of 2^logRows canonical elements each to the device. */
  upload(columns: readonly Uint32Array[], logRows: number): Promise<Columns>;
  download(columns: Columns): Promise<Uint32Array[]>;
  /** Does ahead what else the first use of these programs would wait for. May throw the RangeError of that use. */
  prepare(uses: readonly ProgramUse[]): void;
  /** Evaluations over the subgroup of 2^logRows elements, natural order → coefficients, in their place: their handle ends. */
  interpolate(evaluations: Columns): Promise<Columns>;
  /**
   * New columns, computed row by row from evaluations over the trace domain; the row after the last is the first. Rejects
   * with RangeError where the program inverts zero.
   */
  mapRows(request: RowMapRequest): Promise<Columns>;
  /**
   * Replaces the values v of each of the first `width` columns, in place, by v₀ + … + v_(i−1) − i · σ/n at row i, where σ is the
   * sum of all n of them. Returns each σ.
   */
  runningSums(evaluations: Columns, width: number): Promise<number[]>;
  /** Values of every column (given by coefficients) at an extension point: one Ext per column. */
  evaluateAt(coefficients: Columns, point: Ext): Promise<Ext[]>;

  /** Extends, hashes and builds the Merkle tree. The extended columns need not be kept. */
  commit(request: CommitRequest): Promise<Commitment>;
  /** Rows and authentication data for sorted, distinct leaf indices. Default: of shared paths. */
  open(commitment: Commitment, leaves: readonly number[], paths?: OpeningPaths): Promise<Opening>;
  /** All digests of one layer of a tree of Poseidon, leaves at 0. Rejects with RangeError for a layer that the tree lacks. */
  nodes(commitment: Commitment, layer: number): Promise<readonly Uint8Array[]>;

  /**
   * The composition polynomial of all tables, divided by the vanishing polynomial and split into `chunkCount` chunks of
   * equal length:
   * returns coefficient columns, chunk-major then coordinate (chunkCount · degree columns of the tallest height).
   */
  quotient(request: QuotientRequest): Promise<Columns>;
  /** The DEEP polynomial (see `reference/deep.ts`) as `degree` coefficient columns of the tallest height. */
  deep(request: DeepRequest): Promise<Columns>;
  /**
   * Coefficient-domain FRI fold: arity · Σ_j β^j f_j(y) where f(x) = Σ_j x^j f_j(x^arity); the factor saves the verifier
   * a division. Input and output: `degree` columns.
   */
  fold(polynomial: Columns, arity: number, challenge: Ext): Promise<Columns>;

  /**
   * Smallest nonce that a hash takes to `bits` zero bits. keccak: the first of keccak256(seed ‖ nonce as 8 bytes, big-endian).
   * Poseidon: the lowest of the first element of C₁₇(seed, nonce ‖ 0⁷); the seed is a digest, and nonces are below p.
   */
  grind(hash: GrindingHash, seed: Uint8Array, bits: number, signal?: AbortSignal): Promise<bigint>;

  /** C_tag(left, right) of Poseidon, on the calling thread: for transcripts. See `reference/poseidon.ts`. */
  readonly compress: (tag: number, left: readonly number[], right: readonly number[]) => number[];

  release(handle: Columns | Commitment): void;
  /** Ends the workers and frees the device's memory. */
  close(): Promise<void>;
}

/**
 * Operations for the opening of a stack (`stark/stacked`). A stack column of 2^m coefficients is stored as 16
 * parts of 2^(m−4): part j of column c, number 16c + j, has the coefficients at 2^m·c + j + 16k. An extension
 * column is as many contiguous columns as the extension has coordinates.
 */
export interface StackOperations {
  /** Columns of coefficients at their places in a stack, zero between them. */
  layOut(request: StackRequest): Promise<Columns>;
  /** Values at a point of the 16 polynomials in the parts of each column, coordinate by coordinate. */
  evaluateParts(parts: Columns, columns: StackedColumns, point: Ext): Promise<Uint32Array>;
  /** Extension columns Σ_j weight_(16c+j) · part 16c+j over the parts of all blocks, `width` of them: zero beyond the last. */
  combineParts(blocks: readonly Columns[], weights: readonly Ext[], width: number): Promise<Columns>;
  /** `width` extension columns of 2^logRows that hold the sum of geometric progressions. */
  layProgressions(request: ProgressionRequest): Promise<Columns>;
  /**
   * With h(X) = Σ (a + X·(a′ − a))·(b + X·(b′ − b)) over the neighbours (a, a′) of one operand and (b, b′) of the other, both of
   * extension columns: h(0) and h(2). Neighbours are columns 2c and 2c + 1 at the same row, or rows 2i and 2i + 1.
   */
  roundSums(a: Columns, b: Columns, neighbours: Neighbours, degree: number): Promise<readonly [Ext, Ext]>;
  /** a + challenge·(a′ − a) of neighbours: half as many columns, or rows. */
  foldNeighbours(columns: Columns, neighbours: Neighbours, challenge: Ext): Promise<Columns>;
}

export type Neighbours = "columns" | "rows";

export interface StackRequest {
  readonly blocks: readonly Columns[];
  /** Place of every column of every block, a multiple of its length. */
  readonly places: readonly (readonly number[])[];
  readonly logStack: number;
  /** Stack columns. */
  readonly width: number;
}

/** Columns of one height in a stack. */
export interface StackedColumns {
  readonly logRows: number;
  readonly places: readonly number[];
}

export interface ProgressionRequest {
  readonly width: number;
  readonly logRows: number;
  /** start · ratio^k at place + k, k < 2^logLength; place counts through all columns and is a multiple of that length. */
  readonly progressions: readonly {
    readonly ratio: Ext;
    readonly logLength: number;
    readonly starts: readonly { readonly place: number; readonly start: Ext }[];
  }[];
  readonly degree: number;
}

/** `width` columns of 2^logRows elements on the device, all evaluations or all coefficients. */
export interface Columns {
  readonly logRows: number;
  readonly width: number;
}

/** Encoding of a leaf's elements as hash input. */
export type LeafEncoding =
  /** keccak: eight elements e₀…e₇ at 31 bits, Σ eᵢ·2^31i as 31 big-endian bytes; a last group of k takes ⌈31k/8⌉ bytes. */
  | "base31"
  /** keccak: one extension element at 31 bits a coordinate, as ⌈31·degree/8⌉ big-endian bytes. */
  | "extension31"
  /** Poseidon: the elements themselves. */
  | "elements";

export interface CommitRequest {
  /** Coefficient columns; heights may differ. A leaf holds the rows of the tallest blocks in the order given here. */
  readonly blocks: readonly Columns[];
  readonly logBlowup: number;
  readonly shift: number;
  readonly hash: TreeHash;
  /** Consecutive positions that share one leaf: 1 or 2 for traces, the folding arity for FRI layers. A power of two. */
  readonly rowsPerLeaf: number;
  readonly encoding: LeafEncoding;
}

/** keccak256 truncated to digestBytes, or Poseidon digests of 8 elements. */
export type TreeHash = { readonly kind: "keccak"; readonly digestBytes: number } | { readonly kind: "poseidon" };

export type GrindingHash = "keccak" | "poseidon";

export interface Commitment {
  readonly root: Uint8Array;
  /** log2 of the number of leaves. */
  readonly logLeaves: number;
}

export interface Opening {
  /** One entry per opened leaf: its elements, per block of the request in order, row by row within the leaf. */
  readonly leaves: readonly Uint32Array[];
  /** Sibling digests in the order of `multiproof.ts`. */
  readonly siblings: readonly Uint8Array[];
}

/** One table's straight-line constraint program over vectors of rows. */
export interface VectorProgram {
  /** Scratch vectors needed. */
  readonly registerCount: number;
  readonly instructions: readonly VectorInstruction[];
}

export type VectorOperand =
  | { readonly kind: "register"; readonly index: number }
  /** Column of the table's concatenated blocks; `next` reads the following row of the trace domain. */
  | { readonly kind: "column"; readonly index: number; readonly next: boolean }
  /** Run-time constant: public value, challenge coordinate or literal. */
  | { readonly kind: "scalar"; readonly index: number };

export interface VectorArithmetic {
  readonly op: "add" | "sub" | "mul";
  readonly out: number;
  readonly a: VectorOperand;
  readonly b: VectorOperand;
}

/** accumulator[scope] += operand · weight[weight], an extension scalar. */
export interface Accumulation {
  readonly op: "accumulate";
  readonly scope: 0 | 1 | 2 | 3;
  readonly a: VectorOperand;
  readonly weight: number;
}

export type VectorInstruction = VectorArithmetic | Accumulation;

/** A straight-line program that computes separate columns from a row and the next one. */
export interface RowProgram {
  readonly registerCount: number;
  readonly instructions: readonly (VectorArithmetic | RowEffect)[];
}

export type RowEffect =
  /** The operand's inverse, which must not be zero on any row. */
  | { readonly op: "invert"; readonly out: number; readonly a: VectorOperand }
  | { readonly op: "store"; readonly column: number; readonly a: VectorOperand };

/** A program, and how much of everything there is where it is used: columns of all blocks, scalars, weights or stored columns. */
export type ProgramUse =
  | {
      readonly kind: "rows";
      readonly program: RowProgram;
      readonly columns: number;
      readonly scalars: number;
      readonly stored: number;
    }
  | {
      readonly kind: "constraints";
      readonly program: VectorProgram;
      readonly columns: number;
      readonly scalars: number;
      readonly weights: number;
      readonly degree: number;
    };

export interface RowMapRequest {
  /** Evaluations, all of 2^logRows rows. */
  readonly blocks: readonly Columns[];
  readonly logRows: number;
  readonly program: RowProgram;
  readonly scalars: Uint32Array;
  /** Columns that the program stores, each once. */
  readonly width: number;
}

export interface QuotientRequest {
  readonly tables: readonly QuotientTable[];
  /** Number of chunks, ≥ highest constraint degree − 1. */
  readonly chunkCount: number;
  readonly shift: number;
  readonly degree: number;
}

export interface QuotientTable {
  /** Coefficient columns of this table, all of the same height: preprocessed, main, lookup. */
  readonly blocks: readonly Columns[];
  readonly program: VectorProgram;
  readonly scalars: Uint32Array;
  /** One extension weight per accumulate index. */
  readonly weights: readonly Ext[];
  /**
   * Accumulator scopes: 0 every row (factor 1), 1 transition (x − g⁻¹), 2 first row (Z(x)/(x − 1)),
   * 3 last row (Z(x)/(x − g⁻¹)), where g generates the trace domain and Z vanishes on it.
   */
  readonly logRows: number;
}

export interface DeepRequest {
  /** Coefficient columns in opening order; heights may differ (shorter ones are lifted). */
  readonly blocks: readonly Columns[];
  /** Per block, how many of its leading columns are also opened at the second point. */
  readonly nextWidths: readonly number[];
  readonly challenge: Ext;
  readonly points: readonly [Ext, Ext];
  /** Claimed Σ αⁱ·value at each point, i the column's index over all blocks. */
  readonly combinedValues: readonly [Ext, Ext];
  /** Factor of the second quotient: α^(number of columns). */
  readonly nextWeight: Ext;
  readonly degree: number;
}
