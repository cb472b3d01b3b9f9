import { HardhatPluginError } from "hardhat/plugins";
import { shortData, withShortData } from "../../ground/errors/short-data.ts";

/** Id of this plugin in Hardhat. */
const PLUGIN_ID = "hardhat-hyperchain";

/** A misuse, or a fault outside the plugin: what was wrong and what to do. Hardhat prints it without a stack trace. */
export function pluginError(message: string, cause?: unknown): HardhatPluginError {
  const short = withShortData(cause);
  return new HardhatPluginError(PLUGIN_ID, shortData(message), short instanceof Error ? short : undefined);
}
