import type { Provider } from "ethers";
import type { StepRecord } from "../protocol/cross-chain-message.ts";
import type { Hex } from "../protocol/hex.ts";
import type { ChainId } from "../protocol/ids.ts";
import { buildDelivery } from "./delivery.ts";
import type { KnownContents } from "./delivery.ts";
import { CallbackOver, listenerFailure, requireListener } from "./callback-outcome.ts";
import { Rewards } from "./delivery-policy.ts";
import type { DeliveryPolicy, RewardsDependencies } from "./delivery-policy.ts";
import type { OpenJourney } from "./journey-book.ts";
import { Attempts } from "./attempts.ts";
import { PaidFailure, sendOwn } from "./own-transaction.ts";
import type { OwnTransactionDependencies } from "./own-transaction.ts";
import { describeRefusal } from "./refusal.ts";

export interface DelivererDependencies extends RewardsDependencies, OwnTransactionDependencies, KnownContents {
  readonly onDelivered: (journey: OpenJourney, at: StepRecord) => void;
}

/**
 * Deliveries tried at one look. Those with the highest reward come first where more wait, so that a flood of others delays none
 * that pays.
 */
const MAX_DELIVERIES_PER_LOOK = 128;
const ANYONE: Hex = `0x${"00".repeat(20)}`;

/** Delivers messages on one chain. */
export class Deliverer {
  readonly #chainId: ChainId;
  readonly #policy: DeliveryPolicy;
  readonly #dependencies: DelivererDependencies;
  readonly #rewards: Rewards;
  readonly #attempts = new Attempts<OpenJourney>();

  constructor(
    { chainId, policy }: { readonly chainId: ChainId; readonly policy: DeliveryPolicy },
    dependencies: DelivererDependencies,
  ) {
    this.#chainId = chainId;
    this.#policy = policy;
    this.#dependencies = dependencies;
    this.#rewards = new Rewards(dependencies);
  }

  /** Delivers those of the messages that can be delivered, in this order. Resolves with whether it tried any. */
  async deliver(waiting: readonly OpenJourney[]): Promise<boolean> {
    this.#attempts.look();
    const due = waiting.filter((journey) => {
      const mayGoOn = !journey.steps.has("executed") && journey.sentTooEarly === undefined;
      return journey.rootIndex !== undefined && mayGoOn && this.#attempts.isDue(journey);
    });
    let hasTried = false;
    for (const journey of await this.#mostRewarding(due)) hasTried = (await this.#deliverOne(journey)) || hasTried;
    return hasTried;
  }

  async #mostRewarding(due: readonly OpenJourney[]): Promise<readonly OpenJourney[]> {
    if (due.length <= MAX_DELIVERIES_PER_LOOK) return due;
    const rewards = new Map<OpenJourney, bigint>();
    for (const journey of due) rewards.set(journey, await this.#rewards.of(journey).catch(() => 0n));
    const reward = (journey: OpenJourney): bigint => rewards.get(journey) ?? 0n;
    return due
      .toSorted((a, b) => (reward(a) === reward(b) ? 0 : reward(a) > reward(b) ? -1 : 1))
      .slice(0, MAX_DELIVERIES_PER_LOOK);
  }

  /** Resolves with whether the chain was asked. */
  async #deliverOne(journey: OpenJourney): Promise<boolean> {
    const { l1View, onDelivered } = this.#dependencies;
    if (journey.rootIndex === undefined || journey.steps.has("executed")) return false;
    const delivery = buildDelivery(l1View, journey, journey.rootIndex, this.#attempts.failed(journey), this.#dependencies);
    if (delivery === undefined) return false;
    try {
      await this.#requireExecutor(journey);
      // Failing runs are paid for once. After that they are tried without a transaction.
      if (journey.content.type === "result" && (await this.#rewards.of(journey)) === 0n)
        await requireListener(delivery, this.#dependencies.provider);
      const receipt = await sendOwn(delivery, await this.#rewards.of(journey), this.#policy, this.#dependencies);
      onDelivered(journey, { chainId: this.#chainId, blockNumber: receipt.blockNumber, transactionHash: receipt.hash as Hex });
      const failure = listenerFailure(receipt);
      if (failure !== undefined) throw new PaidFailure("DeliveryFailed", failure);
      journey.refusal = undefined;
    } catch (error) {
      journey.refusal = describeRefusal(error);
      if (error instanceof CallbackOver) this.#attempts.giveUp(journey);
      else this.#attempts.fail(journey, error);
    }
    return true;
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

/** The time at which a transaction would be judged now: that of the newest block of a chain at rest can be long ago. */
async function clockOf(provider: Provider): Promise<bigint> {
  const block = (await provider.getBlock("pending")) ?? (await provider.getBlock("latest"));
  return BigInt(block?.timestamp ?? 0);
}
