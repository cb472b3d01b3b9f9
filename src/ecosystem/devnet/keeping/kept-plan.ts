import { existsSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import { LEDGER_FILE, openSqliteLedger } from "../../../chain/ledger/sqlite-ledger.ts";
import { flatPlan, isEcosystemWide, keptForGood, type ChainPlan, type FlatPlan } from "../../options/plan.ts";
import { shown } from "../../options/fields/values.ts";
import { versionParts } from "../../../ground/protocol/protocol-version.ts";
import { printable } from "../../../ground/runtime/printable.ts";
import { DevnetOptionsError, type CompleteOptions } from "../described/options.ts";
import { FACTS } from "./facts.ts";

/** Options that a stored ecosystem cannot change, in its folder's form. They are not validated. */
export interface StoredPlan {
  readonly prover: unknown;
  /** Empty for an older ecosystem, which an account governs. */
  readonly governance: object;
  /** Undefined if no key is staked. */
  readonly stake?: unknown;
  /** True if a started L1 has the public singletons, as every chain has. */
  readonly singletons?: unknown;
  /** A bigint is a text. */
  readonly chains: readonly FlatPlan[];
}

/**
 * The plan of the ecosystem in a folder; undefined where no ecosystem has started completely. Throws LedgerError InUse,
 * Foreign, Newer or Damaged.
 */
export function readStoredPlan(folder: string): StoredPlan | undefined {
  if (!existsSync(join(folder, LEDGER_FILE))) return undefined;
  const ledger = openSqliteLedger(folder);
  try {
    const facts = ledger.facts(FACTS.kind);
    return facts.get(FACTS.started) === undefined ? undefined : parsePlan(facts.get(FACTS.plan) ?? "", folder);
  } finally {
    ledger.close();
  }
}

/** Options that an ecosystem cannot change, as text. */
export function planText({ proofs, governance, stake, singletons }: CompleteOptions, plans: readonly ChainPlan[]): string {
  return JSON.stringify(
    { prover: proofs, governance, stake, singletons, chains: plans.map((plan) => keptForGood(flatPlan(plan))) },
    (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value),
  );
}

/**
 * Throws DevnetOptionsError, which names the first option that is another one than the kept ecosystem was started with, or
 * LedgerError Damaged.
 */
export function requireSamePlan(folder: string, storedText: string, currentText: string): void {
  if (storedText === currentText) return;
  const [then, now] = [parsePlan(storedText, folder), parsePlan(currentText, folder)];
  const [difference] = differences(then, now);
  if (difference === undefined) return;
  const [option, before, value] = difference;
  throw new DevnetOptionsError(
    "BadOptions",
    printable(
      `${option} is ${shown(value)}, and the kept ecosystem was started with ${shown(before)}; say the same, or name another folder`,
    ),
  );
}

/**
 * Throws DevnetOptionsError if stored contracts are of a protocol version that this software does not read. Their code
 * does not change, so no later software continues them.
 */
export function requireReadableVersion(folder: string, version: bigint): void {
  try {
    versionParts(version);
  } catch (error) {
    throw new DevnetOptionsError(
      "BadOptions",
      `data: ${reasonOf(error)}; the ecosystem in ${folder} has contracts of that version: start it with the software that made it, or name another folder`,
      { cause: error },
    );
  }
}

type Difference = readonly [option: string, kept: unknown, given: unknown];

function differences(stored: StoredPlan, current: StoredPlan): readonly Difference[] {
  const names = ({ chains }: StoredPlan): readonly unknown[] => chains.map(({ name }) => name);
  const ofAll: readonly Difference[] = [
    ["proofs", stored.prover, current.prover],
    ["governance", stored.governance, current.governance],
    ["stake", stored.stake, current.stake],
    ["singletons", stored.singletons, current.singletons],
  ];
  const whole = ofAll.filter(([, before, now]) => JSON.stringify(before) !== JSON.stringify(now));
  if (stored.chains.length !== current.chains.length) return [...whole, ["chains", names(stored), names(current)]];
  const ofChains = current.chains.flatMap((chain, place) => {
    const before = stored.chains[place] ?? {};
    // A later version may have kept what this one does not know.
    return [...new Set([...Object.keys(chain), ...Object.keys(before)])]
      .filter((field) => JSON.stringify(chain[field]) !== JSON.stringify(before[field]))
      .map((field): Difference => {
        const option = isEcosystemWide(field) ? field : `chains[${place}].${field}`;
        return [option, before[field], chain[field]];
      });
  });
  return [...whole, ...ofChains];
}

function parsePlan(text: string, folder: string): StoredPlan {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  try {
    const plan: unknown = JSON.parse(text);
    if (isObject(plan) && Array.isArray(plan["chains"]) && plan["chains"].every(isObject))
      return {
        prover: plan["prover"],
        governance: isObject(plan["governance"]) ? plan["governance"] : {},
        stake: plan["stake"],
        singletons: plan["singletons"],
        chains: plan["chains"].map((chain) => ({ ...chain, ...keptForGood(chain) })),
      };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new LedgerError("Damaged", `${folder}: the plan of its ecosystem cannot be read; restore a copy, or name another folder`);
}
