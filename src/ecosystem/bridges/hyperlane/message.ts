import { fromHex, keccak, toHex, type Hex } from "../../../ground/protocol/hex.ts";

/**
 * A message as Hyperlane's `Message.sol` lays it out: version (1) ‖ nonce (4) ‖ origin (4) ‖ sender (32) ‖ destination (4) ‖
 * recipient (32) ‖ body.
 */
export interface HyperlaneMessage {
  readonly id: Hex;
  readonly nonce: number;
  readonly origin: number;
  /** A word: other networks have longer addresses. */
  readonly sender: Hex;
  readonly destination: number;
  readonly recipient: Hex;
  /** All of it; the id is its hash. */
  readonly raw: Hex;
}

const VERSION = 3;
const BODY_AT = 77;

/** Decodes a message; `undefined` for other data or another version. */
export function decodeMessage(encoded: string): HyperlaneMessage | undefined {
  const bytes = fromHex(encoded);
  if (bytes.length < BODY_AT || bytes[0] !== VERSION) return undefined;
  const part = (from: number, to: number): Hex => toHex(bytes.subarray(from, to));
  return {
    id: keccak(bytes),
    nonce: Number(part(1, 5)),
    origin: Number(part(5, 9)),
    sender: part(9, 41),
    destination: Number(part(41, 45)),
    recipient: `0x${part(45, BODY_AT).slice(-40)}`,
    raw: toHex(bytes),
  };
}
