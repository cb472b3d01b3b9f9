import { AbiCoder, Interface, type InterfaceAbi } from "ethers";

import { type LocalL1, startLocalL1 } from "../../../support/l1.ts";
import { type Compiled, compileSolidity } from "./compile.ts";

/** Result of a call: return data, or the revert's data. */
export type CallResult = { readonly ok: true; readonly data: string } | { readonly ok: false; readonly data: string };

/** Deploys raw code on an in-process L1 and calls it. */
export interface CodeChain {
  readonly l1: LocalL1;
  /** Runs creation code with ABI-encoded addresses as constructor arguments; returns the contract's address. */
  deploy(code: Compiled, ...addresses: readonly string[]): Promise<string>;
  call(to: string, data: string | Uint8Array): Promise<CallResult>;
  close(): Promise<void>;
}

const CALL_GAS = "0x1000000"; // the public networks' limit for one transaction

/** Starts a separate L1, or uses a running one. */
export async function startCodeChain(given?: LocalL1): Promise<CodeChain> {
  const l1 = given ?? (await startLocalL1());
  const [signer] = await l1.ethers.getSigners();
  if (signer === undefined) throw new Error("the local L1 has no funded account");
  return {
    l1,
    async deploy(code, ...addresses) {
      const encoded = AbiCoder.defaultAbiCoder().encode(
        addresses.map(() => "address"),
        addresses,
      );
      const sent = await signer.sendTransaction({ data: code.creation + encoded.slice(2) });
      const receipt = await sent.wait();
      if (receipt?.contractAddress == null) throw new Error("deployment left no contract");
      return receipt.contractAddress;
    },
    call: callsOf((call) => l1.ethers.provider.send("eth_call", call)),
    close: () => l1.close(),
  };
}

/** Calls by `eth_call`, answered as `CodeChain` says. */
export function callsOf(ethCall: (params: [object, string]) => Promise<unknown>): CodeChain["call"] {
  return async (to, data) => {
    const hex = typeof data === "string" ? data : `0x${Buffer.from(data).toString("hex")}`;
    try {
      return { ok: true, data: (await ethCall([{ to, data: hex, gas: CALL_GAS }, "latest"])) as string };
    } catch (error) {
      return { ok: false, data: revertData(error) };
    }
  };
}

/** The data of a revert; throws whatever is not one. */
function revertData(error: unknown): string {
  for (let current: unknown = error; typeof current === "object" && current !== null;) {
    const { data, cause } = current as { readonly data?: unknown; readonly cause?: unknown };
    if (typeof data === "string") return data;
    if (typeof data === "object" && data !== null && typeof (data as { data?: unknown }).data === "string") {
      return (data as { data: string }).data;
    }
    current = cause;
  }
  throw error;
}

/** Name of a custom error of `abi`, with its arguments; the raw data for other errors. */
export function errorName(abi: InterfaceAbi, data: string): { readonly name: string; readonly args: readonly bigint[] } {
  const parsed = data.length >= 10 ? new Interface(abi).parseError(data) : null;
  return parsed === null ? { name: `unknown revert ${data}`, args: [] } : { name: parsed.name, args: parsed.args.map(BigInt) };
}

/**
 * A contract whose fallback runs a piece of Yul: `body` reads words with `calldataload` and ends by returning; `functions`
 * are what it calls.
 */
export function yulContract(name: string, body: string, functions: string): string {
  return `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract ${name} { fallback() external { assembly ("memory-safe") {
${functions === "" ? body : `{\n${body}\n}\n${functions}`}
} } }
`;
}

/** Compiles and deploys Yul contracts; returns a function that calls one with words and gives its words back. */
export async function deployYul(
  chain: CodeChain,
  contracts: Readonly<Record<string, { readonly body: string; readonly functions: string }>>,
): Promise<(name: string, input: Uint8Array | readonly bigint[]) => Promise<bigint[]>> {
  const compiled = compileSolidity(
    Object.fromEntries(
      Object.entries(contracts).map(([name, { body, functions }]) => [`${name}.sol`, yulContract(name, body, functions)]),
    ),
  );
  const addresses = new Map<string, string>();
  for (const [name, code] of Object.entries(compiled)) addresses.set(name, await chain.deploy(code));
  return async (name, input) => {
    const to = addresses.get(name);
    if (to === undefined) throw new Error(`no Yul contract ${name}`);
    const data = input instanceof Uint8Array ? input : wordBytes(input);
    const result = await chain.call(to, data);
    if (!result.ok) throw new Error(`${name} reverted with ${result.data}`);
    return wordsOf(result.data);
  };
}

/** 32 big-endian bytes per integer. */
export function wordBytes(words: readonly bigint[]): Uint8Array {
  return Uint8Array.from(Buffer.from(words.map((word) => word.toString(16).padStart(64, "0")).join(""), "hex"));
}

function wordsOf(hex: string): bigint[] {
  return Array.from({ length: (hex.length - 2) / 64 }, (_, i) => BigInt(`0x${hex.slice(2 + 64 * i, 66 + 64 * i)}`));
}
