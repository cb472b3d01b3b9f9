import type { NetworkConnection } from "hardhat/types/network";
import type { Member } from "../../../src/tool/plugin/api/hyperchains.ts";
import { createHardhat } from "../../plugin/connection/support/open.ts";

/** A connection as a suite gets it, with all members of its ecosystem, L1 last. */
export interface OpenMembers {
  readonly connection: NetworkConnection;
  readonly members: readonly Member[];
}

/** Opens an ecosystem without a prover, whose members all have this code; by address. */
export async function openMembersWith(codes: Readonly<Record<string, string>>): Promise<OpenMembers> {
  const hre = await createHardhat({ proofs: "none" });
  const connection = await hre.network.create("hyperchain");
  const members = [...connection.hyperchains, connection.hyperchains.l1];
  for (const { networkHelpers } of members) {
    for (const [address, code] of Object.entries(codes)) await networkHelpers.setCode(address, code);
  }
  return { connection, members };
}
