import { MAX_WORK_PER_GAS } from "../model/work-limits.ts";
import { TRANSFER_GAS } from "./needs-inspection.ts";

/** Units of a transaction that runs no code: its signature, two accounts, its receipt. */
export const TRANSFER_WORK = 2_000;

/** Maximum work of a transaction with this much gas, in the units of model/work-limits.ts. */
export function mostWorkOf(gasLimit: bigint): number {
  return TRANSFER_WORK + Math.max(0, Number(gasLimit - TRANSFER_GAS)) * MAX_WORK_PER_GAS;
}
