import { AbiCoder } from "ethers";
import type { BridgeMember } from "../../bridges/bridge-member.ts";
import type { SentCcipMessage } from "../../bridges/ccip/book.ts";
import { ccipCode, ccipContracts, connectCcip, deployCcip } from "../../bridges/ccip/deploy.ts";
import { receiverRevert } from "../../bridges/ccip/receiver-revert.ts";
import { CcipWorker } from "../../bridges/ccip/worker.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BridgeDelivery, BridgeStanding } from "../view/bridge-info.ts";
import type { BridgeKind } from "./bridge-kind.ts";
import { provenMessageOf } from "./proven-message.ts";

/** CCIP. */
export const ccip: BridgeKind = {
  name: "ccip",
  // Selectors have 64 bits, which no number of JSON holds.
  toldId: String,
  contracts: (operator) => ({ ...ccipContracts(operator) }),
  peer: (operator) => ccipContracts(operator).ramps,
  async load(_folder, artifacts) {
    const code = await ccipCode(artifacts);
    return { deploy: (member, transmit) => deployCcip(member, code, transmit), connect: connectCcip };
  },
  begin(members, { bring, ...seams }) {
    const crossing = ({ source, destination, sent }: SentCcipMessage) => ({ fromId: source, toId: destination, sent });
    const worker = new CcipWorker({ members, ...seams, bring: (waiting) => bring(waiting.map(crossing)) });
    const provenMessages = new Map<Hex, Hex | undefined>();
    return {
      look: (options) => worker.look(options),
      read: () => worker.read(),
      execute: async (id, gas) => (await worker.execute(id, gas))?.hash as Hex | undefined,
      curse: (id, isCursed) => worker.curse(id, isCursed),
      deliveries: () =>
        Promise.all([...worker.book.messages()].map((message) => messageInfo(message, worker, { members, provenMessages }))),
    };
  },
};

/** What is known of messages beside what their worker has read. */
interface KnownCcipMessages {
  readonly members: readonly BridgeMember[];
  readonly provenMessages: Map<Hex, Hex | undefined>;
}

async function messageInfo(
  message: SentCcipMessage,
  worker: CcipWorker,
  { members, provenMessages }: KnownCcipMessages,
): Promise<BridgeDelivery> {
  const { id, sequenceNumber, sender, receiver, sent, destination } = message;
  const there = members.find((member) => member.id === destination);
  if (!provenMessages.has(id)) {
    const source = members.find(({ chainId }) => chainId === sent.chainId);
    const receipt = await source?.provider.getTransactionReceipt(sent.transactionHash);
    const payload = AbiCoder.defaultAbiCoder().encode(["uint64", "bytes32"], [sequenceNumber, id]);
    provenMessages.set(id, receipt ? provenMessageOf(payload, sent.chainId, receipt) : undefined);
  }
  const provenMessage = provenMessages.get(id);
  return {
    ...{ id, nonce: Number(sequenceNumber), sender: `0x${sender.slice(2).padStart(64, "0")}`, receiver },
    sourceChainId: Number(sent.chainId),
    destinationChainId: Number(there?.chainId ?? 0),
    sentIn: sent.transactionHash,
    ...(provenMessage === undefined ? {} : { provenMessage }),
    ...standingOf(message, worker, there),
    composed: [],
  };
}

function standingOf(message: SentCcipMessage, worker: CcipWorker, there: BridgeMember | undefined): BridgeStanding {
  const { isRecorded, executed, failed } = worker.book.marks(message);
  if (executed !== undefined) return { step: "executed", transactionHash: executed.transactionHash };
  if (there === undefined)
    return { step: "sent", reason: `this ecosystem has no member with the selector ${message.destination} now` };
  const reason = worker.waitsFor(message.id);
  const why = reason === undefined ? {} : { reason };
  if (failed !== undefined)
    return { step: "failed", transactionHash: failed.transactionHash, data: receiverRevert(failed.data), ...why };
  if (!isRecorded) return { step: "sent", reason: "its proof is on the way" };
  return { step: "verified", ...why };
}
