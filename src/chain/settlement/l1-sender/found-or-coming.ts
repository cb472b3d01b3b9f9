import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { readPendingTotal, type ChainContract, type SharedStage } from "./chain-reader.ts";
import type { SenderContext } from "./sender-context.ts";

/** Two blocks of Ethereum and some, a second apart. Two senders' limit for one that does not send is twice that. */
const LOOKS_AT_PENDING = 30;
/** A block and some: what is mined within it needs no notice. */
const LOOKS_UNTIL_TOLD = 15;
const PENDING_LOOK_MS = 1_000;

/** A stage of a batch that transactions of other accounts may do, too. */
interface StageOfOthers<Done> {
  readonly stage: SharedStage;
  readonly batchNumber: BatchNumber;
  /** Result of the stage on L1, read from this contract; undefined if it is missing. */
  readonly find: (contract: ChainContract) => Promise<Done | undefined>;
}

/**
 * Result of a stage on L1, after waiting for another account's pending transaction: a second one would cost the full
 * price, since the costs of a proof are those of its bytes. After half a minute without a block the wait ends: undefined
 * then.
 */
export async function foundOrComing<Done>(
  context: SenderContext,
  { stage, batchNumber, find }: StageOfOthers<Done>,
): Promise<Done | undefined> {
  const label = `${stage} of batch ${batchNumber}`;
  const isOwn = (context.earlier?.(stage, batchNumber) ?? []).length > 0;
  /** Result within this number of looks, unless it is certain earlier that none is pending. */
  const within = async (maxLooks: number): Promise<{ readonly found: Done | undefined } | "coming"> => {
    for (let looks = 0; ; looks++) {
      const found = await find(context);
      if (found !== undefined || isOwn) return { found };
      if (looks === maxLooks) return "coming";
      if (!(await isComing(context, stage, batchNumber))) return { found };
      await context.patience.pause(label, PENDING_LOOK_MS);
    }
  };
  const soon = await within(LOOKS_UNTIL_TOLD);
  if (soon !== "coming") return soon.found;
  const late = await context.patience.telling({ code: "OtherPending", message: await waitFor(context, label) }, () =>
    within(LOOKS_AT_PENDING - LOOKS_UNTIL_TOLD),
  );
  return late === "coming" ? undefined : late.found;
}

/** Extends the stage's `find`: a look at the newest block waits for transactions of others. */
export function orComing<Done>(context: SenderContext, stage: StageOfOthers<Done>): StageOfOthers<Done>["find"] {
  return (at) => (at === context ? foundOrComing(context, stage) : stage.find(at));
}

async function waitFor({ provider }: SenderContext, label: string): Promise<string> {
  const seconds = (await provider.getBlock("latest"))?.timestamp ?? 0;
  const since = new Date(1_000 * seconds).toISOString();
  return `${label}: another account's transaction is about to do it, and is not mined since ${since} of L1's time; if that stays so, this account sends its own in ${LOOKS_AT_PENDING - LOOKS_UNTIL_TOLD} seconds`;
}

/** Whether L1 has done the stage behind what waits at its node to be mined; false where the node does not tell. */
export async function isComing(context: SenderContext, stage: SharedStage, batchNumber: BatchNumber): Promise<boolean> {
  return ((await readPendingTotal(context, stage)) ?? 0n) > batchNumber;
}
