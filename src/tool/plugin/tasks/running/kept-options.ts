import { readStoredPlan, type StoredPlan } from "../../../../ecosystem/devnet/keeping/kept-plan.ts";
import { configSchema } from "../../../../ecosystem/options/config.ts";
import { saidOfChain, type FlatPlan } from "../../../../ecosystem/options/plan.ts";
import { check, optionName, said } from "../../../../ecosystem/options/problems.ts";
import { printable } from "../../../../ground/runtime/printable.ts";
import type { HyperchainsConfig } from "../../../../ecosystem/options/resolved-config.ts";
import type { HyperchainsUserConfig } from "../../../../ecosystem/options/generated/user-config.ts";
import { resolveHyperchains } from "../../config/resolve.ts";
import { pluginError } from "../../plugin-error.ts";

/**
 * Config of an ecosystem that may resume in a folder. If the user's config omits an option that can no longer
 * change, the value of the first start applies. Undefined if the folder has no ecosystem. Throws LedgerError,
 * or a plugin error if the plan in the folder is invalid; `name` is the user's name of the folder.
 */
export function keptConfig(
  user: HyperchainsUserConfig | undefined,
  { folder, name }: { readonly folder: string; readonly name: string },
): HyperchainsConfig | undefined {
  const plan = readStoredPlan(folder);
  if (plan === undefined) return undefined;
  const completed = completedBy(user ?? {}, plan);
  const checked = check(configSchema, completed);
  if (!("problems" in checked)) return resolveHyperchains(completed);
  const [problem] = checked.problems;
  const reason = problem === undefined ? "" : printable(said(optionName(problem.path), problem));
  throw pluginError(`${name} holds an ecosystem whose plan is invalid (${reason}); create it again`);
}

/** Nothing of the plan is checked: it may come from elsewhere. */
function completedBy(user: HyperchainsUserConfig, { prover, governance, singletons, chains }: StoredPlan): object {
  const [first = {}] = chains;
  const { allowUnlimitedContractSize, distinctTimestamps } = first;
  const kept = chains.map((chain): readonly [string, object] => [String(chain["name"]), chainConfig(chain)]);
  const own = user.chains;
  return {
    singletons,
    allowUnlimitedContractSize,
    allowBlocksWithSameTimestamp: distinctTimestamps === undefined ? undefined : distinctTimestamps === false,
    governance,
    proofs: prover,
    ...given(user),
    chains:
      own === undefined
        ? Object.fromEntries(kept)
        : Object.fromEntries(Object.entries(own).map(([name, chain]) => [name, { ...new Map(kept).get(name), ...given(chain) }])),
  };
}

function chainConfig(plan: FlatPlan): object {
  return { ...saidOfChain(plan), chainId: Number(plan["chainId"]) };
}

/** The fields that say something. */
function given(fields: object | undefined): object {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== undefined));
}
