import { Interface } from "ethers";
import { atomicFlowsAbi } from "../../ground/abi/atomic-flows.ts";
import { importedRootsAbi } from "../../ground/abi/imported-roots.ts";
import { interopCenterAbi } from "../../ground/abi/interop-center.ts";
import { interopHandlerAbi } from "../../ground/abi/interop-handler.ts";
import { l1MessengerAbi } from "../../ground/abi/l1-messenger.ts";
import { l2AssetRouterAbi } from "../../ground/abi/l2-asset-router.ts";

/** Encoders and decoders of the contracts on chains that a relayer reads and calls: all public. */
export const messenger = new Interface(l1MessengerAbi);
export const importedRoots = new Interface(importedRootsAbi);
export const assetRouter = new Interface(l2AssetRouterAbi);
export const interopCenter = new Interface(interopCenterAbi);
export const interopHandler = new Interface(interopHandlerAbi);
export const atomicFlows = new Interface(atomicFlowsAbi);

/** The contracts' `MessageInclusionProof`. */
const messageInclusionProof =
  "tuple(uint256 chainId, uint256 l1BatchNumber, uint256 l2MessageIndex, tuple(uint16 txNumberInBatch, address sender, bytes data) message, bytes32[] proof)";

/** The part of `IL2NativeTokenVault` and `IBridgedToken` that brings tokens their names. */
export const tokenVault = new Interface([
  "function announce(address token) returns (bytes32)",
  `function importDescription(${messageInclusionProof} message)`,
  "function tokenAddress(bytes32 assetId) view returns (address)",
]);
export const bridgedToken = new Interface(["function descriptionPosition() view returns (uint88)"]);
