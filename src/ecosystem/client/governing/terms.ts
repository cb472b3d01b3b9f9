import { Interface, type Provider } from "ethers";
import { chainSettingsAbi } from "../../../ground/abi/chain-settings.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { addressIn, viewsOn } from "./read-view.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { submit, type Sender } from "../sending/submit.ts";
import { readUpgrades } from "./upgrade.ts";

/** Accounts, and the number of them that must sign. 20 bytes in lower case. */
export interface SigningAccounts {
  /** 0 without any. */
  readonly threshold: bigint;
  readonly validators: readonly Hex[];
}

/** Terms of a chain that its admin changes with notice. */
export interface ChainTerms {
  readonly quorum: SigningAccounts;
  /** Signs where the quorum leaves an operation that is overdue. */
  readonly standby: SigningAccounts;
  readonly dataAvailabilityPolicy: Hex;
  /** The zero address where every account's operations are taken. */
  readonly transactionFilterer: Hex;
  /** Whether a version that is retired, frozen or halted stops the chain. */
  readonly isGoverned: boolean;
  /** Whether admin, governance and council together move it at once from a halted version to its replacement. */
  readonly takesReplacements: boolean;
  /** True if a batch executes only after a second verifier has confirmed it. */
  readonly requiresSecondCheck: boolean;
}

/** A chain's terms now, and those that wait. */
export interface TermsOfChain {
  readonly chainId: bigint;
  readonly hyperchain: Hex;
  readonly settings: Hex;
  /** Schedules and withdraws terms. */
  readonly admin: Hex;
  readonly noticeSeconds: bigint;
  /** Number of the terms that count now. */
  readonly epoch: bigint;
  readonly terms: ChainTerms;
  readonly next: { readonly effectiveAt: bigint; readonly terms: ChainTerms } | undefined;
  /** Timestamp of the layer's newest block. */
  readonly now: bigint;
}

const settingsInterface = new Interface(chainSettingsAbi);

interface TermsOnL1 extends Omit<ChainTerms, "quorum" | "standby"> {
  readonly quorum: QuorumOnL1;
  readonly standby: QuorumOnL1;
}
interface QuorumOnL1 {
  readonly threshold: bigint;
  readonly validators: readonly string[];
}

/** `hyperchain`: a chain's contract. Throws ClientError NoContract, or the provider's error. */
export async function readTerms(hyperchain: Hex, l1: Provider): Promise<TermsOfChain> {
  const { chainId, settings, admin, noticeSeconds, now, ...known } = await readUpgrades(hyperchain, l1);
  const ask = viewsOn(l1);
  const { current, nextAt } = await ask<{ current: bigint; nextAt: bigint }>(settings, settingsInterface, "epochsOf", chainId);
  const termsAt = async (epoch: bigint): Promise<ChainTerms> =>
    plain(await ask<TermsOnL1>(settings, settingsInterface, "termsOf", chainId, epoch));
  return {
    chainId,
    hyperchain: known.hyperchain,
    settings,
    admin,
    noticeSeconds,
    epoch: current,
    now,
    terms: await termsAt(current),
    next: nextAt === 0n ? undefined : { effectiveAt: nextAt, terms: await termsAt(current + 1n) },
  };
}

function plain(terms: TermsOnL1): ChainTerms {
  return {
    quorum: accountsIn(terms.quorum),
    standby: accountsIn(terms.standby),
    dataAvailabilityPolicy: addressIn(terms.dataAvailabilityPolicy),
    transactionFilterer: addressIn(terms.transactionFilterer),
    isGoverned: terms.isGoverned,
    takesReplacements: terms.takesReplacements,
    requiresSecondCheck: terms.requiresSecondCheck,
  };
}

function accountsIn({ threshold, validators }: QuorumOnL1): SigningAccounts {
  return { threshold, validators: validators.map(addressIn) };
}

/**
 * Announces a chain's next terms, as its admin: the current ones with these changes, which take effect after
 * the notice. Accounts may be in any order. Throws ClientError; Refused with the settings' error.
 */
export async function announceTerms(
  { settings, chainId, terms }: TermsOfChain,
  changes: Partial<ChainTerms>,
  sender: Sender,
): Promise<Hex> {
  const next = { ...terms, ...changes };
  const words = { ...next, quorum: ascending(next.quorum), standby: ascending(next.standby) };
  return call(settings, "scheduleTerms", [chainId, words], sender);
}

/** A chain as a running ecosystem describes it. */
interface RunningChain {
  readonly name: string;
  readonly orderedBy?: { readonly kind: string };
  readonly linksFrom?: readonly string[];
}

/** Names of the chains with which a chain makes links, as their sender or receiver. */
export function linkPeers(name: string, chains: readonly RunningChain[]): readonly string[] {
  const peers = chains.flatMap(({ name: other, linksFrom = [] }) =>
    other === name ? linksFrom : linksFrom.includes(name) ? [other] : [],
  );
  return [...new Set(peers)];
}

/**
 * Throws ClientError: ValidatorsFixed for other validators of a chain whose nodes decide its blocks together, ChainHasLinks for a
 * second check of a chain that makes links, whose batches L1 executes together.
 */
export function requireChangeable(
  { name, orderedBy }: RunningChain,
  changes: Partial<ChainTerms>,
  peers: readonly string[] = [],
): void {
  if (changes.requiresSecondCheck === true && peers.length > 0)
    throw new ClientError(
      "ChainHasLinks",
      `${name} makes links with ${peers.join(", ")}, and chains with a second check make none, because no transaction of L1 could execute them: ` +
        "take the chains out of each other's 'links', start again, and announce the second check then",
    );
  if (orderedBy?.kind !== "nodes" || (changes.quorum === undefined && changes.standby === undefined)) return;
  throw new ClientError(
    "ValidatorsFixed",
    `the nodes of ${name} decide its blocks and are its validators, which cannot change; announce terms with the same validators`,
  );
}

function ascending({ threshold, validators }: SigningAccounts): SigningAccounts {
  return { threshold, validators: validators.toSorted((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1)) };
}

/** Withdraws terms that do not count yet, as the chain's admin. Throws ClientError. */
export function withdrawTerms({ settings, chainId }: TermsOfChain, sender: Sender): Promise<Hex> {
  return call(settings, "cancelTerms", [chainId], sender);
}

/** Offers the chain to another account, as its admin; nothing changes until that one accepts. Throws ClientError. */
export function offerAdmin({ settings, chainId }: TermsOfChain, next: Hex, sender: Sender): Promise<Hex> {
  return call(settings, "offerAdmin", [chainId, next], sender);
}

/** Becomes the chain's admin, as the account that it was offered to. Throws ClientError. */
export function acceptAdmin({ settings, chainId }: TermsOfChain, sender: Sender): Promise<Hex> {
  return call(settings, "acceptAdmin", [chainId], sender);
}

async function call(settings: Hex, name: string, args: readonly unknown[], sender: Sender): Promise<Hex> {
  return (await submit(sender, { to: settings, data: settingsInterface.encodeFunctionData(name, args) })).hash as Hex;
}
