import type { SettlementStage } from "../../../ground/protocol/settlement-stage.ts";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import type { BatchCommitment } from "../../../ground/protocol/quorum.ts";
import type { Delay } from "./delay.ts";
import { isTooSlow, SettlementError } from "../errors/settlement-error.ts";
import type { SigningRecord } from "../signing/signing-record.ts";
import { atDepth, type ChainContract } from "./chain-reader.ts";
import type { L1Retry, L1Trouble } from "./l1-retry.ts";
import type { FindExecutable } from "./executable-batch.ts";
import type { SourceCalls } from "./source-calls.ts";
import { waitFor, whenTimeComes, parseTimeLock } from "./too-early.ts";
import type { Transactor } from "./transactor.ts";
import { MAX_TRANSACTION_GAS } from "../../../ground/protocol/way-to-l1.ts";

/** Delay with the stage that waits. */
export type StageDelay = (ms: number, stage: SettlementStage, signal?: AbortSignal) => Promise<void>;

/** Shared context of the stages of one chain's settlement. */
export interface SenderContext extends ChainContract {
  readonly transactor: Transactor;
  readonly settlementChainId: ChainId;
  /** L1 blocks on top of a transaction before it counts, including its block. */
  readonly confirmations: number;
  /** True if the settlement layer is a proven chain. Default: false. */
  readonly isOnProvenChain?: boolean | undefined;
  /** Waits for L1's time, for the sake of this stage. */
  readonly delay: StageDelay;
  /** Seconds of a committed batch's wait until L1 executes the batches of its facts. Default: 0. */
  readonly factPatienceSeconds?: number | undefined;
  /** Calls that have L1 prove and execute the source of a fact, from stored evidence. Default: none. */
  readonly sourceCalls?: SourceCalls | undefined;
  /**
   * Prepares the end of a void import. Resolves with false while the chain must wait, for example for the report of a promise.
   * Default: a chain rebuilds immediately.
   */
  readonly mayVoid?: ((index: bigint) => Promise<boolean>) | undefined;
  /** Batches of other chains in this process. Default: none. */
  readonly findExecutable?: FindExecutable | undefined;
  /** Signatures requested from validators; the same record for all senders of a chain. */
  readonly approvals: SigningRecord;
  /** Outlasts an L1 that is away, also where validators ask it. */
  readonly patience: L1Retry;
  /** Transactions of earlier processes that carried a stage of a batch. */
  readonly earlier?: (stage: SettlementStage, batchNumber: BatchNumber) => readonly Hex[];
  /** Throws the reason why the run was ended: validators must not sign its batches then. Default: no run ends. */
  readonly requireRunning?: () => void;
  /** Told about each approval just before validators are asked for it, and where none of them has given it. */
  readonly onApproval?: (approval: BatchCommitment, state: "asked" | "unsigned") => Promise<void>;
  /** Told about each transaction just before it leaves. */
  readonly onBroadcast: (transaction: {
    readonly stage: SettlementStage;
    readonly batchNumber: BatchNumber;
    readonly hash: Hex;
    readonly nonce: number;
  }) => Promise<void>;
}

/** A stage of a batch, to be done by L1. */
interface StageCall<Done> {
  readonly stage: SettlementStage;
  readonly batchNumber: BatchNumber;
  /** Result of the stage on L1, read from this contract; undefined if it is missing. */
  readonly find: (contract: ChainContract) => Promise<Done | undefined>;
  readonly encode: () => Promise<Hex>;
  /**
   * Whether a transaction that waits to be mined may be why the call is refused: then it is tried on L1's newest block, and sent
   * with all the gas that a transaction may have. Default: it is not.
   */
  readonly isOvertaken?: () => Promise<boolean>;
  /** Called contract; default: the chain's contract. */
  readonly to?: Hex;
  /** True for calls with the same effect; the same in TransactionCall. */
  readonly isSame?: (one: Hex, other: Hex) => boolean;
  /** An upper bound of its gas, where one is known. */
  readonly gasLimit?: bigint;
  /** True if a call of fewer batches would do; then NodeTooSlow rejects. Default: it would not, and the call is repeated. */
  readonly isDivisible?: () => boolean;
}

/** Why L1 does not take a call yet, by its error, where that lasts for most of a window, or for days. */
const REASONS_TO_TELL: Readonly<Record<string, { readonly code: L1Trouble["code"]; readonly why: string }>> = {
  ApprovalNotYetValid: {
    code: "ApprovalNotYetValid",
    why: "validators were asked to sign another batch of this number",
  },
  VersionFrozen: { code: "VersionFrozen", why: "the council has frozen the chain's protocol version" },
};

/** Outcome of a stage: L1 had it, or accepted it now. */
type Outcome<Done> = { readonly found: Done } | { readonly receipt: TransactionReceipt };

const SIGNERS_LOOK_MS = 1_000;
/** A part of a block of Ethereum. */
const FOUND_LOOK_MS = 3_000;

/**
 * Executes a stage on L1, after waiting for its time and for signers, unless L1 has done so: then with the found result.
 * A transaction whose nonce another one has used is sent again, and so is a call whose signatures have expired in the
 * meantime, with new ones. Otherwise rejects like Transactor.send.
 */
export async function carryOut<Done>(context: SenderContext, call: StageCall<Done>): Promise<Outcome<Done>> {
  try {
    return await attempt(context, call);
  } catch (error) {
    const { stage, batchNumber } = call;
    const message = `${stage} of batch ${batchNumber}: ${missingSigners(error)}`;
    return context.patience.telling({ code: "SignersMissing", message }, () => untilSigned(context, call));
  }
}

/** Retries regularly: others may sign and send the same, and each try requests the chain's present quorum. */
async function untilSigned<Done>(context: SenderContext, call: StageCall<Done>): Promise<Outcome<Done>> {
  for (;;) {
    await context.patience.pause(`${call.stage} of batch ${call.batchNumber}`, SIGNERS_LOOK_MS);
    try {
      return await attempt(context, call);
    } catch (error) {
      missingSigners(error);
    }
  }
}

/** Which signers are missing. Throws any other error. */
function missingSigners(error: unknown): string {
  if (error instanceof SettlementError && error.code === "SignersMissing") return error.message;
  throw error;
}

async function attempt<Done>(context: SenderContext, stage: StageCall<Done>): Promise<Outcome<Done>> {
  let call = stage;
  let found = await foundForGood(context, call);
  while (found === undefined) {
    try {
      const data = await call.encode();
      return { receipt: await sendInTime(context, call, () => sendStage(context, call, data)) };
    } catch (error) {
      if (!mayBeDoneAlready(error)) throw error;
      const wasDone = (await call.find(context)) !== undefined;
      if (wasDone) found = await foundForGood(context, call);
      if (wasDone || isLost(error) || isExpired(error)) continue;
      // Nodes that estimate do so behind what waits, which its sender can keep from being mined for as long as it likes.
      if (call.gasLimit !== undefined || !(await call.isOvertaken?.())) throw error;
      call = { ...call, gasLimit: BigInt(MAX_TRANSACTION_GAS) };
    }
  }
  return { found };
}

/** Final result of a stage on L1; undefined if L1 has not done it, or reverts it before. */
export async function foundForGood<Done>(
  context: SenderContext,
  { stage, batchNumber, find }: Pick<StageCall<Done>, "stage" | "batchNumber" | "find">,
): Promise<Done | undefined> {
  for (;;) {
    const found = await find(context);
    if (found === undefined || context.confirmations === 1) return found;
    const settled = await find(await atDepth(context, context.confirmations));
    if (settled !== undefined) return settled;
    await context.patience.pause(`${stage} of batch ${batchNumber}`, FOUND_LOOK_MS);
  }
}

/** Repeats a call that L1 refuses only for its time, and tells why where that may last long. */
async function sendInTime(
  { delay: stageDelay, patience }: SenderContext,
  call: StageCall<unknown>,
  sendOnce: () => Promise<TransactionReceipt>,
): Promise<TransactionReceipt> {
  const { stage, batchNumber } = call;
  const send = (): Promise<TransactionReceipt> => untilAnswered(patience, call, sendOnce);
  const delay: Delay = (ms) => stageDelay(ms, stage);
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const early = parseTimeLock(error);
      if (early === undefined) throw error;
      const reason = REASONS_TO_TELL[early.name];
      if (reason === undefined) {
        await waitFor(delay, early.seconds);
        continue;
      }
      const message = `${stage} of batch ${batchNumber}: ${reason.why}, so L1 takes this one from its second ${early.until} on; it is at ${early.until - early.seconds}`;
      return patience.telling({ code: reason.code, message }, () => whenTimeComes(delay, send));
    }
  }
}

/** Repeats a call whose requests the node ends for their time, unless fewer batches would do. */
async function untilAnswered<Answer>(
  patience: L1Retry,
  { isDivisible }: StageCall<unknown>,
  send: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (!isTooSlow(error) || isDivisible?.() === true) throw error;
    const { message } = error;
    const again = async (): Promise<Answer> => {
      for (;;) {
        try {
          return await send();
        } catch (next) {
          if (!isTooSlow(next)) throw next;
        }
      }
    };
    return patience.telling({ code: "NodeTooSlow", message: `${message}; it is repeated until the node answers` }, again);
  }
}

function sendStage(
  context: SenderContext,
  { stage, batchNumber, gasLimit, isSame, to = context.hyperchain }: StageCall<unknown>,
  data: Hex,
): Promise<TransactionReceipt> {
  return context.transactor.send({
    label: `${stage} of batch ${batchNumber}`,
    to,
    data,
    ...(gasLimit === undefined ? {} : { gasLimit }),
    ...(isSame === undefined ? {} : { isSame }),
    earlier: context.earlier?.(stage, batchNumber) ?? [],
    onBroadcast: ({ hash, nonce }) => context.onBroadcast({ stage, batchNumber, hash, nonce }),
  });
}

/** Whether a refusal or a lost transaction may mean that the call was already made, by this or another sender. */
function mayBeDoneAlready(error: unknown): boolean {
  return error instanceof SettlementError && ["Reverted", "Refused", "TransactionLost"].includes(error.code);
}

/** Whether L1 only asks for newer signatures of the same. */
function isExpired(error: unknown): boolean {
  return error instanceof SettlementError && error.contractError?.name === "ApprovalExpired";
}

function isLost(error: unknown): boolean {
  return error instanceof SettlementError && error.code === "TransactionLost";
}
