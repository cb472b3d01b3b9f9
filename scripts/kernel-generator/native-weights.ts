import { LOG_WEIGHTS, SERVED_WEIGHTS } from "../../src/protocol/served-weights.ts";

/** What format 3's kernel weighs, as functions of it. */
export function nativeWeights(): string {
  const logs = LOG_WEIGHTS.map((units, topics) => `  case ${topics} { units := ${units} }`);
  return [
    ...Object.entries(SERVED_WEIGHTS).map(([name, units]) => `function ${name}Units() -> units { units := ${units} }`),
    `function logUnits(topics) -> units {\n  switch topics\n${logs.join("\n")}\n}`,
  ].join("\n");
}
