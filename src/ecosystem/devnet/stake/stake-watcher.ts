import { Interface, type Block } from "ethers";
import { equivocationAbi } from "../../../ground/abi/equivocation.ts";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { countingBlock } from "../../../chain/settlement-layer/reader/l1-depth.ts";
import type { Journal } from "../../../chain/settlement/journal/journal.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { greatestFault, type FaultSecond } from "./fault-seconds.ts";
import { sendReport, type ReportingPorts } from "./send-report.ts";
import { StakeEvents, type StakedKey, type StakedQuorum, type StakePlace, type StakeSlash } from "./stake-events.ts";
import { VoteReports, type ChainVotes } from "./vote-reports.ts";
import { weightNow } from "./weight-now.ts";
import { WordBook, type Contradiction, type SignedWord } from "./word-book.ts";
import { SignedWordReader } from "./signed-word-reader.ts";

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
  /** L1 took the stake of a key for two contrary votes. */
  | {
      readonly type: "reportedVotes";
      readonly chainId: bigint;
      readonly key: Hex;
      readonly view: number;
      readonly faultAt: bigint;
      readonly amountWei: bigint;
      readonly hash: Hex;
    }
  /** L1 has returned to an earlier state by command, and all words before it are forgotten. */
  | { readonly type: "rewound"; readonly count: number };

interface StakeWatcherOptions extends StakePlace {
  readonly settlementChainId: bigint;
  /** First block with an event of the registry. */
  readonly fromBlock: number;
  /** L1 blocks on top of a block before it counts, including the block. */
  readonly confirmations: number;
}

interface StakeWatcherDependencies extends ReportingPorts {
  /** Contrary votes of chains' nodes, which L1 does not show. Default: none. */
  readonly votes?: () => Promise<readonly ChainVotes[]>;
  /** Rewinds of L1 so far. Default: L1 never returns to earlier states by command. */
  readonly rewinds?: () => Promise<L1Rewinds>;
  /** Words beyond this process, also of blocks that L1 has dropped. Default: words are read from L1 again. */
  readonly journal?: Pick<Journal<WatcherEntry>, "entries" | "append">;
  readonly onEvent: (event: StakeWatcherEvent) => void;
}

const registryInterface = new Interface(stakeRegistryAbi);
const equivocationInterface = new Interface(equivocationAbi);
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
  readonly #reader: SignedWordReader;
  readonly #words = new WordBook();
  readonly #voteReports: VoteReports;
  /** Contradictions of which L1 has taken all that it takes now. */
  readonly #settled = new Set<Contradiction>();
  #rewinds: L1Rewinds = NO_REWINDS;
  #unbonding: bigint | undefined;
  /** Last block whose registry events were read. */
  #eventsUpTo: number;
  #quorums: readonly StakedQuorum[] = [];
  /** Contents of the last event. */
  #lastContents = "";
  #toldUpTo: number | undefined;

  constructor(options: StakeWatcherOptions, dependencies: StakeWatcherDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#voteReports = new VoteReports(options, dependencies);
    this.#events = new StakeEvents(options, dependencies.l1);
    this.#reader = new SignedWordReader({ ...options, l1: dependencies.l1, onWord: (word) => this.#add(word) });
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
    const range = { head, earliest, rewoundAt: rewinds.blockNumber };
    this.#quorums = await this.#events.quorums();
    await this.#reader.read(this.#quorums, range);
    // Honest keys sign again after a rewind: with words of both sides of it the contradiction is void.
    if ((await this.#readRewinds()).count !== rewinds.count) return;
    this.#words.expireBefore(earliest);
    for (const contradiction of this.#words.contradictions) await this.#report(contradiction, earliest, newest);
    await this.#reportVotes(earliest, newest);
    await this.#tellStakes(newest);
    await this.#reader.readForNewKeys(this.#quorums, range);
    const { readUpTo } = this.#reader;
    if (readUpTo !== this.#toldUpTo && readUpTo !== undefined)
      this.#dependencies.onEvent({ type: "read", blockNumber: readUpTo });
    this.#toldUpTo = readUpTo;
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
    this.#voteReports.repeat();
    this.#readAgainFrom(rewinds.blockNumber);
    this.#dependencies.onEvent({ type: "rewound", count: rewinds.count });
    return rewinds;
  }

  /** Reads all registry events again, and words from the block after this one. */
  #readAgainFrom(blockNumber: number): void {
    this.#events.clear();
    this.#eventsUpTo = this.#options.fromBlock - 1;
    this.#reader.goBackTo(blockNumber);
  }

  async #newestBlock(): Promise<Block> {
    const newest = await this.#dependencies.l1.getBlock("latest");
    if (newest === null) throw new Error("L1 does not return its newest block; check its URL");
    return newest;
  }

  async #checkReorg(newest: Block): Promise<void> {
    const last = this.#reader.lastBlock;
    if (last === undefined) return;
    const present = last.number > newest.number ? null : await this.#dependencies.l1.getBlock(last.number);
    if (present?.hash === last.hash) return;
    this.#readAgainFrom(Math.max(last.number - REORG_BLOCKS, this.#rewinds.blockNumber));
    // Reports of dropped blocks are lost.
    this.#settled.clear();
    this.#voteReports.repeat();
  }

  async #readEvents(head: number): Promise<void> {
    if (head <= this.#eventsUpTo) return;
    const changed = await this.#events.read(this.#eventsUpTo + 1, head);
    this.#eventsUpTo = head;
    const isChanged = ({ first }: Contradiction): boolean => {
      const staked = this.#stakedKey(first);
      return staked !== undefined && changed.has(staked.operator);
    };
    for (const contradiction of this.#settled) if (isChanged(contradiction)) this.#settled.delete(contradiction);
  }

  async #add(word: SignedWord): Promise<void> {
    if (this.#words.add(word)) await this.#dependencies.journal?.append({ type: "word", word });
  }

  #stakedKey({ chainId, signer }: SignedWord): (StakedKey & Pick<StakedQuorum, "signers">) | undefined {
    const quorum = this.#quorums.find((each) => each.chainId === chainId);
    const staked = quorum?.staked.find(({ key }) => key === signer);
    return quorum === undefined || staked === undefined ? undefined : { ...staked, signers: quorum.signers };
  }

  /** Reports the fault with the greatest weight, unless L1 has taken as much. */
  async #report(contradiction: Contradiction, earliest: bigint, newest: Block): Promise<void> {
    if (this.#settled.has(contradiction)) return;
    const staked = this.#stakedKey(contradiction.first);
    if (staked === undefined) return;
    const fault = await greatestFault(this.#dependencies.l1, contradiction, {
      registry: this.#options.registry,
      signers: staked.signers,
      service: staked.service,
      changes: this.#events.changesOf(staked.operator),
      earliest,
      latest: BigInt(newest.timestamp) - 1n,
    });
    if (fault !== undefined && (await this.#send(contradiction, fault))) this.#settled.add(contradiction);
  }

  /** Returns false if L1 did not accept the report. */
  async #send({ first, second }: Contradiction, fault: FaultSecond): Promise<boolean> {
    const { onEvent } = this.#dependencies;
    const { chainId, signer, batchNumber } = first;
    const { epoch, faultAt } = fault;
    const words = [first, first.signature, second, second.signature];
    const data = equivocationInterface.encodeFunctionData("reportBatches", [
      this.#options.registry,
      { chainId, epoch, faultAt },
      ...words,
    ]);
    const sent = await sendReport(this.#options, data, this.#dependencies);
    if (sent === undefined || sent === "taken") return sent === "taken";
    onEvent({ type: "reported", chainId, key: signer, batchNumber, faultAt, ...sent });
    return true;
  }

  async #reportVotes(earliest: bigint, newest: Block): Promise<void> {
    const votes = (await this.#dependencies.votes?.()) ?? [];
    const latest = BigInt(newest.timestamp) - 1n;
    for (const { votes: pair, ...judged } of await this.#voteReports.report(votes, this.#quorums, { earliest, latest })) {
      const { chainId, signer, first } = pair;
      this.#dependencies.onEvent({ type: "reportedVotes", chainId, key: signer, view: first.view, ...judged });
    }
  }

  async #tellStakes(newest: Block): Promise<void> {
    const keys = await Promise.all(
      this.#quorums
        .flatMap(({ staked }) => staked)
        .map(async ({ chainId, key, operator, service }): Promise<KeyWeight> => {
          const weightWei = await weightNow(this.#dependencies.l1, { registry: this.#options.registry, service, key }, newest);
          return { chainId, key, operator, service, weightWei };
        }),
    );
    const { slashes } = this.#events;
    const weights = keys.map(({ service, key, weightWei }) => `${service} ${key} ${weightWei}`);
    const told = [...weights, ...slashes.map(({ transactionHash }) => transactionHash)].join();
    if (told === this.#lastContents) return;
    this.#lastContents = told;
    this.#dependencies.onEvent({ type: "stakes", keys, slashes });
  }

  #ask(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const { l1 } = this.#dependencies;
    return askContract(l1, { to: this.#options.registry, contract: registryInterface, name, args });
  }
}
