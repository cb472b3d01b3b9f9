import type { BatchInfo, BlockAnswer } from "../answers.ts";
import { useAsked } from "../ecosystem.ts";
import { count, plural } from "../format.ts";
import { gasOfStages } from "../gas-of-stages.ts";
import { ask } from "../rpc.ts";
import type { SettlementBase } from "../settlement-base.ts";

/** Executed batches over which the average is. */
const MOST_BATCHES = 5;

/**
 * Cost of a transaction on the chain's settlement layer, by the newest executed batches: a sentence, or the
 * reason why there is none; undefined until it is known.
 */
export function useSettlementCost(member: string, base: SettlementBase, executed: number): string | undefined {
  const asked = useAsked(() => settlementCost(member, base, executed), [member, executed]);
  if (asked.state === "failed") return `not told: ${asked.reason}`;
  return asked.state === "there" ? asked.value : undefined;
}

async function settlementCost(member: string, { words }: SettlementBase, executed: number): Promise<string> {
  const numbers = Array.from({ length: Math.min(MOST_BATCHES, executed) }, (_, i) => executed - 1 - i);
  const found = await Promise.all(
    numbers.map((number) => ask<BatchInfo | null>("any", "hyperchain_batch", [Number(member), number])),
  );
  const batches = found.filter((batch) => batch !== null);
  const transactions = sum(batches, (batch) => batch.transactions + batch.operations);
  if (transactions === 0) return `not known before ${words} has executed a batch with transactions`;
  const gas = sum(batches, ({ l1Gas }) => gasOfStages(l1Gas));
  const bytes = sum(batches, ({ pubdataBytes }) => pubdataBytes);
  const of = `${plural(transactions, "transaction")} in the newest ${batches.length === 1 ? "executed batch" : `${batches.length} executed batches`}`;
  return `${count(Math.round(gas / transactions))} gas of ${words}, ${count(Math.round(bytes / transactions))} bytes of data (${of})`;
}

/** Gas of a transaction on the chain itself, by its newest blocks; undefined where they have none. */
export function gasPerTransaction(blocks: readonly BlockAnswer[]): string | undefined {
  const transactions = sum(blocks, (block) => block.transactions.length);
  if (transactions === 0) return undefined;
  return `${count(Math.round(sum(blocks, ({ gasUsed }) => Number(gasUsed)) / transactions))} gas (newest ${plural(blocks.length, "block")})`;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((all, item) => all + of(item), 0);
}
