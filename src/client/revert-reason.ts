import { Indexed, Interface } from "ethers";
import type { ErrorDescription, InterfaceAbi } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { printable } from "../runtime/printable.ts";
import { knownErrorOf } from "./contract-interfaces.ts";

/**
 * Hexadecimal characters that are decoded, of 8 KiB: strangers choose what they send, and lists whose offsets all point
 * at the same bytes unfold into a thousand times as much.
 */
export const MOST_DECODED = 16_386;
/** Characters of a text: of a call, an event or a reason. */
const MOST_SHOWN = 4_096;
/** Characters of data that are too long to be decoded. */
const MOST_RAW = 138;

/** The caller's contracts, by which errors and calls have names. */
export interface ContractNames {
  /** The error that revert data hold; undefined for one that no contract has, and for more than 8 KiB. */
  error(data: Hex): ErrorDescription | undefined;
  /**
   * A call's function with its arguments, such as `increase(3)`; of more than 8 KiB without them, as `increase(…)`;
   * undefined for one that no contract has.
   */
  call(data: Hex): string | undefined;
  /** Name of the function that calldata call; undefined for one that no contract has. */
  functionName(data: Hex): string | undefined;
  /** An event with its arguments, such as `Increased(3)`; undefined for one that no contract has, and for more than 8 KiB. */
  event(topics: readonly string[], data: Hex): string | undefined;
}

/** What contracts with these interfaces name. */
export function contractNames(abis: readonly InterfaceAbi[]): ContractNames {
  const interfaces = abis.map((abi) => new Interface(abi));
  const functionName = (data: Hex): string | undefined => {
    if (data.length < SELECTOR_LENGTH) return undefined;
    const selector = data.slice(0, SELECTOR_LENGTH);
    return interfaces.map((each) => each.getFunction(selector)).find((known) => known !== null)?.name;
  };
  return {
    functionName,
    error(data) {
      if (data.length > MOST_DECODED) return undefined;
      for (const each of interfaces) {
        const error = parsed(() => each.parseError(data), data);
        if (error !== undefined) return error;
      }
      return undefined;
    },
    call(data) {
      if (data.length > MOST_DECODED) return withoutArguments(functionName(data));
      for (const each of interfaces) {
        const call = parsed(() => each.parseTransaction({ data }), data);
        if (call !== undefined) return clipped(`${call.name}(${call.args.map(shown).join(", ")})`);
      }
      return undefined;
    },
    event(topics, data) {
      if (data.length > MOST_DECODED) return undefined;
      for (const each of interfaces) {
        const event = parsed(() => each.parseLog({ topics, data }), (topics[0] ?? "0x") as Hex);
        if (event !== undefined) return clipped(`${event.name}(${event.args.map(shownEventArgument).join(", ")})`);
      }
      return undefined;
    },
  };
}

/** A call whose arguments are not decoded. */
export function withoutArguments(functionName: string | undefined): string | undefined {
  return functionName === undefined ? undefined : `${functionName}(…)`;
}

/** The error that revert data hold: Solidity's own, one of this package's contracts, or one of `names`; undefined above 8 KiB. */
export function revertError(data: Hex, names?: Pick<ContractNames, "error">): ErrorDescription | undefined {
  if (data.length > MOST_DECODED) return undefined;
  return parsed(() => knownErrorOf(data) ?? null, data) ?? names?.error(data);
}

/** Why a call reverted, as the end of "it reverted …": with its error, reason or panic by name where one is known. */
export function revertReason(data: Hex, names?: Pick<ContractNames, "error">): string {
  if (data === "0x") return "without a reason";
  const error = revertError(data, names);
  if (error === undefined) return `with ${data.length > MOST_DECODED ? rawStart(data) : data}`;
  if (error.name === "Error" && error.args.length === 1) return clipped(`with "${printable(String(error.args[0]))}"`);
  if (error.name === "Panic" && error.args.length === 1) return `with panic ${panicText(BigInt(String(error.args[0])))}`;
  return `with ${errorInWords(error)}`;
}

/** A contract's error as `Name(arguments)`. Strangers choose the arguments: none of them writes over a terminal or fills it. */
export function errorInWords({ name, args }: { readonly name: string; readonly args: readonly unknown[] }): string {
  return clipped(`${name}(${args.map(shown).join(", ")})`);
}

/** Data that are not decoded, by their first bytes and their length. */
export function rawStart(data: Hex): string {
  return data.length > MOST_RAW ? `${data.slice(0, MOST_RAW)}… (${(data.length - 2) / 2} bytes)` : data;
}

/** A panic's code with what it stands for: `0x11 (arithmetic overflow or underflow)`. */
export function panicText(code: bigint): string {
  const meaning = PANICS.get(code);
  return `0x${code.toString(16).padStart(2, "0")}${meaning === undefined ? "" : ` (${meaning})`}`;
}

/** Solidity's documentation, "Panic via assert and Error via require". */
const PANICS: ReadonlyMap<bigint, string> = new Map([
  [0x00n, "compiler-inserted panic"],
  [0x01n, "assert of a false condition"],
  [0x11n, "arithmetic overflow or underflow"],
  [0x12n, "division or modulo by zero"],
  [0x21n, "conversion to a value that the enum does not have"],
  [0x22n, "wrongly encoded storage bytes"],
  [0x31n, "pop of an empty array"],
  [0x32n, "index out of bounds"],
  [0x41n, "too much memory, or too large an array"],
  [0x51n, "call of a function variable that is not set"],
]);

/** Without a selector there is nothing to look for; and data can be cut off: InteropHandler keeps 1,024 bytes of a revert. */
function parsed<T>(parse: () => T | null, data: Hex): T | undefined {
  if (data.length < SELECTOR_LENGTH) return undefined;
  try {
    return parse() ?? undefined;
  } catch {
    return undefined;
  }
}

/** Of `0x` and four bytes. */
const SELECTOR_LENGTH = 10;

/** Of an indexed argument that is longer than a word an event keeps only the hash. */
function shownEventArgument(value: unknown): string {
  return Indexed.isIndexed(value) ? `hashed ${String(value.hash)}` : shown(value);
}

function clipped(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** An argument as Solidity's developers write it; lists and structs in brackets. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  const text = printable(String(value));
  return typeof value === "string" && !text.startsWith("0x") ? JSON.stringify(text) : text;
}
