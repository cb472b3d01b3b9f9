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
 * What `hyperchain_*` methods answer on every member of an ecosystem (L1 and chains): JSON, so that tasks and tests see the
 * same whether the ecosystem runs in their process or elsewhere. Amounts are decimal strings.
 */

/**
 * Place of a chain's data: L1, also through the chain on which it settles; a committee; guardians; L1 as inputs, which are
 * executed again; owners, who store only their held accounts; or the chain on which it settles and no further, so that it cannot
 * be rebuilt from L1.
 */
export type DataAvailability = "rollup" | "validium" | "guardians" | "inputs" | "owners" | "chain";

/** What checks a chain's batches. */
export type ProverMode = "stark" | "none";

/** Answer of `hyperchain_info`: everything needed to use the ecosystem. */
export interface EcosystemInfo {
  readonly name: string;
  /** Of the package. */
  readonly version: string;
  /** The sentence that says what is proven and what is trusted. */
  readonly proven: string;
  readonly prover: {
    readonly mode: ProverMode;
    readonly workers: number;
    /** What this process makes proofs on, and why. Absent where nothing is proven. */
    readonly device?: DeviceReport;
    /** The proof of execution that L1 checks, with its gas and the key of its contract. Absent if L1 checks none. */
    readonly lastProof?: { readonly kind: "fast" | "small"; readonly key: Hex; readonly sentence: string };
    /** Where workers of other processes join, which their token opens, and those that have. Absent where none may. */
    readonly fleet?: { readonly url: string; readonly workers: readonly FleetWorkerInfo[] };
  };
  readonly l1: SettlementInfo & {
    /** The L1 that this one is a copy of, up to this block; absent where it began empty. Its URL may hold a key. */
    readonly fork?: { readonly chainId: number; readonly blockNumber: number };
    /** Whether it was there before the ecosystem; absent for one that the ecosystem has started. */
    readonly runsElsewhere?: true;
  };
  readonly chains: readonly ChainInfo[];
  /** Public contracts that every chain has from the start, by name; none where they are left out. */
  readonly singletons: Readonly<Partial<Record<SingletonName, Hex>>>;
  readonly accounts: {
    /** Phrase of the development accounts; absent where the ecosystem's keys are its operator's own. */
    readonly mnemonic?: string;
    /** Numbers of the accounts that have money on every chain. */
    readonly funded: readonly number[];
  };
  /** Absent where the ecosystem runs none of its own. */
  readonly relayer?: { readonly address: Hex };
  /** Of others, whose dapps run here; absent where the options name none. */
  readonly bridges?: NamedBridges;
  /** Networks of guardians that store data of chains; absent without one. */
  readonly guardians?: readonly GuardianNetworkInfo[];
  /** Hubs, which prove batches of several chains together; absent without one. */
  readonly hubs?: readonly NamedHubInfo[];
  /** Stake on L1 for validators' keys; absent without the option. */
  readonly stake?: StakeInfo;
}

/** What chains settle on: L1, or a chain. */
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
  /** What that means. */
  readonly sentence: string;
}

/** A program's word for each batch. */
export interface AttestationInfo {
  /** Whose key vouches for the program's: for tests, a key that anyone has. */
  readonly root: "test";
  /** What it is worth. */
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
  /** Its contract on L1, or on the chain on which it settles. */
  readonly hyperchain: Hex;
  /** The chain on which it settles, with the contracts there; absent where it settles on L1. */
  readonly settlesOn?: SettlementInfo;
  /** Makes its blocks and sends its batches. */
  readonly operator: Hex;
  /** Speaks for it on what it settles on, by its last look there: its operator, until it passes the chain on. */
  readonly admin: Hex;
  readonly baseToken: { readonly l1Address: Hex; readonly symbol: string };
  readonly dataAvailability: DataAvailability;
  /**
   * What binds the inputs on L1 to the batch: "proof" if L1 compares both by a hash that the proof of execution exports,
   * "quorum" if its signatures alone do. Absent if the chain publishes no inputs.
   */
  readonly inputsBoundBy?: "proof" | "quorum";
  /** Where its data go several ways, all or any: `dataAvailability` then says "rollup" where L1 has every batch's. */
  readonly dataPolicy?: GuardedData | ComposedData;
  /** Whose word for each batch L1 asks for beside the quorum's; absent where it asks for none. */
  readonly attestation?: AttestationInfo;
  /** Whether only its readers are answered, with a session; absent where everybody is. */
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
  /** What is proven of its batches' execution; absent where that is trusted. */
  readonly execution?: Pick<ExecutionInfo, "provenUpTo"> & {
    /** Sentence that says what is proven of it. */
    readonly sentence: string;
  };
  /** Whether its contracts may have code of any size, which public networks refuse. */
  readonly allowUnlimitedContractSize: boolean;
  /** Of a batch that began now. */
  readonly protocolVersion: number;
  /** The next version that the chain's admin has scheduled; absent where it has none. */
  readonly upgrade?: UpgradeStatus;
  /** Whether it is paused: it stands still and refuses its clients until it is started; absent while it runs. */
  readonly stopped?: true;
  /** Whether its exit was activated: it takes nothing any more, and what accounts held is paid out below it; absent before. */
  readonly ended?: true;
}

/** A chain that the ecosystem has no more; answer of `hyperchain_removeChain`. */
export interface RemovedChainInfo extends Pick<ChainInfo, "name" | "chainId" | "hyperchain"> {
  /**
   * What it left behind: messages that have not arrived, batches that L1 has not executed, operations in its queue on L1 that no
   * executed batch has taken, transactions in no block.
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
    /** Those that go on by themselves. */
    readonly inFlight: number;
    /** Refunds among them; a message whose content went back is counted by its refund alone. */
    readonly delivered: number;
    /** Those that have arrived and whose calls failed there, reverted or expired; not among those delivered. */
    readonly failed: number;
    /** Calls on L1 that expired, or that their senders have canceled. */
    readonly ended: number;
    /** Messages that wait for a transaction that any account can send now, oldest first. */
    readonly ready: readonly (NamedMessage & ReadyAction)[];
    /** Those that do not go on by themselves, oldest first. */
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
  /** Batches that came through each stage; a batch that has come through one has come through those before it. */
  readonly batches: Readonly<Record<"sealed" | "committed" | "proven" | "executed", number>>;
  /** Batches whose proofs are being made or shown to L1, in order; absent where there are none. */
  readonly proving?: readonly (ProofStage & { readonly batch: number })[];
  /** What is proven of its batches' execution, and why of some nothing is; absent where that is trusted. */
  readonly execution?: ExecutionInfo & Pick<NonNullable<ChainInfo["execution"]>, "sentence">;
  /** What its gas price is made of; absent where it does not follow L1's. */
  readonly fees?: FeeStatus;
  /** Nodes that decide the chain together; absent for one sequencer. */
  readonly nodes?: NodesStatus;
  /** Encryption of transactions to the nodes; absent if they open no envelopes. */
  readonly encryption?: EncryptionStatus;
  /** External sequencing; absent for a chain of another kind. */
  readonly external?: ExternalStatus;
  /** Promises of other chains that it has taken; absent if it takes none. */
  readonly promises?: PromisesStatus;
  /** Why the chain waits for L1, and goes on by itself; absent while it does not. */
  readonly waitsFor?: string;
  /** Why the chain seals nothing though it has something to seal; absent where it seals, or stands still for a fault. */
  readonly stuck?: Stuck;
  /** Why the chain, or its settlement, stands still for good; absent while it runs. */
  readonly fault?: string;
}

/** What a chain's users pay for, which follows what its batches cost on L1. Amounts are decimal strings of wei. */
export interface FeeStatus {
  /** What clients are told to pay for each gas. */
  readonly gasPrice: string;
  /** The least that is taken. */
  readonly leastGasPrice: string;
  /** The part of it that pays for proving. */
  readonly provingPrice: string;
  /** What a plain transfer of the chain's money costs at that price. */
  readonly transfer: string;
  /** L1's price for each gas, when it was looked at last; absent before. */
  readonly l1GasPrice?: string;
  /** Executed batches over which costs are averaged. */
  readonly batches: number;
  /** L1's gas for the commit, the proof and the execution of an average one. */
  readonly l1GasPerBatch: number;
  /** The same if L1 charges at least 64 gas for a byte of calldata (EIP-7976); absent until L1 has shown the transactions. */
  readonly l1GasPerBatchAtNextFloor?: number;
  /** Users' gas in an average one. */
  readonly gasPerBatch: number;
}

/** Where a proof is that L1 has not accepted yet. */
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
   * Where L1 checks the batch's execution: where the proof of that is, on which the one for L1 stands, which is "queued" until
   * the execution is proven.
   */
  readonly execution?: ExecutionStage;
  /** Where L1 checks the batch's execution: which proof of the tree up to L1's it is, how many are made, and of how many. */
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
  /** As it calls itself. */
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
    /** Of the delivery or the claim: the account whose transaction it was; told likewise. */
    readonly account?: Hex;
  }[];
  /**
   * Import of the destination that proves it: "fact", about the sender's batch before L1 has executed that; "promise", the
   * same by a promise of the sender's validators. Absent: a root of L1's registry, or nothing yet.
   */
  readonly imported?: "fact" | "promise";
  /** Of a transfer, what goes back of one, and a withdrawal: the amount in smallest units, and where its token was born. */
  readonly carries?: {
    readonly amount: string;
    readonly originChainId: number;
    /** Zero: ETH, where that is L1. */
    readonly originToken: Hex;
  };
  /** Of a transfer: what the account gets that delivers it, in the smallest units of what it carries; absent where that is 0. */
  readonly fee?: string;
  /** What happens next, or why it cannot. */
  readonly waitingFor?: string;
  readonly refusal?: string;
  /**
   * Of one that is never delivered, since its destination was created after its batch began: whether what it carries
   * is back.
   */
  readonly sentTooEarly?: "goesBack" | "wentBack";
  /** Of a call on L1 that is not made any more; `refusal` says why. */
  readonly ended?: "expired" | "canceled";
  /** Failure of a bundle's calls, or of the other bridge's message that the bundle attests. Absent if there is none. */
  readonly failed?: FailedCalls;
  /** Action that any account can take now and that the message waits for. Absent before, and after that action. */
  readonly ready?: ReadyAction;
  /** Absent while the message goes on by itself or is ready, when it has arrived, and when it has ended. */
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

/** What became of calls that failed where they arrived. */
export interface FailedCalls {
  /** "expired": they came after their last second. */
  readonly because: "reverted" | "expired";
  /** With the reason, as far as it is known, of 500 characters at most. */
  readonly why: string;
  /** Whether value or tokens that they brought go back, by messages of their own. */
  readonly goesBack: boolean;
}

/** Why a message, or a chain's sealing, does not go on by itself. */
export interface Stuck {
  readonly why: string;
  /** What a user can do about it. */
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
  /** What it reverted with. */
  readonly data: Hex;
  /** The same in words, as the end of "it reverted …". */
  readonly reason: string;
  /** Lines of Solidity, innermost first; empty where the sources are unknown. */
  readonly stackTrace: readonly string[];
  /** The innermost of them whose source the project has compiled. */
  readonly source?: SourceExcerpt;
  /** Of a message's call, where a contract sent it: the stack goes on there. */
  readonly sentFrom?: Pick<CallFailure, "chainId" | "stackTrace" | "source">;
}

/** Answer of `hyperchain_traceMessage`: one trace over both chains. */
export interface MessageTrace {
  readonly message: MessageInfo;
  /** What sent it, and what executed it where that has happened. */
  readonly transactions: readonly {
    readonly step: string;
    readonly chainId: number;
    readonly transactionHash: Hex;
    readonly calls: TracedCall;
  }[];
  /** Absent where no call of a user's contract failed. */
  readonly failure?: CallFailure;
}

/** Batches that were formed again; answer of `hyperchain_reseal`. */
export interface ResealInfo {
  readonly chainId: number;
  readonly firstBatch: number;
  /** What had confirmed and cannot be in a block any more; without a hash where no transaction made it. */
  readonly lost: readonly { readonly hash?: Hex; readonly reason: string }[];
  /** Promises to other chains that no sealed batch fulfils now, so their stake is at risk; absent if there are none. */
  readonly unfulfilledPromises?: readonly UnfulfilledPromise[];
}

/** What a relay moved; answer of `hyperchain_relay`. */
export interface RelayInfo {
  /** Operations that chains took over from their priority queues. */
  readonly priorityOps: number;
  /** Roots of other chains that chains imported. */
  readonly importedRoots: number;
  /** Messages that came a step further, as they stand now. */
  readonly messages: readonly MessageInfo[];
}
