import { startChain, type Chain } from "../../../src/chain/chain.ts";
import type {
  AccessOptions,
  ChainDeciders,
  ChainDependencies,
  ChainOptions,
  ChainResult,
} from "../../../src/chain/composition/chain-inputs.ts";
import type { ChainOrigin } from "../../../src/chain/state/first-tree-state.ts";
import { digestOf } from "../../../src/chain/core/digest-of.ts";
import type { ChainIdentity, FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { PROTOCOL_LIMITS, type BatchLimits } from "../../../src/chain/ordering/limits.ts";
import type { SequencedBlock } from "../../../src/chain/ordering/batch-reducer.ts";
import type { Deciders } from "../../../src/chain/sequencer/own-commands.ts";
import type { SequencerOptions } from "../../../src/chain/sequencer/sequencer.ts";
import type { SequencerError } from "../../../src/chain/sequencer/sequencer-error.ts";
import type { SystemTransactions } from "../../../src/ground/protocol/system-transactions.ts";
import { keccak } from "../../../src/ground/protocol/hex.ts";
import type { VersionOf } from "../../../src/ground/protocol/upgrade.ts";
import type { MempoolOptions } from "../../../src/chain/mempool/mempool.ts";
import { TestClock } from "./clock.ts";
import { CHAIN_ID, COINBASE, connect, GENESIS_TIMESTAMP } from "./engine.ts";
import { openOracle } from "./edr-oracle.ts";
import { testGenesis, testSystem } from "./system.ts";
import { neverInstalling, SOME_EXTENSIONS } from "../../support/extensions.ts";

export interface TestChain {
  readonly chain: Chain;
  readonly oracle: Awaited<ReturnType<typeof openOracle>> | undefined;
  readonly clock: TestClock;
  readonly blocks: SequencedBlock[];
  readonly batches: FormedBatch[];
  readonly faults: SequencerError[];
  /** Whether batches may be sealed. */
  canSeal: boolean;
}

export interface TestChainOptions {
  readonly genesis?: readonly GenesisAccount[];
  /** The predeploys; the least ones by default. */
  readonly predeploys?: readonly GenesisAccount[];
  readonly initialState?: readonly GenesisAccount[];
  /** Exports of the batches in addition to their logs, if the predeploys define them. */
  readonly extensions?: ChainIdentity["extensions"];
  /** Whether L1's queue alone makes its order. Default: false. */
  readonly isQueueAlone?: boolean;
  readonly origin?: ChainOrigin;
  readonly partition?: ChainOptions["partition"];
  readonly sequencer?: Partial<Omit<SequencerOptions, "limits">>;
  readonly limits?: Partial<BatchLimits>;
  readonly mempool?: Partial<MempoolOptions>;
  readonly system?: SystemTransactions;
  /** Replaces the chain's engine. */
  readonly engine?: ChainDependencies["engine"];
  /** True if EDR repeats each block. Default: false. */
  readonly hasOracle?: boolean;
  /** True if Hardhat's network repeats each transaction. Default: false. */
  readonly isMeasured?: boolean;
  /** Wraps EDR's connection, to make it misbehave. */
  readonly connect?: typeof connect;
  /** Default: what the test chain's own `canSeal` says. */
  readonly canSeal?: () => boolean;
  readonly maxInstructions?: number;
  /** Rule whether signatures must name the chain (EIP-155); `required` by default. */
  readonly replayProtection?: ChainOptions["replayProtection"];
  readonly rewindable?: boolean;
  readonly distinctTimestamps?: boolean;
  readonly onBatch?: (batch: FormedBatch) => void;
  readonly onResult?: (result: ChainResult) => void;
  readonly followers?: NonNullable<ChainDependencies["followers"]>;
  /** Persistence beyond this chain. */
  readonly keeping?: ChainDependencies["keeping"];
  /** Default: every account may use the chain. */
  readonly access?: AccessOptions;
  /** Default: always 1. */
  readonly versionOf?: VersionOf;
  /** Default: the sequencer decides alone. */
  readonly deciders?: Deciders | undefined;
  /** Default: the sequencer always leads. */
  readonly leaders?: ChainDeciders["leaders"];
}

export const TEST_IDENTITY: ChainOptions["identity"] = {
  settlementChainId: 31337n,
  hyperchainAddress: `0x${"11".repeat(20)}`,
  daPolicy: 0n,
  extensions: neverInstalling(SOME_EXTENSIONS),
};
export const GENESIS_COMMITMENT = keccak();

/** Starts a chain with the minimum of predeploys, a constant clock, and no batches by age or size by default. */
export async function startTestChain(options: TestChainOptions = {}): Promise<TestChain> {
  const clock = new TestClock(Number(GENESIS_TIMESTAMP) * 1000);
  const test = {
    clock,
    canSeal: true,
    blocks: [] as SequencedBlock[],
    batches: [] as FormedBatch[],
    faults: [] as SequencerError[],
  };
  const genesis = [...(options.predeploys ?? (await testGenesis())), ...(options.genesis ?? [])];
  const oracle = options.hasOracle === true ? await openOracle(genesis) : undefined;
  const chain = await startChain(
    {
      chainId: CHAIN_ID,
      coinbase: COINBASE,
      genesisTimestamp: GENESIS_TIMESTAMP,
      genesis,
      start: options.origin === undefined ? { from: "genesis" } : { from: "state", origin: options.origin, isProven: false },
      initialState: options.initialState ?? [],
      partition: options.partition,
      identity: {
        ...TEST_IDENTITY,
        extensions: options.extensions ?? TEST_IDENTITY.extensions,
        isQueueAlone: options.isQueueAlone ?? false,
      },
      formedBefore: { previousCommitment: GENESIS_COMMITMENT, operationsTaken: 0n },
      ...(options.replayProtection === undefined ? {} : { replayProtection: options.replayProtection }),
      rewindable: options.rewindable ?? false,
      ...(options.access === undefined ? {} : { access: options.access }),
      execution: { maxInstructions: options.maxInstructions, isMeasured: options.isMeasured },
      mempool: { maxTransactions: 1000, maxPerSender: 100, minGasPriceWei: 0n, ...options.mempool },
      sequencer: {
        blocks: { type: "instant", maxTransactions: 1 },
        batches: { maxAgeMs: undefined, maxTransactions: undefined },
        firstBatch: 1n,
        ...options.sequencer,
        limits: { ...PROTOCOL_LIMITS, ...options.limits },
        distinctTimestamps: options.distinctTimestamps,
      },
    },
    {
      connect: options.connect ?? connect,
      engine: options.engine ?? oracle?.around,
      clock,
      system: options.system ?? testSystem,
      forming: { flowsHash: () => keccak(), versionOf: options.versionOf ?? (() => 2n) },
      followers: [
        ...(options.followers ?? []),
        {
          name: "test",
          on(result) {
            const { blocks, formed } = result;
            test.blocks.push(...blocks);
            options.onResult?.(result);
            if (formed === undefined) return;
            test.batches.push(formed);
            options.onBatch?.(formed);
          },
          // What a test has seen, it has seen.
          mark: () => undefined,
          returnTo: () => undefined,
          digest: () => digestOf([test.blocks.length, test.batches.length]),
        },
      ],
      onStop: (error) => test.faults.push(error),
      sealing: { canSeal: options.canSeal ?? (() => test.canSeal) },
      ...(options.keeping === undefined ? {} : { keeping: options.keeping }),
      deciding: { deciders: options.deciders, leaders: options.leaders },
    },
  );
  return Object.assign(test, { chain, oracle });
}
