import type { Hex } from "../../ground/protocol/hex.ts";

/** Accounts that may use a chain; without a list every account may. In lower case. */
export interface AccessLists {
  readonly senders?: readonly Hex[] | undefined;
  /** Accounts that may create contracts. */
  readonly deployers?: readonly Hex[] | undefined;
}

/** Lists that the admin has changed while the chain ran. */
export interface ChangedLists {
  /** Lists in the chain's options at that time: if the options differ now, they replace the stored ones. */
  readonly configured: AccessLists;
  readonly lists: AccessLists;
}

/** Lists of a restarted chain that has stored these. */
export function listsAfter(configured: AccessLists, changed: ChangedLists | undefined): AccessLists {
  return changed !== undefined && isSame(changed.configured, configured) ? changed.lists : configured;
}

function isSame(a: AccessLists, b: AccessLists): boolean {
  const text = ({ senders, deployers }: AccessLists): string => JSON.stringify({ senders, deployers });
  return text(a) === text(b);
}
