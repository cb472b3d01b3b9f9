import type { Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "./client-error.ts";
import { findChain, type ChainName, type Ecosystem } from "./ecosystem.ts";
import { ecosystemOf } from "./settlement-base.ts";

/** Network of guardians, as `hyperchain_info` describes it. */
interface NamedNetwork {
  readonly name: string;
  /** Contract on L1. */
  readonly network: Hex;
  readonly onChains?: readonly { readonly chain: string; readonly network: Hex }[];
}

interface GuardedEcosystem extends Ecosystem {
  readonly guardians?: readonly NamedNetwork[];
}

/** A network of guardians by its name; without a name, the only one. Throws ClientError UnknownGuardians. */
export function findGuardians<Network extends { readonly name: string }>(
  networks: readonly Network[] = [],
  name?: string,
): Network {
  const [only, ...others] = networks;
  const network = name === undefined ? (others.length === 0 ? only : undefined) : networks.find((each) => each.name === name);
  if (network !== undefined) return network;
  const known = networks.map((each) => each.name).join(", ");
  if (known === "")
    throw new ClientError("UnknownGuardians", "the ecosystem has no guardians; name some in the option guardians of the config");
  if (name === undefined)
    throw new ClientError("UnknownGuardians", `the ecosystem has several networks of guardians; name one: ${known}`);
  throw new ClientError("UnknownGuardians", `there are no guardians "${name}"; the ecosystem has ${known}`);
}

/** Contract of a network on a settlement layer, with the layer's chain id and the block of its first event. */
export interface GuardiansOnLayer {
  readonly network: Hex;
  readonly layer: Ecosystem["l1"];
}

/**
 * Contract of a network on the layer on which a chain settles; without a chain, on L1. Throws ClientError UnknownGuardians,
 * UnknownChain, or NotGuarded if the network has no contract on that layer.
 */
export function guardiansOnLayer(ecosystem: GuardedEcosystem, name: string | undefined, chain?: ChainName): GuardiansOnLayer {
  const { name: known, network, onChains = [] } = findGuardians(ecosystem.guardians, name);
  const layer = chain === undefined ? ecosystem.l1 : ecosystemOf(ecosystem, findChain(ecosystem, chain)).l1;
  if (layer.chainId === ecosystem.l1.chainId) return { network, layer };
  const there = onChains.find((each) => each.chain === layer.name);
  if (there !== undefined) return { network: there.network, layer };
  throw new ClientError("NotGuarded", `guardians ${known} have no contract on ${layer.name}, where ${String(chain)} settles`);
}
