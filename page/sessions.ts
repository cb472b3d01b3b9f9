/** Storage key of this tab alone, like that of the token that lets accounts sign. */
const KEPT_AS = "hyperchain-sessions";
/** Event for an opened or closed session: requests that were refused before may succeed now. */
export const SESSIONS_CHANGED = "hyperchain-sessions";

/** Tokens of readers' sessions, by the ids of their chains. */
function kept(): Readonly<Record<string, string>> {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "{}") as Readonly<Record<string, string>>;
  } catch {
    // Another page of this machine has been on this port before.
    return {};
  }
}

export function hasSession(chainId: number): boolean {
  return String(chainId) in kept();
}

/** Keeps a chain's session for this tab; undefined forgets it. */
export function keepSession(chainId: number, token: string | undefined): void {
  const { [String(chainId)]: _, ...others } = kept();
  sessionStorage.setItem(KEPT_AS, JSON.stringify(token === undefined ? others : { ...others, [chainId]: token }));
  dispatchEvent(new Event(SESSIONS_CHANGED));
}

/** Tokens of this tab's sessions. */
export function sessionTokens(): readonly string[] {
  return Object.values(kept());
}

/** The header by which this tab's questions are a reader's; empty where it has no session. */
export function sessionHeader(): Readonly<Record<string, string>> {
  const tokens = sessionTokens();
  return tokens.length === 0 ? {} : { authorization: `Bearer ${tokens.join(",")}` };
}
