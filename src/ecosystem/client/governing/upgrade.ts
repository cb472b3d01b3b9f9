import { Interface, type Provider } from "ethers";
import { chainSettingsAbi } from "../../../ground/abi/chain-settings.ts";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { ScheduledUpgrade } from "../../../ground/protocol/upgrade.ts";
import { hyperchainInterface } from "../sending/contract-interfaces.ts";
import { addressIn, viewsOn } from "./read-view.ts";
import { refusalOf, submit, type Sender } from "../sending/submit.ts";

/** A chain's protocol version on L1, and what its admin can do about it. Addresses are 20 bytes in lower case. */
export interface ChainUpgrades {
  readonly chainId: bigint;
  /** The chain's contract, which no upgrade changes. */
  readonly hyperchain: Hex;
  /** Schedules and withdraws upgrades. */
  readonly admin: Hex;
  /** Version of the last executed batch; before it, version of the chain's creation. */
  readonly version: bigint;
  /** An upgrade of which no batch is executed yet; undefined where there is none. */
  readonly next: ScheduledUpgrade | undefined;
  /** Seconds from an upgrade's announcement to its effect. */
  readonly noticeSeconds: bigint;
  /** Timestamp of L1's newest block. */
  readonly now: bigint;
  /** Settings of all chains. */
  readonly settings: Hex;
  /** Registry of protocol versions, and the account that adds to it. */
  readonly verifiers: Hex;
  readonly governance: Hex;
}

/** A protocol version as governance has added it. */
export interface VersionContent {
  readonly verifier: Hex;
  /** Checks the same proofs for chains that require a second check; the zero address if the version has none. */
  readonly secondVerifier: Hex;
  /** The zero address where the version proves no execution. */
  readonly aggregator: Hex;
  readonly tree: Hex;
  /** Reads the version's batches on L1. */
  readonly reader: Hex;
  readonly genesisStateRoot: Hex;
  readonly genesisLeafCount: bigint;
  readonly executionKey: Hex;
}

const settingsInterface = new Interface(chainSettingsAbi);
const registryInterface = new Interface(verifierRegistryAbi);
/** Function of the implementation that its interface does not have. */
const implementationInterface = new Interface(["function settings() view returns (address)"]);

/** Reads where a chain stands. `hyperchain`: its contract on L1. Throws ClientError NoContract, or the provider's error. */
export async function readUpgrades(hyperchain: Hex, l1: Provider): Promise<ChainUpgrades> {
  const contract = toHex(fromHex(hyperchain, 20));
  const ask = viewsOn(l1);
  const [{ chainId }, version, settingsAddress, block] = await Promise.all([
    ask<{ chainId: bigint }>(contract, hyperchainInterface, "getConfiguration"),
    ask<bigint>(contract, hyperchainInterface, "getProtocolVersion"),
    ask<string>(contract, implementationInterface, "settings"),
    l1.getBlock("latest"),
  ]);
  const settings = addressIn(settingsAddress);
  const [{ version: scheduled, effectiveAt, operations }, noticeSeconds, registry, admin] = await Promise.all([
    ask<ScheduledUpgrade>(settings, settingsInterface, "upgradeOf", chainId),
    ask<bigint>(settings, settingsInterface, "upgradeNotice", chainId),
    ask<string>(settings, settingsInterface, "verifiers"),
    // Not the configuration's: a chain can have passed to another.
    ask<string>(settings, settingsInterface, "adminOf", chainId),
  ]);
  const verifiers = addressIn(registry);
  const governance = addressIn(await ask<string>(verifiers, registryInterface, "governance"));
  return {
    chainId,
    hyperchain: contract,
    admin: addressIn(admin),
    version,
    next: scheduled === 0n || scheduled === version ? undefined : { version: scheduled, effectiveAt, operations },
    noticeSeconds,
    now: BigInt(block?.timestamp ?? 0),
    settings,
    verifiers,
    governance,
  };
}

/** A protocol version, retired or not; undefined where governance has not added it. Throws the provider's error. */
export async function readVersion(verifiers: Hex, version: bigint, l1: Provider): Promise<VersionContent | undefined> {
  const content = await viewsOn(l1)<Readonly<Record<keyof VersionContent, unknown>>>(
    verifiers,
    registryInterface,
    "contentOf",
    version,
  ).catch((error: unknown) => {
    if (refusalOf(error)?.name === "UnknownProtocolVersion") return undefined;
    throw error;
  });
  if (content === undefined) return undefined;
  return {
    verifier: addressIn(content.verifier),
    secondVerifier: addressIn(content.secondVerifier),
    aggregator: addressIn(content.aggregator),
    tree: addressIn(content.tree),
    reader: addressIn(content.reader),
    genesisStateRoot: content.genesisStateRoot as Hex,
    genesisLeafCount: content.genesisLeafCount as bigint,
    executionKey: content.executionKey as Hex,
  };
}

/** Adds a protocol version, as governance. Throws ClientError; Refused with the registry's error. */
export async function addVersion(verifiers: Hex, version: bigint, content: VersionContent, sender: Sender): Promise<Hex> {
  const data = registryInterface.encodeFunctionData("addVersion", [version, content]);
  return (await submit(sender, { to: verifiers, data })).hash as Hex;
}

/**
 * Schedules a chain's next protocol version, as its admin; resolves with the transaction's hash. Throws ClientError; Refused with
 * the settings' error.
 */
export async function scheduleUpgrade(
  { settings, chainId }: ChainUpgrades,
  version: bigint,
  sender: Sender,
  notBefore = 0n,
): Promise<Hex> {
  const data = settingsInterface.encodeFunctionData("scheduleUpgrade", [chainId, version, notBefore]);
  return (await submit(sender, { to: settings, data })).hash as Hex;
}

/** Withdraws an upgrade that is not in effect yet, as the chain's admin. Throws ClientError; Refused with the settings' error. */
export async function cancelUpgrade({ settings, chainId }: ChainUpgrades, sender: Sender): Promise<Hex> {
  const data = settingsInterface.encodeFunctionData("cancelUpgrade", [chainId]);
  return (await submit(sender, { to: settings, data })).hash as Hex;
}
