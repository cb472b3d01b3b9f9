import { gunzipSync } from "node:zlib";
import * as v from "valibot";
import { type Hex, isHexBytes } from "../../../ground/protocol/hex.ts";
import { shown } from "../../../ecosystem/options/fields/values.ts";
import { pluginError } from "../plugin-error.ts";

/** An account of another chain. */
export interface ImportedAccount {
  /** In lower case. */
  readonly address: Hex;
  readonly balanceWei: bigint;
  readonly nonce: bigint;
  /** `0x` for none. */
  readonly code: Hex;
  /** Without the words that are 0. */
  readonly storage: readonly (readonly [slot: bigint, value: bigint])[];
}

export interface ImportedState {
  /** Chain id in the source; undefined if it has none. */
  readonly chainId: bigint | undefined;
  readonly accounts: readonly ImportedAccount[];
}

const WORD = 2n ** 256n;
const MAX_NONCE = 2n ** 64n - 1n;
/** Unpacked: what a string of JavaScript can hold. */
const MAX_UNPACKED_BYTES = 2 ** 29 - 25;

const account = v.looseObject({
  balance: v.optional(v.unknown()),
  nonce: v.optional(v.unknown()),
  code: v.optional(v.nullable(v.string())),
  storage: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
});
const accounts = v.record(v.string(), account);
const genesis = v.looseObject({
  config: v.optional(v.looseObject({ chainId: v.optional(v.unknown()) })),
  alloc: accounts,
});
/** Format of anvil, and of geth's `dump`. */
const dump = v.looseObject({ accounts });

/**
 * Reads a genesis file (geth's and others', with `alloc`), a state that anvil wrote (`--dump-state`, `anvil_dumpState`), or
 * geth's `dump`. `name` is the source's, for messages. Throws a plugin error that names what cannot be read.
 */
export function readImportedState(text: string, name: string): ImportedState {
  const parsed = parse(text.trim(), name);
  if (v.is(genesis, parsed)) {
    const chainId = parsed.config?.chainId;
    return {
      chainId: chainId === undefined ? undefined : number(chainId, `${name}: config.chainId`, WORD),
      accounts: readAccounts(parsed.alloc, name),
    };
  }
  if (v.is(dump, parsed)) return { chainId: undefined, accounts: readAccounts(parsed.accounts, name) };
  throw pluginError(
    `${name} is neither a genesis file (with "alloc"), nor a state by anvil --dump-state or geth dump (with "accounts")`,
  );
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(/^"?0x1f8b[0-9a-f]*"?$/i.test(text) ? unpacked(text) : text);
  } catch (error) {
    throw pluginError(`${name} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/** Unpacks the answer of `anvil_dumpState`: hexadecimal digits of gzipped JSON. */
function unpacked(text: string): string {
  const digits = text.replaceAll('"', "").slice(2);
  return gunzipSync(Buffer.from(digits, "hex"), { maxOutputLength: MAX_UNPACKED_BYTES }).toString("utf8");
}

function readAccounts(entries: v.InferOutput<typeof accounts>, name: string): ImportedAccount[] {
  const read = Object.entries(entries).map(([key, fields]) => readAccount(key, fields, name));
  const seen = new Set<Hex>();
  for (const { address } of read) {
    if (seen.has(address)) throw pluginError(`${name} has the account ${address} twice`);
    seen.add(address);
  }
  return read;
}

function readAccount(key: string, fields: v.InferOutput<typeof account>, name: string): ImportedAccount {
  const digits = key.replace(/^0x/i, "").toLowerCase();
  if (!/^[0-9a-f]{40}$/.test(digits)) {
    throw pluginError(
      `${name}: ${shown(key.slice(0, 80))} is not an address; geth dump knows addresses only where it keeps preimages (--cache.preimages)`,
    );
  }
  const address: Hex = `0x${digits}`;
  const { balance = 0, nonce = 0, code, storage } = fields;
  const at = `${name}: ${address}`;
  return {
    address,
    balanceWei: number(balance, `${at}: balance`, WORD),
    nonce: number(nonce, `${at}: nonce`, MAX_NONCE),
    code: readCode(code ?? "0x", `${at}: code`),
    storage: readStorage(storage ?? {}, at),
  };
}

function readStorage(slots: Readonly<Record<string, unknown>>, at: string): ImportedAccount["storage"] {
  const words = new Map<bigint, bigint>();
  for (const [key, value] of Object.entries(slots)) {
    const slot = word(key, `${at}: slot`);
    if (words.has(slot)) throw pluginError(`${at} has the slot 0x${slot.toString(16)} twice`);
    words.set(slot, word(value, `${at}: slot 0x${slot.toString(16)}`));
  }
  return [...words].filter(([, value]) => value !== 0n);
}

/** A number, decimal digits, or 0x and hexadecimal digits. */
function number(value: unknown, at: string, limit: bigint): bigint {
  const isNumber = typeof value === "number" ? Number.isSafeInteger(value) && value >= 0 : false;
  if (!isNumber && !(typeof value === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(value)))
    throw pluginError(`${at} is not a number: ${shown(value).slice(0, 80)}`);
  const read = BigInt(value as string | number);
  if (read >= limit) throw pluginError(`${at} is too large: ${shown(value).slice(0, 80)}`);
  return read;
}

/** Storage is hexadecimal everywhere, with 0x or without. */
function word(value: unknown, at: string): bigint {
  if (typeof value !== "string" || !/^(0x)?[0-9a-f]{1,64}$/i.test(value))
    throw pluginError(`${at} is not a word of 32 bytes: ${shown(value).slice(0, 80)}`);
  return BigInt(`0x${value.replace(/^0x/i, "")}`);
}

function readCode(value: string, at: string): Hex {
  const code = `0x${value.replace(/^0x/i, "").toLowerCase()}`;
  if (!isHexBytes(code)) throw pluginError(`${at} is not in hexadecimal digits`);
  return code;
}
