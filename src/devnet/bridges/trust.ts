import type { BridgeName } from "../../options/bridges.ts";

/** What vouches for a bridge's messages on public networks. */
const VERIFIERS: Readonly<Record<BridgeName, string>> = { layerzero: "DVNs", hyperlane: "validators and ISM" };

/** What a dapp's test over these bridges shows, and what not: the same sentence in tasks, methods and docs. */
export function bridgeTrust(bridges: readonly BridgeName[], isProven: boolean): string {
  const verifiers = bridges.map((name) => VERIFIERS[name]).join(" or ");
  const said = `Delivery, nonces, gas and retries are the bridge's own contracts. What vouches for a message here is the source chain's batch on L1, not your ${verifiers}: a pass says nothing about your choice of ${verifiers}, fees, timing or addresses.`;
  return isProven ? said : `${said} Nothing is proven here.`;
}
