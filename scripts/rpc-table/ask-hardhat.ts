import hre from "hardhat";
import { METHODS_OF_NODES } from "./methods-of-nodes.ts";
import type { NodeAnswer } from "./table.ts";

/** Of JSON-RPC and EIP-1474: there is no such method. */
const ABSENT = new Set([-32601, -32004]);

/** What a node answers to a method without parameters: an error, or undefined. */
export type MethodError = { readonly code?: number; readonly message?: string; readonly data?: unknown } | undefined;
export type Ask = (method: string) => Promise<MethodError>;

/** Whether the answer says that the node has no such method. */
export function isAbsent(error: MethodError): boolean {
  return ABSENT.has(error?.code ?? 0) || error?.message === "Not implemented";
}

/** Those of the methods that a node has. */
export async function methodsOf(ask: Ask): Promise<readonly string[]> {
  const present: string[] = [];
  for (const method of METHODS_OF_NODES) {
    if (!isAbsent(await ask(method))) present.push(method);
  }
  return present.sort();
}

/** Hardhat's network as this project has it installed. */
export async function askHardhat(): Promise<NodeAnswer> {
  const { provider, close } = await hre.network.create({ network: "local" });
  const methods = await methodsOf((method) =>
    provider.request({ method, params: [] }).then(
      () => undefined,
      (error: { code: number; message: string }) => error,
    ),
  );
  const version = String(await provider.request({ method: "web3_clientVersion" }));
  await close();
  return { version, methods };
}
