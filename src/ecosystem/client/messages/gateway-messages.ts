import type { Signer } from "ethers";
import { decodeGatewayMessage, gatewayMessageId } from "../../../ground/protocol/gateway-message.ts";
import { fromHex, keccak, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { proveWithdrawal } from "../../relayer/inclusion-proof.ts";
import type { L1View, MessagePlace } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { l2MessageGateway, messageGateway, topicOf } from "../sending/contract-interfaces.ts";
import { findChain, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { messageGateways } from "./message-gateway.ts";
import { revertReason, type ContractNames } from "../sending/revert-reason.ts";
import { readMessageLog, type MessageLogs } from "./sent-messages.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { viewL1 } from "./withdraw.ts";

/** A message that the gateway between L1 and a chain has taken; on a chain on which others settle, "L1" is that one. */
export interface GatewayMessage {
  /** The chain at one end; what it settles on is at the other. */
  readonly chainId: number;
  /** Direction of the message: `toL1` from the chain, `toChain` to it. */
  readonly direction: "toL1" | "toChain";
  /** `sendId` where it was sent, `receiveId` where it is delivered. */
  readonly id: Hex;
  /** Account or contract that sent it. */
  readonly sender: Hex;
  readonly recipient: Hex;
  /** Body, with which any account delivers the message. */
  readonly body: Hex;
}

/** Result of delivering a message. */
export type DeliveredGatewayMessage =
  | { readonly state: "delivered"; readonly transactionHash: Hex }
  /**
   * Nothing was sent. To L1: its batch is not known there, committed, or proven. To a chain: the chain has not taken it from its
   * queue.
   */
  | { readonly state: "unknown" | "committed" | "proven" | "queued" | "deliveredBefore" };

/**
 * The messages that a transaction on L1 or on a chain sent by a gateway, in order. `chainId` is where it ran. What other
 * contracts say under the same names is left out.
 */
export function gatewayMessagesIn(all: Ecosystem, chainId: number, { logs }: MessageLogs): readonly GatewayMessage[] {
  return logs.flatMap((log) => messageToL1(all, chainId, log) ?? messageToChain(all, chainId, log) ?? []);
}

type MessageLog = MessageLogs["logs"][number];

function messageToL1(all: Ecosystem, chainId: number, log: MessageLog): GatewayMessage | undefined {
  const message = readMessageLog(log);
  if (message === undefined) return undefined;
  return gatewayMessageOf(all, chainId, message);
}

/** A chain's message to L1 as the gateway's; undefined for words of any other sender. Throws ClientError UnknownChain. */
function gatewayMessageOf(
  all: Ecosystem,
  chainId: number,
  { sender: end, body }: { readonly sender: Hex; readonly body: Uint8Array },
): GatewayMessage | undefined {
  const { onL1, onChain } = messageGateways(all, chainId);
  const message = decodeGatewayMessage(body);
  const isOwn = end === onChain && message?.gateway === onL1;
  if (message === undefined || !isOwn) return undefined;
  const { sender, recipient } = message;
  return { chainId, direction: "toL1", id: gatewayMessageId(BigInt(chainId), body), sender, recipient, body: toHex(body) };
}

function messageToChain(all: Ecosystem, layerId: number, log: MessageLog): GatewayMessage | undefined {
  if (log.topics[0] !== WRITTEN) return undefined;
  const chainId = Number(BigInt(log.topics[2] ?? "0x0"));
  const chain = all.chains.find((each) => each.chainId === chainId);
  const isOwn = chain !== undefined && ecosystemOf(all, chain).l1.chainId === layerId;
  if (!isOwn || log.address.toLowerCase() !== messageGateways(all, chainId).onL1) return undefined;
  const event = messageGateway.parseLog(log);
  const body = String(event?.args["message"]) as Hex;
  const message = decodeGatewayMessage(fromHex(body));
  if (message === undefined) return undefined;
  const { sender, recipient } = message;
  return { chainId, direction: "toChain", id: gatewayMessageId(BigInt(layerId), fromHex(body)), sender, recipient, body };
}

const WRITTEN = topicOf(messageGateway, "MessageWritten");

/**
 * Delivers a message to its recipient, where it can be delivered; any account may. `signer` is where the message goes, and pays
 * the gas. Pass `view` to spare reading L1 from the start. Throws ClientError: Failed with the reason where the recipient
 * reverts, after which it can be tried again; NoContract where a chain has no end of the gateway.
 */
export async function deliverGatewayMessage(
  all: Ecosystem,
  message: GatewayMessage,
  signer: Signer,
  view?: L1View,
  names?: Pick<ContractNames, "error">,
): Promise<DeliveredGatewayMessage> {
  const chain = findChain(all, message.chainId);
  const ecosystem = ecosystemOf(all, chain);
  const isToL1 = message.direction === "toL1";
  const sender = await senderOn(signer, isToL1 ? ecosystem.l1 : chain);
  const { onL1, onChain } = messageGateways(all, message.chainId);
  const to = isToL1 ? onL1 : onChain;
  await requireGateway(sender, to, chain.name);
  if (await isDelivered(sender, to, message.id)) return { state: "deliveredBefore" };
  const data = isToL1
    ? await deliveryOnL1(message, onChain, view ?? viewL1(ecosystem, sender.provider))
    : await deliveryOnChain(message, onChain, sender);
  if (typeof data !== "string") return data;
  const receipt = await submit(sender, { to, data }).catch((error: unknown) => {
    throw wouldFail(error, message, sender.member.name, names) ?? error;
  });
  return { state: "delivered", transactionHash: receipt.hash as Hex };
}

/**
 * Announces a message of L1 to a chain again, after the chain had no gateway for the first announcement.
 * `signer` is on L1. Resolves with the transaction's hash. Throws ClientError.
 */
export async function announceGatewayMessage(all: Ecosystem, { chainId, id }: GatewayMessage, signer: Signer): Promise<Hex> {
  const { l1 } = ecosystemOf(all, findChain(all, chainId));
  const { onL1 } = messageGateways(all, chainId);
  const data = messageGateway.encodeFunctionData("announce", [id]);
  return (await submit(await senderOn(signer, l1), { to: onL1, data })).hash as Hex;
}

/** Topic of the event with which a gateway gives a message to its recipient. */
export const GATEWAY_DELIVERED = topicOf(messageGateway, "MessageDelivered");

type Waiting = Exclude<DeliveredGatewayMessage, { readonly state: "delivered" }>;

/** Calldata of the delivery; what it waits for where L1 has not executed the batch. */
async function deliveryOnL1({ chainId, body }: GatewayMessage, end: Hex, view: L1View): Promise<string | Waiting> {
  // A validium's messages are on L1 by their hashes only.
  view.bringBody(fromHex(body));
  await view.poll();
  const places = view.messages(BigInt(chainId), end, keccak(fromHex(body)));
  const place = places.find(({ batch }) => batch.executed !== undefined);
  const proof = place === undefined ? undefined : proveWithdrawal(place);
  if (proof === undefined) return { state: standing(places) };
  const { l2BatchNumber, l2MessageIndex, message, merkleProof } = proof;
  return messageGateway.encodeFunctionData("deliver", [chainId, l2BatchNumber, l2MessageIndex, message, merkleProof]);
}

function standing(places: readonly MessagePlace[]): "unknown" | "committed" | "proven" {
  if (places.length === 0) return "unknown";
  return places.some(({ batch }) => batch.proven !== undefined) ? "proven" : "committed";
}

async function deliveryOnChain({ id, body }: GatewayMessage, to: Hex, { provider }: Sender): Promise<string | Waiting> {
  const status = await provider.call({ to, data: l2MessageGateway.encodeFunctionData("statusOf", [id]) });
  return BigInt(status) === 0n ? { state: "queued" } : l2MessageGateway.encodeFunctionData("deliver", [body]);
}

async function isDelivered({ provider }: Sender, to: Hex, id: Hex): Promise<boolean> {
  return BigInt(await provider.call({ to, data: messageGateway.encodeFunctionData("isDelivered", [id]) })) === 1n;
}

async function requireGateway({ provider, member }: Sender, account: Hex, chain: string): Promise<void> {
  if ((await provider.getCode(account)) !== "0x") return;
  const message = `${member.name} has no end of the gateway at ${account}: deployMessageGateways puts it there for ${chain}; have a message that was sent before announced again`;
  throw new ClientError("NoContract", message, { account, chainId: member.chainId });
}

function wouldFail(
  error: unknown,
  { recipient }: GatewayMessage,
  member: string,
  names: Pick<ContractNames, "error"> | undefined,
): ClientError | undefined {
  if (!(error instanceof ClientError) || error.details["error"] !== "RecipientFailed") return undefined;
  const [data] = error.details["args"] as readonly [Hex];
  const message = `${recipient} on ${member} reverts ${revertReason(data, names)}; the message can be delivered later`;
  return new ClientError("Failed", message, { data }, { cause: error });
}
