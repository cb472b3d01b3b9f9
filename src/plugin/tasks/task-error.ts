import { HardhatPluginError } from "hardhat/plugins";
import { ClientError } from "../../client/client-error.ts";
import { JsonRpcError } from "../discovery/json-rpc.ts";
import { pluginError } from "../plugin-error.ts";

/** Faults whose message already says what was wrong and what to do. */
const SPEAKING = new Set(["PortInUseError", "DevnetOptionsError", "DeploymentError", "UnknownChainError", "ReconstructionError", "ContinuationError"]);

/** What a user should see of a fault: a plugin error where its cause is understood, else the fault itself, with its stack. */
export function explained(error: unknown): unknown {
  if (HardhatPluginError.isHardhatPluginError(error)) return error;
  if (error instanceof ClientError || error instanceof JsonRpcError) return pluginError(error.message, error);
  if (!(error instanceof Error)) return error;
  if (SPEAKING.has(error.name)) return pluginError(error.message, error);
  if ((error as NodeJS.ErrnoException).syscall === "listen") {
    return pluginError(`nothing can be served there (${error.message}); the host must be an address of this machine, the port one that you may use`, error);
  }
  if (/ECONNREFUSED|ECONNRESET|fetch failed|socket hang up/.test(`${error.message} ${String((error as { code?: unknown }).code)}`)) {
    return pluginError(`a member of the ecosystem does not answer any more (${error.message}); is it still running?`, error);
  }
  return error;
}
