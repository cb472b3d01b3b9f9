import { inOrder } from "../../circuits/shapes/stated-elements.ts";

/** Boundary between two chunks. Numbers are in limbs of 16 bits, lowest first; `secondRoot` and `claims` are reserved. */
export const BOUNDARY = inOrder({
  root: 8,
  secondRoot: 8,
  nextBatch: 2,
  open: 1,
  blockNumber: 4,
  timestamp: 4,
  coinbase: 10,
  blockHashes: 8,
  cheatCount: 2,
  claims: 8,
});

/**
 * Last elements of a statement if several programs may have its place: 1 if it has checked proofs of such programs, and
 * the digest that admits these, zeros if it has not.
 */
export const OF_PROGRAMS = { checksPrograms: 1, programs: 8 } as const;

/**
 * Statement about consecutive segments of an open run: the seed of its challenges, the folds before and after them, the
 * sum of their fractions on carried buses, indexes of the first and the last one, and their counts, in limbs of 16 bits.
 */
export const RUN = inOrder({
  isRun: 1,
  seed: 8,
  foldBefore: 8,
  foldAfter: 8,
  carried: 5,
  first: 1,
  last: 1,
  load: 2,
  clock: 2,
});

/**
 * Statement of leaves and joins about chunks: from one boundary to another. The part about an open run, which comes
 * first, is 0 for whole chunks; for segments of a run both boundaries are those of the whole run, which the opening one
 * has, and 0 for others.
 */
export const CHUNKS = inOrder({
  ofRun: RUN.count,
  version: 2,
  chainId: 4,
  before: BOUNDARY.count,
  after: BOUNDARY.count,
  ...OF_PROGRAMS,
});

/** Statement of a chunk's proof, with zeros at the end. */
export const CHUNK_RUN = inOrder({ version: 2, chainId: 4, before: BOUNDARY.count, after: BOUNDARY.count, reserved: 4 });

/** Statement of a proof about relisted leaves. */
export const RELISTING = inOrder({ before: 8, after: 8 });

/** Elements of a batch in an aggregate (docs/protocol.md §6). */
export const BATCH = inOrder({
  version: 2,
  chainId: 4,
  nextBatch: 2,
  commitment: 16,
  outputsHash: 16,
  oldRoot: 8,
  newRoot: 8,
  diffDigest: 8,
  point: 5,
  evaluation: 5,
  secondTree: 34,
});

/** Statement of a batch's program: the batch. */
export const BATCH_SAID = inOrder({ batch: BATCH.count, ...OF_PROGRAMS });

/**
 * Statement of an aggregate, as long as a batch's: A and Z of the batches before it and after it, ρ, its number of batches, and
 * the states of a hub before and after its batches, 0 without a hub.
 */
export const AGGREGATE = inOrder({
  version: 2,
  count: 1,
  digestBefore: 8,
  digestAfter: 8,
  evaluationBefore: 5,
  evaluationAfter: 5,
  point: 5,
  hubBefore: 8,
  hubAfter: 8,
  rest: 58,
  ...OF_PROGRAMS,
});

/** Statement for L1 about an aggregate: N, A, ρ, Z, and the states of a hub before and after, 0 without a hub. */
export const WRAPPED = inOrder({ count: 1, digest: 8, point: 5, evaluation: 5, hubBefore: 8, hubAfter: 8 });
