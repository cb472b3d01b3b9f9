import type { BridgeMember, BridgeTransactionPlace } from "../../bridges/bridge-member.ts";
import { findChain, type Ecosystem } from "../../client/ecosystem/ecosystem.ts";
import { deliverGatewayMessage, gatewayMessagesIn, type GatewayMessage } from "../../client/messages/gateway-messages.ts";
import { ecosystemOf } from "../../client/ecosystem/settlement-base.ts";
import { viewL1 } from "../../client/messages/withdraw.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { answerWithin } from "../../relayer/member-silence.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";

/** A bridge's message that waits for what its peer has sent. */
export interface BridgeCrossing {
  /** The bridge's numbers of the members between which it goes. */
  readonly fromId: bigint;
  readonly toId: bigint;
  readonly sent: BridgeTransactionPlace;
}

/** Messages at one look, so that it ends. */
const MOST_A_LOOK = 32;
/** Maximum wait of a look for a delivery's block, since a member need not make blocks automatically. */
const INCLUSION_MS = 5_000;

/** Delivers the messages between L1 and chains that prove a bridge's messages, which no relayer delivers. */
export class GatewayCarrier {
  readonly #info: () => Ecosystem;
  readonly #members: readonly BridgeMember[];
  /** Contract that sends and receives them. */
  readonly #peer: Hex;
  readonly #messages = new Map<Hex, readonly GatewayMessage[]>();
  #view: L1View | undefined;
  /** Members on which a delivery waits for its block: the next one there waits with it. */
  readonly #waiting = new Set<bigint>();
  /** The first message of the next look, where there are more than one look takes. */
  #turn = 0;

  constructor(info: () => Ecosystem, members: readonly BridgeMember[], peer: Hex) {
    this.#info = info;
    this.#members = members;
    this.#peer = peer;
  }

  /** Resolves with true if it delivered any. */
  async bring(waiting: readonly BridgeCrossing[]): Promise<boolean> {
    const l1 = this.#members.find(({ isL1 }) => isL1);
    if (l1 === undefined) return false;
    const crossing = waiting.filter(({ fromId, toId }) => fromId === l1.id || toId === l1.id);
    const first = this.#turn < crossing.length ? this.#turn : 0;
    this.#turn = first + MOST_A_LOOK;
    let brought = false;
    for (const { sent } of [...crossing.slice(first), ...crossing.slice(0, first)].slice(0, MOST_A_LOOK))
      brought = (await this.#bringAll(sent, l1)) || brought;
    return brought;
  }

  /**
   * Delivers the messages that a transaction sent by a gateway. A failed delivery delays no other: a later look retries
   * it.
   */
  async #bringAll(sent: BridgeTransactionPlace, l1: BridgeMember): Promise<boolean> {
    let brought = false;
    const messages = await this.#messagesOf(sent).catch(() => []);
    for (const message of messages) brought = (await this.#bringOne(message, l1).catch(() => false)) || brought;
    return brought;
  }

  async #messagesOf({ chainId, transactionHash }: BridgeTransactionPlace): Promise<readonly GatewayMessage[]> {
    const known = this.#messages.get(transactionHash);
    if (known !== undefined) return known;
    const member = this.#members.find((each) => each.chainId === chainId);
    const receipt = await member?.provider.getTransactionReceipt(transactionHash);
    if (receipt === null || receipt === undefined) return [];
    const all = gatewayMessagesIn(this.#info(), Number(chainId), receipt);
    const own = all.filter(({ sender, recipient }) => sender === this.#peer && recipient === this.#peer);
    this.#messages.set(transactionHash, own);
    return own;
  }

  async #bringOne(message: GatewayMessage, l1: BridgeMember): Promise<boolean> {
    const isToL1 = message.direction === "toL1";
    const to = isToL1 ? l1 : this.#members.find(({ chainId }) => chainId === BigInt(message.chainId));
    if (to === undefined || this.#waiting.has(to.chainId)) return false;
    const all = this.#info();
    const view = isToL1 ? (this.#view ??= viewL1(ecosystemOf(all, findChain(all, message.chainId)), l1.provider)) : undefined;
    this.#waiting.add(to.chainId);
    const delivered = deliverGatewayMessage(all, message, to.wallet, view).finally(() => this.#waiting.delete(to.chainId));
    // It may end after the looks that waited for it.
    delivered.catch(() => undefined);
    return (await answerWithin(delivered, to.name, INCLUSION_MS)).state === "delivered";
  }
}
