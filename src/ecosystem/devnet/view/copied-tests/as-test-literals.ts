import { isHexString, type ParamType } from "ethers";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { TestLibrary } from "./as-test-library.ts";
import { namedChain } from "./named-chain.ts";

/** Names that represent addresses in a test. */
export interface Known {
  /** Variable of the contract with this address in lower case, on the chain itself first; undefined for an account. */
  readonly contract: (address: string) => string | undefined;
  /** Name of an address, on another chain first: bytes name accounts there, since an address has no chain. */
  readonly remote: (address: string) => string | undefined;
  /** Variable of the contract with this address on that chain. */
  readonly on: (chainId: number, address: string) => string | undefined;
  /** Constant of an account that acts. */
  readonly account: (address: string) => string | undefined;
  readonly library: TestLibrary;
}

/**
 * A value as an expression of TypeScript. Strangers choose values: text is quoted by JSON, and nothing but digits is
 * outside of quotes.
 */
export function literal(value: unknown, type: ParamType, names: Known): string {
  if (type.arrayChildren !== null) {
    const items = [...(value as Iterable<unknown>)].map((each) => literal(each, type.arrayChildren as ParamType, names));
    return `[${items.join(", ")}]`;
  }
  if (type.components !== null) {
    const items = [...(value as Iterable<unknown>)].map((each, i) => literal(each, type.components?.[i] as ParamType, names));
    return names.library.struct(type, items);
  }
  if (typeof value === "bigint") return names.library.integer(value, type);
  if (typeof value === "boolean") return String(value);
  const text = String(value);
  if (type.baseType === "address") {
    const address = text.toLowerCase();
    const contract = names.contract(address);
    return names.account(address) ?? (contract === undefined ? JSON.stringify(text) : names.library.argument(contract));
  }
  return type.baseType.startsWith("bytes") && isHexString(text)
    ? bytesLiteral(text as Hex, { ...names, contract: names.remote })
    : quoted(text);
}

/** Bytes with the addresses that contracts have in the test, each on the chain that it is named with. */
export function bytesLiteral(data: Hex, names: Pick<Known, "contract" | "on" | "library">): string {
  const lower = data.toLowerCase();
  const addresses = contractsIn(data, names);
  if (addresses.length === 0) return JSON.stringify(lower);
  const pattern = new RegExp(`(${addresses.map((each) => each.slice(2)).join("|")})`);
  const pieces = lower.split(pattern);
  const variable = (piece: string, before: string): string => {
    const chainId = namedChain(before);
    const there = chainId === undefined ? undefined : names.on(chainId, `0x${piece}`);
    return there ?? names.contract(`0x${piece}`) ?? "";
  };
  const text = pieces.map((piece, i) =>
    i % 2 === 0 ? piece : `\${(${names.library.address(variable(piece, pieces[i - 1] ?? ""))}).slice(2)}`,
  );
  return `\`${text.join("")}\``;
}

/** Addresses of contracts within data, at any place. */
function contractsIn(data: Hex, { contract }: Pick<Known, "contract">): readonly string[] {
  const digits = data.slice(2).toLowerCase();
  const found = new Set<string>();
  for (let at = 0; at + 40 <= digits.length; at += 2) {
    const address = `0x${digits.slice(at, at + 40)}`;
    if (contract(address) !== undefined) found.add(address);
  }
  return [...found];
}

/** Text in quotes, also where it has letters that end a line in TypeScript. */
export function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
