import { id, type BaseContract } from "ethers";
import { PREDEPLOYS_DIGEST } from "../../../../src/ground/protocol/generated/version-predeploys.ts";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { startLocalL1, type LocalL1 } from "../../../support/l1.ts";
import { as, furtherVersion, GENESIS_LEAVES, GENESIS_ROOT, NO_EXECUTION_PROOFS, send, view } from "./ecosystem.ts";

export const VOTES_EACH = 100n;
/** Seconds; so long that the wall clock does not matter. */
export const [VOTING_DELAY, VOTING_PERIOD, MIN_DELAY] = [1_000n, 100_000n, 5_000n];
export const NOTICE = 300_000n;
const [FREEZE_SECONDS, CYCLE_SECONDS] = [50_000n, 400_000n];
export const VERSIONS = [0, 1, 2, 3, 4, 5].map(furtherVersion);

/** States by the numbers of OpenZeppelin's `IGovernor`. */
export const STATE = {
  pending: 0n,
  active: 1n,
  defeated: 3n,
  succeeded: 4n,
  queued: 5n,
  executed: 7n,
} as const;
export const [AGAINST, FOR] = [0, 1];

/** One call, proposed. */
export interface Proposal {
  readonly id: bigint;
  /** Second at which votes are counted; the vote begins behind it. */
  readonly snapshot: bigint;
  readonly args: readonly [targets: readonly string[], values: readonly bigint[], calls: readonly string[], hash: string];
}

/** A registry that a community of four governs; the council is an account. */
export interface GovernorScene {
  readonly l1: LocalL1;
  readonly deployer: HardhatEthersSigner;
  readonly holders: readonly HardhatEthersSigner[];
  readonly outsider: HardhatEthersSigner;
  readonly council: HardhatEthersSigner;
  readonly registry: BaseContract;
  readonly token: BaseContract;
  readonly timelock: BaseContract;
  readonly governor: BaseContract;
  /** The next block's time. */
  at(second: bigint): Promise<void>;
  propose(target: BaseContract, name: string, ...args: unknown[]): Promise<Proposal>;
  stateOf(proposal: Proposal): Promise<bigint>;
  /** Votes in the first second of the vote, of the holders with these numbers. */
  vote(proposal: Proposal, support: number, voters: readonly number[]): Promise<void>;
  /** Resolves with the second from which it can be executed. */
  queue(proposal: Proposal): Promise<bigint>;
  execute(proposal: Proposal): ReturnType<typeof send>;
}

/** All but the hand-over. */
export async function deployGovernance(l1: LocalL1, councilAddress: string, holders: readonly string[]) {
  const [deployer] = await l1.ethers.getSigners();
  const timelock = await l1.deploy("GovernanceTimelock", deployer!.address);
  const terms = [await timelock.getAddress(), councilAddress, NOTICE, FREEZE_SECONDS, CYCLE_SECONDS];
  const registry = await l1.deploy("VerifierRegistry", terms);
  const [verifier, tree] = [await l1.deploy("VerifierDouble"), await l1.deploy("StateTree")];
  const reader = await l1.deploy("BatchReader", PREDEPLOYS_DIGEST);
  const genesis = { genesisStateRoot: GENESIS_ROOT, genesisLeafCount: GENESIS_LEAVES, ...NO_EXECUTION_PROOFS };
  for (const version of VERSIONS) {
    const data = await callOf(registry, "addVersion", version, { verifier, tree, reader, ...genesis });
    await send(timelock, "act", await registry.getAddress(), data);
  }
  const token = await l1.deploy("GovernanceToken", holders, VOTES_EACH);
  const governorTerms = [VOTING_DELAY, VOTING_PERIOD, 1n, 40n, 67n];
  const governor = await l1.deploy("HyperchainGovernor", token, timelock, governorTerms);
  return { timelock, registry, token, governor };
}

/** A call's data, with contracts as arguments where addresses are. */
export async function callOf(contract: BaseContract, name: string, ...args: unknown[]): Promise<string> {
  return (await contract.getFunction(name).populateTransaction(...args)).data;
}

export async function deployGovernorScene(): Promise<GovernorScene> {
  const l1 = await startLocalL1();
  const [deployer, ...others] = await l1.ethers.getSigners();
  const [holders, outsider, council] = [others.slice(0, 4), others[4]!, others[5]!];
  const addresses = holders.map(({ address }) => address);
  const contracts = await deployGovernance(l1, council.address, addresses);
  const { governor, timelock } = contracts;
  await send(timelock, "handOver", governor, MIN_DELAY);

  const at = async (second: bigint): Promise<void> => {
    await l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(second)]);
  };
  let count = 0;
  return {
    ...contracts,
    l1,
    deployer: deployer!,
    holders,
    outsider,
    council,
    at,
    async propose(target, name, ...args) {
      const description = `${name} ${++count}`;
      const what = [[await target.getAddress()], [0n], [await callOf(target, name, ...args)]] as const;
      await send(as(governor, holders[0]!), "propose", ...what, description);
      const proposal = await view<bigint>(governor, "hashProposal", ...what, id(description));
      const snapshot = await view<bigint>(governor, "proposalSnapshot", proposal);
      return { id: proposal, snapshot, args: [...what, id(description)] };
    },
    stateOf: (proposal) => view<bigint>(governor, "state", proposal.id),
    async vote(proposal, support, voters) {
      await at(proposal.snapshot + 1n);
      for (const voter of voters) await send(as(governor, holders[voter]!), "castVote", proposal.id, support);
    },
    async queue(proposal) {
      await send(as(governor, outsider), "queue", ...proposal.args);
      return view<bigint>(governor, "proposalEta", proposal.id);
    },
    execute: (proposal) => send(as(governor, outsider), "execute", ...proposal.args),
  };
}
