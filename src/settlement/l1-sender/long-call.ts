import { AbiCoder, type Interface, type ParamType } from "ethers";
import { uintWord } from "../../protocol/abi-words.ts";
import { HexError, isHexBytes, type Hex } from "../../protocol/hex.ts";

/**
 * Calldata of a call with long bytes, as hexadecimal texts: ethers turns each text into bytes and back at each level of a tuple,
 * which holds up all else for 40 ms with a batch of 200 messages. Throws HexError for bytes that are none, or ethers' error.
 */
export function encodeLongCall(contract: Interface, name: string, values: readonly unknown[]): Hex {
  const call = contract.getFunction(name);
  if (call === null) throw new Error(`the ABI has no function ${name}; run npm run generate`);
  return `${call.selector as Hex}${sequence(call.inputs, values)}`;
}

/** Values one after the other; in place of each dynamic one stands where it is, behind all of them. */
function sequence(types: readonly ParamType[], values: readonly unknown[]): string {
  const parts = types.map((type, i) => ({ isDynamic: isDynamic(type), digits: one(type, values[i]) }));
  let end = parts.reduce((sum, { isDynamic: points, digits }) => sum + (points ? WORD_BYTES : digits.length / 2), 0);
  const heads = parts.map(({ isDynamic: points, digits }) => {
    if (!points) return digits;
    const place = uintWord(BigInt(end));
    end += digits.length / 2;
    return place;
  });
  const tails = parts.filter(({ isDynamic: points }) => points).map(({ digits }) => digits);
  return [...heads, ...tails].join("");
}

function one(type: ParamType, value: unknown): string {
  if (type.isTuple()) return sequence(type.components, fieldsOf(type.components, value));
  if (type.isArray()) {
    const all = value as readonly unknown[];
    const listed = sequence(
      all.map(() => type.arrayChildren),
      all,
    );
    return type.arrayLength === -1 ? uintWord(BigInt(all.length)) + listed : listed;
  }
  if (type.type === "bytes") return bytes(value);
  const digits = coder.encode([type], [value]).slice(2);
  return type.type === "string" ? digits.slice(2 * WORD_BYTES) : digits;
}

function bytes(value: unknown): string {
  if (typeof value !== "string" || !isHexBytes(value)) throw new HexError("MalformedHex", "bytes are 0x and two digits for each");
  const digits = value.slice(2);
  const words = Math.ceil(digits.length / (2 * WORD_BYTES));
  return uintWord(BigInt(digits.length / 2)) + digits.padEnd(words * 2 * WORD_BYTES, "0");
}

/** Of a struct by names, or in order. */
function fieldsOf(components: readonly ParamType[], value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return components.map(({ name }) => (value as Readonly<Record<string, unknown>>)[name]);
}

function isDynamic(type: ParamType): boolean {
  if (type.isTuple()) return type.components.some(isDynamic);
  if (type.isArray()) return type.arrayLength === -1 || isDynamic(type.arrayChildren);
  return type.type === "bytes" || type.type === "string";
}

const WORD_BYTES = 32;
const coder = AbiCoder.defaultAbiCoder();
