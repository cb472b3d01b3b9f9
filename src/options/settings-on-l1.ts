import { PUBLISHES_INPUTS } from "../protocol/sequencing-mode.ts";
import { publishesInputs } from "./data-facts.ts";
import { optionsOnL1, type ChainPlan, type SettingsOnL1 } from "./plan.ts";

/**
 * Fields of a chain's configuration on L1. The proof of execution exports a hash of inputs if the chain publishes them: a flag
 * beside the mode of sequencing.
 */
export function settingsOnL1(plan: ChainPlan): SettingsOnL1 {
  const settings = optionsOnL1(plan);
  const exportsInputs = publishesInputs(plan.availability) && plan.proving.execution === "proven";
  return exportsInputs ? { ...settings, sequencingMode: settings.sequencingMode + Number(PUBLISHES_INPUTS) } : settings;
}
