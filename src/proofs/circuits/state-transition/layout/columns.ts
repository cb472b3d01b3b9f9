import { DIGEST } from "../../shapes/digest.ts";
import { PERMUTATION_COLUMNS } from "../../poseidon/permutation.ts";
import type { AirBuilder } from "../../../stark/constraints/air.ts";
import type { Expression } from "../../../stark/constraints/expression.ts";
import { TYPE_BITS } from "./row-types.ts";

/** First column of each register. The first 63 columns are read at the next row, the others only at their own. */
export const COLUMN = {
  /** Untagged input of the permutation: left half, right half. */
  input: 0,
  /** Root of the working subtree: of the state after the operations that are finished. */
  root: 16,
  /** The lane of a path that this row does not hash; elsewhere scratch of the operation. */
  other: 24,
  /** Digest of the diff list so far. */
  digest: 32,
  /** Eight elements carried from one row to the next. */
  memory: 40,
  /** Evaluation of the diff list so far at r. */
  accumulator: 48,
  /** Row type code, lowest bit first. */
  type: 53,
  /** Side of the path's node at this level: 1 is right. On other two-lane rows: which half holds the lane. */
  bit: 58,
  /** Index bits from this level upwards; elsewhere carries an index or a leaf kind. */
  remaining: 59,
  leafCount: 60,
  entryCount: 61,
  /** Type of the row that follows the end of the path. */
  returnType: 62,
  /** 1 on the last row of a path. */
  pathEnd: 63,
  /** 1 on the four digit rows. */
  comparing: 64,
  /** Domain tag of this row's compression. */
  tag: 65,
  interior: 66,
} as const;

/** Columns of the table. */
export const COLUMN_COUNT = COLUMN.interior + PERMUTATION_COLUMNS.count;
/** Leading columns that are opened at the next row, too. */
export const NEXT_COLUMN_COUNT = COLUMN.pathEnd;
/** Coordinates of the accumulator. */
export const EXTENSION_DEGREE = 5;

/** The registers that are read at the next row, as expressions of one row. */
export interface NextRegisters {
  readonly left: readonly Expression[];
  readonly right: readonly Expression[];
  readonly root: readonly Expression[];
  readonly other: readonly Expression[];
  readonly digest: readonly Expression[];
  readonly memory: readonly Expression[];
  readonly accumulator: readonly Expression[];
  readonly type: readonly Expression[];
  readonly bit: Expression;
  readonly remaining: Expression;
  readonly leafCount: Expression;
  readonly entryCount: Expression;
  readonly returnType: Expression;
}

/** All registers of the current row; the permutation's interior columns are not among them. */
export interface Registers extends NextRegisters {
  readonly pathEnd: Expression;
  readonly comparing: Expression;
  readonly tag: Expression;
}

/** Declares the registers in the order of `COLUMN`. Must be the first declaration of the table. */
export function declareRegisters(b: AirBuilder): { now: Registers; next: NextRegisters } {
  const input = b.columns("input", 2 * DIGEST);
  const now: Registers = {
    left: input.slice(0, DIGEST),
    right: input.slice(DIGEST),
    root: b.columns("root", DIGEST),
    other: b.columns("other", DIGEST),
    digest: b.columns("digest", DIGEST),
    memory: b.columns("memory", DIGEST),
    accumulator: b.columns("accumulator", EXTENSION_DEGREE),
    type: b.columns("type", TYPE_BITS),
    bit: b.column("bit"),
    remaining: b.column("remaining"),
    leafCount: b.column("leafCount"),
    entryCount: b.column("entryCount"),
    returnType: b.column("returnType"),
    pathEnd: b.column("pathEnd"),
    comparing: b.column("comparing"),
    tag: b.column("tag"),
  };
  const ahead = (columns: readonly Expression[]): Expression[] => columns.map((column) => b.next(column));
  const next: NextRegisters = {
    left: ahead(now.left),
    right: ahead(now.right),
    root: ahead(now.root),
    other: ahead(now.other),
    digest: ahead(now.digest),
    memory: ahead(now.memory),
    accumulator: ahead(now.accumulator),
    type: ahead(now.type),
    bit: b.next(now.bit),
    remaining: b.next(now.remaining),
    leafCount: b.next(now.leafCount),
    entryCount: b.next(now.entryCount),
    returnType: b.next(now.returnType),
  };
  return { now, next };
}
