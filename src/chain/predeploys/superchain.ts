import type { GenesisAccount } from "../model/genesis.ts";
import { SUPERCHAIN } from "../../ground/protocol/superchain.ts";
import { requireRuntimeCode } from "./runtime-code.ts";

/** The Superchain's contracts as accounts of a chain's first state; they have no constructors. */
export function superchainAccounts(
  artifacts: (name: string) => Promise<{ readonly deployedBytecode?: string }>,
): Promise<GenesisAccount[]> {
  return Promise.all(
    Object.entries(SUPERCHAIN).map(async ([name, address]) => ({
      address,
      nonce: 1n,
      code: requireRuntimeCode(name, (await artifacts(name)).deployedBytecode),
    })),
  );
}
