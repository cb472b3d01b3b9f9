import { Interface, type Provider } from "ethers";
import { assetId, decodeAssetMessage, deliveryFee } from "../../ground/protocol/asset-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { decodeInteropBundle, type InteropBundle } from "../../ground/protocol/interop-message.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { isTransferList, listFee } from "../../ground/protocol/transfer-list.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import type { KnownContents } from "./delivery.ts";
import type { Journey } from "./journey.ts";

/** Limits of a relayer's payments. Amounts are of the base token of the chain on which it delivers. */
export interface DeliveryPolicy {
  /**
   * Minimum reward of a delivery, in percent of its gas costs. Default 0: everything is delivered; on a chain
   * on which other chains settle, 100.
   */
  readonly minRewardPercent?: number | undefined;
  /**
   * Minimum balance of the relayer's account after deliveries at a loss, so that a flood of messages without
   * a reward cannot use up the gas of others. Default 0.001.
   */
  readonly reserveWei?: bigint | undefined;
}

/** Minimum balance after deliveries at a loss. */
export function reserveOf({ reserveWei = DEFAULT_RESERVE_WEI }: DeliveryPolicy): bigint {
  return reserveWei;
}

const DEFAULT_RESERVE_WEI = 10n ** 15n;
/** On a chain on which others settle: its gas is dear, and a sender on a neighbour pays that one's price. */
const MIN_REWARD_PERCENT_ON_BASES = 100;

/** A policy for deliveries to a chain on which others settle. */
export function policyOnBase(policy: DeliveryPolicy): DeliveryPolicy {
  return { ...policy, minRewardPercent: policy.minRewardPercent ?? MIN_REWARD_PERCENT_ON_BASES };
}

/** No account can deliver to these what is not a list, or part of a bundle: a chain that offers a fee for it lies. */
const PROTOCOLS: ReadonlySet<Hex> = new Set([PREDEPLOYS.L2AssetRouter, PREDEPLOYS.InteropHandler]);

const vault = new Interface(["function BASE_TOKEN_ASSET_ID() view returns (bytes32)"]);

/** Cost and reward of a delivery. */
interface Balance {
  readonly costWei: bigint;
  readonly rewardWei: bigint;
}

/** Why a delivery does not pay for this policy; undefined where it does. `ownWei` is what the account has before it. */
export function objectionTo({ costWei, rewardWei }: Balance, policy: DeliveryPolicy, ownWei: bigint): string | undefined {
  const { minRewardPercent = 0 } = policy;
  const reserveWei = reserveOf(policy);
  if (rewardWei * 100n < costWei * BigInt(minRewardPercent)) {
    return `its reward of ${rewardWei} is less than ${minRewardPercent}% of what its gas costs, ${costWei}`;
  }
  if (rewardWei >= costWei) return undefined;
  const left = ownWei - costWei;
  return left >= reserveWei
    ? undefined
    : `insufficient funds for a delivery at a loss: it would leave ${left} of a reserve of ${reserveWei}`;
}

export interface RewardsDependencies extends KnownContents {
  readonly l1View: L1View;
  /** True if the outcome of a bundle from this chain no longer has a reward: it was paid, or reclaimed. */
  readonly isCallbackRewardSpent: (sourceChainId: ChainId, bundleHash: MessageHash) => boolean;
  readonly provider: Provider;
}

/** Tells rewards on one chain. */
export class Rewards {
  readonly #dependencies: RewardsDependencies;
  #baseTokenId: Hex | undefined;

  constructor(dependencies: RewardsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Base token of the destination that a delivery brings now. Rejects with the provider's error. */
  async of(journey: Journey): Promise<bigint> {
    const { content, sourceChainId, destinationChainId } = journey;
    switch (content.type) {
      case "transfer":
        return this.#ofTransfer(journey);
      case "refund":
        return 0n;
      case "bundle":
        return this.#ofBundle(sourceChainId, content.bundle);
      case "result": {
        const { bundleHash } = content.result;
        const { bundleBodies, isCallbackRewardSpent } = this.#dependencies;
        const body = isCallbackRewardSpent(destinationChainId, bundleHash)
          ? undefined
          : bundleBodies(destinationChainId, bundleHash);
        return body === undefined ? 0n : (decodeInteropBundle(body)?.callbackReward ?? 0n);
      }
    }
  }

  /** A transfer's fee is in what it carries, and so is a list's. */
  async #ofTransfer({ content, sourceChainId, sender, messageHash }: Journey): Promise<bigint> {
    if (content.type !== "transfer") return 0n;
    const { transfer } = content;
    const { l1View, findList } = this.#dependencies;
    let fee = 0n;
    if (isTransferList(transfer)) {
      const [place] = l1View.messages(sourceChainId, sender, messageHash);
      const list = place === undefined ? undefined : findList(sourceChainId, place.batch.batchNumber, transfer);
      fee = list === undefined ? 0n : listFee(transfer.amount, list.entries);
    } else if (!PROTOCOLS.has(transfer.recipient)) fee = deliveryFee(transfer);
    if (fee === 0n) return 0n;
    return assetId(transfer.originChainId, transfer.originToken) === (await this.#baseToken()) ? fee : 0n;
  }

  /** A bundle's reward is in the asset that carries its value, which need not be worth anything. */
  async #ofBundle(sourceChainId: ChainId, { relayerReward, valueMessageHash }: InteropBundle): Promise<bigint> {
    if (relayerReward === 0n) return 0n;
    const [carrier] = this.#dependencies.l1View.messages(sourceChainId, PREDEPLOYS.L2AssetRouter, valueMessageHash);
    const asset = carrier === undefined ? undefined : decodeAssetMessage(carrier.body);
    if (asset === undefined || assetId(asset.originChainId, asset.originToken) !== (await this.#baseToken())) return 0n;
    return relayerReward;
  }

  async #baseToken(): Promise<Hex> {
    if (this.#baseTokenId !== undefined) return this.#baseTokenId;
    const answer = await this.#dependencies.provider.call({
      to: PREDEPLOYS.L2NativeTokenVault,
      data: vault.encodeFunctionData("BASE_TOKEN_ASSET_ID"),
    });
    this.#baseTokenId = vault.decodeFunctionResult("BASE_TOKEN_ASSET_ID", answer)[0] as Hex;
    return this.#baseTokenId;
  }
}
