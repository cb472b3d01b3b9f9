import { Interface, type ErrorDescription, type FunctionFragment, type InterfaceAbi, type Result } from "ethers";
import type { Hex } from "../../../../ground/protocol/hex.ts";

/** Where a contract is: its chain and its address. */
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
    // Data that no encoder wrote are sent as they are.
    return undefined;
  }
}

/** Decoded values; undefined where a text in them is no UTF-8, which no literal of a test could stand for. */
export function readable(args: Result): readonly unknown[] | undefined {
  try {
    args.toArray(true);
    return args;
  } catch {
    return undefined;
  }
}

/** What a call reverted with by a contract's errors; null where it has none such. */
export function parsedError(abi: InterfaceAbi, data: Hex): ErrorDescription | null {
  try {
    return new Interface(abi).parseError(data);
  } catch {
    return null;
  }
}
