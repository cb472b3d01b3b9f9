import type { Hex } from "../../../ground/protocol/hex.ts";

/** Adds to the list of an account. */
export function addTo<Item>(lists: Map<Hex, Item[]>, account: Hex, item: Item): void {
  const list = lists.get(account);
  if (list === undefined) lists.set(account, [item]);
  else list.push(item);
}
