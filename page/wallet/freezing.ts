import type { EcosystemInfo, TokenAnswer } from "../answers.ts";

const ETHER = /^0x0{40}$/;

/**
 * Texts about parties that can withhold an asset on a member from its account; empty if no party can.
 * docs/concepts.md explains the choices of a chain's creator, and the trust.
 */
export function whoCanFreeze(
  { l1, chains }: Pick<EcosystemInfo, "l1" | "chains">,
  memberId: number,
  { origin }: Pick<TokenAnswer, "origin">,
): readonly string[] {
  const parties: string[] = [];
  const here = chains.find(({ chainId }) => chainId === memberId);
  if (here?.dataAvailability === "validium") parties.push(`the data committee of ${here.name}, by withholding its data`);
  if (here?.dataAvailability === "guardians") parties.push(`the guardians of ${here.name}, by withholding its data`);
  if (here?.inputsBoundBy === "quorum")
    parties.push(`the validators of ${here.name}, by publishing other inputs than they executed`);
  if (here?.dataAvailability === "owners") parties.push(`the operator of ${here.name}, by stopping it or losing its data`);
  if (here?.settlesOn !== undefined)
    parties.push(`the validators of ${here.settlesOn.name}, on which ${here.name} settles, by stopping it or by a false state`);
  if (origin.chainId === l1.chainId) {
    if (!ETHER.test(origin.token)) parties.push("the token's issuer, as far as its contract on L1 lets it");
    return parties;
  }
  // L1 pays out only tokens that originate there. A chain's tokens are lost when that chain ends.
  const birth = chains.find(({ chainId }) => chainId === origin.chainId);
  const stopping = [...new Set([here?.name, birth?.name ?? `chain ${origin.chainId}`])].filter((name) => name !== undefined);
  for (const name of stopping) parties.push(`the validators of ${name}, by stopping it`);
  parties.push(`the token's issuer, as far as its contract on ${birth?.name ?? origin.chainId} lets it`);
  return parties;
}
