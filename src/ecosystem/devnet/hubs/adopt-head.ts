import type { HubBlockOnL1 } from "../../hub/hub-block.ts";
import { HubError } from "../../hub/hub-error.ts";
import { hashHubHeader } from "../../../ground/protocol/hub-header.ts";
import type { DecidedBlocks } from "./decided-blocks.ts";
import { HubGroupError } from "./hub-group-error.ts";
import type { HubOnL1 } from "./hub-landing.ts";

/**
 * Removes the decided blocks that L1 lacks, and adopts the blocks that L1 has instead from their landings. Any account lands a
 * block of an earlier life, whose votes count on L1. Rejects with HubGroupError HeadReplaced if one cannot be read or has another
 * state, with RangeError as `DecidedBlocks.cutAfter`, or with L1's error; nothing has changed then.
 */
export async function adoptHead(decided: DecidedBlocks, onL1: Pick<HubOnL1, "head" | "landedBlock">): Promise<void> {
  const head = await onL1.head();
  const blocks: HubBlockOnL1[] = [];
  let { number } = head;
  for (let hash = hashHubHeader(head); !decided.has(number, hash); number--) {
    const block = await onL1.landedBlock(number, hash);
    if (block === undefined) throw replaced(number, "and it did not land in the last month");
    blocks.unshift(block);
    hash = block.header.parent;
  }
  try {
    decided.cutAfter(number, blocks);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw replaced(head.number, `which does not follow from its batches: ${error.message}`, { cause: error });
  }
}

function replaced(number: bigint, reason: string, options?: ErrorOptions): HubGroupError {
  return new HubGroupError(
    "HeadReplaced",
    `L1 has another block ${number} of the hub than these aggregators, ${reason}; members show their batches alone: name the hub otherwise`,
    options,
  );
}
