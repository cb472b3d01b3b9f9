import type { Provider } from "ethers";
import type { DeployedEcosystem, FirstVersion } from "./deploy-ecosystem.ts";
import { DevnetOptionsError } from "../options.ts";
import type { DeployedContracts } from "../options.ts";

/**
 * Takes over contracts that others have deployed. Rejects with DevnetOptionsError where they are not on this L1, or were
 * deployed for another protocol than this software's.
 */
export async function adoptContracts(
  contracts: DeployedContracts,
  { version, withNoProofVersion }: { readonly version: FirstVersion; readonly withNoProofVersion: boolean },
  l1: Provider,
): Promise<DeployedEcosystem> {
  const { addresses, version: theirs, noProofVersion } = contracts;
  for (const role of ["factory", "bridge", "roots", "verifiers"] as const) {
    if ((await l1.getCode(addresses[role])) !== "0x") continue;
    throw new DevnetOptionsError(`l1.deployed.addresses.${role}: there is no contract at ${addresses[role]} on the L1 at l1.url; give what was deployed there, or leave l1.deployed out`);
  }
  for (const field of ["protocolVersion", "genesisStateRoot", "genesisLeafCount"] as const) {
    if (theirs[field] === version[field]) continue;
    throw new DevnetOptionsError(`l1.deployed.version.${field} is ${theirs[field]}, this software's is ${version[field]}; deploy its contracts, or use the software that these were deployed with`);
  }
  if (withNoProofVersion && noProofVersion === undefined) {
    throw new DevnetOptionsError('prover.mode: these contracts have no version without proofs; use "stark", or leave l1.deployed out');
  }
  const { chainId: settlementChainId } = await l1.getNetwork();
  return { ...contracts, settlementChainId, gasUsed: new Map() };
}
