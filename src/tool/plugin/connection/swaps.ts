import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { deployRemoteSwap, hasRemoteSwap } from "../../../ecosystem/client/transfers/remote-swap-contract.ts";
import type { SentMessage } from "../../../ecosystem/client/messages/sent-messages.ts";
import { estimateSwap, swap, type SwapRequest } from "../../../ecosystem/client/transfers/swap.ts";
import type { Hyperchains, SwapOptions } from "../api/hyperchains.ts";
import type { Message } from "../api/message.ts";
import type { EcosystemLink } from "./link.ts";
import { readRequest } from "./read-request.ts";
import { resolvePlace } from "./resolve-place.ts";
import { addressOf, tokenAddress } from "./address-like.ts";

/** The part of the test API that swaps. */
export function createSwaps(
  link: EcosystemLink,
  follow: (sent: SentMessage) => Message,
): Pick<Hyperchains, "swap" | "estimateSwap"> {
  const providerOf = (chainId: number) => link.client(chainId);

  /** The request and its sender, once the router's chain has the contract that swaps. */
  async function prepare(options: SwapOptions): Promise<{ request: SwapRequest; from: SwapOptions["from"] }> {
    const { chain, from, token, wanted, via, ...rest } = readRequest("swap", options);
    const at = await resolvePlace(link, rest.at);
    const to = rest.to === undefined ? undefined : await resolvePlace(link, rest.to);
    const tokens = { token: tokenAddress(token), wanted: tokenAddress(wanted), via: via.map(addressOf) };
    const isChain = link.info.chains.some(({ chainId }) => chainId === at.chain);
    if (isChain && !(await hasRemoteSwap(providerOf(at.chain))))
      await deployRemoteSwap(link.info, at.chain, await link.signer(at.chain, undefined));
    return { request: { chain, ...rest, at, to, ...tokens }, from };
  }

  return {
    async swap(options) {
      const { request, from } = await prepare(options);
      const signer = await link.signer(findChain(link.info, request.chain).chainId, from);
      return follow(await swap(link.info, request, signer, providerOf, await link.names()));
    },
    async estimateSwap(options) {
      const { request, from } = await prepare(options);
      const { chainId } = findChain(link.info, request.chain);
      const sender = from === undefined ? (await link.signer(chainId, from)).address : addressOf(from);
      return estimateSwap(link.info, { ...request, sender }, providerOf, await link.names());
    },
  };
}
