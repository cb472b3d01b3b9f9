import type { Log, LogDescription, Provider, TransactionDescription } from "ethers";
import { fromHex, keccak, toHex } from "../protocol/hex.ts";
import type { Hex } from "../protocol/hex.ts";
import type { PubdataLog } from "../protocol/pubdata.ts";
import { decodePubdata } from "../protocol/pubdata-decoder.ts";
import { decodeWithheldLogs, withheldLogLeaves } from "../protocol/withheld-logs.ts";
import type { WithheldLog } from "../protocol/withheld-logs.ts";
import { transactionTreeLeaf } from "../protocol/transaction-tree.ts";
import { hyperchain, registry, topicOf } from "./contract-interfaces.ts";
import { readLogs } from "./read-logs.ts";

/** Contracts on L1, 20 bytes in lower case. */
export interface L1ViewOptions {
  readonly chains: readonly { readonly chainId: bigint; readonly hyperchain: Hex }[];
  readonly registry: Hex;
  /** First L1 block with an event of theirs. */
  readonly fromBlock: number;
}

/** Where something happened. */
export interface Place {
  readonly blockNumber: number;
  readonly transactionHash: Hex;
}

/** A batch as anyone can read it from L1. */
export interface BatchRecord {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  readonly committed: Place;
  proven: Place | undefined;
  executed: Place | undefined;
  /** In order; undefined where L1 does not have the pubdata. */
  readonly logs: readonly PubdataLog[] | undefined;
  /** Leaves of the batch's log tree. */
  readonly logLeaves: readonly Hex[];
  /** Registry indices of the roots that it imported; known from its execution on. */
  imports: readonly bigint[];
  /** Place of its leaf in the registry; known from its execution on. */
  registryLeafIndex: number | undefined;
}

/** Where a message stands on L1. */
export interface MessagePlace {
  readonly batch: BatchRecord;
  /** In the batch's log tree. */
  readonly index: number;
  readonly sender: Hex;
  readonly body: Uint8Array;
}

const TOPICS = [
  ...["NewPriorityRequestId", "BatchStored", "BatchProven", "BlockExecution", "BlocksRevert"].map((name) => topicOf(hyperchain, name)),
  topicOf(registry, "TransactionRootUpdated"),
];
/** Of events whose meaning is in the call. */
const CALL_TOPICS: ReadonlySet<string | undefined> = new Set(["BatchStored", "BlockExecution"].map((name) => topicOf(hyperchain, name)));
/** Public nodes limit how many blocks a request for logs may span. */
const BLOCKS_PER_REQUEST = 2_000;

/** Calls to chains' contracts, by the hash of their transaction. */
type Calls = ReadonlyMap<string, TransactionDescription>;

/**
 * What L1 says about batches and their messages, rebuilt from events and calldata alone: no chain has to be asked or
 * believed. After an L1 reorg everything is read again.
 */
export class L1View {
  readonly #options: L1ViewOptions;
  readonly #provider: Provider;
  readonly #chainOf: ReadonlyMap<string, bigint>;
  #read: { readonly blockNumber: number; readonly hash: string } | undefined;
  #batches = new Map<string, BatchRecord>();
  #operations = new Map<string, Hex>();
  #messages = new Map<string, Omit<MessagePlace, "body"> & { readonly body: Uint8Array | undefined }>();
  /** Of messages whose chain withholds its data, by their keccak; whoever brought them. */
  readonly #bodies = new Map<Hex, Uint8Array>();
  #registryLeaves: Hex[] = [];

  constructor(options: L1ViewOptions, { provider }: { readonly provider: Provider }) {
    this.#options = options;
    this.#provider = provider;
    this.#chainOf = new Map(options.chains.map(({ chainId, hyperchain: address }) => [address, chainId]));
  }

  /** Leaves of the registry's tree, in order. */
  get registryLeaves(): readonly Hex[] {
    return this.#registryLeaves;
  }

  batch(chainId: bigint, batchNumber: bigint): BatchRecord | undefined {
    return this.#batches.get(name(chainId, batchNumber));
  }

  /** The batch of a chain that imported a root and is executed. */
  importer(chainId: bigint, registryIndex: bigint): BatchRecord | undefined {
    return [...this.#batches.values()].find((batch) => batch.chainId === chainId && batch.imports.includes(registryIndex));
  }

  /**
   * A message by the chain that sent it and the keccak of its body; undefined before its batch is committed, and where L1
   * has only that keccak and nobody has brought the body.
   */
  message(chainId: bigint, messageHash: Hex): MessagePlace | undefined {
    const place = this.#messages.get(name(chainId, messageHash));
    const body = place?.body ?? this.#bodies.get(messageHash);
    return place === undefined || body === undefined ? undefined : { ...place, body };
  }

  /** Brings a message's body, which L1 may know by its keccak only. Nobody has to be believed: it is found by that keccak. */
  bringBody(body: Uint8Array): void {
    this.#bodies.set(keccak(body), body);
  }

  /**
   * Reads what is new. Resolves with whether L1 had taken back blocks, so that everything was read again. Rejects with the
   * provider's error, and has taken nothing then; calls must not overlap.
   */
  async poll(): Promise<boolean> {
    const isAnew = this.#read !== undefined && (await this.#provider.getBlock(this.#read.blockNumber))?.hash !== this.#read.hash;
    const head = await this.#provider.getBlock("latest");
    const fromBlock = this.#read === undefined || isAnew ? this.#options.fromBlock : this.#read.blockNumber + 1;
    const isNew = head?.hash !== null && head?.hash !== undefined && head.number >= fromBlock;
    const address = [this.#options.registry, ...this.#options.chains.map(({ hyperchain: chain }) => chain)];
    const logs = isNew ? await readLogs(this.#provider, { address, topics: [TOPICS], fromBlock, toBlock: head.number }, BLOCKS_PER_REQUEST) : [];
    const calls = await this.#readCalls(logs);
    // Nothing is asked from here on: half of an answer would be taken twice.
    if (isAnew) this.#forget();
    for (const log of logs) this.#take(log, calls);
    if (isNew) this.#read = { blockNumber: head.number, hash: String(head.hash) };
    return isAnew;
  }

  /** What the commits and executions among the logs were called with. Rejects where the node lacks one that it has told of. */
  async #readCalls(logs: readonly Log[]): Promise<Calls> {
    const calls = new Map<string, TransactionDescription>();
    for (const { topics, transactionHash } of logs) {
      if (!CALL_TOPICS.has(topics[0])) continue;
      const transaction = await this.#provider.getTransaction(transactionHash);
      // A node that is behind another one, or still indexes: without the call the batch would have no messages, for good.
      if (transaction === null) throw new Error(`L1 has a log of transaction ${transactionHash}, and not the transaction itself`);
      const call = hyperchain.parseTransaction(transaction);
      if (call !== null) calls.set(transactionHash, call);
    }
    return calls;
  }

  #forget(): void {
    this.#read = undefined;
    this.#batches = new Map();
    this.#operations = new Map();
    this.#messages = new Map();
    this.#registryLeaves = [];
  }

  #take(log: Log, calls: Calls): void {
    const chainId = this.#chainOf.get(log.address.toLowerCase());
    if (chainId === undefined) this.#takeRegistryLeaf(log);
    else {
      const event = hyperchain.parseLog(log);
      if (event !== null) this.#takeChainEvent(chainId, event, log, calls);
    }
  }

  #takeRegistryLeaf(log: Log): void {
    const args = registry.parseLog(log)?.args;
    if (args === undefined) return;
    const [chainId, batchNumber] = [args["chainId"] as bigint, args["batchNumber"] as bigint];
    this.#registryLeaves.push(transactionTreeLeaf({ chainId, batchNumber, logRoot: args["logRoot"] as Hex }));
    const batch = this.batch(chainId, batchNumber);
    if (batch !== undefined) batch.registryLeafIndex = Number(args["leafIndex"]);
  }

  #takeChainEvent(chainId: bigint, { name: event, args }: LogDescription, log: Log, calls: Calls): void {
    const place = { blockNumber: log.blockNumber, transactionHash: log.transactionHash as Hex };
    if (event === "NewPriorityRequestId") {
      this.#operations.set(name(chainId, args["txId"] as bigint), args["txHash"] as Hex);
      return;
    }
    if (event === "BlocksRevert") {
      for (const [key, batch] of this.#batches) {
        if (batch.chainId === chainId && batch.batchNumber >= (args["totalBatchesCommitted"] as bigint)) this.#batches.delete(key);
      }
      return;
    }
    const batchNumber = args["batchNumber"] as bigint;
    if (event === "BatchStored") {
      this.#takeCommit(chainId, batchNumber, place, calls);
      return;
    }
    const batch = this.batch(chainId, batchNumber);
    if (batch === undefined) return;
    if (event === "BatchProven") batch.proven = place;
    if (event === "BlockExecution") {
      batch.executed = place;
      const call = argumentsOf(calls, place, "executeBatch");
      const imports = (call?.["imports"] ?? []) as readonly { readonly registryIndex: bigint }[];
      batch.imports = Array.from(imports, ({ registryIndex }) => registryIndex);
    }
  }

  #takeCommit(chainId: bigint, batchNumber: bigint, committed: Place, calls: Calls): void {
    const call = argumentsOf(calls, committed, "commitBatch");
    const published = call === undefined ? undefined : publishedLogs(call);
    const logs = call === undefined ? [] : knownLogs(call, published);
    const firstOperation = BigInt((call?.["previous"] as CommitPrevious | undefined)?.priorityOpTotal ?? 0n);
    const operations = logs.filter(({ type }) => type === "priorityOp").length;
    const hashes = Array.from({ length: operations }, (_, i) => this.#operations.get(name(chainId, firstOperation + BigInt(i))) ?? "0x");
    const logLeaves = withheldLogLeaves(logs, hashes);
    const record = { chainId, batchNumber, committed, proven: undefined, executed: undefined, logs: published, logLeaves, imports: [], registryLeafIndex: undefined };
    this.#batches.set(name(chainId, batchNumber), record);
    for (const [index, log] of logs.entries()) {
      if (log.type !== "message") continue;
      this.#messages.set(name(chainId, log.messageHash), { batch: record, index, sender: log.sender, body: log.body });
    }
  }
}

/** Arguments of a call to a chain's contract; undefined where the transaction called something else. */
function argumentsOf(calls: Calls, { transactionHash }: Place, method: string): Readonly<Record<string, unknown>> | undefined {
  const call = calls.get(transactionHash);
  return call?.name === method ? (call.args.toObject() as Readonly<Record<string, unknown>>) : undefined;
}

interface CommitPrevious {
  readonly leafCount: bigint;
  readonly priorityOpTotal: bigint;
}

/** What a commit published; undefined where it withheld it. */
function publishedLogs(call: Readonly<Record<string, unknown>>): readonly PubdataLog[] | undefined {
  const { leafCount } = call["previous"] as CommitPrevious;
  const { pubdata, priorityOpCount } = call["batch"] as { readonly pubdata: string; readonly priorityOpCount: bigint };
  const bytes = fromHex(pubdata);
  if (bytes.length === 0) return undefined;
  const decoding = decodePubdata(bytes, { oldLeafCount: Number(leafCount), priorityOpCount: Number(priorityOpCount) });
  // L1 has read it before.
  if (!decoding.ok) throw new Error(`L1 took pubdata that is none: ${decoding.rejection.code} (${toHex(bytes.subarray(0, 8))}…)`);
  return decoding.pubdata.logs;
}

/** What L1 knows of a batch's logs, also where the data is withheld: then messages that move no assets are without their bodies. */
function knownLogs(call: Readonly<Record<string, unknown>>, published: readonly PubdataLog[] | undefined): readonly WithheldLog[] {
  if (published !== undefined) return published.map((log) => (log.type === "message" ? { ...log, messageHash: keccak(log.body) } : log));
  const { withheld } = call["batch"] as { readonly withheld: { readonly logs: string } };
  return decodeWithheldLogs(fromHex(withheld.logs));
}

function name(chainId: bigint, what: bigint | Hex): string {
  return `${chainId} ${what}`;
}
