import { announceToken, describeToken } from "../../../ecosystem/client/messages/announce.ts";
import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Hyperchains } from "../api/hyperchains.ts";
import type { EcosystemLink } from "./link.ts";
import { readRequest } from "./read-request.ts";
import { addressOf } from "./address-like.ts";

/** The part of the test API that brings tokens their names on other chains. */
export function createAnnouncements(link: EcosystemLink): Pick<Hyperchains, "announce" | "describe"> {
  return {
    async announce(options) {
      const { chain, token, from } = readRequest("announce", options);
      const signer = await link.signer(findChain(link.info, chain).chainId, from);
      return announceToken(link.info, { chain, token: addressOf(token) }, signer);
    },
    async describe(options) {
      const { announced, on, from } = readRequest("describe", options);
      const { chainId, messageHash } = announced;
      const signer = await link.signer(findChain(link.info, on).chainId, from);
      return describeToken(
        link.info,
        { announced: { chainId, messageHash: messageHash as Hex }, on },
        signer,
        link.client(link.info.l1.chainId),
      );
    },
  };
}
