/** What a dapp's test over a bridge shows, and what not: the same sentence in tasks, methods and docs. */
export function bridgeTrust(isProven: boolean): string {
  return isProven ? TRUST : `${TRUST} Nothing is proven here.`;
}

const TRUST =
  "Delivery, nonces, gas and retries are the bridge's own contracts. What vouches for a message here is the source chain's batch on L1, not your DVNs: a pass says nothing about your choice of DVNs, fees, timing or addresses.";
