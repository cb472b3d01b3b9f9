/** A slot's first word costs 20,000 where another one costs 2,900 (EIP-2200, EIP-2929). */
const FIRST_WORD_GAS = 17_100n;
/**
 * Gas for a level of the tree of a batch's messages: its word, read cold (EIP-2929), a hash of two words, and
 * the loop.
 */
const LEVEL_GAS = 2_100n + 300n;
/** Levels of that tree (`L2LogTree.sol`). */
const LEVELS = 14n;
/** One transaction's messages: a bundle's with its coins, and a token for each of some calls. */
const MOST_MESSAGES = 16n;
/**
 * Number of tree levels that the margin's messages can be the first of their batch to reach: one more than
 * the bits of their number.
 */
const FIRST_LEVELS = 5n;

/**
 * More gas than its estimate that a transaction on a chain can take by what enters its batch before it, or by being the first of
 * the next batch: the place of a message decides which levels of the tree it hashes, and whether it is the first to write them,
 * and the count. That is 17,100 for the count and each first level, all levels read cold, and a hash for each message.
 */
export const BATCH_GAS_MARGIN = FIRST_WORD_GAS * (1n + FIRST_LEVELS) + LEVEL_GAS * LEVELS + 300n * MOST_MESSAGES;

/** Slots that the first entry of a list writes and a later one does not (`TransferList.sol`): where it goes, and its state. */
const LIST_SLOTS = 11n;
/**
 * Gas of calls to the vault and the messenger, and of the replaced list, which leaves immediately: its
 * message.
 */
const LIST_CALLS_GAS = 150_000n;

/** Gas margin for an entry of a list, which can be the first entry of a new list. */
export const LIST_GAS_MARGIN = BATCH_GAS_MARGIN + LIST_SLOTS * (FIRST_WORD_GAS + 5_000n) + LIST_CALLS_GAS;
