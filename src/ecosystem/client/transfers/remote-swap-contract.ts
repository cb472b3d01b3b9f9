import type { Provider, Signer } from "ethers";
import { REMOTE_SWAP_CODE } from "../../../ground/abi/remote-swap-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { deployContract, deployedContract, isDeployed } from "../sending/deployed-contract.ts";
import type { ChainName, Ecosystem } from "../ecosystem/ecosystem.ts";

const REMOTE_SWAP = deployedContract(REMOTE_SWAP_CODE);

/** Address of `RemoteSwap.sol` on every chain that has it, in this version of the package. */
export const REMOTE_SWAP_ADDRESS: Hex = REMOTE_SWAP.address;

/** Whether a chain has the contract that swaps for accounts of other chains. */
export async function hasRemoteSwap(provider: Provider): Promise<boolean> {
  return isDeployed(REMOTE_SWAP, provider);
}

/**
 * Deploys the contract that swaps for accounts of other chains, for all users of a chain; it has no owner.
 * Resolves with the address, also if the contract existed. `signer` is on that chain and pays the gas. Throws
 * ClientError.
 */
export async function deployRemoteSwap(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  return deployContract(REMOTE_SWAP, ecosystem, name, signer);
}
