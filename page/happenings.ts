import type { ActivityBlock, ActivityTransaction } from "./answers.ts";

/** Blocks of each member by its id, the oldest first. */
export type Activity = ReadonlyMap<number, readonly ActivityBlock[]>;

/** A transaction with the block that it is in. */
export interface Happening extends ActivityTransaction {
  readonly block: ActivityBlock;
}

/** Milliseconds of the machine's clock when a block came, or what comes next to it. */
export function timeOf({ at, timestamp }: ActivityBlock): number {
  return at ?? timestamp * 1_000;
}

/** Stored activity, with earlier blocks that arrived later. */
export function withOlder(held: Activity, now: Activity): Activity {
  return new Map(
    [...held].map(([chainId, blocks]) => {
      const first = blocks[0]?.number ?? 0;
      return [chainId, [...(now.get(chainId) ?? []).filter(({ number }) => number < first), ...blocks]];
    }),
  );
}

/**
 * Rows of each block, the newest first; cached, because each new block causes a search of all stored ones.
 */
const made = new WeakMap<ActivityBlock, readonly Happening[]>();

/** All that is kept, the newest first. */
export function happenings(activity: Activity): readonly Happening[] {
  return [...activity.values()]
    .flat()
    .sort((a, b) => timeOf(b) - timeOf(a) || b.number - a.number)
    .flatMap(inBlock);
}

function inBlock(block: ActivityBlock): readonly Happening[] {
  const known = made.get(block) ?? block.transactions.toReversed().map((each) => ({ ...each, block }));
  made.set(block, known);
  return known;
}
