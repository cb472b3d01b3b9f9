import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { findGuardians, guardiansOnLayer } from "../../../ecosystem/client/ecosystem/find-guardians.ts";
import { senderOn } from "../../../ecosystem/client/sending/submit.ts";
import { proofOfNode } from "../../../ecosystem/devnet/leaf-requests/leaf-proofs.ts";
import { guardedChain, leafNamed, LeafRequests } from "../../../ecosystem/devnet/leaf-requests/leaf-requests.ts";
import type { EcosystemStatus } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Guardians } from "../api/guardians.ts";
import type { From } from "../api/naming/names.ts";
import { addressOf } from "./address-like.ts";
import type { EcosystemLink } from "./link.ts";

/** A network of guardians of the ecosystem. Throws ClientError UnknownGuardians. */
export function createGuardians(link: EcosystemLink, networkName: string): Guardians {
  const { name } = findGuardians(link.info.guardians, networkName);
  const setRunning = async (guardian: number, running: boolean): Promise<void> => {
    await link.request("hyperchain_setGuardian", [name, guardian, running]);
    await link.refresh();
  };
  const requests = async (chain: ChainName | undefined, from: From | undefined): Promise<LeafRequests> => {
    const { network, layer } = guardiansOnLayer(link.info, name, chain);
    const { name: member, chainId, fromBlock = 0 } = layer;
    return new LeafRequests({ network, fromBlock }, await senderOn(await link.signer(chainId, from), { name: member, chainId }));
  };
  return {
    name,
    look: () => findGuardians(link.info.guardians, name),
    async status() {
      const { guardians } = await link.request<EcosystemStatus>("hyperchain_status");
      return findGuardians(guardians, name);
    },
    stop: (guardian) => setRunning(guardian, false),
    start: (guardian) => setRunning(guardian, true),
    async requestLeaf({ chain, account, slot, kind, from }) {
      const { hyperchain } = guardedChain(link.info, name, chain);
      const leaf = leafNamed({ account: addressOf(account), slot: slot === undefined ? undefined : BigInt(slot), kind });
      return (await requests(chain, from)).open(hyperchain, leaf);
    },
    async answer(request, { chain, from } = {}) {
      const asked = await requests(chain, from);
      const { chainId, batchNumber } = await asked.batchOf(BigInt(request));
      const node = link.client(Number(chainId));
      return asked.answer(BigInt(request), (key) => proofOfNode(node, batchNumber, key));
    },
    report: async (request, { chain, from } = {}) => (await requests(chain, from)).report(BigInt(request)),
    close: async (request, { chain, from } = {}) => (await requests(chain, from)).close(BigInt(request)),
  };
}
