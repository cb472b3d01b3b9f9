import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../../ecosystem/client/ecosystem/settlement-base.ts";
import { loadSlot, newestRoot, viewSlot, type RemoteSlotRequest } from "../../../ecosystem/client/messages/remote-slot.ts";
import { viewL1 } from "../../../ecosystem/client/messages/withdraw.ts";
import { bringRoot } from "../../../ecosystem/client/queue/l1-word.ts";
import type { Hyperchains, SlotOptions } from "../api/hyperchains.ts";
import { addressOf } from "./address-like.ts";
import type { EcosystemLink } from "./link.ts";

/** Functions of the test API that read storage of a contract on another chain. */
export function createRemoteSlots(link: EcosystemLink): Pick<Hyperchains, "viewSlot" | "loadSlot"> {
  const providerOf = (chainId: number) => link.client(chainId);
  return {
    async viewSlot(options) {
      const request = requestOf(options);
      await settleAndImport(link, request);
      return viewSlot(layerOf(link, request), request, providerOf);
    },
    async loadSlot({ from, ...options }) {
      const request = requestOf(options);
      await settleAndImport(link, request);
      const signer = await link.signer(findChain(link.info, request.on).chainId, from);
      return loadSlot(layerOf(link, request), request, signer, providerOf);
    },
  };
}

function requestOf({ contract, slot, ...chains }: SlotOptions): RemoteSlotRequest {
  return { ...chains, contract: addressOf(contract), slot: BigInt(slot) };
}

/** The ecosystem on the read chain's settlement layer. */
function layerOf(link: EcosystemLink, { chain }: RemoteSlotRequest) {
  return ecosystemOf(link.info, findChain(link.info, chain));
}

/** Settles the chain that is read, and has the reading chain import a root that contains its newest executed batch. */
async function settleAndImport(link: EcosystemLink, request: RemoteSlotRequest): Promise<void> {
  const [here, there] = [findChain(link.info, request.on), findChain(link.info, request.chain)];
  await link.request("hyperchain_settle", [there.chainId]);
  await link.request("hyperchain_relay");
  const layer = layerOf(link, request);
  const view = viewL1(layer, link.client(layer.l1.chainId));
  await view.poll();
  const id = BigInt(there.chainId);
  const leaves = (view.lastBatch(id)?.batchNumber ?? -1n) + 1n;
  let newest: number | undefined;
  for (let number = leaves - 1n; number >= 0n && newest === undefined; number--)
    newest = view.batch(id, number)?.registryLeaf?.index;
  if (newest === undefined || (await newestRoot(link.client(here.chainId))) > BigInt(newest)) return;
  await bringRoot(layer, here.chainId, await link.signer(layer.l1.chainId, undefined));
  await link.request("hyperchain_relay");
}
