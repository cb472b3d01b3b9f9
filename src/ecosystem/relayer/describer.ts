import { assetId, decodeAssetMessage, type AssetTransfer } from "../../ground/protocol/asset-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { bundleAssetMessages } from "../../ground/protocol/interop-message.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import { announcedPlaces } from "./announced-places.ts";
import { bridgedToken, tokenVault } from "./contract-interfaces.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import { proveMessage } from "./inclusion-proof.ts";
import type { Journey } from "./journey.ts";
import { RoundOver, type OwnAccountDependencies, type SendingRound, type SentTransaction } from "./own-account.ts";

/** Last announcement of a token by its home chain. Equal descriptions have the same hash. */
export interface TokenAnnouncement {
  readonly sourceChainId: ChainId;
  readonly messageHash: MessageHash;
}

export interface DescriberDependencies extends Pick<OwnAccountDependencies, "provider"> {
  readonly l1View: L1View;
  /** Last announcement of a token by its home chain; `undefined` if there is none. */
  readonly announcementOf: (chainId: ChainId, token: Hex) => TokenAnnouncement | undefined;
}

/** More names wait for the next look: deliveries come first. */
const MAX_NAMES_PER_LOOK = 16;
/** Looks between attempts double up to 2 to this. */
const MAX_PAUSE_DOUBLINGS = 20;

/** An announcement on its way to the chain. */
interface Import {
  readonly data: Hex;
  /** Among all messages of the token's chain of birth. */
  readonly position: bigint;
  /** Whether it was announced in the same words later too, by a message that no root of the chain holds yet. */
  readonly isRepeated: boolean;
}

/**
 * Imports names to one chain: those of tokens that travel there and that were announced on their home chain,
 * and a new name if that chain changes it. A failed import delays no delivery, and is retried; a token that
 * changes its name often is also checked later and later. Each time the pause doubles, whatever is announced
 * in the meantime.
 */
export class Describer {
  readonly #options: { readonly chainId: ChainId; readonly policy: DeliveryPolicy };
  readonly #dependencies: DescriberDependencies;
  /** Hash of the imported announcement, by asset. */
  #named = new Map<Hex, Hex>();
  #attempts = new Map<Hex, { readonly count: number; readonly nextLook: number }>();
  /** Pending import of a name, by asset. */
  readonly #underWay = new Map<Hex, SentTransaction>();
  #looks = 0;

  constructor(options: { readonly chainId: ChainId; readonly policy: DeliveryPolicy }, dependencies: DescriberDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** Drops all data of an outdated state. */
  forget(): void {
    this.#named.clear();
    this.#attempts.clear();
    this.#underWay.clear();
  }

  /** Whether the name of something that a message moves waits for its block. */
  isNaming(message: Journey): boolean {
    if (this.#underWay.size === 0) return false;
    return this.#transfersOf(message).some(({ originChainId, originToken }) =>
      this.#underWay.has(assetId(originChainId, originToken)),
    );
  }

  /** Takes what became of names that waited for their blocks: one that did not come is tried again. */
  finish(): void {
    for (const [asset, { outcome }] of this.#underWay) {
      if (outcome === undefined) continue;
      this.#underWay.delete(asset);
      if (outcome.state === "lost" || outcome.receipt.status !== 1) this.#named.delete(asset);
    }
  }

  /**
   * Describes the tokens of messages for the chain, by what the newest root that it has imported holds. Resolves with false where
   * nothing more can be sent in this round: then no money goes before its name either.
   */
  async describe(
    messages: readonly Journey[],
    newestRoot: bigint | undefined,
    round: Pick<SendingRound, "send">,
  ): Promise<boolean> {
    this.#looks++;
    if (newestRoot === undefined) return true;
    let tried = 0;
    for (const { originChainId, originToken } of messages.flatMap((message) => this.#transfersOf(message))) {
      const asset = assetId(originChainId, originToken);
      const { count = 0, nextLook = 0 } = this.#attempts.get(asset) ?? {};
      const announcement = this.#dependencies.announcementOf(originChainId, originToken);
      const isDue = nextLook <= this.#looks && originChainId !== this.#options.chainId;
      if (announcement === undefined || !isDue || tried === MAX_NAMES_PER_LOOK) continue;
      if (this.#named.get(asset) === announcement.messageHash) continue;
      try {
        const newest = this.#importOf(announcement, newestRoot);
        // Drops no other name, because its chain may have stopped for good. The name is not late when its
        // root arrives.
        if (newest === undefined) continue;
        tried++;
        this.#attempts.set(asset, { count: count + 1, nextLook: this.#looks + 2 ** Math.min(count, MAX_PAUSE_DOUBLINGS) });
        await this.#bring(asset, newest, round);
        if (!newest.isRepeated) this.#named.set(asset, announcement.messageHash);
      } catch (error) {
        if (error instanceof RoundOver) {
          this.#attempts.set(asset, { count, nextLook });
          return false;
        }
        // Whatever the reason was, the amount arrives without a name, and the next attempt says as much as this one did.
      }
    }
    return true;
  }

  /** The newest message that says so and that the chain has a root for; undefined until then. Asks no node. */
  #importOf({ sourceChainId, messageHash }: TokenAnnouncement, newestRoot: bigint): Import | undefined {
    const { l1View } = this.#dependencies;
    for (const [later, { place, position }] of announcedPlaces(l1View, sourceChainId, messageHash).entries()) {
      const proof = proveMessage(l1View, place, newestRoot);
      if (proof === undefined) continue;
      const data = tokenVault.encodeFunctionData("importDescription", [proof]) as Hex;
      return { data, position, isRepeated: later > 0 };
    }
    return undefined;
  }

  /** Unless the chain has the same word or a newer one. */
  async #bring(asset: Hex, { data, position }: Import, round: Pick<SendingRound, "send">): Promise<void> {
    if ((await this.#positionOf(asset)) >= position) return;
    this.#underWay.set(asset, await round.send({ to: PREDEPLOYS.L2NativeTokenVault, data }, 0n, this.#options.policy));
  }

  /** Position of the asset's current description; 0 if its home chain has never announced one there. */
  async #positionOf(asset: Hex): Promise<bigint> {
    const { provider } = this.#dependencies;
    const data = tokenVault.encodeFunctionData("tokenAddress", [asset]);
    const answer = await provider.call({ to: PREDEPLOYS.L2NativeTokenVault, data });
    const to = String(tokenVault.decodeFunctionResult("tokenAddress", answer)[0]);
    if (BigInt(to) === 0n) return 0n;
    const position = await provider.call({ to, data: bridgedToken.encodeFunctionData("descriptionPosition") });
    return bridgedToken.decodeFunctionResult("descriptionPosition", position)[0] as bigint;
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
