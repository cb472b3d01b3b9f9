/** One link of a chain of blocks' hashes. */
export interface FoldedHash {
  /** The hash that was folded last. */
  readonly hash: bigint;
  /** The chain before that: a digest's word. */
  readonly before: bigint;
}

/** Source of the links in a chain of blocks' hashes. */
export interface FoldedHashSource {
  /** The last link of the chain with this digest. Throws where it is missing, because the run has that digest. */
  lastOf(digest: bigint): FoldedHash;
}
