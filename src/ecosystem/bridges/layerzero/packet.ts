import { fromHex, keccak, toHex, type Hex } from "../../../ground/protocol/hex.ts";

/**
 * A message as LayerZero's `PacketV1Codec` lays it out: version (1) ‖ nonce (8) ‖ srcEid (4) ‖ sender (32) ‖ dstEid (4) ‖
 * receiver (32) ‖ guid (32) ‖ message.
 */
export interface Packet {
  readonly nonce: bigint;
  readonly srcEid: number;
  /** A word: other networks have longer addresses. */
  readonly sender: Hex;
  readonly dstEid: number;
  readonly receiver: Hex;
  readonly guid: Hex;
  readonly message: Hex;
  /** All before the guid; verified by its hash. */
  readonly header: Hex;
  /** Hash of guid and message. */
  readonly payloadHash: Hex;
}

const HEADER = 81;
const GUID_END = 113;
const VERSION = 1;

/** Decodes a packet; `undefined` for other data or another version. */
export function decodePacket(encoded: string): Packet | undefined {
  const bytes = fromHex(encoded);
  if (bytes.length < GUID_END || bytes[0] !== VERSION) return undefined;
  const part = (from: number, to: number): Hex => toHex(bytes.subarray(from, to));
  return {
    nonce: BigInt(part(1, 9)),
    srcEid: Number(part(9, 13)),
    sender: part(13, 45),
    dstEid: Number(part(45, 49)),
    receiver: addressIn(part(49, HEADER)),
    guid: part(HEADER, GUID_END),
    message: toHex(bytes.subarray(GUID_END)),
    header: part(0, HEADER),
    payloadHash: keccak(bytes.subarray(HEADER)),
  };
}

/** The name of a packet, as LayerZero's `GUID` makes it: the hash of nonce, ids and accounts. */
export function guidOf({ header }: Pick<Packet, "header">): Hex {
  return keccak(fromHex(header).subarray(1));
}

/** The id of the member to which a packet with this header goes; undefined for other bytes, which anyone may verify. */
export function destinationIn(header: string): number | undefined {
  const bytes = fromHex(header);
  return bytes.length === HEADER ? Number(toHex(bytes.subarray(45, 49))) : undefined;
}

/** The address in a word. */
export function addressIn(word: string): Hex {
  return `0x${word.slice(-40).toLowerCase()}`;
}
