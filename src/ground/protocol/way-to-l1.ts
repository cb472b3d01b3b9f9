import { MAX_UNITS } from "./native-budget.ts";
import type { SettlementStage } from "./settlement-stage.ts";

/** Gas limit of a transaction (EIP-7825). */
export const MAX_TRANSACTION_GAS = 2 ** 24;
/** Size limit of a transaction in the pools of public networks. */
export const MAX_TRANSACTION_BYTES = 128 * 1024;

/** Facts of a chain that decide which transactions take a batch to L1. */
export interface ChainKind {
  /** True if validators approve batches. Otherwise any account settles, and a batch is never committed without its proof. */
  readonly hasQuorum: boolean;
  /** True if the terms require the second check. That transaction has room for any batch. Default: false. */
  readonly isCheckedTwice?: boolean;
  /** Number of chains below that pass the data on to L1; 0 if the data are in the calldata of the commit. */
  readonly carryingLayers: number;
  /** True if the chain settles on a proven chain, which limits the units of a transaction. Default: false. */
  readonly isOnProvenChain?: boolean;
  /** True if the commit has the inputs of the batch. Default false. */
  readonly publishesInputs?: boolean;
  /** True if L1 compares these inputs with the hash that a proof exports. Default false. */
  readonly exportsInputs?: boolean;
  /** Networks of guardians, whose signatures are in the commit. Default: 0. */
  readonly guardianNetworks?: number;
  /** True if some accounts are in a second tree, whose list is in the commit unless guardians sign for it. Default false. */
  readonly hasPorter?: boolean;
}

/** Transaction on the way of a batch to L1. */
export interface L1Transaction {
  /** Stages that it does for the batch, in order. */
  readonly stages: readonly SettlementStage[];
  /** Limit of the gas that `l1Cost` estimates. */
  readonly gas: number;
  /** Limit of the bytes that `l1Cost` estimates. */
  readonly bytes: number;
  /** Limit of the units that `l1Cost` estimates; Infinity unless the transaction is one of a proven chain. */
  readonly units: number;
  /** Gas for each byte of pubdata that the commit passes on in a message; 0 without such messages. */
  readonly carryGasPerByte: number;
  /** Gas for each byte of the inputs of the batch; 0 if the transaction does not have them. */
  readonly gasPerInputByte: number;
  /** Cost of each batch after the first that `l1Cost` does not estimate, if the transaction does its stages for several. */
  readonly furtherBatch: L1Cost;
}

/** Contents of a batch that cost gas or bytes on L1. */
export interface L1Load {
  readonly pubdataBytes: number;
  /** Bytes of the inputs, which only some chains publish. */
  readonly inputBytes: number;
  /** Changed leaves of the state tree. */
  readonly diffs: number;
  /** Codes that no earlier batch published. */
  readonly codes: number;
  readonly messages: number;
  /** Sums of asset messages, by kind, destination and asset. */
  readonly flows: number;
  readonly priorityOps: number;
  /** Imports of every kind. */
  readonly importedRoots: number;
  /** Imports that are facts. */
  readonly facts: number;
  /** Bytes of the proof. */
  readonly proofBytes: number;
}

/** An empty batch without a proof. */
export const NO_LOAD: L1Load = {
  pubdataBytes: 0,
  inputBytes: 0,
  diffs: 0,
  codes: 0,
  messages: 0,
  flows: 0,
  priorityOps: 0,
  importedRoots: 0,
  facts: 0,
  proofBytes: 0,
};

/** Gas and bytes of calldata on L1, and units of the proof if the settlement layer is a proven chain. */
export interface L1Cost {
  readonly gas: number;
  readonly bytes: number;
  readonly units: number;
}

/** Longest proof of a batch that a transaction has room for, whatever else it does. */
export const MAX_PROOF_BYTES = 90_000;
/** Gas that no estimate counts: up to 64 signatures each of validators and of a committee, the data availability policy. */
const UNCOUNTED_GAS = 1_177_216;
/** Bytes of these signatures and of the policy's data. */
const UNCOUNTED_BYTES = 24_000;
/** Guardians of a network (`GuardianNetwork.sol`). */
const MAX_GUARDIANS = 64;
/** Reads of a guardian's weights, its signature's check and calldata; 30,500 gas were measured with four deposits. */
const GUARDIAN: L1Cost = { gas: 40_000, bytes: 192, units: 0 };
/** Bytes of a transaction around its calldata. */
const ENVELOPE_BYTES = 500;
/** Validators of a chain on a proven chain: each signature takes units of the commit. */
export const MAX_VALIDATORS_ON_PROVEN_CHAIN = 4;
/** Units of the validators' signatures, except the first. */
const UNCOUNTED_UNITS = 45_000;
/** The messenger charges 100; two events, copies and hashes take the rest. */
const CARRY_GAS_PER_BYTE = 125;

const NO_COST: L1Cost = { gas: 0, bytes: 0, units: 0 };

function transactionOf(
  stages: readonly SettlementStage[],
  { uncounted = NO_COST, carryGasPerByte = 0, gasPerInputByte = 0, units = Infinity, furtherBatch = NO_COST } = {},
): L1Transaction {
  return {
    stages,
    gas: MAX_TRANSACTION_GAS - UNCOUNTED_GAS - uncounted.gas,
    bytes: MAX_TRANSACTION_BYTES - ENVELOPE_BYTES - uncounted.bytes,
    units: units - uncounted.units,
    carryGasPerByte,
    gasPerInputByte,
    furtherBatch,
  };
}

/** All stages in one call of `settle`, for batches that are small enough. */
export const SETTLE_AT_ONCE = transactionOf(["commit", "prove", "execute"]);

/**
 * Transactions that take any batch of the chain to L1, in order. A batch is sealed before it exceeds one of them. On a chain
 * without a quorum the proof is stored ahead, and `settle` does the rest: a batch is committed only together with its proof.
 */
export function wayToL1({
  hasQuorum,
  isCheckedTwice = false,
  carryingLayers,
  isOnProvenChain = false,
  publishesInputs = false,
  exportsInputs = false,
  guardianNetworks = 0,
}: ChainKind): readonly L1Transaction[] {
  const guardians = guardiansCost(guardianNetworks);
  const units = isOnProvenChain ? MAX_UNITS : Infinity;
  if (!hasQuorum) return [transactionOf(["prove"]), transactionOf(["commit", "execute"], { uncounted: guardians })];
  return [
    transactionOf(["commit"], {
      uncounted: { gas: guardians.gas, bytes: UNCOUNTED_BYTES + guardians.bytes, units: UNCOUNTED_UNITS },
      units,
      carryGasPerByte: carryingLayers === 0 ? 0 : CARRY_GAS_PER_BYTE,
      gasPerInputByte: publishesInputs ? GAS_PER_BYTE + (exportsInputs ? RECORD_GAS_PER_BYTE : 0) : 0,
    }),
    transactionOf(["prove"], { units }),
    ...(isCheckedTwice ? [SECOND_CHECK] : []),
    isOnProvenChain ? EXECUTION_ON_PROVEN_CHAIN : EXECUTION,
  ];
}

/**
 * Upper bound of the cost of all guardians' weights and signatures in a number of networks. The bytes are for one network: if
 * several sign, the data are not in the commit, and the largest operation needs the bytes.
 */
export function guardiansCost(networks: number): L1Cost {
  const bytes = GUARDIAN.bytes * MAX_GUARDIANS * Math.min(networks, 1);
  return { gas: GUARDIAN.gas * MAX_GUARDIANS * networks, bytes, units: GUARDIAN.units };
}

/** Transaction that executes proven batches of a chain. */
export const EXECUTION = transactionOf(["execute"]);
/** Transaction that executes proven batches of a chain on a proven chain. */
export const EXECUTION_ON_PROVEN_CHAIN = transactionOf(["execute"], { units: MAX_UNITS });

/**
 * Transaction that commits several batches of a chain, each with signatures. A byte of the policy's data takes most gas if it is
 * a guardian's, whose 192 bytes take 40,000 gas.
 */
const COMMITS = {
  gasPerInputByte: Math.ceil(GUARDIAN.gas / GUARDIAN.bytes),
  furtherBatch: { gas: UNCOUNTED_GAS, bytes: 0, units: UNCOUNTED_UNITS },
};
export const SEVERAL_COMMITS = transactionOf(["commit"], COMMITS);
/** Transaction that commits several batches of a chain on a proven chain. */
export const SEVERAL_COMMITS_ON_PROVEN_CHAIN = transactionOf(["commit"], {
  ...COMMITS,
  uncounted: { gas: 0, bytes: 0, units: UNCOUNTED_UNITS },
  units: MAX_UNITS,
});

/** Transaction that confirms a batch by the second verifier. Its gas depends on the proof alone. */
const SECOND_CHECK = transactionOf(["secondCheck"]);

/** Transaction that imports a part of a chain's first state: it publishes the data and has the proof. */
export const IMPORT_AT_ONCE = transactionOf(["commit", "prove"]);

/** Bytes of a batch's record in a list of several. */
const RECORD_BYTES = 800;
/** Batches whose records fit one transaction next to the longest proof. The aggregator itself takes more. */
export const MAX_SHOWN_BATCHES = Math.floor((MAX_TRANSACTION_BYTES - 2 * ENVELOPE_BYTES - MAX_PROOF_BYTES) / RECORD_BYTES);

/** Cost of each stage of an empty batch, the first one of its chain; of a commit that passes the data on. */
const FIXED_COST: Readonly<Record<SettlementStage, L1Cost>> = {
  commit: { gas: 360_000, bytes: 2400, units: 370_000 },
  prove: { gas: 200_000, bytes: 1100, units: 215_000 },
  secondCheck: { gas: 6_500_000, bytes: 1100, units: 0 },
  execute: { gas: 200_000, bytes: 1100, units: 335_000 },
};
/** Gas of a byte of pubdata: 16 for the calldata, 4 for copies, hashes and memory. */
const GAS_PER_BYTE = 20;
/** Further gas for each byte of records, which the policy hashes one by one; 30 to 40 were measured at most, of empty blocks. */
const RECORD_GAS_PER_BYTE = 45;
/** Gas in the commit. A changed leaf may name a code, which is looked up. */
const COMMIT_GAS = { diff: 1800, code: 30_000, message: 1100, priorityOp: 3850 };
/** Units in the commit, a message on the chain below included. */
const COMMIT_UNITS = { byte: 31, diff: 1_400, code: 6_500, message: 2_800, flow: 4_500, priorityOp: 4_600 };
/** Gas in the execution. A flow is copied once more if stages share a transaction. */
const EXECUTE_GAS = { flow: 36_000, importedRoot: 4000, fact: 22_000 };
const EXECUTE_BYTES = { flow: 160, importedRoot: 64 };
/** Units in the execution. No chain on another imports facts. */
const EXECUTE_UNITS = { flow: 14_500, importedRoot: 12_000 };
/** Verification and calldata; 49 were measured at most. */
const GAS_PER_PROOF_BYTE = 50;
/**
 * Gas per byte for the second verifier, which evaluates the constraints for a fixed amount of gas; at most 89 were
 * measured.
 */
const SECOND_CHECK_GAS_PER_PROOF_BYTE = 95;
const BASE_GAS = 21_000;
/** Minimum price of a byte of calldata (EIP-7623). */
const FLOOR_GAS_PER_BYTE = 40;
/** Minimum price of a byte of calldata if L1 adopts EIP-7976. */
export const NEXT_FLOOR_GAS_PER_BYTE = 64;

/** Cost of these contents alone, in proportion to them; never too low, except for the floor of calldata. */
export function l1CostOf(transaction: L1Transaction, load: L1Load): L1Cost {
  return sum(transaction.stages.map((stage) => STAGE_COSTS[stage](load, transaction)));
}

const STAGE_COSTS: Readonly<Record<SettlementStage, (load: L1Load, transaction: L1Transaction) => L1Cost>> = {
  commit: ({ pubdataBytes, inputBytes, diffs, codes, messages, flows, priorityOps }, { carryGasPerByte, gasPerInputByte }) => ({
    gas:
      (GAS_PER_BYTE + carryGasPerByte) * pubdataBytes +
      gasPerInputByte * inputBytes +
      COMMIT_GAS.diff * diffs +
      COMMIT_GAS.code * codes +
      COMMIT_GAS.message * messages +
      COMMIT_GAS.priorityOp * priorityOps,
    bytes: pubdataBytes + (gasPerInputByte === 0 ? 0 : inputBytes),
    units:
      COMMIT_UNITS.byte * pubdataBytes +
      COMMIT_UNITS.diff * diffs +
      COMMIT_UNITS.code * codes +
      COMMIT_UNITS.message * messages +
      COMMIT_UNITS.flow * flows +
      COMMIT_UNITS.priorityOp * priorityOps,
  }),
  // An import of the proven chain replaces the proof.
  prove: ({ proofBytes }) => ({ gas: GAS_PER_PROOF_BYTE * proofBytes, bytes: proofBytes, units: 0 }),
  secondCheck: ({ proofBytes }) => ({ gas: SECOND_CHECK_GAS_PER_PROOF_BYTE * proofBytes, bytes: proofBytes, units: 0 }),
  execute: ({ flows, importedRoots, facts }) => ({
    gas: EXECUTE_GAS.flow * flows + EXECUTE_GAS.importedRoot * importedRoots + EXECUTE_GAS.fact * facts,
    bytes: EXECUTE_BYTES.flow * flows + EXECUTE_BYTES.importedRoot * importedRoots,
    units: EXECUTE_UNITS.flow * flows + EXECUTE_UNITS.importedRoot * importedRoots,
  }),
};

/** Gas, bytes and units of a transaction whose contents cost so much; never too low. */
export function l1TotalOf({ stages }: Pick<L1Transaction, "stages">, contents: L1Cost): L1Cost {
  const { gas, bytes, units } = sum([...stages.map((stage) => FIXED_COST[stage]), contents]);
  return { gas: Math.max(gas, BASE_GAS + FLOOR_GAS_PER_BYTE * bytes), bytes, units };
}

/** Gas of a transaction with this calldata, if L1 adopts the next floor: its present gas, or the floor if that is higher. */
export function gasAtNextFloor(gasUsed: bigint, calldataBytes: number): bigint {
  const floor = BigInt(BASE_GAS + NEXT_FLOOR_GAS_PER_BYTE * calldataBytes);
  return floor > gasUsed ? floor : gasUsed;
}

/** Upper bound of the gas that confirms a batch with a proof of this size. */
export function secondCheckGas(proofBytes: number): number {
  return l1TotalOf(SECOND_CHECK, l1CostOf(SECOND_CHECK, { ...NO_LOAD, proofBytes })).gas;
}

/** True if the transaction surely has room for contents of this cost. */
export function hasRoomFor(transaction: L1Transaction, contents: L1Cost): boolean {
  return hasRoomForAll(transaction, [contents]);
}

/**
 * True if the transaction surely has room for several batches, whose contents have these costs. The size of its calldata is
 * estimated unless `calldataBytes` is present.
 */
export function hasRoomForAll(transaction: L1Transaction, contents: readonly L1Cost[], calldataBytes?: number): boolean {
  const further = contents.slice(1).map(() => transaction.furtherBatch);
  const { gas, bytes, units } = sum([...contents.map((each) => l1TotalOf(transaction, each)), ...further]);
  return gas <= transaction.gas && (calldataBytes ?? bytes) <= transaction.bytes && units <= transaction.units;
}

function sum(costs: readonly L1Cost[]): L1Cost {
  const add = (total: L1Cost, { gas, bytes, units }: L1Cost): L1Cost => ({
    gas: total.gas + gas,
    bytes: total.bytes + bytes,
    units: total.units + units,
  });
  return costs.reduce(add, NO_COST);
}
