import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { TableDefinition } from "../../stark/systems/system.ts";
import { RANGE14, RANGE16 } from "../buses.ts";

/** log2 of the rows. */
export const RANGE16_LOG_ROWS = 16;

/** Fixed: every number below 2^16, and the same modulo 2^14. */
const RANGE16_FIXED = { value: 1, low14: 1 } as const;
const RANGE16_FIELDS = { uses16: 1, uses14: 1 } as const;

/** The table whose rows are the numbers below 2^16. */
export function range16Air(): Air {
  const b = new AirBuilder("range16", 0);
  const { value, low14 } = b.declarePreprocessed(RANGE16_FIXED);
  const { uses16, uses14 } = b.declare(RANGE16_FIELDS);
  b.receive(RANGE16, uses16, { value });
  b.receive(RANGE14, uses14, { value: low14 });
  return b.build();
}

/** The table with its fixed columns. */
export function range16Table(): TableDefinition {
  return { air: range16Air(), preprocessed: { logRows: RANGE16_LOG_ROWS, columns: range16Columns } };
}

function range16Columns(): Uint32Array[] {
  const value = Uint32Array.from({ length: 2 ** RANGE16_LOG_ROWS }, (_, i) => i);
  return [value, value.map((x) => x % 2 ** 14)];
}
