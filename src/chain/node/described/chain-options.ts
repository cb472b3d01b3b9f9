import type { FormedBatch } from "../../batch/form-batch.ts";
import type { ChainOptions, TransactionExecution } from "../../composition/chain-inputs.ts";
import type { GenesisAccount } from "../../model/genesis.ts";
import { batchLimits } from "../../ordering/limits.ts";
import { placeOf, type Start } from "../../past/start.ts";
import { configurationAccounts } from "../../predeploys/genesis.ts";
import { StateTree } from "../../state/state-tree.ts";
import type { CheatBar } from "../../sequencer/cheat-check.ts";
import type { BatchPolicy, BlockPolicy } from "../../sequencer/policies.ts";
import { layersBelow } from "../../../ground/protocol/chain-ancestry.ts";
import { createCompressor } from "../../../proofs/kernels/wasm/compressor.ts";
import { PREDEPLOYS_DIGEST } from "../../../ground/protocol/generated/version-predeploys.ts";
import { chainExtensions, configurationOnL1, hashConfiguration } from "../../../ground/protocol/genesis.ts";
import type { DataFacts } from "../../../ground/protocol/data-choice.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { SettingsEvent } from "../../settlement-layer/reader/chain-versions.ts";
import { hasPublishedInputs, isOfQueueAlone, servesFacts } from "../../../ground/protocol/sequencing-mode.ts";
import { settlesOnProvenChain, type ChainOnL1 } from "./chain-on-l1.ts";
import type { FeeOptions } from "./fee-options.ts";

/** Start of a chain: its genesis, or the state after L1's batches. */
export interface ChainStart {
  readonly state: Start;
  /** Tree of the porter's accounts. Default: none has joined. */
  readonly porter?: StateTree | undefined;
  /** Timestamp of block 0 in seconds. */
  readonly genesisTimestamp: bigint;
  /** Number of the batch that comes next. */
  readonly firstBatch: bigint;
  /** Commitment of the batch before it. */
  readonly previousCommitment: Hex;
  /** Operations that the batches before have taken from L1's queue. */
  readonly operationsTaken: bigint;
  /** Number of operations in the batches before `firstBatch`; a replay from a store takes the others again. */
  readonly operationsBefore: bigint;
  /** Earlier batches that L1 has not executed. */
  readonly unexecuted: readonly FormedBatch[];
  /** Events about the chain's upgrades so far. */
  readonly upgrades: readonly SettingsEvent[];
  /** Data of L1's events before the first block that is read, if that is later than the chain's creation. */
  readonly before?: PastOfL1;
}

/** Data of L1's past that a chain needs, from another source than events. */
export interface PastOfL1 {
  /** Operations of the queue that no batch has taken, in order. */
  readonly operations: readonly L2CanonicalTransaction[];
  /** The newest root of other chains; undefined before the first. */
  readonly root: ImportedRoot | undefined;
  /** Records of committed batches that are not executed, and of the last batch. */
  readonly records: readonly StoredBatch[];
}

/** Options of a chain's operation that L1 does not store. */
export interface RunningOptions {
  /** Receives all fees. */
  readonly coinbase: Hex;
  readonly blocks: BlockPolicy;
  readonly batches: BatchPolicy;
  /** Minimum gas price of a transaction. */
  readonly minGasPriceWei: bigint;
  /** Accounts in the initial state in addition to the configuration. Default: none. */
  readonly initialState?: readonly GenesisAccount[];
  readonly data?: RunningData;
  /** Whether others run every batch again, from its transactions alone: then no state cheats. Default false. */
  readonly isReexecuted?: boolean;
  /** Id of the chain's porter. Default: it has none. */
  readonly porterId?: bigint | undefined;
  /** Whether it begins without sequencing, taking over or sending anything, until both are resumed. Default false. */
  readonly startsPaused?: boolean;
  readonly execution?: TransactionExecution;
  /** The rest as ChainOptions'. */
  readonly distinctTimestamps?: boolean;
  readonly replayProtection?: NonNullable<ChainOptions["replayProtection"]>;
  readonly rewindable?: boolean;
  readonly access?: NonNullable<ChainOptions["access"]>;
  /** Rule by which its gas price follows L1's. Default: it does not, and any price is accepted. */
  readonly fees?: FeeOptions | undefined;
}

/** Availability of a chain's data. */
interface RunningData {
  /** Rule for pubdata in commits. Default "always". */
  readonly publishes?: DataFacts["publishes"];
  /** Whether the chain on which it settles carries its data to L1. Default false. */
  readonly isCarried?: boolean;
  /** True if commits have the inputs of batches. Default false. */
  readonly publishesInputs?: boolean;
  /** Networks of guardians that sign for its data. Default: 0. */
  readonly guardianNetworks?: number;
}

const MEMPOOL = { maxTransactions: 10_000, maxPerSender: 1_000 } as const;

/** Tree of a porter that no account has joined. */
function emptyPorter(): StateTree {
  return StateTree.genesis([], { compressor: createCompressor() });
}

/** Identity of a chain in its batches' commitments, and the configuration in its initial state. */
export function identityOf({ configuration, settlementChainId, hyperchain, bridge, bornAt }: ChainOnL1): {
  readonly identity: ChainOptions["identity"];
  readonly configurationState: readonly GenesisAccount[];
} {
  const configured = configurationOnL1({ settlementChainId, bridge, baseToken: configuration.baseToken, bornAt });
  return {
    identity: {
      settlementChainId,
      hyperchainAddress: hyperchain,
      daPolicy: BigInt(configuration.dataAvailabilityPolicy),
      extensions: chainExtensions(
        hashConfiguration(configured, configuration.sequencingMode),
        PREDEPLOYS_DIGEST,
        BigInt(configuration.sequencingMode),
      ),
      isQueueAlone: isOfQueueAlone(configuration.sequencingMode),
      servesFacts: servesFacts(configuration.sequencingMode),
    },
    configurationState: configurationAccounts(configured, configuration.sequencingMode),
  };
}

/** Options to start a chain that is on L1. */
export function chainOptionsOf(
  chain: ChainOnL1,
  genesis: readonly GenesisAccount[],
  start: ChainStart,
  {
    blocks,
    batches,
    minGasPriceWei,
    initialState = [],
    data = {},
    isReexecuted = false,
    startsPaused = false,
    distinctTimestamps = false,
    porterId,
    fees: _,
    ...running
  }: RunningOptions,
): ChainOptions {
  const { isCarried = false, publishesInputs = false, guardianNetworks = 0 } = data;
  const { chainId, cheatsAllowed } = chain.configuration;
  const { identity, configurationState } = identityOf(chain);
  const { state, genesisTimestamp, firstBatch, previousCommitment, operationsBefore } = start;
  const isQueueAlone = isOfQueueAlone(chain.configuration.sequencingMode);
  // Only chains whose order is the queue's are run without a quorum.
  const isCheckedTwice = chain.configuration.requiresSecondCheck;
  const carryingLayers = isCarried ? layersBelow(chainId) : 0;
  const hasPorter = porterId !== undefined;
  const kind = {
    hasQuorum: !isQueueAlone,
    isCheckedTwice,
    carryingLayers,
    isOnProvenChain: settlesOnProvenChain(chain.configuration),
    publishesInputs,
    exportsInputs: hasPublishedInputs(BigInt(chain.configuration.sequencingMode)),
    hasPorter,
    guardianNetworks,
  };
  const publishedCodes = placeOf(state)?.publishedCodes;
  const published = publishedCodes === undefined ? {} : { publishedCodes };
  return {
    ...running,
    chainId: Number(chainId),
    genesisTimestamp,
    genesis,
    start: state,
    initialState: [...configurationState, ...initialState],
    identity,
    partition: porterId === undefined ? undefined : { chainId: Number(porterId), tree: start.porter ?? emptyPorter() },
    formedBefore: { previousCommitment, operationsTaken: operationsBefore, ...published },
    mempool: { ...MEMPOOL, minGasPriceWei },
    sequencer: {
      blocks,
      batches,
      limits: batchLimits(kind),
      firstBatch,
      cheatsAllowed: cheatsAllowed && !isReexecuted,
      cheatBar: cheatBarOf({ isQueueAlone, publishesInputs, isReexecuted }),
      startsPaused,
      isQueueAlone,
      distinctTimestamps,
    },
  };
}

function cheatBarOf(chain: {
  readonly isQueueAlone: boolean;
  readonly publishesInputs: boolean;
  readonly isReexecuted: boolean;
}): CheatBar | undefined {
  if (chain.isQueueAlone) return "queue";
  if (chain.publishesInputs) return "inputs";
  return chain.isReexecuted ? "validators" : undefined;
}
