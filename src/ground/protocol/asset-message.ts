import { NamedError } from "../errors/named-error.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";
import { WORD_LIMIT } from "./word.ts";

/** Kind of an asset message. */
export const AssetMessageKind = { withdrawal: 1, hyperbridgeSend: 2, hyperbridgeDelivery: 3 } as const;
export type AssetMessageKind = (typeof AssetMessageKind)[keyof typeof AssetMessageKind];

/** Content of an asset message. */
export interface AssetTransfer {
  readonly kind: AssetMessageKind;
  /** For a withdrawal the chain id of L1, for a delivery the chain that delivers. */
  readonly destinationChainId: ChainId;
  /** Chain on which the asset was created. */
  readonly originChainId: ChainId;
  /** Token there, 20 bytes; zero is that chain's native coin (on L1: ETH). */
  readonly originToken: Hex;
  /** Below 2^128, the fee of its delivery included. */
  readonly amount: bigint;
  readonly recipient: Hex;
  readonly sender: Hex;
  /** Tells equal messages apart; of a send fee (16) ‖ number (16), of a list its hash. */
  readonly nonce: bigint;
}

/** Bytes of an asset message. */
export const ASSET_MESSAGE_BYTES = 190;
/** First byte of an asset message. */
const ASSET_MESSAGE_VERSION = 1;
/** Maximum amount of an asset message, so that sums on L1 cannot overflow. */
export const MAX_ASSET_AMOUNT = (1n << 128n) - 1n;
/** The predeploy that moves all assets but the chain's base token. */
export const ASSET_ROUTER_ADDRESS: Hex = "0x0000000000000000000000000000000000010003";
/** The predeploy of the chain's base token. */
export const BASE_TOKEN_ADDRESS: Hex = "0x000000000000000000000000000000000000800a";
/** The vault whose address is part of every asset id. */
export const NATIVE_TOKEN_VAULT_ADDRESS: Hex = "0x0000000000000000000000000000000000010004";

const ZERO_ADDRESS: Hex = "0x0000000000000000000000000000000000000000";
const NATIVE_COIN_ADDRESS: Hex = "0x0000000000000000000000000000000000000001";

/** Whether bodies from this sender can be asset messages. */
export function isAssetSender(sender: Hex): boolean {
  const address = sender.toLowerCase();
  return address === ASSET_ROUTER_ADDRESS || address === BASE_TOKEN_ADDRESS;
}

/** The asset's id, as in ZK Stack: keccak(abi.encode(origin chain, 0x10004, token)), a native coin as address 1. */
export function assetId(originChainId: ChainId, originToken: Hex): Hex {
  const token = originToken.toLowerCase() === ZERO_ADDRESS ? NATIVE_COIN_ADDRESS : originToken;
  return keccak(
    fromHex(wordToHex(originChainId), 32),
    fromHex(wordToHex(BigInt(NATIVE_TOKEN_VAULT_ADDRESS))),
    fromHex(wordToHex(BigInt(token)), 32),
  );
}

/**
 * version 1 (1) ‖ kind (1) ‖ destinationChainId (32) ‖ originChainId (32) ‖ originToken (20) ‖ amount (32) ‖ recipient (20)
 * ‖ sender (20) ‖ nonce (32). Throws AssetMessageError for a number out of range, HexError for an address of another length.
 */
export function encodeAssetMessage(transfer: AssetTransfer): Uint8Array {
  if (transfer.amount > MAX_ASSET_AMOUNT) {
    throw new AssetMessageError("AmountTooLarge", `amount ${transfer.amount} is not below 2^128`);
  }
  const parts = [
    Uint8Array.of(ASSET_MESSAGE_VERSION, transfer.kind),
    wordBytes(transfer.destinationChainId),
    wordBytes(transfer.originChainId),
    fromHex(transfer.originToken, 20),
    wordBytes(transfer.amount),
    fromHex(transfer.recipient, 20),
    fromHex(transfer.sender, 20),
    wordBytes(transfer.nonce),
  ];
  const bytes = new Uint8Array(ASSET_MESSAGE_BYTES);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * Decodes a transfer; undefined for other bodies: another length, version or kind, or an amount of 2^128 or more. L1
 * ignores these bodies and receivers refuse them.
 */
export function decodeAssetMessage(body: Uint8Array): AssetTransfer | undefined {
  if (body.length !== ASSET_MESSAGE_BYTES || body[0] !== ASSET_MESSAGE_VERSION) return undefined;
  const kind = Object.values(AssetMessageKind).find((other) => other === body[1]);
  const word = (offset: number): bigint => BigInt(toHex(body.subarray(offset, offset + 32)));
  const address = (offset: number): Hex => toHex(body.subarray(offset, offset + 20));
  const amount = word(86);
  if (kind === undefined || amount > MAX_ASSET_AMOUNT) return undefined;
  return {
    kind,
    destinationChainId: word(2),
    originChainId: word(34),
    originToken: address(66),
    amount,
    recipient: address(118),
    sender: address(138),
    nonce: word(158),
  };
}

/**
 * The part of a transfer's amount that the account gets which delivers it: no more than there is, whatever its chain says. Of a
 * list it means nothing.
 */
export function deliveryFee({ amount, nonce }: Pick<AssetTransfer, "amount" | "nonce">): bigint {
  const fee = nonce >> 128n;
  return fee < amount ? fee : amount;
}

function wordBytes(value: bigint): Uint8Array {
  if (value < 0n || value >= WORD_LIMIT) throw new AssetMessageError("WordOutOfRange", `${value} is not a 256-bit number`);
  return fromHex(wordToHex(value));
}

/** A transfer that the layout cannot hold. */
export class AssetMessageError extends NamedError<"AmountTooLarge" | "WordOutOfRange"> {
  override readonly name = "AssetMessageError";
}
