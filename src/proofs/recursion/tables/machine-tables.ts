import { ARITHMETIC_TABLE } from "./arithmetic-table.ts";
import { BITS_TABLE } from "./bits-table.ts";
import { CONSTANT_TABLE } from "./constant-table.ts";
import { DEAL_TABLE } from "./deal-table.ts";
import { DOT_TABLE } from "./dot-table.ts";
import { HASH_TABLE } from "./hash-table.ts";
import type { MachineTable } from "./machine-table.ts";
import { OFFER_TABLE } from "./offer-table.ts";
import { PACK_TABLE } from "./pack-table.ts";
import { PICK_TABLE } from "./pick-table.ts";

/** The machine's tables, in the order in which a system has them; behind them comes that of the public values. */
export const MACHINE_TABLES = {
  hash: HASH_TABLE,
  arithmetic: ARITHMETIC_TABLE,
  dot: DOT_TABLE,
  deal: DEAL_TABLE,
  bits: BITS_TABLE,
  pack: PACK_TABLE,
  constant: CONSTANT_TABLE,
  offer: OFFER_TABLE,
  pick: PICK_TABLE,
} as const satisfies Record<string, MachineTable>;

export type MachineTableName = keyof typeof MACHINE_TABLES;
