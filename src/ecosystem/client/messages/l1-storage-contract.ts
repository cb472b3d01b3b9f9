import type { Provider, Signer } from "ethers";
import { L1_STORAGE_CODE } from "../../../ground/abi/l1-storage-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainName, Ecosystem } from "../ecosystem/ecosystem.ts";
import { deployContract, deployedContract, isDeployed } from "../sending/deployed-contract.ts";

const L1_STORAGE = deployedContract(L1_STORAGE_CODE);

/** Address of `L1Storage.sol` on every chain that has the contract, in this version of the package. */
export const L1_STORAGE_ADDRESS: Hex = L1_STORAGE.address;

/** True if a chain has the contract that reads storage of L1. */
export async function hasL1Storage(provider: Provider): Promise<boolean> {
  return isDeployed(L1_STORAGE, provider);
}

/**
 * Deploys the contract that reads storage of L1 on a chain, once for all users; it has no owner. Resolves with its address,
 * also if it was deployed before. `signer` is on that chain and pays the gas. Throws ClientError.
 */
export async function deployL1Storage(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  return deployContract(L1_STORAGE, ecosystem, name, signer);
}
