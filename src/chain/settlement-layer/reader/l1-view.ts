import type { Provider } from "ethers";
import { AssetMessageKind, decodeAssetMessage, type AssetTransfer } from "../../../ground/protocol/asset-message.ts";
import { isMark, type BatchRecord } from "../../../ground/protocol/batch-record.ts";
import { keccak, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, BlockNumber, ChainId, MessageHash, OperationHash } from "../../../ground/protocol/ids.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { TransactionTree, transactionTreeLeaf } from "../../../ground/protocol/transaction-tree.ts";
import { readBatchContent, type BatchContent } from "./batch-content.ts";
import type { L1Event } from "./l1-event.ts";
import { createL1Watcher, type L1Watcher } from "./l1-watcher.ts";

/** Contracts on L1, 20 bytes in lower case. */
export interface L1ViewOptions {
  readonly chains: readonly { readonly chainId: ChainId; readonly hyperchain: Hex }[];
  readonly registry: Hex;
  /** First L1 block with an event of theirs. */
  readonly fromBlock: number;
}

/** Position of an event. */
export interface PlaceOnL1 {
  readonly blockNumber: number;
  readonly transactionHash: Hex;
}

/** A batch as anyone can read it from L1. */
export interface BatchOnL1 {
  readonly chainId: ChainId;
  readonly batchNumber: BatchNumber;
  /** Record whose hash the contract stores. */
  readonly stored: StoredBatch;
  readonly committed: PlaceOnL1;
  readonly proven: PlaceOnL1 | undefined;
  readonly executed: PlaceOnL1 | undefined;
  readonly content: BatchContent;
  /** Leaf in the registry; set after its execution. */
  readonly registryLeaf: RegistryLeaf | undefined;
  /** Ids of chains that did not exist yet when it sent assets to them; known from its execution on. */
  readonly refusedDestinations: readonly bigint[];
}

/** A batch's leaf in the registry. */
export interface RegistryLeaf {
  readonly index: number;
  /** Root of the batch's log tree. */
  readonly logRoot: Hex;
  readonly record: BatchRecord;
}

/** A leaf of the registry, and the number that it has: of a mark that of the batch to come. */
export interface PlacedLeaf extends RegistryLeaf {
  readonly batchNumber: BatchNumber;
}

/** Position of a message on L1. */
export interface MessagePlace {
  readonly batch: BatchOnL1;
  /** In the batch's log tree. */
  readonly index: number;
  /** Leaves of the batch's log tree. */
  readonly logLeaves: readonly Hex[];
  readonly sender: Hex;
  readonly body: Uint8Array;
}

/** A transfer that L1 refused, because no chain had its destination's id. */
export interface RefusedTransfer extends MessagePlace {
  readonly transfer: AssetTransfer;
}

interface Batch extends BatchOnL1 {
  readonly hyperchain: Hex;
  proven: PlaceOnL1 | undefined;
  executed: PlaceOnL1 | undefined;
  content: BatchContent;
  registryLeaf: RegistryLeaf | undefined;
  refusedDestinations: readonly bigint[];
  /** Hashes of the operations that it took. */
  readonly operations: readonly Hex[];
  /** Times that its content was looked for in vain, and the look at which it is looked for again. */
  failures: number;
  nextLook: number;
}

interface Chain {
  readonly chainId: ChainId;
  readonly hyperchain: Hex;
  /** True if its exit was activated. */
  hasEnded: boolean;
  /** Committed and not reverted batches, by number. */
  readonly batches: Batch[];
  readonly operations: Hex[];
  readonly operationHashes: Set<Hex>;
}

type KnownMessage = Omit<MessagePlace, "body"> & { readonly body: Uint8Array | undefined };

/** Batches whose calls are asked for at the same time. */
const PARALLEL_READS = 8;
/** Looks until an unreadable batch is looked for again double up to 2 to this. */
const MAX_PAUSE_DOUBLINGS = 10;

/**
 * Batches and their messages on L1, rebuilt from events and calls alone: no chain is queried or trusted. The
 * state of each batch follows from the contracts' own events; a call only tells what the batch's record
 * binds. After an L1 reorg everything is read again.
 */
export class L1View {
  readonly #provider: Provider;
  readonly #watcher: L1Watcher;
  readonly #options: L1ViewOptions;
  #chains: ReadonlyMap<Hex, Chain>;
  /** Messages by chain, sender and keccak of the body, because any account can send the same body. */
  #messages = new Map<string, KnownMessage[]>();
  /** Bodies of messages whose chain withholds its data, by their keccak, from any source. */
  readonly #bodies = new Map<Hex, Uint8Array>();
  #unread = new Set<Batch>();
  #refused: RefusedTransfer[] = [];
  #registry = new TransactionTree();
  /** Leaves of each chain, its batches' and its marks', in order. */
  #leavesOf = new Map<bigint, PlacedLeaf[]>();
  #looks = 0;
  /** True after an unreported L1 reorg. */
  #hasReorged = false;

  constructor(options: L1ViewOptions, { provider }: { readonly provider: Provider }) {
    const { chains, registry, fromBlock } = options;
    this.#options = options;
    this.#provider = provider;
    // With one checkpoint it reads everything again after a reorg.
    this.#watcher = createL1Watcher(
      { hyperchains: chains.map(({ hyperchain }) => hyperchain), registry, fromBlock, checkpointLimit: 1 },
      // It is only shown, and read again after a reorg.
      { provider, confirmations: 1 },
    );
    this.#chains = emptyChains(options);
  }

  /** The registry's tree. */
  get registry(): Pick<TransactionTree, "leafCount" | "prove" | "root"> {
    return this.#registry;
  }

  /** Leaves of a chain: its executed batches and its marks, in order. */
  leavesOf(chainId: ChainId): readonly PlacedLeaf[] {
    return this.#leavesOf.get(chainId) ?? [];
  }

  batch(chainId: ChainId, batchNumber: BatchNumber): BatchOnL1 | undefined {
    return this.#chainOf(chainId)?.batches[Number(batchNumber)];
  }

  /** The last committed batch of a chain. */
  lastBatch(chainId: ChainId): BatchOnL1 | undefined {
    return this.#chainOf(chainId)?.batches.at(-1);
  }

  /** Whether L1's queue of a chain has an operation with this hash: the hash of its transaction on the chain. */
  isOperation(chainId: ChainId, canonicalTxHash: OperationHash): boolean {
    return this.#chainOf(chainId)?.operationHashes.has(canonicalTxHash) === true;
  }

  /** The committed batch that holds a block of a chain. */
  batchOfBlock(chainId: ChainId, blockNumber: BlockNumber): BatchOnL1 | undefined {
    const batches = this.#chainOf(chainId)?.batches ?? [];
    let [low, high] = [0, batches.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((batches[middle]?.stored.lastBlock ?? 0n) < blockNumber) low = middle + 1;
      else high = middle;
    }
    return batches[low];
  }

  /**
   * The messages of a chain with this sender and this keccak of the body: the same can be sent twice. None before their batch is
   * committed and its content known, and where L1 has only that keccak and the body was not brought.
   */
  messages(chainId: ChainId, sender: Hex, messageHash: MessageHash): readonly MessagePlace[] {
    const places = this.#messages.get(messageKey(chainId, sender, messageHash)) ?? [];
    return places.flatMap((place) => {
      const body = place.body ?? this.#bodies.get(messageHash);
      return body === undefined ? [] : [{ ...place, body }];
    });
  }

  /** The messages of a chain with this sender, as far as their bodies are known. */
  messagesOf(chainId: ChainId, sender: Hex): readonly MessagePlace[] {
    const prefix = messageKey(chainId, sender, "0x");
    return [...this.#messages.keys()].flatMap((key) =>
      key.startsWith(prefix) ? this.messages(chainId, sender, `0x${key.slice(prefix.length)}` as MessageHash) : [],
    );
  }

  /**
   * True if a chain's exit was activated: it takes no further batch, and the balances of its last executed
   * state are paid out.
   */
  hasEnded(chainId: ChainId): boolean {
    return this.#chainOf(chainId)?.hasEnded === true;
  }

  /** The transfers that L1 refused, of batches whose content is known: new ones come at the end. */
  refusedTransfers(): readonly RefusedTransfer[] {
    return this.#refused;
  }

  /** Hash of the block up to which everything was read; undefined before the first. */
  get readUpTo(): Hex | undefined {
    return this.#watcher.checkpoints().at(-1)?.blockHash;
  }

  /** Whether there are batches whose content is looked for again at each poll. */
  get hasUnread(): boolean {
    return this.#unread.size > 0;
  }

  /** Brings a message's body, which L1 may know by its keccak only. No source has to be trusted: it is found by that keccak. */
  bringBody(body: Uint8Array): void {
    this.#bodies.set(keccak(body), body);
  }

  /**
   * Reads new data. Resolves with true after a reorg of L1, after which everything was read again. Rejects
   * with the provider's error, and continues there at the next poll; calls must not overlap.
   */
  async poll(): Promise<boolean> {
    const { events, reorg } = await this.#watcher.poll();
    if (reorg !== undefined) this.#forget();
    for (const event of events) this.#take(event);
    this.#looks++;
    await this.#readContents();
    const isAnew = this.#hasReorged;
    this.#hasReorged = false;
    return isAnew;
  }

  #chainOf(chainId: ChainId): Chain | undefined {
    for (const chain of this.#chains.values()) if (chain.chainId === chainId) return chain;
    return undefined;
  }

  #forget(): void {
    this.#hasReorged = true;
    this.#chains = emptyChains(this.#options);
    this.#messages = new Map();
    this.#unread = new Set();
    this.#refused = [];
    this.#registry = new TransactionTree();
    this.#leavesOf = new Map();
  }

  #takeRoot(event: Extract<L1Event, { readonly type: "transactionRoot" }>): void {
    const { chainId, batchNumber, logRoot, record } = event;
    const leaf = { index: Number(event.leafIndex), logRoot, record };
    this.#registry.add(transactionTreeLeaf(event));
    const leaves = this.#leavesOf.get(chainId);
    if (leaves === undefined) this.#leavesOf.set(chainId, [{ ...leaf, batchNumber }]);
    else leaves.push({ ...leaf, batchNumber });
    // A mark has the number of a batch that may be committed already: it is not that batch's leaf.
    if (isMark(record)) return;
    const batch = this.#chainOf(chainId)?.batches[Number(batchNumber)];
    if (batch !== undefined) batch.registryLeaf = leaf;
  }

  #take(event: L1Event): void {
    const { blockNumber, transactionHash } = event;
    const place = { blockNumber, transactionHash };
    if (event.type === "transactionRoot") return this.#takeRoot(event);
    const chain = this.#chains.get(event.contract);
    if (chain === undefined) return;
    switch (event.type) {
      case "priorityOperation":
        chain.operations[Number(event.index)] = event.canonicalTxHash;
        chain.operationHashes.add(event.canonicalTxHash);
        return;
      case "batchCommitted":
        this.#takeCommit(chain, event.stored, place);
        return;
      case "batchProven":
      case "batchExecuted": {
        const batch = chain.batches[Number(event.batchNumber)];
        if (batch !== undefined) batch[event.type === "batchProven" ? "proven" : "executed"] = place;
        return;
      }
      case "transfersRefused": {
        const batch = chain.batches[Number(event.batchNumber)];
        if (batch === undefined) return;
        batch.refusedDestinations = event.destinationChainIds;
        this.#refused.push(...refusedIn(batch));
        return;
      }
      case "batchesReverted":
        for (const batch of chain.batches.splice(Number(event.committed))) this.#drop(batch);
        return;
      case "exitActivated":
        chain.hasEnded = true;
        return;
      case "batchConfirmed":
      case "upgradeScheduled":
      case "upgradeCanceled":
      case "haltedPassed":
      case "termsScheduled":
      case "termsCanceled":
      case "retirementScheduled":
    }
  }

  #takeCommit(chain: Chain, stored: StoredBatch, committed: PlaceOnL1): void {
    const { batchNumber, priorityOpTotal } = stored;
    const place = Number(batchNumber);
    const first = Number(chain.batches[place - 1]?.stored.priorityOpTotal ?? 0n);
    const batch: Batch = {
      chainId: chain.chainId,
      hyperchain: chain.hyperchain,
      batchNumber,
      stored,
      committed,
      proven: undefined,
      executed: undefined,
      content: { state: "pending" },
      registryLeaf: undefined,
      refusedDestinations: [],
      operations: chain.operations.slice(first, Number(priorityOpTotal)),
      failures: 0,
      nextLook: 0,
    };
    chain.batches[place] = batch;
    this.#unread.add(batch);
  }

  /** Forgets a reverted batch and its messages. */
  #drop(batch: Batch): void {
    this.#unread.delete(batch);
    if (batch.content.state !== "known") return;
    for (const log of batch.content.logs) {
      if (log.type !== "message") continue;
      const key = messageKey(batch.chainId, log.sender, log.messageHash);
      const rest = (this.#messages.get(key) ?? []).filter((place) => place.batch !== batch);
      if (rest.length === 0) this.#messages.delete(key);
      else this.#messages.set(key, rest);
    }
  }

  /** Each batch for itself: one that cannot be read holds up none of the others. */
  async #readContents(): Promise<void> {
    const due = [...this.#unread].filter(({ nextLook }) => nextLook <= this.#looks);
    for (let start = 0; start < due.length; start += PARALLEL_READS) {
      const part = due.slice(start, start + PARALLEL_READS);
      const contents = await Promise.all(
        part.map(({ stored, hyperchain, committed: { transactionHash }, operations }) =>
          readBatchContent(this.#provider, { stored, hyperchain, transactionHash, operations }),
        ),
      );
      for (const [i, batch] of part.entries()) this.#learn(batch, contents[i] ?? batch.content);
    }
  }

  #learn(batch: Batch, content: BatchContent): void {
    batch.content = content;
    if (content.state !== "known") {
      // A node may be behind, or a better one be behind the URL tomorrow.
      batch.nextLook = this.#looks + 2 ** Math.min(batch.failures++, MAX_PAUSE_DOUBLINGS);
      return;
    }
    this.#unread.delete(batch);
    this.#refused.push(...refusedIn(batch));
    const { logs, logLeaves } = content;
    for (const [index, log] of logs.entries()) {
      if (log.type !== "message") continue;
      const key = messageKey(batch.chainId, log.sender, log.messageHash);
      const place = { batch, index, logLeaves, sender: log.sender, body: log.body };
      const places = this.#messages.get(key);
      if (places === undefined) this.#messages.set(key, [place]);
      else places.push(place);
    }
  }
}

function refusedIn(batch: Batch): readonly RefusedTransfer[] {
  const { content, refusedDestinations } = batch;
  if (content.state !== "known") return [];
  return content.logs.flatMap((log, index) => {
    if (log.type !== "message" || log.sender !== PREDEPLOYS.L2AssetRouter || log.body === undefined) return [];
    const { body, sender } = log;
    const transfer = decodeAssetMessage(body);
    const isSend = transfer?.kind === AssetMessageKind.hyperbridgeSend;
    if (!isSend || !refusedDestinations.includes(transfer.destinationChainId)) return [];
    return [{ batch, index, logLeaves: content.logLeaves, sender, body, transfer }];
  });
}

function emptyChains({ chains }: L1ViewOptions): ReadonlyMap<Hex, Chain> {
  return new Map(
    chains.map(({ chainId, hyperchain }) => [
      hyperchain,
      { chainId, hyperchain, hasEnded: false, batches: [], operations: [], operationHashes: new Set() },
    ]),
  );
}

function messageKey(chainId: ChainId, sender: Hex, messageHash: MessageHash): string {
  return `${chainId} ${sender} ${messageHash}`;
}
