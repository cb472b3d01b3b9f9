import { AbiCoder, concat, id } from "ethers";
import { fromHex, keccak, numberToHex, toHex, type Hex } from "./hex.ts";

/** A message between the two ends of a gateway; `GatewayMessage.sol` has its layout. */
export interface GatewayPayload {
  /** The chain of the end that it is for. */
  readonly chainId: bigint;
  /** That end. */
  readonly gateway: Hex;
  /** Number of the sending end, below 2^128, which distinguishes equal messages. */
  readonly nonce: bigint;
  /** The least that the recipient gets, below 2^64. */
  readonly gasLimit: bigint;
  readonly sender: Hex;
  readonly recipient: Hex;
  readonly payload: Hex;
}

const TAG = id("hyperchain.gateway-message.v1").slice(0, 10);
const ID_TAG = id("hyperchain.gateway-message-id.v1");
const PAYLOAD_AT = 96;

/** The message as the ends have it. Throws RangeError for a number that has no room. */
export function encodeGatewayMessage(message: GatewayPayload): Uint8Array {
  const { chainId, gateway, nonce, gasLimit, sender, recipient, payload } = message;
  const numbers = [numberToHex(nonce, 16), numberToHex(gasLimit, 8)];
  return fromHex(concat([TAG, numberToHex(chainId, 8), gateway, ...numbers, sender, recipient, payload]));
}

/** The message that these bytes are; undefined for any others. */
export function decodeGatewayMessage(body: Uint8Array): GatewayPayload | undefined {
  if (body.length < PAYLOAD_AT || toHex(body.subarray(0, 4)) !== TAG) return undefined;
  const bytes = (from: number, to?: number): Hex => toHex(body.subarray(from, to));
  const number = (from: number, to: number): bigint => BigInt(bytes(from, to));
  return {
    chainId: number(4, 12),
    gateway: bytes(12, 32),
    nonce: number(32, 48),
    gasLimit: number(48, 56),
    sender: bytes(56, 76),
    recipient: bytes(76, PAYLOAD_AT),
    payload: bytes(PAYLOAD_AT),
  };
}

/** A message's name at both ends: `sendId` where it is sent, `receiveId` where it is delivered. */
export function gatewayMessageId(sourceChainId: bigint, body: Uint8Array): Hex {
  const words = AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256", "bytes32"], [ID_TAG, sourceChainId, keccak(body)]);
  return keccak(fromHex(words));
}
