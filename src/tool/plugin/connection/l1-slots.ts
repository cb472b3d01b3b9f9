import { ClientError } from "../../../ecosystem/client/ecosystem/client-error.ts";
import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { readL1Evidence } from "../../../ecosystem/client/messages/l1-evidence.ts";
import { noteL1Block, seesL1Block, viewL1Slot, type L1SlotRequest } from "../../../ecosystem/client/messages/l1-slot.ts";
import { deployL1Storage } from "../../../ecosystem/client/messages/l1-storage-contract.ts";
import { viewL1 } from "../../../ecosystem/client/messages/withdraw.ts";
import { bringRoot } from "../../../ecosystem/client/queue/l1-word.ts";
import { parseAccount } from "../../../ecosystem/client/ecosystem/chain-address.ts";
import type { L1Member } from "../api/hyperchains.ts";
import { addressOf } from "./address-like.ts";
import type { EcosystemLink } from "./link.ts";

/** Function of L1 in the test API that reads L1's storage for a chain. */
export function createL1Slots(link: EcosystemLink): Pick<L1Member, "slot"> {
  const providerOf = (chainId: number) => link.client(chainId);
  return {
    async slot({ account, slot, on, block, from }) {
      const { chainId } = findChain(link.info, on);
      const request = { on: chainId, account: addressOf(account), slot: BigInt(slot) };
      const number = block === undefined ? await newestBlock(link, request) : Number(block);
      const view = viewL1(link.info, providerOf(link.info.l1.chainId));
      const noted = { ...request, block: number };
      if (!(await seesL1Block(link.info, noted, providerOf, view))) {
        const signer = await link.signer(link.info.l1.chainId, from);
        await noteL1Block(link.info, number, signer);
        await bringRoot(link.info, chainId, signer);
        await link.request("hyperchain_relay");
      }
      await deployL1Storage(link.info, chainId, await link.signer(chainId, from));
      return viewL1Slot(link.info, noted, providerOf, view);
    },
  };
}

/** Newest block of L1 whose state can be proven: mines one if state was changed by cheats since. Throws ClientError. */
async function newestBlock({ client, info }: EcosystemLink, { account, slot }: Omit<L1SlotRequest, "on">): Promise<number> {
  const l1 = client(info.l1.chainId);
  const block = await l1.getBlockNumber();
  try {
    await readL1Evidence(l1, { account: parseAccount(account), slot, block });
    return block;
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== "ProofNotOfHeader") throw error;
    await l1.send("evm_mine", []);
    return l1.getBlockNumber();
  }
}
