import type { Hex } from "../../ground/protocol/hex.ts";

/** Contracts that tools expect on every chain, and the addresses at which the public has them. */
export const SINGLETONS = {
  /** Deploys with CREATE2 for everyone: foundry, hardhat-deploy and many scripts use it. */
  create2Deployer: "0x4e59b44847b379578588920ca78fbf26c0b4956c",
  /** Factory of Safe's contracts. */
  safeSingletonFactory: "0x914d7fec6aac8cd542e72bca78b30650d45643d7",
  multicall3: "0xca11bde05977b3631167028862be2a173976ca11",
  permit2: "0x000000000022d473030f116ddee9f6b43ac78ba3",
} as const satisfies Readonly<Record<string, Hex>>;

/**
 * CreateX, which deploys for everyone by CREATE, CREATE2 and CREATE3. Its code is under the AGPL, and not in this package:
 * Hardhat Ignition has the transaction that creates the contract.
 */
export const CREATEX = "0xba5ed099633d3b313e4d5f7bdc1305d3c28ba5ed" satisfies Hex;

/** Name of a contract that has the same address on all chains. */
export type SingletonName = keyof typeof SINGLETONS;
