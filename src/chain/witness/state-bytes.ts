import { keccak, type Hex } from "../../ground/protocol/hex.ts";
import { ByteReader, ByteStreamError, ByteWriter } from "./byte-stream.ts";
import type { PlaceValue, PlainAccount, PlainChanges, StateUpdate } from "./state-feed.ts";

/** "HCS1": what the bytes are, and in which format. */
const MAGIC = 0x31534348;
const ADDRESS_BYTES = 20;
const WORD_BYTES = 32;
/** Minimum size of an entry: a code's length, an account, a slot, a block, an earlier value. */
const LEAST = { hash: 40, code: 4, account: 65, storage: 24, slot: 33, block: 13, before: 21 } as const;
/** Index for an account without code. Others are counted from 1. */
const NO_CODE = 0;
/** The size of a code that was not asked for. */
const UNKNOWN_SIZE = 0xffff_ffff;
const EMPTY_CODE = keccak();

const Kind = { accountAbsent: 0, account: 1, slotAbsent: 2, slot: 3 } as const;

/**
 * A whole state as bytes: magic (4) ‖ newest block (8) ‖ oldest with a state (8), and then lists, each behind its length (4):
 * hashes of blocks (number 8, hash 32); codes (length 4, bytes); accounts (address 20, nonce 8, balance 32, code 4,
 * its size 4); storage (address 20, list of slots: name 32, length 1, value); blocks (number 8, whether it has a hash 1,
 * hash 32, list of the values before it: kind 1, address 20, the account or the slot).
 * Numbers are little-endian, balances big-endian.
 */
export function encodeState({ isWhole, hashes, present, codes, blocks, oldest, newest }: StateUpdate): Uint8Array {
  if (!isWhole) throw new TypeError("only a whole state is written");
  const writer = new ByteWriter();
  const places = new Map([[EMPTY_CODE as string, NO_CODE]]);
  writer.number(MAGIC, 4);
  writer.wide(newest);
  writer.wide(oldest);
  writeList(writer, [...hashes], ([number, hash]) => {
    writer.wide(BigInt(number));
    writer.raw(hash);
  });
  const known = codes.filter(([hash]) => hash !== EMPTY_CODE);
  for (const [i, [hash]] of known.entries()) places.set(hash, i + 1);
  writeList(writer, known, ([, code]) => {
    writer.number(code.length, 4);
    writer.raw(code);
  });
  const accounts = present.flatMap((place) =>
    place.slot === undefined && place.value !== undefined ? [[place.address, place.value] as const] : [],
  );
  writeList(writer, accounts, ([address, account]) => {
    writer.hex(address);
    writeAccount(writer, account, places);
  });
  writeList(writer, [...storageOf(present)], ([address, slots]) => {
    writer.hex(address);
    writeList(writer, slots, ([slot, value]) => writeSlot(writer, slot, value));
  });
  writeList(writer, blocks, ({ number, hash, before }) => {
    writer.wide(number);
    writer.number(hash === undefined ? 0 : 1, 1);
    if (hash !== undefined) writer.hex(hash);
    writeList(writer, before, (place) => writeBefore(writer, place, places));
  });
  return writer.finish();
}

/**
 * Inverse of `encodeState`. The bytes may be a stranger's: codes get the hashes that they have, and no account, slot or block is
 * told of twice. Throws ByteStreamError.
 */
export function decodeState(bytes: Uint8Array): StateUpdate {
  const reader = new ByteReader(bytes);
  if (reader.number(4) !== MAGIC) throw new ByteStreamError("Malformed", "it is not a state in the format of this software");
  const [newest, oldest] = [reader.wide(), reader.wide()];
  if (oldest > newest)
    throw new ByteStreamError("Malformed", `block ${oldest} cannot be the oldest with a state: the newest is ${newest}`);
  const hashes = new Map(
    readList(reader, LEAST.hash, (): [number, Uint8Array] => [Number(reader.wide()), reader.raw(WORD_BYTES)]),
  );
  const codes = readList(reader, LEAST.code, (): [string, Uint8Array] => {
    const code = reader.raw(reader.number(4));
    return [keccak(code), code];
  });
  const names = [EMPTY_CODE, ...codes.map(([hash]) => hash)].map((hash) => Uint8Array.from(Buffer.from(hash.slice(2), "hex")));
  const known = new Set<string>();
  const present: PlaceValue[] = readList(reader, LEAST.account, () => {
    const address = readNew(reader, known);
    return { address, slot: undefined, value: readAccount(reader, names) };
  });
  const withStorage = new Set<string>();
  readList(reader, LEAST.storage, () => {
    const address = readNew(reader, withStorage);
    const slots = new Set<string>();
    readList(reader, LEAST.slot, () => {
      const slot = reader.hex(WORD_BYTES);
      if (slots.has(slot)) throw new ByteStreamError("Malformed", `slot ${slot} of ${address} occurs twice`);
      slots.add(slot);
      present.push({ address, slot, value: readSlotValue(reader) });
    });
  });
  const blocks = readList(reader, LEAST.block, (): PlainChanges => {
    const number = reader.wide();
    if (number > newest) throw new ByteStreamError("Malformed", `it tells of block ${number}, and the newest is ${newest}`);
    const hash = reader.number(1) === 0 ? undefined : (reader.hex(WORD_BYTES) as Hex);
    return { number, hash, before: readList(reader, LEAST.before, () => readBefore(reader, names)) };
  });
  reader.end();
  const disorder = blocks.findIndex(({ number }, i) => number < (blocks[i - 1]?.number ?? 0n));
  if (disorder !== -1) throw new ByteStreamError("Malformed", `block ${blocks[disorder]?.number} is not in order`);
  return { isWhole: true, hashes, present, codes, blocks, oldest, newest };
}

function writeList<Entry>(writer: ByteWriter, entries: readonly Entry[], write: (entry: Entry) => void): void {
  writer.number(entries.length, 4);
  for (const entry of entries) write(entry);
}

function readList<Entry>(reader: ByteReader, minBytes: number, read: () => Entry): Entry[] {
  const entries: Entry[] = [];
  for (let left = reader.count(minBytes); left > 0; left--) entries.push(read());
  return entries;
}

/** An address that was not read before. */
function readNew(reader: ByteReader, seen: Set<string>): string {
  const address = reader.hex(ADDRESS_BYTES);
  if (seen.has(address)) throw new ByteStreamError("Malformed", `${address} occurs twice`);
  seen.add(address);
  return address;
}

function storageOf(present: readonly PlaceValue[]): ReadonlyMap<string, (readonly [string, Uint8Array])[]> {
  const storage = new Map<string, (readonly [string, Uint8Array])[]>();
  for (const { address, slot, value } of present) {
    if (slot === undefined || value === undefined) continue;
    const slots = storage.get(address);
    if (slots === undefined) storage.set(address, [[slot, value]]);
    else slots.push([slot, value]);
  }
  return storage;
}

function writeAccount(writer: ByteWriter, account: PlainAccount, places: ReadonlyMap<string, number>): void {
  const { nonce, balance, codeHash, codeSize } = account;
  const place = places.get(`0x${Buffer.from(codeHash).toString("hex")}`);
  if (place === undefined) throw new TypeError("the state does not have the code of one of its accounts");
  writer.wide(nonce);
  writer.hex(`0x${balance.toString(16).padStart(2 * WORD_BYTES, "0")}`);
  writer.number(place, 4);
  writer.number(codeSize ?? UNKNOWN_SIZE, 4);
}

function readAccount(reader: ByteReader, names: readonly Uint8Array[]): PlainAccount {
  const [nonce, balance] = [reader.wide(), BigInt(reader.hex(WORD_BYTES))];
  const [place, size] = [reader.number(4), reader.number(4)];
  const codeHash = names[place];
  if (codeHash === undefined) throw new ByteStreamError("Malformed", `an account has code ${place} of ${names.length - 1}`);
  return { nonce, balance, codeHash, codeSize: size === UNKNOWN_SIZE ? null : size };
}

function writeSlot(writer: ByteWriter, slot: string, value: Uint8Array): void {
  writer.hex(slot);
  writer.number(value.length, 1);
  writer.raw(value);
}

function readSlotValue(reader: ByteReader): Uint8Array {
  const length = reader.number(1);
  if (length > WORD_BYTES) throw new ByteStreamError("Malformed", `a slot holds ${length} bytes`);
  return reader.raw(length);
}

function writeBefore(writer: ByteWriter, place: PlaceValue, places: ReadonlyMap<string, number>): void {
  const { address, slot, value } = place;
  if (slot === undefined) {
    writer.number(value === undefined ? Kind.accountAbsent : Kind.account, 1);
    writer.hex(address);
    if (value !== undefined) writeAccount(writer, value, places);
    return;
  }
  writer.number(value === undefined ? Kind.slotAbsent : Kind.slot, 1);
  writer.hex(address);
  if (value === undefined) writer.hex(slot);
  else writeSlot(writer, slot, value);
}

function readBefore(reader: ByteReader, names: readonly Uint8Array[]): PlaceValue {
  const kind = reader.number(1);
  const address = reader.hex(ADDRESS_BYTES);
  switch (kind) {
    case Kind.accountAbsent:
      return { address, slot: undefined, value: undefined };
    case Kind.account:
      return { address, slot: undefined, value: readAccount(reader, names) };
    case Kind.slotAbsent:
      return { address, slot: reader.hex(WORD_BYTES), value: undefined };
    case Kind.slot:
      return { address, slot: reader.hex(WORD_BYTES), value: readSlotValue(reader) };
    default:
      throw new ByteStreamError("Malformed", `a value before a block is of the unknown kind ${kind}`);
  }
}
