import assert from "node:assert/strict";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { genesisState } from "../../../src/chain/state/genesis-state.ts";
import { priorityOperation } from "../../../src/chain/predeploys/priority-operation.ts";
import { predeployTransactions } from "../../../src/chain/predeploys/system-transactions.ts";
import type { SequencedPriorityOp } from "../../../src/chain/ordering/batch-reducer.ts";
import type { ChainDeciders, ChainDependencies, ChainResult } from "../../../src/chain/composition/chain-inputs.ts";
import type { BatchLimits } from "../../../src/chain/ordering/limits.ts";
import type { LostChange } from "../../../src/chain/sequencer/replay.ts";
import type { PriorityOperation } from "../../../src/ground/protocol/system-transactions.ts";
import type { SequencerOptions } from "../../../src/chain/sequencer/sequencer.ts";
import { inputTransaction, type BatchInputs } from "../../../src/chain/verification/batch-inputs.ts";
import {
  BatchVerifier,
  type BatchVerifierDependencies,
  type BatchVerifierOptions,
} from "../../../src/chain/verification/batch-verifier.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PRIORITY_OPERATION_TYPE, type L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import { isOfQueueAlone } from "../../../src/ground/protocol/sequencing-mode.ts";
import type { VersionOf } from "../../../src/ground/protocol/upgrade.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { GENESIS_COMMITMENT, startTestChain, TEST_IDENTITY, type TestChain } from "./chain.ts";
import { CHAIN_ID, COINBASE } from "./engine.ts";
import { configurationOf, realGenesis } from "./predeploys.ts";
import { ask } from "./ask.ts";

/** Operation that a user requests from L1's queue; L1 fills in the rest. */
export interface RequestedOperation {
  readonly from: Hex;
  readonly to: Hex;
  readonly data?: Hex;
  readonly valueWei?: bigint;
  readonly gasLimit?: bigint;
  readonly refundRecipient?: Hex;
  /** Default: `L2_GAS_PRICE`. */
  readonly gasPriceWei?: bigint;
  /** Default: what value and gas cost. */
  readonly mintedWei?: bigint;
  /** Second of L1 when it is queued. Default: 0, which counts only if L1's queue alone makes the order. */
  readonly queuedAt?: bigint;
}

/** A chain with the real predeploys whose queue is this test, and a validator that runs every batch again. */
export interface VerifiedChain extends TestChain {
  /** Puts an operation into the queue, and executes it by the sequencer. */
  request(operation: RequestedOperation): Promise<SequencedPriorityOp>;
  importRoots(roots: readonly ImportedRoot[]): Promise<void>;
  /** The queue's operations. */
  readonly queued: readonly L2CanonicalTransaction[];
  /** Puts an operation into the queue, which the sequencer does not see. */
  queueUnseen(operation: RequestedOperation): PriorityOperation;
  /** Rebuilds this batch and all later ones; the validator rewinds also. */
  rewind(batchNumber: bigint, operations: readonly PriorityOperation[]): Promise<readonly LostChange[]>;
  /** Inputs of the open or sealed batch for a validator. */
  inputs(batchNumber: bigint): BatchInputs;
  /** Seals, and runs the batch by the validator: both must have the same commitment. */
  sealAndVerify(): Promise<FormedBatch>;
  readonly verifier: BatchVerifier;
  /** Options of another verifier of the chain, which begins at its genesis. */
  readonly verifying: { readonly options: BatchVerifierOptions; readonly l1: BatchVerifierDependencies };
}

/** L1's price of an operation's gas. */
export const L2_GAS_PRICE = 1_000_000_000n;

export async function startVerifiedChain(
  options: {
    /** In the protocol's genesis. */
    readonly accounts?: readonly GenesisAccount[];
    /** In the chain's own initial state, which its first batch publishes. */
    readonly initialState?: readonly GenesisAccount[];
    /** Genesis of the validator. Default: the chain's. */
    readonly validatorsInitialState?: readonly GenesisAccount[];
    readonly sequencer?: Partial<SequencerOptions>;
    readonly limits?: Partial<BatchLimits>;
    readonly maxInstructions?: number;
    readonly versionOf?: VersionOf;
    /** True if its version is a proven one. Default false. */
    readonly isProven?: boolean;
    /** In the configuration. Default 0, which no proven chain has. */
    readonly bornAt?: bigint;
    /** Word of the mode's slot in the configuration. Default 0. */
    readonly mode?: number;
    /** Porter's chain id. Default: the chain has one tree. */
    readonly porterId?: number;
    readonly onResult?: (result: ChainResult) => void;
    readonly keeping?: ChainDependencies["keeping"];
    readonly followers?: NonNullable<ChainDependencies["followers"]>;
    /** Follow the validator's runs. */
    readonly validatorsFollowers?: ChainDependencies["beforeForming"];
    /** Called for each batch that the validator has run, including those that the chain sealed automatically. */
    readonly onVerified?: (batch: FormedBatch) => void;
    readonly deciders?: ChainDeciders["deciders"] | undefined;
  } = {},
): Promise<VerifiedChain> {
  const predeploys = await realGenesis();
  const genesis = [...predeploys, ...(options.accounts ?? [])];
  const versionOf = options.versionOf ?? (() => (options.isProven === true ? PROVEN_VERSION : TRUSTED_VERSION));
  const { accounts: configuration, extensions } = configurationOf(options.bornAt ?? 0n, options.mode);
  const initialState = [...configuration, ...(options.initialState ?? [])];
  const isQueueAlone = isOfQueueAlone(options.mode ?? 0);
  const test = await startTestChain({
    isQueueAlone,
    predeploys,
    genesis: options.accounts ?? [],
    initialState,
    extensions,
    system: predeployTransactions,
    rewindable: true,
    versionOf,
    ...(options.onResult === undefined ? {} : { onResult: options.onResult }),
    ...(options.keeping === undefined ? {} : { keeping: options.keeping }),
    ...(options.followers === undefined ? {} : { followers: options.followers }),
    ...(options.maxInstructions === undefined ? {} : { maxInstructions: options.maxInstructions }),
    partition:
      options.porterId === undefined
        ? undefined
        : { chainId: options.porterId, tree: StateTree.genesis([], { compressor: createCompressor() }) },
    deciders: options.deciders,
    limits: options.limits ?? {},
    sequencer: { firstBatch: 0n, ...options.sequencer },
  });
  const { chain } = test;
  const queue: L2CanonicalTransaction[] = [];
  const roots = new Map<bigint, Hex>();
  const genesisHash = ((await ask(chain, "eth_getBlockByNumber", ["0x0", false])) as { readonly hash: Hex }).hash;
  const verifying: VerifiedChain["verifying"] = {
    options: {
      identity: { ...TEST_IDENTITY, extensions, isQueueAlone, chainId: BigInt(CHAIN_ID) },
      coinbase: COINBASE,
      genesis,
      porterId: options.porterId === undefined ? undefined : BigInt(options.porterId),
      initialState: options.validatorsInitialState ?? initialState,
      genesisBatch: { commitment: GENESIS_COMMITMENT, newStateRoot: genesisState(genesis).stateRoot },
    },
    l1: {
      l1: {
        operation: (index) => Promise.resolve(queue[Number(index)]),
        hasRoot: ({ registryIndex, root }) => Promise.resolve(roots.get(registryIndex) === root),
        versionOf,
      },
      flowsHash: () => keccak(),
    },
  };
  const verifier = await BatchVerifier.create(verifying.options, {
    ...verifying.l1,
    ...(options.validatorsFollowers === undefined ? {} : { beforeForming: options.validatorsFollowers }),
  });
  const inputs = (batchNumber: bigint): BatchInputs => {
    const before = test.blocks.findLast((block) => block.batchNumber < batchNumber);
    const blocks = test.blocks.filter((block) => block.batchNumber === batchNumber);
    return {
      batchNumber,
      parentHash: before?.hash ?? genesisHash,
      blocks: blocks.map(({ environment, hash, transactions }) => ({
        environment,
        hash,
        transactions: transactions.map(inputTransaction),
      })),
    };
  };
  const queueUnseen = (requested: RequestedOperation): PriorityOperation => {
    const operation = queuedOperation(BigInt(queue.length), requested);
    queue.push(operation);
    return priorityOperation(operation, COINBASE);
  };
  return Object.assign(test, {
    verifier,
    verifying,
    inputs,
    queued: queue,
    request: (requested: RequestedOperation) => chain.sequencer.runPriorityOp(queueUnseen(requested)),
    queueUnseen,
    async rewind(batchNumber: bigint, operations: readonly PriorityOperation[]) {
      const lost = await chain.rewind(batchNumber, operations, () => {
        test.blocks.splice(test.blocks.findIndex((block) => block.batchNumber === batchNumber));
        test.batches.splice(Number(batchNumber));
      });
      if (verifier.nextBatch > batchNumber) await verifier.rewindTo(batchNumber);
      return lost;
    },
    importRoots(imported: readonly ImportedRoot[]) {
      for (const { registryIndex, root } of imported) roots.set(registryIndex, root);
      return chain.sequencer.importRoots(imported);
    },
    async sealAndVerify() {
      const formed = await chain.seal();
      assert.ok(formed !== undefined, "a batch is open");
      const verified = await verifyUpTo(formed.outputs.batchNumber);
      assert.equal(verified.commitment, formed.commitment);
      return formed;
    },
  });

  /** The sequencer may have sealed others meanwhile. */
  async function verifyUpTo(batchNumber: bigint): Promise<FormedBatch> {
    for (;;) {
      const formed = await verifier.verify(inputs(verifier.nextBatch));
      options.onVerified?.(formed);
      if (formed.outputs.batchNumber === batchNumber) return formed;
      assert.equal(formed.commitment, test.batches[Number(formed.outputs.batchNumber)]?.commitment);
    }
  }
}

/** Gas that L1 charges in addition to an operation's gas. */
const OVERHEAD_GAS = 60_000n;

/** The operation as L1's contracts write it: minted is what the value and the gas cost. */
function queuedOperation(nonce: bigint, requested: RequestedOperation): L2CanonicalTransaction {
  const { from, to, data = "0x", valueWei = 0n, gasLimit = 1_000_000n, refundRecipient = from } = requested;
  const { gasPriceWei = L2_GAS_PRICE, mintedWei = valueWei + (gasLimit + OVERHEAD_GAS) * gasPriceWei, queuedAt = 0n } = requested;
  return {
    txType: PRIORITY_OPERATION_TYPE,
    from: BigInt(from),
    to: BigInt(to),
    gasLimit,
    gasPerPubdataByteLimit: 800n,
    maxFeePerGas: gasPriceWei,
    maxPriorityFeePerGas: 0n,
    paymaster: 0n,
    nonce,
    value: valueWei,
    reserved: [mintedWei, BigInt(refundRecipient), queuedAt, 0n],
    data,
    signature: "0x",
    factoryDeps: [],
    paymasterInput: "0x",
    reservedDynamic: "0x",
  };
}
