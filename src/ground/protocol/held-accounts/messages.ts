import { toHex, type Hex } from "../hex.ts";
import type { HeldAmount } from "./formats.ts";

/** Act that a listing lists. */
interface ListedPosition {
  /** Index of the act in the tree. */
  readonly position: number;
  /** Number of the account that acts. */
  readonly number: number;
}

/** Message of `HeldAccounts` to L1. */
export type HeldMessage =
  | { readonly kind: "listing"; readonly root: Hex; readonly acts: readonly ListedPosition[] }
  | { readonly kind: "registration"; readonly number: number; readonly owner: Hex }
  | ({ readonly kind: "gift"; readonly gift: bigint; readonly to: number } & HeldAmount);

const WHOLE_LISTING = 0;
const REGISTRATION = 1;
const GIFT = 2;
const PARTIAL_LISTING = 3;
const NUMBER_BYTES = 5;
const REGISTRATION_BYTES = 1 + NUMBER_BYTES + 20;
const GIFT_BYTES = 1 + 8 + NUMBER_BYTES + 20 + 32;

/** Decodes a message of `HeldAccounts`; undefined for bytes that the contract does not send. */
export function decodeHeldMessage(body: Uint8Array): HeldMessage | undefined {
  const [kind] = body;
  if (kind === WHOLE_LISTING) return listing(body, 33, (i) => i);
  if (kind === PARTIAL_LISTING) {
    const map = bigint(body.subarray(33, 65));
    const positions = Array.from({ length: 256 }, (_, i) => i).filter((i) => (map / 2n ** BigInt(i)) % 2n === 1n);
    return listing(body, 65, (i) => positions[i] ?? 0);
  }
  if (kind === REGISTRATION && body.length === REGISTRATION_BYTES)
    return { kind: "registration", number: Number(bigint(body.subarray(1, 6))), owner: toHex(body.subarray(6)) };
  if (kind !== GIFT || body.length !== GIFT_BYTES) return undefined;
  const [gift, to] = [bigint(body.subarray(1, 9)), Number(bigint(body.subarray(9, 14)))];
  return { kind: "gift", gift, to, token: toHex(body.subarray(14, 34)), amount: bigint(body.subarray(34)) };
}

function listing(body: Uint8Array, start: number, positionOf: (index: number) => number): HeldMessage | undefined {
  if (body.length <= start || (body.length - start) % NUMBER_BYTES !== 0) return undefined;
  const acts = Array.from({ length: (body.length - start) / NUMBER_BYTES }, (_, i) => {
    const at = start + NUMBER_BYTES * i;
    return { position: positionOf(i), number: Number(bigint(body.subarray(at, at + NUMBER_BYTES))) };
  });
  return { kind: "listing", root: toHex(body.subarray(1, 33)), acts };
}

function bigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}
