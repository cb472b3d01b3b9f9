import { concat, getCreate2Address, keccak256, ZeroHash } from "ethers";
import type { Provider, Signer } from "ethers";
import { REMOTE_SWAP_CODE } from "../abi/remote-swap-code.ts";
import type { Hex } from "../protocol/hex.ts";
import { ClientError } from "./client-error.ts";
import { findChain } from "./ecosystem.ts";
import type { ChainName, Ecosystem } from "./ecosystem.ts";
import { senderOn, submit } from "./submit.ts";

/** Deploys with CREATE2 for every caller: the salt, then the code. */
const CREATE2_DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c";

/** Where `RemoteSwap.sol` is on every chain that has it, of this version of the package. */
export const REMOTE_SWAP_ADDRESS: Hex = getCreate2Address(
  CREATE2_DEPLOYER,
  ZeroHash,
  keccak256(REMOTE_SWAP_CODE),
).toLowerCase() as Hex;

/** Whether a chain has the contract that swaps for accounts of other chains. */
export async function hasRemoteSwap(provider: Provider): Promise<boolean> {
  return (await provider.getCode(REMOTE_SWAP_ADDRESS)) !== "0x";
}

/**
 * Puts the contract that swaps for accounts of other chains on a chain, once for all its users; it has no owner. Resolves with
 * its address, where it was there before too. `signer` is on that chain and pays the gas. Throws ClientError.
 */
export async function deployRemoteSwap(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  const chain = findChain(ecosystem, name);
  const sender = await senderOn(signer, chain);
  if (await hasRemoteSwap(sender.provider)) return REMOTE_SWAP_ADDRESS;
  if ((await sender.provider.getCode(CREATE2_DEPLOYER)) === "0x") {
    const message = `${chain.name} has no deployer at ${CREATE2_DEPLOYER}, so the contract cannot have its address there; start the ecosystem with the option singletons`;
    throw new ClientError("NoContract", message, { account: CREATE2_DEPLOYER, chainId: chain.chainId });
  }
  await submit(sender, { to: CREATE2_DEPLOYER, data: concat([ZeroHash, REMOTE_SWAP_CODE]) });
  return REMOTE_SWAP_ADDRESS;
}
