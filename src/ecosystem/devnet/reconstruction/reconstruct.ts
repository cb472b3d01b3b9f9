import type { Provider } from "ethers";
import type { FormedBatch } from "../../../chain/batch/form-batch.ts";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import type { PublishedContent, PublishingChain } from "../../../chain/reconstruction/published-batch.ts";
import { RebuiltState } from "../../../chain/reconstruction/rebuilt-state.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { PubdataLog } from "../../../ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { policyOf, type PolicyOf } from "../../../ground/protocol/terms.ts";
import { readBatchContent } from "./batch-content.ts";
import { BatchLedger, checkRecord, type CommittedBatch } from "./batch-ledger.ts";
import {
  ChainContractReader,
  type ChainContractFacts,
  type ChainContractState,
  type L1Block,
} from "../chain-on-l1/chain-contract.ts";
import { publishingChain } from "../chain-on-l1/publishing-chain.ts";
import { termsIn, type SettingsEvent } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import { countingBlock } from "../../../chain/settlement-layer/reader/l1-depth.ts";
import type { CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import { findCreation } from "../chain-on-l1/l1-history.ts";
import { applyImports } from "../chain-on-l1/imported-state.ts";
import { HeldData, type DataHolder } from "../held-data/held-data.ts";
import { checkLeaves, stateOfLeaves, type LeafStart } from "./leaf-start.ts";
import { PorterReplay, type ReconstructedPorter } from "./porter-replay.ts";
import { RepeatedInputs, type RepeatedChain } from "./repeated-inputs.ts";
import { historyInEvents, type PublishedHistory } from "./published-history.ts";
import { findImports } from "./imports-of-batch.ts";
import { reformBatch } from "./unexecuted-batch.ts";
import { withProvider } from "./with-provider.ts";

export interface ReconstructionOptions {
  /** L1: a JSON-RPC endpoint over HTTP, or a provider. */
  readonly l1: string | Provider;
  /** The chain's contract there: 20 bytes. */
  readonly hyperchain: string;
  /** Genesis of the protocol: L1 has the version that the chain was created with, and only the root of its genesis. */
  readonly genesis: readonly GenesisAccount[];
  /**
   * Last batch to apply: the last that is executed (default), proven, or committed. Only executed ones can never be
   * reverted.
   */
  readonly upTo?: "executed" | "verified" | "committed";
  /** L1 block up to which to read. Default: the newest that counts. */
  readonly toBlock?: number | "latest" | "safe" | "finalized";
  /** L1 blocks on top of a batch before it counts, including its block. Default 1: the newest counts. */
  readonly confirmations?: number;
  /** L1 block of the chain's creation or an earlier one. Default: found by asking an archive node, 0 on any other. */
  readonly fromBlock?: number;
  /** Blocks per request for logs, at most. Default 2,000: public nodes limit it. */
  readonly blocksPerRequest?: number;
  /**
   * Holders of data that L1 does not have, queried in this order. Default: an empty list, and a withheld batch is
   * refused.
   */
  readonly holders?: readonly DataHolder[];
  /** First state, as guardians serve it: batches before it have no logs. Default: the genesis. */
  readonly leaves?: LeafStart | undefined;
  /** Told after every page of logs and every batch. */
  readonly onProgress?: (progress: ReconstructionProgress) => void;
}

/** Progress of a reconstruction. */
export interface ReconstructionProgress {
  /** L1 block up to which events were read, and where reading ends. */
  readonly blockNumber: number;
  readonly toBlock: number;
  readonly batchesApplied: number;
  /** Total number of batches. */
  readonly batchesTotal: number;
}

/** A batch whose every part was checked, and what it said to L1. */
export interface ReconstructedBatch extends CommittedBatch {
  /** Messages and results of priority operations, in order; empty for batches before the leaves of the start. */
  readonly logs: readonly PubdataLog[];
  /** Hashes of the operations that it took from the queue, in order. */
  readonly canonicalTxHashes: readonly Hex[];
  /** Leaves of its log tree, by the place of the log. */
  readonly logLeaves: readonly Hex[];
  readonly pubdataBytes: number;
  /** True if L1 has neither its data nor its inputs: a holder gave them, or leaves contain them. */
  readonly isHeld: boolean;
  /** Entries of its diff list, the outputs entry included. */
  readonly entryCount: number;
}

/** A rollup, rebuilt from L1. */
export interface Reconstruction {
  readonly contract: ChainContractFacts;
  /** Genesis of the version that the chain was created with. */
  readonly genesis: readonly GenesisAccount[];
  /** State of the chain's contract at `l1`. */
  readonly onL1: ChainContractState;
  /** The L1 block that everything is about. */
  readonly l1: L1Block;
  /** First L1 block that was read. */
  readonly fromBlock: number;
  /** In order from batch 0; all are applied. */
  readonly batches: readonly ReconstructedBatch[];
  /** Batches of `batches` that are not executed, with all data to prove and execute them, which any account may do. */
  readonly unexecuted: readonly FormedBatch[];
  /** Committed batches that are not applied, in order. */
  readonly unapplied: readonly CommittedBatch[];
  /** Error of the first of `unapplied`, if it is not applied because L1 does not show its imports, or not their order. */
  readonly importsUnknown: ReconstructionError | undefined;
  /** Number of committed batches that were reverted. */
  readonly revertedCount: number;
  /** Record of the last applied batch, which the next one names; the genesis record where there is none. */
  readonly last: StoredBatch;
  readonly stateRoot: Hex;
  readonly state: RebuiltState;
  /** Operations in the queue that no applied batch has taken, in order; none where only their hashes are known. */
  readonly pendingOperations: readonly L2CanonicalTransaction[];
  /** Hashes of all such operations. */
  readonly pendingHashes: readonly Hex[];
  /** Set where it was read in messages of the chain below, without a node of either: then no events are known. */
  readonly below: StateBelow | undefined;
  /**
   * The chain's upgrades and terms as its admin scheduled and withdrew them, in order; without events, those upgrades that
   * count.
   */
  readonly upgrades: readonly SettingsEvent[];
  /** Set if L1 has the inputs of its batches, which were executed again. */
  readonly repeated: RepeatedChain | undefined;
  /** Set if accounts of the chain are in a porter. */
  readonly porter: ReconstructedPorter | undefined;
}

/** Facts of the chain below's state besides the chain's contract. */
interface StateBelow {
  /** Newest root of other chains; undefined before the first. */
  readonly newestRoot: ImportedRoot | undefined;
}

const DEFAULT_BLOCKS_PER_REQUEST = 2_000;
/** Errors about imports that end the rebuild before their batch. */
const IMPORTS_UNKNOWN: readonly string[] = ["FactNotStored", "ImportOrderUnknown"];
/** Transactions asked for at the same time. */
const PARALLEL_READS = 16;

/**
 * Rebuilds a rollup's state, code and messages from nothing but L1: its contract's events and the calldata of its commits. Every
 * batch is checked against the record whose hash the contract holds: pubdata, logs, operations, diff list, commitment, state
 * root; in the end the root must be the one that the contract executed. Rejects with ReconstructionError, or with the
 * provider's error where L1 does not answer.
 */
export async function reconstruct(options: ReconstructionOptions): Promise<Reconstruction> {
  const { l1 } = options;
  const build = (provider: Provider): Promise<Reconstruction> =>
    rebuild(options, provider, ({ contract, fromBlock, toBlock, blocksPerRequest }) =>
      historyInEvents(provider, contract, { fromBlock, toBlock, blocksPerRequest }),
    );
  return typeof l1 === "string" ? withProvider(l1, build) : build(l1);
}

/** Context for reading a history. */
export interface HistoryContext {
  readonly contract: ChainContractFacts;
  readonly onL1: ChainContractState;
  readonly reader: ChainContractReader;
  readonly state: RebuiltState;
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly blocksPerRequest: number;
}

/** Rebuilds a chain from a history of it, and a provider that answers what its contract holds. Rejects as `reconstruct` does. */
export async function rebuild(
  options: Omit<ReconstructionOptions, "l1">,
  provider: Provider,
  historyOf: (context: HistoryContext) => PublishedHistory,
): Promise<Reconstruction> {
  const { upTo = "executed", blocksPerRequest = DEFAULT_BLOCKS_PER_REQUEST } = options;
  const hyperchain = toHex(fromHex(options.hyperchain, 20));
  const l1 = await readBlock(provider, options.toBlock ?? (await newestThatCounts(provider, options)));
  const reader = new ChainContractReader(provider, hyperchain, l1.blockNumber);
  const [contract, onL1] = await Promise.all([reader.facts(), reader.state()]);
  const genesis = options.genesis;
  const firstState = new RebuiltState(genesis);
  checkGenesis(firstState.stateRoot, await reader.genesisStateRoot());
  const fromBlock = options.fromBlock ?? (await findCreation(provider, hyperchain, l1.blockNumber));
  const total = Number(onL1.totals[upTo]);
  const ledger = new BatchLedger();
  const range = { provider, fromBlock, toBlock: l1.blockNumber, blocksPerRequest };
  const first = await applyImports(firstState, contract, range);
  const state = options.leaves === undefined ? firstState : stateOfLeaves(options.leaves, onL1.totals.executed);
  const history = historyOf({ contract, onL1, reader, state, fromBlock, toBlock: l1.blockNumber, blocksPerRequest });
  const upgrades: SettingsEvent[] = [];
  const heldData = new HeldData(options.holders ?? []);
  const replay = new BatchReplay({
    ...{ first, contract, state, ledger, history, provider, block: l1.blockNumber, heldData },
    ...{ genesis, fromBlock, leaves: options.leaves },
    policyOf: (...times) => policyOf(contract.configuration, termsIn(upgrades), ...times),
  });
  const report = (blockNumber: number): void =>
    options.onProgress?.({ blockNumber, toBlock: l1.blockNumber, batchesApplied: replay.batches.length, batchesTotal: total });
  for await (const page of history.pages(ledger)) {
    upgrades.push(...page.upgrades);
    await replay.apply(page.executed, () => report(page.blockNumber));
    report(page.blockNumber);
  }
  await checkExecuted(reader, onL1, replay, ledger);

  const unexecuted = ledger.unexecuted();
  for (const { stored } of unexecuted) checkRecord(stored, await reader.storedBatchHash(stored.batchNumber));
  const further = unexecuted.filter(({ stored }) => stored.batchNumber < BigInt(total));
  const importsUnknown = await replay.applyUnexecuted(further, () => report(l1.blockNumber));
  await addCodes(state, history);
  const now = await readBlock(provider, l1.blockNumber);
  if (now.blockHash !== l1.blockHash)
    throw new ReconstructionError(
      "L1Reorganized",
      `block ${l1.blockNumber} of L1 was ${l1.blockHash} and is ${now.blockHash}; start again`,
    );
  const { batches, reformed, last } = replay;
  return {
    contract,
    genesis,
    onL1,
    l1,
    fromBlock,
    batches,
    unexecuted: reformed,
    unapplied: unexecuted.slice(reformed.length),
    importsUnknown,
    revertedCount: ledger.revertedCount,
    last,
    stateRoot: state.stateRoot,
    state,
    pendingOperations: ledger.operationsFrom(last.priorityOpTotal),
    pendingHashes: ledger.hashesFrom(last.priorityOpTotal),
    ...{ below: undefined, upgrades, repeated: replay.repeated, porter: await replay.porter.result(contract, range) },
  };
}

/** Rejects with ReconstructionError BytecodeMissing. */
async function addCodes(state: RebuiltState, history: PublishedHistory): Promise<void> {
  for (const hash of state.missingCodes()) {
    const code = await history.codeOf(hash);
    if (code === undefined)
      throw new ReconstructionError("BytecodeMissing", `an account's code has hash ${hash}, and no batch on L1 published it`);
    state.addCode(code);
  }
}

interface ReplayDependencies {
  /** Before the first batch. */
  readonly first: StoredBatch;
  readonly contract: ChainContractFacts;
  readonly state: RebuiltState;
  readonly ledger: BatchLedger;
  readonly history: PublishedHistory;
  readonly provider: Provider;
  /** L1 block of the whole reconstruction. */
  readonly block: number;
  /** First block of L1 with events of the chain. */
  readonly fromBlock: number;
  /** Policies by the settings that were read so far. */
  readonly policyOf: PolicyOf;
  readonly heldData: HeldData;
  /** Before the first batch. */
  readonly genesis: readonly GenesisAccount[];
  /** Leaves of `state`; undefined for the genesis. */
  readonly leaves: LeafStart | undefined;
}

/** Applies batches in sequence. */
class BatchReplay {
  readonly batches: ReconstructedBatch[] = [];
  readonly reformed: FormedBatch[] = [];
  last: StoredBatch;
  readonly #contract: ChainContractFacts;
  readonly #state: RebuiltState;
  readonly #ledger: BatchLedger;
  readonly #history: PublishedHistory;
  readonly #provider: Provider;
  readonly #block: number;
  readonly #fromBlock: number;
  readonly #policyOf: PolicyOf;
  readonly #heldData: HeldData;
  readonly #repeated: RepeatedInputs;
  readonly porter: PorterReplay;
  readonly #leaves: LeafStart | undefined;

  constructor({
    first,
    contract,
    state,
    ledger,
    history,
    provider,
    block,
    fromBlock,
    policyOf: policies,
    heldData,
    genesis,
    leaves,
  }: ReplayDependencies) {
    this.#heldData = heldData;
    this.#leaves = leaves;
    this.porter = new PorterReplay(state, heldData, leaves);
    this.#repeated = new RepeatedInputs(contract, { genesis, first, provider, fromBlock });
    this.#contract = contract;
    this.#state = state;
    this.#ledger = ledger;
    this.#history = history;
    this.#provider = provider;
    this.#block = block;
    this.#fromBlock = fromBlock;
    this.#policyOf = policies;
    this.last = first;
  }

  /** Set if L1 has the inputs of the batches. */
  get repeated(): RepeatedChain | undefined {
    return this.#repeated.chain;
  }

  /** Reads the next batches' calldata, several at a time, and applies them in order. */
  async apply(batches: readonly CommittedBatch[], onApplied: () => void): Promise<void> {
    const first = this.#leaves?.nextBatch ?? 0n;
    for (const batch of batches) if (batch.stored.batchNumber < first) this.#skip(batch, onApplied);
    const applied = batches.filter(({ stored }) => stored.batchNumber >= first);
    for (let start = 0; start < applied.length; start += PARALLEL_READS) {
      const part = applied.slice(start, start + PARALLEL_READS);
      const calls = await Promise.all(part.map((batch) => this.#history.callsOf(batch)));
      for (const [i, batch] of part.entries()) {
        await this.#applyOne(batch, calls[i] ?? []);
        onApplied();
      }
    }
  }

  /**
   * Applies batches that L1 has not executed, up to one with a fact about a batch that L1 does not store, or with imports in an
   * unknown order. Resolves with the error about them. Rejects with it if L1 has the inputs, because these are executed already.
   */
  async applyUnexecuted(batches: readonly CommittedBatch[], onApplied: () => void): Promise<ReconstructionError | undefined> {
    try {
      await this.apply(batches, onApplied);
      return undefined;
    } catch (error) {
      const isKnown = error instanceof ReconstructionError && IMPORTS_UNKNOWN.includes(error.code);
      if (!isKnown || this.repeated !== undefined) throw error;
      return error;
    }
  }

  /** Takes the record of a batch whose changes the leaves contain. */
  #skip(batch: CommittedBatch, onApplied: () => void): void {
    const { stored } = batch;
    if (this.#leaves !== undefined) checkLeaves(this.#leaves, this.#state, stored);
    const canonicalTxHashes = this.#ledger.operationsOf(stored, this.last);
    this.batches.push({ ...batch, logs: [], canonicalTxHashes, logLeaves: [], pubdataBytes: 0, isHeld: true, entryCount: 0 });
    this.#ledger.forgetOperations(stored.priorityOpTotal);
    this.last = stored;
    onApplied();
  }

  async #applyOne(batch: CommittedBatch, calls: readonly CommitCall[]): Promise<void> {
    const { stored } = batch;
    const chain = publishingChain(this.#contract, this.#policyOf(stored.firstTimestamp, stored.committedAt));
    if (this.batches.length === 0) checkGenesis(this.#state.stateRoot, stored.oldStateRoot);
    const canonicalTxHashes = this.#ledger.operationsOf(stored, this.last);
    const operations = this.#ledger.contentsOf(stored, this.last);
    const read = (from: readonly CommitCall[]): Promise<PublishedContent> =>
      readBatchContent(
        { stored, previous: this.last, calls: from, operations, canonicalTxHashes, oldLeafCount: this.#state.leafCount },
        chain,
        { compress: this.#state.compress, heldData: this.#heldData, repeated: this.#repeated },
        this.#provider,
      );
    let found = calls;
    const content = await read(calls).catch(async (error: unknown) => {
      found = await this.#history.furtherCallsOf(batch);
      if (found.length === 0) throw error;
      return read(found);
    });
    if (batch.executed === undefined) await this.#reform(stored, content, chain);
    else this.#state.apply(stored.batchNumber, content);
    const { logs, logLeaves, entries } = content;
    await this.porter.follow({ batchNumber: stored.batchNumber, entries, calls: found });
    const isHeld = !content.data.publishes && !(await this.#repeated.isUnder(chain.daPolicy));
    this.batches.push({
      ...batch,
      logs,
      canonicalTxHashes,
      logLeaves,
      pubdataBytes: content.pubdata.length,
      isHeld,
      entryCount: entries.length,
    });
    this.#ledger.forgetOperations(stored.priorityOpTotal);
    this.last = stored;
  }

  /** Applies a batch that is still to be proven or executed. */
  async #reform(stored: StoredBatch, content: PublishedContent, chain: PublishingChain): Promise<void> {
    const { registry, factory } = this.#contract;
    const context = { registry, factory, provider: this.#provider, fromBlock: this.#fromBlock, block: this.#block };
    const importedRoots = await findImports(context, stored, this.#state.writesOf(content.entries));
    this.reformed.push(reformBatch({ stored, previous: this.last, content, importedRoots }, chain, this.#state));
  }
}

async function newestThatCounts(
  provider: Provider,
  { confirmations = 1 }: Pick<ReconstructionOptions, "confirmations">,
): Promise<number> {
  return Math.max(0, countingBlock(await provider.getBlockNumber(), confirmations));
}

async function readBlock(provider: Provider, tag: number | string): Promise<L1Block> {
  const block = await provider.getBlock(tag);
  if (block?.hash === null || block?.hash === undefined) throw new ReconstructionError("L1Reorganized", `L1 has no block ${tag}`);
  return { blockNumber: block.number, blockHash: block.hash as Hex, timestamp: BigInt(block.timestamp) };
}

function checkGenesis(root: Hex, expected: Hex | undefined): void {
  if (expected === undefined || root === expected) return;
  throw new ReconstructionError(
    "GenesisMismatch",
    `the given genesis has root ${root}, the chain began at ${expected}: pass the genesis of its version`,
  );
}

/** Compares the contract's facts about its executed batches with the result of its events and calldata. */
async function checkExecuted(
  reader: ChainContractReader,
  { totals, executedStateRoot, operationsQueued, operationsExecuted }: ChainContractState,
  { last }: BatchReplay,
  ledger: BatchLedger,
): Promise<void> {
  if (ledger.executedCount !== totals.executed) {
    throw new ReconstructionError(
      "EventMissing",
      `events execute ${ledger.executedCount} batches, the contract ${totals.executed}`,
    );
  }
  if (BigInt(ledger.operationCount) !== operationsQueued) {
    throw new ReconstructionError(
      "EventMissing",
      `events queue ${ledger.operationCount} operations, the contract has ${operationsQueued}`,
    );
  }
  if (totals.executed !== 0n) {
    const { batchNumber } = last;
    checkRecord(last, await reader.storedBatchHash(batchNumber));
    const logsRoot = await reader.logsRoot(batchNumber);
    if (last.l2LogsTreeRoot !== logsRoot) {
      throw new ReconstructionError("LogRootMismatch", `the root of its logs is ${last.l2LogsTreeRoot}, L1 has ${logsRoot}`, {
        batchNumber,
      });
    }
  }
  if (last.newStateRoot !== executedStateRoot) {
    throw new ReconstructionError(
      "RootMismatch",
      `the rebuilt root is ${last.newStateRoot}, the contract executed ${executedStateRoot}`,
    );
  }
  if (last.priorityOpTotal !== operationsExecuted) {
    throw new ReconstructionError(
      "RecordMismatch",
      `batches took ${last.priorityOpTotal} operations, the contract ${operationsExecuted}`,
    );
  }
  const expectedCount = totals.committed - totals.executed;
  const unexecuted = ledger.unexecuted();
  if (BigInt(unexecuted.length) !== expectedCount) {
    throw new ReconstructionError(
      "EventMissing",
      `events leave ${unexecuted.length} batches unexecuted, the contract ${expectedCount}`,
    );
  }
}
