import * as v from "valibot";
import type { OptionPath, OptionProblem } from "./problems.ts";
import { fields, named, option, text, wholeNumber } from "./fields/values.ts";

/** LayerZero's ids have 32 bits; 0 names none. */
const MOST_ID = 2 ** 32 - 1;
const IDS = "an object with an id for each member's name, such as { l1: 40161, alpha: 40231 }";

const layerzero = v.pipe(
  fields({
    ids: option(
      named(text(/\S/, "a member's name"), wholeNumber(1, MOST_ID, 40_161), IDS),
      "LayerZero's endpoint ids by members' names, `l1` among them, as a dapp's own config has them; also of chains that come later",
      "each member's chain id",
    ),
  }),
  v.metadata({ name: "HyperchainsLayerZeroUserConfig" }),
);

/** Bridges of others that an ecosystem has. */
export const bridges = v.pipe(
  fields({
    layerzero: option(layerzero, "LayerZero V2: its endpoint and libraries out of the project's packages", "none"),
  }),
  v.metadata({ name: "HyperchainsBridgesUserConfig" }),
);

export type BridgesOption = v.InferOutput<typeof bridges>;

/** A member by its name. */
interface NamedMember {
  readonly name: string;
  readonly chainId: number | bigint;
}

/** L1's name among the members. */
const L1 = "l1";

/** The id of a member in LayerZero's contracts. */
export function layerZeroId({ layerzero: option = {} }: BridgesOption, { name, chainId }: NamedMember): number {
  return option.ids?.[name] ?? Number(chainId);
}

/** What is wrong with the bridges of an ecosystem with these chains. `l1ChainId` is undefined where L1 runs elsewhere. */
export function bridgeProblems(
  wanted: BridgesOption | undefined,
  chains: readonly NamedMember[],
  { url }: { readonly url?: string | undefined },
): OptionProblem[] {
  const { ids } = wanted?.layerzero ?? {};
  if (wanted?.layerzero === undefined) return [];
  const path = ["bridges", "layerzero", "ids"];
  if (url !== undefined && ids !== undefined)
    return [
      {
        path,
        message:
          "beside an L1 that runs elsewhere name endpoints that are not those of its network; leave ids out, so that each is its chain id",
      },
    ];
  const taken = new Map<number, string>();
  const problems: OptionProblem[] = [];
  const take = (name: string, id: number, place: OptionPath): void => {
    const other = taken.get(id);
    if (other !== undefined)
      problems.push({ path: place, message: `is ${id}, which ${other} has; give each member an id of its own` });
    if (id > MOST_ID)
      problems.push({ path: place, message: `is ${id}, and LayerZero's ids have 32 bits; name one of at most ${MOST_ID}` });
    taken.set(id, name);
  };
  for (const [name, id] of Object.entries(ids ?? {})) take(name, id, [...path, name]);
  for (const { name, chainId } of chains)
    if (ids?.[name] === undefined && name !== L1) take(name, Number(chainId), [...path, name]);
  return problems;
}
