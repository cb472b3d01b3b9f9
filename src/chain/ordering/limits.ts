import { ASSET_MESSAGE_BYTES } from "../../protocol/asset-message.ts";
import { STATE_TREE_DEPTH } from "../../protocol/domain-tags.ts";
import type { ChangeSize } from "../witness/change-size.ts";

/** What a batch may hold. It is sealed before one is exceeded; a transaction that exceeds an empty batch is refused. */
export interface BatchLimits {
  /** Modelled L1 gas of the commit. */
  readonly commitGas: number;
  /** Gas of the commit beside that, per byte of pubdata that is carried on in a message; 0 where none is. */
  readonly carryGasPerByte: number;
  /** Of `pubdataBytes`, what is kept free for each code of the batch, beside its own bytes; 0 where no data are carried. */
  readonly carryBytesPerCode: number;
  /** Modelled L1 gas of the execution. */
  readonly executeGas: number;
  readonly messages: number;
  readonly pubdataBytes: number;
  /** Changed leaves of the state tree. */
  readonly diffs: number;
  /** Rows of the prover's table for these changes. */
  readonly proofRows: number;
  /** L2 gas. */
  readonly gas: bigint;
}

/** How much of a batch is used: counted exactly, but for transactions that the witness has not measured yet. */
export interface BatchUsage {
  /** Changed leaves, as last measured. */
  readonly diffs: number;
  /** How many of them may be new. */
  readonly insertions: number;
  /** Encoded size of the changed leaves, never too low. */
  readonly diffBytes: number;
  readonly codes: number;
  readonly codeBytes: number;
  readonly messages: number;
  readonly messageBytes: number;
  readonly priorityOps: number;
  readonly gas: bigint;
  /** What came after the last measurement counts as the worst that its gas can do. */
  readonly unmeasured: Unmeasured;
}

/** Transactions of which only their number and gas are known. */
export interface Unmeasured {
  readonly transactions: number;
  /** What they have spent at most, or will spend: their own price of 21,000 each and what was refunded afterwards included. */
  readonly gas: bigint;
}

/** The limits that the protocol fixes (docs/protocol.md); a chain may have lower ones. */
export const PROTOCOL_LIMITS: BatchLimits = {
  commitGas: 12_000_000,
  carryGasPerByte: 0,
  carryBytesPerCode: 0,
  executeGas: 12_000_000,
  messages: 4096,
  pubdataBytes: 100_000,
  diffs: 4096,
  proofRows: 2 ** 17 - 1,
  gas: 10n ** 9n,
};

/** A transaction's limit (EIP-7825) less what a commit takes that holds nothing. */
const CARRIED_COMMIT_GAS = 15_600_000;
/** The messenger asks for 100; two events, copies and hashes take the rest. */
const CARRY_GAS_PER_BYTE = 125;
/** What is left free for what the commit itself changes on the chain below, and for the messages' heads. */
const CARRYING_BYTES = 5_000;
/** The slot in which the carrier notes a code is pubdata of the chain below: head, address, slot with its length, true. */
const CARRY_BYTES_PER_CODE = 55;

/**
 * The limits of a chain whose data are carried to L1 by the chain below, through so many chains: one transaction there commits
 * a batch, and one batch there has room for it. Any operation of the chain's queue still fits.
 */
export function carriedLimits(layers: number): BatchLimits {
  return {
    ...PROTOCOL_LIMITS,
    commitGas: CARRIED_COMMIT_GAS,
    carryGasPerByte: CARRY_GAS_PER_BYTE,
    carryBytesPerCode: CARRY_BYTES_PER_CODE,
    pubdataBytes: PROTOCOL_LIMITS.pubdataBytes - layers * CARRYING_BYTES,
  };
}

/**
 * L2 gas of a batch whose execution L1 checks. A leaf that gets its first value in a batch and is 0 again behind it stands in no
 * pubdata, but is taken out of the tree by a proof whose largest tables have 2^15 nodes and 2^14 leaves (`relistingSystem`). It
 * takes 12,000 gas at least: three leaves of a contract that is created, 32,000, and destroyed, 5,000. With so much gas there are
 * 2,000 at most, each with the path of the leaf before it and its own place: in a tree of 2^23 leaves, some
 * 2,000·(23 − 11 + 4) nodes.
 */
const RELISTED_GAS = 24_000_000n;

/** The same limits for a chain whose execution L1 checks. A transaction's most gas and any operation of the queue still fit. */
export function limitsOnL1(limits: BatchLimits): BatchLimits {
  return { ...limits, gas: RELISTED_GAS };
}

export const NO_TRANSACTIONS: Unmeasured = { transactions: 0, gas: 0n };

export const NO_USAGE: BatchUsage = {
  diffs: 0,
  insertions: 0,
  diffBytes: 0,
  codes: 0,
  codeBytes: 0,
  messages: 0,
  messageBytes: 0,
  priorityOps: 0,
  gas: 0n,
  unmeasured: NO_TRANSACTIONS,
};

/** L1 gas of the commit by the protocol's model: per byte, changed leaf, message, bytecode and priority operation. */
const COMMIT_GAS = { byte: 16, diff: 1500, message: 800, code: 30_000, priorityOp: 3800 };
/** Imported roots that a batch may have. */
export const MAX_IMPORTS = 256;
/** Most L2 gas of an import. */
export const GAS_PER_IMPORT = 100_000n;
/** L1 gas of the execution: per asset flow, and for as many imported roots as a batch may have. */
const EXECUTE_GAS = { flow: 34_100, imports: MAX_IMPORTS * 3000 };
/** Longest insertion: head, address, slot with its length, value. */
const DIFF_BYTES = 86;
/** Sender, length and kind of a message; length of a bytecode. */
const MESSAGE_OVERHEAD = 24;
const CODE_OVERHEAD = 3;
const PUBDATA_HEADER = 9;

/** Changed leaves of what opens and closes a batch: context, counters, the outputs, the bootloader's account. */
const SYSTEM_DIFFS = 16;
/** Leaves that any transaction changes: the headers of its sender and its recipient. */
const DIFFS_PER_TRANSACTION = 2;
/** The fee recipient's header, which all transactions share. */
const SHARED_DIFFS = 1;
/** A header, or a hash of code, inserted: head, address, value. */
const HEADER_BYTES = 53;
/** Leaves of a new contract: its header, its code's keccak and its code's digest. */
const CONTRACT_DIFFS = 3;

/** Least L2 gas for one more changed leaf: a storage write costs 5,000, or 4,800 by access list. */
const GAS_PER_DIFF = 4800;
/** Least L2 gas for one more message: the messenger charges 100 for each published byte, and writes storage. */
const GAS_PER_MESSAGE = MESSAGE_OVERHEAD * 100 + 2900;
/** Least L2 gas for one more asset flow: its message's published bytes, and the event about it. */
const GAS_PER_FLOW = 100 * (MESSAGE_OVERHEAD + ASSET_MESSAGE_BYTES) + 3500;
/** What a transaction costs before it does anything. */
const INTRINSIC_GAS = 21_000;
/**
 * Most pubdata for L2 gas: a byte of a message costs 100. All else has less: a byte of code costs 200; a slot that gets its
 * first value has 86 bytes for 20,000, one that had a value 37 for 4,800; an account that receives value 53 for 6,700, and
 * 90 with the account that pays it for 10,200, by SELFDESTRUCT in an account that was called for it.
 */
const BYTES_PER_GAS = 1 / 100;
/**
 * Most modelled L1 gas for L2 gas: a contract for 32,000, with code for 200 a byte. (A changed leaf has 0.6, and 1.5 where
 * it is carried.)
 */
function commitGasPerGas(byte: number): number {
  return (COMMIT_GAS.code + CONTRACT_DIFFS * (COMMIT_GAS.diff + byte * HEADER_BYTES)) / 32_000 + COMMIT_GAS.byte / 200;
}

/** Changed headers of accounts that send, receive or are paid the fees. */
function headers(transactions: number): number {
  return transactions === 0 ? 0 : SHARED_DIFFS + DIFFS_PER_TRANSACTION * transactions;
}

/** What is left of the limits for a batch that publishes these changes beside its own. */
export function limitsBeside(limits: BatchLimits, changes: ChangeSize): BatchLimits {
  const usage: BatchUsage = { ...NO_USAGE, ...changes };
  return {
    ...limits,
    commitGas: limits.commitGas - (commitGas(usage, limits.carryGasPerByte) - commitGas(NO_USAGE, limits.carryGasPerByte)),
    pubdataBytes: limits.pubdataBytes - (bytesToPublish(usage, limits) - bytesToPublish(NO_USAGE, limits)),
    diffs: limits.diffs - changes.diffs,
    proofRows: limits.proofRows - proofRows(usage, 2 ** (STATE_TREE_DEPTH - 1)),
  };
}

/** Gas that was left for effects. */
function spareGas({ transactions, gas }: Unmeasured): number {
  return Math.max(0, Number(gas) - INTRINSIC_GAS * transactions);
}

/** Bytes of pubdata, never too low. */
export function pubdataBytes(usage: BatchUsage): number {
  const { unmeasured } = usage;
  const messages = usage.messages * MESSAGE_OVERHEAD + usage.messageBytes + usage.priorityOps;
  const worst = headers(unmeasured.transactions) * HEADER_BYTES + Math.ceil(BYTES_PER_GAS * spareGas(unmeasured));
  return PUBDATA_HEADER + usage.diffBytes + messages + usage.codes * CODE_OVERHEAD + usage.codeBytes + worst;
}

/** The same with the slots of the carrier below. For gas that is not measured yet, bytes of messages remain the most. */
function bytesToPublish(usage: BatchUsage, { carryBytesPerCode }: Pick<BatchLimits, "carryBytesPerCode">): number {
  return pubdataBytes(usage) + carryBytesPerCode * usage.codes;
}

/** Changed leaves, never too low. */
export function changedLeaves({ diffs, unmeasured }: BatchUsage): number {
  return diffs + headers(unmeasured.transactions) + Math.ceil(spareGas(unmeasured) / GAS_PER_DIFF);
}

/** L1 gas of committing the batch, by the protocol's model, and of carrying its bytes on; never too low. */
export function commitGas(usage: BatchUsage, carryGasPerByte = 0): number {
  const { unmeasured, diffs, messages, codes, priorityOps } = usage;
  const measured = { ...usage, unmeasured: NO_TRANSACTIONS };
  const byte = COMMIT_GAS.byte + carryGasPerByte;
  const fixed = headers(unmeasured.transactions) * (COMMIT_GAS.diff + byte * HEADER_BYTES);
  return (
    byte * pubdataBytes(measured) +
    COMMIT_GAS.diff * diffs +
    COMMIT_GAS.message * messages +
    COMMIT_GAS.code * codes +
    COMMIT_GAS.priorityOp * priorityOps +
    fixed +
    Math.ceil(commitGasPerGas(byte) * spareGas(unmeasured))
  );
}

/**
 * L1 gas of executing the batch, never too low. Without it a few transactions that send to hundreds of chains would make a
 * batch that L1 does not commit. Every message that is long enough counts as a flow of its own.
 */
export function executeGas({ messages, messageBytes }: BatchUsage, further: Unmeasured = NO_TRANSACTIONS): number {
  const flows = Math.min(messages, Math.floor(messageBytes / ASSET_MESSAGE_BYTES));
  return EXECUTE_GAS.imports + EXECUTE_GAS.flow * (flows + Math.floor(spareGas(further) / GAS_PER_FLOW));
}

/**
 * Rows of the state transition's table, never too few: 6 + 2·depth an update and 17 + 4·depth an insertion, in a working
 * subtree that holds all leaves. `leafCount` is the tree's before the batch.
 */
export function proofRows(usage: BatchUsage, leafCount: number): number {
  const leaves = changedLeaves(usage);
  const insertions = leaves - usage.diffs + usage.insertions;
  const depth = Math.ceil(Math.log2(leafCount + insertions));
  return (leaves - insertions) * (6 + 2 * depth) + insertions * (17 + 4 * depth) + 2 * (STATE_TREE_DEPTH - depth) + 2;
}

/**
 * Whether a batch with this usage and these further transactions, and its own opening and closing, keeps the limits.
 * `leafCount` is the state tree's before the batch.
 */
export function fits(usage: BatchUsage, limits: BatchLimits, leafCount: number, further: Unmeasured = NO_TRANSACTIONS): boolean {
  const total: BatchUsage = {
    ...usage,
    diffs: usage.diffs + SYSTEM_DIFFS,
    insertions: usage.insertions + SYSTEM_DIFFS,
    diffBytes: usage.diffBytes + SYSTEM_DIFFS * DIFF_BYTES,
    unmeasured: addUnmeasured(usage.unmeasured, further),
  };
  return (
    changedLeaves(total) <= limits.diffs &&
    proofRows(total, leafCount) <= limits.proofRows &&
    total.messages + Math.ceil(spareGas(further) / GAS_PER_MESSAGE) <= limits.messages &&
    bytesToPublish(total, limits) <= limits.pubdataBytes &&
    commitGas(total, limits.carryGasPerByte) <= limits.commitGas &&
    executeGas(total, further) <= limits.executeGas &&
    total.gas + further.gas <= limits.gas
  );
}

export function addUnmeasured(a: Unmeasured, b: Unmeasured): Unmeasured {
  return { transactions: a.transactions + b.transactions, gas: a.gas + b.gas };
}
