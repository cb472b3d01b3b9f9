import type { HDNodeWallet } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { LinkAttempt, type CompletedLink } from "./link-attempt.ts";
import { LinkCarrier } from "./link-carrier.ts";
import { expectLink, readCall } from "./link-checks.ts";
import { LinkPauses } from "./link-pauses.ts";
import { LinkSlots } from "./link-slots.ts";
import { LinkRefused } from "./link-refused.ts";
import { OpenLinks } from "./open-links.ts";
import { PairTurns } from "./pair-turns.ts";

interface LinkDeskDependencies {
  /** Chains that run now. */
  readonly chains: () => readonly DevnetChain[];
  /** Pays for confirmations and receipts on the chains. */
  readonly carrier: () => HDNodeWallet;
  readonly nowSeconds: () => bigint;
}

/** A link with the chain that receives it. */
interface SentLink extends CompletedLink {
  readonly peer: ChainId;
}

/** Decides which chains make a link and when: a chain makes one at a time. */
export class LinkDesk {
  readonly #chains: LinkDeskDependencies["chains"];
  readonly #carrier: LinkCarrier;
  readonly #open: OpenLinks;
  readonly #pauses: LinkPauses;
  readonly #slots = new LinkSlots();
  readonly #turns = new PairTurns();

  constructor({ chains, carrier, nowSeconds }: LinkDeskDependencies) {
    const executed = (chainId: ChainId): bigint =>
      BigInt(
        chains()
          .find((chain) => chain.chainId === chainId)
          ?.pipeline.progress().executed ?? 0,
      );
    this.#chains = chains;
    this.#carrier = new LinkCarrier(carrier);
    this.#open = new OpenLinks({ executed, nowSeconds });
    this.#pauses = new LinkPauses(nowSeconds);
  }

  /** Sends the link of a chain's signed transaction. Rejects with LinkRefused, and then neither chain has it. */
  async send(from: DevnetChain, raw: Hex): Promise<SentLink> {
    const call = readCall(raw);
    const peer = await this.#slots.hold(`chain ${from.chainId}`, () => this.#peerOf(from, call));
    const pair = [from.chainId, peer.chainId] as const;
    return this.#slots.hold(`chains ${pair.join(" and ")}`, async () => {
      // Before the turn: a peer that is stuck holds up no other link of this chain.
      await this.#prepare(peer);
      return this.#turns.run(pair, () => this.#send(from, peer, call.from as Hex, raw));
    });
  }

  /** A link between these chains was void. */
  shutOut(one: ChainId, other: ChainId): void {
    this.#open.shutOut(one, other);
  }

  async #send(from: DevnetChain, peer: DevnetChain, sender: Hex, raw: Hex): Promise<SentLink> {
    this.#open.require(from.chainId, peer.chainId);
    this.#pauses.require(sender, from.chainId, peer.chainId);
    const attempt = new LinkAttempt({ from, peer, raw, carrier: this.#carrier });
    try {
      const made = await attempt.make();
      this.#pauses.succeed(sender, from.chainId, peer.chainId);
      const { batchNumber, peerBatchNumber } = made;
      this.#open.add({ chainId: from.chainId, batchNumber }, { chainId: peer.chainId, batchNumber: peerBatchNumber });
      for (const { pipeline } of [from, peer]) pipeline.hurry();
      return { ...made, peer: peer.chainId };
    } catch (error) {
      if (error instanceof LinkRefused && error.code === "LinkUndone") this.#pauses.fail(sender, from.chainId, peer.chainId);
      throw error;
    }
  }

  /** Chain that receives the link of the call. Only the sending chain is asked. Rejects with LinkRefused. */
  async #peerOf(from: DevnetChain, call: ReturnType<typeof readCall>): Promise<DevnetChain> {
    const peers = this.#chains().filter(({ plan }) => plan.settlement.links?.includes(from.name) === true);
    if (peers.length === 0)
      throw new LinkRefused("PeerNotLinked", `no chain that runs here names ${from.name} in its option links`);
    await this.#prepare(from);
    const { link } = await expectLink(from, call, peers);
    const peer = peers.find(({ chainId }) => chainId === link.toChain);
    if (peer !== undefined) return peer;
    throw new LinkRefused(
      "PeerNotLinked",
      `chain ${link.toChain} does not run here, or its option links does not name ${from.name}`,
    );
  }

  async #prepare(chain: DevnetChain): Promise<void> {
    if (chain.pipeline.chain.sequencer.isPaused) throw new LinkRefused("ChainPaused", `${chain.name} is paused; start it`);
    await this.#carrier.prepare(chain);
  }
}
