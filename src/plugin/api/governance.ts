import type { ChainName } from "../../client/ecosystem/ecosystem.ts";
import type { Proposal, RegistryGovernance } from "../../client/governing/governance.ts";
import type { RegistryAct } from "../../client/governing/registry-acts.ts";
import type { ChainTerms, TermsOfChain } from "../../client/governing/terms.ts";
import type { VersionContent } from "../../client/governing/upgrade.ts";
import type { Support } from "../../client/governing/votes.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { From } from "./naming/names.ts";

/** An act on L1's registry of versions, or any other call that governance is to make. */
export type GovernedAct = RegistryAct | { readonly to: Hex; readonly data: Hex; readonly value?: bigint | undefined };

/** Account that sends; default: the first that may. */
export interface SendingAccount {
  readonly from?: From | undefined;
}

/**
 * Who governs the protocol versions of the chains that settle on L1, and who changes a chain's own terms. Each act is one
 * transaction on L1, or on what the chain settles on; `pass` alone moves time. Throws ClientError: Refused with the
 * contract's error.
 */
export interface Governance {
  /** Governance, council, standing of each version, and proposals, as L1 has them now. */
  look(): Promise<RegistryGovernance>;
  /** What L1's registry has of a version; with another verifier it is the next one's. Throws ClientError UnknownVersion. */
  contentOf(version: bigint): Promise<VersionContent>;
  /**
   * Puts acts to the vote, as a holder; resolves with the proposal's id. Two proposals of the same acts need other descriptions.
   * Throws ClientError NoVotes where an account governs.
   */
  propose(
    acts: GovernedAct | readonly GovernedAct[],
    options?: SendingAccount & { readonly description?: string },
  ): Promise<bigint>;
  /** Votes, as a holder, after the voting delay. Default: for. */
  vote(proposal: bigint, support?: Support, options?: SendingAccount): Promise<void>;
  /** Has what succeeded wait in the timelock. */
  queue(proposal: bigint, options?: SendingAccount): Promise<void>;
  /** Has the timelock do it, once its delay is over. */
  execute(proposal: bigint, options?: SendingAccount): Promise<void>;
  /**
   * Has acts decided and done. Where votes govern: proposed, voted for by `voters` in turn until that is enough, queued and
   * executed, with the time of the whole ecosystem moved over each delay. Where an account governs, as that account, at once.
   * Throws ClientError VoteLost.
   */
  pass(
    acts: GovernedAct | readonly GovernedAct[],
    options?: { readonly voters?: readonly From[]; readonly description?: string },
  ): Promise<Proposal | undefined>;
  readonly council: CouncilActs;
  /** A chain's terms now, and those that wait. */
  terms(chain: ChainName): Promise<TermsOfChain>;
  /** As the chain's admin: what is left out stays. They count once the chain's notice is over. */
  announceTerms(chain: ChainName, changes: Partial<ChainTerms>): Promise<TermsOfChain>;
  /** As the chain's admin, before they count. */
  withdrawTerms(chain: ChainName): Promise<TermsOfChain>;
  /** As the chain's admin: the chain is `to`'s once that accepts. */
  offerAdmin(chain: ChainName, to: From): Promise<void>;
  /** As the account that the chain was offered to. */
  acceptAdmin(chain: ChainName, from: From): Promise<void>;
}

/** What the council does; its members sign, and L1's first account brings their words. */
export interface CouncilActs {
  /** Stops versions for so many seconds, or what is left of the cycle's. */
  freeze(versions: readonly bigint[], seconds: bigint, options?: Signing): Promise<void>;
  /** The freeze of fewer members, within what `council.softLeftSeconds` says. */
  softFreeze(versions: readonly bigint[], seconds: bigint, options?: Signing): Promise<void>;
  unfreeze(version: bigint, options?: Signing): Promise<void>;
  /** Agrees that governance halts the version, with this replacement. Default: with none. */
  approveHalt(version: bigint, replacement?: bigint, options?: Signing): Promise<void>;
}

/** Members of the council that sign. */
export interface Signing {
  /** Members; default: as many as the act needs. */
  readonly signers?: readonly From[] | undefined;
}
