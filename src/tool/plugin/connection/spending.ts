import { parseChainAddress } from "../../../ecosystem/client/ecosystem/chain-address.ts";
import { walletHistory } from "../../../ecosystem/client/ecosystem/running-ecosystem.ts";
import { estimateSpend, spend, type SpendRequest } from "../../../ecosystem/client/wallet/spend.ts";
import { walletView } from "../../../ecosystem/client/wallet/wallet-view.ts";
import type { Hyperchains, SpendOptions } from "../api/hyperchains.ts";
import type { Message } from "../api/message.ts";
import type { Sent } from "../../../ecosystem/client/transfers/send.ts";
import type { EcosystemLink } from "./link.ts";
import { readRequest } from "./read-request.ts";
import { resolvePlace } from "./resolve-place.ts";
import { addressOf } from "./address-like.ts";

/** The part of the test API that sees an account's assets as one, and pays out of them. */
export function createSpending(
  link: EcosystemLink,
  follow: (sent: Sent) => Message,
): Pick<Hyperchains, "wallet" | "spend" | "estimateSpend"> {
  const providerOf = (chainId: number) => link.client(chainId);

  async function read(options: SpendOptions): Promise<{ request: SpendRequest; from: SpendOptions["from"] }> {
    const { from, to: named, ...rest } = readRequest("spend", options);
    return { request: { ...rest, to: await resolvePlace(link, named) }, from };
  }

  return {
    async wallet(account) {
      const view = await walletView(link.info, addressOf(account), providerOf);
      const asked = { send: (method: string, params: readonly unknown[]) => link.request(method, params) };
      return { ...view, history: await walletHistory(asked, view.account) };
    },
    async spend(options) {
      const { request, from } = await read(options);
      const { parts } = await spend(link.info, request, (chainId) => link.signer(chainId, from), providerOf);
      return parts.map(({ sent }) => follow(sent));
    },
    async estimateSpend(options) {
      const { request, from } = await read(options);
      const { chainId } = parseChainAddress(link.info, request.to);
      const sender = from === undefined ? (await link.signer(chainId, from)).address : addressOf(from);
      return estimateSpend(link.info, { ...request, sender }, providerOf);
    },
  };
}
