import { Interface, type Provider } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import { viewsOn } from "../../client/governing/read-view.ts";
import { isProvenVersion } from "../../../ground/protocol/no-proof.ts";
import { exitDelayObjection, type ChainTimes } from "../../options/fields/time-limits.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Layer, LayerVersion } from "../deployment/layer.ts";
import { DevnetOptionsError } from "../described/options.ts";

/** Requirements of the contracts. */
interface Adoption {
  readonly version: LayerVersion;
  /** The times of the chains that are to be created with them. */
  readonly chains: readonly ChainTimes[];
}

const registryInterface = new Interface(verifierRegistryAbi);
const factoryInterface = new Interface(chainFactoryAbi);

/**
 * Takes over contracts that others have deployed. Rejects with DevnetOptionsError where they are not on this L1, were
 * deployed for another protocol than this software's, or would refuse one of the chains for its times.
 */
export async function adoptContracts(layer: Layer, { version: own, chains }: Adoption, l1: Provider): Promise<Layer> {
  const { addresses, versions } = layer;
  for (const role of ["factory", "bridge", "roots", "verifiers"] as const) {
    if ((await l1.getCode(addresses[role])) !== "0x") continue;
    throw new DevnetOptionsError(
      "BadOptions",
      `l1.deployed.addresses.${role}: there is no contract at ${addresses[role]} on the L1 at l1.url; give what was deployed there, or leave l1.deployed out`,
    );
  }
  const theirs = versions.trusted;
  if (theirs === undefined)
    throw new DevnetOptionsError(
      "BadOptions",
      "l1.deployed.versions.trusted is missing: pass the complete layer, or leave l1.deployed out",
    );
  const isProven = isProvenVersion(theirs.protocolVersion);
  if (isProven !== isProvenVersion(own.protocolVersion)) {
    throw new DevnetOptionsError(
      "BadOptions",
      `proofs: these contracts were deployed with "${isProven ? "stark" : "none"}"; say the same, or leave l1.deployed out`,
    );
  }
  for (const field of ["protocolVersion", "genesisStateRoot", "genesisLeafCount"] as const) {
    if (theirs[field] === own[field]) continue;
    throw new DevnetOptionsError(
      "BadOptions",
      `l1.deployed.versions.trusted.${field} is ${theirs[field]}, this software's is ${own[field]}; deploy its contracts, or use the software that these were deployed with`,
    );
  }
  const recoverySeconds = await readSeconds(l1, addresses.factory, factoryInterface, "recoveryTime");
  const freezeSeconds = await readSeconds(l1, addresses.verifiers, registryInterface, "freezeTime");
  for (const [place, times] of chains.entries()) {
    const objection = exitDelayObjection(times, { recoverySeconds, freezeSeconds });
    if (objection !== undefined) throw new DevnetOptionsError("BadOptions", `chains[${place}].exitDelaySeconds: ${objection}`);
  }
  const { chainId: settlementChainId } = await l1.getNetwork();
  // The registry says whether another process added the version of proven chains.
  return { ...layer, settlementChainId, versions: { trusted: theirs } };
}

/** Part of each exit delay that the contracts reserve for a chain that reseals a refused batch or whose version is frozen. */
async function readSeconds(l1: Provider, to: Hex, contract: Interface, name: string): Promise<number> {
  return Number(await viewsOn(l1)<bigint>(to, contract, name));
}
