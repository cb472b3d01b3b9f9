import type { IncomingHttpHeaders } from "node:http";

/** Pages of this machine: what runs there can reach the server without a browser too. */
const LOOPBACK = /^(localhost|[^:/]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** Pages of the browser's extensions, wallets for example, which the user has installed. */
const EXTENSION = /^(chrome|moz|safari-web|ms-browser)-extension:$/;

/**
 * True if requests with this Origin header are answered. A browser names the requesting page in it, in every
 * POST to another origin and when it opens a WebSocket; programs send none. Headers of the answer would be
 * too late: a page that may not read it has already had its request executed. `allowed`: further origins,
 * such as "https://app.example.com", or "*" for every one.
 */
export function isAllowedOrigin(header: string | undefined, allowed: readonly string[]): boolean {
  if (header === undefined || allowed.includes("*") || allowed.includes(header)) return true;
  // "null", of pages in sandboxes and files, can be any page's.
  if (!URL.canParse(header)) return false;
  const { protocol, hostname } = new URL(header);
  return EXTENSION.test(protocol) || (/^https?:$/.test(protocol) && LOOPBACK.test(hostname));
}

/**
 * Whether a page of another site has the browser load this without saying which page it is, as pictures, scripts and frames are
 * loaded: the page cannot read the answer, but has had the server make it. Browsers say so to addresses of this machine. Where
 * every page may ask, so may this one.
 */
export function isForeignFetch(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  return headers["sec-fetch-site"] === "cross-site" && headers.origin === undefined && !allowed.includes("*");
}
