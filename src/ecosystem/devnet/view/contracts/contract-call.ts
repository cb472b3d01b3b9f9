import { AbiCoder, Interface, type FunctionFragment, type ParamType } from "ethers";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { ProjectNames } from "../books/describe.ts";

/** A call of a contract of the project, as text. */
export interface ContractCall {
  /** Name and types, such as "transfer(address,uint256)", or the name alone where there is only one. */
  readonly function: string;
  /** Arguments as typed text: numbers in digits, `true` or `false`, lists and structs in JSON. */
  readonly arguments: readonly string[];
}

/** A value that a contract answers. */
export interface NamedValue {
  /** Empty where the contract gives it none. */
  readonly name: string;
  readonly type: string;
  /** Numbers in digits, lists and structs in JSON. */
  readonly value: string;
}

/** Hexadecimal characters of an answer that are decoded: a stranger's data can unfold into a thousand times as much. */
const MAX_DECODED = 16_386;
/** Values in all lists and structs of a call's arguments: each takes some 50 µs, in which nothing else is answered. */
const MOST_VALUES = 4_096;

/** The named function of the contract that has this code. Throws RpcError. */
export function projectFunction(names: ProjectNames, code: string, named: string): FunctionFragment {
  const contract = names.contract?.(code);
  if (contract === undefined)
    throw refused("no contract of the project has the code at this address, so its functions are not known");
  const found = attempt(() => new Interface(contract.abi).getFunction(named));
  if (found === null || found === undefined)
    throw refused(
      `${contract.name} has no function ${named.slice(0, 100)}; write its name and types, such as "transfer(address,uint256)"`,
    );
  return found;
}

/** Calldata of a function. Throws RpcError, which names the argument that does not fit. */
export function encodeContractCall(fragment: FunctionFragment, texts: readonly string[]): Hex {
  const { inputs, selector } = fragment;
  if (inputs.length !== texts.length)
    throw refused(`${fragment.format("sighash")} takes ${inputs.length} arguments, not ${texts.length}`);
  return `${selector}${encodeArguments(inputs, texts).slice(2)}` as Hex;
}

/** Encodes one text for each parameter. Throws RpcError, which names the argument that does not fit. */
export function encodeArguments(inputs: readonly ParamType[], texts: readonly string[]): Hex {
  const coder = AbiCoder.defaultAbiCoder();
  const room = { values: MOST_VALUES };
  const values = inputs.map((input, place) => attempt(() => typed(input, texts[place] ?? "", room)));
  if (room.values < 0)
    throw refused(`the lists of the arguments have more than ${MOST_VALUES} values together: a script can send as many`);
  const data = values.includes(undefined) ? undefined : attempt(() => coder.encode(inputs, values));
  if (data !== undefined) return data as Hex;
  for (const [place, input] of inputs.entries()) {
    const value = values[place];
    if (value !== undefined && attempt(() => coder.encode([input], [value])) !== undefined) continue;
    const name = input.name === "" ? "" : ` (${input.name})`;
    throw refused(`argument ${place + 1}${name} must be ${input.format("sighash")}: "${(texts[place] ?? "").slice(0, 100)}"`);
  }
  throw refused("the arguments are not what the function takes");
}

/** Decodes the answer of a function. Throws RpcError for one that is too long or malformed. */
export function decodeAnswer({ outputs, name }: FunctionFragment, answer: Hex): readonly NamedValue[] {
  if (answer.length > MAX_DECODED)
    throw refused(`${name} answers more than ${(MAX_DECODED - 2) / 2} bytes; ask for them by eth_call`);
  const values = attempt(() => [...AbiCoder.defaultAbiCoder().decode(outputs, answer)]);
  if (values === undefined) throw refused(`${name} answers ${answer.slice(0, 100)}, expected ${outputs.map(String).join(", ")}`);
  return outputs.map((output, place) => ({ name: output.name, type: output.format("sighash"), value: shown(values[place]) }));
}

/**
 * Value of an argument's text. Lists and structs are JSON, whose leaves are like single arguments. Throws if the limit of
 * values is reached.
 */
function typed(type: ParamType, value: unknown, room: { values: number }): unknown {
  const { arrayChildren, components, baseType } = type;
  if (arrayChildren !== null) return list(value, room).map((each) => typed(arrayChildren, each, room));
  if (components !== null) {
    const fields = list(value, room);
    if (fields.length !== components.length) throw new TypeError("another number of fields");
    return components.map((component, place) => typed(component, fields[place], room));
  }
  if (baseType === "string") return value;
  const text = String(value).trim();
  if (baseType !== "bool") return typeof value === "number" && !Number.isSafeInteger(value) ? undefined : text;
  if (text !== "true" && text !== "false") throw new TypeError("neither true nor false");
  return text === "true";
}

function list(value: unknown, room: { values: number }): readonly unknown[] {
  const parsed: unknown = typeof value === "string" ? JSON.parse(value) : value;
  if (!Array.isArray(parsed)) throw new TypeError("no list");
  room.values -= parsed.length;
  if (room.values < 0) throw new RangeError("too many values");
  return parsed;
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "bigint" || typeof value === "boolean"
    ? String(value)
    : JSON.stringify(value, (_name, each: unknown) => (typeof each === "bigint" ? each.toString() : each));
}

/** ethers throws for what does not fit a type; the caller says what did not. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function refused(message: string): RpcError {
  return new RpcError(RpcCode.invalidParams, message);
}
