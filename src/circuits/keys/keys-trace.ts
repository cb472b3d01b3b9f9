import { inv } from "../../field/koala-bear.ts";
import { traceColumns } from "../../stark/trace-columns.ts";
import { number30 } from "../words/earlier.ts";
import { lessLimbCells } from "../words/less-than.ts";
import { LIMBS } from "../words/word.ts";
import { ACCOUNT_LIMBS, type KeyCells, KEYS_FIELDS } from "./keys-air.ts";

/** A leaf that a run has asked for: its name, its id, its values, and how often its id and its id's account were asked for. */
export interface AskedLeaf {
  readonly kind: number;
  /** 10 limbs. */
  readonly account: readonly number[];
  readonly slot: readonly number[];
  /** Below the number of leaves; no two leaves have the same. */
  readonly id: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** At least 1. */
  readonly uses: number;
  readonly accountUses: number;
}

/** The rows of leaves, given in any order. */
export function keyRows(leaves: readonly AskedLeaf[]): KeyCells[] {
  const sorted = leaves.map((leaf) => ({ leaf, name: nameOf(leaf) })).sort((x, y) => order(x.name, y.name));
  return sorted.map(({ leaf, name }, row): KeyCells => {
    const next = sorted[row + 1];
    return {
      ...leaf,
      real: 1,
      id: number30(leaf.id),
      usesInverse: inv(leaf.uses),
      ...(next === undefined ? { chosen: noLeaf().chosen, gap: 0 } : lessLimbCells(name, next.name)),
    };
  });
}

/** The main columns of the table, of no rows without leaves. */
export function keysColumns(leaves: readonly AskedLeaf[], minLogRows: number): Uint32Array[] {
  return traceColumns("keys", KEYS_FIELDS, keyRows(leaves), { padding: noLeaf, minLogRows });
}

/** A row without a leaf. */
export function noLeaf(): KeyCells {
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  return {
    ...{ real: 0, kind: 0, uses: 0, usesInverse: 0, accountUses: 0, gap: 0 },
    ...{ slot: zeros(LIMBS), account: zeros(ACCOUNT_LIMBS), id: number30(0), before: zeros(LIMBS), after: zeros(LIMBS) },
    chosen: zeros(KEYS_FIELDS.chosen),
  };
}

function nameOf({ slot, account, kind }: AskedLeaf): number[] {
  return [...slot, ...account, kind];
}

function order(x: readonly number[], y: readonly number[]): number {
  const at = x.findLastIndex((limb, i) => limb !== y[i]);
  return (x[at] ?? 0) - (y[at] ?? 0);
}
