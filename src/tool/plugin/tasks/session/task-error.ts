import { HardhatPluginError } from "hardhat/plugins";
import { memberAnswer } from "../../../../ecosystem/client/sending/submit.ts";
import { errorLayers } from "../../../../ground/errors/error-layers.ts";
import { HyperchainError } from "../../../../ground/errors/hyperchain-error.ts";
import { withShortData } from "../../../../ground/errors/short-data.ts";
import { printable } from "../../../../ground/runtime/printable.ts";
import { pluginError } from "../../plugin-error.ts";

/** Unresolved host name in the chain of causes. */
function unknownHost(error: unknown, depth = 5): string | undefined {
  if (!(error instanceof Error) || depth === 0) return undefined;
  const { code, hostname } = error as NodeJS.ErrnoException & { readonly hostname?: unknown };
  if ((code === "ENOTFOUND" || code === "EAI_AGAIN") && typeof hostname === "string") return hostname;
  const named = /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(error.message)?.[1];
  return named ?? unknownHost(error.cause, depth - 1);
}

/**
 * Answer of a member by JSON-RPC without a name for its reason, in any wrapper of ethers; undefined if no
 * member answered.
 */
function answered(thrown: unknown): string | undefined {
  for (const layer of errorLayers(thrown)) {
    const { code, message } = layer;
    const isAnswer = !(layer instanceof Error) && typeof code === "number" && typeof message === "string";
    if (isAnswer) return `a member of the ecosystem refuses it: ${printable(message)}`;
  }
  return undefined;
}

/** Error for the user: a plugin error if its cause is understood, else the fault itself, with its stack. */
export function explained(error: unknown): unknown {
  if (HardhatPluginError.isHardhatPluginError(error)) return error;
  if (error instanceof HyperchainError) return pluginError(error.message, error);
  const told = memberAnswer(error)?.message ?? answered(error);
  if (told !== undefined) return pluginError(told, error);
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
    return pluginError(`a member of the ecosystem no longer answers (${error.message}); is it still running?`, error);
  }
  return withShortData(error);
}
