import { isIP } from "node:net";

/**
 * Hosts that listen on every interface: an operator that chose one of them has opened the server to other machines, under
 * any name.
 */
const ANY_INTERFACE = new Set(["0.0.0.0", "::"]);
/** Names that cannot be bought: of this machine, and those that container tools give to it. */
const OWN_NAMES = /(^|\.)(localhost|internal)$/;

/**
 * True if a server that listens on `listening` may answer a request with this Host header. A web page can let
 * its name point to this machine and then pass for a page of the server (DNS rebinding); its name is in the
 * header. Addresses, names without a dot, the configured name of the server and a missing header are safe.
 */
export function isListeningHost(header: string | undefined, listening: string): boolean {
  if (header === undefined || header === "" || ANY_INTERFACE.has(listening)) return true;
  const name = header
    .replace(/:\d*$/, "")
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  return isIP(name) !== 0 || !name.includes(".") || OWN_NAMES.test(name) || name === listening.toLowerCase();
}
