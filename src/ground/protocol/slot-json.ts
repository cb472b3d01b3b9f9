import { isPlainHex, type Hex } from "./hex.ts";
import type { SignedSlot, SlotPart } from "./slot.ts";

/** Slot as JSON-RPC and files hold it. */
export interface SlotJson {
  readonly number: number;
  readonly parent: Hex;
  readonly parts: readonly { readonly chainId: number; readonly life: Hex; readonly id: Hex }[];
  readonly signature: Hex;
}

/** Chains of one sequencer: more than an ecosystem of one machine has. */
const MAX_PARTS = 64;
const SIGNATURE_BYTES = 65;

/** A signed slot as JSON-RPC methods show it. */
export function slotToJson({ number, parent, parts, signature }: SignedSlot): SlotJson {
  const listed = parts.map(({ chainId, life, id }) => ({ chainId: Number(chainId), life, id }));
  return { number: Number(number), parent, parts: listed, signature };
}

/** Slot in JSON; undefined for a value of another form. */
export function slotFromJson(value: unknown): SignedSlot | undefined {
  const { number, parent, parts, signature, ...others } = fieldsOf(value);
  if (Object.keys(others).length > 0 || !isCount(number) || number < 1 || !isHash(parent)) return undefined;
  if (!isPlainHex(signature, SIGNATURE_BYTES) || !Array.isArray(parts) || parts.length > MAX_PARTS) return undefined;
  const read = parts.map(partFromJson);
  if (!read.every((part) => part !== undefined)) return undefined;
  return { number: BigInt(number), parent, parts: read, signature };
}

function partFromJson(value: unknown): SlotPart | undefined {
  const { chainId, life, id, ...others } = fieldsOf(value);
  if (Object.keys(others).length > 0 || !isCount(chainId) || !isHash(life) || !isHash(id)) return undefined;
  return { chainId: BigInt(chainId), life, id };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isHash(value: unknown): value is Hex {
  return isPlainHex(value, 32);
}
