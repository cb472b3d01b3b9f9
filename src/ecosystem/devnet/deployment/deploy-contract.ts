import type { Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { creationData } from "./creation-data.ts";
import { DeploymentError, type ArtifactSource } from "./deploy-layer.ts";

interface Deploying {
  readonly operator: Signer;
  readonly artifacts: ArtifactSource;
}

/** Deploys one of this package's contracts from the operator's account. Rejects with DeploymentError. */
export async function deployContract(name: string, args: readonly unknown[], { operator, artifacts }: Deploying): Promise<Hex> {
  const response = await operator.sendTransaction({ data: creationData(await artifacts(name), args) });
  const receipt = await response.wait();
  if (receipt?.contractAddress === null || receipt?.contractAddress === undefined)
    throw new DeploymentError(name, `transaction ${response.hash} created nothing`);
  return receipt.contractAddress.toLowerCase() as Hex;
}
