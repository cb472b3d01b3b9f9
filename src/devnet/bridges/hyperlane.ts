import { AbiCoder } from "ethers";
import type { BridgeMember } from "../../bridges/bridge-member.ts";
import type { DispatchedMessage } from "../../bridges/hyperlane/book.ts";
import { connectHyperlane, deployHyperlane, hyperlaneCode, hyperlaneContracts } from "../../bridges/hyperlane/deploy.ts";
import { HyperlaneWorker } from "../../bridges/hyperlane/worker.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BridgeDelivery, BridgeStanding } from "../view/bridge-info.ts";
import type { BridgeKind } from "./bridge-kind.ts";
import { provenMessageOf } from "./proven-message.ts";

/** Hyperlane. */
export const hyperlane: BridgeKind = {
  name: "hyperlane",
  toldId: Number,
  contracts: (operator) => ({ ...hyperlaneContracts(operator) }),
  peer: (operator) => hyperlaneContracts(operator).hook,
  async load(folder, artifacts) {
    const code = await hyperlaneCode(folder, artifacts);
    return { deploy: (member, transmit) => deployHyperlane(member, code, transmit), connect: connectHyperlane };
  },
  begin(members, { bring, ...seams }) {
    const crossing = ({ origin, destination, sent }: DispatchedMessage) => ({
      fromId: BigInt(origin),
      toId: BigInt(destination),
      sent,
    });
    const worker = new HyperlaneWorker({ members, ...seams, bring: (waiting) => bring(waiting.map(crossing)) });
    const provenMessages = new Map<Hex, Hex | undefined>();
    return {
      look: (options) => worker.look(options),
      read: () => worker.read(),
      execute: async (id, gas) => (await worker.execute(id, gas))?.hash as Hex | undefined,
      deliveries: () =>
        Promise.all([...worker.book.messages()].map((message) => messageInfo(message, worker, { members, provenMessages }))),
    };
  },
};

/** What is known of messages beside what their worker has read. */
interface KnownMessages {
  readonly members: readonly BridgeMember[];
  readonly provenMessages: Map<Hex, Hex | undefined>;
}

async function messageInfo(
  message: DispatchedMessage,
  worker: HyperlaneWorker,
  { members, provenMessages }: KnownMessages,
): Promise<BridgeDelivery> {
  const { id, nonce, sender, recipient: receiver, sent, destination } = message;
  const there = members.find((member) => member.id === BigInt(destination));
  if (!provenMessages.has(id)) {
    const source = members.find(({ chainId }) => chainId === sent.chainId);
    const receipt = await source?.provider.getTransactionReceipt(sent.transactionHash);
    const payload = AbiCoder.defaultAbiCoder().encode(["bytes32"], [id]);
    provenMessages.set(id, receipt ? provenMessageOf(payload, sent.chainId, receipt) : undefined);
  }
  const provenMessage = provenMessages.get(id);
  return {
    ...{ id, nonce, sender, receiver },
    sourceChainId: Number(sent.chainId),
    destinationChainId: Number(there?.chainId ?? 0),
    sentIn: sent.transactionHash,
    ...(provenMessage === undefined ? {} : { provenMessage }),
    ...standingOf(message, worker, there),
    composed: [],
  };
}

function standingOf(message: DispatchedMessage, worker: HyperlaneWorker, there: BridgeMember | undefined): BridgeStanding {
  const { gas, isProven, executed } = worker.book.marks(message);
  if (executed !== undefined) return { step: "executed", transactionHash: executed.transactionHash };
  if (there === undefined)
    return { step: "sent", reason: `this ecosystem has no member with the domain ${message.destination} now` };
  if (gas === undefined)
    return {
      step: "sent",
      reason: `its sender has it dispatched by another hook than the mailbox's default, ${worker.contracts.hook}, which alone passes it on here`,
    };
  if (isProven === undefined) return { step: "sent", reason: "its proof is on the way" };
  const { reason, data } = worker.refusal(message.id) ?? {};
  if (data !== undefined) return { step: "failed", data };
  return reason === undefined ? { step: "verified" } : { step: "verified", reason };
}
