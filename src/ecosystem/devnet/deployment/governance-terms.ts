import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import { voteObjection, type GovernorTerms } from "../../options/fields/governance.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Votes that govern (`HyperchainGovernor.sol`), and who has them. */
export interface GovernorOptions extends Readonly<Omit<GovernorTerms, "holders">> {
  /** Each has as many votes. 20 bytes in lower case. */
  readonly holders: readonly Hex[];
}

/** A council (`SecurityCouncil.sol`), and how long it may freeze. */
export interface CouncilOptions {
  /** 20 bytes in lower case, ascending. */
  readonly members: readonly Hex[];
  /** Signatures for soft freezes, of `softSeconds` of a cycle's time, and for all else. */
  readonly soft: number;
  readonly hard: number;
  readonly softSeconds: bigint;
  /** Seconds of all freezes in a cycle, and from the end of the last one until they are whole again. */
  readonly freezeSeconds: bigint;
  readonly cycleSeconds: bigint;
}

/** An account that governs without a vote, or votes; and who freezes. */
export interface GovernanceOptions {
  /** Adds and retires protocol versions; default: the deployer. If it is another account, it must add the versions itself. */
  readonly governance?: Hex | undefined;
  /** In place of an account. */
  readonly governor?: GovernorOptions | undefined;
  /** Freezes versions; default: no council, and no freezes. */
  readonly council?: CouncilOptions | undefined;
}

/** Votes of each holder, in the token's smallest units: a million tokens. */
const VOTES_EACH = 10n ** 24n;
/** An account with any vote proposes. */
const PROPOSAL_THRESHOLD = 1n;

/** The token's arguments. */
export function tokenArgs({ holders }: GovernorOptions): readonly unknown[] {
  return [holders, VOTES_EACH];
}

/** The governor's terms, as its contract takes them. */
export function governorTerms(options: GovernorOptions): readonly unknown[] {
  const { votingDelaySeconds, votingPeriodSeconds, quorumPercent, superQuorumPercent } = options;
  return [votingDelaySeconds, votingPeriodSeconds, PROPOSAL_THRESHOLD, quorumPercent, superQuorumPercent];
}

/** Throws GovernanceTermsError. */
export function requireGovernance({ governance, governor, council }: GovernanceOptions): void {
  if (governance !== undefined && governor !== undefined)
    throw new GovernanceTermsError("TwoGovernances", `both ${governance} and votes are to govern; leave one of the two out`);
  const objection = council && governor && voteObjection(governor, Number(council.freezeSeconds));
  if (objection !== undefined) throw new GovernanceTermsError("VoteOutlastsFreeze", objection);
}

/**
 * Terms of governance that do not go together. TwoGovernances: an account and votes. VoteOutlastsFreeze: no vote could halt a
 * version within a freeze.
 * Remedy: leave one of the terms out, or lengthen the freeze to more than a vote.
 */
export class GovernanceTermsError extends HyperchainError<"TwoGovernances" | "VoteOutlastsFreeze"> {
  override readonly name = "GovernanceTermsError";
}
