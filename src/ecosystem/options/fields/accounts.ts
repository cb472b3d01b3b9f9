import * as v from "valibot";
import { amount, fields, option, trueOrFalse, wholeNumber, withDefault } from "./values.ts";
import { configOption } from "./field.ts";

/** Number of accounts that Hardhat's node funds; operators follow. */
const HIGHEST_FUNDED = 20;
/** For each account: all of them together have less than the bridge's limit for a chain, 2^126 wei. */
const MAX_BALANCE_ETH = 10n ** 15n;

const accounts = v.pipe(
  fields({
    funded: withDefault(
      wholeNumber(0, HIGHEST_FUNDED, HIGHEST_FUNDED),
      "number of development accounts with ETH on every chain, in addition to the relayer's",
      HIGHEST_FUNDED,
    ),
    balance: option(
      amount(`an amount of ETH in quotes, at most "${MAX_BALANCE_ETH}", such as "100"`, MAX_BALANCE_ETH),
      "what each of them gets on each chain, in ETH",
      '"10000"; "100" with an L1 at a URL, whose deployer pays it',
    ),
    unlocked: option(
      trueOrFalse,
      "whether the chains sign for these accounts, for every client that reaches them",
      "true with a local L1 that only this machine reaches",
    ),
  }),
  v.metadata({ name: "HyperchainsAccountsUserConfig" }),
);

/** Accounts with funds on the chains. */
export const ACCOUNTS = {
  accounts: configOption(withDefault(accounts, "development accounts that have money on every chain", {})),
} as const;
