import * as v from "valibot";
import { address, fields, list, must, wholeNumber } from "./values.ts";

/** Each may be a process; the contract would take 64. */
const MAX_SIGNERS = 16;
const SIGNERS = { members: wholeNumber(1, MAX_SIGNERS, 3), threshold: wholeNumber(1, MAX_SIGNERS, 2) };
const BOTH = "both members and threshold, such as { members: 3, threshold: 2 }";
const WANTED = `{ members, threshold }: 1 to ${MAX_SIGNERS} members, and a threshold of at most as many`;
const unreachable = (members: number, threshold: number): string => `must be at most members (${members}); got ${threshold}`;

/** Number of signers, and number of signatures required. */
export const signers = v.pipe(
  fields(SIGNERS, BOTH),
  v.forward(
    v.check(
      ({ members, threshold }) => threshold <= members,
      ({ input: { members, threshold } }) => unreachable(members, threshold),
    ),
    ["threshold"],
  ),
  v.metadata({ wanted: WANTED }),
);

const STANDBY_ACCOUNTS = `1 to ${MAX_SIGNERS} addresses, each once`;
const isOnceEach = (accounts: readonly string[]): boolean =>
  new Set(accounts.map((each) => each.toLowerCase())).size === accounts.length;

const standbyAccounts = v.pipe(
  list(address, STANDBY_ACCOUNTS),
  v.check((accounts) => accounts.length >= 1 && accounts.length <= MAX_SIGNERS && isOnceEach(accounts), must(STANDBY_ACCOUNTS)),
  v.metadata({ wanted: STANDBY_ACCOUNTS }),
);

/** Accounts and the number of them that must sign. */
export const standby = v.pipe(
  fields(
    {
      accounts: standbyAccounts,
      threshold: wholeNumber(1, MAX_SIGNERS, 1),
    },
    "both accounts and threshold",
  ),
  v.forward(
    v.check(
      ({ accounts, threshold }) => threshold <= accounts.length,
      ({ input: { accounts, threshold } }) => `must be at most the number of accounts (${accounts.length}); got ${threshold}`,
    ),
    ["threshold"],
  ),
  v.metadata({
    name: "HyperchainStandbyUserConfig",
    wanted: `{ accounts, threshold }: 1 to ${MAX_SIGNERS} addresses, and a threshold of at most as many`,
  }),
);
