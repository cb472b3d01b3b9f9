/**
 * Domain tags of the tagged Poseidon compression C_tag(left, right): the tag is added to lane 0 of the permutation's
 * input and is absent from the feed-forward, so outputs under different tags cannot be exchanged for one another.
 */
export const DomainTag = {
  node: 1,
  leaf: 2,
  value: 3,
  key: 4,
  diff: 5,
  state: 6,
  /** Chain over the elements of a contract's code. */
  code: 7,
  /** Plus the leaf's kind, up to 7: a pair digest binds key, successor and kind. */
  pair: 8,
  /** Reserved: the chain over the elements of aggregated batches. */
  aggregate: 16,
  /** Transcripts that a program reads (`stark/poseidon-transcript.ts`). */
  transcript: 17,
  // 18 and 19 are the nodes and leaves of trees in proofs, see `kernels/tree-hash.ts`.
  /** The chain over the hashes of blocks. */
  blockHash: 20,
  /** Digest of a code: that chain with the code's length. */
  codeWithLength: 21,
  /** The fold of a run's segments (`stark/segments/fold.ts`). */
  segmentFold: 22,
  /** The digest of what a segment says early, its statement's elements among it. */
  statement: 23,
  // 26 is the chain over an admitted program, see `recursion/nodes/admitted-programs.ts`.
  // 27 to 30 are states of hubs, see `hub/hub-hashes.ts`.
  // 24 (partitions), 25 (claims) and 31 are reserved.
} as const;

/** Kind of a leaf in the state tree. 4 (an account's partition) and 5 to 7 are reserved. */
export const LeafKind = {
  storage: 0,
  /** Nonce in the low 64 bits, balance in the high 192. */
  account: 1,
  /** keccak256 of the account's code. */
  codeHash: 2,
  /** Poseidon digest of the account's code (`code-digest.ts`). */
  codeDigest: 3,
} as const;
export type LeafKind = (typeof LeafKind)[keyof typeof LeafKind];

/** Depth of the state tree. */
export const STATE_TREE_DEPTH = 32;
/** Maximum leaves of a state tree: holds every index below the field's modulus, which the circuit relies on. */
export const MAX_LEAF_COUNT = 2 ** 29;
/** Index of the leaf that receives the batch's public outputs; leaf 0 is the sentinel. */
export const OUTPUTS_LEAF_INDEX = 1;
