import { requireContract } from "../../../ecosystem/client/calls/call.ts";
import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { forwardingFee } from "../../../ecosystem/client/messages/forward.ts";
import { findMember } from "../../../ecosystem/client/ecosystem/route.ts";
import { send, type Sent } from "../../../ecosystem/client/transfers/send.ts";
import { sendListed } from "../../../ecosystem/client/transfers/transfer-list.ts";
import type { Hyperchains } from "../api/hyperchains.ts";
import type { Message } from "../api/message.ts";
import type { CrossingKind, CrossingName } from "./crossing.ts";
import type { EcosystemLink } from "./link.ts";
import { listedTransfer } from "./listed-transfer.ts";
import { readRequest } from "./read-request.ts";
import { resolvePlace } from "./resolve-place.ts";
import { tokenAddress } from "./address-like.ts";

interface Following {
  track(name: CrossingName, kind: CrossingKind): Message;
  follow(sent: Sent): Message;
}

/** The part of the test API that sends money, alone or in a list. */
export function createSends(link: EcosystemLink, { track, follow }: Following): Pick<Hyperchains, "send" | "sendListed"> {
  return {
    async send(options) {
      const { chain, from, token, to: named, fee: offered, ...rest } = readRequest("send", options);
      const { chainId } = findMember(link.info, chain);
      const [to, paidIn] = [await resolvePlace(link, named), tokenAddress(token)];
      await requireContract(link.info, { to, data: "0x" }, link.client(to.chain));
      const carrying = await forwardingFee(link.info, { chain: chainId, to: to.chain, token: paidIn }, (id) => link.client(id));
      const request = { chain, ...rest, to, token: paidIn, fee: offered ?? carrying };
      return follow(await send(link.info, request, await link.signer(chainId, from)));
    },
    async sendListed(options) {
      const { chain, from, token, to: named, ...rest } = readRequest("send", options);
      const { chainId } = findChain(link.info, chain);
      const to = await resolvePlace(link, named);
      await requireContract(link.info, { to, data: "0x" }, link.client(to.chain));
      const request = { chain, ...rest, to, token: tokenAddress(token) };
      const sent = await sendListed(link.info, request, await link.signer(chainId, from), link.client(to.chain));
      return track({ ...sent, hash: sent.list, type: "transfer" }, listedTransfer(sent, link));
    },
  };
}
