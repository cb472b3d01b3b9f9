import { AbiCoder } from "ethers";
import type { BridgeMember } from "../../bridges/bridge-member.ts";
import type { SuperchainMessage } from "../../bridges/superchain/book.ts";
import { NOT_BACKED } from "../../bridges/superchain/interfaces.ts";
import { SuperchainWorker } from "../../bridges/superchain/worker.ts";
import { SUPERCHAIN } from "../../../ground/protocol/superchain.ts";
import type { BridgeStanding } from "../view/books/bridge-info.ts";
import type { BridgeKind } from "./bridge-kind.ts";
import { addressWord, runningBridge, type BridgeMessage } from "./running-bridge.ts";

/** The Superchain. Nothing is deployed: chains are created with its contracts, which have each other's addresses. */
export const superchain: BridgeKind = {
  name: "superchain",
  withoutL1: "the Superchain's messages go between chains",
  toldId: Number,
  contracts: () => ({
    crossL2Inbox: SUPERCHAIN.CrossL2Inbox,
    messenger: SUPERCHAIN.L2ToL2CrossDomainMessenger,
    ethBridge: SUPERCHAIN.SuperchainETHBridge,
    tokenBridge: SUPERCHAIN.SuperchainTokenBridge,
  }),
  peer: () => SUPERCHAIN.L2ToL2CrossDomainMessenger,
  load: () => Promise.resolve({ deploy: () => Promise.resolve(), connect: () => Promise.resolve() }),
  begin(members, seams) {
    const worker = new SuperchainWorker({ members, ...seams });
    return runningBridge(worker, members, () => [...worker.book.messages()].map((message) => describe(message, worker, members)));
  },
};

function describe(message: SuperchainMessage, worker: SuperchainWorker, members: readonly BridgeMember[]): BridgeMessage {
  const { hash: id, nonce, sender, target: receiver, sent, destination, tellings, payloadHash } = message;
  const there = members.find(({ chainId }) => chainId === destination);
  return {
    id,
    nonce: Number(nonce),
    sender: addressWord(sender),
    receiver,
    sent,
    there,
    async payloadOf(source) {
      // Of the transaction that its sender has sent, as `sent` is.
      const [first] = tellings;
      const block = first === undefined ? null : await source.getBlock(first.blockNumber);
      if (block === null) return undefined;
      const record = [block.number, block.timestamp, payloadHash];
      return AbiCoder.defaultAbiCoder().encode(["uint256", "uint256", "bytes32"], record);
    },
    standing: () => standingOf(message, worker, there),
  };
}

function standingOf(message: SuperchainMessage, worker: SuperchainWorker, there: BridgeMember | undefined): BridgeStanding {
  const relayed = worker.book.relayed(message);
  if (relayed !== undefined) return { step: "executed", transactionHash: relayed.transactionHash };
  if (there === undefined) return { step: "sent", reason: `this ecosystem has no chain ${message.destination} now` };
  if (!worker.isProven(message)) return { step: "sent", reason: "its proof is on the way" };
  const data = worker.refusal(message.hash);
  if (data?.startsWith(NOT_BACKED) === true) return { step: "verified", reason: "its coins are on the way" };
  if (data !== undefined) return { step: "failed", data };
  const reason = worker.waitsFor(message.hash);
  return reason === undefined ? { step: "verified" } : { step: "verified", reason };
}
