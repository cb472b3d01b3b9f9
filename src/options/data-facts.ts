import type { DataFacts } from "../protocol/data-choice.ts";
import type { ChainPlan } from "./plan.ts";

const FACTS = {
  rollup: { publishes: "always", rebuiltFrom: "l1", readers: "everybody" },
  chain: { publishes: "always", rebuiltFrom: "base", readers: "everybody" },
  validium: { publishes: "never", rebuiltFrom: "holders", readers: "sessions" },
} as const satisfies Record<string, DataFacts>;

/** Where a chain's data are, and for whom. */
export function dataFactsOf({ dataAvailability }: ChainPlan["availability"]): DataFacts {
  return FACTS[dataAvailability];
}
