import type { Hex } from "../../ground/protocol/hex.ts";

/** Accounts that may use a chain; without a list every account may. In lower case. */
export interface AccessLists {
  readonly senders?: readonly Hex[] | undefined;
  /** Accounts that may create contracts. */
  readonly deployers?: readonly Hex[] | undefined;
}

/** Lists that the admin has changed while the chain ran. */
export interface ChangedLists {
  /** What the chain's options said then: where they say something else now, they hold. */
  readonly configured: AccessLists;
  readonly lists: AccessLists;
}

/** The lists with which a chain goes on that has kept these. */
export function listsAfter(configured: AccessLists, changed: ChangedLists | undefined): AccessLists {
  return changed !== undefined && isSame(changed.configured, configured) ? changed.lists : configured;
}

function isSame(a: AccessLists, b: AccessLists): boolean {
  const text = ({ senders, deployers }: AccessLists): string => JSON.stringify({ senders, deployers });
  return text(a) === text(b);
}
