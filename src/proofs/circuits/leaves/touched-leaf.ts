type Digest = readonly number[];

/** The compression of two digests, by a table that counts what it is asked for. */
export type CompressDigests = (tag: number, left: Digest, right: Digest) => number[];

/** A leaf of the state before a run, and the siblings along its path. */
export interface TouchedPath {
  readonly index: number;
  readonly leafKind: number;
  readonly key: Digest;
  /** 0⁸ for +∞. */
  readonly nextKey: Digest;
  /** 16 limbs. */
  readonly value: readonly number[];
  /** From the leaf's own height up, at least 29. */
  readonly siblings: readonly Digest[];
}

/** A leaf that a run asks for, before the run and after it. */
export interface TouchedLeaf {
  readonly kind: number;
  readonly key: Digest;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Path of the leaf, or of the last lower leaf if it is missing. */
  readonly path: TouchedPath;
}
