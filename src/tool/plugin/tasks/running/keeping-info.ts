import { existsSync } from "node:fs";
import type { Devnet } from "../../../../ecosystem/devnet/devnet.ts";
import { executionFileOf } from "../../../../ecosystem/devnet/keeping/world.ts";
import { warning } from "../session/output.ts";

/** Contents of a folder with an ecosystem, at the start. */
interface KeepingInfo {
  readonly folder: string;
  /** Whether an earlier process left it there. */
  readonly continues: boolean;
  /** Newest block of each member. */
  readonly blocks: readonly { readonly name: string; readonly chainId: number; readonly block: number }[];
  /** Chains of which an earlier process made proofs of execution, and this one makes none; absent where there are none. */
  readonly noLongerProven?: readonly string[];
}

export async function keepingInfo(devnet: Devnet, folder: string): Promise<KeepingInfo> {
  const info = devnet.info();
  const members = [
    { ...info.l1, request: devnet.l1.eip1193 },
    ...devnet.chains.map(({ name, chainId, provider }) => ({ name, chainId: Number(chainId), request: provider })),
  ];
  const blocks = members.map(async ({ name, chainId, request }) => ({
    name,
    chainId,
    block: Number(await request.request({ method: "eth_blockNumber" })),
  }));
  const noLongerProven = info.chains
    .filter(({ chainId, execution }) => execution === undefined && existsSync(executionFileOf(folder, BigInt(chainId))))
    .map(({ name }) => name);
  return {
    folder,
    continues: devnet.continues,
    blocks: await Promise.all(blocks),
    ...(noLongerProven.length === 0 ? {} : { noLongerProven }),
  };
}

/** Text of the information for people. */
export function keepingLine({ folder, continues, blocks, noLongerProven = [] }: KeepingInfo): string {
  if (!continues) return `kept in ${folder}; the next start with it resumes`;
  const goesOn = `resumes from ${folder}: ${blocks.map(({ name, block }) => `${name} at block ${block}`).join(", ")}`;
  if (noLongerProven.length === 0) return goesOn;
  const names = noLongerProven.join(", ");
  return `${goesOn}\n${warning(`proofs of execution were made of ${names} and are not now; --execution proven goes on with them`)}`;
}
