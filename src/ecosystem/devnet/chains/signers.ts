import type { FormedBatch } from "../../../chain/batch/form-batch.ts";
import type { ChooseData } from "../../../chain/batch/forming.ts";
import { quorumOf } from "../../../chain/consensus/votes.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { chosenFirstState, firstStateNumber } from "../described/first-state.ts";
import type { GenesisAccount } from "../../../chain/model/genesis.ts";
import { PUBLISHED, WITHHELD, type DataChoice } from "../../../ground/protocol/data-choice.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { CALLDATA, choiceOfAll, OWNERS_DATA, postingOf, type DataPolicy } from "../../../chain/settlement/data-policy.ts";
import {
  createLocalMember,
  type MemberRules,
  type Quorum,
  type QuorumMember,
  type TypedDataSigner,
} from "../../../chain/settlement/signing/quorum.ts";
import { SigningRefusal } from "../../../chain/settlement/signing/signing-refusal.ts";
import {
  CALLDATA_POSTING,
  carriedPosting,
  NO_COINBASE,
  type PostingPolicy,
} from "../../../chain/settlement/batch/settlement-batch.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import type { CreatedChain } from "../chain-on-l1/create-chain.ts";
import { stakableKey, type StakableKey } from "../stake/enlist-keys.ts";
import { DevnetOptionsError } from "../described/options.ts";
import { DataChoices } from "./data-choices.ts";
import { prepareHolders } from "./data-holders.ts";
import type { PolicyContract } from "./policy-contracts.ts";
import { inputsPolicy } from "./inputs-data.ts";
import { servedPolicy } from "./served-policy.ts";
import type { DataKeeper } from "./data-keeper.ts";
import type { GuardiansOfLayer } from "../guardian/guardian-networks.ts";
import { settlersData } from "./settlers-data.ts";
import type { StoredChain } from "../keeping/world.ts";
import type { ChainPorts, OwnAvailability } from "./ports.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import type { ChainKeys } from "./chain-keys.ts";
import {
  hasHolders,
  isAttested,
  isPolicy,
  isStoredByOwners,
  leavesChoice,
  policyOfPlan,
  publishesInputs,
} from "../../options/data-facts.ts";
import { networksIn, partsOf, type DataPart } from "../../options/fields/data-policy.ts";
import { isQueueAlone, type ChainPlan } from "../../options/plan.ts";
import { deployContract } from "../deployment/deploy-contract.ts";
import type { ProcessNodes } from "../chain-nodes/process-nodes.ts";
import type { BatchRecorder } from "../quorum-member/batch-recorder.ts";
import { startMemberProcess, type MemberProcess } from "../quorum-member/member-process.ts";
import type { MemberSetup } from "../quorum-member/messages.ts";
import { remoteMember, remoteStakableKey, type InputsOf } from "../quorum-member/remote-member.ts";

interface SignersDependencies {
  /** Layer on which the chain settles. */
  readonly base: Pick<SettlementBase, "ecosystem" | "provider" | "url" | "carrier">;
  readonly keys: ChainKeys;
  readonly artifacts: ArtifactSource;
  /** Networks of guardians that run with the ecosystem. */
  readonly networks: readonly GuardiansOfLayer[];
  readonly clock: Clock;
  readonly genesis: readonly GenesisAccount[];
  readonly superchain: readonly GenesisAccount[];
  /** Stored data of members, and the policy that counts their signatures. */
  readonly storedChain?: StoredChain;
  readonly customs: { readonly ports?: Pick<ChainPorts, "availability"> | undefined };
  /** True if L1 is not the devnet's, and does not rewind to earlier states; the same in the pipeline. */
  readonly l1MayBeBehind?: boolean;
  /** L1 blocks on top of an event before it counts; the same in the pipeline. */
  readonly confirmations: number;
}

/** Nodes that form the chain's batches in their processes: each validator signs the batches of its node. */
type FormingNodes = Pick<ProcessNodes, "commitmentOf">;

/** Signers of a chain, before it exists: the chain's configuration names them. */
export interface PreparedSigners {
  readonly validators: readonly Hex[];
  readonly threshold: number;
  readonly dataAvailabilityPolicy: Hex;
  /** Whether it carries them on to L1, from a chain. */
  readonly isCarried: boolean;
  /** Whether anybody needs batches' inputs. */
  readonly reexecutes: boolean;
  /** Tells them their chain. */
  connect(created: CreatedChain, blocks: Pick<BatchRecorder, "inputs">, nodes?: FormingNodes): Promise<ChainSigners>;
}

/** Signers of a chain. */
export interface ChainSigners {
  readonly quorum: Quorum;
  /** Validators' keys, which can consent to a stake. */
  readonly stakableKeys: readonly StakableKey[];
  /** Validators' keys in this process, which promise batches to other chains; none if they run in other processes. */
  readonly promiseKeys: readonly TypedDataSigner[];
  /** Lets a further key in this process sign, after L1 counts it among the validators. It checks nothing. */
  admit(signer: TypedDataSigner): Promise<void>;
  readonly posting: PostingPolicy;
  /** Method of making each batch's data available. */
  readonly chooseData: ChooseData;
  /** The policy with its parts, where others keep the data; undefined where commits alone have all of them. */
  readonly policy: PolicyContract | undefined;
  /** Inputs of batches, for those who execute them again. */
  readonly inputs: InputsOf;
  /** Gives a validium's data to those with rights; undefined where L1 has it. */
  readonly data: DataKeeper | undefined;
  /** Gives the batches of earlier processes to those who keep their data. To be awaited before the next one is sealed. */
  catchUp(batches: readonly FormedBatch[]): Promise<void>;
  /** Process ids of the quorum's members; empty where the only one is in this process. */
  readonly memberPids: readonly (number | undefined)[];
  /** Process ids of the committee's members. */
  readonly committeePids: readonly (number | undefined)[];
  /** Data that a further member needs to follow the chain. */
  readonly memberSetup: MemberSetup;
}

/**
 * Starts the members that run in separate processes, and deploys the policy that counts a committee's signatures.
 * Everything that was started ends with `closing`.
 */
export async function prepareSigners(
  plan: ChainPlan,
  dependencies: SignersDependencies,
  closing: Disposer,
): Promise<PreparedSigners> {
  const { base, storedChain, l1MayBeBehind } = dependencies;
  const { ecosystem, provider } = base;
  const { operator, nodes: nodeKeys } = dependencies.keys;
  const localKeys: readonly TypedDataSigner[] = nodeKeys.length === 0 ? [operator] : nodeKeys;
  const l1Returns = l1MayBeBehind !== true;
  const { settlementChainId, addresses } = ecosystem;
  const { availability, validators } = plan;
  /** Keys in this process that sign for the chain, in whichever epoch L1 counts them. */
  const keys: TypedDataSigner[] = [operator];
  const start = startsMembers(dependencies, closing);
  const operatorAddress = lowerCaseAddress(await operator.getAddress());
  const dataAvailability = policyOfPlan(availability);
  if (isQueueAlone(plan)) return settlerOnly(plan, dependencies, operatorAddress);
  const own = await ownAvailability(plan, dependencies);
  const [quorumProcesses, holders] = await Promise.all([
    start(validators.quorum?.members ?? 0, validatorFiles(plan.settlement, storedChain)),
    own !== undefined || !isPolicy(dataAvailability) || !hasParties(dataAvailability)
      ? undefined
      : prepareHolders(dataAvailability, availability, {
          ...dependencies,
          ...{ ecosystem, l1: provider, operator, operatorAddress, keys },
          start: (count, place) => start(count, storedChain && ((i) => storedChain.memberFile("keeper", place + i))),
        }),
  ]);
  const committees = holders?.processes ?? [];
  const policy = own?.contract ?? holders?.policy ?? (await publishingPolicy(dataAvailability, dependencies));
  // A kept chain on a chain may be older than carriers.
  const isCarried = (own ?? holders) === undefined && hasChanges(availability) && policy !== addresses.rollupPolicy;
  return {
    validators: quorumProcesses.length === 0 ? await addressesOf(localKeys) : quorumProcesses.map(({ address }) => address),
    threshold: validators.quorum?.threshold ?? quorumOf(localKeys.length),
    dataAvailabilityPolicy: policy,
    isCarried,
    reexecutes: quorumProcesses.length + committees.length > 0 || publishesInputs(availability),
    async connect({ hyperchain }, recorder, nodes): Promise<ChainSigners> {
      const blocks: InputsOf = recorder.inputs.bind(recorder);
      const contract = { settlementChainId, hyperchain };
      const setup = setupOf(plan, dependencies, { hyperchain, coinbase: operatorAddress });
      const [held] = await Promise.all([
        holders?.connect(contract, setup, blocks),
        ...quorumProcesses.map((member) => member.request("configure", setup)),
      ]);
      const inputs = held?.inputs ?? blocks;
      const served = { provider, hyperchain, clock: dependencies.clock };
      const members = quorumProcesses.map((member) => remoteMember(member, inputs));
      if (members.length === 0) members.push(...(await localMembers(localKeys, contract, { l1Returns, nodes })));
      const admit = async (signer: TypedDataSigner): Promise<void> => {
        keys.push(signer);
        members.push(await createLocalMember(signer, contract, { l1Returns }));
      };
      await Promise.all(standbyKeys(plan, dependencies, members).map(admit));
      return {
        quorum: { members },
        ...(await keysOf(quorumProcesses, localKeys, settlementChainId)),
        admit,
        memberPids: pidsOf(quorumProcesses),
        committeePids: pidsOf(committees),
        memberSetup: setup,
        inputs,
        ...(held ?? (await published(policy, { isCarried, named: policyWithoutChanges(plan, blocks) }, served))),
        ...(own === undefined ? {} : byOwnPolicy(own, storedChain)),
      };
    },
  };
}

/** Members in this process, each with the node whose batches it signs. */
function localMembers(
  keys: readonly TypedDataSigner[],
  contract: Parameters<typeof createLocalMember>[1],
  { l1Returns, nodes }: { readonly l1Returns: boolean; readonly nodes: FormingNodes | undefined },
): Promise<QuorumMember[]> {
  return Promise.all(keys.map((key, i) => createLocalMember(key, contract, { l1Returns, ...formedBy(nodes, i) })));
}

/** Rule by which a validator signs the batches of its node. */
function formedBy(nodes: FormingNodes | undefined, index: number): Pick<MemberRules, "batch"> {
  if (nodes === undefined) return {};
  return {
    async batch({ commitment, outputs: { batchNumber } }) {
      const formed = await nodes.commitmentOf(index, batchNumber);
      if (formed === commitment) return;
      const reason = formed === undefined ? "has not formed it" : `has formed ${formed}`;
      throw new SigningRefusal("BatchNotFormed", `batch ${batchNumber} is ${commitment}, and node ${index} ${reason}`);
    },
  };
}

/** True if commits, or messages of the chain below, have the changes of each batch. */
function hasChanges(availability: ChainPlan["availability"]): boolean {
  return !publishesInputs(availability) && !isStoredByOwners(availability);
}

/** True if the policy needs other parties than the chain's validators, or more than the changes in commits. */
function hasParties(part: DataPart): boolean {
  return hasHolders(part) || isAttested(part) || networksIn(part).length > 0 || partsOf(part).includes("listed");
}

async function addressesOf(keys: readonly TypedDataSigner[]): Promise<readonly Hex[]> {
  return Promise.all(keys.map(async (key) => lowerCaseAddress(await key.getAddress())));
}

/** Keys of the members in other processes; those of this process if no other signs. */
async function keysOf(
  members: readonly MemberProcess[],
  localKeys: readonly TypedDataSigner[],
  settlementChainId: bigint,
): Promise<Pick<ChainSigners, "stakableKeys" | "promiseKeys">> {
  if (members.length > 0) return { stakableKeys: members.map((member) => remoteStakableKey(member)), promiseKeys: [] };
  const stakableKeys = await Promise.all(localKeys.map((key) => stakableKey(key, settlementChainId)));
  return { stakableKeys, promiseKeys: localKeys };
}

/** No validator signs: this process is one of the settlers that may take the chain to L1, and says so in each batch. */
function settlerOnly(plan: ChainPlan, dependencies: SignersDependencies, settler: Hex): PreparedSigners {
  const { posting, data } = settlersData(settler);
  return {
    validators: [],
    threshold: 0,
    dataAvailabilityPolicy: dependencies.base.ecosystem.addresses.rollupPolicy,
    isCarried: false,
    reexecutes: false,
    connect: ({ hyperchain }, recorder) =>
      Promise.resolve({
        ...{ posting, policy: undefined, data: undefined, catchUp: () => Promise.resolve() },
        ...{
          quorum: { members: [] },
          stakableKeys: [],
          promiseKeys: [],
          admit: () => Promise.resolve(),
          memberPids: [],
          committeePids: [],
        },
        chooseData: () => data,
        memberSetup: setupOf(plan, dependencies, { hyperchain, coinbase: NO_COINBASE }),
        inputs: (batchNumber) => recorder.inputs(batchNumber),
      }),
  };
}

/** Starts members in separate processes, which end with `closing`; `fileOf` returns the file of each one's data. */
function startsMembers(
  { clock }: Pick<SignersDependencies, "clock">,
  closing: Disposer,
): (count: number, fileOf?: (place: number) => string) => Promise<readonly MemberProcess[]> {
  return async (count, fileOf) => {
    const starting = Array.from({ length: count }, async (_, place) => {
      const member = await startMemberProcess({ clock, file: fileOf?.(place) });
      closing.add(() => member.close());
      return member;
    });
    // All of them are known to `closing` before the first failure is.
    await Promise.allSettled(starting);
    return Promise.all(starting);
  };
}

/** Policy of commits that have inputs, or no data, instead of changes. */
interface PolicyWithoutChanges {
  readonly part: "inputs" | "owners";
  readonly policy: DataPolicy;
}

/** Parts of a chain whose data no party signs: changes or inputs in calldata, changes in messages of a chain, or nothing. */
async function published(
  policy: Hex,
  { isCarried, named }: { readonly isCarried: boolean; readonly named: PolicyWithoutChanges | undefined },
  chain: Parameters<typeof servedPolicy>[1],
): Promise<Pick<ChainSigners, "posting" | "policy" | "data" | "chooseData" | "catchUp">> {
  const part = named?.part ?? (isCarried ? "chain" : "rollup");
  const created = { part, contract: { address: policy, parts: [] } } as const;
  const served = await servedPolicy({ ...created, serve: () => Promise.resolve(named?.policy ?? CALLDATA) }, chain);
  const posting = { ...(isCarried ? carriedPosting(policy) : CALLDATA_POSTING), ...postingOf(served) };
  const chooseData: ChooseData = (batch) => named?.policy.choose(batch) ?? PUBLISHED;
  return { posting, policy: undefined, data: undefined, chooseData, catchUp: () => Promise.resolve() };
}

/** Undefined if commits have changes. */
function policyWithoutChanges(
  { chainId, availability, firstState }: ChainPlan,
  inputs: InputsOf,
): PolicyWithoutChanges | undefined {
  if (isStoredByOwners(availability)) return { part: "owners", policy: OWNERS_DATA };
  if (!publishesInputs(availability)) return undefined;
  const policy = inputsPolicy({ chainId, firstState: firstStateNumber(firstState), inputs });
  return { part: "inputs", policy };
}

/** Posting and data choice of a custom policy. */
function byOwnPolicy(
  availability: OwnAvailability,
  storedChain: StoredChain | undefined,
): Pick<ChainSigners, "posting" | "chooseData"> {
  const choices = new DataChoices(availability, storedChain?.choices);
  return { posting: postingOf(availability), chooseData: (batch) => choices.choose(batch) };
}

/** A policy of others, where there is one. Throws DevnetOptionsError where validators would have to know it. */
function ownAvailability(
  { validators: { quorum }, availability: { partition } }: ChainPlan,
  { storedChain, keys: { operator: signer }, customs: { ports } }: SignersDependencies,
): Promise<OwnAvailability> | undefined {
  if (ports?.availability === undefined) return undefined;
  if (partition !== undefined)
    throw new DevnetOptionsError(
      "BadOptions",
      "partition: a policy of others has no list of the porter; leave one of the two out",
    );
  if (quorum === undefined) return ports.availability({ signer, known: storedChain?.birth?.dataAvailabilityPolicy });
  const message = "quorum: validators in separate processes do not have a policy of this process";
  throw new DevnetOptionsError("BadOptions", `${message}; leave one of the two out`);
}

/** Data that every batch has; if each has different ones, members receive them. */
function dataOf(availability: ChainPlan["availability"]): DataChoice {
  const dataAvailability = policyOfPlan(availability);
  if (isStoredByOwners(availability)) return WITHHELD;
  return !isPolicy(dataAvailability) || leavesChoice(dataAvailability) ? PUBLISHED : fixedChoice(dataAvailability);
}

function fixedChoice(part: DataPart): DataChoice {
  if (part === "rollup") return PUBLISHED;
  const parts = partsOf(part).map(fixedChoice);
  return parts.length === 0 ? WITHHELD : choiceOfAll(parts);
}

/** Data that a member needs to follow a chain. */
function setupOf(
  { availability, firstState, proving }: Pick<ChainPlan, "availability" | "firstState" | "proving">,
  { base: { url: l1Url, ecosystem }, genesis, superchain, l1MayBeBehind, confirmations }: SignersDependencies,
  chain: Pick<MemberSetup, "hyperchain" | "coinbase">,
): MemberSetup {
  return {
    ...chain,
    l1Url,
    confirmations,
    fromBlock: ecosystem.fromBlock,
    genesis,
    firstState: chosenFirstState({ firstState, proving, availability }, superchain),
    data: dataOf(availability),
    publishedInputs: publishesInputs(availability) ? { firstState: firstStateNumber(firstState) } : undefined,
    keeps: undefined,
    l1Returns: l1MayBeBehind !== true,
  };
}

/** The policy of a kept chain, or of one that is to be created, whose data no party signs. */
function publishingPolicy(
  dataAvailability: ReturnType<typeof policyOfPlan>,
  { storedChain, base: { carrier, ecosystem }, keys: { operator }, artifacts }: SignersDependencies,
): Promise<Hex> {
  if (storedChain?.birth !== undefined) return Promise.resolve(storedChain.birth.dataAvailabilityPolicy);
  if (dataAvailability === "inputs") return deployContract("InputsPolicy", [], { operator, artifacts });
  if (dataAvailability === "owners") return deployContract("OwnersPolicy", [], { operator, artifacts });
  if (dataAvailability === "rollup" && carrier !== undefined) return carrier();
  return Promise.resolve(ecosystem.addresses.rollupPolicy);
}

/** Keys of the standby that this process has, and that sign for no validator already. */
function standbyKeys(
  { validators }: ChainPlan,
  { keys }: SignersDependencies,
  members: readonly QuorumMember[],
): readonly TypedDataSigner[] {
  const named = (validators.standby?.accounts ?? []).map(lowerCaseAddress);
  return named
    .filter((account) => !members.some(({ address }) => address === account))
    .map((account) => keys.of(account))
    .filter((signer) => signer !== undefined);
}

function pidsOf(members: readonly MemberProcess[]): (number | undefined)[] {
  return members.map(({ pid }) => pid);
}

/** Files of the validators' keys and signatures; `undefined` if they are not stored. */
function validatorFiles(
  { journal }: ChainPlan["settlement"],
  storedChain: StoredChain | undefined,
): ((place: number) => string) | undefined {
  if (storedChain !== undefined) return (place) => storedChain.memberFile("validator", place);
  return journal === undefined ? undefined : (place) => `${journal}.validator-${place + 1}`;
}
