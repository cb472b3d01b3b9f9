import { id, Interface, ZeroAddress, type Log, type Provider } from "ethers";
import { securityCouncilAbi } from "../../../ground/abi/security-council.ts";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { governor as governorInterface, timelock as timelockInterface, topicOf } from "../sending/contract-interfaces.ts";
import { LogBook } from "../queue/log-book.ts";
import type { PlannedCall } from "../keystore/plan.ts";
import { addressIn, viewsOn, type ReadView } from "./read-view.ts";
import type { ProposedCalls } from "./votes.ts";

/** A protocol version's standing in the registry; times are seconds of the layer's, undefined for what is not so. */
export interface VersionStanding {
  readonly version: bigint;
  readonly retiresAt: bigint | undefined;
  /** End of a current freeze. */
  readonly frozenUntil: bigint | undefined;
  readonly haltedAt: bigint | undefined;
  /** Version that chains adopt after the halt. */
  readonly replacement: bigint | undefined;
}

/** States in the numbering of OpenZeppelin's `IGovernor`. */
const STATES = ["pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed"] as const;
/** State of a proposal. */
export type ProposalState = (typeof STATES)[number];

/** Calls that were put to the vote. */
export interface Proposal extends ProposedCalls {
  readonly id: bigint;
  readonly proposer: Hex;
  readonly state: ProposalState;
  /** Second at which votes are counted; voting starts after it. */
  readonly votesFrom: bigint;
  readonly votesUntil: bigint;
  readonly votes: { readonly for: bigint; readonly against: bigint; readonly abstain: bigint };
  /** The second from which anyone can execute it; undefined before it is queued. */
  readonly executableFrom: bigint | undefined;
}

/** Votes that decide what a timelock then does. */
export interface Votes {
  readonly governor: Hex;
  readonly token: Hex;
  readonly votingDelaySeconds: bigint;
  readonly votingPeriodSeconds: bigint;
  readonly timelockDelaySeconds: bigint;
  readonly quorumPercent: bigint;
  /** In favour, by which a vote ends at once. */
  readonly superQuorumPercent: bigint;
  /** The oldest first. */
  readonly proposals: readonly Proposal[];
}

/** A council, with its members where it is a `SecurityCouncil`. */
export interface Council {
  readonly address: Hex;
  /** Ascending; none where the council is another contract or an account. */
  readonly members: readonly Hex[];
  /** Signatures for soft freezes, of `softSeconds` of a cycle's time, and for all else. */
  readonly soft: bigint;
  readonly hard: bigint;
  readonly softSeconds: bigint;
  /** Seconds that soft freezes can still use. */
  readonly softLeftSeconds: bigint;
  /** Seconds that all freezes can still use in this cycle. */
  readonly freezeLeftSeconds: bigint;
}

/** A council that governance has named, and that anyone's call lets take over from a second on. */
export interface NextCouncil {
  /** Address of the council. Undefined if none exists: then no version is frozen. */
  readonly address: Hex | undefined;
  readonly effectiveAt: bigint;
}

/** Accounts that govern the protocol versions of the chains on a layer, and pending proposals. */
export interface RegistryGovernance {
  readonly verifiers: Hex;
  readonly governance: Hex;
  /** Undefined where governance is an account, or a contract of another kind. */
  readonly votes: Votes | undefined;
  readonly council: Council | undefined;
  readonly nextCouncil: NextCouncil | undefined;
  readonly retirementNoticeSeconds: bigint;
  /** In ascending order. */
  readonly versions: readonly VersionStanding[];
  /** Timestamp of the layer's newest block. */
  readonly now: bigint;
}

const registryInterface = new Interface(verifierRegistryAbi);
const councilInterface = new Interface(securityCouncilAbi);
const PROPOSER = id("PROPOSER_ROLE") as Hex;

type CreatedProposal = Pick<Proposal, "id" | "proposer" | "calls" | "description" | "votesFrom" | "votesUntil">;

/** Governance of one registry, whose events are read once. */
export class GovernanceBook {
  readonly #verifiers: Hex;
  readonly #versions: LogBook<bigint[]>;
  /** Accounts that may propose, by governance contract, in the order of their permission. */
  readonly #proposers = new Map<Hex, LogBook<Hex[]>>();
  readonly #proposals = new Map<Hex, LogBook<CreatedProposal[]>>();

  /** `fromBlock`: no event of the registry is older. A timelock may be. */
  constructor(verifiers: Hex, fromBlock = 0) {
    this.#verifiers = verifiers;
    const topics = [topicOf(registryInterface, "ProtocolVersionAdded")];
    this.#versions = bookOf({ address: verifiers, topics, fromBlock }, (log) => BigInt(log.topics[1] ?? 0));
  }

  /** Reads the present governance from the layer. Rejects with the provider's error. */
  async look(l1: Provider): Promise<RegistryGovernance> {
    const ask = viewsOn(l1);
    const registry = <T>(name: string, ...args: readonly unknown[]): Promise<T> =>
      ask<T>(this.#verifiers, registryInterface, name, ...args);
    const [governance, council, nextCouncil, retirementNoticeSeconds, freezeLeft, versions, block] = await Promise.all([
      registry<string>("governance").then(addressIn),
      registry<string>("council").then(addressIn),
      readNextCouncil(this.#verifiers, l1),
      registry<bigint>("retirementNotice"),
      registry<bigint>("freezeLeft"),
      this.#versions.look(l1),
      l1.getBlock("latest"),
    ]);
    const now = BigInt(block?.timestamp ?? 0);
    const standings = versions
      .toSorted((left, right) => Number(left - right))
      .map(async (version) => standing(version, await registry<StandingOnL1>("standingOf", version), now));
    return {
      verifiers: this.#verifiers,
      governance,
      nextCouncil,
      retirementNoticeSeconds,
      now,
      votes: await this.#votes(governance, l1),
      council: council === ZeroAddress ? undefined : await readCouncil(council, freezeLeft, l1),
      versions: await Promise.all(standings),
    };
  }

  async #votes(governance: Hex, l1: Provider): Promise<Votes | undefined> {
    if ((await l1.getCode(governance)) === "0x") return undefined;
    const governor = await this.#governorOf(governance, l1);
    if (governor === undefined) return undefined;
    const ask = viewsOn(l1);
    const of = <T>(name: string): Promise<T> => ask<T>(governor, governorInterface, name);
    const [token, votingDelaySeconds, votingPeriodSeconds, quorumPercent, superQuorumPercent, timelockDelaySeconds] =
      await Promise.all([
        of<string>("token").then(addressIn),
        of<bigint>("votingDelay"),
        of<bigint>("votingPeriod"),
        of<bigint>("quorumNumerator"),
        of<bigint>("superQuorumNumerator"),
        ask<bigint>(governance, timelockInterface, "getMinDelay"),
      ]);
    const created = await kept(this.#proposals, governor, () =>
      bookOf({ address: governor, topics: [topicOf(governorInterface, "ProposalCreated")] }, createdProposal),
    ).look(l1);
    return {
      governor,
      token,
      votingDelaySeconds,
      votingPeriodSeconds,
      timelockDelaySeconds,
      quorumPercent,
      superQuorumPercent,
      proposals: await Promise.all(created.map((each) => standingProposal(governor, each, ask))),
    };
  }

  /** The contract that proposes in a timelock, and obeys it; undefined where no contract does both. */
  async #governorOf(timelock: Hex, l1: Provider): Promise<Hex | undefined> {
    const topics = [topicOf(timelockInterface, "RoleGranted"), PROPOSER];
    const proposers = kept(this.#proposers, timelock, () =>
      bookOf({ address: timelock, topics }, (log) => addressIn(`0x${(log.topics[2] ?? "").slice(26)}`)),
    );
    const ask = viewsOn(l1);
    for (const account of (await proposers.look(l1)).toReversed()) {
      const proposes = await ask<boolean>(timelock, timelockInterface, "hasRole", PROPOSER, account);
      if (proposes && (await obeys(account, timelock, ask))) return account;
    }
    return undefined;
  }
}

function bookOf<Item>(
  { address, topics, fromBlock = 0 }: { readonly address: Hex; readonly topics: string[]; readonly fromBlock?: number },
  read: (log: Log) => Item,
): LogBook<Item[]> {
  return new LogBook<Item[]>({ address, topics, fromBlock, empty: () => [], take: (items, log) => void items.push(read(log)) });
}

/** Whether a contract is a governor, one whose votes a super quorum ends, of this timelock. */
async function obeys(account: Hex, timelock: Hex, ask: ReadView): Promise<boolean> {
  const of = <T>(name: string): Promise<T> => ask<T>(account, governorInterface, name);
  const [obeyed] = await Promise.all([of<string>("timelock"), of<bigint>("superQuorumNumerator")]).catch(() => [ZeroAddress]);
  return addressIn(obeyed) === timelock;
}

function kept<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}

async function readNextCouncil(verifiers: Hex, l1: Provider): Promise<NextCouncil | undefined> {
  const answer = await l1.call({ to: verifiers, data: registryInterface.encodeFunctionData("nextCouncil") });
  const [next, effectiveAt] = registryInterface.decodeFunctionResult("nextCouncil", answer) as unknown as [string, bigint];
  if (effectiveAt === 0n) return undefined;
  return { address: next === ZeroAddress ? undefined : addressIn(next), effectiveAt };
}

interface StandingOnL1 {
  readonly retiresAt: bigint;
  readonly frozenUntil: bigint;
  readonly haltedAt: bigint;
  readonly replacement: bigint;
}

function standing(
  version: bigint,
  { retiresAt, frozenUntil, haltedAt, replacement }: StandingOnL1,
  now: bigint,
): VersionStanding {
  const unlessZero = (value: bigint): bigint | undefined => (value === 0n ? undefined : value);
  return {
    version,
    retiresAt: unlessZero(retiresAt),
    frozenUntil: frozenUntil > now ? frozenUntil : undefined,
    haltedAt: unlessZero(haltedAt),
    replacement: haltedAt === 0n ? undefined : unlessZero(replacement),
  };
}

/** An account, or another contract, has no members to tell. */
async function readCouncil(address: Hex, freezeLeftSeconds: bigint, l1: Provider): Promise<Council> {
  const ask = viewsOn(l1);
  const of = <T>(name: string): Promise<T> => ask<T>(address, councilInterface, name);
  const isCouncil = (await l1.getCode(address)) !== "0x";
  const [members, terms, softLeftSeconds] = isCouncil
    ? await Promise.all([
        of<readonly string[]>("members"),
        of<{ soft: bigint; hard: bigint; softTime: bigint }>("terms"),
        of<bigint>("softLeft"),
      ]).catch(() => [[], undefined, 0n] as const)
    : ([[], undefined, 0n] as const);
  return {
    address,
    freezeLeftSeconds,
    members: members.map(addressIn),
    soft: terms?.soft ?? 0n,
    hard: terms?.hard ?? 0n,
    softSeconds: terms?.softTime ?? 0n,
    softLeftSeconds,
  };
}

function createdProposal(log: Log): CreatedProposal {
  const { args } = governorInterface.parseLog(log) ?? {};
  if (args === undefined) throw new TypeError("a log of a proposal's creation was read as another's");
  // By `getValue`, because arrays have a `values` method.
  const column = <T>(name: string): readonly T[] => [...(args.getValue(name) as Iterable<T>)];
  const [targets, values, data] = [column<string>("targets"), column<bigint>("values"), column<Hex>("calldatas")];
  const calls = targets.map((to, place): PlannedCall => ({
    to: addressIn(to),
    value: values[place] ?? 0n,
    data: data[place] ?? "0x",
  }));
  return {
    id: args["proposalId"] as bigint,
    proposer: addressIn(args["proposer"]),
    description: String(args["description"]),
    votesFrom: args["voteStart"] as bigint,
    votesUntil: args["voteEnd"] as bigint,
    calls,
  };
}

async function standingProposal(governor: Hex, created: CreatedProposal, ask: ReadView): Promise<Proposal> {
  const [state, eta] = await Promise.all([
    ask<bigint>(governor, governorInterface, "state", created.id),
    ask<bigint>(governor, governorInterface, "proposalEta", created.id),
  ]);
  const { againstVotes, forVotes, abstainVotes } = await ask<
    Readonly<Record<"againstVotes" | "forVotes" | "abstainVotes", bigint>>
  >(governor, governorInterface, "proposalVotes", created.id);
  return {
    ...created,
    state: STATES[Number(state)] ?? "expired",
    votes: { for: forVotes, against: againstVotes, abstain: abstainVotes },
    executableFrom: eta === 0n ? undefined : eta,
  };
}
