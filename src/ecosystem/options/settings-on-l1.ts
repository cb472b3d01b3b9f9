import { PUBLISHES_INPUTS, SERVES_FACTS } from "../../ground/protocol/sequencing-mode.ts";
import { publishesInputs } from "./data-facts.ts";
import { optionsOnL1, type ChainPlan, type SettingsOnL1 } from "./plan.ts";

/** Fields of a chain's configuration on L1, with the flags next to the mode of sequencing. */
export function settingsOnL1(plan: ChainPlan): SettingsOnL1 {
  const settings = optionsOnL1(plan);
  return { ...settings, sequencingMode: settings.sequencingMode + flagsOf(plan) };
}

/**
 * The proof of execution exports a hash of inputs if the chain publishes them. The state of a hub's member has the facts that
 * programs read.
 */
function flagsOf({ availability, ordering, proving }: ChainPlan): number {
  const exportsInputs = publishesInputs(availability) && proving.execution === "proven";
  return Number((exportsInputs ? PUBLISHES_INPUTS : 0n) + (ordering.servesFacts ? SERVES_FACTS : 0n));
}
