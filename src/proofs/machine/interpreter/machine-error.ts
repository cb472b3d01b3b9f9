import { NamedError } from "../../../ground/errors/named-error.ts";

/** Why the kernel cannot follow a step, by the reason that it gives to `machine.panic`. */
export const PANIC_REASONS = {
  0x01: "unknown-step",
  0x02: "timestamp-falls",
  0x03: "balance-overflow",
  0x04: "batch-open",
  0x05: "batch-not-open",
  0x06: "stale-block-hashes",
  0x07: "hashes-forgotten",
  0x08: "unsigned-transaction",
  0x09: "minted-below-payout",
  0x0a: "cheat-reserved",
  0x0b: "not-a-users-block",
  0x10: "transaction-type",
  0x11: "gas-limit",
  0x12: "nonce-range",
  0x13: "fee-range",
  0x14: "field-range",
  0x15: "chain-id",
  0x16: "signature",
  0x17: "sender-has-code",
  0x18: "nonce",
  0x19: "priority-fee-above-fee",
  0x1b: "balance",
  0x1c: "init-code-size",
  0x1d: "gas-below-intrinsic",
  0x1e: "no-authorizations",
  0x21: "unsupported-precompile",
  0x23: "unsupported-frame-count",
  0x24: "false-code",
  0x25: "unsupported-code-size",
  0x26: "false-block-hash",
  0x27: "queue-only",
  0x28: "partitioned-state",
  0x29: "configured-before",
  0x2a: "not-an-input",
  0x2b: "not-the-queues-second",
} as const;
type PanicReason = (typeof PANIC_REASONS)[keyof typeof PANIC_REASONS];

/** Whether the kernel gives the reason for what it does not cover: a batch with such a step may be right, and has no proof. */
export function isUncovered(reason: PanicReason): boolean {
  return reason.startsWith("unsupported-");
}

/** The kernel refused a step: the transaction is invalid in this state, or does what the proof does not cover. */
export class KernelPanic extends NamedError<PanicReason> {
  override readonly name = "KernelPanic";

  constructor(code: bigint) {
    const reason = Object.entries(PANIC_REASONS).find(([key]) => BigInt(key) === code)?.[1];
    if (reason === undefined) throw new Error(`the kernel gave reason ${code}, which has no name`);
    super(reason, `the kernel refused a step: ${reason}`);
  }
}

/** User code asks for the hash of a block, and the run was given no chain of hashes. */
export class BlockHashesNotGivenError extends NamedError<"BlockHashesNotGiven"> {
  override readonly name = "BlockHashesNotGivenError";

  constructor() {
    super("BlockHashesNotGiven", "a transaction asks for the hash of a block: give the run the chain of the blocks' hashes");
  }
}
