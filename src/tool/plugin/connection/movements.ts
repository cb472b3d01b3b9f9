import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { EcosystemStatus, RelayInfo, SettledBatchInfo } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Hyperchains } from "../api/hyperchains.ts";
import type { EcosystemLink } from "./link.ts";

/** The part of the test API that moves the whole ecosystem, on or back, and looks at it. */
export function createMovements(link: EcosystemLink): Pick<Hyperchains, "settle" | "relay" | "status" | "snapshot" | "revert"> {
  return {
    settle: (chain) =>
      link.request<readonly SettledBatchInfo[]>("hyperchain_settle", [
        chain === undefined ? null : findChain(link.info, chain).chainId,
      ]),
    relay: () => link.request<RelayInfo>("hyperchain_relay"),
    status: () => link.request<EcosystemStatus>("hyperchain_status", [{ fresh: true }]),
    snapshot: () => link.request<Hex>("evm_snapshot"),
    async revert(mark) {
      if ((await link.request<boolean>("evm_revert", [mark])) !== true)
        throw new Error(`there is no snapshot ${mark}, or it was used; each can be returned to once`);
    },
  };
}
