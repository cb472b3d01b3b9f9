import type { BatchInfo } from "./answers.ts";

/** Gas of a batch on what its chain settles on: the sum of its stages. */
export function gasOfStages(gas: BatchInfo["l1Gas"]): number {
  return Object.values(gas).reduce((sum, each) => sum + each, 0);
}
