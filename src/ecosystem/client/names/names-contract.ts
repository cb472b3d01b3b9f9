import { AbiCoder, concat, type Provider, type Signer } from "ethers";
import { HYPERCHAIN_NAMES_CODE } from "../../../ground/abi/hyperchain-names-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { deployedContract, isDeployed, putOnLayer, type DeployedContract } from "../sending/deployed-contract.ts";
import type { Ecosystem } from "../ecosystem/ecosystem.ts";
import { senderOn } from "../sending/submit.ts";

/** Contract `HyperchainNames.sol` of an ecosystem's L1, in this version of the package. */
export function namesContract({ l1 }: Ecosystem): DeployedContract {
  return deployedContract(
    concat([HYPERCHAIN_NAMES_CODE, AbiCoder.defaultAbiCoder().encode(["address"], [l1.contracts.factory])]),
  );
}

/** Whether an ecosystem's L1 has the registry of names. */
export async function hasNames(ecosystem: Ecosystem, l1: Provider): Promise<boolean> {
  return isDeployed(namesContract(ecosystem), l1);
}

/**
 * Deploys the registry of names on L1, for the whole ecosystem; it has no owner. Resolves with the address,
 * also if the contract existed. `signer` is on L1 and pays the gas. Throws ClientError.
 */
export async function deployNames(ecosystem: Ecosystem, signer: Signer): Promise<Hex> {
  return putOnLayer(namesContract(ecosystem), await senderOn(signer, ecosystem.l1));
}
