import * as v from "valibot";
import { ecosystemOption } from "./field.ts";
import {
  fields,
  list,
  named,
  option,
  text,
  trueOrFalse,
  wholeBigint,
  wholeNumber,
  withDefault,
  type DeepReadonly,
} from "./values.ts";

/** Limit of the contract's list. */
const MAX_MEMBERS = 64;
const WHOLE_BPS = 10_000;
const ETHER = 10n ** 18n;
const MAX_STAKE = 2n ** 96n;
const NAME = text(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, "a name: a letter, then up to 31 letters, digits, - or _");

const network = v.pipe(
  fields({
    members: withDefault(wholeNumber(1, MAX_MEMBERS, 4), "guardians, each in a separate process with a key", 4),
    stakesWei: option(
      v.pipe(
        list(wholeBigint(1n, MAX_STAKE, ETHER), "a list of amounts in wei, one for each guardian"),
        v.maxLength(
          MAX_MEMBERS,
          ({ input }) => `has ${input.length} amounts, and a network has at most ${MAX_MEMBERS} guardians`,
        ),
      ),
      "wei on L1 that each guardian stakes, which is its weight",
      "1 ETH for each",
    ),
    shareBps: withDefault(
      wholeNumber(1, WHOLE_BPS, 6_667),
      "part of the weight that must sign for a batch's data, in ten-thousandths",
      6_667,
    ),
    open: withDefault(
      trueOrFalse,
      "whether every staked key can join later: then any account can buy the weight that stops the network's chains",
      false,
    ),
  }),
  v.metadata({ name: "HyperchainsGuardiansUserConfig" }),
);

/** Terms of a network of guardians. */
export type GuardianNetworkTerms = DeepReadonly<v.InferOutput<typeof network>>;

/** Stake of each guardian, in order. */
export function guardianStakes({ members, stakesWei }: GuardianNetworkTerms): readonly bigint[] {
  return stakesWei ?? Array.from({ length: members }, () => ETHER);
}

/** Networks of guardians that store data of chains. */
export const GUARDIANS = {
  guardians: ecosystemOption(
    option(
      named(NAME, network, "an object with one network per name, such as { main: { members: 4 } }"),
      "networks of staked guardians, by name, that store the data of chains which name them: a zkPorter",
      "none",
    ),
  ),
} as const;
