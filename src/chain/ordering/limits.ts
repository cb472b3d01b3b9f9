import { ASSET_MESSAGE_BYTES } from "../../ground/protocol/asset-message.ts";
import { STATE_TREE_DEPTH } from "../../ground/protocol/domain-tags.ts";
import {
  hasRoomFor,
  l1CostOf,
  MAX_PROOF_BYTES,
  NO_LOAD,
  wayToL1,
  type ChainKind,
  type L1Cost,
  type L1Load,
  type L1Transaction,
} from "../../ground/protocol/way-to-l1.ts";
import { ImportKind, importKindOf, MAX_CLAIMS } from "../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import { MAX_INPUTS_BYTES } from "../../ground/protocol/published-inputs.ts";
import type { ChangeSize } from "../witness/change-size.ts";

/** Contents of a batch at most. It is sealed before one is exceeded; a transaction that exceeds an empty batch is refused. */
export interface BatchLimits {
  /** Transactions that take the batch to L1, each with what it has room for. */
  readonly way: readonly L1Transaction[];
  /** Gas of the execution as L1's contract counts it. */
  readonly executeGas: number;
  readonly messages: number;
  readonly pubdataBytes: number;
  /**
   * Bytes of `pubdataBytes` that each code of the batch adds to its length; 0 if no chain below passes the
   * data on.
   */
  readonly carryBytesPerCode: number;
  /** Changed leaves of the state tree. */
  readonly diffs: number;
  /** Rows of the prover's table for these changes. */
  readonly proofRows: number;
  /** Bytes of the inputs; Infinity if the chain publishes none. */
  readonly inputBytes: number;
  /** True if a commit may have two lists, whose sum the limits of pubdata and of each transaction hold. */
  readonly hasTwoLists: boolean;
  /** L2 gas. */
  readonly gas: bigint;
}

/** Used part of a batch: counted exactly, except for transactions that the witness has not measured yet. */
export interface BatchUsage {
  /** Changed leaves, as last measured. */
  readonly diffs: number;
  /** Number of changes that may be new leaves. */
  readonly insertions: number;
  /** Encoded size of the changed leaves, never too low. */
  readonly diffBytes: number;
  readonly codes: number;
  readonly codeBytes: number;
  readonly messages: number;
  readonly messageBytes: number;
  readonly priorityOps: number;
  /** Imports of every kind. */
  readonly importedRoots: number;
  /** Imports that are facts. */
  readonly facts: number;
  /** Upper bound of the bytes of the inputs. */
  readonly inputBytes: number;
  readonly gas: bigint;
  /** Transactions since the last measurement count as the worst case of their gas. */
  readonly unmeasured: Unmeasured;
}

/** Transactions of which only their number and gas are known. */
export interface Unmeasured {
  readonly transactions: number;
  /** Maximum gas that they have spent, or will spend, including their intrinsic 21,000 each and later refunds. */
  readonly gas: bigint;
  /** Bytes as signed, of transactions that are not in the batch yet. Default 0. */
  readonly inputBytes?: number;
}

/** Bytes that stay free for what the commit itself changes on the chain below, and for the messages' heads. */
const CARRYING_BYTES = 5_000;
/** The slot in which the carrier notes a code is pubdata of the chain below: head, address, slot with its length, true. */
const CARRY_BYTES_PER_CODE = 55;

/**
 * L2 gas of a batch whose execution L1 checks. A leaf that gets its first value in a batch and is 0 again after it is not
 * in the pubdata, but is removed from the tree by a proof whose largest tables have 2^15 nodes and 2^14 leaves
 * (`relistingSystem`). It takes 12,000 gas at least: three leaves of a contract that is created, 32,000, and destroyed,
 * 5,000. With this much gas there are 2,000 at most, each with the path of the leaf before it and its place: in a tree of
 * 2^23 leaves, some 2,000·(23 − 11 + 4) nodes.
 */
const RELISTED_GAS = 24_000_000n;

/**
 * Limits of a chain's batches: those of the protocol (docs/protocol.md), of each transaction that takes them to L1, and of the
 * chain below that passes their data on. Any operation of the chain's queue fits a batch that it begins.
 */
export function batchLimits(chain: ChainKind): BatchLimits {
  const { carryingLayers, publishesInputs = false, hasPorter: hasTwoLists = false } = chain;
  return {
    way: wayToL1(chain),
    executeGas: 12_000_000,
    messages: 4096,
    pubdataBytes: 100_000 - carryingLayers * CARRYING_BYTES,
    carryBytesPerCode: carryingLayers === 0 ? 0 : CARRY_BYTES_PER_CODE,
    diffs: 4096,
    proofRows: 2 ** 17 - 1,
    inputBytes: publishesInputs ? MAX_INPUTS_BYTES : Infinity,
    hasTwoLists,
    gas: 10n ** 9n,
  };
}

/** Limits of a batch whose execution L1 checks. */
export function provenLimits(limits: BatchLimits): BatchLimits {
  return { ...limits, gas: limits.gas < RELISTED_GAS ? limits.gas : RELISTED_GAS };
}

/** Limits of a chain with validators, whose data are in the calldata of L1 and whose changes alone are proven. */
export const PROTOCOL_LIMITS = batchLimits({ hasQuorum: true, carryingLayers: 0 });

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
  importedRoots: 0,
  facts: 0,
  inputBytes: 0,
  gas: 0n,
  unmeasured: NO_TRANSACTIONS,
};

/** Imports that a batch may have. */
export const MAX_IMPORTS = 256;
/** Maximum L2 gas of an import. */
export const GAS_PER_IMPORT = 100_000n;
/** Gas of the execution as L1's contract counts it. */
const EXECUTE_GAS = { flow: 34_100, importedRoot: 3000 };
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

/** Minimum L2 gas for one more changed leaf: a storage write costs 5,000, or 4,800 by access list. */
const GAS_PER_DIFF = 4800;
/** Minimum L2 gas for one more message: the messenger charges 100 for each published byte, and writes storage. */
const GAS_PER_MESSAGE = MESSAGE_OVERHEAD * 100 + 2900;
/** Minimum L2 gas for one more asset flow: its message's published bytes, and the event about it. */
const GAS_PER_FLOW = 100 * (MESSAGE_OVERHEAD + ASSET_MESSAGE_BYTES) + 3500;
/** Intrinsic gas of a transaction. */
const INTRINSIC_GAS = 21_000;
/** Contents of a batch that L2 gas buys at its lowest price. */
interface Purchase extends Partial<L1Load> {
  readonly l2Gas: number;
}
/** Actions that buy the most of a resource, without a transaction's intrinsic gas. */
const PURCHASES: readonly Purchase[] = [
  { l2Gas: GAS_PER_DIFF, diffs: 1, pubdataBytes: 37 },
  { l2Gas: 20_000, diffs: 1, pubdataBytes: DIFF_BYTES },
  // An account that receives value, and one that pays it by SELFDESTRUCT when it is called for it.
  { l2Gas: 6700, diffs: 1, pubdataBytes: HEADER_BYTES },
  { l2Gas: 10_200, diffs: 2, pubdataBytes: 90 },
  { l2Gas: 32_000, codes: 1, diffs: CONTRACT_DIFFS, pubdataBytes: CODE_OVERHEAD + CONTRACT_DIFFS * HEADER_BYTES },
  // The code of a delegation (EIP-7702), before half of its gas is refunded.
  { l2Gas: 25_000, codes: 1, diffs: CONTRACT_DIFFS, pubdataBytes: CODE_OVERHEAD + 23 + CONTRACT_DIFFS * HEADER_BYTES },
  { l2Gas: 200, pubdataBytes: 1 },
  { l2Gas: GAS_PER_MESSAGE, messages: 1, pubdataBytes: MESSAGE_OVERHEAD },
  { l2Gas: 100, pubdataBytes: 1 },
  { l2Gas: GAS_PER_FLOW, messages: 1, flows: 1, pubdataBytes: MESSAGE_OVERHEAD + ASSET_MESSAGE_BYTES },
];
/** All else that gas buys has less pubdata than messages. */
const BYTES_PER_GAS = 1 / 100;

/** Changed headers of accounts that send, receive or are paid the fees. */
function headers(transactions: number): number {
  return transactions === 0 ? 0 : SHARED_DIFFS + DIFFS_PER_TRANSACTION * transactions;
}

/** Rest of the limits for a batch that also publishes these changes. */
export function remainingLimits(limits: BatchLimits, changes: ChangeSize): BatchLimits {
  const usage: BatchUsage = { ...NO_USAGE, ...changes };
  const { diffs, codes } = changes;
  const load = { ...NO_LOAD, diffs, codes, pubdataBytes: pubdataBytes(usage) };
  return {
    ...limits,
    way: limits.way.map((transaction) => {
      const { gas, bytes, units } = l1CostOf(transaction, load);
      return {
        ...transaction,
        gas: transaction.gas - gas,
        bytes: transaction.bytes - bytes,
        units: transaction.units - units,
      };
    }),
    pubdataBytes: limits.pubdataBytes - (bytesToPublish(usage, limits) - bytesToPublish(NO_USAGE, limits)),
    diffs: limits.diffs - diffs,
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

/**
 * Published bytes, including the slots of the carrier below. For gas that is not measured yet, bytes of messages remain
 * the maximum.
 */
function bytesToPublish(usage: BatchUsage, { carryBytesPerCode }: Pick<BatchLimits, "carryBytesPerCode">): number {
  return pubdataBytes(usage) + carryBytesPerCode * usage.codes;
}

/** Changed leaves, never too low. */
export function changedLeaves({ diffs, unmeasured }: BatchUsage): number {
  return diffs + headers(unmeasured.transactions) + Math.ceil(spareGas(unmeasured) / GAS_PER_DIFF);
}

/** Flows of the batch, never too few: every message that is long enough counts as a flow. */
function flowsOf({ messages, messageBytes }: BatchUsage): number {
  return Math.min(messages, Math.floor(messageBytes / ASSET_MESSAGE_BYTES));
}

/** Gas of the batch's execution as L1's contract counts it, never too low: L1 commits no batch that exceeds its limit. */
export function executeGas(usage: BatchUsage, further: Unmeasured = NO_TRANSACTIONS): number {
  const flows = flowsOf(usage) + Math.floor(spareGas(further) / GAS_PER_FLOW);
  return EXECUTE_GAS.flow * flows + EXECUTE_GAS.importedRoot * usage.importedRoots;
}

/** The usage with these further imports, apart from the bytes of their inputs. */
export function withImports(usage: BatchUsage, roots: readonly Pick<ImportedRoot, "registryIndex">[]): BatchUsage {
  const facts = roots.filter(({ registryIndex }) => importKindOf(registryIndex) === ImportKind.fact).length;
  return { ...usage, importedRoots: usage.importedRoots + roots.length, facts: usage.facts + facts };
}

/** True if a batch has room for the further imports: MAX_IMPORTS in all, MAX_CLAIMS facts and statements. */
export function fitsImports(before: readonly ImportedRoot[], further: readonly ImportedRoot[]): boolean {
  const all = [...before, ...further];
  const claims = all.filter(({ registryIndex }) => importKindOf(registryIndex) !== ImportKind.root);
  return all.length <= MAX_IMPORTS && claims.length <= MAX_CLAIMS;
}

/** Headers that surround an operation: of the reserve, the bootloader, the operator, the sender and who gets the refund. */
const OPERATION_DIFFS = 8;

/** The usage with payout, conclusion and result of one more operation of L1's queue, without what the operation itself does. */
export function withOperation(usage: BatchUsage): BatchUsage {
  return {
    ...usage,
    diffs: usage.diffs + OPERATION_DIFFS,
    insertions: usage.insertions + OPERATION_DIFFS,
    diffBytes: usage.diffBytes + OPERATION_DIFFS * HEADER_BYTES,
    priorityOps: usage.priorityOps + 1,
  };
}

/** Contents of the batch for L1, those of blocks that are not measured excepted; never too low. */
export function l1LoadOf(usage: BatchUsage): L1Load {
  const { diffs, codes, messages, priorityOps, importedRoots, facts, inputBytes } = usage;
  return {
    pubdataBytes: pubdataBytes({ ...usage, unmeasured: NO_TRANSACTIONS }),
    inputBytes: INPUTS_HEAD + inputBytes,
    diffs,
    codes,
    messages,
    flows: flowsOf(usage),
    priorityOps,
    importedRoots,
    facts,
    proofBytes: MAX_PROOF_BYTES,
  };
}

/** Cost of the batch's contents in a transaction on its way, unmeasured ones included; never too low. */
function costOn(transaction: L1Transaction, usage: BatchUsage): L1Cost {
  const { unmeasured } = usage;
  const changed = headers(unmeasured.transactions);
  const own = l1CostOf(transaction, l1LoadOf(usage));
  const ofHeaders = l1CostOf(transaction, { ...NO_LOAD, diffs: changed, pubdataBytes: changed * HEADER_BYTES });
  const ofGas = worstOf(transaction, spareGas(unmeasured));
  return {
    gas: own.gas + ofHeaders.gas + ofGas.gas,
    bytes: own.bytes + ofHeaders.bytes + ofGas.bytes,
    units: own.units + ofHeaders.units + ofGas.units,
  };
}

/** Cost of the dearest contents that so much L2 gas buys. One purchase may take most gas and another most bytes or units. */
function worstOf(transaction: L1Transaction, spare: number): L1Cost {
  const costs = PURCHASES.map(({ l2Gas, ...load }) => ({ l2Gas, cost: l1CostOf(transaction, { ...NO_LOAD, ...load }) }));
  const most = (part: keyof L1Cost): number => Math.ceil(spare * Math.max(...costs.map(({ l2Gas, cost }) => cost[part] / l2Gas)));
  return { gas: most("gas"), bytes: most("bytes"), units: most("units") };
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

/** Slot of an account that joins, as an insertion: head, address, slot with its length, value. */
const JOIN_BYTES = 43;
/** Uncounted bytes of a joining account's header: an insertion in one tree, and an update to 0 in the other. */
const MOVED_BYTES = 26;

/**
 * Usage of a batch whose leaves are in two lists, never lower than exact. Both may have the same code. A transaction
 * joins its sender without gas for that; each account that joined has at least two changed leaves.
 */
function inTwoLists(usage: BatchUsage): BatchUsage {
  const { diffs, codes, codeBytes, unmeasured } = usage;
  const joining = unmeasured.transactions;
  const moved = Math.ceil(diffs / 2) + joining;
  return {
    ...usage,
    diffs: diffs + joining + 1,
    insertions: usage.insertions + joining + 1,
    diffBytes: usage.diffBytes + joining * JOIN_BYTES + moved * MOVED_BYTES + DIFF_BYTES + PUBDATA_HEADER,
    codes: 2 * codes,
    codeBytes: 2 * codeBytes,
  };
}

/**
 * True if a batch with this usage and these further transactions, and with its opening and closing, is within the limits.
 * `leafCount` is the state tree's before the batch.
 */
export function fits(usage: BatchUsage, limits: BatchLimits, leafCount: number, further: Unmeasured = NO_TRANSACTIONS): boolean {
  const whole: BatchUsage = {
    ...usage,
    diffs: usage.diffs + SYSTEM_DIFFS,
    insertions: usage.insertions + SYSTEM_DIFFS,
    diffBytes: usage.diffBytes + SYSTEM_DIFFS * DIFF_BYTES,
    inputBytes: usage.inputBytes + (further.inputBytes ?? 0),
    unmeasured: addUnmeasured(usage.unmeasured, further),
  };
  const total = limits.hasTwoLists ? inTwoLists(whole) : whole;
  return (
    changedLeaves(total) <= limits.diffs &&
    proofRows(total, leafCount) <= limits.proofRows &&
    total.messages + Math.ceil(spareGas(further) / GAS_PER_MESSAGE) <= limits.messages &&
    bytesToPublish(total, limits) <= limits.pubdataBytes &&
    executeGas(total, further) <= limits.executeGas &&
    INPUTS_HEAD + total.inputBytes <= limits.inputBytes &&
    limits.way.every((transaction) => hasRoomFor(transaction, costOn(transaction, total))) &&
    total.gas + further.gas <= limits.gas
  );
}

export function addUnmeasured(a: Unmeasured, b: Unmeasured): Unmeasured {
  const inputBytes = (a.inputBytes ?? 0) + (b.inputBytes ?? 0);
  return { transactions: a.transactions + b.transactions, gas: a.gas + b.gas, ...(inputBytes === 0 ? {} : { inputBytes }) };
}

/** Bytes of published inputs around their blocks. */
const INPUTS_HEAD = 100;

/**
 * Blocks of these bytes for which the batch has room, up to `limit`; 0 if it must end first. The next check of the limits may
 * be some blocks later, so that more stay free.
 */
export function roomForBlocks(
  usage: BatchUsage,
  limits: BatchLimits,
  leafCount: number,
  { limit, blockBytes }: { readonly limit: number; readonly blockBytes: number },
): number {
  if (limits.inputBytes === Infinity) return limit;
  const fitsBeside = (blocks: number): boolean =>
    fits(usage, limits, leafCount, { ...NO_TRANSACTIONS, inputBytes: (blocks + SPARE_BLOCKS) * blockBytes });
  let room = Math.min(limit, Math.floor(limits.inputBytes / blockBytes));
  while (room > 0 && !fitsBeside(room)) room = Math.floor(room / 2);
  return room;
}

/** Blocks that may follow the last check of the limits: a batch ends with the next command. */
const SPARE_BLOCKS = 16;
