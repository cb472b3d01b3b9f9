import type { Hex } from "./hex.ts";

/**
 * The contracts that exist from genesis: artifact name and address, which is ZK Stack's where it has the contract. The
 * same addresses are in `contracts/l2/Predeploys.sol`.
 */
export const PREDEPLOYS = {
  L1Messenger: "0x0000000000000000000000000000000000008008",
  L2BaseToken: "0x000000000000000000000000000000000000800a",
  SystemContext: "0x000000000000000000000000000000000000800b",
  L2AssetRouter: "0x0000000000000000000000000000000000010003",
  L2NativeTokenVault: "0x0000000000000000000000000000000000010004",
  ImportedRoots: "0x0000000000000000000000000000000000010008",
  MessageVerification: "0x0000000000000000000000000000000000010009",
  InteropCenter: "0x000000000000000000000000000000000001000d",
  InteropHandler: "0x000000000000000000000000000000000001000e",
  CrossChainViews: "0x000000000000000000000000000000000001000f",
  Partitions: "0x0000000000000000000000000000000000010016",
  BridgedToken: "0x0000000000000000000000000000000000020001",
  InteropAccount: "0x0000000000000000000000000000000000020002",
  StateTree: "0x0000000000000000000000000000000000020003",
} as const satisfies Readonly<Record<string, Hex>>;

/** Artifact name of a predeploy. */
export type PredeployName = keyof typeof PREDEPLOYS;
