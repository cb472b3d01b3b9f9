import { BN254_PRIME as PRIME } from "../../src/proofs/machine/interpreter/field-product.ts";
import { pairingLists } from "./pairing-lists.ts";

/** An element of Fp2: real part and multiple of u. */
type Element = readonly [real: bigint, imaginary: bigint];

/** Index of the first word in the kernel's memory that pairings use. Nothing there lasts while user code runs. */
const FIRST_WORD = 0x100;
const WORD_BYTES = 32;
/** Elements of a pair of points: the sum T = (X : Y : Z), factors of lines from the first point, and the second point. */
const PAIR = ["X", "Y", "Z", "minusYP", "threeXP", "xP", "minusX", "y", "minusY", "yAgain", "yImage", "minusYImage"];
/** All other elements, in their order. Pairs follow them, because their number is not fixed. */
const ELEMENTS = [
  ...list("F"),
  ...list("G"),
  ...list("R"),
  ...["L0", "L1", "L3", "D0", "D1", "D2", "D3", "D4", "X1", "X2", "X3", "X4", "X5", "p", "t0", "t1", "t2"],
  ...["A", "B", "C", "D", "E", "H", "J", "K", "M", "N", "Q", "S", "T", "U", "V", "W"],
  ...["PX", "PY", "QX", "QY", "conjX", "conjY", "imageX", "imageY", "nextX", "lastX", "lastY", "norm", "inverse"],
  ...["SX", "SY", "SZ"],
  ...["zero", "one", "two", "three", "four", "six", "eight", "nine", "minusOne", "minusTwo", "minusThree", "minusTwelve"],
  ...["xi", "threeXi", "twistB", "threeTwistB"],
  ...["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b4", "b5"],
];
/** Positions of the four indexes in an instruction's operand, in bits. */
const POSITIONS = { a: 48n, b: 32n, c: 16n, r: 0n } as const;

/** Elements that `pairing.yul` reads and writes: `byteOfF0()` is the offset of F0. */
const NAMED_ELEMENTS = [
  "F0",
  "G0",
  "PX",
  "PY",
  "QX",
  "QY",
  "A",
  "B",
  "conjX",
  "conjY",
  "lastX",
  "lastY",
  "norm",
  "inverse",
  "SX",
  "SY",
  "SZ",
];

/**
 * Functions of `pairing.yul` from the lists of products, one instruction each, and its constants, as Yul. Throws Error for a line
 * that is not a product of elements.
 */
export function pairingSteps(): string {
  return [
    ...Object.entries(pairingLists()).map(([name, lines]) => stepFunction(name, lines)),
    constantsFunction(),
    ...NAMED_ELEMENTS.map((name) => constantFunction(`byteOf${name}`, BigInt(byteOf(name)))),
    constantFunction("byteOfPairs", BigInt(WORD_BYTES * FIRST_OF_PAIRS)),
    constantFunction("wordsOfPair", BigInt(2 * PAIR.length)),
    constantFunction("primeOfPoints", PRIME),
    constantFunction("loopDigits", digitsBehindFirst(6n * X + 2n, { window: 2n, bits: 2n, codes: [0, 1, -1] })),
    constantFunction("powerDigits", digitsBehindFirst(X, { window: 3n, bits: 3n, codes: [0, 1, 3, -1, -3] })),
  ].join("\n");
}

/** The curve's parameter: its prime is 36x⁴ + 36x³ + 24x² + 6x + 1. */
const X = 4_965_661_367_192_848_881n;

/** Form of a number's digits. */
interface DigitForm {
  /** Among this number of consecutive digits at most one is not 0. */
  readonly window: bigint;
  /** Bits of a digit's code. */
  readonly bits: bigint;
  /** Digits by their codes. */
  readonly codes: readonly number[];
}

/** Signed binary digits after the first, which is 1. The second is in the lowest bits. Throws Error for another first digit. */
function digitsBehindFirst(value: bigint, { window, bits, codes }: DigitForm): bigint {
  const digits: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 1n) {
    const digit = rest % 2n === 0n ? 0n : BigInt.asIntN(Number(window), rest);
    digits.push(Number(digit));
    rest -= digit;
  }
  if (digits.pop() !== 1) throw new Error(`the first digit of ${value} is not 1`);
  return digits.reduce(
    (packed, digit, i) => packed | (BigInt(codes.indexOf(digit)) << (bits * BigInt(digits.length - 1 - i))),
    0n,
  );
}

const FIRST_OF_PAIRS = FIRST_WORD + 2 * ELEMENTS.length;

function list(name: string): string[] {
  return Array.from({ length: 6 }, (_, i) => `${name}${i}`);
}

function constantFunction(name: string, value: bigint): string {
  return `function ${name}() -> v { v := 0x${value.toString(16)} }`;
}

/** Address of an element. */
interface Address {
  readonly index: number;
  /** Variable that is added to the index: `pair` for an element of one pair, `signed` for another sign or image of its second point. */
  readonly variable: string | undefined;
}

function addressOf(name: string): Address {
  const [variable, member] = name.split(".");
  if (member === undefined) return { index: wordOf(name), variable: undefined };
  const at = PAIR.indexOf(member);
  if (at < 0) throw new Error(`a pair of points has no ${member}`);
  return { index: FIRST_OF_PAIRS + 2 * at, variable };
}

function wordOf(name: string): number {
  const at = ELEMENTS.indexOf(name);
  if (at < 0) throw new Error(`pairings have no element ${name}`);
  return FIRST_WORD + 2 * at;
}

function byteOf(name: string): number {
  return WORD_BYTES * wordOf(name);
}

interface Step {
  readonly indexes: bigint;
  /** Sum that is added to the indexes, as Yul. Empty if all addresses are fixed. */
  readonly added: string;
}

const LINE = /^([\w.]+) = ([\w.]+) \* ([\w.]+)(?: \+ ([\w.]+))?$/;

function stepOf(line: string): Step {
  const [, r = "", a = "", b = "", c = "zero"] = LINE.exec(line) ?? [];
  if (r === "") throw new Error(`"${line}" is not r = a * b + c`);
  const masks = new Map<string, bigint>();
  let indexes = 0n;
  for (const [position, name] of Object.entries({ a, b, c, r }) as [keyof typeof POSITIONS, string][]) {
    const { index, variable } = addressOf(name);
    const bits = POSITIONS[position];
    indexes |= BigInt(index) << bits;
    if (variable !== undefined) masks.set(variable, (masks.get(variable) ?? 0n) | (1n << bits));
  }
  const terms = [...masks].map(([variable, mask]) => `mul(0x${mask.toString(16)}, ${variable})`);
  return { indexes, added: terms.reduce((sum, term) => (sum === "" ? term : `add(${sum}, ${term})`), "") };
}

/** Consecutive steps with one sum share a variable for it. */
function stepFunction(name: string, lines: readonly string[]): string {
  const steps = lines.map(stepOf);
  const variables = ["pair", "signed"].filter((variable) => steps.some(({ added }) => added.includes(variable)));
  const groups: { readonly added: string; readonly indexes: bigint[] }[] = [];
  for (const { added, indexes } of steps) {
    const last = groups.at(-1);
    if (last !== undefined && last.added === added) last.indexes.push(indexes);
    else groups.push({ added, indexes: [indexes] });
  }
  const product = (operand: string): string => `machine.fieldProduct(${operand})`;
  const texts = groups.map(({ added, indexes }) => {
    if (added === "") return indexes.map((word) => product(hex(word))).join("\n");
    const [only] = indexes;
    if (indexes.length === 1 && only !== undefined) return product(`add(${hex(only)}, ${added})`);
    return ["{", `let shift := ${added}`, ...indexes.map((word) => product(`add(${hex(word)}, shift)`)), "}"].join("\n");
  });
  return `function ${name}(${variables.join(", ")}) {\n${texts.join("\n")}\n}`;
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Basic constants; the others are products. The twist is y² = x³ + 3/ξ with ξ = 9 + u; a1 = ξ^((p − 1)/6), b1 = a1^(1 + p). */
function constants(): ReadonlyMap<string, Element> {
  const xi: Element = [9n, 1n];
  const a1 = power(xi, (PRIME - 1n) / 6n);
  return new Map<string, Element>([
    ["zero", [0n, 0n]],
    ["one", [1n, 0n]],
    ["minusOne", [PRIME - 1n, 0n]],
    ["xi", xi],
    ["twistB", product([3n, 0n], power(xi, PRIME * PRIME - 2n))],
    ["a1", a1],
    ["b1", power(a1, 1n + PRIME)],
  ]);
}

function constantsFunction(): string {
  const stores = [...constants()].flatMap(([name, parts]) =>
    parts.map((part, i) => `mstore(0x${(byteOf(name) + i * WORD_BYTES).toString(16)}, ${hex(part)})`),
  );
  return `function storeConstants() {\n${stores.join("\n")}\nderiveConstants()\n}`;
}

function product([a0, a1]: Element, [b0, b1]: Element): Element {
  const remainder = (value: bigint): bigint => ((value % PRIME) + PRIME) % PRIME;
  return [remainder(a0 * b0 - a1 * b1), remainder(a0 * b1 + a1 * b0)];
}

function power(base: Element, exponent: bigint): Element {
  let result: Element = [1n, 0n];
  for (const bit of exponent.toString(2)) {
    result = product(result, result);
    if (bit === "1") result = product(result, base);
  }
  return result;
}
