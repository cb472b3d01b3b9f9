import { canonicalTxHash, type L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { plain } from "./aliases.ts";
import { deadlineOf, requireRunning } from "./batches.ts";
import type { Frame } from "./frame.ts";
import { markOf } from "./registries.ts";
import { requireThat } from "./refusal.ts";
import type { Chain } from "./world.ts";

const NEVER = (1n << 256n) - 1n;
/** Seconds between a chain's last leaf and a mark. */
export const MARK_INTERVAL = 3_600n;

/** Recorded token deposit. */
export interface TokenDeposit {
  readonly depositor: Hex;
  readonly token: Hex;
  readonly amount: bigint;
}

/** After which second anyone can stop the chain. */
export function exitOpensAt(chain: Chain): bigint {
  const next = chain.operationsExecuted.value;
  const { priorityOpWindow, exitDelay } = chain.configuration;
  return next === chain.operationsQueued.value ? NEVER : deadlineOf(chain, next) + priorityOpWindow + exitDelay;
}

function requireNeverRun(chain: Chain, index: bigint): void {
  requireThat(chain.exited.value, "ChainContract", "ChainNotExited");
  requireThat(index >= chain.operationsExecuted.value, "ChainContract", "OperationExecuted", () => [index]);
}

export const exits = {
  markRecord({ world, self, sender, transaction }: Frame): void {
    const { roots } = world.addresses;
    requireThat(sender === roots, "ChainContract", "OnlyRegistry", () => [roots, sender]);
    const chain = world.chainAt(self);
    const earliest = chain.recordedAt.value + MARK_INTERVAL;
    requireThat(transaction.now >= earliest, "ChainContract", "MarkTooEarly", () => [earliest, transaction.now]);
    chain.recordedAt.value = transaction.now;
  },

  activateExit(frame: Frame): void {
    const { world, self, transaction } = frame;
    const chain = world.chainAt(self);
    requireRunning(chain);
    const opensAt = exitOpensAt(chain);
    requireThat(transaction.now > opensAt, "ChainContract", "ExitNotOpen", () => [opensAt, transaction.now]);
    chain.exited.value = true;
    chain.committed.value = chain.executed.value;
    chain.verified.value = chain.executed.value;
    chain.recordedAt.value = transaction.now;
    const { chainId, batchNumber, logRoot, record } = markOf(chain);
    frame.call({ to: world.addresses.roots, fn: "append", args: [chainId, batchNumber, logRoot, record], value: 0n });
  },

  refundOperation(frame: Frame, operation: L2CanonicalTransaction): void {
    const { world, self } = frame;
    const chain = world.chainAt(self);
    const index = operation.nonce;
    const queued = chain.queue.get(index);
    const [expected, actual] = [queued?.hash ?? wordToHex(0n), canonicalTxHash(operation)];
    requireThat(actual === expected, "ChainContract", "OperationUnknown", () => [index, expected, actual]);
    requireNeverRun(chain, index);
    const args = [chain.id, actual, plain(chain.configuration.baseToken), queued!.payer, operation.reserved[0]];
    frame.call({ to: world.addresses.bridge, fn: "refundBaseToken", args, value: 0n });
  },

  refundDeposit(frame: Frame, index: bigint, deposit: TokenDeposit): void {
    const chain = frame.world.chainAt(frame.self);
    requireNeverRun(chain, index);
    const hash = chain.queue.get(index)?.hash ?? wordToHex(0n);
    frame.call({ to: frame.world.addresses.bridge, fn: "refundTokenDeposit", args: [chain.id, hash, deposit], value: 0n });
  },
};
