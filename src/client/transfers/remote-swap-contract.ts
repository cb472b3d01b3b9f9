import type { Provider, Signer } from "ethers";
import { REMOTE_SWAP_CODE } from "../../abi/remote-swap-code.ts";
import type { Hex } from "../../protocol/hex.ts";
import { deployContract, deployedContract, isDeployed } from "../sending/deployed-contract.ts";
import type { ChainName, Ecosystem } from "../ecosystem/ecosystem.ts";

const REMOTE_SWAP = deployedContract(REMOTE_SWAP_CODE);

/** Where `RemoteSwap.sol` is on every chain that has it, of this version of the package. */
export const REMOTE_SWAP_ADDRESS: Hex = REMOTE_SWAP.address;

/** Whether a chain has the contract that swaps for accounts of other chains. */
export async function hasRemoteSwap(provider: Provider): Promise<boolean> {
  return isDeployed(REMOTE_SWAP, provider);
}

/**
 * Puts the contract that swaps for accounts of other chains on a chain, once for all its users; it has no owner. Resolves with
 * its address, where it was there before too. `signer` is on that chain and pays the gas. Throws ClientError.
 */
export async function deployRemoteSwap(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  return deployContract(REMOTE_SWAP, ecosystem, name, signer);
}
