import type { Mark } from "../core/marks.ts";
import type { Spine } from "../core/spine.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { PriorityOperation } from "../../ground/protocol/system-transactions.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import { leavesOperationsOut, replan, type OperationsPlace } from "../ordering/replan.ts";
import type { ReplayFrom, LostChange } from "./replay.ts";

interface FormingAgain {
  readonly batchNumber: BatchNumber;
  readonly operations: readonly PriorityOperation[];
  readonly spine: Pick<Spine<BatchCommand, CommandResult>, "before" | "since">;
  /** Indexes of imports that are left out. */
  readonly without?: ReadonlySet<bigint> | undefined;
  /** The chain has returned there. */
  readonly onRewound: () => void;
}

/** Replays the commands since a batch began, with the operations in it. */
export async function resealFrom(
  { batchNumber, operations, without, spine, onRewound }: FormingAgain,
  replayFrom: ReplayFrom,
): Promise<readonly LostChange[]> {
  const boundary = spine.before(batchNumber);
  if (boundary === undefined) throw new TypeError(`batch ${batchNumber} had begun when this was asked for`);
  let done: readonly BatchCommand[] | undefined;
  const goBack = (to: Mark, place: OperationsPlace): Promise<readonly LostChange[]> =>
    replayFrom(to, (since) => replan((done ??= since), operations, place, without), onRewound);
  const lost = await goBack(boundary, "end");
  const again = spine.before(batchNumber);
  return again !== undefined && leavesOperationsOut(spine.since(again)) ? goBack(again, "front") : lost;
}
