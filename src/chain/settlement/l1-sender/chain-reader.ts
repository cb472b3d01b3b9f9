import { Interface, type Log, type Provider, type TransactionReceipt } from "ethers";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { ScheduledTerms } from "../../../ground/protocol/terms.ts";
import {
  hyperchainInterface,
  proofAggregatorInterface,
  settingsInterface,
  topicOf,
} from "../../settlement-layer/reader/contract-interfaces.ts";
import { countingBlock } from "../../settlement-layer/reader/l1-depth.ts";
import { plainQuorum, plainStoredBatch, storedBatchOfLog, type NamedResult } from "../../settlement-layer/reader/l1-event.ts";
import { isUnreached, PageWidth, readLogPages } from "../../settlement-layer/reader/log-pages.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import type { L1Retry } from "./l1-retry.ts";

/** Function of the implementation that its interface lacks. */
const implementationInterface = new Interface(["function settings() view returns (address)"]);

/** Requests to L1. */
export interface L1Reader extends Pick<Provider, "call" | "getBlock" | "getLogs"> {
  /** JSON-RPC without a client's conversions, if the client supports it. */
  readonly send?: (method: string, params: unknown[]) => Promise<unknown>;
}

/** A chain's contract, where it is asked for nothing that is past. */
interface PlacedContract {
  readonly provider: Pick<L1Reader, "call">;
  readonly hyperchain: Hex;
}

interface Epochs {
  readonly current: bigint;
  readonly currentAt: bigint;
  readonly nextAt: bigint;
}

/** Location of a chain's contract. */
export interface ChainContract extends PlacedContract {
  readonly provider: L1Reader;
  /** L1 block in which the chain was created: events are looked for from there. */
  readonly fromBlock: number;
  /** Records that are known otherwise; they count where the contract has their hash. Default: none. */
  readonly records?: readonly StoredBatch[];
}

/**
 * The contract at the newest final block: all answers are of that block, which no reorg is expected to revert. Nodes
 * store old states for some 128 blocks. Rejects with the provider's error.
 */
export async function atDepth(contract: ChainContract, confirmations: number): Promise<ChainContract> {
  if (confirmations === 1) return contract;
  const { provider } = contract;
  const newest = (await provider.getBlock("latest"))?.number ?? 0;
  const blockTag = Math.max(0, countingBlock(newest, confirmations));
  const reader: L1Reader = {
    call: (request) => provider.call({ ...request, blockTag }),
    getBlock: (which) => provider.getBlock(which === "latest" ? blockTag : which),
    getLogs: (filter) => provider.getLogs(filter),
  };
  return { ...contract, provider: reader };
}

/** Provider that retries while L1 is away, or does not have the contract (yet, after a restart). */
export function patientReader(provider: L1Reader, { answered }: Pick<L1Retry, "answered">): L1Reader {
  const { send } = provider;
  return {
    // Only for what nodes may refuse.
    ...(send === undefined ? {} : { send: (method, params) => send.call(provider, method, params) }),
    call: (request) =>
      answered("a look at L1", async () => {
        const answer = await provider.call(request);
        if (answer === "0x") throw new Error(`there is no contract at ${String(request.to)}`);
        return answer;
      }),
    getBlock: (...which) => answered("a look at L1", () => provider.getBlock(...which)),
    getLogs: async (filter) => {
      const { fromBlock, toBlock } = filter as { readonly fromBlock?: unknown; readonly toBlock?: unknown };
      const answer = await answered("a look at L1", () =>
        provider.getLogs(filter).catch((error: unknown): { readonly refused: unknown } => {
          if (fromBlock === toBlock || isUnreached(error)) throw error;
          return { refused: error };
        }),
      );
      // More than one block can be too much for a node: its refusal decides the width of the next page.
      if ("refused" in answer) throw answer.refused;
      return answer;
    },
  };
}

/** Stages of a chain's batches on L1: counts, so batch n is among the first n + 1. */
export interface BatchTotals {
  readonly committed: bigint;
  readonly verified: bigint;
  readonly executed: bigint;
}

/** Rejects with the provider's error. */
export async function readTotals(contract: ChainContract): Promise<BatchTotals> {
  const [committed, verified, executed] = await Promise.all([
    readContract<bigint>(contract, "getTotalBatchesCommitted"),
    readContract<bigint>(contract, "getTotalBatchesVerified"),
    readContract<bigint>(contract, "getTotalBatchesExecuted"),
  ]);
  return { committed, verified, executed };
}

/** Stages of a batch that other accounts may do, and what counts the batches through them. */
const TOTALS_OF_STAGES = { prove: "getTotalBatchesVerified", execute: "getTotalBatchesExecuted" } as const;

export type SharedStage = keyof typeof TOTALS_OF_STAGES;

/**
 * Number of batches through a stage after the pending transactions of L1's node; undefined if the node does not support
 * this.
 */
export async function readPendingTotal({ provider, hyperchain }: ChainContract, stage: SharedStage): Promise<bigint | undefined> {
  const name = TOTALS_OF_STAGES[stage];
  const asked = { to: hyperchain, data: hyperchainInterface.encodeFunctionData(name) };
  try {
    // Without retries: some nodes refuse this tag, or have nothing there, and retries would not help.
    const answer = await provider.send?.("eth_call", [asked, "pending"]);
    if (typeof answer !== "string") return undefined;
    return hyperchainInterface.decodeFunctionResult(name, answer)[0] as bigint;
  } catch {
    return undefined;
  }
}

/** The contract's record of a committed batch, from its event unless it is known; undefined where the batch is not committed. */
export async function findStoredBatch(contract: ChainContract, batchNumber: BatchNumber): Promise<StoredBatch | undefined> {
  const hash = await readContract<Hex>(contract, "storedBatchHash", batchNumber);
  if (BigInt(hash) === 0n) return undefined;
  const stored = await findRecord(contract, batchNumber, hash);
  if (stored !== undefined) return stored;
  throw new SettlementError(
    "UnexpectedReceipt",
    `batch ${batchNumber} is committed, but no event since block ${contract.fromBlock} holds it`,
  );
}

/** Record with this hash of a batch that is or was committed; undefined if no event has it. Rejects with the provider's error. */
export async function findRecord(contract: ChainContract, batchNumber: BatchNumber, hash: Hex): Promise<StoredBatch | undefined> {
  const known = contract.records?.find((record) => record.batchNumber === batchNumber && hashStoredBatch(record) === hash);
  if (known !== undefined) return known;
  // A number may have been committed before, and reverted.
  const isStored = (log: Log): boolean => {
    const stored = storedBatchOfLog(log);
    return stored !== undefined && hashStoredBatch(stored) === hash;
  };
  const log = await findNewestLog(contract, ["BatchStored"], [wordToHex(batchNumber)], isStored);
  return log && storedBatchOfLog(log);
}

/**
 * The newest log of a contract of a chain, by events, later topics and a condition; undefined if none
 * fits. Reads L1 backwards, as the log is among the last as a rule. Rejects with the provider's error.
 */
export async function findNewestLog(
  { provider, hyperchain, fromBlock }: ChainContract,
  events: readonly string[],
  topics: readonly Hex[],
  fits: (log: Log) => boolean = () => true,
): Promise<Log | undefined> {
  const toBlock = (await provider.getBlock("latest"))?.number ?? fromBlock;
  const question = {
    address: hyperchain,
    topics: [events.map((name) => topicOf(hyperchainInterface, name)), ...topics],
    fromBlock,
    toBlock,
  };
  for await (const { logs } of readLogPages(provider, question, new PageWidth(), "newestFirst")) {
    const found = logs.findLast(fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The record of a batch that L1 has executed; undefined before. Rejects with the provider's error. */
export async function findExecutedBatch(contract: ChainContract, batchNumber: BatchNumber): Promise<StoredBatch | undefined> {
  const { executed } = await readTotals(contract);
  return executed > batchNumber ? findStoredBatch(contract, batchNumber) : undefined;
}

/** The record that the next batch must name: the last committed batch, or the one before the first. */
export async function readLastStoredBatch(contract: ChainContract): Promise<StoredBatch> {
  const { committed } = await readTotals(contract);
  if (committed === 0n) return readFirstRecord(contract);
  const stored = await findStoredBatch(contract, committed - 1n);
  if (stored === undefined)
    throw new SettlementError("UnexpectedReceipt", `batch ${committed - 1n} was reverted while it was read`);
  return stored;
}

/** The record before a chain's first batch: that of its genesis, or what the last import has made of it. */
export async function readFirstRecord(contract: ChainContract): Promise<StoredBatch> {
  const { provider, hyperchain, fromBlock } = contract;
  const { importBatches } = await readContract<{ readonly importBatches: bigint }>(contract, "getConfiguration");
  if (importBatches === 0n) return plainStoredBatch(await readContract<NamedResult>(contract, "genesisBatch"));
  const toBlock = (await provider.getBlock("latest"))?.number ?? fromBlock;
  const last = wordToHex(importBatches - 1n);
  const question = { address: hyperchain, topics: [topicOf(hyperchainInterface, "BatchImported"), last], fromBlock, toBlock };
  for await (const { logs } of readLogPages(provider, question, new PageWidth(), "newestFirst")) {
    const [log] = logs;
    if (log === undefined) continue;
    return plainStoredBatch(hyperchainInterface.decodeEventLog("BatchImported", log.data, log.topics)["record"] as NamedResult);
  }
  throw new SettlementError(
    "UnexpectedReceipt",
    `the chain's ${importBatches} imports are not all on L1, so it has no first batch`,
  );
}

/** First record in a commit's receipt. Throws UnexpectedReceipt if there is none. */
export function storedBatchOfReceipt(receipt: TransactionReceipt): StoredBatch {
  const [stored] = storedBatchesOfReceipt(receipt);
  if (stored !== undefined) return stored;
  throw new SettlementError("UnexpectedReceipt", `transaction ${receipt.hash} committed nothing`);
}

/** Records in a commit's receipt, in the order of the batches. */
export function storedBatchesOfReceipt({ logs }: TransactionReceipt): readonly StoredBatch[] {
  return logs.flatMap((log) => storedBatchOfLog(log) ?? []);
}

/** The protocol version that L1 gives a batch now, after this number of operations. Rejects with the provider's error. */
export async function readVersionOf(contract: ChainContract, firstTimestamp: bigint, operationsBefore: bigint): Promise<bigint> {
  const ask = await settingsOf(contract);
  return ask<bigint>("versionOfBatch", firstTimestamp, operationsBefore);
}

/** The data policy of a batch that begins at this second, as L1's newest block has it. Rejects with the provider's error. */
export async function readPolicyAt(contract: PlacedContract, firstTimestamp: bigint): Promise<Hex> {
  const [policy] = await readPolicies(contract, firstTimestamp);
  return policy;
}

/**
 * Data policies that L1 may accept for a batch that begins at this second, now. The first counts, unless the batch
 * reaches L1 later than a window after a change: then the last does. Rejects with the provider's error.
 */
export async function readPolicies(contract: PlacedContract, firstTimestamp: bigint): Promise<readonly [Hex, ...Hex[]]> {
  const ask = await settingsOf(contract);
  const { current, currentAt, nextAt } = await ask<Epochs>("epochsOf");
  const policyOf = async (epoch: bigint): Promise<Hex> => {
    const { dataAvailabilityPolicy } = await ask<{ readonly dataAvailabilityPolicy: string }>("termsOf", epoch);
    return dataAvailabilityPolicy.toLowerCase() as Hex;
  };
  if (nextAt !== 0n && firstTimestamp >= nextAt) return [await policyOf(current + 1n)];
  const present = await policyOf(current);
  return firstTimestamp < currentAt ? [await policyOf(current - 1n), present] : [present];
}

/** A queued operation's deadline has 32 binary digits behind the point. */
export const DEADLINE_UNIT = 2n ** 32n;

/** Whose signatures count at a second of L1's time, and from when on others do. */
export interface CountingQuorum extends Pick<ScheduledTerms, "threshold" | "validators"> {
  /** Whose count where the others leave an operation that is overdue. */
  readonly standby: Pick<ScheduledTerms, "threshold" | "validators">;
  /** Seconds; undefined where no further change is known. */
  readonly until: bigint | undefined;
}

/** Quorum of L1's newest block, or of a later second if one is named. */
export async function readCountingQuorum(contract: ChainContract, at = 0n): Promise<CountingQuorum> {
  const ask = await settingsOf(contract);
  const { current, nextAt } = await ask<Epochs>("epochsOf");
  const isNext = nextAt !== 0n && at >= nextAt;
  const epoch = isNext ? current + 1n : current;
  const { quorum, standby } = await ask<{ readonly quorum: unknown; readonly standby: unknown }>("termsOf", epoch);
  const until = isNext || nextAt === 0n ? undefined : nextAt;
  return { ...plainQuorum(quorum), standby: plainQuorum(standby), until };
}

/** Whether the standby may revert batches at that second of L1's time: the oldest operation is not executed for so long. */
export async function mayStandbyRevert(contract: ChainContract, now: bigint): Promise<boolean> {
  const [executed, queued, ask] = await Promise.all([
    readContract<bigint>(contract, "getFirstUnprocessedPriorityTx"),
    readContract<bigint>(contract, "getTotalPriorityTxs"),
    settingsOf(contract),
  ]);
  if (executed === queued) return false;
  const [{ deadline }, patience] = await Promise.all([
    readContract<{ readonly deadline: bigint }>(contract, "priorityOperation", executed),
    ask<bigint>("standbyAfterDeadline", true),
  ]);
  return deadline / DEADLINE_UNIT + patience <= now;
}

/**
 * Contract that accepts execution proofs of a version's batches, and alone counts for them; undefined if no contract
 * does.
 */
export async function readAggregator(
  contract: ChainContract,
  version: bigint,
): Promise<{ readonly address: Hex; readonly chainId: ChainId } | undefined> {
  const [{ chainId }, ask] = await Promise.all([
    readContract<{ readonly chainId: ChainId }>(contract, "getConfiguration"),
    settingsOf(contract),
  ]);
  const aggregator = await ask<string>("aggregatorOf", version);
  return BigInt(aggregator) === 0n ? undefined : { address: aggregator.toLowerCase() as Hex, chainId };
}

/** True if the aggregator has checked a proof of the statement. */
export async function isProofStored({ provider }: PlacedContract, aggregator: Hex, statement: Hex): Promise<boolean> {
  const data = proofAggregatorInterface.encodeFunctionData("storedAt", [statement]);
  return BigInt(await provider.call({ to: aggregator, data })) !== 0n;
}

/** Asks the settings about the chain. The types are the ABI's; the caller knows them. */
async function settingsOf(contract: PlacedContract): Promise<<T>(name: string, ...args: unknown[]) => Promise<T>> {
  const { provider, hyperchain } = contract;
  const [{ chainId }, settings] = await Promise.all([
    readContract<{ readonly chainId: ChainId }>(contract, "getConfiguration"),
    provider.call({ to: hyperchain, data: implementationInterface.encodeFunctionData("settings") }),
  ]);
  const [to] = implementationInterface.decodeFunctionResult("settings", settings) as unknown as [string];
  return async <T>(name: string, ...args: unknown[]): Promise<T> => {
    const answer = await provider.call({ to, data: settingsInterface.encodeFunctionData(name, [chainId, ...args]) });
    const [value] = settingsInterface.decodeFunctionResult(name, answer) as unknown as [T];
    return value;
  };
}

/** Calls a view of the chain's contract that returns one value. The type is the ABI's; the caller knows it. */
export async function readContract<T>(contract: PlacedContract, name: string, ...args: unknown[]): Promise<T> {
  const data = hyperchainInterface.encodeFunctionData(name, args);
  const answer = await contract.provider.call({ to: contract.hyperchain, data });
  const [value] = hyperchainInterface.decodeFunctionResult(name, answer) as unknown as [T];
  return value;
}
