import { Interface } from "ethers";

/** Functions of `GuardianNetwork` that the ecosystem calls. */
export const networkInterface = new Interface([
  "function admit(address key, string url)",
  "function join(address key, string url)",
  "function start()",
  "function setAdmin(address admin)",
  "function guardians() view returns ((address key, string url, uint48 joinedAt)[])",
  "function weightsAt(uint48 time) view returns (address[] counted, uint256[] weightOf, uint256 total)",
  "function terms() view returns ((address admin, uint16 shareBps, uint128 minStake, uint128 minTotal, uint48 enterDelay, uint48 retention, uint48 answerTime, uint48 slashTime, uint128 bond))",
]);
