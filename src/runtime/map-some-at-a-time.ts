/**
 * What `work` makes of each item, in the items' order, with at most `width` of them under way. Rejects with the first error;
 * what is under way then goes on, and nothing else begins.
 */
export async function mapSomeAtATime<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Array<Result>(items.length);
  const rest = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const [place, item] of rest) {
      results[place] = await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
      if (failed) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
