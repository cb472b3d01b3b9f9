import { getCreateAddress } from "ethers";
import { toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { Intent, Situation } from "./actions/action.ts";

import type { Call } from "./model/world.ts";

/** Route of a call to L1. */
export interface Attempt {
  readonly origin: Hex;
  /** Call of the origin; if a contract has this address, it calls in its constructor. */
  readonly call: Call;
  readonly builtAt?: Hex;
  /** Kinds of third parties on the route. */
  readonly parties: readonly string[];
  readonly isImpossible: boolean;
}

type Route = (situation: Situation, intent: Intent, builderNonce: number) => Omit<Attempt, "parties" | "isImpossible">;

const total = (calls: readonly Call[]): bigint => calls.reduce((sum, { value }) => sum + value, 0n);

/** Call of a contract that makes the calls in sequence. */
function runBy(party: Hex, calls: readonly Call[], regrets = false): Call {
  return { to: party, fn: "run", args: [calls, regrets], value: total(calls) };
}

function anyone({ scene, random }: Situation): Hex {
  return random.pick([scene.accounts.stranger, ...scene.accounts.users])!;
}

/** Sends the same input to a contract outside the protocol. */
function decoyOf({ scene, random }: Situation, call: Call): Call {
  return { ...call, to: random.pick(scene.parties.slice(1))!, value: 0n };
}

const account =
  (choose: (situation: Situation) => Hex): Route =>
  (situation, { call }) => ({ origin: choose(situation), call });

/** Routes of callers to entry points for any account. */
const ROUTES: Record<string, Route> = {
  stranger: account(({ scene }) => scene.accounts.stranger),
  user: account(({ scene, random }) => random.pick(scene.accounts.users)!),
  "admin of chains": account(({ scene }) => scene.accounts.admin),
  "validator of any chain": account(({ scene, random }) => random.pick(scene.keys)!.address),
  "account with delegated code": account(({ scene }) => scene.accounts.delegated),
  contract: (situation, { call }) => ({ origin: anyone(situation), call: runBy(situation.scene.parties[0]!, [call]) }),
  "contract in a contract": (situation, { call }) => {
    const [outer, inner] = situation.scene.parties;
    return { origin: anyone(situation), call: runBy(outer!, [runBy(inner!, [call])]) };
  },
  "contract with decoys": (situation, { call }) => {
    const calls = situation.random.choose(
      [decoyOf(situation, call), call],
      [call, decoyOf(situation, call)],
      [decoyOf(situation, call), call, call],
    );
    return { origin: anyone(situation), call: runBy(situation.scene.parties[0]!, calls) };
  },
  "contract that takes it back": (situation, { call }) => ({
    origin: anyone(situation),
    call: runBy(situation.scene.parties[0]!, [call], true),
  }),
  "account with odd calldata": (situation, { call }) => {
    return {
      origin: anyone(situation),
      call: { ...call, trailing: toHex(situation.random.bytes(1 + situation.random.index(64))) },
    };
  },
  "constructor of a contract": ({ scene }, { call }, builderNonce) => {
    const { builder } = scene.accounts;
    return { origin: builder, call, builtAt: getCreateAddress({ from: builder, nonce: builderNonce }).toLowerCase() as Hex };
  },
};
/** Routes of input by another account, which is mostly refused: it is sent directly most of the time. */
const DIRECT = ["stranger", "user", "admin of chains", "validator of any chain"];
const OWN_INPUT_SHARE = 4;
const MOST_DIGITS = 80_000;
const MOST_AGGREGATED = 40;

/** Kinds of third parties, by the labels under which they are counted. */
export const PARTIES: readonly string[] = [
  ...Object.keys(ROUTES),
  "spammer",
  "squatter of chain ids",
  "copier of commits",
  "chain without an operator",
  "quorum that lies",
  "inflating token",
  "pausing token",
  "blacklisting token",
  "token with a fee",
  "token that answers false",
  "reentrant token",
  "reentrant recipient",
  "recipient that refuses",
  "second bridge of another",
];

/** Whether the call is too long for a constructor's input (EIP-3860). Such a call comes from a contract. */
function isLong({ fn, args }: Call): boolean {
  if (fn === "proveBatches") return (args[0] as unknown[]).length > MOST_AGGREGATED;
  return longestText(args) > MOST_DIGITS;
}

/** Length of the longest text in a value. */
function longestText(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((longest, each) => Math.max(longest, longestText(each)), 0);
}

/** Chooses who makes a call, and how. */
export function route(situation: Situation, intent: Intent, builderNonce: number): Attempt {
  const { random, scene } = situation;
  const { by, call, isOwnInput = false, isImpossible = false } = intent;
  const own = intent.party === undefined ? [] : [intent.party];
  if (by !== undefined) {
    const isContract = scene.parties.includes(by);
    const attempt = isContract ? { origin: anyone(situation), call: runBy(by, [call]) } : { origin: by, call };
    return { ...attempt, isImpossible, parties: [...own, isContract ? "contract" : "user"] };
  }
  const party = isLong(call)
    ? "contract"
    : random.pick(isOwnInput && !random.oneIn(OWN_INPUT_SHARE) ? DIRECT : Object.keys(ROUTES))!;
  return { ...ROUTES[party]!(situation, intent, builderNonce), isImpossible, parties: [...own, party] };
}
