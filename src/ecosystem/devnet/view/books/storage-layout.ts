import { fromHex, keccak, numberToHex, type Hex } from "../../../../ground/protocol/hex.ts";

/** A type as storage holds it. Elements of mappings and lists are asked for: a struct may hold a mapping to itself. */
export type StorageType =
  | { readonly kind: "value"; readonly name: string; readonly bytes: number; readonly members?: readonly string[] }
  | { readonly kind: "bytes"; readonly name: "bytes" | "string" }
  | { readonly kind: "mapping"; readonly name: string; readonly key: StorageType; value(): StorageType }
  | { readonly kind: "list"; readonly name: string; readonly length?: bigint; element(): StorageType }
  | { readonly kind: "struct"; readonly name: string; members(): readonly NamedType[] };

/** A variable of a contract, or a member of a struct. */
export interface NamedType {
  readonly name: string;
  readonly type: StorageType;
}

/** A contract's variables in the order in which storage holds them: those of its bases first. */
export type StorageLayout = readonly NamedType[];

/** A variable, or a piece of one, that is in a slot. */
export interface StoragePlace {
  readonly slot: bigint;
  /** Bytes from the slot's lowest one. */
  readonly offset: number;
  /** Such as "balances[0x…]". */
  readonly label: string;
  readonly type: StorageType & { readonly kind: "value" | "bytes" };
}

/** Search in a layout. */
export interface StorageSearch {
  readonly slots: ReadonlySet<bigint>;
  /** Words that may be keys of mappings. */
  readonly keys: readonly bigint[];
  /** Texts and bytes that may be. */
  readonly texts: readonly Hex[];
  /** Hashes that may still be made. */
  hashes: number;
  readonly places: StoragePlace[];
}

const WORD = 32;
/** Number of slots of a long list or text that are searched. */
const MOST_OF_LIST = 2n ** 40n;
/** Elements of a list of fixed length that are looked into though they are not wanted themselves. */
const MOST_LOOKED_INTO = 16n;
/** Mappings and lists in one another: a struct may hold a mapping to itself. */
const MOST_DEPTH = 4;
/** Keys that are tried with every other key of a mapping in a mapping: the sender's among them. */
const FIRST_KEYS = 8;
/** Keys that are tried with each other. */
const PAIRED_KEYS = 48;
/** Keys on either side of an outer key that are tried with it: lists of pairs have them there. */
const NEAR_KEYS = 4;
const LENGTH: StorageType & { readonly kind: "value" } = { kind: "value", name: "uint256", bytes: WORD };

/**
 * Finds which variables are in the wanted slots. Mappings and lists are searched level by level until every slot has its
 * variable, so that one mapping in a mapping does not take the hashes of all others.
 * Source: Solidity's documentation, "Layout of State Variables in Storage".
 */
export function findInLayout(layout: StorageLayout, search: StorageSearch): void {
  const nested: Nested[] = [];
  const levels: Levels = { ...search, nested };
  for (const { name, type, slot, offset } of placed(layout).variables)
    find(type, { slot, offset, label: name, depth: 0 }, levels);
  for (let level = nested.splice(0); level.length > 0; level = nested.splice(0)) {
    const inKeysOrder = level.toSorted((a, b) => (a.place.key ?? 0) - (b.place.key ?? 0));
    for (const { type, place } of inKeysOrder) {
      if (isComplete(search)) return;
      if (type.kind === "mapping") findInMapping(type, place, levels);
      else findInList(type, place, levels);
    }
  }
}

interface Place {
  readonly slot: bigint;
  readonly offset: number;
  readonly label: string;
  /** Mappings and lists around it. */
  readonly depth: number;
  /** Number of the key in the mapping around it; absent outside mappings. */
  readonly key?: number | undefined;
}

/** A mapping or a list that is still to be searched. */
interface Nested {
  readonly type: StorageType & { readonly kind: "mapping" | "list" };
  readonly place: Place;
}

/** A search with the mappings and lists of its next level. */
interface Levels extends StorageSearch {
  readonly nested: Nested[];
}

/** True if each wanted slot has a variable. */
function isComplete({ slots, places }: StorageSearch): boolean {
  return new Set(places.map(({ slot }) => slot)).size === slots.size;
}

function find(type: StorageType, place: Place, search: Levels): void {
  const { slot, offset, label, depth } = place;
  const { slots, places } = search;
  if (type.kind === "value") {
    if (slots.has(slot)) places.push({ slot, offset, label, type });
    return;
  }
  if (type.kind === "struct") {
    for (const member of placed(type.members()).variables)
      find(member.type, { ...place, slot: slot + member.slot, offset: member.offset, label: `${label}.${member.name}` }, search);
    return;
  }
  if (type.kind !== "bytes") {
    if (depth < MOST_DEPTH) search.nested.push({ type, place });
    return;
  }
  if (slots.has(slot)) places.push({ slot, offset, label, type });
  for (const each of within(slots, hashed(slot, search), MOST_OF_LIST))
    places.push({ slot: each.slot, offset: 0, label: `${label}, bytes from ${each.index * 32n} on`, type: WORDS });
}

const WORDS: StoragePlace["type"] = { kind: "value", name: "bytes32", bytes: WORD };

function findInMapping(type: StorageType & { readonly kind: "mapping" }, place: Place, search: Levels): void {
  const { slot, label, depth } = place;
  for (const { bytes, text, key } of keysFor(type.key, search, place.key)) {
    const at = hashed(slot, search, bytes);
    if (at === undefined) return;
    find(type.value(), { slot: at, offset: 0, label: `${label}[${text}]`, depth: depth + 1, key }, search);
  }
}

/** A key of a mapping. */
interface Key {
  /** Input of the hash: a text or bytes without a length. */
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly key: number;
}

/** Keys to try; in a mapping in a mapping, those with which data mostly name the outer key. */
function* keysFor(type: StorageType, { keys, texts }: StorageSearch, outer: number | undefined): Iterable<Key> {
  if (type.kind === "bytes")
    for (const [key, each] of texts.entries())
      yield { bytes: fromHex(each), text: type.name === "bytes" ? each : quotedText(each), key };
  else
    for (const [key, value] of keys.entries()) {
      if (outer !== undefined && !areTriedTogether(outer, key)) continue;
      const text = keyText(value, type);
      if (text !== undefined) yield { bytes: word(value), text, key };
    }
}

function areTriedTogether(outer: number, inner: number): boolean {
  if (Math.min(outer, inner) < FIRST_KEYS || Math.max(outer, inner) < PAIRED_KEYS) return true;
  return Math.abs(outer - inner) <= NEAR_KEYS;
}

function findInList(type: StorageType & { readonly kind: "list" }, place: Place, search: Levels): void {
  const { slots, places } = search;
  const { slot, label, depth } = place;
  const element = type.element();
  const size = slotsOf(element);
  const each = (base: bigint, index: bigint): void => {
    const [of, offset] = element.kind === "value" ? packed(element, index) : [index * size, 0];
    find(element, { slot: base + of, offset, label: `${label}[${index}]`, depth: depth + 1, key: place.key }, search);
  };
  if (type.length === undefined && slots.has(slot)) places.push({ slot, offset: 0, label: `${label}.length`, type: LENGTH });
  const base = type.length === undefined ? hashed(slot, search) : slot;
  const indices = new Set<bigint>();
  for (const { index } of within(slots, base, type.length === undefined ? MOST_OF_LIST : slotsOf(type))) {
    if (element.kind !== "value") indices.add(index / size);
    else for (let i = 0n; i < perSlot(element); i++) indices.add(index * perSlot(element) + i);
  }
  // What is in their mappings and lists is elsewhere.
  if (type.length !== undefined && type.length <= MOST_LOOKED_INTO) for (let i = 0n; i < type.length; i++) indices.add(i);
  for (const index of indices) if (type.length === undefined || index < type.length) each(base ?? 0n, index);
}

/** The wanted slots in a piece of storage, with their numbers in it. */
function within(
  searched: ReadonlySet<bigint>,
  base: bigint | undefined,
  slots: bigint,
): readonly { readonly slot: bigint; readonly index: bigint }[] {
  if (base === undefined) return [];
  return [...searched].flatMap((slot) => (slot >= base && slot - base < slots ? [{ slot, index: slot - base }] : []));
}

/** Slot of a value that belongs to another slot; `undefined` if the limit of hashes is reached. */
function hashed(slot: bigint, search: StorageSearch, ...key: readonly Uint8Array[]): bigint | undefined {
  if (search.hashes <= 0) return undefined;
  search.hashes--;
  return BigInt(keccak(...key, word(slot)));
}

function word(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}

interface Packed {
  readonly variables: readonly (NamedType & { readonly slot: bigint; readonly offset: number })[];
  readonly slots: bigint;
}

function placed(types: readonly NamedType[]): Packed {
  let slot = 0n;
  let offset = 0;
  const variables = types.map(({ name, type }) => {
    const bytes = type.kind === "value" ? type.bytes : WORD;
    if (offset > 0 && offset + bytes > WORD) {
      slot++;
      offset = 0;
    }
    const variable = { name, type, slot, offset };
    if (type.kind === "value") offset += bytes;
    else slot += slotsOf(type);
    return variable;
  });
  return { variables, slots: slot + (offset > 0 ? 1n : 0n) };
}

function slotsOf(type: StorageType): bigint {
  if (type.kind === "struct") return placed(type.members()).slots;
  if (type.kind !== "list" || type.length === undefined) return 1n;
  const element = type.element();
  if (element.kind !== "value") return type.length * slotsOf(element);
  return (type.length + perSlot(element) - 1n) / perSlot(element);
}

function perSlot({ bytes }: { readonly bytes: number }): bigint {
  return BigInt(Math.floor(WORD / bytes));
}

/** Slot and offset of an element of a list. */
function packed(element: { readonly bytes: number }, index: bigint): readonly [bigint, number] {
  return [index / perSlot(element), Number(index % perSlot(element)) * element.bytes];
}

/** A word as a key of that type; undefined where it cannot be one. */
function keyText(key: bigint, type: StorageType): string | undefined {
  if (type.kind !== "value") return undefined;
  const raw = numberToHex(key, WORD);
  const isLeft = /^bytes\d+$/.test(type.name);
  const isSigned = /^int\d+$/.test(type.name);
  const bits = BigInt(type.bytes * 8);
  if (isLeft ? key % 2n ** (256n - bits) !== 0n : !isSigned && key / 2n ** bits !== 0n) return undefined;
  if (isSigned && BigInt.asUintN(256, BigInt.asIntN(Number(bits), key)) !== key) return undefined;
  const shown = isLeft ? raw.slice(2, 2 + type.bytes * 2) : raw.slice(-type.bytes * 2);
  return valueText(`0x${shown}`, type);
}

/** A variable's value in a slot's word, as people write it. */
export function textIn(slotWord: Hex, { type, offset }: Pick<StoragePlace, "type" | "offset">): string {
  if (type.kind === "bytes") return textOfBytes(slotWord, type.name);
  const end = 66 - offset * 2;
  return valueText(`0x${slotWord.slice(end - type.bytes * 2, end)}`, type);
}

function valueText(hex: Hex, { name, members, bytes }: StorageType & { readonly kind: "value" }): string {
  const value = BigInt(hex);
  if (members !== undefined) return members[Number(value)] ?? String(value);
  if (name === "bool") return value === 0n ? "false" : "true";
  if (/^uint\d+$/.test(name)) return String(value);
  if (/^int\d+$/.test(name)) return String(BigInt.asIntN(bytes * 8, value));
  return hex;
}

/** A short text is in its slot, of a longer one only the length is. */
function textOfBytes(slotWord: Hex, name: "bytes" | "string"): string {
  const last = BigInt(slotWord) % 256n;
  if (last % 2n === 1n) return `${(BigInt(slotWord) - 1n) / 2n} bytes`;
  const bytes: Hex = `0x${slotWord.slice(2, 2 + Number(last))}`;
  return name === "bytes" ? bytes : quotedText(bytes);
}

function quotedText(bytes: Hex): string {
  return JSON.stringify(Buffer.from(fromHex(bytes)).toString("utf8"));
}
