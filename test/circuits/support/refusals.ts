import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { Air } from "../../../src/proofs/stark/constraints/air.ts";
import { messagesOf } from "../../execution-proof/support/judge.ts";
import type { Answers } from "./answers.ts";
import { checkConstraints } from "../../stark/check-traces.ts";

/**
 * Refusals of filled tables: constraints and false messages as `table: name`, and buses between the tables that do not
 * balance. Messages of `unheard` buses are for a run and its statement.
 */
export function refusalsOfTables(
  tables: readonly { readonly air: Air; readonly main: readonly Uint32Array[] }[],
  { isBalanced, isTrue }: Answers,
  unheard: readonly string[],
): string[] {
  const refusals = new Set<string>();
  const balances = new Map<string, number>();
  for (const { air, main } of tables) {
    for (const { constraint } of checkConstraints(air, { preprocessed: [], main }, [], { limit: 500 })) {
      refusals.add(`${air.name}: ${constraint}`);
    }
    for (const { name, interaction, multiplicity, message } of messagesOf(air, main, [])) {
      const { bus, direction } = interaction;
      if (multiplicity === 0 || unheard.includes(bus.name)) continue;
      if (isBalanced(bus.name)) {
        const key = `${bus.name} ${message.join()}`;
        balances.set(key, (balances.get(key) ?? 0) + (direction === "send" ? multiplicity : P - multiplicity));
      } else if (!isTrue(bus.name, message)) refusals.add(`${air.name}: ${name}`);
    }
  }
  for (const [key, balance] of balances) if (balance % P !== 0) refusals.add(key.slice(0, key.indexOf(" ")));
  return [...refusals].sort();
}
