import type { CardKernel } from "../card/kernel.ts";
import { LOG_PARTS } from "../../stack-layout.ts";

/**
 * Element i of a column at place `inColumn` of a stack column of 2^logStack: to the row of the part where `StackOperations`
 * has it.
 * Shape: the parts of the stack column follow each other at `dest`; canonical.
 */
export const deal: CardKernel = {
  name: "deal",
  params: ["logPartRows"],
  item: ["column", "inColumn", "dest"],
  read: ["source"],
  write: ["result"],
  body: /* wgsl */ `
  let place = inColumn + i;
  result[dest + ((place & ${2 ** LOG_PARTS - 1}u) << p.logPartRows) + (place >> ${LOG_PARTS}u)] = source[column + i];`,
};
