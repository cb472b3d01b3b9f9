import type { Provider, Signer } from "ethers";
import type { FormedBatch } from "../../../chain/batch/form-batch.ts";
import type { ChooseData } from "../../../chain/batch/forming.ts";
import type { BatchInputs } from "../../../chain/verification/batch-inputs.ts";
import { networksIn, type DataPart } from "../../options/fields/data-policy.ts";
import { leavesChoice } from "../../options/data-facts.ts";
import type { ChainPlan } from "../../options/plan.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { CALLDATA_POSTING, type HeldBatch, type PostingPolicy } from "../../../chain/settlement/batch/settlement-batch.ts";
import { postingOf, type DataPolicy } from "../../../chain/settlement/data-policy.ts";
import type { QuorumContext, TypedDataSigner } from "../../../chain/settlement/signing/quorum.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import type { Layer } from "../deployment/layer.ts";
import type { GuardedBatch } from "../guardian/guarded-batch.ts";
import type { GuardiansOfLayer } from "../guardian/guardian-networks.ts";
import { guardedBatch } from "../guardian/guardians-policy.ts";
import type { StoredChain } from "../keeping/world.ts";
import type { MemberProcess } from "../quorum-member/member-process.ts";
import type { MemberSetup } from "../quorum-member/messages.ts";
import type { InputsOf } from "../quorum-member/remote-member.ts";
import { startCommittees, type Committee, type StartKeepers } from "./committees.ts";
import { DataChoices } from "./data-choices.ts";
import { createDataKeeper, keepersInTurn, type DataKeeper } from "./data-keeper.ts";
import { deployPolicy, findPolicy, networkOf, type PolicyContract } from "./policy-contracts.ts";
import { servedPolicy } from "./served-policy.ts";
import { policyOfParts } from "./policy-of-parts.ts";

interface HoldersDependencies {
  readonly ecosystem: Layer;
  readonly l1: Provider;
  readonly operator: Signer & TypedDataSigner;
  readonly operatorAddress: Hex;
  /** In this process. More come while the chain runs. */
  readonly keys: readonly TypedDataSigner[];
  readonly artifacts: ArtifactSource;
  readonly clock: Clock;
  readonly storedChain?: StoredChain | undefined;
  readonly start: StartKeepers;
  readonly networks: readonly GuardiansOfLayer[];
}

/** Holders of a chain's data besides L1, before the chain exists. */
interface PreparedHolders {
  readonly policy: Hex;
  readonly processes: readonly MemberProcess[];
  /** Tells them their chain. */
  connect(contract: QuorumContext, setup: MemberSetup, blocks: InputsOf): Promise<ConnectedHolders>;
}

/** Holders of a chain's data besides L1. */
interface ConnectedHolders {
  readonly policy: PolicyContract;
  readonly posting: PostingPolicy;
  readonly chooseData: ChooseData;
  /** Inputs of batches, with their choices. */
  readonly inputs: InputsOf;
  /** undefined where L1 has them. */
  readonly data: DataKeeper | undefined;
  catchUp(batches: readonly FormedBatch[]): Promise<void>;
}

/** Starts the committees of a chain's policy, and deploys the policy that counts their signatures. */
export async function prepareHolders(
  part: DataPart,
  availability: ChainPlan["availability"],
  dependencies: HoldersDependencies,
): Promise<PreparedHolders> {
  const { storedChain, l1 } = dependencies;
  const committees = await startCommittees(part, availability, dependencies);
  const contract =
    storedChain?.birth === undefined
      ? await deployPolicy(part, committees.values(), dependencies)
      : await findPolicy(part, storedChain.birth.dataAvailabilityPolicy, l1);
  const processes = committees.flatMap(({ members }) => members);
  return {
    policy: contract.address,
    processes,
    connect: (chain, setup, blocks) =>
      connect({ part, contract, committees, chain, blocks }, { ...dependencies, setup, availability }),
  };
}

interface HeldChain {
  readonly part: DataPart;
  readonly contract: PolicyContract;
  readonly committees: readonly Committee[];
  readonly chain: QuorumContext;
  readonly blocks: InputsOf;
}

async function connect(
  { part, contract, committees, chain, blocks }: HeldChain,
  {
    keys,
    operatorAddress,
    clock,
    storedChain,
    l1,
    setup,
    availability,
    operator,
    networks,
  }: HoldersDependencies & { readonly setup: MemberSetup; readonly availability: ChainPlan["availability"] },
): Promise<ConnectedHolders> {
  const readers = availability.readers ?? [operatorAddress];
  const processes = committees.flatMap(({ members }) => members);
  await Promise.all(processes.map((member) => member.request("configure", { ...setup, keeps: { readers } })));
  const keeper = createDataKeeper(chain, readers);
  /** Batches of this process, for guardians that lack them. */
  const formed = new Map<BatchNumber, GuardedBatch>();
  const guarding = networksIn(part).map((guardians) => networkOf({ guardians }, networks));
  const { fromBlock, genesis } = setup;
  const guarded = { hyperchain: chain.hyperchain, genesis, fromBlock };
  await Promise.all(guarding.map((network) => network.guard(guarded)));
  // Set before the first batch is formed.
  let choices: DataChoices | undefined;
  const inputs = async (batchNumber: BatchNumber): Promise<BatchInputs> => {
    const shown = await blocks(batchNumber);
    return choices === undefined ? shown : { ...shown, choices: choices.choicesOf(batchNumber) };
  };
  const { settlementChainId } = chain;
  const ofGuardians = { hyperchain: chain.hyperchain, requester: operator, batchOf: formed.get.bind(formed) };
  const keep = (batch: HeldBatch): Promise<void> => keeper.keep(batch);
  const served = { settlementChainId, l1, clock, keys, keep, inputs, ...ofGuardians };
  const serve = (of: PolicyContract): Promise<DataPolicy> => policyOfParts(part, of, committees.values(), served);
  const policy = await servedPolicy({ part, contract, serve }, { provider: l1, hyperchain: chain.hyperchain, clock });
  const isChosen = leavesChoice(part);
  if (isChosen) choices = new DataChoices(policy, storedChain?.choices);
  const remote = processes.map((member): DataKeeper => ({ read: (request) => member.request("readData", request) }));
  const isHere = committees.some(({ members }) => members.length === 0);
  return {
    policy: contract,
    posting: part === "rollup" ? CALLDATA_POSTING : postingOf(policy),
    chooseData(batch) {
      if (guarding.length > 0) formed.set(batch.outputs.batchNumber, guardedBatch(batch));
      return choices === undefined ? policy.choose(batch) : choices.choose(batch);
    },
    inputs,
    data: committees.length === 0 ? undefined : keepersInTurn([...(isHere ? [keeper] : []), ...remote]),
    async catchUp(batches) {
      if (guarding.length > 0) for (const batch of batches) formed.set(batch.outputs.batchNumber, guardedBatch(batch));
      if (isHere) for (const batch of batches) await keeper.keep(batch);
      await Promise.all(processes.map((member) => follow(member, inputs, batches)));
    },
  };
}

async function follow(member: MemberProcess, inputs: InputsOf, batches: readonly FormedBatch[]): Promise<void> {
  for (const { outputs } of batches) await member.request("follow", await inputs(outputs.batchNumber));
}
