import type { Provider, Signer } from "ethers";
import { ATOMIC_FLOWS_CODE } from "../../../ground/abi/atomic-flows-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { deployContract, deployedContract, isDeployed, type DeployedContract } from "../sending/deployed-contract.ts";
import type { ChainName, Ecosystem } from "../ecosystem/ecosystem.ts";

const atomicFlowsContract = (): DeployedContract => deployedContract(ATOMIC_FLOWS_CODE);

/** Whether a chain has the contract that holds escrows of atomic flows. */
export async function hasAtomicFlows(provider: Provider): Promise<boolean> {
  return isDeployed(atomicFlowsContract(), provider);
}

/**
 * Deploys the contract that holds escrows of atomic flows on a chain, for all its users; it has no owner.
 * Resolves with the address, also if the contract existed. `signer` is on that chain and pays the gas. Throws
 * ClientError.
 */
export async function deployAtomicFlows(ecosystem: Ecosystem, name: ChainName, signer: Signer): Promise<Hex> {
  return deployContract(atomicFlowsContract(), ecosystem, name, signer);
}
