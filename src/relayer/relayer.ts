import type { Provider, Signer } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { ChainView } from "./chain-view.ts";
import type { ChainEvent } from "./chain-view.ts";
import { buildDelivery } from "./delivery.ts";
import { inclusionOf } from "./inclusion.ts";
import { readCrossChainMessage } from "../protocol/cross-chain-message.ts";
import type { CrossChainContent, JourneyStep, StepRecord } from "../protocol/cross-chain-message.ts";
import type { Journey } from "./journey.ts";
import { L1View } from "./l1-view.ts";
import { describeRefusal } from "./refusal.ts";

export interface RelayerOptions {
  readonly settlementChainId: bigint;
  /** Registry of Transaction Roots. */
  readonly registry: Hex;
  readonly fromBlock: number;
  readonly chains: readonly RelayedChain[];
}

/** A chain between which and the others the relayer carries messages. */
export interface RelayedChain {
  readonly chainId: bigint;
  /** The chain's contract on L1. */
  readonly hyperchain: Hex;
  /** Pays for deliveries there, and gets the rewards. Connected to the chain; nobody else may send from it. */
  readonly signer: Signer;
}

export interface RelayerDependencies {
  readonly l1: Provider;
  readonly onStep?: (journey: Journey, step: JourneyStep, record: StepRecord) => void;
  /** Which of the messages for a chain are delivered at this look, in this order; default: all, oldest first. */
  readonly choose?: <Waiting extends Journey>(waiting: readonly Waiting[]) => readonly Waiting[];
}

/** Follows every message between the chains, and delivers those that wait. */
export interface Relayer {
  /** Looks at L1 and the chains, and delivers what can be delivered. Rejects with a provider's error. Calls wait for each other. */
  poll(): Promise<void>;
  /** As `poll`, but delivers nothing. */
  observe(): Promise<void>;
  /** All messages seen, oldest first. */
  journeys(): readonly Journey[];
  journey(sourceChainId: bigint, messageHash: Hex): Journey | undefined;
  readonly l1View: L1View;
}

interface OpenJourney extends Journey {
  readonly content: CrossChainContent;
  readonly steps: Map<JourneyStep, StepRecord>;
  rootIndex: bigint | undefined;
  refusal: string | undefined;
  attempts: number;
}

/** A delivery that fails so often is left to others: its executor is someone else, or it cannot succeed. */
const MAX_ATTEMPTS = 3;
/** Failures that say nothing of a delivery, in the words of clients and nodes. */
const PASSING = /insufficient.?funds|enough funds|ECONN|socket hang up|SERVER_ERROR|NETWORK_ERROR|TIMEOUT/i;
/** EIP-7825. */
const MAX_TRANSACTION_GAS = 16_777_216n;

/**
 * Knows L1 and the chains by their public RPC only, so anyone can run one beside the others. Reads nothing before a poll.
 * Where a member returned to an earlier state, everything is read again.
 */
export function createRelayer(options: RelayerOptions, { l1, onStep, choose = (waiting) => waiting }: RelayerDependencies): Relayer {
  const l1View = new L1View(options, { provider: l1 });
  const journeys = new Map<string, OpenJourney>();
  const chains = options.chains.map(({ chainId, signer }) => {
    if (signer.provider === null) throw new TypeError(`the signer for chain ${chainId} has no provider`);
    return { chainId, signer, view: new ChainView({ chainId }, { provider: signer.provider }) };
  });
  /** Read and not taken yet: another chain has not answered since. */
  let unread: { readonly chainId: bigint; readonly event: ChainEvent }[] = [];
  /** A chain has returned to an earlier state. */
  let isStale = false;
  /** Imported roots by chain, ascending. */
  const imports = new Map<bigint, { readonly registryIndex: bigint; readonly at: StepRecord }[]>(chains.map(({ chainId }) => [chainId, []]));

  function record(journey: OpenJourney, step: JourneyStep, at: StepRecord): void {
    if (journey.steps.has(step)) return;
    journey.steps.set(step, at);
    onStep?.(journey, step, at);
  }

  function take(chainId: bigint, event: ChainEvent): void {
    if (event.type === "rootImported") {
      imports.get(chainId)?.push({ registryIndex: event.registryIndex, at: event.at });
    } else if (event.type === "messageSent") {
      const message = readCrossChainMessage(event.sender, event.body);
      if (message === undefined || !imports.has(message.destinationChainId)) return;
      const { messageHash } = event;
      l1View.bringBody(event.body);
      const steps = new Map<JourneyStep, StepRecord>();
      const journey = { sourceChainId: chainId, ...message, messageHash, steps, rootIndex: undefined, refusal: undefined, attempts: 0 };
      journeys.set(name(chainId, messageHash), journey);
      record(journey, "initiated", event.at);
    } else {
      const journey = executedJourney(chainId, event);
      if (journey === undefined) return;
      record(journey, "delivered", event.at);
      record(journey, "executed", event.at);
    }
  }

  function executedJourney(chainId: bigint, event: Extract<ChainEvent, { type: "executed" }>): OpenJourney | undefined {
    const { sourceChainId, messageHash } = event;
    if (sourceChainId !== undefined) return journeys.get(name(sourceChainId, messageHash));
    return [...journeys.values()].find(
      ({ destinationChainId, content }) =>
        destinationChainId === chainId && content.type === "result" && content.result.bundleHash === messageHash,
    );
  }

  /** Steps that L1 and imports show. */
  function observe(journey: OpenJourney): void {
    const { sourceChainId, destinationChainId, messageHash } = journey;
    const chainId = options.settlementChainId;
    const batch = l1View.message(sourceChainId, messageHash)?.batch;
    if (batch?.proven !== undefined) record(journey, "settled", { chainId, ...batch.proven });
    if (batch?.executed !== undefined) record(journey, "inTransactionRoot", { chainId, ...batch.executed });
    const leafIndex = batch?.registryLeafIndex;
    if (leafIndex !== undefined && journey.rootIndex === undefined) {
      const covering = imports.get(destinationChainId)?.find(({ registryIndex }) => registryIndex > BigInt(leafIndex));
      if (covering !== undefined) {
        journey.rootIndex = covering.registryIndex;
        record(journey, "imported", covering.at);
      }
    }
    if (journey.rootIndex === undefined) return;
    const importer = l1View.importer(destinationChainId, journey.rootIndex);
    if (importer?.executed !== undefined) record(journey, "importSettled", { chainId, ...importer.executed });
  }

  async function deliver(journey: OpenJourney, signer: Signer): Promise<void> {
    if (journey.rootIndex === undefined || journey.steps.has("executed") || journey.attempts === MAX_ATTEMPTS) return;
    const delivery = buildDelivery(l1View, journey, journey.rootIndex);
    if (delivery === undefined) return;
    journey.attempts++;
    try {
      // Bundles get no less gas than they ask for: with a margin, since the estimate is the least that suffices.
      const estimate = ((await signer.estimateGas(delivery)) * 5n) / 4n;
      const gasLimit = estimate < MAX_TRANSACTION_GAS ? estimate : MAX_TRANSACTION_GAS;
      const { hash, provider } = await signer.sendTransaction({ ...delivery, gasLimit });
      const receipt = await inclusionOf(hash, provider);
      if (receipt.status !== 1) throw new Error(`the delivery failed in transaction ${hash}`);
      const at = { chainId: journey.destinationChainId, blockNumber: receipt.blockNumber, transactionHash: receipt.hash as Hex };
      record(journey, "delivered", at);
      journey.refusal = undefined;
    } catch (error) {
      journey.refusal = describeRefusal(error);
      const text = error instanceof Error ? error.message : String(error);
      // The chain has refused nothing: it is tried again when it answers, or when the relayer has money.
      if (PASSING.test(`${String((error as { readonly code?: unknown }).code)} ${text}`)) journey.attempts--;
    }
  }

  /** What was seen belongs to a state that is gone, on one of the members at least. */
  function forget(): void {
    unread = [];
    isStale = false;
    journeys.clear();
    for (const { chainId, view } of chains) {
      imports.set(chainId, []);
      view.forget();
    }
  }

  async function readChains(): Promise<void> {
    for (const { chainId, view } of chains) {
      const { events: ofChain, isAnew } = await view.poll();
      isStale ||= isAnew;
      unread.push(...ofChain.map((event) => ({ chainId, event })));
    }
    if (isStale) {
      forget();
      await readChains();
      return;
    }
    const events = unread;
    unread = [];
    // A message that was carried out was sent before, whichever chain is read first.
    const isSent = ({ event }: (typeof events)[number]): boolean => event.type === "messageSent";
    for (const { chainId, event } of [...events.filter(isSent), ...events.filter((read) => !isSent(read))]) take(chainId, event);
  }

  async function look(delivers: boolean): Promise<void> {
    if (await l1View.poll()) forget();
    await readChains();
    const open = [...journeys.values()].filter(({ steps }) => !steps.has("executed") || !steps.has("importSettled"));
    for (const journey of open) observe(journey);
    if (!delivers) return;
    for (const { chainId, signer, view } of chains) {
      const here = choose(open.filter(({ destinationChainId }) => destinationChainId === chainId));
      const before = here.map(({ attempts }) => attempts);
      for (const journey of here) await deliver(journey, signer);
      // What was just delivered shows at once.
      if (!here.some(({ attempts }, i) => attempts !== before[i])) continue;
      const { events, isAnew } = await view.poll();
      if (isAnew) {
        // Seen again from the beginning, at the next look.
        forget();
        return;
      }
      for (const event of events) take(chainId, event);
    }
  }

  let last: Promise<unknown> = Promise.resolve();
  const afterLast = (delivers: boolean): Promise<void> => {
    const next = last.then(() => look(delivers));
    last = next.catch(() => undefined);
    return next;
  };
  return {
    l1View,
    poll: () => afterLast(true),
    observe: () => afterLast(false),
    journeys: () => [...journeys.values()],
    journey: (sourceChainId, messageHash) => journeys.get(name(sourceChainId, messageHash)),
  };
}

function name(chainId: bigint, messageHash: Hex): string {
  return `${chainId} ${messageHash}`;
}
