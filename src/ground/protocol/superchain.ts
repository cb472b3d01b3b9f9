import type { Hex } from "./hex.ts";

/**
 * The Superchain's contracts, by the names of ours at their addresses, which are those on each of its chains. The same are in
 * `contracts/bridges/superchain/SuperchainPredeploys.sol`.
 */
export const SUPERCHAIN = {
  CrossL2Inbox: "0x4200000000000000000000000000000000000022",
  L2ToL2CrossDomainMessenger: "0x4200000000000000000000000000000000000023",
  SuperchainETHBridge: "0x4200000000000000000000000000000000000024",
  SuperchainTokenBridge: "0x4200000000000000000000000000000000000028",
} as const satisfies Readonly<Record<string, Hex>>;

/** First digits of the 2,048 addresses at which chains of the OP Stack have contracts from their genesis. */
const OP_STACK_PREFIX = "0x4200000000000000000000000000000000000";
const OP_STACK_ADDRESSES = 0x800;

/** True for an address at which chains of the OP Stack have a contract; in lower case. */
export function isOfOpStack(address: Hex): boolean {
  return address.startsWith(OP_STACK_PREFIX) && Number.parseInt(address.slice(OP_STACK_PREFIX.length), 16) < OP_STACK_ADDRESSES;
}
