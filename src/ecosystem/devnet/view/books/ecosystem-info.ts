import type { ExternalStatus } from "../../../sequencing/external/external-status.ts";
import type { EncryptionStatus } from "../../../sequencing/local/encrypted-mempool.ts";
import type { NodesStatus } from "../../../sequencing/local/nodes-status.ts";
import type { NamedBridges } from "./bridge-info.ts";
import type { DeviceReport } from "../../../../proofs/devices/device-report.ts";
import type { NamedHubInfo } from "./hub-info.ts";
import type { PromisesStatus, TakenPromisesInfo, UnfulfilledPromise } from "../../promises/promise-info.ts";
import type { CallFrame } from "../../../client/sending/remote-failure.ts";
import type { ComposedData, GuardedData } from "../../../options/fields/data-policy.ts";
import type { ExecutionInfo } from "../../../../chain/node/execution/execution-info.ts";
import type { BatchProofPhase } from "../../../../chain/node/settling/batch-proving.ts";
import type { ExecutionStage, TreeProgress } from "../../../../proofs/prover/job.ts";
import type { SingletonName } from "../../../../chain/predeploys/singleton-addresses.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { SettlementStage } from "../../../../ground/protocol/settlement-stage.ts";
import type { GuardianNetworkInfo, GuardianNetworkStatus } from "../../guardian/guardian-info.ts";
import type { StakeInfo } from "../../stake/stake-info.ts";
import type { SourceExcerpt } from "./source-excerpt.ts";

/**
 * Answers of the `hyperchain_*` methods on every member of an ecosystem (L1 and chains): JSON, so that tasks and tests
 * see the same whether the ecosystem runs in their process or in another. Amounts are decimal strings.
 */

/**
 * Place of a chain's data: L1, also through the chain on which it settles; a committee; guardians; L1 as inputs, which are
 * executed again; owners, who store only their held accounts; or the chain on which it settles and no further, so that it cannot
 * be rebuilt from L1.
 */
export type DataAvailability = "rollup" | "validium" | "guardians" | "inputs" | "owners" | "chain";

/** Prover of a chain's batches. */
export type ProverMode = "stark" | "none";

/** Answer of `hyperchain_info`: everything needed to use the ecosystem. */
export interface EcosystemInfo {
  readonly name: string;
  /** Version of the package. */
  readonly version: string;
  /** The sentence that says what is proven and what is trusted. */
  readonly proven: string;
  readonly prover: {
    readonly mode: ProverMode;
    readonly workers: number;
    /** Device on which this process makes proofs, with the reason. Absent if nothing is proven. */
    readonly device?: DeviceReport;
    /** The proof of execution that L1 checks, with its gas and the key of its contract. Absent if L1 checks none. */
    readonly lastProof?: { readonly kind: "fast" | "small"; readonly key: Hex; readonly sentence: string };
    /**
     * URL at which workers of other processes join with their token, and the workers that have joined. Absent if none
     * may.
     */
    readonly fleet?: { readonly url: string; readonly workers: readonly FleetWorkerInfo[] };
  };
  readonly l1: SettlementInfo & {
    /** The L1 that this one is a copy of, up to this block; absent where it began empty. Its URL may hold a key. */
    readonly fork?: { readonly chainId: number; readonly blockNumber: number };
    /** True if it existed before the ecosystem; absent for one that the ecosystem has started. */
    readonly runsElsewhere?: true;
    /** False if the ecosystem's options leave the public's singletons out on L1. */
    readonly hasSingletons: boolean;
  };
  readonly chains: readonly ChainInfo[];
  /** Public contracts in every chain's genesis, by name. */
  readonly singletons: Readonly<Record<SingletonName, Hex>>;
  readonly accounts: {
    /** Phrase of the development accounts; absent where the ecosystem's keys are its operator's own. */
    readonly mnemonic?: string;
    /** Numbers of the accounts that have money on every chain. */
    readonly funded: readonly number[];
  };
  /** Absent if the ecosystem runs no relayer. */
  readonly relayer?: { readonly address: Hex };
  /** Third-party bridges, whose dapps run here; absent if the options name none. */
  readonly bridges?: NamedBridges;
  /** Networks of guardians that store data of chains; absent without one. */
  readonly guardians?: readonly GuardianNetworkInfo[];
  /** Hubs, which prove batches of several chains together; absent without one. */
  readonly hubs?: readonly NamedHubInfo[];
  /** Stake on L1 for validators' keys; absent without the option. */
  readonly stake?: StakeInfo;
}

/** Settlement layer of chains: L1, or a chain. */
export interface SettlementInfo {
  readonly name: string;
  readonly chainId: number;
  readonly url: string;
  /** Block of the first event of the contracts there. */
  readonly fromBlock: number;
  readonly contracts: Readonly<Record<"factory" | "bridge" | "roots", Hex>> & {
    /** Checks proofs of changes, or their markers; absent on a proven chain, whose imports replace proofs. */
    readonly verifier?: Hex;
    /** Sends on what it takes more than a hop to send; on chains alone. */
    readonly forwarders?: Hex;
  };
}

/** Source of a chain's order, if that is not the operator's sequencer alone. */
export interface OrderInfo {
  /** "queue": L1's priority queue. "nodes": nodes that decide together. "external": a key, by RPC. */
  readonly kind: "queue" | "nodes" | "external";
  /** Explanation of the policy. */
  readonly sentence: string;
}

/** A program's word for each batch. */
export interface AttestationInfo {
  /** Root of the attestation key: for tests, a public key. */
  readonly root: "test";
  /** Explanation of the attestation. */
  readonly sentence: string;
}

/** Chain as `hyperchain_info` describes it. */
export interface ChainInfo {
  readonly name: string;
  readonly chainId: number;
  readonly url: string;
  /** Porter of the chain: the second chain id, and the RPC for it; absent for a chain with one tree. */
  readonly porter?: {
    readonly chainId: number;
    readonly url: string;
    /** Sentence that says who can withhold its data. */
    readonly sentence: string;
  };
  /** Contract of the chain on L1, or on the chain on which it settles. */
  readonly hyperchain: Hex;
  /** The chain on which it settles, with the contracts there; absent where it settles on L1. */
  readonly settlesOn?: SettlementInfo;
  /** Makes its blocks and sends its batches. */
  readonly operator: Hex;
  /** Admin of the chain on its settlement layer, by the last look there: its operator, until it transfers the chain. */
  readonly admin: Hex;
  readonly baseToken: { readonly l1Address: Hex; readonly symbol: string };
  readonly dataAvailability: DataAvailability;
  /**
   * Binding of the inputs on L1 to the batch: "proof" if L1 compares both by a hash that the proof of execution exports,
   * "quorum" if its signatures alone do. Absent if the chain publishes no inputs.
   */
  readonly inputsBoundBy?: "proof" | "quorum";
  /**
   * Composed policy, if its data are sent by several ways, all or any: `dataAvailability` then is "rollup" if L1 has
   * every batch's.
   */
  readonly dataPolicy?: GuardedData | ComposedData;
  /** Attestation that L1 requires for each batch besides the quorum's; absent if it requires none. */
  readonly attestation?: AttestationInfo;
  /** True if it answers only its readers, with a session; absent if every client may read. */
  readonly readsNeedSession?: true;
  /** The lists of accounts that its sequencer asks; absent where it takes every account's transactions and contracts. */
  readonly lists?: readonly ("senders" | "deployers")[];
  /** Absent where the operator's sequencer makes the order. */
  readonly orderedBy?: OrderInfo;
  /** Names of the chains whose links it receives; absent if it receives none. */
  readonly linksFrom?: readonly string[];
  /** Other chains' promises that it takes; absent if it takes none. */
  readonly promisesFrom?: readonly TakenPromisesInfo[];
  /** True if the ecosystem's process is the only signer. */
  readonly signsHere?: true;
  /** Whose signatures count now. */
  readonly quorum: { readonly members: readonly Hex[]; readonly threshold: number };
  /** Whose signatures count while those leave an operation that is overdue; absent without a standby. */
  readonly standby?: { readonly members: readonly Hex[]; readonly threshold: number };
  /** Whose will count from a second of L1's time on; absent where no other terms are scheduled. */
  readonly nextQuorum?: { readonly members: readonly Hex[]; readonly threshold: number; readonly effectiveAt: number };
  /** The standby of those terms; absent where they have none. */
  readonly nextStandby?: { readonly members: readonly Hex[]; readonly threshold: number };
  readonly executionDelaySeconds: number;
  /** True if a second verifier confirms each batch before L1 executes it; absent otherwise. */
  readonly secondCheck?: true;
  /** Proven execution of its batches; absent if execution is trusted. */
  readonly execution?: Pick<ExecutionInfo, "provenUpTo"> & {
    /** Sentence that says what is proven of it. */
    readonly sentence: string;
  };
  /** Whether its contracts may have code of any size, which public networks refuse. */
  readonly allowUnlimitedContractSize: boolean;
  /** Protocol version of a batch that began now. */
  readonly protocolVersion: number;
  /** The next version that the chain's admin has scheduled; absent where it has none. */
  readonly upgrade?: UpgradeStatus;
  /** True if it is paused and refuses its clients until it is started; absent while it runs. */
  readonly stopped?: true;
  /** True if its exit was activated: it accepts nothing, and balances are paid out on its settlement layer; absent before. */
  readonly ended?: true;
}

/** A chain that was removed from the ecosystem; answer of `hyperchain_removeChain`. */
export interface RemovedChainInfo extends Pick<ChainInfo, "name" | "chainId" | "hyperchain"> {
  /**
   * Open items of the chain: messages that have not arrived, batches that L1 has not executed, operations in its queue on
   * L1 that no executed batch has taken, transactions in no block.
   */
  readonly leftOpen: Readonly<Record<"messages" | "batches" | "operations" | "transactions", number>>;
  /** The sentence that says where its accounts' money is. */
  readonly money: string;
}

/** Answer of `hyperchain_status`. */
export interface EcosystemStatus {
  readonly chains: readonly ChainStatus[];
  /** Networks of guardians: processes that run, and requests for leaves on L1; absent without a network. */
  readonly guardians?: readonly GuardianNetworkStatus[];
  readonly messages: {
    /** Number of messages that advance automatically. */
    readonly inFlight: number;
    /** Refunds among them; a message whose content went back is counted by its refund alone. */
    readonly delivered: number;
    /** Number of messages that have arrived and whose calls failed there, reverted or expired; not among those delivered. */
    readonly failed: number;
    /** Calls on L1 that expired, or that their senders have canceled. */
    readonly ended: number;
    /** Messages that wait for a transaction that any account can send now, oldest first. */
    readonly ready: readonly (NamedMessage & ReadyAction)[];
    /** Messages that do not advance automatically, oldest first. */
    readonly stuck: readonly (NamedMessage & Stuck)[];
    /**
     * Milliseconds since the look at the members began whose numbers these are; chains of the ecosystem's process tell their
     * blocks at once. Absent where members were read for this answer.
     */
    readonly ageMs?: number;
    /**
     * Why a member could not be looked at last, so that the numbers are older in what it would say; absent where all could.
     */
    readonly outdated?: string;
  };
}

/** Progress of a chain: blocks, batches, proofs and fees. */
export interface ChainStatus extends Pick<ChainInfo, "protocolVersion" | "upgrade" | "stopped" | "ended" | "lists"> {
  readonly name: string;
  readonly chainId: number;
  /** Name of the chain on which it settles; absent where that is L1. */
  readonly settlesOn?: string;
  readonly blockNumber: number;
  /**
   * The newest block of what it settles on that it has read: of scheduled upgrades, operations and roots it knows those up to
   * there. Absent before its first look.
   */
  readonly settlementBlock?: number;
  /** Transactions that wait for a block. */
  readonly waiting: number;
  /** That came into blocks in the last ten seconds; absent where only its readers may see it. */
  readonly transactionsPerSecond?: number;
  /** Number of batches that have completed each stage; a batch that has completed one has completed those before it. */
  readonly batches: Readonly<Record<"sealed" | "committed" | "proven" | "executed", number>>;
  /** Batches whose proofs are being made or shown to L1, in order; absent where there are none. */
  readonly proving?: readonly (ProofStage & { readonly batch: number })[];
  /** Proven execution of its batches, with the reasons for unproven ones; absent if execution is trusted. */
  readonly execution?: ExecutionInfo & Pick<NonNullable<ChainInfo["execution"]>, "sentence">;
  /** Parts of its gas price; absent if it does not follow L1's. */
  readonly fees?: FeeStatus;
  /** Nodes that decide the chain together; absent for one sequencer. */
  readonly nodes?: NodesStatus;
  /** Encryption of transactions to the nodes; absent if they open no envelopes. */
  readonly encryption?: EncryptionStatus;
  /** External sequencing; absent for a chain of another kind. */
  readonly external?: ExternalStatus;
  /** Promises of other chains that it has taken; absent if it takes none. */
  readonly promises?: PromisesStatus;
  /** Reason why the chain waits for L1, which it retries; absent while it does not. */
  readonly waitsFor?: string;
  /** Reason why the chain seals nothing though it has something to seal; absent if it seals, or has stopped by a fault. */
  readonly stuck?: Stuck;
  /** Reason why the chain, or its settlement, has stopped for good; absent while it runs. */
  readonly fault?: string;
}

/** Fees of a chain's users, which follow the costs of its batches on L1. Amounts are decimal strings of wei. */
export interface FeeStatus {
  /** Gas price for clients. */
  readonly gasPrice: string;
  /** The least that is taken. */
  readonly leastGasPrice: string;
  /** The part of it that pays for proving. */
  readonly provingPrice: string;
  /** Cost of a plain transfer of the chain's money at that price. */
  readonly transfer: string;
  /** L1's price for each gas, when it was looked at last; absent before. */
  readonly l1GasPrice?: string;
  /** Executed batches over which costs are averaged. */
  readonly batches: number;
  /** L1's gas for the commit, the proof and the execution of an average one. */
  readonly l1GasPerBatch: number;
  /**
   * Gas per batch if L1 charges at least 64 gas for a byte of calldata (EIP-7976); absent until L1 has shown the
   * transactions.
   */
  readonly l1GasPerBatchAtNextFloor?: number;
  /** Users' gas in an average one. */
  readonly gasPerBatch: number;
}

/** Stage of a proof that L1 has not accepted yet. */
export interface ProofStage {
  /**
   * "queued"; a phase of its making, in order: "trace", "commit", "lookup", "quotient", "openings", "deep", "fri", "grind",
   * "queries"; "made", while it waits for its turn on L1; "posting", while L1 checks it. A lost prover leads back to "queued".
   */
  readonly phase: BatchProofPhase;
  /** Part of the phase that is done, 0…1; absent where it cannot be told. */
  readonly fraction?: number;
  /** Worker of the fleet that makes it; absent where the ecosystem's process does. */
  readonly worker?: string;
  /**
   * Stage of the execution proof, on which the proof for L1 depends, if L1 checks the batch's execution; the latter is
   * "queued" until the execution is proven.
   */
  readonly execution?: ExecutionStage;
  /**
   * Progress of the tree of proofs up to L1's, if L1 checks the batch's execution: the current proof, the number of
   * completed ones, and the total.
   */
  readonly tree?: TreeProgress;
}

/** A protocol version that waits for its time. */
export interface UpgradeStatus {
  readonly version: number;
  /** Seconds: batches that begin then, or later, have the version. */
  readonly effectiveAt: number;
  /** Operations of L1's queue that are taken before it. */
  readonly operations: number;
}

/** A worker of the prover's fleet. */
export interface FleetWorkerInfo {
  /** Name of the worker. */
  readonly name: string;
  /** Proofs of its that hold, and seconds that the last of them took. */
  readonly proofs: number;
  readonly lastSeconds?: number;
  /** Proofs that did not hold; answers that came too late or twice; tasks that it did not finish. */
  readonly refused: number;
  readonly late: number;
  readonly lost: number;
  /** Seconds since the epoch until which it gets no tasks, because its proofs did not hold. */
  readonly pausedUntil?: number;
}

/** One batch that L1 has executed, as `hyperchain_settle` answers. */
export interface SettledBatchInfo {
  readonly chainId: number;
  readonly batchNumber: number;
  readonly protocolVersion: number;
  readonly transactions: number;
  readonly pubdataBytes: number;
  /** Absent where nothing was proven; its seconds where an earlier process proved it; `worker` where this process did. */
  readonly proof?: { readonly bytes: number; readonly seconds?: number; readonly worker?: string };
  /** Share of the batch in the gas of each of its transactions, which may do the stage for several batches. */
  readonly l1Gas: Readonly<Partial<Record<SettlementStage, number>>>;
  readonly l1Transactions: Readonly<Partial<Record<SettlementStage, Hex>>>;
}

/** A cross-chain message on its way; answer of `hyperchain_message`, element of `hyperchain_messages`. */
export interface MessageInfo {
  /** keccak of the body: others can send the same. */
  readonly messageHash: Hex;
  /** Account or contract that sent it. */
  readonly sender: Hex;
  readonly type: "transfer" | "bundle" | "callback" | "refund" | "withdrawal" | "l1Call" | "l1Message" | "message";
  readonly sourceChainId: number;
  /** L1's chain id for a withdrawal, and for a call of a contract on L1 or a message to one. */
  readonly destinationChainId: number;
  /** In order; those that are not done yet are absent. */
  readonly steps: readonly {
    readonly step: string;
    readonly chainId: number;
    readonly transactionHash: Hex;
    /** Seconds, by that member's clock; only `hyperchain_message` tells it. */
    readonly timestamp?: number;
    /** Account of the delivery's or the claim's transaction; available if the step's time is. */
    readonly account?: Hex;
  }[];
  /**
   * Import of the destination that proves it: "fact", about the sender's batch before L1 has executed that; "promise", the
   * same by a promise of the sender's validators. Absent: a root of L1's registry, or nothing yet.
   */
  readonly imported?: "fact" | "promise";
  /** Contents of a transfer, of its refund, and of a withdrawal: the amount in smallest units, and the token's home chain. */
  readonly carries?: {
    readonly amount: string;
    readonly originChainId: number;
    /** Zero: ETH, where that is L1. */
    readonly originToken: Hex;
  };
  /** Fee of a transfer for the account that delivers it, in the smallest units of its token; absent if it is 0. */
  readonly fee?: string;
  /** Next event, or the reason why it cannot happen. */
  readonly waitingFor?: string;
  readonly refusal?: string;
  /**
   * Set for a message that is never delivered, since its destination was created after its batch began: state of the
   * refund of its contents.
   */
  readonly sentTooEarly?: "goesBack" | "wentBack";
  /** End of a call on L1 that is no longer possible; `refusal` has the reason. */
  readonly ended?: "expired" | "canceled";
  /** Failure of a bundle's calls, or of the other bridge's message that the bundle attests. Absent if there is none. */
  readonly failed?: FailedCalls;
  /** Action that any account can take now and that the message waits for. Absent before, and after that action. */
  readonly ready?: ReadyAction;
  /** Absent while the message advances automatically or is ready, when it has arrived, and when it has ended. */
  readonly stuck?: Stuck;
}

/** Name and ends of a message. */
export type NamedMessage = Pick<MessageInfo, "messageHash" | "type" | "sourceChainId" | "destinationChainId">;

/** Action that brings a message to its end: a claim, a delivery or a call that any account may make. */
export interface ReadyAction {
  /** Imperative: "claim it". */
  readonly action: string;
  /** Command line that takes the action. */
  readonly command: string;
}

/** Calls that failed where they arrived. */
export interface FailedCalls {
  /** "expired": they came after their last second. */
  readonly because: "reverted" | "expired";
  /** Reason of the failure if one is recorded, of 500 characters at most. */
  readonly why: string;
  /** True if value or tokens of the calls are refunded, by separate messages. */
  readonly goesBack: boolean;
}

/** Reason why a message, or a chain's sealing, does not advance automatically. */
export interface Stuck {
  readonly why: string;
  /** Remedy for a user. */
  readonly help: string;
}

/** A call as `debug_traceTransaction`'s callTracer tells it, with names of the contracts that are known. */
export interface TracedCall extends Omit<CallFrame, "calls"> {
  /** Function and arguments. */
  readonly call?: string;
  /** Why it failed, as the end of "it reverted …". */
  readonly reason?: string;
  readonly calls?: readonly TracedCall[];
}

/** Why the call of a message failed where it arrived, or a transaction: the answer of `hyperchain_failure`. */
export interface CallFailure {
  readonly chainId: number;
  readonly contract: Hex;
  /** Function and arguments where the contract is known, else calldata. */
  readonly call: string;
  /** Revert data of the call. */
  readonly data: Hex;
  /** Text for the revert data, as the end of "it reverted …". */
  readonly reason: string;
  /** Lines of Solidity, innermost first; empty where the sources are unknown. */
  readonly stackTrace: readonly string[];
  /** The innermost of them whose source the project has compiled. */
  readonly source?: SourceExcerpt;
  /** Origin of a message's call, if a contract sent it: the stack continues there. */
  readonly sentFrom?: Pick<CallFailure, "chainId" | "stackTrace" | "source">;
}

/** Answer of `hyperchain_traceMessage`: one trace over both chains. */
export interface MessageTrace {
  readonly message: MessageInfo;
  /** Transactions that sent it, and that executed it if that has happened. */
  readonly transactions: readonly {
    readonly step: string;
    readonly chainId: number;
    readonly transactionHash: Hex;
    readonly calls: TracedCall;
  }[];
  /** Absent where no call of a user's contract failed. */
  readonly failure?: CallFailure;
}

/** Resealed batches; answer of `hyperchain_reseal`. */
export interface ResealInfo {
  readonly chainId: number;
  readonly firstBatch: number;
  /**
   * Lost transactions, which had confirmed and can no longer be in a block; without a hash if no transaction made the
   * change.
   */
  readonly lost: readonly { readonly hash?: Hex; readonly reason: string }[];
  /** Promises to other chains that no sealed batch fulfils now, so their stake is at risk; absent if there are none. */
  readonly unfulfilledPromises?: readonly UnfulfilledPromise[];
}

/** Result of a relay; answer of `hyperchain_relay`. */
export interface RelayInfo {
  /** Operations that chains took over from their priority queues. */
  readonly priorityOps: number;
  /** Roots of other chains that chains imported. */
  readonly importedRoots: number;
  /** Messages that came a step further, as they stand now. */
  readonly messages: readonly MessageInfo[];
}
