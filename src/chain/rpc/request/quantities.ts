import { RpcCode, RpcError } from "./json-rpc.ts";

const WORD_END = 2n ** 256n;

/**
 * Number of a request below 2^256: hexadecimal digits after `0x` (without any: 0), decimal digits or a JSON number, as Hardhat's
 * network takes it. `undefined` for anything else.
 */
export function readQuantity(value: unknown): bigint | undefined {
  const read = typeof value === "number" ? fromNumber(value) : typeof value === "string" ? fromText(value) : undefined;
  return read === undefined || read >= WORD_END ? undefined : read;
}

/**
 * Number of a request, as {@link readQuantity} reads it. Throws RpcError with the reason if the value is
 * invalid.
 */
export function quantity(value: unknown): bigint {
  const read = readQuantity(value);
  if (read === undefined) throw new RpcError(RpcCode.invalidParams, `${shown(value)} ${reasonOf(value)}`);
  return read;
}

/** Number of a cheat: hexadecimal digits after `0x` alone, as in Hardhat's network. Throws RpcError. */
export function hexadecimalQuantity(value: unknown): bigint {
  if (typeof value === "string" && /^0x/i.test(value)) return quantity(value);
  throw new RpcError(RpcCode.invalidParams, `${shown(value)} is not a hexadecimal number: write "0x1f"`);
}

/** Word of a state, such as a slot or its value: hexadecimal digits, also without `0x`. Throws RpcError. */
export function stateWord(value: unknown): bigint {
  const digits = typeof value === "string" ? /^(?:0x)?([0-9a-f]{1,64})$/i.exec(value)?.[1] : undefined;
  if (digits !== undefined) return BigInt(`0x${digits}`);
  if (value === "0x") return 0n;
  throw new RpcError(RpcCode.invalidParams, `${shown(value)} is not a word of at most 64 hexadecimal digits, such as "0x1f"`);
}

function fromNumber(value: number): bigint | undefined {
  return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
}

function fromText(value: string): bigint | undefined {
  if (/^0x[0-9a-f]{0,64}$/i.test(value)) return value.length === 2 ? 0n : BigInt(value);
  // 2^256 has 78 decimal digits.
  return /^[0-9]{1,78}$/.test(value) ? BigInt(value) : undefined;
}

function reasonOf(value: unknown): string {
  const isNumber =
    typeof value === "number" || (typeof value === "string" && /^(?:0x[0-9a-f]+|-?[0-9]+(?:\.[0-9]+)?)$/i.test(value));
  if (!isNumber) return 'is not a number: write "0x1f", "31" or 31';
  if (String(value).startsWith("-")) return "is negative; the least number is 0";
  if (typeof value === "string" ? value.includes(".") : !Number.isInteger(value)) return "is not a whole number";
  if (typeof value === "number") return "is more than 2^53 - 1, the largest exact JSON number; write it as text";
  return "is more than 2^256 - 1";
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 80);
}
