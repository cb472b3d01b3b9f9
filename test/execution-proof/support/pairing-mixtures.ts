import { type Code, push } from "../../chain/support/assembler.ts";
import type { CalledContract } from "../../machine/support/contract-call.ts";
import { type MeasuredItem, measuredItems, otherAddress } from "./native/measured-items.ts";
import { CALLER, codeOf } from "./points-transaction.ts";

const [CALL, GAS, PC, ADD, JUMPI, JUMPDEST, INVALID, STOP] = [0xf1, 0x5a, 0x58, 0x01, 0x57, 0x5b, 0xfe, 0x00];
/** Keys of pairings themselves. */
const PAIRINGS: readonly string[] = ["precompile 0x08", "pairOfPoints"];
/** Continues if the word on the stack is not 0. */
const REQUIRE: Code = [PC, ...push(6), ADD, JUMPI, INVALID, JUMPDEST];

/** Calls these accounts, and fails if one of them does. */
const callsOf = (accounts: readonly bigint[]): Code =>
  accounts.flatMap((account) => [...Array<number>(5).fill(0x5f), ...push(account), GAS, CALL, ...REQUIRE]);

/**
 * Contracts whose caller has a pairing computed, and then each other thing that has a weight, every one in a dedicated account. Things
 * that need the same account with another code are in another mixture. The first one has the most.
 */
export function pairingMixtures(): readonly ReadonlyMap<bigint, CalledContract>[] {
  const groups = new Map<string, MeasuredItem[]>();
  for (const item of measuredItems()) {
    if (item.callData !== undefined || PAIRINGS.includes(item.key)) continue;
    const codes = JSON.stringify(item.others ?? []);
    groups.set(codes, [...(groups.get(codes) ?? []), item]);
  }
  return [...groups.values()].map((group) => {
    const each = group.map(({ setup = [], body }, i) => [0xe000n + BigInt(i), { code: [...setup, ...body(0), STOP] }] as const);
    const others = (group[0]?.others ?? []).map((code, i) => [BigInt(otherAddress(i)), { code }] as const);
    const code = [...codeOf(8).slice(0, -1), ...callsOf(each.map(([account]) => account)), STOP];
    return new Map<bigint, CalledContract>([[CALLER, { code, balance: 10n ** 18n }], ...each, ...others]);
  });
}
