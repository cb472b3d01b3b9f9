import type { TransactionReceipt } from "ethers";
import type { BridgeMember, BridgeTransactionPlace } from "../../bridges/bridge-member.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { LookOptions } from "../../bridges/bridge-work.ts";
import { isOver, type BridgeDelivery, type BridgeStanding } from "../view/books/bridge-info.ts";
import type { RunningBridge } from "./bridge-kind.ts";
import { ProvenMessages, type PayloadOf } from "./proven-message.ts";

/** Common methods of the bridges' workers. */
interface BridgeWorker extends Pick<RunningBridge, "read"> {
  look(options?: LookOptions): Promise<boolean>;
  execute(id: Hex, gas: bigint | undefined): Promise<TransactionReceipt | undefined>;
}

/** A bridge's message in the ecosystem's words, as far as the bridge alone can tell it. */
export interface BridgeMessage extends Pick<BridgeDelivery, "id" | "nonce" | "sender" | "receiver"> {
  readonly sent: BridgeTransactionPlace;
  /** Undefined where it is for no member. */
  readonly there: BridgeMember | undefined;
  readonly payloadOf: PayloadOf;
  readonly standing: () => BridgeStanding | Promise<BridgeStanding>;
  readonly composed?: BridgeDelivery["composed"];
  readonly owesDrops?: BridgeDelivery["owesDrops"];
}

/** A bridge by its worker. `messages`: all that it knows of. */
export function runningBridge(
  worker: BridgeWorker,
  members: readonly BridgeMember[],
  messages: () => readonly BridgeMessage[],
): RunningBridge {
  const provenMessages = new ProvenMessages(members);
  const delivery = async (message: BridgeMessage): Promise<BridgeDelivery> => {
    const { id, nonce, sender, receiver, sent, there, payloadOf, standing, composed = [], owesDrops } = message;
    const provenMessage = await provenMessages.of(id, sent, payloadOf);
    return {
      id,
      nonce,
      sender,
      receiver,
      sourceChainId: Number(sent.chainId),
      destinationChainId: Number(there?.chainId ?? 0),
      sentIn: sent.transactionHash,
      ...(provenMessage === undefined ? {} : { provenMessage }),
      ...(await standing()),
      composed,
      owesDrops,
    };
  };
  const sentBy = (hash: Hex): readonly BridgeMessage[] => messages().filter(({ sent }) => sent.transactionHash === hash);
  return {
    look: ({ all = false, sentIn } = {}) =>
      worker.look({ all, ...(sentIn === undefined ? {} : { only: () => new Set(sentBy(sentIn).map(({ id }) => id)) }) }),
    async areOver(sentIn) {
      const sent = sentBy(sentIn);
      if (sent.length === 0) return undefined;
      const over = await Promise.all(
        sent.map(async ({ standing, composed = [], owesDrops }) => isOver({ ...(await standing()), composed, owesDrops })),
      );
      return over.every(Boolean);
    },
    read: () => worker.read(),
    execute: async (id, gas) => (await worker.execute(id, gas))?.hash as Hex | undefined,
    deliveries: () => Promise.all(messages().map(delivery)),
  };
}

/** An account's address as a word. */
export function addressWord(address: Hex): Hex {
  return `0x${address.slice(2).padStart(64, "0")}`;
}
