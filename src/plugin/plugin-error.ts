import { HardhatPluginError } from "hardhat/plugins";

/** How Hardhat knows this plugin. */
const PLUGIN_ID = "hardhat-hyperchain";

/** A misuse, or a fault outside the plugin: what was wrong and what to do. Hardhat prints it without a stack trace. */
export function pluginError(message: string, cause?: unknown): HardhatPluginError {
  return new HardhatPluginError(PLUGIN_ID, message, cause instanceof Error ? cause : undefined);
}
