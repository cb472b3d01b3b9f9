import { HyperchainError } from "./hyperchain-error.ts";
import { shortData } from "./short-data.ts";

/** Clients put whole requests into their messages. */
const MOST_CHARACTERS = 400;
/** The code of ethers for an answer that it has no name for: its own words say nothing, and the node's own are below them. */
const UNNAMED = "UNKNOWN_ERROR";
/** Maximum depth of the chain of causes. */
const MAX_LAYERS = 4;

/**
 * Reason of a failure in one line: the message of the error, and after a colon that of its cause. An error for users needs no
 * cause. Short messages of clients are preferred to long ones. If a message is empty, as those of Node's sockets can be, the
 * reason is the error's code.
 */
export function reasonOf(error: unknown, mostCharacters = MOST_CHARACTERS): string {
  return shortData(reasonWithin(error, MAX_LAYERS)).slice(0, mostCharacters);
}

function reasonWithin(error: unknown, layers: number): string {
  if (!(error instanceof Error)) return String((error as { readonly code?: unknown } | null | undefined)?.code ?? error);
  const { shortMessage, code, info, error: inner } = error as Error & Readonly<Record<string, unknown>>;
  const own = typeof shortMessage === "string" && shortMessage !== "" ? shortMessage : error.message;
  if (own !== "" && error instanceof HyperchainError) return own;
  const below =
    innermostMessage(inner ?? info, layers) ??
    (layers > 1 && error.cause !== undefined ? reasonWithin(error.cause, layers - 1) : "");
  if (code === UNNAMED && below !== "") return below;
  const parts = [own, own.includes(below) ? "" : below].filter((part) => part !== "");
  return parts.length === 0 ? String(code ?? error.name) : parts.join(": ");
}

/** Message of a node, from inside the error that a client has made of it. */
function innermostMessage(value: unknown, layers: number): string | undefined {
  if (typeof value !== "object" || value === null || layers === 0) return undefined;
  const { message, error } = value as Readonly<Record<"message" | "error", unknown>>;
  return innermostMessage(error, layers - 1) ?? (typeof message === "string" ? message : undefined);
}
