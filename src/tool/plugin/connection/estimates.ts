import { requireContract } from "../../../ecosystem/client/calls/call.ts";
import { estimateCall, estimateSend } from "../../../ecosystem/client/transfers/estimate.ts";
import { findMember } from "../../../ecosystem/client/ecosystem/route.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Hyperchains } from "../api/hyperchains.ts";
import type { EcosystemLink } from "./link.ts";
import { readRequest } from "./read-request.ts";
import { resolvePlace } from "./resolve-place.ts";
import { addressOf, tokenAddress } from "./address-like.ts";

/** The part of the test API that estimates. */
export function createEstimates(link: EcosystemLink): Pick<Hyperchains, "estimateSend" | "estimateCall"> {
  const providerOf = (chainId: number) => link.client(chainId);
  return {
    async estimateSend(options) {
      const { chain, from, token, to: named, ...rest } = readRequest("send", options);
      const to = await resolvePlace(link, named);
      const { chainId } = findMember(link.info, chain);
      const sender = from === undefined ? (await link.signer(chainId, from)).address : addressOf(from);
      return estimateSend(link.info, { chain, ...rest, to, token: tokenAddress(token), sender }, providerOf);
    },
    async estimateCall(options) {
      const { chain, from, data, tokens, to: place, gasLimit: _, callback: __, ...rest } = readRequest("call", options);
      const { chainId } = findMember(link.info, chain);
      const to = await resolvePlace(link, place);
      await requireContract(link.info, { to, data: data as Hex }, providerOf(to.chain));
      const sender = from === undefined ? (await link.signer(chainId, from)).address : addressOf(from);
      const named = tokens.map(({ token, ...other }) => ({ ...other, token: addressOf(token) }));
      const request = { chain, ...rest, to, data: data as Hex, tokens: named, sender };
      return estimateCall(link.info, request, providerOf, await link.names());
    },
  };
}
