import type { BatchNumber } from "../../protocol/ids.ts";
import { readPendingTotal, type SharedStage } from "./chain-reader.ts";
import type { SenderContext } from "./sender-context.ts";

/** Two blocks of Ethereum and some, a second apart. Two senders' limit for one that does not send is twice that. */
const LOOKS_AT_PENDING = 30;
const PENDING_LOOK_MS = 1_000;

/** A stage of a batch that transactions of other accounts may do, too. */
interface StageOfOthers<Done> {
  readonly stage: SharedStage;
  readonly batchNumber: BatchNumber;
  /** What L1 has of it; undefined where it has not done it. */
  readonly find: () => Promise<Done | undefined>;
}

/**
 * What L1 has of a stage, waiting for a transaction of another account that is about to do it: a second one would be paid for in
 * full, since what a proof costs is its bytes. One that is not mined in half a minute is waited for no more: undefined then.
 */
export async function foundOrComing<Done>(
  context: SenderContext,
  { stage, batchNumber, find }: StageOfOthers<Done>,
): Promise<Done | undefined> {
  const isOwn = (context.earlier?.(stage, batchNumber) ?? []).length > 0;
  for (let looks = 0; ; looks++) {
    const found = await find();
    if (found !== undefined) return found;
    if (isOwn || looks === LOOKS_AT_PENDING) return undefined;
    if (!(await isComing(context, stage, batchNumber))) return undefined;
    await context.patience.pause(`${stage} of batch ${batchNumber}`, PENDING_LOOK_MS);
  }
}

/** Whether L1 has done the stage behind what waits at its node to be mined; false where the node does not tell. */
export async function isComing(context: SenderContext, stage: SharedStage, batchNumber: BatchNumber): Promise<boolean> {
  return ((await readPendingTotal(context, stage)) ?? 0n) > batchNumber;
}
