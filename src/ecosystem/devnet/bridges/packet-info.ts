import { AbiCoder } from "ethers";
import type { BridgeMember } from "../../bridges/bridge-member.ts";
import type { Composed, SentPacket } from "../../bridges/layerzero/book.ts";
import { missingDvns } from "../../bridges/layerzero/refusals.ts";
import type { LayerZeroWorker } from "../../bridges/layerzero/worker.ts";
import type { BridgeStanding, ComposedInfo } from "../view/books/bridge-info.ts";
import type { BridgeMessage } from "./running-bridge.ts";

/** A packet as the ecosystem's methods tell it. */
export function describePacket(packet: SentPacket, worker: LayerZeroWorker, members: readonly BridgeMember[]): BridgeMessage {
  const { guid, nonce, sender, receiver, sent, dstEid, header, payloadHash } = packet;
  const there = members.find(({ id }) => id === BigInt(dstEid));
  return {
    id: guid,
    nonce: Number(nonce),
    sender,
    receiver,
    sent,
    there,
    payloadOf: () => AbiCoder.defaultAbiCoder().encode(["bytes", "bytes32"], [header, payloadHash]),
    standing: () => standingOf(packet, worker, there),
    composed: worker.book.composed(packet).map(composedInfo),
    owesDrops: worker.book.owesDrops(packet) || undefined,
  };
}

async function standingOf(
  packet: SentPacket,
  worker: LayerZeroWorker,
  destination: BridgeMember | undefined,
): Promise<BridgeStanding> {
  const { dvns, committed, executed, failed, given } = worker.book.marks(packet);
  const reason = worker.waitsFor(packet.guid);
  const why = reason === undefined ? {} : { reason };
  if (executed !== undefined) return { step: "executed", transactionHash: executed.transactionHash, ...why };
  if (given !== undefined) return { step: "skipped", transactionHash: given.transactionHash };
  if (failed !== undefined) return { step: "failed", transactionHash: failed.transactionHash, data: failed.data };
  const other = strangersExecutor(packet, worker);
  if (committed !== undefined) return { step: "committed", transactionHash: committed.transactionHash, ...why, ...other };
  if (dvns.size > 0) return { step: "verified", ...why, ...other };
  return { step: "sent", reason: await unverified(packet, worker, destination) };
}

function strangersExecutor({ paid }: SentPacket, { contracts }: LayerZeroWorker): { readonly reason?: string } {
  if (paid.executor === contracts.executor) return {};
  return { reason: `its sender pays the executor ${paid.executor}; this devnet runs ${contracts.executor}` };
}

async function unverified(packet: SentPacket, worker: LayerZeroWorker, destination: BridgeMember | undefined): Promise<string> {
  const { dvn } = worker.contracts;
  const { dvns } = packet.paid;
  if (destination === undefined) return `this ecosystem has no member with the id ${packet.dstEid} now`;
  if (!dvns.includes(dvn))
    return `its sender pays the DVNs ${dvns.join(", ")}; this devnet runs ${dvn}: name that one in its send config`;
  return missingDvns(packet, worker.contracts, destination);
}

function composedInfo({ to, index, executed, failed }: Composed): ComposedInfo {
  if (executed !== undefined) return { to, index, step: "executed", transactionHash: executed.transactionHash };
  if (failed !== undefined) return { to, index, step: "failed", transactionHash: failed.transactionHash, data: failed.data };
  return { to, index, step: "sent" };
}
