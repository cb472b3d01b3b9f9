import type { InterfaceAbi } from "ethers";
import type { ArtifactManager } from "hardhat/types/artifacts";
import { contractNames } from "../client/revert-reason.ts";
import type { ContractNames } from "../client/revert-reason.ts";

/** What the contracts that the project has compiled call their errors and functions; read when something has failed. */
export function projectNames(
  artifacts: Pick<ArtifactManager, "getAllFullyQualifiedNames" | "readArtifact">,
): () => Promise<ContractNames> {
  return async () => {
    const names = [...(await artifacts.getAllFullyQualifiedNames())];
    const abis = await Promise.all(
      names.map(async (name) => (await artifacts.readArtifact(name)).abi as unknown as InterfaceAbi),
    );
    return contractNames(abis);
  };
}
