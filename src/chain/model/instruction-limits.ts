/**
 * Maximum number of instructions of one transaction. The engine stores each to the end of its block, in some 800 bytes,
 * so the limit bounds memory: it belongs to a chain, and not to the protocol.
 */

/** No chain may have a lower limit. Of an operation of L1's queue, gas alone bounds the number. */
export const MIN_INSTRUCTION_LIMIT = 1_000_000;

/**
 * Default for a chain that others can reach: up to 1.6 GB while such a transaction runs. Loops in Solidity cost 3 to 4
 * gas for each.
 */
export const DEFAULT_MAX_INSTRUCTIONS = 2_000_000;

/**
 * Minimum for a chain on which others settle. The commit of a batch runs 366 instructions for each operation of the
 * queue, the most for its modelled gas: 1,460,000 if a batch is full of them (`batchLimits`), and 50,000 besides. One
 * that is full of empty messages runs 1,070,000, any execution 400,000. Above the base's limit no batch of the chain
 * would be committed.
 */
export const MIN_INSTRUCTION_LIMIT_OF_BASE = 2_000_000;

/** Number that EIP-7825's gas can pay for: no limit. */
export const MAX_INSTRUCTION_LIMIT = 2 ** 24;
