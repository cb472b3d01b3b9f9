import type { Provider, Signer } from "ethers";
import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import { startChain } from "../../chain/chain.ts";
import type { Chain } from "../../chain/chain.ts";
import type { Clock } from "../../chain/clock.ts";
import type { EdrConnect } from "../../chain/execution/connection.ts";
import type { GenesisAccount } from "../../chain/genesis.ts";
import { configurationAccounts } from "../../chain/predeploys/genesis.ts";
import { priorityOperation } from "../../chain/predeploys/priority-operation.ts";
import { predeployTransactions } from "../../chain/predeploys/system-transactions.ts";
import type { MovableClock } from "../../chain/movable-clock.ts";
import { PROTOCOL_LIMITS } from "../../chain/sequencer/limits.ts";
import type { BatchInputs } from "../../chain/verification/batch-inputs.ts";
import { hashAssetFlows, sumAssetFlows } from "../../protocol/asset-flows.ts";
import type { Hex } from "../../protocol/hex.ts";
import { genesisStoredBatch } from "../../protocol/stored-batch.ts";
import type { Prover } from "../../prover/prover.ts";
import { createMemoryJournal, openFileJournal } from "../../settlement/journal/journal.ts";
import { createL1Watcher } from "../../settlement-layer/reader/l1-watcher.ts";
import type { L1Poll } from "../../settlement-layer/reader/l1-watcher.ts";
import type { TypedDataSigner } from "../../settlement/quorum.ts";
import { lowerCaseAddress } from "../accounts.ts";
import type { BaseToken } from "./base-token.ts";
import { startOrClose } from "../closing.ts";
import type { Closing } from "../closing.ts";
import { createL1Contact } from "./l1-contact.ts";
import { createChain, ETH_BASE_TOKEN, localChainConfiguration } from "./create-chain.ts";
import type { CreatedChain } from "./create-chain.ts";
import type { ArtifactSource, DeployedEcosystem } from "../l1/deploy-ecosystem.ts";
import type { Gate } from "../snapshots/gate.ts";
import { inputsFrom } from "../l1/l1-inputs.ts";
import type { ChainPlan } from "../options.ts";
import { BatchRecorder } from "../quorum-member/batch-recorder.ts";
import { prepareSigners } from "./signers.ts";
import type { ChainSigners } from "./signers.ts";
import { restorableMember } from "../snapshots/snapshot-member.ts";
import type { RestorableMember } from "../snapshots/snapshot-member.ts";
import { openSettling } from "./settling.ts";
import type { SettledBatch } from "./settled-batch.ts";

export interface ChainPipelineOptions {
  readonly plan: ChainPlan;
  readonly baseToken: BaseToken;
  /** The protocol's genesis, whose root the ecosystem's version names. */
  readonly genesis: readonly GenesisAccount[];
  readonly minGasPriceWei: bigint;
}

export interface ChainPipelineDependencies {
  readonly ecosystem: DeployedEcosystem;
  readonly l1: Provider;
  /** As other processes reach L1. */
  readonly l1Url: string;
  readonly artifacts: ArtifactSource;
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** The time that all members share. */
  readonly time: MovableClock;
  /** Lets in what moves between the chain and L1. */
  readonly gate: Gate;
  /** L1 blocks that must stand on something before it counts, its own included. Default 1. */
  readonly confirmations?: number;
  /** Whether L1's node may know less than it did, and get it back: one that runs elsewhere. Default false. */
  readonly l1MayBeBehind?: boolean;
  /** May be shared: it proves one batch at a time, in the order in which it is asked. */
  readonly prover: Prover;
  /** What L1 gets instead of a proof; default: the proof. */
  readonly alterProof?: (proof: Uint8Array) => Uint8Array;
  /** The chain's operator: its fees' recipient, the sender of its L1 transactions, and its validator where none is named. */
  readonly operator: Signer & TypedDataSigner;
  readonly onSettled?: (batch: SettledBatch) => void;
  /** The chain waits for L1, for this reason, and goes on by itself; undefined once it has gone on. */
  readonly onWait?: (reason: string | undefined) => void;
  /** The chain, or its settlement, has stopped for good. */
  readonly onStop: (error: unknown) => void;
}

/** What a poll of L1 brought to the chain. */
export interface L1Inputs {
  readonly priorityOps: number;
  readonly importedRoots: number;
}

/** One chain with everything between its transactions and their execution on L1. */
export interface ChainPipeline extends RestorableMember {
  readonly chainId: bigint;
  readonly created: CreatedChain;
  readonly baseToken: BaseToken;
  readonly chain: Chain;
  /** Takes over what is new on L1; nothing while the sequencer is paused. Calls wait for each other. */
  pollL1(): Promise<L1Inputs>;
  /** Ends the open batch; resolves when it is sealed. Undefined where none is open, or the sequencer is paused. */
  seal(): Promise<FormedBatch | undefined>;
  /** Resolves when L1 has executed the batch; rejects with what stopped settlement. */
  settled(batchNumber: bigint): Promise<SettledBatch>;
  readonly signers: ChainSigners;
  /** What a batch consists of. Rejects with RangeError where nobody re-executes, and for batches long ago. */
  inputs(batchNumber: bigint): Promise<BatchInputs>;
  /** Batches that came through each stage, while neither chain nor settlement has stopped. */
  progress(): Readonly<Record<"sealed" | "committed" | "proven" | "executed", number>>;
  /** Why it waits for L1; undefined while it does not. */
  waitsFor(): string | undefined;
  /** What stopped the chain or its settlement for good; undefined while both run. */
  fault(): unknown;
  close(): Promise<void>;
}

/**
 * Creates a chain on L1 and starts it:
 *
 *   L1 events → priority operations, roots of other chains ─┐
 *   transactions → mempool ──────────────────────────── sequencer → batch ─┬→ prover ─┐
 *                                                                          └→ commit ─┴→ prove → execute, on L1
 */
export function startChainPipeline(options: ChainPipelineOptions, dependencies: ChainPipelineDependencies): Promise<ChainPipeline> {
  return startOrClose(`chain ${options.plan.name}`, (closing) => start(options, dependencies, closing));
}

async function start(
  { plan, baseToken, genesis, minGasPriceWei }: ChainPipelineOptions,
  dependencies: ChainPipelineDependencies,
  closing: Closing,
): Promise<ChainPipeline> {
  const { chainId, blocks, batches } = plan;
  const { ecosystem, l1, connect, clock, time, gate, prover, operator, confirmations = 1 } = dependencies;
  const { addresses, settlementChainId, version } = ecosystem;
  const operatorAddress = lowerCaseAddress(await operator.getAddress());
  let fault: unknown;
  const onStop = (error: unknown): void => {
    fault ??= error;
    dependencies.onStop(error);
  };

  const contact = createL1Contact((reason) => dependencies.onWait?.(reason));
  const prepared = await prepareSigners(plan, { ...dependencies, genesis }, closing);
  const created = await createChain(
    ecosystem,
    {
      ...localChainConfiguration(ecosystem, chainId, prepared.validators),
      admin: operatorAddress,
      validatorThreshold: BigInt(prepared.threshold),
      dataAvailabilityPolicy: prepared.dataAvailabilityPolicy,
      baseToken: baseToken.l1Address,
      executionDelay: BigInt(plan.executionDelaySeconds),
      priorityOpWindow: BigInt(plan.priorityOpWindowSeconds),
      exitDelay: BigInt(plan.exitDelaySeconds),
      cheatsAllowed: plan.cheats,
    },
    operator,
  );
  const { hyperchain, fromBlock } = created;
  const contract = { settlementChainId, hyperchain };
  const block = await l1.getBlock("latest");
  const journal = plan.journal === undefined ? createMemoryJournal() : await openFileJournal(plan.journal);
  closing.add(() => journal.close());
  const recorder = new BatchRecorder(() => hashOfBlock0(chain));
  const signers = await prepared.connect(created, (batchNumber) => recorder.inputs(batchNumber));
  const settling = await openSettling(
    { ...contract, fromBlock, quorum: signers.quorum, posting: signers.posting, confirmations, l1MayBeBehind: dependencies.l1MayBeBehind === true, name: `chain ${chainId}` },
    {
      l1,
      clock,
      time,
      gate,
      prover,
      ...(dependencies.alterProof === undefined ? {} : { alterProof: dependencies.alterProof }),
      journal,
      sender: operator,
      onStop,
      onTrouble: (trouble) => contact.settlementWaits(trouble),
      onSettled(batch) {
        if (chain.sequencer.isHeldUp) chain.sequencer.resume();
        dependencies.onSettled?.(batch);
      },
    },
  );
  closing.add(() => settling.close());

  let sealed = 0;
  const chain: Chain = await startChain(
    {
      chainId: Number(chainId),
      coinbase: operatorAddress,
      genesisTimestamp: BigInt(block?.timestamp ?? 0),
      genesis,
      initialState: configurationAccounts({
        l1ChainId: settlementChainId,
        l1SharedBridge: addresses.bridge,
        baseTokenOriginChainId: settlementChainId,
        baseTokenOriginToken: baseToken.l1Address === ETH_BASE_TOKEN ? ETHER : baseToken.l1Address,
        bornAt: created.bornAt,
      }),
      trustedCreators: genesis.flatMap(({ code }) => (code === undefined ? [] : [code])),
      identity: {
        protocolVersion: version.protocolVersion,
        settlementChainId,
        hyperchainAddress: hyperchain,
        daPolicy: BigInt(created.configuration.dataAvailabilityPolicy),
        pubdataOnChain: prepared.pubdataOnChain,
      },
      genesisCommitment: genesisStoredBatch(version.protocolVersion, version.genesisStateRoot, version.genesisLeafCount).commitment,
      mempool: { maxTransactions: 10_000, maxPerSender: 1_000, minGasPriceWei },
      sequencer: {
        blocks,
        batches,
        limits: PROTOCOL_LIMITS,
        firstBatch: 0n,
        // Validators that re-execute a batch have its transactions only.
        cheatsAllowed: created.configuration.cheatsAllowed && !prepared.reexecutes,
      },
      maxInstructions: plan.maxInstructions,
    },
    {
      connect,
      clock,
      time,
      system: predeployTransactions,
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
      onBlock(block) {
        if (prepared.reexecutes) recorder.add(block);
      },
      onBatch(batch) {
        sealed = Number(batch.outputs.batchNumber) + 1;
        // A user may have put the time back on another member: L1 takes no batch from its future.
        // Where the time cannot be moved, the batch waits.
        if (batch.outputs.lastTimestamp > time.nowSeconds()) time.moveTo(batch.outputs.lastTimestamp).catch(() => undefined);
        settling.submit(batch);
      },
      onStop,
      canSeal: () => settling.backlog().unexecuted < MAX_UNEXECUTED_BATCHES,
    },
  );
  closing.add(() => chain.close());

  const looksUntilShorter = dependencies.l1MayBeBehind === true ? LOOKS_UNTIL_SHORTER : 1;
  const watcher = createL1Watcher({ hyperchains: [hyperchain], registry: addresses.roots, fromBlock: ecosystem.fromBlock, confirmations, looksUntilShorter }, { provider: l1 });
  async function look(): Promise<L1Poll> {
    try {
      const seen = await watcher.poll();
      contact.looked();
      return seen;
    } catch (error) {
      contact.looked(error);
      throw error;
    }
  }
  async function takeOver(): Promise<L1Inputs> {
    if (chain.sequencer.isPaused) return { priorityOps: 0, importedRoots: 0 };
    const { operations, roots } = inputsFrom(chainId, await look());
    for (const operation of operations) await chain.sequencer.runPriorityOp(priorityOperation(operation, operatorAddress));
    if (roots.length > 0) await chain.sequencer.importRoots(roots);
    return { priorityOps: operations.length, importedRoots: roots.length };
  }
  let lastPoll: Promise<unknown> = Promise.resolve();
  closing.add(() => lastPoll);

  return {
    ...restorableMember({
      chain,
      settling,
      watcher,
      onReturned(sealedBatches) {
        sealed = Number(sealedBatches);
        fault = undefined;
      },
    }),
    chainId,
    created,
    baseToken,
    chain,
    signers,
    inputs: (batchNumber) => recorder.inputs(batchNumber),
    pollL1() {
      const poll = lastPoll.then(() => gate.shared(`what chain ${chainId} takes over from L1`, takeOver));
      lastPoll = poll.catch(() => undefined);
      return poll;
    },
    seal: () => (chain.sequencer.isPaused ? Promise.resolve(undefined) : chain.seal()),
    settled: (batchNumber) => settling.settled(batchNumber),
    progress() {
      const { uncommitted, unproven, unexecuted } = settling.backlog();
      return { sealed, committed: sealed - uncommitted, proven: sealed - unproven, executed: sealed - unexecuted };
    },
    waitsFor: () => contact.reason(),
    fault: () => fault,
    close: () => closing.close(),
  };
}

async function hashOfBlock0({ engine }: Pick<Chain, "engine">): Promise<Hex> {
  return ((await engine.request("eth_getBlockByNumber", ["0x0", false])) as { readonly hash: Hex }).hash;
}

/** How the protocol writes L1's own coin. */
const ETHER: Hex = "0x0000000000000000000000000000000000000000";
/** Minutes, however often L1 is looked at: a node that was restarted reads its last blocks again. */
export const LOOKS_UNTIL_SHORTER = 1_000;
/** Sealed batches that may wait for L1; beyond, batches grow to their limits instead. */
const MAX_UNEXECUTED_BATCHES = 8;
