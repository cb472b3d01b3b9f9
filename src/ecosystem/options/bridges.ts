import * as v from "valibot";
import type { OptionPath, OptionProblem } from "./problems.ts";
import { fields, named, option, text, wholeNumber } from "./fields/values.ts";

/** Ids of LayerZero and Hyperlane have 32 bits; 0 names none. */
const MOST_ID = 2 ** 32 - 1;
const IDS = "an object with an id for each member's name, such as { l1: 40161, alpha: 40231 }";

/** A bridge's numbers of members. `subject`: their name in the bridge's docs. */
const idsOf = (subject: string) =>
  option(
    named(text(/\S/, "a member's name"), wholeNumber(1, MOST_ID, 40_161), IDS),
    `${subject} by members' names, \`l1\` among them, as a dapp's own config has them; also of chains that come later`,
    "each member's chain id",
  );

const layerzero = v.pipe(
  fields({ ids: idsOf("LayerZero's endpoint ids") }),
  v.metadata({ name: "HyperchainsLayerZeroUserConfig" }),
);
const hyperlane = v.pipe(
  fields({ ids: idsOf("Hyperlane's domain ids") }),
  v.metadata({ name: "HyperchainsHyperlaneUserConfig" }),
);

const ccip = v.pipe(
  fields({
    ids: option(
      named(
        text(/\S/, "a member's name"),
        text(/^[1-9]\d{0,19}$/, 'a selector in digits, such as "16015286601757825753"'),
        'an object with a selector for each member\'s name, such as { l1: "16015286601757825753" }',
      ),
      "CCIP's chain selectors, in digits, by members' names (`l1` too), as a dapp's own config has them; also of later chains",
      "each member's chain id",
    ),
  }),
  v.metadata({ name: "HyperchainsCcipUserConfig" }),
);

const superchain = v.pipe(fields({}), v.metadata({ name: "HyperchainsSuperchainUserConfig" }));

/** Bridges of others that an ecosystem has. */
export const bridges = v.pipe(
  fields({
    layerzero: option(layerzero, "LayerZero V2: its endpoint and libraries out of the project's packages", "none"),
    hyperlane: option(hyperlane, "Hyperlane: its mailbox out of the project's packages", "none"),
    ccip: option(ccip, "CCIP: contracts of this package with its published interfaces", "none"),
    superchain: option(
      superchain,
      "the Superchain's messenger and bridges at their addresses, on chains that start with them",
      "none",
    ),
  }),
  v.metadata({ name: "HyperchainsBridgesUserConfig" }),
);

/** Names of the bridges in the options, and the names that their authors use. */
export const BRIDGES = { layerzero: "LayerZero", hyperlane: "Hyperlane", ccip: "CCIP", superchain: "the Superchain" } as const;

/** Name of a bridge in the options. */
export type BridgeName = keyof typeof BRIDGES;
export const BRIDGE_NAMES = Object.keys(BRIDGES) as readonly BridgeName[];

/** Bit length of a bridge's ids. */
const ID_BITS: Readonly<Record<BridgeName, number>> = { layerzero: 32, hyperlane: 32, ccip: 64, superchain: 64 };

export type BridgesOption = v.InferOutput<typeof bridges>;

/** A member by its name. */
interface NamedMember {
  readonly name: string;
  readonly chainId: number | bigint;
}

/** L1's name among the members. */
const L1 = "l1";

/** The id of a member in a bridge's contracts. */
export function bridgeId(bridge: BridgesOption[BridgeName], { name, chainId }: NamedMember): bigint {
  return BigInt(idsIn(bridge)?.[name] ?? chainId);
}

/** The Superchain has chain ids alone. */
function idsIn(bridge: BridgesOption[BridgeName]): Readonly<Record<string, number | string>> | undefined {
  return bridge !== undefined && "ids" in bridge ? bridge.ids : undefined;
}

/**
 * Problems of the bridges of an ecosystem with these chains. `url` is the address of an L1 that another
 * process runs.
 */
export function bridgeProblems(
  configured: BridgesOption | undefined,
  chains: readonly NamedMember[],
  { url }: { readonly url?: string | undefined },
): OptionProblem[] {
  return BRIDGE_NAMES.flatMap((bridge) => {
    const option = configured?.[bridge];
    return option === undefined ? [] : idProblems(bridge, idsIn(option), chains, url !== undefined);
  });
}

function idProblems(
  bridge: BridgeName,
  ids: Readonly<Record<string, number | string>> | undefined,
  chains: readonly NamedMember[],
  isRemoteL1: boolean,
): OptionProblem[] {
  const path = ["bridges", bridge, "ids"];
  if (isRemoteL1 && ids !== undefined)
    return [
      {
        path,
        message:
          "must be left out with a remote L1, because public ids name its network's contracts; each id is then the chain id",
      },
    ];
  const taken = new Map<bigint, string>();
  const bits = ID_BITS[bridge];
  const most = 2n ** BigInt(bits) - 1n;
  const problems: OptionProblem[] = [];
  const take = (name: string, id: bigint, place: OptionPath): void => {
    const other = taken.get(id);
    if (other !== undefined)
      problems.push({ path: place, message: `is ${id}, which ${other} has; give each member a different id` });
    if (id > most)
      problems.push({
        path: place,
        message: `is ${id}, and ${BRIDGES[bridge]}'s ids have ${bits} bits; name one of at most ${most}`,
      });
    taken.set(id, name);
  };
  for (const [name, id] of Object.entries(ids ?? {})) take(name, BigInt(id), [...path, name]);
  for (const { name, chainId } of chains)
    if (ids?.[name] === undefined && name !== L1) take(name, BigInt(chainId), [...path, name]);
  return problems;
}
