import { type Contract, type ContractTransactionReceipt, ContractFactory, type Signer } from "ethers";
import hre from "hardhat";

/** Deploys a compiled contract, and waits for it. */
export async function deployBy(operator: Signer, name: string, ...args: unknown[]): Promise<Contract> {
  const { abi, bytecode } = await hre.artifacts.readArtifact(name);
  const contract = await new ContractFactory(abi, bytecode, operator).deploy(...args);
  await contract.waitForDeployment();
  return contract as Contract;
}

/** Sends a call, and waits for its receipt. */
export async function send(
  contract: Contract,
  name: string,
  args: readonly unknown[],
  overrides = {},
): Promise<ContractTransactionReceipt> {
  return (await (await contract.getFunction(name).send(...args, overrides)).wait()) as ContractTransactionReceipt;
}
