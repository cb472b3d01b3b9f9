import { ContractFactory, type Signer } from "ethers";

import { NOTE_TREE_CODE } from "../abi/note-tree-code.ts";
import { SHIELDED_CONSTRAINTS_CODE } from "../abi/shielded-constraints-code.ts";
import { SHIELDED_POOL_CODE } from "../abi/shielded-pool-code.ts";
import { SHIELDED_STARK_CODE } from "../abi/shielded-stark-code.ts";

const ofAddresses = (count: number) => [
  { type: "constructor", inputs: Array.from({ length: count }, () => ({ type: "address" })) },
];

/** Deploys a shielded pool with its verifier, in four transactions of the signer. Resolves with the pool's address. */
export async function deployShieldedPool(signer: Signer): Promise<string> {
  const deploy = async (code: string, ...addresses: readonly string[]): Promise<string> => {
    const contract = await new ContractFactory(ofAddresses(addresses.length), code, signer).deploy(...addresses);
    await contract.waitForDeployment();
    return contract.getAddress();
  };
  const stark = await deploy(SHIELDED_STARK_CODE, await deploy(SHIELDED_CONSTRAINTS_CODE));
  return deploy(SHIELDED_POOL_CODE, stark, await deploy(NOTE_TREE_CODE));
}
