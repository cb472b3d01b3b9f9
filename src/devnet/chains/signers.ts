import { ContractFactory } from "ethers";
import type { Signer } from "ethers";
import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { Clock } from "../../runtime/clock.ts";
import { chosenFirstState } from "../described/first-state.ts";
import type { GenesisAccount } from "../../chain/model/genesis.ts";
import { PUBLISHED, WITHHELD } from "../../protocol/data-choice.ts";
import type { DataChoice } from "../../protocol/data-choice.ts";
import type { Hex } from "../../protocol/hex.ts";
import { committeePosting, createLocalCommitteeMember } from "../../settlement/committee.ts";
import type { CommitteeMember } from "../../settlement/committee.ts";
import { createLocalMember } from "../../settlement/signing/quorum.ts";
import type { Quorum, QuorumMember, TypedDataSigner } from "../../settlement/signing/quorum.ts";
import { CALLDATA_POSTING, carriedPosting } from "../../settlement/batch/settlement-batch.ts";
import type { PostingPolicy } from "../../settlement/batch/settlement-batch.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import type { Disposer } from "../../runtime/disposer.ts";
import type { CreatedChain } from "../chain-on-l1/create-chain.ts";
import { createDataKeeper, keepersInTurn } from "./data-keeper.ts";
import type { DataKeeper } from "./data-keeper.ts";
import type { KeptChain } from "../keeping/world.ts";
import { DeploymentError } from "../deployment/deploy-ecosystem.ts";
import type { ArtifactSource, DeployedEcosystem } from "../deployment/deploy-ecosystem.ts";
import { dataFactsOf } from "../../options/data-facts.ts";
import type { ChainPlan } from "../../options/plan.ts";
import type { SignerCount } from "../described/options.ts";
import { startMemberProcess } from "../quorum-member/member-process.ts";
import type { MemberProcess } from "../quorum-member/member-process.ts";
import type { MemberSetup } from "../quorum-member/messages.ts";
import { remoteCommitteeMember, remoteMember } from "../quorum-member/remote-member.ts";
import type { InputsOf, ProvenSource } from "../quorum-member/remote-member.ts";
import type { ProvenRecorder } from "../quorum-member/proven-recorder.ts";
import type { ExecutionProverOptions } from "../../execution-proof/batch/execution-prover.ts";

interface SignersDependencies {
  /** Where the chain settles on another: the contract there that carries its data, which is put there where it is missing. */
  readonly carrier?: (() => Promise<Hex>) | undefined;
  readonly ecosystem: DeployedEcosystem;
  /** How validators check proofs of execution. Default: they ask for at least 100 proven bits. */
  readonly executionChecking?: ExecutionProverOptions | undefined;
  /** As members in other processes reach it. */
  readonly l1Url: string;
  readonly operator: Signer & TypedDataSigner;
  /** The key of an account, where this process has it. */
  readonly keyOf: (address: Hex) => TypedDataSigner | undefined;
  readonly artifacts: ArtifactSource;
  readonly clock: Clock;
  readonly genesis: readonly GenesisAccount[];
  readonly superchain: readonly GenesisAccount[];
  /** Has what members keep over a restart, and the policy that counts their signatures. */
  readonly kept?: KeptChain;
  /** As the pipeline's: then L1 is not the devnet's own, and does not return to earlier states. */
  readonly l1MayBeBehind?: boolean;
}

/** Who signs for a chain, before there is one: the chain's configuration names them. */
export interface PreparedSigners {
  readonly validators: readonly Hex[];
  readonly threshold: number;
  readonly dataAvailabilityPolicy: Hex;
  /** How every batch's data are made available. */
  readonly data: DataChoice;
  /** Whether it carries them on to L1, from a chain. */
  readonly isCarried: boolean;
  /** Whether anybody needs batches' inputs. */
  readonly reexecutes: boolean;
  /** Tells them their chain. */
  connect(created: CreatedChain, shown: ShownToSigners): Promise<ChainSigners>;
}

/** What signers are shown of batches. */
interface ShownToSigners {
  readonly blocks: InputsOf;
  /** For validators that ask for proofs; undefined where they execute. */
  readonly proven: ProvenRecorder | undefined;
}

/** Who signs for a chain. */
export interface ChainSigners {
  readonly quorum: Quorum;
  /** Has a further key in this process sign, from when on L1 counts it among the validators. It judges nothing by itself. */
  admit(signer: TypedDataSigner): Promise<void>;
  readonly posting: PostingPolicy;
  /** Gives a validium's data to those with rights; undefined where L1 has it. */
  readonly data: DataKeeper | undefined;
  /** Gives the batches of earlier processes to those who keep their data. To be awaited before the next one is sealed. */
  catchUp(batches: readonly FormedBatch[]): Promise<void>;
  /** Process ids of the quorum's members; empty where the only one is in this process. */
  readonly memberPids: readonly (number | undefined)[];
  /** As above, of the committee's. */
  readonly committeePids: readonly (number | undefined)[];
  /** What a further member that is to follow the chain is told of it. */
  readonly memberSetup: MemberSetup;
}

/**
 * Starts the members that live in processes of their own, and deploys the policy that counts a committee's signatures. What
 * was started ends with `closing`.
 */
export async function prepareSigners(
  plan: ChainPlan,
  dependencies: SignersDependencies,
  closing: Disposer,
): Promise<PreparedSigners> {
  const { ecosystem, operator, clock, kept, executionChecking } = dependencies;
  const { settlementChainId, addresses } = ecosystem;
  const { availability, validators } = plan;
  const isValidium = availability.dataAvailability === "validium";
  const start = async (count: SignerCount | undefined, fileOf?: (place: number) => string): Promise<MemberProcess[]> => {
    const starting = Array.from({ length: count?.members ?? 0 }, async (_, place) => {
      const member = await startMemberProcess({ clock, file: fileOf?.(place), checking: executionChecking });
      closing.add(() => member.close());
      return member;
    });
    // All of them are known to `closing` before the first failure is.
    await Promise.allSettled(starting);
    return Promise.all(starting);
  };
  const [quorumProcesses, committeeProcesses] = await Promise.all([
    start(validators.quorum, validatorFiles(plan.settlement, kept)),
    start(isValidium ? availability.committee : undefined, kept && ((place) => kept.memberFile("keeper", place))),
  ]);
  const operatorAddress = lowerCaseAddress(await operator.getAddress());
  const addressesOf = (members: readonly MemberProcess[]): Hex[] =>
    members.length === 0 ? [operatorAddress] : members.map(({ address }) => address);
  const policy = await policyOf(availability, dependencies, addressesOf(committeeProcesses));
  // A kept chain on a chain may be older than carriers.
  const isCarried = !isValidium && policy !== addresses.rollupPolicy;

  return {
    validators: addressesOf(quorumProcesses),
    threshold: validators.quorum?.threshold ?? 1,
    dataAvailabilityPolicy: policy,
    data: dataOf(plan),
    isCarried,
    reexecutes: quorumProcesses.length + committeeProcesses.length > 0,
    async connect({ hyperchain }, { blocks: inputsOf, proven }): Promise<ChainSigners> {
      const contract = { settlementChainId, hyperchain };
      const readers = availability.readers ?? [operatorAddress];
      const setup = setupOf(plan, dependencies, { hyperchain, coinbase: operatorAddress });
      await Promise.all([
        ...quorumProcesses.map((member) =>
          member.request("configure", { ...setup, checks: validators.quorum?.check ?? "execution" }),
        ),
        ...committeeProcesses.map((member) => member.request("configure", { ...setup, keeps: { readers } })),
      ]);
      const members =
        quorumProcesses.length === 0
          ? [await createLocalMember(operator, contract)]
          : quorumProcesses.map((member) => remoteMember(member, sourceOf(inputsOf, proven)));
      const quorum = { members, ...readyFor(proven) };
      const admit = async (signer: TypedDataSigner): Promise<void> =>
        void members.push(await createLocalMember(signer, contract));
      await Promise.all(standbyKeys(plan, dependencies, members).map(admit));
      const pids = { memberPids: pidsOf(quorumProcesses), committeePids: pidsOf(committeeProcesses) };
      const common = { quorum, admit, ...pids, memberSetup: setup };
      const posting = isCarried ? carriedPosting(policy) : CALLDATA_POSTING;
      if (!isValidium) return { ...common, posting, data: undefined, catchUp: () => Promise.resolve() };

      const keeper = createDataKeeper(contract, readers);
      const committee: CommitteeMember[] =
        committeeProcesses.length === 0
          ? [await createLocalCommitteeMember(operator, { settlementChainId, policy }, (batch) => keeper.keep(batch))]
          : committeeProcesses.map((member) => remoteCommitteeMember(member, inputsOf, policy));
      const data =
        committeeProcesses.length === 0
          ? keeper
          : keepersInTurn(committeeProcesses.map((member) => ({ read: (request) => member.request("readData", request) })));
      const threshold = availability.committee?.threshold ?? 1;
      const byCommittee = committeePosting({ members: committee, threshold, settlementChainId, policy });
      return { ...common, posting: byCommittee, data, catchUp: bringsUpToDate(keeper, committeeProcesses, inputsOf) };
    },
  };
}

function dataOf({ availability }: Pick<ChainPlan, "availability">): DataChoice {
  return dataFactsOf(availability).publishes === "never" ? WITHHELD : PUBLISHED;
}

/** What a member is told that is to follow a chain. */
function setupOf(
  { availability, firstState }: Pick<ChainPlan, "availability" | "firstState">,
  { l1Url, ecosystem, genesis, superchain, l1MayBeBehind }: SignersDependencies,
  chain: Pick<MemberSetup, "hyperchain" | "coinbase">,
): MemberSetup {
  return {
    ...chain,
    l1Url,
    fromBlock: ecosystem.fromBlock,
    genesis,
    firstState: chosenFirstState({ firstState }, superchain),
    data: dataOf({ availability }),
    keeps: undefined,
    checks: "execution",
    l1Returns: l1MayBeBehind !== true,
  };
}

/** The policy of a kept chain, or of one that is to be created. */
function policyOf(
  { dataAvailability, committee }: ChainPlan["availability"],
  dependencies: SignersDependencies,
  keepers: readonly Hex[],
): Promise<Hex> {
  const { kept, carrier, ecosystem } = dependencies;
  if (kept?.birth !== undefined) return Promise.resolve(kept.birth.dataAvailabilityPolicy);
  if (dataAvailability === "validium") return deployCommitteePolicy(keepers, committee?.threshold ?? 1, dependencies);
  if (dataAvailability === "rollup" && carrier !== undefined) return carrier();
  return Promise.resolve(ecosystem.addresses.rollupPolicy);
}

function sourceOf(blocks: InputsOf, proven: ProvenRecorder | undefined): InputsOf | ProvenSource {
  return proven === undefined ? blocks : { proven: (batchNumber) => proven.inputs(batchNumber), blocks };
}

/** Keys of the standby that this process has, and that sign for no validator already. */
function standbyKeys(
  { validators }: ChainPlan,
  { keyOf }: SignersDependencies,
  members: readonly QuorumMember[],
): readonly TypedDataSigner[] {
  const named = (validators.standby?.accounts ?? []).map(lowerCaseAddress);
  return named
    .filter((account) => !members.some(({ address }) => address === account))
    .map(keyOf)
    .filter((signer) => signer !== undefined);
}

/** Validators that ask for proofs are asked once there is one. */
function readyFor(proven: ProvenRecorder | undefined): Pick<Quorum, "ready"> {
  if (proven === undefined) return {};
  return { ready: ({ outputs }) => Promise.resolve().then(() => proven.requireOutcome(outputs.batchNumber)) };
}

function pidsOf(members: readonly MemberProcess[]): (number | undefined)[] {
  return members.map(({ pid }) => pid);
}

/** Where the validators' keys and signatures are kept; undefined for nowhere. */
function validatorFiles(
  { journal }: ChainPlan["settlement"],
  kept: KeptChain | undefined,
): ((place: number) => string) | undefined {
  if (kept !== undefined) return (place) => kept.memberFile("validator", place);
  return journal === undefined ? undefined : (place) => `${journal}.validator-${place + 1}`;
}

/** The keeper in this process is given the batches; members in others, where there are any, run them again. */
function bringsUpToDate(
  keeper: ReturnType<typeof createDataKeeper>,
  members: readonly MemberProcess[],
  inputsOf: InputsOf,
): ChainSigners["catchUp"] {
  const follow = async (member: MemberProcess, batches: readonly FormedBatch[]): Promise<void> => {
    for (const { outputs } of batches) await member.request("follow", await inputsOf(outputs.batchNumber));
  };
  return async (batches) => {
    if (members.length === 0) for (const batch of batches) await keeper.keep(batch);
    await Promise.all(members.map((member) => follow(member, batches)));
  };
}

async function deployCommitteePolicy(
  members: readonly Hex[],
  threshold: number,
  { operator, artifacts }: SignersDependencies,
): Promise<Hex> {
  const { abi, bytecode } = await artifacts("CommitteePolicy");
  const ascending = members.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(ascending, threshold);
  const response = await operator.sendTransaction({ data });
  const receipt = await response.wait();
  if (receipt?.contractAddress === null || receipt?.contractAddress === undefined) {
    throw new DeploymentError("CommitteePolicy", `transaction ${response.hash} created nothing`);
  }
  return receipt.contractAddress.toLowerCase() as Hex;
}
