import { NamedError } from "../../../ground/errors/named-error.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import { isUncovered, KernelPanic } from "../../machine/interpreter/machine-error.ts";
import {
  UnprovableAddressError,
  UnprovableCopyError,
  UnprovableOpcodeError,
  UnprovableRecoveryError,
  UnprovableRowError,
} from "../recorded-run.ts";
import type { LargeStep } from "./step-limits.ts";

/** Why a batch has no proof of its execution. */
export const REASONS_WITHOUT_PROOF = [
  /** The batch does something that the kernel does not cover. */
  "unsupported-precompile",
  "unsupported-frame-count",
  "unsupported-code-size",
  /** The kernel refuses a step for another reason; the detail says which. */
  "refused-by-kernel",
  /** The batch reaches a row, an opcode, an address, a copy or a recovery that no table has. */
  "unprovable-row",
  /** The machine reaches its end, which is L1's, and one step of it exceeds the limits of a chunk (`stepLimits`). */
  "too-large",
  /** The chain did not keep what its witness needs. */
  "cheat-unknown",
  "operation-unknown",
  "code-unknown",
  "block-hash-unknown",
  /** The machine's state differs from the chain's: one of them is wrong. */
  "disagreement",
  /** Making the proof failed; the detail says how. */
  "fault",
] as const;
/** Reason why a batch has no proof of its execution. */
export type ReasonWithoutProof = (typeof REASONS_WITHOUT_PROOF)[number];

/** A batch without a proof of its execution. */
export interface UnprovenExecution {
  readonly kind: "unproven";
  readonly reason: ReasonWithoutProof;
  readonly detail: string;
  /** The large step, and the exceeded limits, for `too-large`. */
  readonly large?: LargeStep;
}

/** Error that ends the making of a witness or of a proof of a batch that has none. */
export class UnprovableBatch extends NamedError<ReasonWithoutProof> {
  override readonly name = "UnprovableBatch";
}

/** A step is more than the limits of its protocol version. */
export class StepTooLarge extends UnprovableBatch {
  readonly large: LargeStep;

  constructor(large: LargeStep) {
    const { limits, step } = large;
    super("too-large", `step ${step} of the batch is more than ${limits.cells} cells, or ${limits.rows} rows of a table`);
    this.large = large;
  }
}

const UNPROVABLE = [
  ...[UnprovableRowError, UnprovableOpcodeError, UnprovableAddressError],
  ...[UnprovableCopyError, UnprovableRecoveryError],
];

/** Error that ends the making of a proof; the inverse of `unprovenBy`. */
export function errorOf({ reason, detail, large }: UnprovenExecution): UnprovableBatch {
  return large === undefined ? new UnprovableBatch(reason, detail) : new StepTooLarge(large);
}

/** Reason for an error that ended the making of a witness or a proof. */
export function unprovenBy(error: unknown): UnprovenExecution {
  const found = { kind: "unproven", reason: reasonFor(error), detail: reasonOf(error) } as const;
  return error instanceof StepTooLarge ? { ...found, large: error.large } : found;
}

function reasonFor(error: unknown): ReasonWithoutProof {
  if (error instanceof UnprovableBatch) return error.code;
  if (error instanceof KernelPanic) {
    const { code } = error;
    return isUncovered(code)
      ? (REASONS_WITHOUT_PROOF.find((reason) => reason === code) ?? "refused-by-kernel")
      : "refused-by-kernel";
  }
  return UNPROVABLE.some((kind) => error instanceof kind) ? "unprovable-row" : "fault";
}
