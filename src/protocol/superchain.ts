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
