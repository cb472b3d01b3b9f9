import {
  GovernanceBook,
  type Proposal,
  type ProposalState,
  type RegistryGovernance,
  type VersionStanding,
} from "../../../client/governing/governance.ts";
import { callInWords } from "../../../client/governing/registry-acts.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";

/** Status of a protocol version; seconds of the layer's time, absent if not set. */
interface VersionStandingInfo {
  readonly version: number;
  readonly retiresAt?: number;
  readonly frozenUntil?: number;
  readonly haltedAt?: number;
  /** Replacement of a halted version. */
  readonly replacement?: number;
}

/** A proposal of governance's votes. Votes are in the token's smallest units, as decimal digits, as is the id. */
interface ProposalInfo {
  readonly id: string;
  readonly proposer: Hex;
  readonly description: string;
  /** Effects of the proposal, a sentence for each call. */
  readonly acts: readonly string[];
  readonly state: ProposalState;
  readonly votesFrom: number;
  readonly votesUntil: number;
  readonly votes: { readonly for: string; readonly against: string; readonly abstain: string };
  readonly executableFrom?: number;
}

/** Votes that govern. */
interface VotesInfo {
  readonly governor: Hex;
  readonly token: Hex;
  readonly votingDelaySeconds: number;
  readonly votingPeriodSeconds: number;
  readonly timelockDelaySeconds: number;
  readonly quorumPercent: number;
  readonly superQuorumPercent: number;
  /** The newest first. */
  readonly proposals: readonly ProposalInfo[];
}

/** A council; without members where it is no `SecurityCouncil`. */
interface CouncilInfo {
  readonly address: Hex;
  readonly members: readonly Hex[];
  readonly soft: number;
  readonly hard: number;
  readonly softSeconds: number;
  readonly softLeftSeconds: number;
  readonly freezeLeftSeconds: number;
}

/**
 * Answer of `hyperchain_governance`: governance of the protocol versions of a chain's settlement layer, and its pending
 * proposals.
 */
export interface GovernanceInfo {
  readonly registry: Hex;
  /** The timelock, where votes govern. */
  readonly governance: Hex;
  readonly votes?: VotesInfo;
  readonly council?: CouncilInfo;
  /** Next council, effective from that second by a call of any account; without an address none. */
  readonly nextCouncil?: { readonly address?: Hex; readonly effectiveAt: number };
  readonly retirementNoticeSeconds: number;
  readonly versions: readonly VersionStandingInfo[];
  /** Seconds of the layer's newest block. */
  readonly now: number;
}

/** A book for each registry of an ecosystem, whose events are read once. */
export function governanceReader(): (chain: DevnetChain) => Promise<GovernanceInfo> {
  const books = new Map<string, GovernanceBook>();
  return async ({ base: { chainId, provider, ecosystem } }) => {
    const key = `${chainId} ${ecosystem.addresses.verifiers}`;
    const book = books.get(key) ?? new GovernanceBook(ecosystem.addresses.verifiers, ecosystem.fromBlock);
    books.set(key, book);
    return governanceInNumbers(await book.look(provider));
  };
}

/** Governance with numbers for JSON. */
export function governanceInNumbers({ verifiers, votes, council, nextCouncil, ...known }: RegistryGovernance): GovernanceInfo {
  return {
    registry: verifiers,
    governance: known.governance,
    ...(votes === undefined
      ? {}
      : {
          votes: {
            governor: votes.governor,
            token: votes.token,
            votingDelaySeconds: Number(votes.votingDelaySeconds),
            votingPeriodSeconds: Number(votes.votingPeriodSeconds),
            timelockDelaySeconds: Number(votes.timelockDelaySeconds),
            quorumPercent: Number(votes.quorumPercent),
            superQuorumPercent: Number(votes.superQuorumPercent),
            proposals: votes.proposals.map((proposal) => proposalInfo(verifiers, proposal)).toReversed(),
          },
        }),
    ...(council === undefined
      ? {}
      : {
          council: {
            address: council.address,
            members: council.members,
            soft: Number(council.soft),
            hard: Number(council.hard),
            softSeconds: Number(council.softSeconds),
            softLeftSeconds: Number(council.softLeftSeconds),
            freezeLeftSeconds: Number(council.freezeLeftSeconds),
          },
        }),
    ...(nextCouncil === undefined
      ? {}
      : {
          nextCouncil: {
            ...(nextCouncil.address === undefined ? {} : { address: nextCouncil.address }),
            effectiveAt: Number(nextCouncil.effectiveAt),
          },
        }),
    retirementNoticeSeconds: Number(known.retirementNoticeSeconds),
    versions: known.versions.map(standingInfo),
    now: Number(known.now),
  };
}

function proposalInfo(verifiers: Hex, { id, calls, votes, executableFrom, ...known }: Proposal): ProposalInfo {
  return {
    id: String(id),
    proposer: known.proposer,
    description: known.description,
    acts: calls.map((call) => callInWords(verifiers, call)),
    state: known.state,
    votesFrom: Number(known.votesFrom),
    votesUntil: Number(known.votesUntil),
    votes: { for: String(votes.for), against: String(votes.against), abstain: String(votes.abstain) },
    ...(executableFrom === undefined ? {} : { executableFrom: Number(executableFrom) }),
  };
}

function standingInfo({ version, retiresAt, frozenUntil, haltedAt, replacement }: VersionStanding): VersionStandingInfo {
  return {
    version: Number(version),
    ...(retiresAt === undefined ? {} : { retiresAt: Number(retiresAt) }),
    ...(frozenUntil === undefined ? {} : { frozenUntil: Number(frozenUntil) }),
    ...(haltedAt === undefined ? {} : { haltedAt: Number(haltedAt) }),
    ...(replacement === undefined ? {} : { replacement: Number(replacement) }),
  };
}
