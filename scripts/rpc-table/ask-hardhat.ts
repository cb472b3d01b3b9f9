import hre from "hardhat";
import { METHODS_OF_NODES } from "./methods-of-nodes.ts";
import { ProbedNode, type NodeError, type Send } from "./probed-node.ts";
import type { NodeAnswer } from "./table.ts";
import { validParameters } from "./valid-parameters.ts";

/** Codes of JSON-RPC and EIP-1474 for a missing method. */
const ABSENT = new Set([-32601, -32004]);

/** Error with which a node answers a method with valid parameters; undefined if it answers. */
export type Answered = (method: string) => Promise<NodeError | undefined>;

/** True if the answer says that the node has no such method. */
export function isAbsent(error: NodeError | undefined): boolean {
  return ABSENT.has(error?.code ?? 0) || error?.message === "Not implemented";
}

/** Asks a node each method with parameters that are valid for it. */
export async function probe(send: Send): Promise<Answered> {
  const node = await ProbedNode.of(send);
  return async (method) => {
    await send("evm_setAutomine", true);
    // Parameters that take another method of a node that lacks it are left out.
    const params = await validParameters(method, node).catch((error: NodeError) => {
      if (isAbsent(error)) return [];
      throw error;
    });
    return send(method, ...params).then(
      () => undefined,
      (error: NodeError) => error,
    );
  };
}

/** Methods that a node has, also those that it refuses for another reason. */
export async function methodsOf(answered: Answered): Promise<readonly string[]> {
  const present: string[] = [];
  for (const method of METHODS_OF_NODES) {
    if (!isAbsent(await answered(method))) present.push(method);
  }
  return present.sort();
}

/** Hardhat's network as this project has it installed. */
export async function askHardhat(): Promise<NodeAnswer> {
  const { provider, close } = await hre.network.create({ network: "local" });
  const methods = await methodsOf(await probe((method, ...params) => provider.request({ method, params: [...params] })));
  const version = String(await provider.request({ method: "web3_clientVersion" }));
  await close();
  return { version, methods };
}
