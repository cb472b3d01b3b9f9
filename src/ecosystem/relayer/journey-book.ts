import { readCrossChainMessage, type JourneyStep, type StepRecord } from "../../ground/protocol/cross-chain-message.ts";
import { keccak, type Hex } from "../../ground/protocol/hex.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { factIndex, ImportKind, importKindOf } from "../../ground/protocol/import-kinds.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { decodeTokenDescription } from "../../ground/protocol/token-description.ts";
import type { BatchOnL1, L1View, PlaceOnL1, RefusedTransfer } from "../../chain/settlement-layer/reader/l1-view.ts";
import { describeFailure } from "./callback-outcome.ts";
import type { ChainEvent } from "./chain-view.ts";
import type { TokenAnnouncement } from "./describer.ts";
import { ImportLog } from "./import-log.ts";
import { importIndexOf, type Journey } from "./journey.ts";
import { PromisedMessages } from "./promised-messages.ts";
import { carriersOf, describeSentTooEarly, isSentTooEarly } from "./sent-too-early.ts";

/** A journey with the relayer's data about its progress. */
export interface OpenJourney extends Journey {
  readonly steps: Map<JourneyStep, StepRecord>;
  imported: Journey["imported"];
  refusal: string | undefined;
  sentTooEarly: Journey["sentTooEarly"];
  failedWith: Hex | undefined;
}

type CarriedOut = Extract<ChainEvent, { type: "executed" | "listenerFailed" }>;

interface JourneyBookOptions {
  readonly settlementChainId: ChainId;
  /** Chains between which messages are followed. */
  readonly chainIds: readonly bigint[];
}

interface JourneyBookDependencies {
  readonly l1View: L1View;
  readonly onStep?: ((journey: Journey, step: JourneyStep, record: StepRecord) => void) | undefined;
}

const UNREADABLE = {
  TransactionMissing: "this L1 node does not have the transaction",
  CallMissing: "this L1 node shows the call neither in the transaction nor in its events",
} as const;

/** Index of the messages between the chains: a reducer of the chains' events, and of L1's. */
export class JourneyBook {
  readonly #options: JourneyBookOptions;
  readonly #view: L1View;
  readonly #onStep: JourneyBookDependencies["onStep"];
  /** Messages of promised batches that L1 may not have yet. */
  readonly promised = new PromisedMessages();
  readonly #journeys = new Map<string, OpenJourney>();
  /** Unfinished journeys. */
  readonly #open = new Set<OpenJourney>();
  /** Number of journeys that arrived and did not fail; the contents of the others were refunded. */
  #arrived = 0;
  #failed = 0;
  /**
   * Executions that were read before the chain that sent the message: by the message, or by the bundle of an
   * outcome.
   */
  readonly #early = new Map<string, readonly CarriedOut[]>();
  /** Transfers that L1 refused, of which as many are followed. */
  #refused = 0;
  /** Outcomes of bundles, by the chains that they go between and the bundle. */
  readonly #results = new Map<string, OpenJourney[]>();
  /** Bundles, by their chain, whose outcome no longer has a reward. */
  readonly #spentRewards = new Set<string>();
  /** First announcement by home chain and token. */
  readonly #announcements = new Map<string, TokenAnnouncement>();
  /** Steps at which asset messages were sent, or refunded. */
  readonly #sentAt = new Map<string, StepRecord>();
  readonly #refundedAt = new Map<string, StepRecord>();
  /** Imported roots by chain, in order. */
  readonly #imports = new Map<bigint, ImportLog>();

  constructor(options: JourneyBookOptions, { l1View, onStep }: JourneyBookDependencies) {
    this.#options = options;
    this.#view = l1View;
    this.#onStep = onStep;
    this.forget();
  }

  /** All messages seen, oldest first. */
  all(): readonly OpenJourney[] {
    return [...this.#journeys.values()];
  }

  get(sourceChainId: ChainId, messageHash: MessageHash): OpenJourney | undefined {
    return this.#journeys.get(journeyKey(sourceChainId, messageHash));
  }

  /** True if the outcome of a bundle from this chain no longer has a reward. */
  isCallbackRewardSpent(chainId: ChainId, bundleHash: MessageHash): boolean {
    return this.#spentRewards.has(journeyKey(chainId, bundleHash));
  }

  /** Last announcement of a token by its home chain; `undefined` if there is none. */
  announcementOf(chainId: ChainId, token: Hex): TokenAnnouncement | undefined {
    return this.#announcements.get(tokenKey(chainId, token));
  }

  /** Registry index of the newest root that a chain has imported. */
  newestRoot(chainId: ChainId): bigint | undefined {
    return this.#imports.get(chainId)?.newest;
  }

  /** Messages at their end that have arrived, without those that failed there. */
  get arrived(): number {
    return this.#arrived;
  }

  /** Messages at their end whose calls failed where they arrived. */
  get failed(): number {
    return this.#failed;
  }

  /** Unfinished journeys. */
  open(): readonly OpenJourney[] {
    return [...this.#open];
  }

  /** Unfinished journeys to a chain, oldest first. */
  openTo(chainId: ChainId): readonly OpenJourney[] {
    return this.open().filter(({ destinationChainId }) => destinationChainId === chainId);
  }

  /** Drops all data of an outdated state. */
  forget(): void {
    this.#journeys.clear();
    this.#open.clear();
    this.#arrived = 0;
    this.#failed = 0;
    this.#early.clear();
    this.#refused = 0;
    this.#announcements.clear();
    this.#results.clear();
    this.#spentRewards.clear();
    this.#sentAt.clear();
    this.#refundedAt.clear();
    this.promised.forget();
    for (const chainId of this.#options.chainIds) this.#imports.set(chainId, new ImportLog());
  }

  /** Takes the next event of a chain. */
  take(chainId: ChainId, event: Exclude<ChainEvent, { type: "flow" | "listed" }>): void {
    switch (event.type) {
      case "rootImported":
        this.#imports.get(chainId)?.add({ registryIndex: event.registryIndex, root: event.root, at: event.at });
        return;
      case "messageSent":
        if (event.sender === PREDEPLOYS.L2AssetRouter) this.#sentAt.set(journeyKey(chainId, event.messageHash), event.at);
        if (event.sender === PREDEPLOYS.L2NativeTokenVault) this.#announce(chainId, event);
        else this.#begin(chainId, event);
        return;
      case "executed":
        if (event.sourceChainId === chainId) {
          const message = journeyKey(chainId, event.messageHash);
          this.#refundedAt.set(message, event.at);
          this.#recordRefund(message);
          return;
        }
        this.#carriedOut(chainId, event.sourceChainId, event);
        return;
      case "listenerFailed":
        this.#carriedOut(chainId, undefined, event);
        return;
      case "callbackRewardSpent":
        this.#spentRewards.add(journeyKey(chainId, event.bundleHash));
    }
  }

  /** Takes what L1 says of all that are not at their end. */
  observeOpen(): void {
    const refused = this.#view.refusedTransfers();
    for (const transfer of refused.slice(this.#refused)) this.#refuse(transfer);
    this.#refused = refused.length;
    for (const journey of this.#open) this.#observe(journey);
  }

  /**
   * Records the execution of a message of a chain. A callback names the bundle, and not the chain that its
   * outcome came from.
   */
  #carriedOut(chainId: ChainId, sourceChainId: ChainId | undefined, event: CarriedOut): void {
    const hash = event.type === "executed" ? event.messageHash : event.bundleHash;
    const message = sourceChainId === undefined ? undefined : this.get(sourceChainId, hash);
    const found = sourceChainId === undefined ? this.#outcomes(chainId, hash) : message === undefined ? [] : [message];
    for (const journey of found) this.#takeEnd(journey, event);
    if (found.length > 0) return;
    const key = sourceChainId === undefined ? outcomesKey(chainId, hash) : journeyKey(sourceChainId, hash);
    this.#early.set(key, [...(this.#early.get(key) ?? []), event]);
  }

  #takeEnd(journey: OpenJourney, event: CarriedOut): void {
    this.record(journey, "delivered", event.at);
    if (event.type === "listenerFailed") {
      journey.refusal = describeFailure(event.listener, event.at.transactionHash);
      return;
    }
    journey.failedWith = event.failedWith;
    this.record(journey, "executed", event.at);
    // Its listener had refused it before. A second delivery of any other message is refused afterwards, and
    // that is reported.
    if (journey.content.type === "result") journey.refusal = undefined;
  }

  /** Follows the refund of a transfer that L1 refused, on the chain that sent it. */
  #refuse({ batch, sender, body, transfer }: RefusedTransfer): void {
    const { chainId, refusedDestinations } = batch;
    const messageHash = keccak(body);
    const message = journeyKey(chainId, messageHash);
    const key = refundKey(message);
    if (this.#journeys.has(key) || !this.#imports.has(chainId)) return;
    const journey: OpenJourney = {
      sourceChainId: chainId,
      destinationChainId: chainId,
      content: { type: "refund", transfer, refused: refusedDestinations },
      sender,
      messageHash,
      body,
      steps: new Map(),
      imported: undefined,
      refusal: undefined,
      sentTooEarly: undefined,
      failedWith: undefined,
    };
    this.#journeys.set(key, journey);
    this.#open.add(journey);
    const sentAt = this.#sentAt.get(message);
    if (sentAt !== undefined) this.record(journey, "initiated", sentAt);
    this.#recordRefund(message);
  }

  #recordRefund(message: string): void {
    const [journey, at] = [this.#journeys.get(refundKey(message)), this.#refundedAt.get(message)];
    if (journey === undefined || at === undefined) return;
    this.record(journey, "delivered", at);
    this.record(journey, "executed", at);
  }

  record(journey: OpenJourney, step: JourneyStep, at: StepRecord): void {
    if (journey.steps.has(step)) return;
    journey.steps.set(step, at);
    this.#onStep?.(journey, step, at);
  }

  /** Records the steps that L1 and imports show. */
  #observe(journey: OpenJourney): void {
    const { sourceChainId, destinationChainId, sender, messageHash } = journey;
    const chainId = this.#options.settlementChainId;
    // Any of several equal messages will do: the first that L1 executes is the first that can be delivered.
    const batches = this.#view.messages(sourceChainId, sender, messageHash).map(({ batch }) => batch);
    const batch = batches.find(({ executed }) => executed !== undefined) ?? batches.find(({ proven }) => proven !== undefined);
    if (batches.length === 0) this.#explainUnreadable(journey);
    // Found after all: no delivery can have been refused before.
    else if (!journey.steps.has("settled")) journey.refusal = undefined;
    if (batch?.proven !== undefined) this.record(journey, "settled", { chainId, ...batch.proven });
    if (batch?.executed !== undefined) this.record(journey, "inTransactionRoot", { chainId, ...batch.executed });
    if (journey.imported === undefined) this.#findImport(journey, batches);
    const { imported } = journey;
    const settled = imported === undefined ? undefined : this.#importSettled(destinationChainId, importIndexOf(imported));
    if (settled !== undefined) this.record(journey, "importSettled", { chainId, ...settled });
    if (isSentTooEarly(this.#view, journey)) this.#giveUp(journey);
    const { steps } = journey;
    const hasArrived = steps.has("executed") && steps.has("importSettled");
    if (!hasArrived && journey.sentTooEarly !== "wentBack") return;
    this.#open.delete(journey);
    if (journey.sentTooEarly === "wentBack") return;
    if (journey.failedWith === undefined) this.#arrived++;
    else this.#failed++;
  }

  /** Takes the first root that holds one of these batches, else the fact about one. */
  #findImport(journey: OpenJourney, batches: readonly BatchOnL1[]): void {
    const imports = this.#imports.get(journey.destinationChainId);
    const executed = batches.find(({ registryLeaf }) => registryLeaf !== undefined);
    const covering = executed?.registryLeaf && imports?.covering(executed.registryLeaf.index);
    // A refund needs the record of the batch, which no fact has.
    const { sourceChainId, sender, messageHash } = journey;
    const promised = this.promised.find(sourceChainId, sender, messageHash).map(({ batch }) => batch);
    const facts =
      journey.content.type === "refund"
        ? []
        : [...batches, ...promised].map(({ batchNumber }) => factIndex(sourceChainId, batchNumber));
    const found = covering ?? facts.map((index) => imports?.of(index)).find((fact) => fact !== undefined);
    if (found === undefined) return;
    const { registryIndex, at } = found;
    const isPromised = promised.some(({ batchNumber }) => factIndex(sourceChainId, batchNumber) === registryIndex);
    const fact = { fact: registryIndex, ...(isPromised ? { isPromised } : {}) } as const;
    journey.imported = importKindOf(registryIndex) === ImportKind.fact ? fact : { root: registryIndex };
    this.record(journey, "imported", at);
  }

  /** Ends a journey whose delivery can no longer succeed: its contents are refunded by separate journeys. */
  #giveUp(journey: OpenJourney): void {
    const refunds = carriersOf(journey).map((carrier) =>
      this.#journeys.get(refundKey(journeyKey(journey.sourceChainId, carrier))),
    );
    const hasGoneBack = refunds.every((refund) => refund?.steps.has("executed") === true);
    journey.sentTooEarly = hasGoneBack ? "wentBack" : "goesBack";
    journey.refusal = describeSentTooEarly(journey, hasGoneBack);
  }

  #begin(chainId: ChainId, { sender, messageHash, body, at }: Extract<ChainEvent, { type: "messageSent" }>): void {
    const message = readCrossChainMessage(sender, body);
    const key = journeyKey(chainId, messageHash);
    if (message === undefined || !this.#imports.has(message.destinationChainId) || this.#journeys.has(key)) return;
    this.#view.bringBody(body);
    const steps = new Map<JourneyStep, StepRecord>();
    const journey = {
      sourceChainId: chainId,
      ...message,
      sender,
      messageHash,
      body,
      steps,
      imported: undefined,
      refusal: undefined,
      sentTooEarly: undefined,
      failedWith: undefined,
    };
    this.#journeys.set(key, journey);
    this.#open.add(journey);
    this.record(journey, "initiated", at);
    if (message.content.type !== "result") return this.#takeEarly(journey, key);
    const { destinationChainId, content } = message;
    const { bundleHash } = content.result;
    const results = resultKey(chainId, destinationChainId, bundleHash);
    this.#results.set(results, [...(this.#results.get(results) ?? []), journey]);
    // Another chain than the one that the bundle went to can say anything of it.
    if (this.#outcomes(destinationChainId, bundleHash).includes(journey))
      this.#takeEarly(journey, outcomesKey(destinationChainId, bundleHash));
  }

  #takeEarly(journey: OpenJourney, key: string): void {
    for (const event of this.#early.get(key) ?? []) this.#takeEnd(journey, event);
    this.#early.delete(key);
  }

  /** The newest word stands, as it will on the chains that it is brought to. */
  #announce(chainId: ChainId, { messageHash, body }: Extract<ChainEvent, { type: "messageSent" }>): void {
    const described = decodeTokenDescription(body);
    if (described === undefined || described.chainId !== chainId || !described.isNamed) return;
    this.#view.bringBody(body);
    this.#announcements.set(tokenKey(chainId, described.token), { sourceChainId: chainId, messageHash });
  }

  /**
   * The outcome of a bundle that was sent on this chain came from the chain that the bundle went to, whatever others say of
   * it.
   */
  #outcomes(chainId: ChainId, bundleHash: MessageHash): readonly OpenJourney[] {
    const bundle = this.get(chainId, bundleHash);
    return bundle === undefined ? [] : (this.#results.get(resultKey(bundle.destinationChainId, chainId, bundleHash)) ?? []);
  }

  /**
   * Batch on L1 that executed a chain's import of a root or fact. The chain alone reports the import; L1's
   * check follows from the batch's record.
   */
  #importSettled(chainId: ChainId, index: bigint): PlaceOnL1 | undefined {
    const imports = this.#imports.get(chainId);
    const imported = imports?.of(index);
    const batch = imported === undefined ? undefined : this.#view.batchOfBlock(chainId, BigInt(imported.at.blockNumber));
    if (imports === undefined || imported === undefined || batch?.executed === undefined) return undefined;
    // A root that came through the queue is L1's own word. The batch's record does not count it as an import, and anyone can
    // send one.
    const isSent = (transactionHash: Hex): boolean => this.#view.isOperation(chainId, transactionHash);
    const firstBlock = (this.#view.batch(chainId, batch.batchNumber - 1n)?.stored.lastBlock ?? 0n) + 1n;
    const isKnown = isSent(imported.at.transactionHash) || imports.isChecked(batch, firstBlock, isSent);
    return isKnown ? batch.executed : undefined;
  }

  /** Says so where L1 has the message's batch, and this node does not show what is in it. */
  #explainUnreadable(journey: OpenJourney): void {
    const { sourceChainId, steps } = journey;
    const sentAt = steps.get("initiated")?.blockNumber;
    const batch = sentAt === undefined ? undefined : this.#view.batchOfBlock(sourceChainId, BigInt(sentAt));
    if (batch?.content.state !== "unreadable") return;
    const { batchNumber, committed, content } = batch;
    const batchName = `batch ${batchNumber} of chain ${sourceChainId}, committed in transaction ${committed.transactionHash}`;
    journey.refusal = `${batchName}, cannot be read: ${UNREADABLE[content.reason]}`;
  }
}

function refundKey(message: string): string {
  return `${message} refund`;
}

function tokenKey(chainId: ChainId, token: Hex): string {
  return `${chainId} ${token}`;
}

function journeyKey(chainId: ChainId, messageHash: MessageHash): string {
  return `${chainId} ${messageHash}`;
}

/** Key of the outcomes that chains send of a bundle of this one. */
function outcomesKey(chainId: ChainId, bundleHash: MessageHash): string {
  return `${chainId} ${bundleHash} outcomes`;
}

function resultKey(sourceChainId: ChainId, destinationChainId: ChainId, bundleHash: MessageHash): string {
  return `${sourceChainId} ${destinationChainId} ${bundleHash}`;
}
