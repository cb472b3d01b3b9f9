import { HyperchainError } from "./hyperchain-error.ts";
import { shortData } from "./short-data.ts";

/** Clients put whole requests into their messages. */
const MOST_CHARACTERS = 400;
/** The code of ethers for an answer that it has no name for: its own words say nothing, and the node's own are below them. */
const UNNAMED = "UNKNOWN_ERROR";
/** Errors below one another that are looked at. */
const MOST_LAYERS = 4;

/**
 * Why something failed, in a line for a message or a reader: what the error says, and behind a colon what lies under it. An error
 * for users says enough by itself. Clients' short messages come before their long ones; where an error says nothing, as those of
 * Node's sockets can, its code does.
 */
export function reasonOf(error: unknown, mostCharacters = MOST_CHARACTERS): string {
  return shortData(reasonWithin(error, MOST_LAYERS)).slice(0, mostCharacters);
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

/** What a node said, from within what a client makes of it. */
function innermostMessage(value: unknown, layers: number): string | undefined {
  if (typeof value !== "object" || value === null || layers === 0) return undefined;
  const { message, error } = value as Readonly<Record<"message" | "error", unknown>>;
  return innermostMessage(error, layers - 1) ?? (typeof message === "string" ? message : undefined);
}
