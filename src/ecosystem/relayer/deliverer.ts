import type { Provider } from "ethers";
import type { StepRecord } from "../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { Attempts } from "./attempts.ts";
import { CallbackOver, listenerFailure, requireListener } from "./callback-outcome.ts";
import { buildDelivery, type Delivery, type KnownContents } from "./delivery.ts";
import { reserveOf, Rewards, type DeliveryPolicy, type RewardsDependencies } from "./delivery-policy.ts";
import type { Journey } from "./journey.ts";
import type { OpenJourney } from "./journey-book.ts";
import { PaidFailure, RoundOver, type OwnAccountDependencies, type SendingRound, type SentTransaction } from "./own-account.ts";
import type { OwnCall } from "./own-call.ts";
import { describeRefusal } from "./refusal.ts";

interface DelivererDependencies extends RewardsDependencies, KnownContents, Pick<OwnAccountDependencies, "signer"> {
  readonly onDelivered: (journey: OpenJourney, at: StepRecord) => void;
}

/** A delivery that waits for its block. */
interface UnderWay {
  readonly sent: SentTransaction;
  /** Whether it is to be delivered once more, which is refused. */
  isTwice: boolean;
}

/**
 * Deliveries tried at one look. Those with the highest reward come first where more wait, so that a flood of others delays none
 * that pays.
 */
const MAX_DELIVERIES_PER_LOOK = 128;
/** A message whose trial took longer and failed: those of its senders come after all others from then on. */
const SLOW_MS = 1_000;
const ANYONE: Hex = `0x${"00".repeat(20)}`;

/** Delivers messages on one chain, without waiting for its blocks. */
export class Deliverer {
  readonly #chainId: ChainId;
  readonly #policy: DeliveryPolicy;
  readonly #dependencies: DelivererDependencies;
  readonly #rewards: Rewards;
  readonly #attempts = new Attempts<OpenJourney>();
  readonly #underWay = new Map<OpenJourney, UnderWay>();
  /** Senders of messages whose trials took long and failed. */
  readonly #slowSenders = new Set<string>();
  /** True if the previous look did not reach all of its messages. */
  #isBehind = false;

  constructor(
    { chainId, policy }: { readonly chainId: ChainId; readonly policy: DeliveryPolicy },
    dependencies: DelivererDependencies,
  ) {
    this.#chainId = chainId;
    this.#policy = policy;
    this.#dependencies = dependencies;
    this.#rewards = new Rewards(dependencies);
  }

  /** Drops all data of an outdated state. */
  forget(): void {
    this.#underWay.clear();
  }

  /** Messages that can be delivered at a new look; if there are many, the best paid ones first. */
  async due(waiting: readonly OpenJourney[]): Promise<readonly OpenJourney[]> {
    this.#attempts.look();
    const due = waiting.filter((journey) => {
      const mayGoOn = !journey.steps.has("executed") && journey.sentTooEarly === undefined;
      return journey.imported !== undefined && mayGoOn && !this.#underWay.has(journey) && this.#attempts.isDue(journey);
    });
    if (due.length <= MAX_DELIVERIES_PER_LOOK && !this.#isBehind) return due;
    return (await this.#bestFirst(due)).slice(0, MAX_DELIVERIES_PER_LOOK);
  }

  /**
   * Sends deliverable messages, in this order, until its time ends. Resolves with those that it did not
   * reach.
   */
  async deliver(due: readonly OpenJourney[], isOver: () => boolean, round: SendingRound): Promise<readonly OpenJourney[]> {
    for (const [place, journey] of due.entries()) {
      this.#isBehind = isOver();
      if (this.#isBehind) return due.slice(place);
      if (!(await this.#deliverOne(journey, round))) return due.slice(place);
    }
    return [];
  }

  /** Whether that transaction's block is known, by the events of what it delivered. */
  isKnown({ hash }: SentTransaction): boolean {
    for (const [{ steps }, { sent }] of this.#underWay)
      if (sent.hash === hash) return steps.get("executed")?.transactionHash === hash;
    return false;
  }

  /** Takes what became of the deliveries that waited for their blocks. Returns those that are to be delivered once more. */
  finish(): readonly OpenJourney[] {
    const again: OpenJourney[] = [];
    for (const [journey, { sent, isTwice }] of this.#underWay) {
      const isDone = journey.steps.get("executed")?.transactionHash === sent.hash;
      if (!isDone && sent.outcome === undefined) continue;
      const failure = isDone ? undefined : this.#failureOf(journey, sent);
      // The block exists, but the chain's events up to it were not read yet; messages that it delivered must
      // not be sent again.
      if (failure === undefined && !journey.steps.has("executed")) continue;
      this.#underWay.delete(journey);
      if (failure === undefined) journey.refusal = undefined;
      else this.#fail(journey, failure);
      if (isTwice && failure === undefined) again.push(journey);
    }
    return again;
  }

  /** Why a delivery with an outcome counts as not done. */
  #failureOf(journey: OpenJourney, { hash, outcome }: SentTransaction): unknown {
    if (outcome === undefined || outcome.state === "lost") return outcome?.error;
    const { receipt } = outcome;
    if (receipt.status !== 1) return new PaidFailure("DeliveryFailed", `the delivery failed in transaction ${hash}`);
    const { blockNumber } = receipt;
    this.#dependencies.onDelivered(journey, { chainId: this.#chainId, blockNumber, transactionHash: hash });
    const failure = listenerFailure(receipt);
    return failure === undefined ? undefined : new PaidFailure("DeliveryFailed", failure);
  }

  #fail(journey: OpenJourney, error: unknown): void {
    journey.refusal = describeRefusal(error);
    if (error instanceof CallbackOver) this.#attempts.giveUp(journey);
    else this.#attempts.fail(journey, error);
  }

  async #bestFirst(due: readonly OpenJourney[]): Promise<readonly OpenJourney[]> {
    const rewards = new Map<OpenJourney, bigint>();
    for (const journey of due) rewards.set(journey, await this.#rewards.of(journey).catch(() => 0n));
    const reward = (journey: OpenJourney): bigint => rewards.get(journey) ?? 0n;
    const slowness = (journey: OpenJourney): number =>
      sendersOf(journey).some((sender) => this.#slowSenders.has(sender)) ? 1 : 0;
    return due.toSorted((a, b) => (reward(a) === reward(b) ? slowness(a) - slowness(b) : reward(a) > reward(b) ? -1 : 1));
  }

  /** Resolves with whether others can follow in this round. */
  async #deliverOne(journey: OpenJourney, round: SendingRound): Promise<boolean> {
    const { l1View } = this.#dependencies;
    if (journey.imported === undefined) return true;
    const before = this.#underWay.get(journey);
    if (before !== undefined) {
      before.isTwice = true;
      return true;
    }
    const failed = this.#attempts.failed(journey);
    const built = buildDelivery(l1View, journey, journey.imported, failed, this.#dependencies);
    if (built === undefined) return true;
    const begun = performance.now();
    try {
      await this.#requireExecutor(journey);
      const reward = await this.#rewards.of(journey);
      // Failing runs are paid for once. After that they are tried without a transaction.
      if (journey.content.type === "result" && reward === 0n) await requireListener(built, this.#dependencies.provider);
      const delivery = await this.#withUsualGas(built, failed === 0 && !journey.steps.has("executed"), round);
      const sent = await round.send(delivery, reward, this.#policy);
      this.#underWay.set(journey, { sent, isTwice: false });
    } catch (error) {
      if (error instanceof RoundOver) return false;
      this.#fail(journey, error);
      if (performance.now() - begun > SLOW_MS) for (const sender of sendersOf(journey)) this.#slowSenders.add(sender);
    }
    return true;
  }

  /**
   * Uses the usual gas at a first attempt, and searches for the gas only after a failure, which costs
   * nothing. It always searches if the policy counts on rewards, or little is left: a lying chain could make
   * each such delivery fail.
   */
  async #withUsualGas({ usualGas, ...others }: Delivery, isFirst: boolean, round: SendingRound): Promise<OwnCall> {
    const { minRewardPercent = 0 } = this.#policy;
    if (usualGas === undefined || !isFirst || minRewardPercent > 0) return others;
    const left = await round.leftAfter(usualGas);
    return left < reserveOf(this.#policy) ? others : { ...others, gas: usualGas };
  }

  /** A bundle may name the one account that can execute it, until it has expired. */
  async #requireExecutor({ content }: OpenJourney): Promise<void> {
    if (content.type !== "bundle") return;
    const { executionAddress: executor, expiresAt } = content.bundle;
    const { signer, provider } = this.#dependencies;
    if (executor === ANYONE || executor === (await signer.getAddress()).toLowerCase()) return;
    if (expiresAt !== 0n && expiresAt < (await clockOf(provider))) return;
    throw new Error(`only ${executor} may execute it`);
  }
}

/** On their chain. */
function sendersOf({ sourceChainId, content }: Journey): readonly string[] {
  if (content.type === "bundle") return [`${sourceChainId} ${content.bundle.sender}`];
  return content.type === "transfer" ? [`${sourceChainId} ${content.transfer.sender}`] : [];
}

/** The time at which a transaction would be judged now: that of the newest block of a chain at rest can be long ago. */
async function clockOf(provider: Provider): Promise<bigint> {
  const block = (await provider.getBlock("pending")) ?? (await provider.getBlock("latest"));
  return BigInt(block?.timestamp ?? 0);
}
