import { AbiCoder } from "ethers";
import type { BridgeMember } from "../../bridges/bridge-member.ts";
import type { DispatchedMessage } from "../../bridges/hyperlane/book.ts";
import { connectHyperlane, deployHyperlane, hyperlaneCode, hyperlaneContracts } from "../../bridges/hyperlane/deploy.ts";
import { HyperlaneWorker } from "../../bridges/hyperlane/worker.ts";
import type { BridgeStanding } from "../view/books/bridge-info.ts";
import type { BridgeKind } from "./bridge-kind.ts";
import { runningBridge, type BridgeMessage } from "./running-bridge.ts";

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
    return runningBridge(worker, members, () => [...worker.book.messages()].map((message) => describe(message, worker, members)));
  },
};

function describe(message: DispatchedMessage, worker: HyperlaneWorker, members: readonly BridgeMember[]): BridgeMessage {
  const { id, nonce, sender, recipient: receiver, sent, destination } = message;
  const there = members.find((member) => member.id === BigInt(destination));
  return {
    id,
    nonce,
    sender,
    receiver,
    sent,
    there,
    payloadOf: () => AbiCoder.defaultAbiCoder().encode(["bytes32"], [id]),
    standing: () => standingOf(message, worker, there),
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
      reason: `its sender has it dispatched by another hook than the mailbox's default, ${worker.contracts.hook}, which alone passes it on here; an aggregation of both does too`,
    };
  if (isProven === undefined) return { step: "sent", reason: "its proof is on the way" };
  const { reason, data } = worker.refusal(message.id) ?? {};
  if (data !== undefined) return { step: "failed", data };
  return reason === undefined ? { step: "verified" } : { step: "verified", reason };
}
