import type { Devnet } from "../../../../ecosystem/devnet/devnet.ts";

/** Contents of a folder with an ecosystem, at the start. */
interface KeepingInfo {
  readonly folder: string;
  /** Whether an earlier process left it there. */
  readonly continues: boolean;
  /** Newest block of each member. */
  readonly blocks: readonly { readonly name: string; readonly chainId: number; readonly block: number }[];
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
  return {
    folder,
    continues: devnet.continues,
    blocks: await Promise.all(blocks),
  };
}

/** Text of the information for people. */
export function keepingLine({ folder, continues, blocks }: KeepingInfo): string {
  if (!continues) return `kept in ${folder}; the next start with it resumes`;
  return `resumes from ${folder}: ${blocks.map(({ name, block }) => `${name} at block ${block}`).join(", ")}`;
}
