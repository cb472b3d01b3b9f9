import { patienceOf } from "./fields/facts.ts";
import type { ChainPlan } from "./plan.ts";

/** A chain without facts waits for links and promises for this share of the window, so a rebuild leaves no operation due. */
const WINDOW_SHARE = 4;

/** Seconds of a committed batch's wait for batches of other chains. */
export function patienceFor({ settlement, protocol }: Pick<ChainPlan, "settlement" | "protocol">): number {
  const { facts } = settlement;
  // Any chain may be the peer of another one's links.
  return facts === undefined ? Math.floor(protocol.priorityOpWindowSeconds / WINDOW_SHARE) : patienceOf(facts);
}
