import { Interface } from "ethers";
import { importedRootsAbi } from "../abi/imported-roots.ts";
import { interopCenterAbi } from "../abi/interop-center.ts";
import { interopHandlerAbi } from "../abi/interop-handler.ts";
import { l1MessengerAbi } from "../abi/l1-messenger.ts";
import { l2AssetRouterAbi } from "../abi/l2-asset-router.ts";

/** Encoders and decoders of the contracts on chains that a relayer reads and calls: all public. */
export const messenger = new Interface(l1MessengerAbi);
export const importedRoots = new Interface(importedRootsAbi);
export const assetRouter = new Interface(l2AssetRouterAbi);
export const interopCenter = new Interface(interopCenterAbi);
export const interopHandler = new Interface(interopHandlerAbi);
