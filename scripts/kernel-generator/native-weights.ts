import { LOG_WEIGHTS, SERVED_WEIGHTS } from "../../src/ground/protocol/served-weights.ts";
import { type KernelWeights, requirePricedSteps, weighedSteps } from "./dear-steps.ts";

/** Weights of the kernel, by name. */
export const KERNEL_WEIGHTS: KernelWeights = {
  ...SERVED_WEIGHTS,
  ...Object.fromEntries(LOG_WEIGHTS.map((units, topics) => [`log${topics}`, units])),
};

/**
 * Weights of the kernel, as Yul functions. Throws DearStepError for weights by which a step
 * takes more than 24 units a gas without paying for them in its frame.
 */
export function nativeWeights(): string {
  requirePricedSteps(weighedSteps(KERNEL_WEIGHTS));
  const logs = LOG_WEIGHTS.map((_, topics) => `  case ${topics} { units := log${topics}Units() }`);
  return [
    ...Object.entries(KERNEL_WEIGHTS).map(([name, units]) => `function ${name}Units() -> units { units := ${units} }`),
    `function logUnits(topics) -> units {\n  switch topics\n${logs.join("\n")}\n}`,
  ].join("\n");
}
