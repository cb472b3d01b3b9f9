import { AbiCoder } from "ethers";
import type { BridgeMember } from "../../bridges/bridge-member.ts";
import type { SentCcipMessage } from "../../bridges/ccip/book.ts";
import { ccipCode, ccipContracts, connectCcip, deployCcip } from "../../bridges/ccip/deploy.ts";
import { chainsRefusal, emptyPool, receiverRevert, refusingToken } from "../../bridges/ccip/receiver-revert.ts";
import { CcipWorker } from "../../bridges/ccip/worker.ts";
import type { BridgeStanding } from "../view/books/bridge-info.ts";
import type { BridgeKind } from "./bridge-kind.ts";
import { addressWord, runningBridge, type BridgeMessage } from "./running-bridge.ts";

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
    return {
      ...runningBridge(worker, members, () => [...worker.book.messages()].map((message) => describe(message, worker, members))),
      curse: (id, isCursed) => worker.curse(id, isCursed),
    };
  },
};

function describe(message: SentCcipMessage, worker: CcipWorker, members: readonly BridgeMember[]): BridgeMessage {
  const { id, sequenceNumber, sender, receiver, sent, destination } = message;
  const there = members.find((member) => member.id === destination);
  return {
    id,
    nonce: Number(sequenceNumber),
    sender: addressWord(sender),
    receiver,
    sent,
    there,
    payloadOf: () => AbiCoder.defaultAbiCoder().encode(["uint64", "bytes32"], [sequenceNumber, id]),
    standing: () => standingOf(message, worker, there),
  };
}

function standingOf(message: SentCcipMessage, worker: CcipWorker, there: BridgeMember | undefined): BridgeStanding {
  const { isRecorded, executed, failed } = worker.book.marks(message);
  if (executed !== undefined) return { step: "executed", transactionHash: executed.transactionHash };
  if (there === undefined)
    return { step: "sent", reason: `this ecosystem has no member with the selector ${message.destination} now` };
  const reason = worker.waitsFor(message.id);
  const why = reason === undefined ? {} : { reason };
  if (failed !== undefined) {
    const missing =
      emptyPool(failed.data, worker.contracts) ??
      refusingToken(failed.data) ??
      (reason === undefined ? chainsRefusal(failed.data) : undefined);
    const data = receiverRevert(failed.data);
    return { step: "failed", transactionHash: failed.transactionHash, data, ...why, ...(missing && { reason: missing }) };
  }
  if (!isRecorded) return { step: "sent", reason: "its proof is on the way" };
  return { step: "verified", ...why };
}
