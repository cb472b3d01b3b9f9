import { JsonRpcApiProvider } from "ethers";
import type { Provider, Signer } from "ethers";
import type { JourneyStep, StepRecord } from "../protocol/cross-chain-message.ts";
import type { Hex } from "../protocol/hex.ts";
import type { ChainId, MessageHash } from "../protocol/ids.ts";
import { L1View } from "../settlement-layer/reader/l1-view.ts";
import { ChainView } from "./chain-view.ts";
import { Deliverer } from "./deliverer.ts";
import { Describer } from "./describer.ts";
import { policyOnBase } from "./delivery-policy.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import { FlowBook } from "./flow-book.ts";
import { FlowSettler } from "./flow-settler.ts";
import type { Journey } from "./journey.ts";
import { JourneyBook } from "./journey-book.ts";
import { ListBook } from "./list-book.ts";
import type { AskedNode } from "./state-proof.ts";
import { UnreadEvents } from "./unread-events.ts";

export interface RelayerOptions {
  readonly settlementChainId: ChainId;
  /** Registry of Transaction Roots. */
  readonly registry: Hex;
  readonly fromBlock: number;
  readonly chains: readonly RelayedChain[];
  /** Chains that cannot be reached any more: messages to them are followed as far as L1 shows them. Default: none. */
  readonly departed?: readonly bigint[];
  /** What deliveries may cost. Default: everything is delivered, down to a small reserve. */
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
}

export interface RelayerDependencies {
  readonly l1: Provider;
  readonly onStep?: (journey: Journey, step: JourneyStep, record: StepRecord) => void;
  /** Which of the messages for a chain are delivered at this look, in this order; default: all, oldest first. */
  /** Whether it ends what is in escrow for atomic flows. Default: true. */
  readonly settlesFlows?: boolean | undefined;
  readonly choose?: <Waiting extends Journey>(waiting: readonly Waiting[]) => readonly Waiting[];
}

/** Follows every message between the chains, and delivers those that wait. */
export interface Relayer {
  /**
   * Looks at L1 and the chains, and delivers what can be delivered. Rejects with a provider's error. Calls wait for each
   * other.
   */
  poll(): Promise<void>;
  /** As `poll`, but delivers nothing. */
  observe(): Promise<void>;
  /** All messages seen, oldest first. */
  journeys(): readonly Journey[];
  journey(sourceChainId: ChainId, messageHash: MessageHash): Journey | undefined;
  readonly l1View: L1View;
}

/**
 * Knows L1 and the chains by their public RPC only, so anyone can run one beside the others. Reads nothing before a poll.
 * Where a member returned to an earlier state, everything is read again.
 */
export function createRelayer(
  options: RelayerOptions,
  { l1, onStep, settlesFlows = true, choose = (waiting) => waiting }: RelayerDependencies,
): Relayer {
  const l1View = new L1View(options, { provider: l1 });
  const chainIds = [...options.chains.map(({ chainId }) => chainId), ...(options.departed ?? [])];
  const book = new JourneyBook({ settlementChainId: options.settlementChainId, chainIds }, { l1View, onStep });
  const flows = new FlowBook();
  const lists = new ListBook();
  const nodeOf = (chainId: number): AskedNode => nodeAmong(options.chains, chainId);
  const chains = options.chains.map((chain) => servedChain(chain, options.policy ?? {}, { l1View, book, flows, lists, nodeOf }));
  const unread = new UnreadEvents((chainId, event) => {
    if (event.type === "flow") flows.take(chainId, event.event);
    else if (event.type === "listed") lists.take(chainId, event.event);
    else book.take(chainId, event);
  });
  /** A chain has returned to an earlier state. */
  let isStale = false;

  /** What was seen belongs to a state that is gone, on one of the members at least. */
  function forget(): void {
    unread.clear();
    isStale = false;
    book.forget();
    flows.forget();
    lists.forget();
    for (const { view, describer } of chains) {
      view.forget();
      describer.forget();
    }
  }

  async function readChains(): Promise<void> {
    for (const { chainId, view } of chains) {
      const { events: ofChain, isAnew } = await view.poll();
      isStale ||= isAnew;
      unread.add(chainId, ofChain);
    }
    if (isStale) {
      forget();
      await readChains();
      return;
    }
    unread.takeAll();
  }

  async function look(delivers: boolean): Promise<void> {
    if (await l1View.poll()) forget();
    await readChains();
    const open = book.open();
    for (const journey of open) book.observe(journey);
    if (!delivers) return;
    for (const { chainId, deliverer, describer, settler, view } of chains) {
      const here = choose(open.filter(({ destinationChainId }) => destinationChainId === chainId));
      // Names come before money.
      await describer.describe(here, book.newestRoot(chainId));
      const hasDelivered = await deliverer.deliver(here);
      const hasSettled = settlesFlows && (await settler.settle(book.newestRoot(chainId) ?? 0n));
      // What was just done shows at once.
      if (!hasDelivered && !hasSettled) continue;
      const { events, isAnew } = await view.poll();
      if (isAnew) {
        // Seen again from the beginning, at the next look.
        forget();
        return;
      }
      unread.add(chainId, events);
      unread.takeAll();
    }
  }

  const afterLast = oneByOne(look);
  return {
    l1View,
    poll: () => afterLast(true),
    observe: () => afterLast(false),
    journeys: () => book.all(),
    journey: (sourceChainId, messageHash) => book.get(sourceChainId, messageHash),
  };
}

/** Calls wait for each other, whatever becomes of them. */
function oneByOne(look: (delivers: boolean) => Promise<void>): (delivers: boolean) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (delivers) => {
    const next = last.then(() => look(delivers));
    last = next.catch(() => undefined);
    return next;
  };
}

/** Throws RangeError for a chain whose node this relayer cannot ask. */
function nodeAmong(chains: readonly RelayedChain[], chainId: number): AskedNode {
  const provider = chains.find((chain) => chain.chainId === BigInt(chainId))?.signer.provider;
  if (provider instanceof JsonRpcApiProvider) return provider;
  throw new RangeError(`the relayer has no node of chain ${chainId} to prove what is missing there`);
}

/** What reads a chain, and what brings messages and names to it. Throws TypeError for a signer without a provider. */
function servedChain(
  { chainId, signer, isBase = false }: RelayerOptions["chains"][number],
  given: DeliveryPolicy,
  shared: {
    readonly l1View: L1View;
    readonly book: JourneyBook;
    readonly flows: FlowBook;
    readonly lists: ListBook;
    readonly nodeOf: (chainId: number) => AskedNode;
  },
) {
  const { l1View, book, flows, lists, nodeOf } = shared;
  const { provider } = signer;
  const policy = isBase ? policyOnBase(given) : given;
  if (provider === null) throw new TypeError(`the signer for chain ${chainId} has no provider`);
  const deliverer = new Deliverer(
    { chainId, policy },
    {
      l1View,
      bundleBodies: (sourceChainId, bundleHash) => book.get(sourceChainId, bundleHash)?.body,
      findList: lists.find,
      isCallbackRewardSpent: (sourceChainId, bundleHash) => book.isCallbackRewardSpent(sourceChainId, bundleHash),
      signer,
      provider,
      onDelivered: (journey, at) => book.record(journey, "delivered", at),
    },
  );
  const announcementOf = (birth: bigint, token: Hex) => book.announcementOf(birth, token);
  const describer = new Describer({ chainId, policy }, { l1View, announcementOf, signer, provider });
  const settler = new FlowSettler({ chainId, policy }, { l1View, book: flows, nodeOf, signer, provider });
  return { chainId, deliverer, describer, settler, view: new ChainView({ chainId }, { provider }) };
}
