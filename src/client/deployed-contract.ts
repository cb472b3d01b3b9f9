import { concat, ZeroHash } from "ethers";
import type { Provider, Signer } from "ethers";
import { CREATE2_DEPLOYER, deployedAddress } from "../protocol/create2.ts";
import type { Hex } from "../protocol/hex.ts";
import { ClientError } from "./client-error.ts";
import { findChain } from "./ecosystem.ts";
import type { ChainName, Ecosystem } from "./ecosystem.ts";
import { senderOn, submit } from "./submit.ts";
import type { Sender } from "./submit.ts";

/** A contract that clients put on chains: no predeploy, no owner, the same address on each chain. */
export interface DeployedContract {
  readonly address: Hex;
  /** What creates it. */
  readonly code: string;
}

export function deployedContract(code: string): DeployedContract {
  return { address: deployedAddress(code), code };
}

export async function isDeployed({ address }: DeployedContract, provider: Provider): Promise<boolean> {
  return (await provider.getCode(address)) !== "0x";
}

/**
 * Puts a contract on a chain, once for all its users. Resolves with its address, where it was there before too. `signer` is on
 * that chain and pays the gas. Throws ClientError.
 */
export async function deployContract(
  contract: DeployedContract,
  ecosystem: Ecosystem,
  name: ChainName,
  signer: Signer,
): Promise<Hex> {
  const chain = findChain(ecosystem, name);
  const sender = await senderOn(signer, chain);
  if (await isDeployed(contract, sender.provider)) return contract.address;
  if ((await sender.provider.getCode(CREATE2_DEPLOYER)) === "0x") {
    const message = `${chain.name} has no deployer at ${CREATE2_DEPLOYER}, so the contract cannot have its address there; start the ecosystem with the option singletons`;
    throw new ClientError("NoContract", message, { account: CREATE2_DEPLOYER, chainId: chain.chainId });
  }
  return putContract(contract, sender);
}

/** Puts a contract where the sender's member has none and has the deployer. Resolves with its address. Throws ClientError. */
export async function putContract(contract: DeployedContract, sender: Sender): Promise<Hex> {
  if (!(await isDeployed(contract, sender.provider)))
    await submit(sender, { to: CREATE2_DEPLOYER, data: concat([ZeroHash, contract.code]) });
  return contract.address;
}
