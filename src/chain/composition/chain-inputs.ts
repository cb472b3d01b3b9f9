import type { Hex } from "../../ground/protocol/hex.ts";
import type { SystemTransactions } from "../../ground/protocol/system-transactions.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import type { MovableClock } from "../../ground/runtime/movable-clock.ts";
import type { DecodingOptions } from "../../ground/transaction/decode-transaction.ts";
import type { BatchFormerDependencies, ChainIdentity, FormedBefore } from "../batch/form-batch.ts";
import type { ChooseData, FormedResult, UnformedChain } from "../batch/forming.ts";
import type { Follower, Source } from "../core/follower.ts";
import type { CommandSink } from "../core/log/command-log.ts";
import type { EdrConnect } from "../execution/connection.ts";
import type { ExecutionEngine } from "../execution/engine.ts";
import type { GasPrice } from "../mempool/gas-price.ts";
import type { MempoolOptions } from "../mempool/mempool.ts";
import type { TransactionOrder } from "../mempool/orders.ts";
import type { GenesisAccount } from "../model/genesis.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { CommandStore, StoredCommands } from "../ordering/command-store.ts";
import type { BatchLimits } from "../ordering/limits.ts";
import type { BegunPast } from "../past/open-past.ts";
import type { PlaceStore } from "../past/place.ts";
import type { Start } from "../past/start.ts";
import type { AdmissionOptions } from "../sequencer/admission.ts";
import type { BlockSpacing } from "../sequencer/block-producer.ts";
import type { OtherLeaders } from "../sequencer/leader-turns.ts";
import type { Deciders } from "../sequencer/own-commands.ts";
import type { RemoteLeaders } from "../sequencer/remote-leaders.ts";
import type { SequencerError } from "../sequencer/sequencer-error.ts";
import type { SequencerOptions } from "../sequencer/sequencer.ts";
import type { StateTree } from "../state/state-tree.ts";

/** Description of one chain. */
export interface ChainOptions {
  readonly chainId: number;
  /** Receives all fees. */
  readonly coinbase: Hex;
  /** Seconds. */
  readonly genesisTimestamp: bigint;
  /** The protocol's genesis: the first state tree, the same for every chain. */
  readonly genesis: readonly GenesisAccount[];
  /** Start state. */
  readonly start: Start;
  /** Initial accounts of this chain besides the genesis. Its first batch publishes them. */
  readonly initialState?: readonly GenesisAccount[];
  readonly identity: Omit<ChainIdentity, "chainId">;
  /** The accounts of a second tree. Default: the chain has one tree. */
  readonly partition?: ChainPartition | undefined;
  /** State before `sequencer.firstBatch`. */
  readonly formedBefore: FormedBefore;
  readonly mempool: MempoolOptions;
  readonly sequencer: ChainSequencing;
  readonly execution?: TransactionExecution | undefined;
  /** Replay protection of accepted transactions. Default "required". */
  readonly replayProtection?: DecodingOptions["replayProtection"];
  /**
   * True if the chain can reseal batches. It then stores its results since the last batch that was passed to
   * `executedOnL1`. Default false.
   */
  readonly rewindable?: boolean;
  /** Whose transactions are taken. Default: every account's. */
  readonly access?: AccessOptions;
}

/** Which accounts may use a chain, and who decides that. */
export type AccessOptions = Pick<AdmissionOptions, "lists" | "admin" | "deliveries">;

/** A chain's porter. */
export interface ChainPartition {
  /** Chain id in its accounts' signatures. */
  readonly chainId: number;
  /** Tree before the chain's next batch. The chain changes it. */
  readonly tree: StateTree;
}

/** Order, blocks and batches of a chain. */
interface ChainSequencing extends Omit<SequencerOptions, "hashesUnknown" | "rewindable">, BlockSpacing {
  readonly limits: BatchLimits;
}

/** Execution of a chain's transactions. */
export interface TransactionExecution {
  /** Instructions that a transaction may run; at least MIN_INSTRUCTION_LIMIT. Default: DEFAULT_MAX_INSTRUCTIONS. */
  readonly maxInstructions?: number | undefined;
  /** Whether Hardhat collects coverage or gas statistics: its network then repeats each transaction. Default false. */
  readonly isMeasured?: boolean | undefined;
}

/** Result of a command, with the batch that a seal ended, in L1's form. */
export type ChainResult = FormedResult<CommandResult>;

/** Environment of one chain. */
export interface ChainDependencies {
  readonly connect: EdrConnect;
  readonly clock: Clock;
  /** Time that the chain shares with others, who mark and restore it. Default: the chain's alone, by `clock`. */
  readonly time?: MovableClock | undefined;
  readonly system: SystemTransactions;
  /** Price that transactions must pay. Default: nothing, if their fee cap is the mempool's minimum. */
  readonly gasPrice?: Pick<GasPrice, "leastWei"> | undefined;
  /** Which waiting transaction comes next. Default: the one that has waited longest. */
  readonly order?: TransactionOrder | undefined;
  /** Replacement of the chain's engine, which it may use and must close. Default: that one. */
  readonly engine?: ((replaced: ExecutionEngine) => ExecutionEngine) | undefined;
  readonly forming: BatchForming;
  /** Follow the chain before a sealed batch is applied to its state tree. */
  readonly beforeForming?: (chain: UnformedChain) => readonly Follower<CommandResult>[];
  /** Followers after all internal ones: for each batch they receive the committed and proven form. */
  readonly followers?: readonly Follower<ChainResult>[];
  /** Sources of the chain's commands, which return with it to users' marks. */
  readonly sources?: readonly Source<CommandResult>[];
  /** Default: the chain's sequencer decides alone. */
  readonly deciding?: ChainDeciders | undefined;
  /** Default: every batch may be sealed at any time. */
  readonly sealing?: SealGate | undefined;
  /** Storage of the chain's decisions beyond its process, with those of earlier processes. */
  readonly keeping?: {
    readonly store: CommandStore;
    readonly earlier: StoredCommands;
    readonly places?: PlaceStore;
    /** History before the checkpoint of the options. */
    readonly past?: BegunPast | undefined;
  };
  /** The chain has stopped for good; the error is the report. */
  readonly onStop?: (error: SequencerError) => void;
}

/** Facts of L1 about a batch when it is formed, and the operator's choices. */
export interface BatchForming extends Pick<BatchFormerDependencies, "flowsHash" | "versionOf" | "policyOf" | "alterChanges"> {
  /** Method of making each batch's data available. Default: its commit publishes them. */
  readonly chooseData?: ChooseData | undefined;
}

/** Participants that decide a chain's commands. */
export interface ChainDeciders {
  /** Participants that decide the chain's order with the sequencer. Default: it decides alone. */
  readonly deciders?: Deciders | undefined;
  /** Sequencers with which the chain's sequencer leads in turns. Default: it always leads. */
  readonly leaders?: OtherLeaders | undefined;
  /** Leaders in other processes, which this chain follows. Default: its sequencer leads. */
  readonly remoteLeaders?: RemoteLeaders | undefined;
  /** Called with each decided command, and with the number of remaining ones after a return. */
  readonly decided?: CommandSink<BatchCommand> | undefined;
}

/** Conditions of the end of a batch. */
interface SealGate {
  /** False while another batch must wait for proofs of earlier ones. */
  readonly canSeal?: () => boolean;
  /** Awaited before `seal` ends a batch. If it rejects, so does `seal`. */
  readonly beforeSeal?: () => Promise<void>;
}
