import hre from "hardhat";
import { METHODS_OF_NODES } from "./methods-of-nodes.ts";
import type { NodeAnswer } from "./table.ts";

/** Of JSON-RPC and EIP-1474: there is no such method. */
const ABSENT = new Set([-32601, -32004]);

/** Resolves with the error; undefined where there is none. */
export type Ask = (method: string) => Promise<{ readonly code?: number; readonly message?: string } | undefined>;

/** Those of the methods that a node has. */
export async function methodsOf(ask: Ask): Promise<readonly string[]> {
  const present: string[] = [];
  for (const method of METHODS_OF_NODES) {
    const error = await ask(method);
    if (!ABSENT.has(error?.code ?? 0) && error?.message !== "Not implemented") present.push(method);
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
