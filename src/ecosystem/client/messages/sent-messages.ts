import {
  decodeAssetMessage,
  AssetMessageKind,
  isAssetSender,
  type AssetTransfer,
} from "../../../ground/protocol/asset-message.ts";
import { decodeGatewayMessage } from "../../../ground/protocol/gateway-message.ts";
import { fromHex, keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { decodeL1Call } from "../../../ground/protocol/l1-call.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { readCrossChainMessage } from "../../../ground/protocol/cross-chain-message.ts";
import { messenger } from "../sending/contract-interfaces.ts";
import { chainEndOf } from "./message-gateway.ts";

/** Type of a message, as in `hyperchain_message`. */
export type MessageType = "transfer" | "bundle" | "callback" | "refund" | "withdrawal" | "l1Call" | "l1Message" | "message";

/** A message that has left a chain. */
export interface SentMessage {
  /** keccak of its body: with the source chain and the sender its name, since anyone can send the same body. */
  readonly messageHash: Hex;
  /** Account or contract that sent it to L1. */
  readonly sender: Hex;
  readonly type: MessageType;
  readonly sourceChainId: number;
  /** L1's for a withdrawal, a call on L1, a message to a contract on L1 and a plain message. */
  readonly destinationChainId: number;
  readonly transactionHash: Hex;
}

/** Part of a receipt that contains messages. The receipts of every client have it. */
export interface MessageLogs {
  readonly hash?: string;
  readonly transactionHash?: string;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
}

/** A message to L1 as a chain's log tells it. */
interface RawMessage {
  readonly sender: Hex;
  readonly messageHash: Hex;
  readonly body: Uint8Array;
}

/** The message in a log of the messenger; undefined for any other log. */
export function readMessageLog(log: MessageLogs["logs"][number]): RawMessage | undefined {
  if (log.address.toLowerCase() !== PREDEPLOYS.L1Messenger) return undefined;
  const event = messenger.parseLog(log);
  if (event?.name !== "L1MessageSent") return undefined;
  const body = fromHex(String(event.args["message"]));
  return { sender: String(event.args["sender"]).toLowerCase() as Hex, messageHash: keccak(body), body };
}

/** An asset message, or nothing where the message is something else. */
export function readTransfer({ sender, body }: RawMessage): AssetTransfer | undefined {
  return isAssetSender(sender) ? decodeAssetMessage(body) : undefined;
}

/**
 * The messages that a transaction sent, in order: transfers, bundles of calls, results of bundles, withdrawals, calls on L1,
 * messages of the gateway to L1, plain messages to L1. What travels inside a bundle, and a chain's report to L1 that a transfer
 * arrived, are left out.
 */
export function sentMessages(sourceChainId: number, l1ChainId: number, receipt: MessageLogs): SentMessage[] {
  const transactionHash = (receipt.hash ?? receipt.transactionHash ?? "0x") as Hex;
  return receipt.logs.flatMap((log) => {
    const message = readMessageLog(log);
    const kind = message === undefined ? undefined : classify(message, l1ChainId);
    return message === undefined || kind === undefined
      ? []
      : [{ messageHash: message.messageHash, sender: message.sender, ...kind, sourceChainId, transactionHash }];
  });
}

function classify(message: RawMessage, l1ChainId: number): Pick<SentMessage, "type" | "destinationChainId"> | undefined {
  const crossing = readCrossChainMessage(message.sender, message.body);
  if (crossing !== undefined) {
    const { type } = crossing.content;
    return { type: type === "result" ? "callback" : type, destinationChainId: Number(crossing.destinationChainId) };
  }
  const transfer = readTransfer(message);
  if (transfer === undefined) return { type: toContract(message, BigInt(l1ChainId)) ?? "message", destinationChainId: l1ChainId };
  return transfer.kind === AssetMessageKind.withdrawal ? { type: "withdrawal", destinationChainId: l1ChainId } : undefined;
}

/** Type of a message to a contract on L1; undefined for a message that needs no known contract. */
function toContract({ sender, body }: RawMessage, l1ChainId: bigint): "l1Call" | "l1Message" | undefined {
  if (decodeL1Call(body)?.l1ChainId === l1ChainId) return "l1Call";
  const message = decodeGatewayMessage(body);
  return message?.chainId === l1ChainId && chainEndOf(message.gateway) === sender ? "l1Message" : undefined;
}
