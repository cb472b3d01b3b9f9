import { concat, ZeroHash, type Provider, type Signer } from "ethers";
import { CREATE2_DEPLOYER, deployedAddress } from "../../../ground/protocol/create2.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { senderOn, submit, type Sender } from "./submit.ts";

/** Creates the deployer on any network. No key signed it; its one sender needs 0.01 ETH. */
const DEPLOYER_TRANSACTION =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";
const DEPLOYER_GAS_PRICE = 100_000_000_000n;
const DEPLOYER_SENDER = { address: "0x3fab184622dc19b6109349b94811493bf2a45362", needs: 10n ** 16n };

/** A contract that clients put on chains: no predeploy, no owner, the same address on each chain. */
export interface DeployedContract {
  readonly address: Hex;
  /** Creation code. */
  readonly code: string;
}

export function deployedContract(code: string): DeployedContract {
  return { address: deployedAddress(code), code };
}

export async function isDeployed({ address }: DeployedContract, provider: Provider): Promise<boolean> {
  return (await provider.getCode(address)) !== "0x";
}

/**
 * Deploys a contract on a chain, for all its users. Resolves with the address, also if the contract existed.
 * `signer` is on that chain and pays the gas. Throws ClientError.
 */
export async function deployContract(
  contract: DeployedContract,
  ecosystem: Ecosystem,
  name: ChainName,
  signer: Signer,
): Promise<Hex> {
  const chain = findChain(ecosystem, name);
  return putContract(contract, await senderOn(signer, chain));
}

/** Puts a contract on the sender's member if it has none. Resolves with its address. Throws ClientError. */
export async function putContract(contract: DeployedContract, sender: Sender): Promise<Hex> {
  const { provider, member } = sender;
  if (await isDeployed(contract, provider)) return contract.address;
  if ((await provider.getCode(CREATE2_DEPLOYER)) === "0x") {
    const message = `${member.name} has no deployer at ${CREATE2_DEPLOYER}, so the contract cannot have its address there; start the ecosystem with the option singletons`;
    throw new ClientError("NoContract", message, { account: CREATE2_DEPLOYER, chainId: member.chainId });
  }
  try {
    await submit(sender, { to: CREATE2_DEPLOYER, data: concat([ZeroHash, contract.code]) });
  } catch (error) {
    // Anyone may have put it there in between: it is the same contract.
    if (!(await isDeployed(contract, sender.provider))) throw error;
  }
  return contract.address;
}

/** Deploys a contract on L1, or on another settlement layer, after the deployer contract. */
export async function putOnLayer(contract: DeployedContract, sender: Sender): Promise<Hex> {
  await putDeployer(sender);
  return putContract(contract, sender);
}

/**
 * Puts the public's deployer where the sender's member has none, by the one transaction that can (github.com/Arachnid/
 * deterministic-deployment-proxy): any other code would be at another address. Throws ClientError.
 */
export async function putDeployer(sender: Sender): Promise<void> {
  const { provider, member } = sender;
  const isThere = async (): Promise<boolean> => (await provider.getCode(CREATE2_DEPLOYER)) !== "0x";
  if (await isThere()) return;
  const { address, needs } = DEPLOYER_SENDER;
  if ((await provider.getBalance(address)) < needs) await submit(sender, { to: address, value: needs });
  try {
    await (await provider.broadcastTransaction(DEPLOYER_TRANSACTION)).wait();
  } catch (error) {
    // Anyone can send it.
    if (await isThere()) return;
    const message = `${member.name} does not take the transaction that creates the deployer at ${CREATE2_DEPLOYER}, at ${DEPLOYER_GAS_PRICE} wei a gas and without a chain id; start the ecosystem with the option singletons`;
    throw new ClientError("NoContract", message, { account: CREATE2_DEPLOYER, chainId: member.chainId }, { cause: error });
  }
}
