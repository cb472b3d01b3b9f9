import { genesisState } from "../../../chain/state/genesis-state.ts";
import { versionOfMode } from "../../../ground/protocol/version-modes.ts";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import {
  councilThresholds,
  DEVELOPMENT_COUNCIL,
  DEVELOPMENT_HOLDERS,
  softSecondsOf,
  type CouncilTerms,
  type GovernanceOption,
} from "../../options/fields/governance.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress, type DevelopmentAccounts } from "../accounts/accounts.ts";
import type { CouncilOptions } from "../deployment/governance-terms.ts";
import type { LayerOptions, ProvenVersion } from "../deployment/deploy-layer.ts";
import type { LayerVersion } from "../deployment/layer.ts";

/** 240 days: the longest windows and delays that a chain can have. */
const RETIREMENT_NOTICE_SECONDS = 20_736_000n;

/**
 * Version of trusted chains, computed on the first call: contracts that are kept have theirs. The same on L1 and on each chain on
 * which others settle.
 */
export function trustedVersion(genesis: readonly GenesisAccount[], proofs: "stark" | "none"): () => LayerVersion {
  let known: LayerVersion | undefined;
  return () => (known ??= registeredVersion(versionOfMode("trusted", proofs), genesis));
}

/** A version as a registry has it. */
function registeredVersion(protocolVersion: bigint, genesis: readonly GenesisAccount[]): LayerVersion {
  const { stateRoot, leafCount } = genesisState(genesis);
  return { protocolVersion, genesisStateRoot: stateRoot, genesisLeafCount: leafCount };
}

/** Version of proven chains, whose batches L1 executes by one proof or a marker, with the contracts that check it. */
export function provenVersion(
  genesis: readonly GenesisAccount[],
  proofs: "stark" | "none",
  checked: Pick<ProvenVersion, "contracts" | "executionKey">,
): ProvenVersion {
  return { ...registeredVersion(versionOfMode("proven", proofs), genesis), ...checked };
}

/**
 * Times of a devnet's layer. The reaction time is a freeze's, which the contracts require, and no longer one: tests move L1's
 * time.
 */
export function devnetTimes(
  council?: CouncilOptions,
): Pick<LayerOptions, "retirementNoticeSeconds" | "revealDelaySeconds" | "recoverySeconds" | "reactionSeconds"> {
  const reactionSeconds = council?.freezeSeconds ?? 0n;
  const retirementNoticeSeconds = retirementNotice(reactionSeconds);
  return { retirementNoticeSeconds, revealDelaySeconds: 0n, recoverySeconds: 0n, reactionSeconds };
}

/** The reaction time is in every chain's notice, and once more in what its admin has to decide in. */
function retirementNotice(reactionSeconds: bigint): bigint {
  return RETIREMENT_NOTICE_SECONDS + 2n * reactionSeconds;
}

/** The governance that the options name, of development accounts where they name none. */
export function governanceOf(
  { governor, council }: GovernanceOption,
  accounts: DevelopmentAccounts,
): Pick<LayerOptions, "governor" | "council"> {
  const from = (first: number, count: number): readonly Hex[] =>
    Array.from({ length: count }, (_, i) => lowerCaseAddress(accounts.wallet(first + i).address));
  const { firstHolder, firstCouncilMember } = ACCOUNT_NUMBERS;
  return {
    governor: governor && { ...governor, holders: governor.holders ?? from(firstHolder, DEVELOPMENT_HOLDERS) },
    council:
      council &&
      councilOf(
        council,
        council.members ?? from(firstCouncilMember, DEVELOPMENT_COUNCIL),
        retirementNotice(BigInt(council.freezeSeconds)),
      ),
  };
}

/**
 * A council of these members. `cycleSeconds`: a retirement's notice. The contracts take no cycle that is shorter, so that no
 * notice holds two freezes.
 */
export function councilOf(terms: CouncilTerms, members: readonly Hex[], cycleSeconds: bigint): CouncilOptions {
  return {
    members: members.toSorted(),
    ...councilThresholds(terms, members.length),
    softSeconds: BigInt(softSecondsOf(terms)),
    freezeSeconds: BigInt(terms.freezeSeconds),
    cycleSeconds,
  };
}
