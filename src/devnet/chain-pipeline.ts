import type { Provider, Signer } from "ethers";
import type { FormedBatch } from "../chain/batch/form-batch.ts";
import { startChain } from "../chain/chain.ts";
import type { Chain } from "../chain/chain.ts";
import type { Clock } from "../chain/clock.ts";
import type { EdrConnect } from "../chain/execution/connection.ts";
import type { GenesisAccount } from "../chain/genesis.ts";
import { configurationAccounts } from "../chain/predeploys/genesis.ts";
import { priorityOperation } from "../chain/predeploys/priority-operation.ts";
import { predeployTransactions } from "../chain/predeploys/system-transactions.ts";
import { PROTOCOL_LIMITS } from "../chain/sequencer/limits.ts";
import type { BatchPolicy, BlockPolicy } from "../chain/sequencer/sequencer.ts";
import { hashAssetFlows, sumAssetFlows } from "../protocol/asset-flows.ts";
import type { Hex } from "../protocol/hex.ts";
import { genesisStoredBatch } from "../protocol/stored-batch.ts";
import type { Prover } from "../prover/prover.ts";
import { createMemoryJournal } from "../settlement/journal/journal.ts";
import { createL1Watcher } from "../settlement/l1-watcher/l1-watcher.ts";
import { createLocalMember } from "../settlement/quorum.ts";
import type { TypedDataSigner } from "../settlement/quorum.ts";
import { CALLDATA_POSTING } from "../settlement/settlement-batch.ts";
import { lowerCaseAddress } from "./accounts.ts";
import { createChain, localChainConfiguration } from "./create-chain.ts";
import type { CreatedChain } from "./create-chain.ts";
import type { DeployedEcosystem } from "./deploy-ecosystem.ts";
import { inputsFrom } from "./l1-inputs.ts";
import { openSettling } from "./settling.ts";
import type { SettledBatch } from "./settling.ts";

export interface ChainPipelineOptions {
  readonly chainId: bigint;
  /** The protocol's genesis, whose root the ecosystem's version names. */
  readonly genesis: readonly GenesisAccount[];
  readonly blocks: BlockPolicy;
  readonly batches: BatchPolicy;
  readonly minGasPriceWei: bigint;
}

export interface ChainPipelineDependencies {
  readonly ecosystem: DeployedEcosystem;
  readonly l1: Provider;
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** May be shared: it proves one batch at a time, in the order in which it is asked. */
  readonly prover: Prover;
  /** The chain's operator: its only validator, its fees' recipient, and the sender of its L1 transactions. */
  readonly operator: Signer & TypedDataSigner;
  readonly onSettled?: (batch: SettledBatch) => void;
  /** The chain, or its settlement, has stopped for good. */
  readonly onStop: (error: unknown) => void;
}

/** What a poll of L1 brought to the chain. */
export interface L1Inputs {
  readonly priorityOps: number;
  readonly importedRoots: number;
}

/** One chain with everything between its transactions and their execution on L1. */
export interface ChainPipeline {
  readonly chainId: bigint;
  readonly created: CreatedChain;
  readonly chain: Chain;
  /** Takes over what is new on L1. Calls wait for each other. */
  pollL1(): Promise<L1Inputs>;
  /** Ends the open batch; resolves when it is sealed. Undefined where none is open. */
  seal(): Promise<FormedBatch | undefined>;
  /** Resolves when L1 has executed the batch; rejects with what stopped settlement. */
  settled(batchNumber: bigint): Promise<SettledBatch>;
  close(): Promise<void>;
}

/**
 * Creates a chain on L1 and starts it:
 *
 *   L1 events → priority operations, roots of other chains ─┐
 *   transactions → mempool ──────────────────────────── sequencer → batch ─┬→ prover ─┐
 *                                                                          └→ commit ─┴→ prove → execute, on L1
 */
export async function startChainPipeline(
  options: ChainPipelineOptions,
  dependencies: ChainPipelineDependencies,
): Promise<ChainPipeline> {
  const { chainId, genesis, blocks, batches, minGasPriceWei } = options;
  const { ecosystem, l1, connect, clock, prover, operator, onStop } = dependencies;
  const { addresses, settlementChainId, version } = ecosystem;
  const operatorAddress = lowerCaseAddress(await operator.getAddress());

  const created = await createChain(ecosystem, localChainConfiguration(ecosystem, chainId, [operatorAddress]), operator);
  const { hyperchain, fromBlock } = created;
  const contract = { settlementChainId, hyperchain };
  const block = await l1.getBlock("latest");
  const settling = await openSettling(
    {
      ...contract,
      fromBlock,
      quorum: { members: [await createLocalMember(operator, contract)], threshold: 1 },
      posting: CALLDATA_POSTING,
    },
    {
      l1,
      clock,
      prover,
      journal: createMemoryJournal(),
      sender: operator,
      onStop,
      ...(dependencies.onSettled === undefined ? {} : { onSettled: dependencies.onSettled }),
    },
  );

  const chain = await startChain(
    {
      chainId: Number(chainId),
      coinbase: operatorAddress,
      genesisTimestamp: BigInt(block?.timestamp ?? 0),
      genesis,
      initialState: configurationAccounts({
        l1ChainId: settlementChainId,
        l1SharedBridge: addresses.bridge,
        baseTokenOriginChainId: settlementChainId,
        baseTokenOriginToken: ETHER,
      }),
      trustedCreators: genesis.flatMap(({ code }) => (code === undefined ? [] : [code])),
      identity: {
        protocolVersion: version.protocolVersion,
        settlementChainId,
        hyperchainAddress: hyperchain,
        daPolicy: BigInt(created.configuration.dataAvailabilityPolicy),
        pubdataOnChain: true,
      },
      genesisCommitment: genesisStoredBatch(version.protocolVersion, version.genesisStateRoot, version.genesisLeafCount).commitment,
      mempool: { maxTransactions: 10_000, maxPerSender: 1_000, minGasPriceWei },
      sequencer: { blocks, batches, limits: PROTOCOL_LIMITS, firstBatch: 0n },
    },
    {
      connect,
      clock,
      system: predeployTransactions,
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
      onBatch: (batch) => settling.submit(batch),
      onStop,
      canSeal: () => settling.backlog().unexecuted < MAX_UNEXECUTED_BATCHES,
    },
  );

  const watcher = createL1Watcher({ hyperchain, registry: addresses.roots, fromBlock: ecosystem.fromBlock }, { provider: l1 });
  async function takeOver(): Promise<L1Inputs> {
    const { operations, roots } = inputsFrom(chainId, await watcher.poll());
    for (const operation of operations) await chain.sequencer.runPriorityOp(priorityOperation(operation, operatorAddress));
    if (roots.length > 0) await chain.sequencer.importRoots(roots);
    return { priorityOps: operations.length, importedRoots: roots.length };
  }
  let lastPoll: Promise<unknown> = Promise.resolve();

  return {
    chainId,
    created,
    chain,
    pollL1() {
      const poll = lastPoll.then(takeOver);
      lastPoll = poll.catch(() => undefined);
      return poll;
    },
    seal: () => chain.seal(),
    settled: (batchNumber) => settling.settled(batchNumber),
    async close() {
      await lastPoll;
      await chain.close();
      await settling.close();
    },
  };
}

/** How the protocol writes L1's own coin. */
const ETHER: Hex = "0x0000000000000000000000000000000000000000";
/** Sealed batches that may wait for L1; beyond, batches grow to their limits instead. */
const MAX_UNEXECUTED_BATCHES = 8;
