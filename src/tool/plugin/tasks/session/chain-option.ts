import type * as v from "valibot";
import { addedChain } from "../../../../ecosystem/options/added-chain.ts";
import { check, optionName, said } from "../../../../ecosystem/options/problems.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import { pluginError } from "../../plugin-error.ts";

/** Chain with the options that it has in the config, and its name. */
type DescribedChain = v.InferOutput<typeof addedChain>;

/** Text of `--chain` and its meaning: the options as typed, and with every default. */
interface ReadChain {
  readonly typed: Readonly<Record<string, unknown>>;
  readonly chain: DescribedChain;
}

const EXAMPLE = `'{"name":"delta","chainId":300}'`;

/**
 * Chains of `--chain`, whose text is a JSON object or a list of objects. `name` is the default of a chain's name. Throws a plugin
 * error for text that is not JSON, and for an option that a chain of the config does not have or would not take.
 */
export function readChains(text: string | undefined, name?: string): readonly ReadChain[] {
  if (text === undefined) return [];
  const parsed = parse(text);
  const chains: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return chains.map((described) => readChain(isObject(described) && name !== undefined ? { name, ...described } : described));
}

function readChain(described: unknown): ReadChain {
  const result = check(addedChain, described);
  if ("value" in result) return { typed: described as ReadChain["typed"], chain: result.value };
  throw pluginError(
    result.problems
      .map((problem) => said(problem.path.length === 0 ? "--chain" : `--chain, ${optionName(problem.path)}`, problem))
      .join("; "),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw pluginError(`--chain is not JSON (${reasonOf(error)}): ${text}; write ${EXAMPLE}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
