import { inv } from "../../field/koala-bear.ts";
import { DomainTag } from "../../../ground/protocol/domain-tags.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import type { CompressDigests } from "../leaves/touched-leaf.ts";
import { DIGEST } from "../shapes/digest.ts";
import { RELISTED_LEAVES_FIELDS, type RelistedLeafCells } from "./relisted-leaves-air.ts";

type Digest = readonly number[];

/** A leaf that is relisted or removed. */
export interface RelistedLeaf {
  readonly kind: number;
  readonly key: Digest;
  /** The successor before; 0⁸ for +∞. */
  readonly successor: Digest;
  /** Digest of the value. */
  readonly value: Digest;
  readonly placeBefore: number;
  /** Undefined for a leaf that is taken out. */
  readonly placeAfter: number | undefined;
}

/**
 * The rows of leaves, those that are taken out behind their predecessors; without the rows that fill up. Throws RangeError for
 * a leaf that is taken out and has no predecessor among them.
 */
export function relistedLeafRows(leaves: readonly RelistedLeaf[], compress: CompressDigests): RelistedLeafCells[] {
  const removed = new Map(leaves.filter(({ placeAfter }) => placeAfter === undefined).map((leaf) => [leaf.key.join(), leaf]));
  const rows: RelistedLeafCells[] = [];
  for (const leaf of leaves.filter(({ placeAfter }) => placeAfter !== undefined)) {
    const chain = [leaf];
    for (let next = removed.get(leaf.successor.join()); next !== undefined; next = removed.get(next.successor.join())) {
      chain.push(next);
      removed.delete(next.key.join());
    }
    const follower = chain.at(-1)?.successor ?? [];
    rows.push(...chain.map((each) => leafRow(each, follower, compress)));
  }
  for (const key of removed.keys()) throw new RangeError(`no leaf is before the one of key ${key}, which is taken out`);
  return rows;
}

function leafRow(leaf: RelistedLeaf, follower: Digest, compress: CompressDigests): RelistedLeafCells {
  const { kind, key, successor, value, placeBefore, placeAfter } = leaf;
  const pairBefore = compress(DomainTag.pair + kind, key, successor);
  const leafBefore = compress(DomainTag.leaf, pairBefore, value);
  const own = {
    ...noRelistedLeaf(),
    kind,
    key,
    successor,
    follower,
    value,
    placeBefore,
    pairBefore,
    leafBefore,
    placeInverse: placeBefore === 0 ? 0 : inv(placeBefore),
  };
  if (placeAfter === undefined) return { ...own, removed: 1 };
  const pairAfter = compress(DomainTag.pair + kind, key, follower);
  return { ...own, kept: 1, placeAfter, pairAfter, leafAfter: compress(DomainTag.leaf, pairAfter, value) };
}

/** A row without a leaf. */
export function noRelistedLeaf(): RelistedLeafCells {
  const zero = new Array<number>(DIGEST).fill(0);
  return {
    kept: 0,
    removed: 0,
    key: zero,
    follower: zero,
    successor: zero,
    kind: 0,
    value: zero,
    placeBefore: 0,
    placeAfter: 0,
    placeInverse: 0,
    pairBefore: zero,
    leafBefore: zero,
    pairAfter: zero,
    leafAfter: zero,
  };
}

/** The main columns of the table; the last row has no leaf. */
export function relistedLeavesColumns(rows: readonly RelistedLeafCells[], minLogRows: LeastHeight): Uint32Array[] {
  const filled = [...rows, noRelistedLeaf()];
  return traceColumns("relistedLeaves", RELISTED_LEAVES_FIELDS, filled, { padding: noRelistedLeaf, minLogRows });
}
