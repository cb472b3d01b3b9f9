/** Storage key of this tab alone, so that a later page of this machine on the same port does not find it. */
const KEPT_AS = "hyperchain-token";

/**
 * Keeps the token of an address such as `#/token/0123…` for this tab, and takes it out of the address, so that it is not in what a
 * reader copies or bookmarks.
 */
export function keepToken(): void {
  const [, token] = /^#\/token\/([0-9a-f]{32})$/.exec(location.hash) ?? [];
  if (token === undefined) return;
  sessionStorage.setItem(KEPT_AS, token);
  history.replaceState(null, "", "#/");
}

/** Token that lets development accounts sign; undefined if the page was opened without it. */
export function keptToken(): string | undefined {
  return sessionStorage.getItem(KEPT_AS) ?? undefined;
}
