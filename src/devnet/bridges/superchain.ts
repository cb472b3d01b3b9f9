import { AbiCoder, keccak256 } from "ethers";
import type { BridgeMember } from "../../bridges/bridge-member.ts";
import type { SuperchainMessage } from "../../bridges/superchain/book.ts";
import { NOT_BACKED } from "../../bridges/superchain/interfaces.ts";
import { SuperchainWorker } from "../../bridges/superchain/worker.ts";
import type { Hex } from "../../protocol/hex.ts";
import { SUPERCHAIN } from "../../protocol/superchain.ts";
import type { BridgeDelivery, BridgeStanding } from "../view/bridge-info.ts";
import type { BridgeKind } from "./bridge-kind.ts";
import { provenMessageOf } from "./proven-message.ts";

/** The Superchain. Nothing is deployed: chains are born with its contracts, which know each other by their addresses. */
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
interface KnownSuperchainMessages {
  readonly members: readonly BridgeMember[];
  readonly provenMessages: Map<Hex, Hex | undefined>;
}

async function messageInfo(
  message: SuperchainMessage,
  worker: SuperchainWorker,
  { members, provenMessages }: KnownSuperchainMessages,
): Promise<BridgeDelivery> {
  const { hash: id, nonce, sender, target, sent, destination } = message;
  const there = members.find(({ chainId }) => chainId === destination);
  if (!provenMessages.has(id)) provenMessages.set(id, await provenMessage(message, members));
  const proven = provenMessages.get(id);
  return {
    ...{ id, nonce: Number(nonce), sender: wordOf(sender), receiver: target },
    sourceChainId: Number(sent.chainId),
    destinationChainId: Number(there?.chainId ?? 0),
    sentIn: sent.transactionHash,
    ...(proven === undefined ? {} : { provenMessage: proven }),
    ...standingOf(message, worker, there),
    composed: [],
  };
}

async function provenMessage(
  { sent, payload, blockNumber }: SuperchainMessage,
  members: readonly BridgeMember[],
): Promise<Hex | undefined> {
  const source = members.find(({ chainId }) => chainId === sent.chainId)?.provider;
  const [receipt, block] = await Promise.all([
    source?.getTransactionReceipt(sent.transactionHash),
    source?.getBlock(blockNumber),
  ]);
  if (!receipt || !block) return undefined;
  const record = [blockNumber, block.timestamp, keccak256(payload)];
  const passed = AbiCoder.defaultAbiCoder().encode(["uint256", "uint256", "bytes32"], record);
  return provenMessageOf(passed, sent.chainId, receipt);
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

function wordOf(address: Hex): Hex {
  return `0x${address.slice(2).padStart(64, "0")}`;
}
