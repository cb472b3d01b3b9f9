import { Interface } from "ethers";
import { hyperchainAbi } from "../abi/hyperchain.ts";
import { importedRootsAbi } from "../abi/imported-roots.ts";
import { interopHandlerAbi } from "../abi/interop-handler.ts";
import { l1MessengerAbi } from "../abi/l1-messenger.ts";
import { l2AssetRouterAbi } from "../abi/l2-asset-router.ts";
import { transactionRootRegistryAbi } from "../abi/transaction-root-registry.ts";

/** Encoders and decoders of the contracts that a relayer reads and calls: all public. */
export const hyperchain = new Interface(hyperchainAbi);
export const registry = new Interface(transactionRootRegistryAbi);
export const messenger = new Interface(l1MessengerAbi);
export const importedRoots = new Interface(importedRootsAbi);
export const assetRouter = new Interface(l2AssetRouterAbi);
export const interopHandler = new Interface(interopHandlerAbi);

/** Topic of an event. Throws where the ABI has none of that name. */
export function topicOf(contract: Interface, name: string): string {
  const event = contract.getEvent(name);
  if (event === null) throw new Error(`the ABI has no event ${name}; run npm run generate`);
  return event.topicHash;
}
