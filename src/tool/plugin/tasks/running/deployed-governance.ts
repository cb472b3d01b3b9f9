import { councilOf } from "../../../../ecosystem/devnet/l1/new-contracts.ts";
import type { LayerOptions } from "../../../../ecosystem/devnet/deployment/deploy-layer.ts";
import type { GovernanceOption } from "../../../../ecosystem/options/fields/governance.ts";
import type { HyperchainsGovernanceUserConfig } from "../../../../ecosystem/options/generated/user-config.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";

/** Chains whose windows and delays are longer are refused. */
const RETIREMENT_NOTICE_SECONDS = 30n * 86_400n;
/** On devnets, whose tests move L1's time, it is 0. A week is what users have to look at a version that their chain takes. */
const REACTION_SECONDS = 604_800n;

/** Fields whose defaults are a devnet's: accounts with public keys, and times of seconds. */
const TO_BE_SAID = {
  governor: ["holders", "votingDelaySeconds", "votingPeriodSeconds", "timelockDelaySeconds"],
  council: ["members", "softSeconds", "freezeSeconds"],
} as const;

/** Governance options of a deployment, except its versions. */
type DeployedGovernance = Pick<
  LayerOptions,
  "governance" | "governor" | "council" | "reactionSeconds" | "retirementNoticeSeconds"
>;

/**
 * The option `governance` for a network that outlives the task. A freeze's time is added to what users have to react in, and
 * twice to the notice of a retirement. Throws a plugin error for what it must not take from a devnet's defaults.
 */
export function deployedGovernance(
  { governor, council }: GovernanceOption,
  configured: HyperchainsGovernanceUserConfig | undefined,
  { account, retirementNotice }: { readonly account: Hex | undefined; readonly retirementNotice: number | undefined },
): DeployedGovernance {
  requireSaid(configured);
  if (account !== undefined && governor !== undefined)
    throw pluginError(
      `--governance names ${account}, and by hyperchains.governance.governor votes decide; leave one of the two out`,
    );
  const freezeSeconds = BigInt(council?.freezeSeconds ?? 0);
  const retirementNoticeSeconds =
    retirementNotice === undefined ? RETIREMENT_NOTICE_SECONDS + 2n * freezeSeconds : BigInt(retirementNotice);
  if (council !== undefined && freezeSeconds >= retirementNoticeSeconds)
    throw pluginError(
      `--retirement-notice is ${retirementNoticeSeconds} s, and freezes last ${freezeSeconds} s in all (hyperchains.governance.council.freezeSeconds); the notice must be longer`,
    );
  return {
    governance: account,
    governor: governor && { ...governor, holders: governor.holders ?? [] },
    council: council && councilOf(council, council.members ?? [], retirementNoticeSeconds),
    reactionSeconds: REACTION_SECONDS + freezeSeconds,
    retirementNoticeSeconds,
  };
}

function requireSaid(configured: HyperchainsGovernanceUserConfig | undefined): void {
  for (const part of ["governor", "council"] as const) {
    const given: object | undefined = configured?.[part];
    const missing = given === undefined ? [] : TO_BE_SAID[part].filter((field) => !(field in given));
    if (missing.length > 0)
      throw pluginError(
        `hyperchains.governance.${part} has to name ${missing.join(", ")} before it is deployed: left out, they are a devnet's, whose keys are public and whose times are seconds`,
      );
  }
}
