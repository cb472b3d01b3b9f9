import { isIPv6 } from "node:net";

const IPV6_GROUPS = 8;
/** 64 bits: the rest of an IPv6 address is its network's, and each machine there can use all of it. */
const NETWORK_GROUPS = 4;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The machine at an address, as far as it cannot choose what it is called: of an IPv6 address, its network. */
export function machineAt(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [first = "", last] = (address.split("%")[0] ?? "").split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [before, after] = [groups(first), groups(last ?? "")];
  const missing = last === undefined ? 0 : IPV6_GROUPS - before.length - after.length;
  const all = [...before, ...Array<string>(Math.max(0, missing)).fill("0"), ...after];
  return `${all
    .slice(0, NETWORK_GROUPS)
    .map((group) => parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
