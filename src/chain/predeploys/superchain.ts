import type { GenesisAccount } from "../model/genesis.ts";
import type { Hex } from "../../protocol/hex.ts";
import { SUPERCHAIN } from "../../protocol/superchain.ts";

/** The Superchain's contracts as accounts of a chain's first state; they have no constructors. */
export function superchainAccounts(
  artifacts: (name: string) => Promise<{ readonly deployedBytecode: string }>,
): Promise<GenesisAccount[]> {
  return Promise.all(
    Object.entries(SUPERCHAIN).map(async ([name, address]) => ({
      address,
      nonce: 1n,
      code: (await artifacts(name)).deployedBytecode as Hex,
    })),
  );
}
