import { assetId, decodeAssetMessage } from "../protocol/asset-message.ts";
import type { AssetTransfer } from "../protocol/asset-message.ts";
import type { Hex } from "../protocol/hex.ts";
import { bundleAssetMessages } from "../protocol/interop-message.ts";
import { PREDEPLOYS } from "../protocol/predeploys.ts";
import type { L1View } from "../settlement-layer/reader/l1-view.ts";
import { bridgedToken, tokenVault } from "./contract-interfaces.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import { proveMessage } from "./inclusion-proof.ts";
import type { Journey } from "./journey.ts";
import { sendOwn } from "./own-transaction.ts";
import type { OwnTransactionDependencies } from "./own-transaction.ts";

/** What the chain of birth says of a token. */
export interface TokenAnnouncement {
  readonly sourceChainId: bigint;
  readonly messageHash: Hex;
}

export interface DescriberDependencies extends OwnTransactionDependencies {
  readonly l1View: L1View;
  /** What a token's chain of birth says of it; undefined where it has said nothing. */
  readonly announcementOf: (chainId: bigint, token: Hex) => TokenAnnouncement | undefined;
}

/** More names wait for the next look: deliveries come first. */
const MAX_NAMES_PER_LOOK = 16;
/** Looks between attempts double up to 2 to this. */
const MAX_PAUSE_DOUBLINGS = 20;

/**
 * Brings names to one chain: those of tokens that travel there and that were announced where they were born. A name that
 * cannot be brought delays no delivery, and is tried again after pauses that double.
 */
export class Describer {
  readonly #options: { readonly chainId: bigint; readonly policy: DeliveryPolicy };
  readonly #dependencies: DescriberDependencies;
  /** Assets whose name is there. */
  #named = new Set<Hex>();
  #attempts = new Map<Hex, { readonly failed: number; readonly nextLook: number }>();
  #looks = 0;

  constructor(options: { readonly chainId: bigint; readonly policy: DeliveryPolicy }, dependencies: DescriberDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** What was seen belongs to a state that is gone. */
  forget(): void {
    this.#named.clear();
    this.#attempts.clear();
  }

  /** Describes the tokens of messages for the chain, by what the newest root that it has imported holds. */
  async describe(messages: readonly Journey[], newestRoot: bigint | undefined): Promise<void> {
    this.#looks++;
    if (newestRoot === undefined) return;
    let tried = 0;
    for (const { originChainId, originToken } of messages.flatMap((message) => this.#transfersOf(message))) {
      const asset = assetId(originChainId, originToken);
      const { failed = 0, nextLook = 0 } = this.#attempts.get(asset) ?? {};
      const announcement = this.#dependencies.announcementOf(originChainId, originToken);
      const isDue = !this.#named.has(asset) && nextLook <= this.#looks && originChainId !== this.#options.chainId;
      if (announcement === undefined || !isDue || tried === MAX_NAMES_PER_LOOK) continue;
      try {
        const data = this.#importOf(announcement, newestRoot);
        // It takes the place of no other name: its chain may stand still for good. And it is not late when its root comes.
        if (data === undefined) continue;
        tried++;
        await this.#bring(asset, data);
        this.#named.add(asset);
      } catch {
        // Whatever the reason was, the amount arrives without a name, and the next attempt says as much as this one did.
        this.#attempts.set(asset, { failed: failed + 1, nextLook: this.#looks + 2 ** Math.min(failed, MAX_PAUSE_DOUBLINGS) });
      }
    }
  }

  /** The call that brings an announcement; undefined while no root that the chain has holds it. Asks no node. */
  #importOf({ sourceChainId, messageHash }: TokenAnnouncement, newestRoot: bigint): Hex | undefined {
    const { l1View } = this.#dependencies;
    for (const place of l1View.messages(sourceChainId, PREDEPLOYS.L2NativeTokenVault, messageHash)) {
      const proof = proveMessage(l1View, place, newestRoot);
      if (proof !== undefined) return tokenVault.encodeFunctionData("importDescription", [proof]) as Hex;
    }
    return undefined;
  }

  /** Unless the asset has its name already. */
  async #bring(asset: Hex, data: Hex): Promise<void> {
    if (await this.#isFinal(asset)) return;
    await sendOwn({ to: PREDEPLOYS.L2NativeTokenVault, data }, 0n, this.#options.policy, this.#dependencies);
  }

  async #isFinal(asset: Hex): Promise<boolean> {
    const { provider } = this.#dependencies;
    const data = tokenVault.encodeFunctionData("tokenAddress", [asset]);
    const answer = await provider.call({ to: PREDEPLOYS.L2NativeTokenVault, data });
    const to = String(tokenVault.decodeFunctionResult("tokenAddress", answer)[0]);
    if (BigInt(to) === 0n) return false;
    const isFinal = await provider.call({ to, data: bridgedToken.encodeFunctionData("descriptionIsFinal") });
    return bridgedToken.decodeFunctionResult("descriptionIsFinal", isFinal)[0] === true;
  }

  /** The assets that a message moves to its destination. */
  #transfersOf({ content, sourceChainId }: Journey): readonly AssetTransfer[] {
    if (content.type === "transfer") return [content.transfer];
    if (content.type !== "bundle") return [];
    return bundleAssetMessages(content.bundle).flatMap((messageHash) => {
      const [sent] = this.#dependencies.l1View.messages(sourceChainId, PREDEPLOYS.L2AssetRouter, messageHash);
      return (sent === undefined ? undefined : decodeAssetMessage(sent.body)) ?? [];
    });
  }
}
