import type { Provider, TransactionReceipt } from "ethers";
import type { Hex } from "../../protocol/hex.ts";
import type { Delay } from "../delay.ts";
import { SettlementError } from "../settlement-error.ts";
import type { Transactor } from "./transactor.ts";

/** The three calls that every batch needs, in order. */
export type SettlementStage = "commit" | "prove" | "execute";

/** What the stages of one chain's settlement share. */
export interface SenderContext {
  readonly provider: Provider;
  readonly transactor: Transactor;
  /** The chain's contract. */
  readonly hyperchain: Hex;
  readonly settlementChainId: bigint;
  /** L1 block in which the chain was created: events are looked for from there. */
  readonly fromBlock: number;
  readonly delay: Delay;
  /** Told about each transaction before anything waits for it. */
  readonly onBroadcast: (transaction: {
    readonly stage: SettlementStage;
    readonly batchNumber: bigint;
    readonly hash: Hex;
    readonly nonce: number;
  }) => Promise<void>;
}

/** Sends a stage's call, with an upper bound of its gas where one is known. Rejects as Transactor.send does. */
export function sendStage(
  context: SenderContext,
  stage: SettlementStage,
  batchNumber: bigint,
  data: Hex,
  gasLimit?: bigint,
): Promise<TransactionReceipt> {
  return context.transactor.send({
    label: `${stage} of batch ${batchNumber}`,
    to: context.hyperchain,
    data,
    ...(gasLimit === undefined ? {} : { gasLimit }),
    onBroadcast: ({ hash, nonce }) => context.onBroadcast({ stage, batchNumber, hash, nonce }),
  });
}

/** Errors that only say that L1's clock is behind: `name` → place of the awaited time among the arguments. */
const TOO_EARLY: Readonly<Record<string, { readonly awaited: number; readonly now: number }>> = {
  // (latest, actual): the batch's own time has not come on L1.
  TimestampInFuture: { awaited: 1, now: 0 },
  // (earliest, actual)
  ExecutionDelayed: { awaited: 0, now: 1 },
};
const LONGEST_WAIT_SECONDS = 60n;

/** Repeats a call that L1 refuses only because its time has not come. */
export async function whenTimeComes<T>(delay: Delay, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const refusal = error instanceof SettlementError ? error.contractError : undefined;
      const places = TOO_EARLY[refusal?.name ?? ""];
      if (refusal === undefined || places === undefined) throw error;
      const seconds = BigInt(String(refusal.args[places.awaited])) - BigInt(String(refusal.args[places.now]));
      await delay(1000 * Number(seconds < LONGEST_WAIT_SECONDS ? seconds : LONGEST_WAIT_SECONDS));
    }
  }
}

/** Whether a refusal or a lost transaction may mean that the call was already made, by this or another sender. */
export function mayBeDoneAlready(error: unknown): boolean {
  return error instanceof SettlementError && (error.code === "Reverted" || error.code === "TransactionLost");
}
