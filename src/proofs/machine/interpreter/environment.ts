/** Constants of a run that opcodes and the kernel read in addition to the state. */
export interface RunEnvironment {
  readonly chainId: bigint;
  /** Wei a unit of gas, burnt. */
  readonly baseFee: bigint;
  /** Gas limit of a block, as GASLIMIT gives it. */
  readonly blockGasLimit: bigint;
  readonly boundary: Boundary;
}

/** Data between transactions outside the state, at the start or the end of a run. */
export interface Boundary {
  /** Number of the open batch, or of the one that comes next. */
  readonly nextBatch: bigint;
  /** 0 between two batches. In one: 1 where its newest block takes transactions, else 2. */
  readonly open: bigint;
  /** Number of the newest block. */
  readonly blockNumber: bigint;
  /** Seconds, of the newest block. */
  readonly timestamp: bigint;
  readonly coinbase: bigint;
  /** The chain of the blocks' hashes up to the newest block's parent, as a digest's word. */
  readonly blockHashes: bigint;
  /** Cheats in the open batch so far. */
  readonly cheatCount: bigint;
}

/** The boundary's words in the order of statements: variables of the kernel have their names. */
export const BOUNDARY_WORDS = [
  "nextBatch",
  "open",
  "blockNumber",
  "timestamp",
  "coinbase",
  "blockHashes",
  "cheatCount",
] as const satisfies readonly (keyof Boundary)[];
