import { LARGEST_TABLES, type StepWeight } from "./step-weight.ts";

/**
 * Limits of one step of a batch. A larger one has no proof, nor has its batch: a step of any size is proven in segments
 * (`SEGMENT_CELLS`), but the data from which they are filled stay in the filler's memory until the last is proven.
 */
export interface StepLimits {
  /** Rows of the kernel, and opcodes of user code: these take some bytes each, since their rows are packed as they come. */
  readonly steps: number;
  /** Rows in any other table that is counted. */
  readonly rows: number;
  /** Cells of the tables that are counted, those included that fill them up. */
  readonly cells: number;
}

/** A step that is more than the limits of a protocol version: the cause of the reason `too-large`. */
export interface LargeStep {
  readonly protocolVersion: bigint;
  readonly limits: StepLimits;
  /** Place among the batch's steps. */
  readonly step: number;
}

/**
 * Limits by the filler's memory (decision 169), and by the number of a run's segments. No step comes near them: its
 * budget of 1,300,000 units is 130 million cells before padding. A step below the limits that has no room is a `fault`.
 */
const LIMITS: StepLimits = { steps: 2 ** 23, rows: 2 ** 20, cells: 4_000_000_000 };

/**
 * The limits of a protocol version: constants, which no prover's options, heap or speed change. So all who look at a batch find
 * the same reason.
 */
export function stepLimits(_protocolVersion: bigint): StepLimits {
  return LIMITS;
}

/** Whether a reason was found by limits that hold today. */
export function isOfToday({ protocolVersion, limits }: LargeStep): boolean {
  const { steps, rows, cells } = stepLimits(protocolVersion);
  return limits.steps === steps && limits.rows === rows && limits.cells === cells;
}

/** True if a step with this weight exceeds the limits in the tables that are counted alone. */
export function exceeds(weight: StepWeight, { steps, rows, cells }: StepLimits): boolean {
  const isBeyond = LARGEST_TABLES.some((table) => {
    return table.rows * weight[table.of] > (table.of === "rows" || table.of === "opcodes" ? steps : rows);
  });
  return isBeyond || countedCells(weight) > cells;
}

/** Cells of the tables that are counted alone, those included that fill them up. */
export function countedCells(weight: StepWeight): number {
  let sum = 0;
  for (const { of, rows, width } of LARGEST_TABLES)
    if (weight[of] > 0) sum += width * 2 ** Math.ceil(Math.log2(rows * weight[of]));
  return sum;
}
