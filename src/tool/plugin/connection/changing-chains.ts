import { findChain, type ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { ChainInfo } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hyperchains } from "../api/hyperchains.ts";
import type { EcosystemLink } from "./link.ts";
import { attach } from "../api/registry.ts";

/** The part of the test API that changes which chains there are. */
export function createChainChanges(
  link: EcosystemLink,
  hyperchains: () => Hyperchains,
): Pick<Hyperchains, "addChain" | "stopChain" | "startChain" | "removeChain"> {
  const change = async <Answer>(method: string, chain: ChainName, ...options: readonly unknown[]): Promise<Answer> => {
    const answer = await link.request<Answer>(method, [findChain(link.info, chain).chainId, ...options]);
    await link.refresh();
    return answer;
  };
  return {
    async addChain(options) {
      const { chainId } = await link.request<ChainInfo>("hyperchain_addChain", [options]);
      const member = await link.join(chainId);
      attach(member, hyperchains());
      return member;
    },
    stopChain: (chain) => change("hyperchain_stopChain", chain),
    startChain: (chain) => change("hyperchain_startChain", chain),
    removeChain: (chain, options) => change("hyperchain_removeChain", chain, ...(options === undefined ? [] : [options])),
  };
}
