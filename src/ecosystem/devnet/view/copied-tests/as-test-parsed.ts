import { Interface, type ErrorDescription, type FunctionFragment, type InterfaceAbi, type Result } from "ethers";
import type { Hex } from "../../../../ground/protocol/hex.ts";

/** Key of a contract: its chain and its address. */
export function keyOf(chainId: number, address: string): string {
  return `${chainId}:${address.toLowerCase()}`;
}

/** A chain's name as a variable: names have letters, digits and hyphens. */
export function variableOf(name: string): string {
  const letters = name.replace(/[^a-zA-Z0-9]+(.)?/g, (_, next: string | undefined) => (next ?? "").toUpperCase());
  return /^[a-zA-Z]/.test(letters) ? letters : `chain${letters}`;
}

/** A call by a contract's functions; undefined where it has none such. */
export function parsedCall(
  abi: InterfaceAbi,
  data: Hex,
): { readonly fragment: FunctionFragment; readonly args: readonly unknown[] } | undefined {
  try {
    const call = new Interface(abi).parseTransaction({ data });
    return call === null || readable(call.args) === undefined ? undefined : call;
  } catch {
    // Data that no encoder wrote are sent unchanged.
    return undefined;
  }
}

/** Decoded values; `undefined` if a text in them is malformed UTF-8, which no literal of a test could represent. */
export function readable(args: Result): readonly unknown[] | undefined {
  try {
    args.toArray(true);
    return args;
  } catch {
    return undefined;
  }
}

/** Error of a call, by a contract's errors; null if it has no matching one. */
export function parsedError(abi: InterfaceAbi, data: Hex): ErrorDescription | null {
  try {
    return new Interface(abi).parseError(data);
  } catch {
    return null;
  }
}
