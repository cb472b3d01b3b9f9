import type { HardhatUserConfigValidationError } from "hardhat/types/hooks";
import { bridgeProblems } from "../../../ecosystem/options/bridges.ts";
import { configSchema } from "../../../ecosystem/options/config.ts";
import { planChain } from "../../../ecosystem/options/plan.ts";
import { otherLevel } from "../../../ecosystem/options/other-option.ts";
import { check, type OptionPath, type OptionProblem } from "../../../ecosystem/options/problems.ts";
import { conflicts } from "../../../ecosystem/options/rules.ts";
import { resolveHyperchains } from "./resolve.ts";

/** Fields of the whole config, or of a network, that almost say `hyperchains`: they would be passed over in silence. */
export function misspelt(config: object): HardhatUserConfigValidationError[] {
  const networks = "networks" in config && isObject(config.networks) ? Object.entries(config.networks) : [];
  const places: readonly (readonly [readonly string[], unknown])[] = [
    [[], config],
    ...networks.map(([name, network]) => [["networks", name], network] as const),
  ];
  return places.flatMap(([path, value]) =>
    Object.keys(isObject(value) ? value : {})
      .filter((field) => ALMOST.test(field) && field !== "hyperchains")
      .map((field) => ({ path: [...path, field], message: `"${field}" is not a field; write "hyperchains"` })),
  );
}

const ALMOST = /^hyper-?_?chains?$/i;

/** Everything that is wrong with the user's `hyperchains`: each error names the field, what it holds and what it should. */
export function validateHyperchains(user: unknown): HardhatUserConfigValidationError[] {
  if (user === undefined) return [];
  const checked = check(configSchema, user);
  if ("problems" in checked)
    return inConfig(
      checked.problems.map(({ path, message }) => ({ path, message: `${message}${otherLevel(path, valueAt(user, path))}` })),
    );
  const { chains, ...ecosystem } = resolveHyperchains(user);
  // Whose defaults are in no rule's way; the caller that starts it checks again, with its own.
  const planned = { ...ecosystem, use: "test", distinctTimestamps: false, isMeasured: false } as const;
  return inConfig([
    ...bridgeProblems(ecosystem.bridges, chains, ecosystem.l1),
    ...conflicts(
      chains.map((chain, place) => ({ path: ["chains", chain.name], plan: planChain(chain, place, planned) })),
      { ...ecosystem, l1Path: ["l1"] },
    ),
  ]);
}

function valueAt(value: unknown, path: OptionPath): unknown {
  return path.reduce((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

function inConfig(problems: readonly OptionProblem[]): HardhatUserConfigValidationError[] {
  return problems.map(({ path, message }) => ({ path: ["hyperchains", ...path], message }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
