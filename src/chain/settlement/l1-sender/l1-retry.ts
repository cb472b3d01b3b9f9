import { reasonOf } from "../../../ground/errors/reason-of.ts";
import {
  EXCLUDED_BY_LIST,
  PERMANENT_REFUSALS,
  QUESTION_TOO_LONG,
  refusalCodeOf,
} from "../../settlement-layer/errors/refusal-code.ts";
import { contractErrorOf, describeContractError } from "../errors/contract-error.ts";
import type { Delay } from "./delay.ts";
import { SettlementError } from "../errors/settlement-error.ts";

/**
 * Reason why settlement waits: for L1, for its operator's money or entry in a base's list, for signers, for a freeze's end, for
 * another account's transaction, for another account's proof, or for the end of earlier signatures. It retries automatically.
 */
export interface L1Trouble {
  readonly code:
    | "L1Unreachable"
    | "InsufficientFunds"
    | "ApprovalNotYetValid"
    | "EvidenceMissing"
    | "NodeTooSlow"
    | "OperatorExcluded"
    | "OtherPending"
    | "SignersMissing"
    | "VersionFrozen";
  /** Request to L1, and the error instead of an answer. */
  readonly message: string;
}

export interface L1RetryOptions {
  /** Wait before the first repetition, doubled for each further one. Default 250. */
  readonly retryDelayMs?: number;
  /** No wait is longer. Default 15,000. */
  readonly longestRetryDelayMs?: number;
  /** Number of consecutive failures of one request before a report. Default 3: one lost answer needs no notice. */
  readonly failuresUntilTold?: number;
}

export interface L1RetryDependencies {
  readonly delay: Delay;
  /** Aborting ends all waiting: what waits rejects with SettlementStopped. */
  readonly signal?: AbortSignal;
  /** Called when requests begin to wait, or wait for something else, and with undefined when none waits. */
  readonly onTrouble?: (trouble: L1Trouble | undefined) => void;
}

/** Outlasts an L1 that is away: for a restart, for a rate limit, or while the operator has no money. */
export interface L1Retry {
  /**
   * Repeats a request, waiting longer each time, until L1 answers. Rejects with what cannot get better: SettlementError
   * Reverted where a contract refuses, Refused where the node refuses the transaction, NodeTooSlow after several requests in
   * sequence that the node ended for their time, any other SettlementError that the request throws (but L1Unreachable and
   * InsufficientFunds, which pass), the client's error for a request that it cannot make, or SettlementStopped.
   */
  answered<T>(label: string, request: () => Promise<T>): Promise<T>;
  /** Waits. Rejects with SettlementStopped. */
  pause(label: string, ms: number): Promise<void>;
  /** Tells what only time brings, until the work ends that waits for it. */
  telling<T>(trouble: L1Trouble, work: () => Promise<T>): Promise<T>;
}

/** A contract that refuses, at a node that gives no data. */
const REVERTED = /execution reverted|transaction reverted|invalid opcode|out of gas/i;
/** Codes of a hyperchain's node for a transaction of a form that the chain does not take. */
const FORMS_REFUSED: readonly string[] = [
  "FeatureNotSupported",
  "GasAboveCap",
  "IntrinsicGasTooLow",
  "TooLarge",
  "TypeNotSupported",
];
/** Words of Ethereum's nodes for a transaction that they never take: geth's, Reth's and Hardhat's. */
const REFUSED_FOR_GOOD =
  /oversized data|intrinsic gas too low|exceeds (?:the )?(?:block|transaction) gas (?:limit|cap)|transaction gas limit too high|transaction type not supported/i;
/** Requests in sequence that the node's clock ends before a caller may try a shorter one. A busy node ends some. */
const LATE_ANSWERS_UNTIL_TOLD = 8;
/** The client itself cannot make such a request, or was destroyed. */
const CLIENT_FAULTS: ReadonlySet<unknown> = new Set([
  "INVALID_ARGUMENT",
  "MISSING_ARGUMENT",
  "UNEXPECTED_ARGUMENT",
  "NUMERIC_FAULT",
  "NOT_IMPLEMENTED",
  "UNSUPPORTED_OPERATION",
]);

/** Nothing is asked before the first request. */
export function createL1Retry(options: L1RetryOptions, { delay, signal, onTrouble }: L1RetryDependencies): L1Retry {
  const { retryDelayMs = 250, longestRetryDelayMs = 15_000, failuresUntilTold = 3 } = options;
  const waiting = new Map<symbol, L1Trouble>();
  let told: L1Trouble["code"] | undefined;

  function tell(): void {
    const [trouble] = waiting.values();
    if (trouble?.code === told) return;
    told = trouble?.code;
    onTrouble?.(trouble);
  }

  async function pause(label: string, ms: number): Promise<void> {
    try {
      await delay(ms, signal);
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
    if (signal?.aborted === true) throw new SettlementError("SettlementStopped", `${label}: sending was stopped`);
  }

  return {
    pause,
    async telling(trouble, work) {
      const name = Symbol(trouble.code);
      waiting.set(name, trouble);
      tell();
      try {
        return await work();
      } finally {
        waiting.delete(name);
        tell();
      }
    },
    async answered(label, request) {
      const name = Symbol(label);
      let wait = retryDelayMs;
      let late = 0;
      try {
        for (let failures = 1; ; failures++) {
          try {
            return await request();
          } catch (error) {
            late = refusalCodeOf(error) === QUESTION_TOO_LONG ? late + 1 : 0;
            if (late >= LATE_ANSWERS_UNTIL_TOLD) throw tooSlow(label, error);
            const trouble = troubleOf(label, error);
            if (failures >= failuresUntilTold) waiting.set(name, trouble);
            tell();
          }
          await pause(label, wait);
          wait = Math.min(2 * wait, longestRetryDelayMs);
        }
      } finally {
        waiting.delete(name);
        tell();
      }
    },
  };
}

function refusedFor(label: string, error: unknown): SettlementError {
  return new SettlementError("Refused", `${label}: the node refuses the transaction: ${reasonOf(error)}`, { cause: error });
}

function tooSlow(label: string, error: unknown): SettlementError {
  const message = `${label}: the node ended the request ${LATE_ANSWERS_UNTIL_TOLD} times in sequence for its time: ${reasonOf(error)}`;
  return new SettlementError("NodeTooSlow", message, { cause: error });
}

/** Reason to wait for an error. Throws an error that waiting cannot resolve. */
function troubleOf(label: string, error: unknown): L1Trouble {
  const contractError = contractErrorOf(error);
  if (contractError !== undefined) {
    throw new SettlementError("Reverted", `${label}: the contract refuses with ${describeContractError(contractError)}`, {
      cause: error,
      contractError,
    });
  }
  if (error instanceof SettlementError) {
    const { code, message } = error;
    if (code === "L1Unreachable" || code === "InsufficientFunds") return { code, message };
    throw error;
  }
  const code = refusalCodeOf(error) ?? "";
  if (PERMANENT_REFUSALS.includes(code) || FORMS_REFUSED.includes(code) || REFUSED_FOR_GOOD.test(reasonOf(error)))
    throw refusedFor(label, error);
  if (EXCLUDED_BY_LIST.includes(code)) return { code: "OperatorExcluded", message: `${label}: ${reasonOf(error)}` };
  if (REVERTED.test(String(error)))
    throw new SettlementError("Reverted", `${label}: the contract refuses, and the node does not say why: ${reasonOf(error)}`, {
      cause: error,
    });
  if (error instanceof Error && "code" in error && CLIENT_FAULTS.has(error.code)) throw error;
  return { code: "L1Unreachable", message: `${label}: L1 does not answer as it should (${reasonOf(error)})` };
}
