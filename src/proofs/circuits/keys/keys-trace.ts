import { inv } from "../../field/koala-bear.ts";
import { EntryTag } from "../../../ground/protocol/diff-list.ts";
import { DomainTag } from "../../../ground/protocol/domain-tags.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import type { CompressDigests } from "../leaves/touched-leaf.ts";
import { DIGEST } from "../shapes/digest.ts";
import { number30 } from "../words/earlier.ts";
import { LIMBS } from "../shapes/word.ts";
import { ACCOUNT_LIMBS, type KeyCells, KEYS_FIELDS } from "./keys-air.ts";

/** The name of a leaf of the state. */
export interface LeafName {
  readonly kind: number;
  /** 10 limbs. */
  readonly account: readonly number[];
  readonly slot: readonly number[];
}

/** The chain over a leaf's name; its last digest is the leaf's key. */
interface KeyChain {
  readonly head: readonly number[];
  readonly middle: readonly number[];
  readonly key: readonly number[];
}

/** A leaf that a run has asked for: its name, its id, its values, and how often its id and its id's account were asked for. */
export interface AskedLeaf extends LeafName, KeyChain {
  /** Below the number of leaves; no two leaves have the same. */
  readonly id: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** At least 1. */
  readonly uses: number;
  readonly accountUses: number;
}

/** Three compressions: docs/protocol.md §1. */
export function keyChain({ kind, account, slot }: LeafName, compress: CompressDigests): KeyChain {
  const block = [EntryTag.insertion, kind, ...account, ...slot, 0, 0, 0, 0];
  const part = (i: number): number[] => block.slice(DIGEST * i, DIGEST * (i + 1));
  const head = compress(DomainTag.key, part(0), part(1));
  const middle = compress(DomainTag.key, head, part(2));
  return { head, middle, key: compress(DomainTag.key, middle, part(3)) };
}

/** The rows of leaves. */
export function keyRows(leaves: readonly AskedLeaf[]): KeyCells[] {
  return leaves.map((leaf) => ({ ...leaf, real: 1, id: number30(leaf.id), usesInverse: inv(leaf.uses) }));
}

/** The main columns of the table, of no rows without leaves. */
export function keysColumns(leaves: readonly AskedLeaf[], minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("keys", KEYS_FIELDS, keyRows(leaves), { padding: noLeaf, minLogRows });
}

/** A row without a leaf. */
export function noLeaf(): KeyCells {
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  return {
    real: 0,
    kind: 0,
    uses: 0,
    usesInverse: 0,
    accountUses: 0,
    slot: zeros(LIMBS),
    account: zeros(ACCOUNT_LIMBS),
    id: number30(0),
    before: zeros(LIMBS),
    after: zeros(LIMBS),
    head: zeros(DIGEST),
    middle: zeros(DIGEST),
    key: zeros(DIGEST),
  };
}
