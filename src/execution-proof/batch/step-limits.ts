import { LARGEST_TABLES, type StepWeight } from "./step-weight.ts";

/**
 * What one step of a batch may be. One that is more has no proof, and its batch a label: a step is proven in segments
 * (`SEGMENT_CELLS`), but all its rows are recorded before, in the filler's heap.
 */
export interface StepLimits {
  /** Rows in any table. */
  readonly rows: number;
  /** Cells of the tables of its chunk, those that fill them up included. */
  readonly cells: number;
}

/** A step that is more than the limits of a protocol version: what the label `too-large` was found by. */
export interface LargeStep {
  readonly protocolVersion: bigint;
  readonly limits: StepLimits;
  /** Place among the batch's steps. */
  readonly step: number;
}

/**
 * What the prover's memory of 4 GiB has room for, with a fifth of it to spare (docs/decisions/0118): up to 12.1 MiB a million
 * cells were measured. A step below the limits that has no room there is a `fault`, which no validator signs.
 */
const LIMITS: StepLimits = { rows: 2 ** 20, cells: 260_000_000 };

/**
 * The limits of a protocol version: constants, which no prover's options, heap or speed change. So all who look at a batch find
 * the same label.
 */
export function stepLimits(_protocolVersion: bigint): StepLimits {
  return LIMITS;
}

/** Whether a label was found by limits that hold today. */
export function isOfToday({ protocolVersion, limits }: LargeStep): boolean {
  const { rows, cells } = stepLimits(protocolVersion);
  return limits.rows === rows && limits.cells === cells;
}

/** Whether steps that weigh so much, or the one that does, have more than the limits in the tables that are counted alone. */
export function exceeds(weight: StepWeight, { rows, cells }: StepLimits): boolean {
  let sum = 0;
  for (const table of LARGEST_TABLES) {
    const own = table.rows * weight[table.of];
    if (own > rows) return true;
    if (own > 0) sum += table.width * 2 ** Math.ceil(Math.log2(own));
  }
  return sum > cells;
}
