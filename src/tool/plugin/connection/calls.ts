import { call, requireContract } from "../../../ecosystem/client/calls/call.ts";
import { callTogether } from "../../../ecosystem/client/calls/call-together.ts";
import type { SentCall } from "../../../ecosystem/client/calls/direct-call.ts";
import { findMember } from "../../../ecosystem/client/ecosystem/route.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Hyperchains } from "../api/hyperchains.ts";
import type { Message } from "../api/message.ts";
import type { EcosystemLink } from "./link.ts";
import { readRequest } from "./read-request.ts";
import { resolvePlace } from "./resolve-place.ts";
import { addressOf } from "./address-like.ts";

/** The part of the test API that calls contracts on other members. */
export function createCalls(
  link: EcosystemLink,
  follow: (sent: SentCall) => Message,
): Pick<Hyperchains, "call" | "callTogether"> {
  return {
    async call(options) {
      const { chain, from, data, tokens, to: place, ...rest } = readRequest("call", options);
      const { chainId } = findMember(link.info, chain);
      const to = await resolvePlace(link, place);
      await requireContract(link.info, { to, data: data as Hex }, link.client(to.chain));
      const named = tokens.map(({ token, ...other }) => ({ ...other, token: addressOf(token) }));
      return follow(
        await call(link.info, { chain, ...rest, to, data: data as Hex, tokens: named }, await link.signer(chainId, from)),
      );
    },
    async callTogether(options) {
      const { chain, from, calls } = readRequest("callTogether", options);
      const { chainId } = findMember(link.info, chain);
      const placed = await Promise.all(
        calls.map(async ({ to: place, data, ...rest }) => ({ ...rest, to: await resolvePlace(link, place), data: data as Hex })),
      );
      for (const { to, data } of placed) await requireContract(link.info, { to, data }, link.client(to.chain));
      return (await callTogether(link.info, { chain, calls: placed }, await link.signer(chainId, from))).map(follow);
    },
  };
}
