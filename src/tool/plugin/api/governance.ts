import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import type { Proposal, RegistryGovernance } from "../../../ecosystem/client/governing/governance.ts";
import type { RegistryAct } from "../../../ecosystem/client/governing/registry-acts.ts";
import type { ChainTerms, TermsOfChain } from "../../../ecosystem/client/governing/terms.ts";
import type { VersionContent } from "../../../ecosystem/client/governing/upgrade.ts";
import type { Support } from "../../../ecosystem/client/governing/votes.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { From } from "./naming/names.ts";

/** An act on L1's registry of versions, or any other call that governance is to make. */
export type GovernedAct = RegistryAct | { readonly to: Hex; readonly data: Hex; readonly value?: bigint | undefined };

/** Account that sends; default: the first that may. */
export interface SendingAccount {
  readonly from?: From | undefined;
}

/**
 * Governance of the protocol versions of the chains that settle on L1, and of the terms of each chain. Each
 * act is one transaction on L1, or on the chain's settlement layer; `pass` alone moves time. Throws
 * ClientError: Refused with the contract's error.
 */
export interface Governance {
  /** Governance, council, standing of each version, and proposals, as L1 has them now. */
  look(): Promise<RegistryGovernance>;
  /**
   * Content of a version in L1's registry. With another verifier it is the content for the next version.
   * Throws ClientError UnknownVersion.
   */
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
  /** Queues a successful proposal in the timelock. */
  queue(proposal: bigint, options?: SendingAccount): Promise<void>;
  /** Executes a proposal through the timelock, after its delay. */
  execute(proposal: bigint, options?: SendingAccount): Promise<void>;
  /**
   * Passes and executes acts. Under votes: proposes them, votes by `voters` in turn until the votes suffice,
   * queues and executes them, and moves the ecosystem's time over each delay. Under an account: sends them
   * from that account immediately. Throws ClientError VoteLost.
   */
  pass(
    acts: GovernedAct | readonly GovernedAct[],
    options?: { readonly voters?: readonly From[]; readonly description?: string },
  ): Promise<Proposal | undefined>;
  readonly council: CouncilActs;
  /** A chain's terms now, and those that wait. */
  terms(chain: ChainName): Promise<TermsOfChain>;
  /**
   * Announces changes as the chain's admin; other terms remain. They take effect after the chain's notice.
   */
  announceTerms(chain: ChainName, changes: Partial<ChainTerms>): Promise<TermsOfChain>;
  /** Withdraws announced changes as the chain's admin, before they take effect. */
  withdrawTerms(chain: ChainName): Promise<TermsOfChain>;
  /** Offers the chain as its admin; `to` becomes the admin when it accepts. */
  offerAdmin(chain: ChainName, to: From): Promise<void>;
  /** Accepts an offered chain, as the account of the offer. */
  acceptAdmin(chain: ChainName, from: From): Promise<void>;
}

/** Acts of the council; its members sign, and L1's first account submits the signatures. */
export interface CouncilActs {
  /** Stops versions for `seconds`, or for the rest of the cycle's time. */
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
