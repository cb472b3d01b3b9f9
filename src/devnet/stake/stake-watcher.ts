import { Interface, type Block, type Provider, type Signer, type TransactionReceipt } from "ethers";
import { equivocationAbi } from "../../abi/equivocation.ts";
import { stakeRegistryAbi } from "../../abi/stake-registry.ts";
import type { Hex } from "../../protocol/hex.ts";
import { toldCommits } from "../../settlement-layer/reader/commit-call.ts";
import { hyperchainInterface, topicOf } from "../../settlement-layer/reader/contract-interfaces.ts";
import { countingBlock } from "../../settlement-layer/reader/l1-depth.ts";
import { readLogs } from "../../settlement-layer/reader/log-pages.ts";
import { contractErrorOf } from "../../settlement/errors/contract-error.ts";
import type { Journal } from "../../settlement/journal/journal.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { transmit } from "../deployment/transmit.ts";
import { greatestFault, type FaultSecond } from "./fault-seconds.ts";
import { signedWordsIn, wordsOfCall } from "./signed-words.ts";
import { StakeEvents, type StakedKey, type StakedQuorum, type StakeSlash } from "./stake-events.ts";
import { WordBook, type Contradiction, type SignedWord } from "./word-book.ts";

/** Returns of a development L1 to earlier states: their number, and L1's newest block right after the last one. */
export interface L1Rewinds {
  readonly count: number;
  readonly blockNumber: number;
}

/** Entry of a watcher's file. */
export type WatcherEntry =
  | { readonly type: "word"; readonly word: SignedWord }
  /** All words before it are void. */
  | { readonly type: "rewound"; readonly count: number };

/** Stake that a key has at L1's newest block. */
export interface KeyWeight extends StakedKey {
  readonly weightWei: bigint;
}

export type StakeWatcherEvent =
  /** Stakes as the registry has them now. */
  | { readonly type: "stakes"; readonly keys: readonly KeyWeight[]; readonly slashes: readonly StakeSlash[] }
  /** All words up to this block are read, and what is due is reported. */
  | { readonly type: "read"; readonly blockNumber: number }
  /** L1 took the stake of a key for two contradictory batches. */
  | {
      readonly type: "reported";
      readonly chainId: bigint;
      readonly key: Hex;
      readonly batchNumber: bigint;
      readonly faultAt: bigint;
      readonly amountWei: bigint;
      readonly hash: Hex;
    }
  /** L1 has returned to an earlier state by command, and all words before it are forgotten. */
  | { readonly type: "rewound"; readonly count: number };

interface StakeWatcherOptions {
  readonly settlementChainId: bigint;
  readonly registry: Hex;
  /** First block with an event of the registry. */
  readonly fromBlock: number;
  /** L1 blocks that must stand on a block before it counts, its own included. */
  readonly confirmations: number;
}

interface StakeWatcherDependencies {
  /** Reads L1. Its answers must not be cached. */
  readonly l1: Provider;
  /** Sends reports and pays for them; no other program may send from its account. */
  readonly sender: Signer;
  /** Rewinds of L1 so far. Default: L1 never returns to earlier states by command. */
  readonly rewinds?: () => Promise<L1Rewinds>;
  /** Words beyond this process, also of blocks that L1 has dropped. Default: words are read from L1 again. */
  readonly journal?: Pick<Journal<WatcherEntry>, "entries" | "append">;
  readonly onEvent: (event: StakeWatcherEvent) => void;
}

const registryInterface = new Interface(stakeRegistryAbi);
const equivocationInterface = new Interface(equivocationAbi);
const COMMIT_TOPIC = topicOf(hyperchainInterface, "CommitCall");
/** Blocks that are read between two polls of L1's newest block. */
const PAGE_BLOCKS = 200;
/** Blocks that are requested at the same time. */
const CONCURRENT_BLOCKS = 20;
/** Blocks that are read again after a reorg; words of a block that is read twice count once. */
const REORG_BLOCKS = 128;
/** Seconds that a report must have until its fault is too old. */
const REPORT_SECONDS = 60n;
const NO_REWINDS: L1Rewinds = { count: 0, blockNumber: -1 };

/**
 * Reads commits on L1, executed and refused ones, and reports two contradictory words of a staked key to its judge. L1's state
 * decides: a watcher that starts again reads the window of `unbonding` again, and L1 refuses what was reported. A word that
 * was seen counts, even if a reorg drops its block. Words before a rewind of a development L1 are void, because honest keys
 * then forget what they signed.
 */
export class StakeWatcher {
  readonly #options: StakeWatcherOptions;
  readonly #dependencies: StakeWatcherDependencies;
  readonly #events: StakeEvents;
  readonly #words = new WordBook();
  /** Contradictions of which L1 has taken all that it takes now. */
  readonly #settled = new Set<Contradiction>();
  #rewinds: L1Rewinds = NO_REWINDS;
  #unbonding: bigint | undefined;
  /** Last block whose registry events were read, and last block whose words were. */
  #eventsUpTo: number;
  #wordsUpTo: number | undefined;
  #lastBlock: { readonly number: number; readonly hash: string | null } | undefined;
  /** What events told last. */
  #told = "";
  #toldUpTo: number | undefined;

  constructor(options: StakeWatcherOptions, dependencies: StakeWatcherDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#events = new StakeEvents(options.registry, dependencies.l1);
    this.#eventsUpTo = options.fromBlock - 1;
    for (const entry of dependencies.journal?.entries ?? []) {
      if (entry.type === "word") this.#words.add(entry.word);
      else {
        this.#words.clear();
        this.#rewinds = { count: entry.count, blockNumber: -1 };
      }
    }
  }

  /** Reads what is new and reports what is due. Rejects with L1's error; the next poll continues. Polls must not overlap. */
  async poll(): Promise<void> {
    const rewinds = await this.#rewound();
    const newest = await this.#newestBlock();
    this.#unbonding ??= BigInt((await this.#ask("unbonding")) as bigint);
    const earliest = BigInt(newest.timestamp) - this.#unbonding + REPORT_SECONDS;
    await this.#checkReorg(newest);
    const head = Math.max(countingBlock(newest.number, this.#options.confirmations), -1);
    await this.#readEvents(head);
    await this.#readWords(head, earliest);
    // Honest keys sign again after a rewind: with words of both sides of it the contradiction is void.
    if ((await this.#readRewinds()).count !== rewinds.count) return;
    this.#words.expireBefore(earliest);
    for (const contradiction of this.#words.contradictions) await this.#report(contradiction, earliest, newest);
    await this.#tellStakes(newest);
    if (this.#wordsUpTo !== this.#toldUpTo && this.#wordsUpTo !== undefined)
      this.#dependencies.onEvent({ type: "read", blockNumber: this.#wordsUpTo });
    this.#toldUpTo = this.#wordsUpTo;
  }

  #readRewinds(): Promise<L1Rewinds> {
    return this.#dependencies.rewinds?.() ?? Promise.resolve(NO_REWINDS);
  }

  async #rewound(): Promise<L1Rewinds> {
    const rewinds = await this.#readRewinds();
    if (rewinds.count === this.#rewinds.count) {
      this.#rewinds = rewinds;
      return rewinds;
    }
    await this.#dependencies.journal?.append({ type: "rewound", count: rewinds.count });
    this.#rewinds = rewinds;
    this.#words.clear();
    this.#settled.clear();
    this.#readAgainFrom(rewinds.blockNumber);
    this.#dependencies.onEvent({ type: "rewound", count: rewinds.count });
    return rewinds;
  }

  /** Reads all registry events again, and words from the block after this one. */
  #readAgainFrom(blockNumber: number): void {
    this.#events.clear();
    this.#eventsUpTo = this.#options.fromBlock - 1;
    this.#wordsUpTo = blockNumber;
    this.#lastBlock = undefined;
  }

  async #newestBlock(): Promise<Block> {
    const newest = await this.#dependencies.l1.getBlock("latest");
    if (newest === null) throw new Error("L1 does not return its newest block; check its URL");
    return newest;
  }

  async #checkReorg(newest: Block): Promise<void> {
    const last = this.#lastBlock;
    if (last === undefined) return;
    const present = last.number > newest.number ? null : await this.#dependencies.l1.getBlock(last.number);
    if (present?.hash === last.hash) return;
    this.#readAgainFrom(Math.max(last.number - REORG_BLOCKS, this.#rewinds.blockNumber));
    // Reports of dropped blocks are lost.
    this.#settled.clear();
  }

  async #readEvents(head: number): Promise<void> {
    if (head <= this.#eventsUpTo) return;
    const { changed, hasNewKey } = await this.#events.read(this.#eventsUpTo + 1, head);
    this.#eventsUpTo = head;
    // Words of a key that was not enlisted were passed over.
    if (hasNewKey) this.#wordsUpTo = undefined;
    const isChanged = ({ first }: Contradiction): boolean =>
      this.#events.keys.some(
        ({ chainId, key, operator }) => chainId === first.chainId && key === first.signer && changed.has(operator),
      );
    for (const contradiction of this.#settled) if (isChanged(contradiction)) this.#settled.delete(contradiction);
  }

  async #readWords(head: number, earliest: bigint): Promise<void> {
    const quorums = await this.#events.quorums();
    if (quorums.length === 0) return;
    this.#wordsUpTo ??= Math.max(await this.#blockBefore(earliest, head), this.#rewinds.blockNumber);
    while (this.#wordsUpTo < head) {
      const last = Math.min(head, this.#wordsUpTo + PAGE_BLOCKS);
      const hash = await this.#readPage(this.#wordsUpTo + 1, last, quorums);
      this.#wordsUpTo = last;
      this.#lastBlock = { number: last, hash };
    }
  }

  /** Number of the last block before a second, no older than the registry. */
  async #blockBefore(second: bigint, head: number): Promise<number> {
    let [low, high] = [this.#options.fromBlock - 1, head];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const block = await this.#dependencies.l1.getBlock(middle);
      if (BigInt(block?.timestamp ?? 0) < second) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Reads the words of these blocks. Resolves with the last block's hash. */
  async #readPage(first: number, last: number, quorums: readonly StakedQuorum[]): Promise<string | null> {
    const { l1 } = this.#dependencies;
    const { settlementChainId } = this.#options;
    let hash: string | null = null;
    for (let from = first; from <= last; from += CONCURRENT_BLOCKS) {
      const numbers = Array.from({ length: Math.min(CONCURRENT_BLOCKS, last - from + 1) }, (_, i) => from + i);
      for (const block of await Promise.all(numbers.map((number) => l1.getBlock(number, true)))) {
        if (block === null) throw new Error("L1 does not return one of its blocks; it may have dropped it");
        hash = block.hash;
        for (const { to, data } of block.prefetchedTransactions) {
          const called = to === null ? undefined : lowerCaseAddress(to);
          await this.#add(signedWordsIn({ to: called, data }, settlementChainId, quorums));
        }
      }
    }
    await this.#readToldCommits(first, last, quorums);
    return hash;
  }

  /** Commits that a contract put together itself, which a chain's contract emits. */
  async #readToldCommits(fromBlock: number, toBlock: number, quorums: readonly StakedQuorum[]): Promise<void> {
    const { l1 } = this.#dependencies;
    const address = quorums.map(({ hyperchain }) => hyperchain);
    for (const log of await readLogs(l1, { address, topics: [COMMIT_TOPIC], fromBlock, toBlock })) {
      const hyperchain = lowerCaseAddress(log.address);
      const calls = await toldCommits(l1, log.transactionHash as Hex, { hyperchain });
      const chains = quorums.filter((quorum) => quorum.hyperchain === hyperchain);
      for (const call of calls)
        for (const chain of chains) await this.#add(wordsOfCall(call, this.#options.settlementChainId, chain));
    }
  }

  async #add(words: readonly SignedWord[]): Promise<void> {
    for (const word of words) if (this.#words.add(word)) await this.#dependencies.journal?.append({ type: "word", word });
  }

  /** Reports the fault with the greatest weight in each service of the key, unless L1 has taken as much. */
  async #report(contradiction: Contradiction, earliest: bigint, newest: Block): Promise<void> {
    if (this.#settled.has(contradiction)) return;
    const { chainId, signer } = contradiction.first;
    const quorums = await this.#events.quorums();
    let isDone = contradiction.from < BigInt(newest.timestamp);
    for (const staked of this.#events.keys.filter((each) => each.chainId === chainId && each.key === signer)) {
      const judges = quorums.filter((quorum) => quorum.chainId === chainId && quorum.keys.has(signer));
      const judge = judges.find((quorum) => quorum.judge.evidence === staked.evidence)?.judge;
      if (judge === undefined) continue;
      const fault = await greatestFault(this.#dependencies.l1, contradiction, {
        registry: this.#options.registry,
        settings: judge.settings,
        service: staked.service,
        changes: this.#events.changesOf(staked.operator),
        earliest,
        latest: BigInt(newest.timestamp) - 1n,
      });
      if (fault === undefined || !(await this.#send(contradiction, fault, judge.evidence))) isDone = false;
    }
    if (isDone) this.#settled.add(contradiction);
  }

  /** Returns false if L1 did not accept the report. */
  async #send({ first, second }: Contradiction, fault: FaultSecond, evidence: Hex): Promise<boolean> {
    const { l1, sender, onEvent } = this.#dependencies;
    const { chainId, signer, batchNumber } = first;
    const { epoch, faultAt } = fault;
    const words = [first, first.signature, second, second.signature];
    const data = equivocationInterface.encodeFunctionData("reportBatches", [
      this.#options.registry,
      { chainId, epoch, faultAt },
      ...words,
    ]);
    const call = { to: evidence, data, from: await sender.getAddress() };
    const refusal = await l1.call(call).then(
      () => undefined,
      (error: unknown) => contractErrorOf(error)?.name ?? Promise.reject(error),
    );
    if (refusal !== undefined) return refusal === "AlreadySlashed";
    const hash = await transmit(sender, { to: evidence, data });
    const receipt = await l1.waitForTransaction(hash);
    if (receipt?.status !== 1) return false;
    const amountWei = slashedIn(receipt, this.#options.registry);
    onEvent({ type: "reported", chainId, key: signer, batchNumber, faultAt, amountWei, hash });
    return true;
  }

  async #tellStakes(newest: Block): Promise<void> {
    const time = newest.timestamp - 1;
    const keys = await Promise.all(
      this.#events.keys.map(async ({ chainId, key, operator, service, evidence }): Promise<KeyWeight> => {
        const weightWei = (await this.#ask("weightAt", service, key, time)) as bigint;
        return { chainId, key, operator, service, evidence, weightWei };
      }),
    );
    const { slashes } = this.#events;
    const weights = keys.map(({ service, key, weightWei }) => `${service} ${key} ${weightWei}`);
    const told = [...weights, ...slashes.map(({ transactionHash }) => transactionHash)].join();
    if (told === this.#told) return;
    this.#told = told;
    this.#dependencies.onEvent({ type: "stakes", keys, slashes });
  }

  #ask(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const { l1 } = this.#dependencies;
    return askContract(l1, { to: this.#options.registry, contract: registryInterface, name, args });
  }
}

function slashedIn({ logs }: TransactionReceipt, registry: Hex): bigint {
  return logs
    .filter(({ address }) => lowerCaseAddress(address) === registry)
    .map((log) => registryInterface.parseLog(log))
    .filter((parsed) => parsed?.name === "Slashed")
    .reduce((sum, parsed) => sum + (parsed?.args["amount"] as bigint), 0n);
}
