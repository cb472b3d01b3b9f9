import { JsonRpcApiProvider, type Provider, type Signer } from "ethers";
import type { JourneyStep, StepRecord } from "../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { systemClock } from "../../ground/runtime/clock.ts";
import { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import type { BooksStanding } from "./books-standing.ts";
import type { ChainNews } from "./chain-news.ts";
import type { ChainEvent } from "./chain-view.ts";
import { DeliveryLane } from "./delivery-lane.ts";
import { policyOnBase, type DeliveryPolicy } from "./delivery-policy.ts";
import { FlowBook } from "./flow-book.ts";
import type { Journey } from "./journey.ts";
import { JourneyBook } from "./journey-book.ts";
import { ListBook } from "./list-book.ts";
import type { OwnAccount, OwnAccountDependencies, Undisturbed } from "./own-account.ts";
import { Reading, type L1Head } from "./reading.ts";
import type { AskedNode } from "./state-proof.ts";
import { untilIncluded } from "./until-included.ts";

interface RelayerOptions {
  readonly settlementChainId: ChainId;
  /** Registry of Transaction Roots. */
  readonly registry: Hex;
  readonly fromBlock: number;
  readonly chains: readonly RelayedChain[];
  /**
   * Chains that are no longer reachable: messages to them are followed as far as L1 shows them. Default:
   * none.
   */
  readonly departed?: readonly bigint[];
  /** Limits of costs of deliveries. Default: everything is delivered, down to a small reserve. */
  readonly policy?: DeliveryPolicy;
}

/** A chain between which and the others the relayer carries messages. */
export interface RelayedChain {
  readonly chainId: ChainId;
  /** The chain's contract on L1. */
  readonly hyperchain: Hex;
  /** Whether others settle on it: then deliveries there must by default bring what they cost. Default: false. */
  readonly isBase?: boolean | undefined;
  /** Pays for deliveries there, and gets the rewards. Connected to the chain; no other program may send from it. */
  readonly signer: Signer;
  /** Notifications of a chain of this process, whose answers are waited for without a limit. */
  readonly news?: ChainNews | undefined;
  /** Chains whose batches it imports facts about. Default: none. */
  readonly factsFrom?: (() => readonly bigint[]) | undefined;
  /** Chains whose promises it takes. Default: none. */
  readonly promisesFrom?: (() => readonly bigint[]) | undefined;
  /** True if the chain now makes blocks automatically, if known. Default: it does. */
  readonly makesBlocks?: (() => boolean) | undefined;
}

/** Follower of the data that the relayer reads. */
export interface RelayerFollower {
  /** Takes the next event of a chain. */
  take(chainId: ChainId, event: ChainEvent): void;
  /**
   * Reads the follower's data of L1 up to this block. Rejects with the provider's error, and continues at the
   * next look.
   */
  readL1(head: L1Head): Promise<void>;
  /** Called after the new data of all members were processed. */
  onRead?(): void;
  /** Drops all data of an outdated state. */
  forget(): void;
}

export interface RelayerDependencies extends Pick<OwnAccountDependencies, "undisturbed"> {
  readonly l1: Provider;
  /** True if L1 runs in this process, so that a late answer comes of load alone and is waited for. Default: false. */
  readonly isL1Here?: boolean | undefined;
  readonly onStep?: (journey: Journey, step: JourneyStep, record: StepRecord) => void;
  /** Whether it ends what is in escrow for atomic flows. Default: true. */
  readonly settlesFlows?: boolean | undefined;
  /** Which of the messages for a chain are delivered at this look, in this order; default: all, oldest first. */
  readonly choose?: <Waiting extends Journey>(waiting: readonly Waiting[]) => readonly Waiting[];
  readonly follower?: ((view: L1View) => RelayerFollower) | undefined;
  /** Tells how old books are. Default: the machine's. */
  readonly nowMs?: (() => number) | undefined;
}

/** Follows every message between the chains, and delivers those that wait. */
export interface Relayer {
  /**
   * Reads L1 and the chains, and delivers what can be delivered; resolves when it has its blocks, as far as the chains make
   * some. Rejects with a provider's error: then all others were read and served.
   */
  poll(): Promise<void>;
  /** Polls without waiting for any chain: each proceeds independently, with at most one look at a time. */
  advance(): Promise<void>;
  /**
   * Reads L1 and the chains, and delivers nothing. Waits for none outside this process longer than so; default: as long as it
   * takes.
   */
  observe(withinMs?: number): Promise<void>;
  /**
   * Observes if nothing is stored yet, or all was dropped; otherwise processes the notifications of this
   * process' chains without waiting.
   */
  observeFirst(withinMs: number): Promise<void>;
  /**
   * Freshness of the stored data: of the last reading, and of later notifications of this process' chains.
   */
  standing(): BooksStanding;
  /** All messages seen, oldest first. */
  journeys(): readonly Journey[];
  /** Unfinished journeys. */
  openJourneys(): readonly Journey[];
  /** Number of journeys that ended without a failure. */
  arrived(): number;
  /** Number of ended journeys whose calls failed. */
  failed(): number;
  journey(sourceChainId: ChainId, messageHash: MessageHash): Journey | undefined;
  /** From which it sends on a chain; undefined for one that it does not serve. */
  accountOn(chainId: ChainId): OwnAccount | undefined;
  /** Resolves when it sends nothing more, ever. */
  end(): Promise<void>;
  readonly l1View: L1View;
}

const NO_CHAINS = (): readonly bigint[] => [];
/** Maximum time that an automatic look waits for a member outside this process. */
const READ_MS = 3_000;

/**
 * Uses only the public RPC of L1 and the chains, so any account can run another one. Reads nothing before a
 * poll. Reading and delivering are separate, and so are the chains: none waits for another's blocks or
 * answers. If a member rewound, everything is read again.
 */
export function createRelayer(options: RelayerOptions, dependencies: RelayerDependencies): Relayer {
  const { l1, onStep } = dependencies;
  const l1View = new L1View(options, { provider: l1 });
  const chainIds = [...options.chains.map(({ chainId }) => chainId), ...(options.departed ?? [])];
  const book = new JourneyBook({ settlementChainId: options.settlementChainId, chainIds }, { l1View, onStep });
  const read: ReadState = { l1View, book, flows: new FlowBook(), lists: new ListBook(), asRead: new Map() };
  const lanes = options.chains.map((chain) => servedLane(chain, options, dependencies, read));
  const reading = openReading(options, dependencies, read, lanes);
  return {
    l1View,
    async poll() {
      const failed = await reading.all();
      const served = await Promise.allSettled(
        lanes.map((each) => each.inTurn(() => each.lane.lookToTheEnd(() => included(each, reading)))),
      );
      throwFirst([...failed, ...reasons(served)]);
    },
    async advance() {
      const failed = await reading.all(READ_MS);
      // What fails there is found again at the next look, by its chain's next one or by the reading.
      for (const { lane, inTurn } of lanes) if (!inTurn.isBusy()) void inTurn(() => lane.look()).catch(() => undefined);
      throwFirst(failed);
    },
    observe: async (withinMs) => throwFirst(await reading.all(withinMs)),
    observeFirst: (withinMs) => reading.unlessFilled(withinMs),
    standing: () => reading.standing(),
    journeys: () => book.all(),
    openJourneys: () => book.open(),
    arrived: () => book.arrived,
    failed: () => book.failed,
    journey: (sourceChainId, messageHash) => book.get(sourceChainId, messageHash),
    accountOn: (chainId) => lanes.find(({ lane }) => lane.chainId === chainId)?.lane.account,
    async end() {
      reading.end();
      for (const { lane } of lanes) lane.end();
      await Promise.allSettled(lanes.map(({ inTurn }) => inTurn(() => Promise.resolve())));
    },
  };
}

/** Everything that the relayer has read of L1 and the chains. */
interface ReadState {
  readonly l1View: L1View;
  readonly book: JourneyBook;
  readonly flows: FlowBook;
  readonly lists: ListBook;
  /** State of each chain at the start of its last complete reading; the reading's transactions are sent to no other state. */
  readonly asRead: Map<ChainId, Undisturbed>;
}

type RelayerReading = Reading<Undisturbed | undefined>;

/** Deliveries on a chain, in sequence. */
interface ServedLane {
  readonly lane: DeliveryLane;
  readonly makesBlocks: () => boolean;
  readonly inTurn: InTurn;
}

function servedLane(
  chain: RelayedChain,
  { chains, policy = {} }: RelayerOptions,
  { settlesFlows = true, choose = (waiting) => waiting }: RelayerDependencies,
  { l1View, book, flows, lists, asRead }: ReadState,
): ServedLane {
  const { chainId, signer, factsFrom = NO_CHAINS, promisesFrom = NO_CHAINS, makesBlocks = () => true } = chain;
  const lane = new DeliveryLane(
    { chainId, policy: policyFor(chain, policy), settlesFlows },
    {
      l1View,
      book,
      flows,
      lists,
      nodeOf: (id) => nodeAmong(chains, id),
      choose,
      factsFrom,
      promisesFrom,
      undisturbed: () => asRead.get(chainId) ?? ((send) => send()),
      signer,
      provider: providerOf(chain),
    },
  );
  return { lane, makesBlocks, inTurn: oneByOne() };
}

/** Reading of L1 and the chains into the relayer's books, and for the follower. */
function openReading(
  { chains }: RelayerOptions,
  { l1, isL1Here = false, undisturbed, follower: following, nowMs = systemClock.nowMs }: RelayerDependencies,
  { l1View, book, flows, lists, asRead }: ReadState,
  lanes: readonly ServedLane[],
): RelayerReading {
  const follower = following?.(l1View);
  return new Reading(
    chains.map((chain) => ({ chainId: chain.chainId, provider: providerOf(chain), news: chain.news })),
    {
      l1,
      isL1Here,
      l1View,
      nowMs,
      begin: () => undisturbed?.(),
      onChainRead: (chainId, begun) => begun !== undefined && asRead.set(chainId, begun),
      take(chainId, event) {
        follower?.take(chainId, event);
        if (event.type === "flow") flows.take(chainId, event.event);
        else if (event.type === "listed") lists.take(chainId, event.event);
        else book.take(chainId, event);
      },
      readL1: (head) => follower?.readL1(head) ?? Promise.resolve(),
      onRead() {
        book.observeOpen();
        follower?.onRead?.();
      },
      forget() {
        for (const each of [book, flows, lists, follower]) each?.forget();
        for (const { lane } of lanes) lane.forget();
      },
    },
  );
}

/** Waits for the blocks of what was sent on a chain, as far as it makes some. */
async function included({ lane, makesBlocks }: ServedLane, reading: RelayerReading): Promise<void> {
  const look = async (): Promise<void> => {
    await reading.chain(lane.chainId);
    await lane.finish();
  };
  await untilIncluded({ waiting: () => lane.waiting, look, answered: () => lane.account.answered(), makesBlocks });
  // What came into a block between both shows at once.
  await reading.chain(lane.chainId);
}

interface InTurn {
  (work: () => Promise<void>): Promise<void>;
  /** True if an operation is pending. */
  isBusy(): boolean;
}

/** Queue that runs functions in sequence, regardless of their results. */
function oneByOne(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  let underWay = 0;
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    underWay++;
    const next = last.then(work).finally(() => underWay--);
    last = next.catch(() => undefined);
    return next;
  };
  return Object.assign(inTurn, { isBusy: () => underWay > 0 });
}

function reasons(outcomes: readonly PromiseSettledResult<unknown>[]): readonly unknown[] {
  return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
}

function throwFirst(failures: readonly unknown[]): void {
  if (failures.length > 0) throw failures[0];
}

function policyFor({ isBase = false }: RelayedChain, configured: DeliveryPolicy): DeliveryPolicy {
  return isBase ? policyOnBase(configured) : configured;
}

/** Throws TypeError for a signer without a provider. */
function providerOf({ chainId, signer }: RelayedChain): Provider {
  if (signer.provider === null) throw new TypeError(`the signer for chain ${chainId} has no provider`);
  return signer.provider;
}

/** Throws RangeError for a chain whose node this relayer cannot ask. */
function nodeAmong(chains: readonly RelayedChain[], chainId: number): AskedNode {
  const provider = chains.find((chain) => chain.chainId === BigInt(chainId))?.signer.provider;
  if (provider instanceof JsonRpcApiProvider) return provider;
  throw new RangeError(`the relayer has no node of chain ${chainId} to prove what is missing there`);
}
