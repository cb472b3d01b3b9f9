import type { Provider } from "ethers";
import { hyperchainInterface } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { viewsOn } from "../../../../ecosystem/client/governing/read-view.ts";
import { readTerms } from "../../../../ecosystem/client/governing/terms.ts";
import { readUpgrades, readVersion, type ChainUpgrades } from "../../../../ecosystem/client/governing/upgrade.ts";
import { isOfParts } from "../../../../ecosystem/devnet/chains/policy-kind.ts";
import type { ChainInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { layersBelow } from "../../../../ground/protocol/chain-ancestry.ts";
import { lastToLeave, type LeavingTimes } from "../../../../ground/protocol/leaving.ts";
import { isProvenOnL1, versionParts } from "../../../../ground/protocol/protocol-version.ts";
import { hasPublishedInputs } from "../../../../ground/protocol/sequencing-mode.ts";
import { sessionOf, type Session } from "../session/session.ts";

/** A chain of the running ecosystem before an upgrade of many. */
export interface ChainToUpgrade {
  readonly chain: ChainInfo;
  /** In which what the chain settles on is L1. */
  readonly here: Session;
  readonly before: ChainUpgrades;
  /** True if its admin has taken it out of governance, or has announced that. */
  readonly leaves: boolean;
  readonly times: LeavingTimes;
}

/** Time that transactions take until the last chain is scheduled. Seconds. */
const SCHEDULING_SECONDS = 600n;

/** Upgrade state of a chain on its settlement layer. Rejects with the provider's error. */
export async function chainToUpgrade(session: Session, chain: ChainInfo): Promise<ChainToUpgrade> {
  const here = sessionOf(session, chain.chainId);
  const l1 = here.provider(here.info.l1.chainId);
  const [before, { terms, next }, times] = await Promise.all([
    readUpgrades(chain.hyperchain, l1),
    readTerms(chain.hyperchain, l1),
    viewsOn(l1)<LeavingTimes>(chain.hyperchain, hyperchainInterface, "getConfiguration"),
  ]);
  return { chain, here, before, times, leaves: !(next?.terms ?? terms).isGoverned };
}

/** The first day on which all of them can take a version together, no sooner than `notBefore`. Seconds. */
export function commonDay(chains: readonly Pick<ChainToUpgrade, "before">[], notBefore = 0n): bigint {
  const soonest = chains.map(({ before: { now, noticeSeconds } }) => now + noticeSeconds + SCHEDULING_SECONDS);
  return [notBefore, ...soonest].reduce((latest, each) => (each > latest ? each : latest));
}

/**
 * Chains on chains whose users need longer to be out, over their chain and its base, than the base's notice lasts: they cannot
 * leave before the base's upgrade. L1 cannot know it.
 */
export function lateWaysOut(chains: readonly ChainToUpgrade[]): readonly { readonly name: string; readonly base: string }[] {
  return chains.flatMap(({ chain: { name, settlesOn }, times }) => {
    const base = chains.find(({ chain: { chainId } }) => chainId === settlesOn?.chainId);
    if (base === undefined) return [];
    const needed = -lastToLeave(lastToLeave(0n, base.times), times);
    return needed > base.before.noticeSeconds ? [{ name, base: base.chain.name }] : [];
  });
}

/** Reason why no version of another machine can continue the chain's state; undefined if the machine is the chain's. */
export function machineObjection(present: bigint, version: bigint): string | undefined {
  const [own, other] = [versionParts(present).machine, versionParts(version).machine];
  return own === other
    ? undefined
    : `that version has machine ${other}, and its state is of machine ${own}; name a version with machine ${own}`;
}

/**
 * Reason why a chain on which others settle cannot take a version; undefined if the chain can. Contracts on a proven chain have
 * one version, whose statements the chain imports. Contracts on a trusted chain have a verifier, which exceeds the units of a
 * transaction on a proven one.
 */
export function baseObjection(present: bigint, version: bigint, onTop: readonly string[]): string | undefined {
  if (onTop.length === 0 || !(isProvenOnL1(present) || isProvenOnL1(version))) return undefined;
  const reason = isProvenOnL1(present)
    ? "its contracts have the version of the statements that it imports"
    : "the verifier of a chain on it exceeds the units of a transaction of a proven chain";
  return `${onTop.join(" and ")} settle on it, and ${reason}; remove them first`;
}

/**
 * Why a chain on which others settle, or that settles on another, cannot take a version; undefined where it can. What L1 pays
 * for chains whose base has stopped it reads from both layers by the base's tree. Rejects with the provider's error.
 */
export async function treeObjection(
  { chainId, verifiers, version: present }: Pick<ChainUpgrades, "chainId" | "verifiers" | "version">,
  version: bigint,
  onTop: readonly string[],
  l1: Provider,
): Promise<string | undefined> {
  if (onTop.length === 0 && layersBelow(chainId) === 0) return undefined;
  const codeOf = async (each: bigint): Promise<string | undefined> => {
    const content = await readVersion(verifiers, each, l1);
    return content && l1.getCode(content.tree);
  };
  const [now, next] = await Promise.all([codeOf(present), codeOf(version)]);
  // One that is still to be added has the present one's tree.
  if (next === undefined || next === now) return undefined;
  const others = onTop.length === 0 ? "it settles on another chain" : `${onTop.join(" and ")} settle on it`;
  return `its state tree is another, and ${others}: the claims of accounts there on L1, after a base has stopped, could no longer be proven`;
}

/**
 * Reason why a chain whose data only owners of held accounts store cannot take a version; undefined if the chain can. Rejects
 * with the provider's error.
 */
export async function ownersObjection(
  { hyperchain }: Pick<ChainUpgrades, "hyperchain">,
  version: bigint,
  l1: Provider,
): Promise<string | undefined> {
  if (isProvenOnL1(version)) return undefined;
  const { terms, next } = await readTerms(hyperchain, l1);
  for (const { dataAvailabilityPolicy } of [terms, ...(next === undefined ? [] : [next.terms])])
    if (await isOfParts("owners", dataAvailabilityPolicy, l1))
      return "owners of held accounts store its data, and a quorum that lies could spend these accounts on a chain whose execution L1 does not check; choose a proven version";
  return undefined;
}

/**
 * Reason why a chain that publishes inputs cannot take a version; undefined if the chain can. On a proven chain L1 compares
 * inputs with the proof, for which the chain needs a flag since its creation. Rejects with the provider's error.
 */
export async function inputsObjection(
  { hyperchain }: Pick<ChainUpgrades, "hyperchain">,
  version: bigint,
  l1: Provider,
): Promise<string | undefined> {
  if (!isProvenOnL1(version)) return undefined;
  const [{ terms, next }, { sequencingMode }] = await Promise.all([
    readTerms(hyperchain, l1),
    viewsOn(l1)<{ readonly sequencingMode: bigint }>(hyperchain, hyperchainInterface, "getConfiguration"),
  ]);
  if (hasPublishedInputs(sequencingMode)) return undefined;
  // What counts when the version does: terms that wait come first.
  const { dataAvailabilityPolicy } = next?.terms ?? terms;
  if (!(await isOfParts("inputs", dataAvailabilityPolicy, l1))) return undefined;
  return (
    "it publishes its inputs on the word of its validators, and was created without the flag that has a proof bind them, so a quorum " +
    "that lies could still publish others; announce terms with another data policy first, or create a proven chain that publishes inputs"
  );
}

/** Warnings for users about an upgrade of all chains, in a sentence each. */
export function warningsOf(chains: readonly ChainToUpgrade[]): readonly string[] {
  return [
    ...chains.filter(({ leaves }) => leaves).map(({ chain: { name } }) => `${name} has left governance, and keeps its version`),
    ...lateWaysOut(chains).map(
      ({ name, base }) =>
        `late way out: users of ${name} need longer to be out, over ${base}, than the notice of ${base} lasts; they have to leave before an upgrade of ${base} is announced`,
    ),
  ];
}
