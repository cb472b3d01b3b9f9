import { findHub } from "../../../ecosystem/client/ecosystem/find-hub.ts";
import type {
  HubBlockInfo,
  HubInfo,
  LandedHubBlock,
  ScheduledAggregators,
} from "../../../ecosystem/devnet/view/books/hub-info.ts";
import type { Hub } from "../api/hub.ts";
import type { EcosystemLink } from "./link.ts";

/** A hub of the ecosystem. Throws ClientError UnknownHub. */
export function createHub(link: EcosystemLink, hubName: string): Hub {
  const { name } = findHub(link.info.hubs, hubName);
  const become = async (account: number, condition: "honest" | "silent" | "equivocating"): Promise<void> => {
    await link.request("hyperchain_setFault", [{ type: "aggregator", hub: name, account, condition }]);
  };
  return {
    name,
    look: () => link.request<HubInfo>("hyperchain_getHub", [name]),
    async block(number) {
      const params = number === undefined ? [name] : [name, number];
      return (await link.request<HubBlockInfo | null>("hyperchain_getHubBlock", params)) ?? undefined;
    },
    land: () => link.request<LandedHubBlock>("hyperchain_landHub", [name]),
    schedule: (accounts) => link.request<ScheduledAggregators>("hyperchain_scheduleAggregators", [name, accounts]),
    silence: (account) => become(account, "silent"),
    equivocate: (account) => become(account, "equivocating"),
    start: (account) => become(account, "honest"),
  };
}
