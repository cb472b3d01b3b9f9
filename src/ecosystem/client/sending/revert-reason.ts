import {
  ErrorDescription,
  type Fragment,
  Indexed,
  Interface,
  type InterfaceAbi,
  type NamedFragment,
  type ParamType,
  type Result,
} from "ethers";
import { shortData } from "../../../ground/errors/short-data.ts";
import { decodedValues } from "../../../ground/protocol/decoded-values.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { panicText } from "../../../ground/protocol/panic-code.ts";
import { printable } from "../../../ground/runtime/printable.ts";
import { abiIndex, type AbiIndex } from "./abi-index.ts";
import { knownErrorOf } from "./contract-interfaces.ts";

/**
 * Hexadecimal characters that are decoded, of 8 KiB: strangers choose what they send, and lists whose offsets all point
 * at the same bytes unfold into a thousand times as much.
 */
export const MAX_DECODED = 16_386;
/** Characters of a text: of a call, an event or a reason. */
const MOST_SHOWN = 4_096;

/** An argument of a call or an event. */
export interface NamedArgument {
  /** Empty where the contract gives it none. */
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

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
  /** Arguments of a call by their names; undefined where `call` tells none. */
  callArguments(data: Hex): readonly NamedArgument[] | undefined;
  /** An event with its arguments, such as `Increased(3)`; undefined for one that no contract has, and for more than 8 KiB. */
  event(topics: readonly string[], data: Hex): string | undefined;
  /** Signature of the event with this topic, such as `Increased(uint256)`; undefined for one that no contract has. */
  eventSignature(topic: string): string | undefined;
  /** Arguments of an event by their names; undefined where `event` tells none. */
  eventArguments(topics: readonly string[], data: Hex): readonly NamedArgument[] | undefined;
}

/** Decodes by fragments, whichever contract they are of. */
const decoder = new Interface([]);

/** Names in these interfaces. */
export function contractNames(abis: readonly InterfaceAbi[]): ContractNames {
  const known = abiIndex(abis);
  const functionName = (data: Hex): string | undefined => known.functions(selectorOf(data))[0]?.name;
  const callIn = (data: Hex): DecodedInputs | undefined =>
    data.length > MAX_DECODED
      ? undefined
      : decodedBy(known.functions(selectorOf(data)), (fragment) => decoder.decodeFunctionData(fragment, data));
  const eventIn = (topics: readonly string[], data: Hex): DecodedInputs | undefined =>
    data.length > MAX_DECODED
      ? undefined
      : decodedBy(known.events(topics[0] ?? "0x"), (fragment) => decoder.decodeEventLog(fragment, data, topics));
  return {
    functionName,
    error: (data) => (data.length > MAX_DECODED ? undefined : errorIn(data, known)),
    call(data) {
      if (data.length > MAX_DECODED) return withoutArguments(functionName(data));
      const call = callIn(data);
      return call && inWords(call);
    },
    callArguments(data) {
      const call = callIn(data);
      return call && namedArguments(call);
    },
    event(topics, data) {
      const event = eventIn(topics, data);
      return event && inWords(event);
    },
    eventSignature: (topic) => known.events(topic)[0]?.format("sighash"),
    eventArguments(topics, data) {
      const event = eventIn(topics, data);
      return event && namedArguments(event);
    },
  };
}

/** Solidity's own errors have names without any contract. */
function errorIn(data: Hex, abis: AbiIndex): ErrorDescription | undefined {
  const own = parsed(() => decoder.parseError(data), data);
  if (own !== undefined) return own;
  const found = decodedBy(abis.errors(selectorOf(data)), (fragment) => decoder.decodeErrorResult(fragment, data));
  return found && new ErrorDescription(found.fragment, found.fragment.selector, found.args);
}

/** A call whose arguments are not decoded. */
export function withoutArguments(functionName: string | undefined): string | undefined {
  return functionName === undefined ? undefined : `${functionName}(…)`;
}

/** The error that revert data hold: Solidity's own, one of this package's contracts, or one of `names`; undefined above 8 KiB. */
export function revertError(data: Hex, names?: Pick<ContractNames, "error">): ErrorDescription | undefined {
  if (data.length > MAX_DECODED) return undefined;
  return parsed(() => knownErrorOf(data) ?? null, data) ?? names?.error(data);
}

/** Custom error that revert data hold, such as `Odd(3)`; undefined if no contract of the package or of `names` has it. */
export function customErrorText(data: Hex, names?: Pick<ContractNames, "error">): string | undefined {
  const error = revertError(data, names);
  return error && inWords(error);
}

/** Why a call reverted, as the end of "it reverted …": with its error, reason or panic by name where one is known. */
export function revertReason(data: Hex, names?: Pick<ContractNames, "error">): string {
  if (data === "0x") return "without a reason";
  const error = revertError(data, names);
  if (error === undefined) return `with ${shortData(data)}`;
  const [only, ...others] = decodedValues(error.args);
  if (error.name === "Error" && others.length === 0) return clipped(`with "${printable(String(only))}"`);
  if (error.name === "Panic" && others.length === 0) return `with panic ${panicText(BigInt(String(only)))}`;
  return `with ${inWords(error)}`;
}

/** Decoded call, event or error. */
interface Decoded {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Absent where the types are not known. */
  readonly fragment?: { readonly inputs: readonly ParamType[] };
}

/** A call, an event or an error with the types of its arguments. */
interface DecodedInputs<F extends Fragment = Fragment> {
  readonly name: string;
  readonly args: Result;
  readonly fragment: F;
}

/**
 * A call, an event or an error as `Name(arguments)`. Strangers choose the arguments: none of them writes over a terminal or
 * fills it, and a text is never taken for an address or for further arguments.
 */
export function inWords({ name, args, fragment }: Decoded): string {
  return clipped(
    `${name}(${decodedValues(args)
      .map((value, place) => shownArgument(value, fragment?.inputs[place]))
      .join(", ")})`,
  );
}

function namedArguments({ args, fragment: { inputs } }: DecodedInputs): readonly NamedArgument[] {
  const values = decodedValues(args);
  return inputs.map((input, place) => ({
    name: input.name,
    type: input.format("sighash"),
    value: clipped(shownArgument(values[place], input)),
  }));
}

/** Result of the first fragment that can decode the data. */
function decodedBy<F extends NamedFragment>(
  fragments: readonly F[],
  decode: (fragment: F) => Result,
): DecodedInputs<F> | undefined {
  for (const fragment of fragments) {
    try {
      return { name: fragment.name, args: decode(fragment), fragment };
    } catch {
      // A stranger's data, which are of another contract or of none.
    }
  }
  return undefined;
}

/** Without a selector there is nothing to look for; and data can be cut off: InteropHandler keeps 1,024 bytes of a revert. */
function parsed<T>(parse: () => T | null, data: Hex): T | undefined {
  if (data.length < SELECTOR_LENGTH) return undefined;
  try {
    return parse() ?? undefined;
  } catch {
    return undefined;
  }
}

/** Empty for what is too short to have one. */
function selectorOf(data: Hex): string {
  return data.length < SELECTOR_LENGTH ? "" : data.slice(0, SELECTOR_LENGTH);
}

/** Length of `0x` and four bytes. */
const SELECTOR_LENGTH = 10;

/** An event stores only the hash of an indexed argument that is longer than a word. */
function shownArgument(value: unknown, type: ParamType | undefined): string {
  return Indexed.isIndexed(value) ? `hashed ${String(value.hash)}` : shown(value, type);
}

function clipped(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** An argument as Solidity's developers write it; lists and structs in brackets. A text is in quotes, also one of digits. */
function shown(value: unknown, type: ParamType | null | undefined): string {
  if (Array.isArray(value))
    return `[${decodedValues(value)
      .map((each, place) => shown(each, type?.arrayChildren ?? type?.components?.[place]))
      .join(", ")}]`;
  const text = printable(String(value));
  const isText = type === undefined || type === null ? typeof value === "string" && !HEX.test(text) : type.baseType === "string";
  return isText ? JSON.stringify(text) : text;
}

const HEX = /^0x[0-9a-f]*$/i;
