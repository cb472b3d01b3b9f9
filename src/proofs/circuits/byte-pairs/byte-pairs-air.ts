import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { TableDefinition } from "../../stark/systems/system.ts";
import { BYTE_AND, BYTES } from "../buses.ts";

/** log2 of the rows. */
export const BYTE_PAIRS_LOG_ROWS = 16;

/** Fixed: every pair of bytes, and their AND. */
const BYTE_PAIRS_FIXED = { x: 1, y: 1, and: 1 } as const;
const BYTE_PAIRS_FIELDS = { usesPair: 1, usesAnd: 1 } as const;

/** The table whose rows are the pairs of bytes. */
function bytePairsAir(): Air {
  const b = new AirBuilder("bytePairs", 0);
  const { x, y, and } = b.declarePreprocessed(BYTE_PAIRS_FIXED);
  const { usesPair, usesAnd } = b.declare(BYTE_PAIRS_FIELDS);
  b.receive(BYTES, usesPair, { low: x, high: y });
  b.receive(BYTE_AND, usesAnd, { x, y, and });
  return b.build();
}

/** The table with its fixed columns. Row x + 256·y holds the pair (x, y). */
export function bytePairsTable(): TableDefinition {
  return { air: bytePairsAir(), preprocessed: { logRows: BYTE_PAIRS_LOG_ROWS, columns: bytePairsColumns } };
}

function bytePairsColumns(): Uint32Array[] {
  const rows = Uint32Array.from({ length: 2 ** BYTE_PAIRS_LOG_ROWS }, (_, i) => i);
  const [x, y] = [rows.map((row) => row & 0xff), rows.map((row) => row >>> 8)];
  return [x, y, x.map((byte, row) => byte & (y[row] ?? 0))];
}
