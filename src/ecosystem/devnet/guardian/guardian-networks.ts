import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardianStakes, type GuardianNetworkTerms } from "../../options/fields/guardians.ts";
import { retentionSeconds, type StakeTerms } from "../../options/fields/stake.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../accounts/accounts.ts";
import type { CompleteOptions } from "../described/options.ts";
import { DeploymentError, type ArtifactSource } from "../deployment/deploy-layer.ts";
import type { World } from "../keeping/world.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import type { SettlementLayer } from "../l1/settlement-layer.ts";
import { contractsOfStake } from "../stake/contracts.ts";
import type { ChainToGuard } from "./guardian-messages.ts";
import { GuardianMember } from "./guardian-member.ts";
import { deployNetwork, foundNetwork, listedUrls } from "./network-on-layer.ts";
import { NetworksOnChains } from "./networks-on-chains.ts";

const MAX_MEMBERS = 64;

/** Network of guardians, as chains on one settlement layer use it. */
export interface GuardiansOfLayer {
  readonly name: string;
  /** Contract of the network on that layer. */
  readonly address: Hex;
  /** Makes the members store a chain. Rejects if no member can. */
  guard(chain: Omit<ChainToGuard, "l1Url" | "network">): Promise<void>;
}

/** Network whose guardians run with the ecosystem. */
export interface RunningNetwork {
  readonly name: string;
  /** Contract on L1. */
  readonly address: Hex;
  readonly terms: GuardianNetworkTerms;
  /** Seconds after a batch's commit within which its data can be requested on L1. */
  readonly retention: number;
  readonly members: readonly GuardianMember[];
  /** Contracts on chains on which guarded chains settle. */
  readonly onChains: () => ReturnType<NetworksOnChains["addressesOf"]>;
  /** The network on a settlement layer, for a chain that runs or is paused. Rejects with DeploymentError or the layer's error. */
  on(base: SettlementBase, isRunning: boolean): Promise<GuardiansOfLayer>;
}

interface NetworksOpening {
  readonly options: Pick<CompleteOptions, "guardians" | "stake">;
  readonly onL1: SettlementBase;
  readonly layer: Pick<SettlementLayer, "accounts" | "operatorFundingWei">;
  readonly world: Pick<World, "network" | "keepNetwork" | "guardianFolder"> | undefined;
  readonly artifacts: ArtifactSource;
}

/**
 * Starts the guardians of each network and stakes their keys, before any chain. Rejects with L1's error, or with a process'
 * reason.
 */
export async function openGuardianNetworks(opening: NetworksOpening, closing: Disposer): Promise<readonly RunningNetwork[]> {
  const { guardians = {}, stake } = opening.options;
  const networks: RunningNetwork[] = [];
  if (stake === undefined) return networks;
  const { artifacts, world, layer } = opening;
  const onChains = new NetworksOnChains({ artifacts, world, reserveWei: layer.operatorFundingWei });
  for (const [place, [name, terms]] of Object.entries(guardians).entries())
    networks.push(await openNetwork({ name, place, terms, stake }, { ...opening, onChains }, closing));
  return networks;
}

interface NetworkPlan {
  readonly name: string;
  /** Index among all networks. */
  readonly place: number;
  readonly terms: GuardianNetworkTerms;
  readonly stake: StakeTerms;
}

async function openNetwork(
  plan: NetworkPlan,
  opening: NetworksOpening & { readonly onChains: NetworksOnChains },
  closing: Disposer,
): Promise<RunningNetwork> {
  const { name, terms, stake } = plan;
  const { onL1, world, artifacts, onChains } = opening;
  const onLayer = { terms, stake, base: onL1, registry: registryOf(onL1) };
  const address = world?.network(name) ?? (await deployNetwork(onLayer, artifacts));
  const listed = await listedUrls(address, onL1);
  const members = await startMembers(plan, { listed, opening }, closing);
  if (listed.size === 0) await foundNetwork(address, members, onLayer);
  world?.keepNetwork(name, address);
  return {
    name,
    address,
    terms,
    retention: retentionSeconds(stake),
    members,
    onChains: () => onChains.addressesOf(name),
    async on(base, isRunning) {
      const network = base.chain === undefined ? address : await onChains.on(base, { name, terms, stake, founders: members });
      const guard: GuardiansOfLayer["guard"] = (chain) => guardAll(members, { ...chain, l1Url: base.url, network });
      // The layer of a paused chain may be paused too: guardians open the chain at their first request.
      return { name, address: network, guard: isRunning ? guard : (chain) => guard(chain).catch(() => undefined) };
    },
  };
}

/** A minority that does not run is the quorum's matter. */
async function guardAll(members: readonly GuardianMember[], chain: ChainToGuard): Promise<void> {
  const results = await Promise.allSettled(members.map((member) => member.guard(chain)));
  const failed = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  if (failed.length === members.length && failed[0] !== undefined) throw failed[0];
}

/** Throws DeploymentError. */
function registryOf({ ecosystem }: SettlementBase): Hex {
  const contracts = contractsOfStake(ecosystem);
  if (contracts !== undefined) return contracts.registry;
  throw new DeploymentError("GuardianNetwork", "the ecosystem has no stake registry; set stake in its options");
}

async function startMembers(
  { name, place, terms }: NetworkPlan,
  { listed, opening }: { readonly listed: ReadonlyMap<Hex, string>; readonly opening: NetworksOpening },
  closing: Disposer,
): Promise<readonly GuardianMember[]> {
  const { layer, world } = opening;
  const folderOf = world === undefined ? await temporaryFolders(closing) : (i: number) => world.guardianFolder(name, i);
  const starting = guardianStakes(terms).map(async (stakeWei, i): Promise<GuardianMember> => {
    const wallet = layer.accounts.wallet(ACCOUNT_NUMBERS.firstGuardian + place * MAX_MEMBERS + i);
    const key = lowerCaseAddress(wallet.address);
    const start = { key: wallet.privateKey as Hex, folder: folderOf(i), port: portOf(listed.get(key)) };
    const member = await GuardianMember.open({ key, stakeWei, wallet }, start);
    closing.add(() => member.stop());
    return member;
  });
  // `closing` has every process before the first failure is thrown.
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

/** L1 has the URL, so a guardian that starts again has the port of its last start. */
function portOf(url: string | undefined): number {
  return url === undefined ? 0 : Number(new URL(url).port);
}

/** Folders that end with the ecosystem. */
async function temporaryFolders(closing: Disposer): Promise<(i: number) => string> {
  const folder = await mkdtemp(join(tmpdir(), "hyperchain-guardians-"));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  return (i) => join(folder, String(i + 1));
}
