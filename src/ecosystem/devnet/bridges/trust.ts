import { BRIDGES, type BridgeName } from "../../options/bridges.ts";

/** Verifiers of a bridge's messages on public networks, and origin of the contracts that deliver them here. */
const KINDS: Readonly<Record<BridgeName, { readonly verifiers: string; readonly delivery: "published" | "ours" }>> = {
  layerzero: { verifiers: "DVNs", delivery: "published" },
  hyperlane: { verifiers: "validators and ISM", delivery: "published" },
  ccip: { verifiers: "oracle network and RMN", delivery: "ours" },
  superchain: { verifiers: "interop set", delivery: "ours" },
};

/** Meaning of a dapp's test over these bridges, and its limits: the same sentence in tasks, methods and docs. */
export function bridgeTrust(bridges: readonly BridgeName[], isProven: boolean): string {
  const verifiers = bridges.map((name) => KINDS[name].verifiers).join(" or ");
  const said = `Delivery, nonces, gas and retries are ${deliverers(bridges)}. A message is attested here by the source chain's batch on L1, not by your ${verifiers}: a test that passes shows nothing about your choice of ${verifiers}, fees, timing or addresses.`;
  return isProven ? said : `${said} Nothing is proven here.`;
}

function deliverers(bridges: readonly BridgeName[]): string {
  const namesOf = (delivery: "published" | "ours"): string =>
    bridges
      .filter((name) => KINDS[name].delivery === delivery)
      .map((name) => BRIDGES[name])
      .join(" and ");
  const [published, ours] = [namesOf("published"), namesOf("ours")];
  if (ours === "") return "the bridge's own contracts";
  const own = `this package's contracts behind the published interfaces of ${ours}`;
  return published === "" ? own : `the own contracts of ${published}, and ${own}`;
}
