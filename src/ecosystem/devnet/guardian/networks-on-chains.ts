import { Interface } from "ethers";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { guardianStakes } from "../../options/fields/guardians.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { askContract, CallRefusal } from "../chain-on-l1/ask-contract.ts";
import { deployContract } from "../deployment/deploy-contract.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import type { World } from "../keeping/world.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { deployNetwork, foundNetwork, listedUrls, type Founder, type NetworkOnLayer } from "./network-on-layer.ts";

const registryInterface = new Interface(stakeRegistryAbi);

interface ChainNetworksDependencies {
  readonly artifacts: ArtifactSource;
  readonly world: Pick<World, "network" | "keepNetwork"> | undefined;
  /** Coins for the deployments and transactions of each network on a chain. */
  readonly reserveWei: bigint;
}

/** A network whose members run. */
interface FoundedNetwork extends Pick<NetworkOnLayer, "terms" | "stake"> {
  readonly name: string;
  readonly founders: readonly Founder[];
}

/**
 * Networks of guardians on chains on which others settle: the first guarded chain there has the contracts deployed and the
 * guardians' keys staked there, with coins of L1. Keys and processes are those of the network on L1.
 */
export class NetworksOnChains {
  readonly #dependencies: ChainNetworksDependencies;
  /** One at a time: each sends for the payer of its layer. */
  #tail: Promise<unknown> = Promise.resolve();
  readonly #addresses = new Map<string, Hex>();

  constructor(dependencies: ChainNetworksDependencies) {
    this.#dependencies = dependencies;
  }

  /** Contracts of a network on chains, by the chain's name. */
  addressesOf(name: string): readonly { readonly chain: string; readonly network: Hex }[] {
    return [...this.#addresses].flatMap(([key, network]) => {
      const [of = "", chain = ""] = key.split("@");
      return of === name ? [{ chain, network }] : [];
    });
  }

  /** Contract of the network on a chain. Rejects with DeploymentError or with the chain's error. */
  async on(base: SettlementBase, network: FoundedNetwork): Promise<Hex> {
    const opened = this.#tail.then(() => this.#open(base, network));
    this.#tail = opened.catch(() => undefined);
    return opened;
  }

  async #open(base: SettlementBase, network: FoundedNetwork): Promise<Hex> {
    const { artifacts, world, reserveWei } = this.#dependencies;
    const name = `${network.name}@${base.name}`;
    const known = this.#addresses.get(name) ?? world?.network(name);
    const address = known !== undefined && (await hasFounders(known, base, network.founders)) ? known : undefined;
    if (address !== undefined) {
      this.#addresses.set(name, address);
      return address;
    }
    const total = guardianStakes(network.terms).reduce((sum, each) => sum + each, 0n);
    await base.bringMoney(total + reserveWei);
    const onLayer = { ...network, base, registry: await this.#registryOn(base, network.stake.unbondingSeconds) };
    const deployed = await deployNetwork(onLayer, artifacts);
    await foundNetwork(deployed, network.founders, onLayer);
    this.#addresses.set(name, deployed);
    world?.keepNetwork(name, deployed);
    return deployed;
  }

  /** Registry of stakes that all networks of a chain share. */
  async #registryOn(base: SettlementBase, unbondingSeconds: number): Promise<Hex> {
    const { artifacts, world } = this.#dependencies;
    const name = `stake registry@${base.name}`;
    const known = this.#addresses.get(name) ?? world?.network(name);
    if (known !== undefined && (await hasUnbonding(known, base, unbondingSeconds))) return known;
    const registry = await deployContract("StakeRegistry", [unbondingSeconds], { operator: base.deployer, artifacts });
    this.#addresses.set(name, registry);
    world?.keepNetwork(name, registry);
    return registry;
  }
}

/**
 * False after a return to a snapshot that is older than the network, and on another chain of the same name, which may have
 * another contract at the address.
 */
async function hasFounders(address: Hex, base: SettlementBase, founders: readonly Founder[]): Promise<boolean> {
  const listed = await ifAnswered(listedUrls(address, base));
  // Some may have left it.
  return founders.some(({ wallet, url }) => listed?.get(lowerCaseAddress(wallet.address)) === url);
}

/** Likewise of a registry. */
async function hasUnbonding(address: Hex, { sending }: SettlementBase, seconds: number): Promise<boolean> {
  const asked = askContract(sending, { to: address, contract: registryInterface, name: "unbonding" });
  const answer = await ifAnswered(asked);
  return answer !== undefined && BigInt(answer as bigint) === BigInt(seconds);
}

/** Undefined if the contract refuses the call. Rejects as a node does that did not run it. */
async function ifAnswered<T>(call: Promise<T>): Promise<T | undefined> {
  return call.catch((error: unknown) => {
    if (error instanceof CallRefusal) return undefined;
    throw error;
  });
}
