import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Signer } from "ethers";
import { guardianStakes, type GuardianNetworkTerms } from "../../options/fields/guardians.ts";
import { retentionSeconds, type StakeTerms } from "../../options/fields/stake.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { Disposer } from "../../runtime/disposer.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../accounts/accounts.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import type { CompleteOptions } from "../described/options.ts";
import { deployContract } from "../deployment/deploy-contract.ts";
import { DeploymentError, type ArtifactSource } from "../deployment/deploy-ecosystem.ts";
import { transact } from "../deployment/transact.ts";
import type { World } from "../keeping/world.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import type { SettlementLayer } from "../l1/settlement-layer.ts";
import { contractsOfStake } from "../stake/contracts.ts";
import { stakableKey, stakeKey } from "../stake/enlist-keys.ts";
import { serviceOf } from "../stake/services.ts";
import type { GuardedChainStart } from "./guardian-messages.ts";
import { GuardianProcess } from "./guardian-process.ts";
import { networkInterface } from "./network-interface.ts";

const MAX_MEMBERS = 64;
/** Stake counts from the second after its block, and so do members from the second after the start. */
const COUNTS_AFTER_MS = 1_100;
const NO_ACCOUNT: Hex = `0x${"00".repeat(20)}`;

/** Guardian of this ecosystem. */
interface RunningGuardian {
  readonly key: Hex;
  readonly stakeWei: bigint;
  readonly process: GuardianProcess;
}

/** Network whose guardians run with the ecosystem. */
export interface RunningNetwork {
  readonly name: string;
  readonly address: Hex;
  readonly terms: GuardianNetworkTerms;
  readonly members: readonly RunningGuardian[];
  /** Makes the members store a chain. Rejects if no member can. */
  guard(chain: GuardedChainStart): Promise<void>;
}

interface NetworksOpening {
  readonly options: Pick<CompleteOptions, "guardians" | "stake">;
  readonly onL1: SettlementBase;
  readonly layer: Pick<SettlementLayer, "accounts">;
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
  for (const [place, [name, terms]] of Object.entries(guardians).entries())
    networks.push(await openNetwork({ name, place, terms, stake }, opening, closing));
  return networks;
}

interface NetworkPlan {
  readonly name: string;
  /** Index among all networks. */
  readonly place: number;
  readonly terms: GuardianNetworkTerms;
  readonly stake: StakeTerms;
}

async function openNetwork(plan: NetworkPlan, opening: NetworksOpening, closing: Disposer): Promise<RunningNetwork> {
  const { name, terms } = plan;
  const { onL1, world } = opening;
  const address = world?.network(name) ?? (await deployNetwork(plan, opening));
  const listed = await listedUrls(address, onL1);
  const members = await startMembers(plan, { address, listed, opening }, closing);
  if (listed.size === 0) await foundNetwork({ address, terms, members }, opening);
  world?.keepNetwork(name, address);
  return {
    name,
    address,
    terms,
    members: members.map(({ key, stakeWei, process }) => ({ key, stakeWei, process })),
    async guard(chain) {
      const results = await Promise.allSettled(members.map(({ process }) => process.guard(chain)));
      const failed = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
      // A minority that does not run is the quorum's matter.
      if (failed.length === members.length && failed[0] !== undefined) throw failed[0];
    },
  };
}

/** Terms: stake counts after the time for which it is reserved, and half of the founders' stake is a network. */
async function deployNetwork({ terms, stake }: NetworkPlan, { onL1, artifacts }: NetworksOpening): Promise<Hex> {
  const stakes = guardianStakes(terms);
  const total = stakes.reduce((sum, each) => sum + each, 0n);
  const seconds = retentionSeconds(stake);
  const weights = {
    shareBps: terms.shareBps,
    minStake: stakes.reduce((least, each) => (each < least ? each : least)),
    minTotal: (total + 1n) / 2n,
  };
  const admin = lowerCaseAddress(await onL1.deployer.getAddress());
  const onChain = { admin, ...weights, enterDelay: seconds, retention: seconds };
  return deployContract("GuardianNetwork", [registryOf(onL1), onChain], { operator: onL1.deployer, artifacts });
}

/** Throws DeploymentError. */
function registryOf({ ecosystem }: SettlementBase): Hex {
  const contracts = contractsOfStake(ecosystem);
  if (contracts !== undefined) return contracts.registry;
  throw new DeploymentError("GuardianNetwork", "the ecosystem has no stake registry; set stake in its options");
}

interface StartedMember extends RunningGuardian {
  readonly wallet: ReturnType<SettlementLayer["accounts"]["wallet"]>;
}

async function startMembers(
  { name, place, terms }: NetworkPlan,
  {
    address,
    listed,
    opening,
  }: { readonly address: Hex; readonly listed: ReadonlyMap<Hex, string>; readonly opening: NetworksOpening },
  closing: Disposer,
): Promise<readonly StartedMember[]> {
  const { layer, onL1, world } = opening;
  const folderOf = world === undefined ? await temporaryFolders(closing) : (i: number) => world.guardianFolder(name, i);
  const starting = guardianStakes(terms).map(async (stakeWei, i): Promise<StartedMember> => {
    const wallet = layer.accounts.wallet(ACCOUNT_NUMBERS.firstGuardian + place * MAX_MEMBERS + i).connect(onL1.sending);
    const key = lowerCaseAddress(wallet.address);
    const process = await GuardianProcess.start({
      key: wallet.privateKey as Hex,
      folder: folderOf(i),
      l1Url: onL1.url,
      network: address,
      port: portOf(listed.get(key)),
    });
    closing.add(() => process.close());
    return { key, stakeWei, process, wallet };
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

/** Stakes and lists the founders, and starts the network. */
async function foundNetwork(
  {
    address,
    terms,
    members,
  }: { readonly address: Hex; readonly terms: GuardianNetworkTerms; readonly members: readonly StartedMember[] },
  { onL1 }: NetworksOpening,
): Promise<void> {
  const { deployer: admin, sending: l1, chainId, funder } = onL1;
  const registry = registryOf(onL1);
  const service = { evidence: address, data: "0x", service: serviceOf(address, "0x") } as const;
  const send = async (by: Signer, name: string, ...args: readonly unknown[]): Promise<void> => {
    const call = { to: address, data: networkInterface.encodeFunctionData(name, args) };
    await transact(by, call, { name, subject: " of the guardians' network", l1 });
  };
  for (const { key, stakeWei, wallet, process } of members) {
    const staked = { registry, ...service, key: await stakableKey(wallet, chainId), operator: wallet, depositWei: stakeWei };
    await stakeKey(staked, { l1, funder });
    await send(admin, "admit", key, process.url);
  }
  await pause(COUNTS_AFTER_MS);
  for (const { key, wallet, process } of members) await send(wallet, "join", key, process.url);
  await send(admin, "start");
  if (terms.open) await send(admin, "setAdmin", NO_ACCOUNT);
  await pause(COUNTS_AFTER_MS);
}

/** URL of each member by its key. */
async function listedUrls(address: Hex, { sending }: SettlementBase): Promise<ReadonlyMap<Hex, string>> {
  const listed = await askContract(sending, { to: address, contract: networkInterface, name: "guardians" });
  const members = listed as readonly { readonly key: string; readonly url: string }[];
  return new Map(members.map(({ key, url }) => [lowerCaseAddress(key), url]));
}
