import { HardhatPluginError } from "hardhat/plugins";
import { HyperchainError } from "../../errors/hyperchain-error.ts";
import { pluginError } from "../plugin-error.ts";

/** The name that could not be resolved, wherever in the chain of causes that is told. */
function unknownHost(error: unknown, depth = 5): string | undefined {
  if (!(error instanceof Error) || depth === 0) return undefined;
  const { code, hostname } = error as NodeJS.ErrnoException & { readonly hostname?: unknown };
  if ((code === "ENOTFOUND" || code === "EAI_AGAIN") && typeof hostname === "string") return hostname;
  const named = /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(error.message)?.[1];
  return named ?? unknownHost(error.cause, depth - 1);
}

/** What a user should see of a fault: a plugin error where its cause is understood, else the fault itself, with its stack. */
export function explained(error: unknown): unknown {
  if (HardhatPluginError.isHardhatPluginError(error)) return error;
  if (error instanceof HyperchainError) return pluginError(error.message, error);
  if (!(error instanceof Error)) return error;
  if ((error as NodeJS.ErrnoException).syscall === "listen") {
    return pluginError(
      `nothing can be served there (${error.message}); the host must be an address of this machine, the port one that you may use`,
      error,
    );
  }
  const unknown = unknownHost(error);
  if (unknown !== undefined) return pluginError(`the host "${unknown}" is not known; check its name (${error.message})`, error);
  if (
    /ECONNREFUSED|ECONNRESET|fetch failed|socket hang up/.test(`${error.message} ${String((error as { code?: unknown }).code)}`)
  ) {
    return pluginError(`a member of the ecosystem does not answer any more (${error.message}); is it still running?`, error);
  }
  return error;
}
