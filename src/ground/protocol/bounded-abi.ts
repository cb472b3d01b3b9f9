import type { ParamType } from "ethers";
import type { Hex } from "./hex.ts";

/** Value of an ABI type: a number, bytes, the values of an array, or those of a tuple by name. */
type AbiValue = bigint | Hex | readonly AbiValue[] | AbiTuple;

/** Values by their names. */
interface AbiTuple {
  readonly [name: string]: AbiValue;
}

/** Digits of an ABI word. */
export const WORD_DIGITS = 64;

/**
 * Hex digits of a stranger, in lower case and without a prefix. Reading ends after all digits were read once. Parts of a hostile
 * encoding share bytes: ethers reads up to 1,024 times the bytes that it gets, and copies all later ones for each part.
 */
export class BoundedDigits {
  readonly digits: string;
  #unread: number;

  constructor(digits: string) {
    this.digits = digits;
    this.#unread = digits.length;
  }

  /** Reads digits; undefined if some are missing, or if fewer are left. Then nothing is left. */
  read(at: number, count: number): string | undefined {
    if (count > this.#unread) this.#unread = 0;
    if (count > this.#unread || at < 0 || at + count > this.digits.length) return undefined;
    this.#unread -= count;
    return this.digits.slice(at, at + count);
  }

  /** Reads the number in a word; undefined also for a larger number than JavaScript counts to. */
  readNumber(at: number): number | undefined {
    const word = this.read(at, WORD_DIGITS);
    return word === undefined ? undefined : numberIn(word);
  }

  /** Reads the offset in a word: the compiler's decoder takes those that point backwards. Undefined as for `readNumber`. */
  readOffset(at: number): number | undefined {
    const word = this.read(at, WORD_DIGITS);
    if (word === undefined) return undefined;
    const offset = Number(BigInt.asIntN(256, BigInt(`0x${word}`)));
    return Number.isSafeInteger(offset) ? offset : undefined;
  }

  /** Number in a word that is read later; under the terms of `readNumber`. */
  peekNumber(at: number): number | undefined {
    return numberIn(this.digits.slice(at, at + WORD_DIGITS));
  }
}

function numberIn(word: string): number | undefined {
  const value = Number.parseInt(word, 16);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Values of parameters. The head of their encoding is at this position. Undefined if the digits encode none: a word that does not
 * fit its type, or bytes that are missing; missing padding is accepted. Undefined also if they are more than is left.
 */
export function readTuple(params: readonly ParamType[], from: BoundedDigits, head: number): AbiTuple | undefined {
  const values: Record<string, AbiValue> = {};
  let at = head;
  for (const param of params) {
    const value = readValue(param, from, head, at);
    if (value === undefined) return undefined;
    values[param.name] = value;
    at += headWords(param) * WORD_DIGITS;
  }
  return values;
}

/** Words that the ABI puts into a head before a parameter. Throws if the ABI has no parameter with this name. */
export function wordsBefore(params: readonly ParamType[], name: string): number {
  const index = params.findIndex((param) => param.name === name);
  if (index === -1) throw new Error(`the ABI has no parameter ${name}; run npm run generate`);
  return params.slice(0, index).reduce((words, param) => words + headWords(param), 0);
}

/** Value of a parameter with its position in a head. */
function readValue(param: ParamType, from: BoundedDigits, head: number, at: number): AbiValue | undefined {
  if (!isDynamic(param)) return readContents(param, from, at);
  const offset = from.readOffset(at);
  return offset === undefined ? undefined : readContents(param, from, head + 2 * offset);
}

function readContents(param: ParamType, from: BoundedDigits, at: number): AbiValue | undefined {
  if (param.isArray()) return readArray(param.arrayChildren, param.arrayLength, from, at);
  if (param.isTuple()) return readTuple(param.components, from, at);
  if (param.type === "bytes" || param.type === "string") return readBytes(from, at);
  const word = from.read(at, WORD_DIGITS);
  return word === undefined ? undefined : wordValue(param.type, word);
}

function readArray(child: ParamType, length: number, from: BoundedDigits, at: number): readonly AbiValue[] | undefined {
  const isFixed = length !== -1;
  const count = isFixed ? length : from.readNumber(at);
  const head = isFixed ? at : at + WORD_DIGITS;
  if (count === undefined) return undefined;
  const values: AbiValue[] = [];
  for (let i = 0; i < count; i++) {
    const value = readValue(child, from, head, head + i * headWords(child) * WORD_DIGITS);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function readBytes(from: BoundedDigits, at: number): Hex | undefined {
  const length = from.readNumber(at);
  const bytes = length === undefined ? undefined : from.read(at + WORD_DIGITS, 2 * length);
  return bytes === undefined ? undefined : `0x${bytes}`;
}

/** Value in one word; undefined for a word that does not fit the type. */
function wordValue(type: string, word: string): bigint | Hex | undefined {
  if (type.startsWith("bytes")) return leading(word, 2 * Number(type.slice("bytes".length)));
  if (type === "address") return trailing(word, 40);
  if (!type.startsWith("uint")) throw new Error(`type ${type} is not read here; add it to bounded-abi.ts`);
  return trailing(word, Number(type.slice("uint".length)) / 4) === undefined ? undefined : BigInt(`0x${word}`);
}

function leading(word: string, digits: number): Hex | undefined {
  return isZero(word.slice(digits)) ? `0x${word.slice(0, digits)}` : undefined;
}

function trailing(word: string, digits: number): Hex | undefined {
  return isZero(word.slice(0, WORD_DIGITS - digits)) ? `0x${word.slice(WORD_DIGITS - digits)}` : undefined;
}

function isZero(digits: string): boolean {
  return /^0*$/.test(digits);
}

/** Words of one parameter in a head: one, an offset, unless its length is fixed. */
function headWords(param: ParamType): number {
  if (isDynamic(param)) return 1;
  if (param.isArray()) return Number(param.arrayLength) * headWords(param.arrayChildren);
  return param.isTuple() ? param.components.reduce((words, part) => words + headWords(part), 0) : 1;
}

function isDynamic(param: ParamType): boolean {
  if (param.isArray()) return param.arrayLength === -1 || isDynamic(param.arrayChildren);
  return param.isTuple() ? param.components.some(isDynamic) : param.type === "bytes" || param.type === "string";
}
