import { isIPv6 } from "node:net";

const IPV6_GROUPS = 8;
/** 64 bits: the rest of an IPv6 address is its network's, and each machine there can use all of it. */
const NETWORK_GROUPS = 4;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Name of this machine, whose processes may use each address of 127.0.0.0/8 and ::1. */
const THIS_MACHINE = "127.0.0.1";
const LOOPBACK = /^127\.|^(?:0{0,4}:){2,7}0{0,3}1$/;

/** Name of the machine at an address, which it cannot choose: the IPv4 address, or the network of an IPv6 address. */
export function machineAt(address: string): string {
  const plain = MAPPED_IPV4.exec(address)?.[1] ?? address;
  if (LOOPBACK.test(plain)) return THIS_MACHINE;
  if (!isIPv6(plain)) return plain;
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
