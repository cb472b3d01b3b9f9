import { Interface, ZeroAddress, type Provider } from "ethers";
import { chainSettingsAbi } from "../../../ground/abi/chain-settings.ts";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import { lastToLeave, type LeavingTimes } from "../../../ground/protocol/leaving.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hyperchainInterface } from "../sending/contract-interfaces.ts";
import { addressIn, viewsOn, type ReadView } from "./read-view.ts";
import { readUpgrades } from "./upgrade.ts";

/** Announced change of a chain, which takes effect at a second of L1's time. */
interface AnnouncedChange {
  readonly what: { readonly version: bigint } | { readonly terms: ChangedTerm[] };
  readonly effectiveAt: bigint;
  /** The last second of L1's time in which an account that asks by the queue is out before; it may be past. */
  readonly lastToLeave: bigint;
}

/** Terms of a chain that other terms change. */
const TERMS = [
  ...(["quorum", "standby", "dataAvailabilityPolicy", "transactionFilterer"] as const),
  ...(["isGoverned", "takesReplacements", "requiresSecondCheck"] as const),
] as const;
type ChangedTerm = (typeof TERMS)[number];

/** Which accounts can change what of a chain, and until when its accounts can leave. Addresses are 20 bytes in lower case. */
export interface ChainPowers {
  readonly chainId: bigint;
  /** Schedules versions and terms, with `noticeSeconds`. */
  readonly admin: Hex;
  readonly noticeSeconds: bigint;
  /** Part of the notice that remains for a decision. */
  readonly reactionSeconds: bigint;
  /** Whether a version that is retired, frozen or halted stops it. */
  readonly isGoverned: boolean;
  /** Whether governance, council and admin together can move it at once from a halted version to its replacement. */
  readonly takesReplacements: boolean;
  /** Offers and retires versions. */
  readonly governance: Hex;
  readonly retirementNoticeSeconds: bigint;
  /** Freezes versions, for `freezeSeconds` in all; undefined without a council. */
  readonly council: Hex | undefined;
  readonly freezeSeconds: bigint;
  /** In the order in which they count. */
  readonly announced: readonly AnnouncedChange[];
  /** From when on its present version stops it, unless it has another by then; undefined where nothing is announced. */
  readonly stopsAt: bigint | undefined;
  /** Timestamp of L1's newest block. */
  readonly now: bigint;
}

const settingsInterface = new Interface(chainSettingsAbi);
const registryInterface = new Interface(verifierRegistryAbi);

type TermsOnL1 = Readonly<Record<ChangedTerm, unknown>>;

/** `hyperchain`: a chain's contract on L1. Rejects with ClientError NoContract, or the provider's error. */
export async function readPowers(hyperchain: Hex, l1: Provider): Promise<ChainPowers> {
  const { chainId, settings, verifiers, governance, admin, version, next, noticeSeconds, now } = await readUpgrades(
    hyperchain,
    l1,
  );
  const ask = viewsOn(l1);
  const registry = <T>(name: string, ...args: readonly unknown[]): Promise<T> =>
    ask<T>(verifiers, registryInterface, name, ...args);
  const [times, { current, nextAt }, reactionSeconds, council, freezeSeconds, retirementNoticeSeconds, standing] =
    await Promise.all([
      ask<LeavingTimes & { readonly priorityGasPerSecond: bigint }>(hyperchain, hyperchainInterface, "getConfiguration"),
      ask<{ current: bigint; nextAt: bigint }>(settings, settingsInterface, "epochsOf", chainId),
      ask<bigint>(settings, settingsInterface, "reactionTime"),
      registry<string>("council"),
      registry<bigint>("freezeTime"),
      registry<bigint>("retirementNotice"),
      registry<{ retiresAt: bigint }>("standingOf", version),
    ]);
  const termsAt = (epoch: bigint) => ask<TermsOnL1>(settings, settingsInterface, "termsOf", chainId, epoch);
  const terms = await termsAt(current);
  const backlog = await backlogOf(ask, hyperchain, times, now);
  const announcedAt = (effectiveAt: bigint, what: AnnouncedChange["what"]): AnnouncedChange => ({
    what,
    effectiveAt,
    lastToLeave: lastToLeave(effectiveAt, times, backlog),
  });
  const announced: AnnouncedChange[] = [];
  if (next !== undefined) announced.push(announcedAt(next.effectiveAt, { version: next.version }));
  if (nextAt !== 0n) announced.push(announcedAt(nextAt, { terms: changedTerms(terms, await termsAt(current + 1n)) }));
  const isGoverned = Boolean(terms.isGoverned);
  return {
    chainId,
    admin,
    noticeSeconds,
    reactionSeconds,
    governance,
    retirementNoticeSeconds,
    freezeSeconds,
    now,
    isGoverned,
    takesReplacements: Boolean(terms.takesReplacements),
    council: addressIn(council) === ZeroAddress ? undefined : addressIn(council),
    announced: announced.toSorted((left, right) => Number(left.effectiveAt - right.effectiveAt)),
    stopsAt: isGoverned && standing.retiresAt !== 0n ? standing.retiresAt : undefined,
  };
}

function changedTerms(now: TermsOnL1, next: TermsOnL1): ChangedTerm[] {
  return TERMS.filter((term) => String(now[term]) !== String(next[term]));
}

/** Gas of a withdrawal by the queue, and what the queue adds to an operation's. */
const WITHDRAWAL_GAS = 180_000n + 60_000n;
/** Deadlines are in such parts of a second. */
const PARTS = 2n ** 32n;

/** Delay of a withdrawal that is queued now, compared with one in an empty queue. */
async function backlogOf(
  ask: ReadView,
  hyperchain: Hex,
  { priorityOpWindow, priorityGasPerSecond }: LeavingTimes & { readonly priorityGasPerSecond: bigint },
  now: bigint,
): Promise<bigint> {
  const count = (name: string): Promise<bigint> => ask<bigint>(hyperchain, hyperchainInterface, name);
  const [total, first] = await Promise.all([count("getTotalPriorityTxs"), count("getFirstUnprocessedPriorityTx")]);
  if (total === first) return 0n;
  const last = await ask<{ deadline: bigint }>(hyperchain, hyperchainInterface, "priorityOperation", total - 1n);
  const due = last.deadline / PARTS + 1n + WITHDRAWAL_GAS / priorityGasPerSecond + 1n;
  const idle = now + priorityOpWindow;
  return due > idle ? due - idle : 0n;
}
