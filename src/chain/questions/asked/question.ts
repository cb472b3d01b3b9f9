import type { MessagePort } from "node:worker_threads";
import { NamedError } from "../../../ground/errors/named-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { AccessEntry, AccountOverride, AskedBlock, AskedCall } from "../../witness/asked-call.ts";
import type { ReadAccount } from "../../witness/batch-witness.ts";
import type { BlockEnvironment, ReexecutedReceipt } from "../../model/block.ts";
import type { EngineTransaction } from "../../../ground/transaction/transaction.ts";
import type { CodeLimits } from "../../../proofs/rules/code-limits.ts";

/** Set-up of an answering thread for each chain that it serves, in sequence. */
export interface QuestionsSetup {
  readonly chainId: number;
  readonly limits: CodeLimits;
  /** Port of the queries. */
  readonly questions: MessagePort;
  /** Port of the replies. It closes with the chain. */
  readonly replies: MessagePort;
}

/** The state in which a question is answered, what it sees of a block, and what it may cost. */
interface QuestionPlace {
  /** The block after which the state is asked for. */
  readonly at: bigint;
  readonly block: AskedBlock;
  readonly overrides: readonly AccountOverride[];
  /** Milliseconds of processor time. */
  readonly maxMs: number;
}

/**
 * Bounds of a trace whose run Hardhat's network repeats. That network remembers each instruction in some 800 bytes, so they bound
 * its memory to 3.2 GB. Compiled code runs fewer instructions with all the gas that a transaction can have.
 */
export const EXPLAINER_BOUNDS = { isBounded: false, maxInstructions: 4_000_000 } as const;

/** A call, with the further results that are requested. */
export interface CallQuestion extends QuestionPlace {
  readonly call: AskedCall;
  /** Instructions after which it is broken off. Default: none. */
  readonly maxInstructions?: number;
  /** Work after which it is broken off. Default: none. */
  readonly maxWork?: number;
}

/** Result of a call. */
export interface CallAnswer {
  readonly receipt: ReexecutedReceipt | undefined;
  /** Why it is not valid, or was broken off. */
  readonly reason: string | undefined;
  /** Return data, or revert data. */
  readonly output: Hex;
  /** Why it failed, in the EVM's words. */
  readonly error: string | undefined;
  /** True if it runs or deploys code that the execution engine must not run. */
  readonly isHostile: boolean;
  /** Accounts that came to a CREATE or CREATE2, at any depth, each once. */
  readonly creators: readonly Hex[];
  readonly exceedsCallData: boolean;
  readonly isLong: boolean;
  readonly isHeavy: boolean;
  /** True if it exceeded its time limit. */
  readonly isLate: boolean;
  /** Whether code asked for the block's time. */
  readonly readsTime: boolean;
}

/** A call whose gas is to be enough in the block, and in each of some others in which it may be instead. */
export interface EstimateQuestion extends CallQuestion {
  readonly otherBlocks: readonly AskedBlock[];
}

/** An estimate, or why the call cannot be estimated. */
export interface EstimateAnswer {
  /** Undefined where the call fails with all its gas, or the search took too long. */
  readonly gas: bigint | undefined;
  /** With all its gas; where the search took too long, the run that was broken off. */
  readonly full: CallAnswer;
}

export interface AccessListAnswer {
  readonly accessList: readonly AccessEntry[];
  /** With this list. */
  readonly full: CallAnswer;
}

/** A block of a simulation: its calls run in sequence, on the state after the blocks before it. */
export interface SimulatedBlock {
  readonly block: AskedBlock;
  readonly overrides: readonly AccountOverride[];
  readonly calls: readonly SimulatedCall[];
}

/** A call, and what it says of itself as a transaction. */
export interface SimulatedCall extends AskedCall {
  /** The nonce that it names. */
  readonly nonce?: bigint;
  /** True if it names no gas: it gets the rest of its block's, and `gasLimit` at most. */
  readonly takesGasLeft?: boolean;
}

/** Reason why a call of a simulation is an invalid transaction. */
export type SimulationRefusal =
  | "NonceTooLow"
  | "NonceTooHigh"
  | "FeeTooLow"
  | "FundsTooLow"
  | "IntrinsicGasTooLow"
  | "BlockGasExceeded"
  | "InitCodeTooLarge";

/** Address at which nodes show logs of moved Ether, whose topic is a token's. */
export const SHOWN_LOGGER = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

export interface SimulationQuestion {
  readonly at: bigint;
  readonly blocks: readonly SimulatedBlock[];
  /** Whether moves of the base token are logged too (EIP-7708). */
  readonly logsTransfers: boolean;
  /** Checks that calls must pass: those of transactions, with fees and nonces (`all`), their payments, or none. */
  readonly checks: "all" | "funds" | "none";
  /** Milliseconds of processor time. */
  readonly maxMs: number;
}

/** Result of a call of a simulation; its logs in RPC form. */
export interface SimulatedAnswer extends CallAnswer {
  /** Nonce of its sender, before it. */
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  /** Undefined for a call that ran, and for one that is invalid in another way, which `reason` tells. */
  readonly refusal: SimulationRefusal | undefined;
}

/** Results of the calls of a simulation's block, as far as they ran. */
export interface SimulatedBlockAnswer {
  readonly calls: readonly SimulatedAnswer[];
  readonly logsBloom: Hex;
}

/** Requested trace. */
interface WantedTrace {
  /** Undefined: step by step. */
  readonly tracer: string | undefined;
  /** Configuration of the tracer, or of the step-by-step trace. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Whether the trace may be of limited size only. */
  readonly isBounded: boolean;
}

/** A call to be traced. */
export interface TraceQuestion extends CallQuestion, WantedTrace {}

/** A transaction of a block to be traced, behind those before it there. */
interface MinedTraceQuestion extends WantedTrace {
  /** The block before. */
  readonly at: bigint;
  readonly block: BlockEnvironment;
  readonly before: readonly EngineTransaction[];
  readonly transaction: EngineTransaction;
  /** Milliseconds of processor time. */
  readonly maxMs: number;
  /** Instructions after which the transaction is broken off. Default: none. */
  readonly maxInstructions?: number;
}

export interface TraceAnswer extends CallAnswer {
  /** Trace in RPC form. Undefined if the call is invalid, or was interrupted. */
  readonly trace: unknown;
}

/** An account after a block, and a word of its storage where a slot is named. */
interface ReadQuestion {
  readonly at: bigint;
  readonly address: Hex;
  readonly slot?: bigint;
}

/** The questions, and their answers. */
export interface QuestionKinds {
  readonly read: { readonly question: ReadQuestion; readonly answer: ReadAccount };
  readonly call: { readonly question: CallQuestion; readonly answer: CallAnswer };
  readonly estimate: { readonly question: EstimateQuestion; readonly answer: EstimateAnswer };
  readonly accessList: { readonly question: CallQuestion; readonly answer: AccessListAnswer };
  readonly trace: { readonly question: TraceQuestion; readonly answer: TraceAnswer };
  readonly traceMined: { readonly question: MinedTraceQuestion; readonly answer: TraceAnswer };
  readonly simulate: { readonly question: SimulationQuestion; readonly answer: readonly SimulatedBlockAnswer[] };
}

export type QuestionKind = keyof QuestionKinds;

/** A question on its way through the witness. */
export interface PutQuestion {
  readonly id: number;
  readonly kind: QuestionKind;
  readonly question: unknown;
}

/** From the thread that answers. */
export type QuestionReply =
  | { readonly id: number; readonly type: "answer"; readonly answer: unknown }
  | { readonly id: number; readonly type: "failed"; readonly code: QuestionErrorCode; readonly message: string };

type QuestionErrorCode = "StateNotKept" | "AnswerTooLarge" | "TraceTooLarge" | "QuestionFailed";

/** A question was not answered. Nothing of the chain is wrong for it. */
export class QuestionError extends NamedError<QuestionErrorCode> {
  override readonly name = "QuestionError";
}
