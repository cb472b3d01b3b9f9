import { createHash } from "node:crypto";
import { encodeBlocks } from "./block-columns.ts";
import { PlaceError } from "./place-error.ts";
import { decodeNotes, encodeNotes, historyBytes, type PartSums } from "./place-notes.ts";
import type { Place } from "./place.ts";

/** Parts of a checkpoint on disk. */
export interface PlaceParts {
  readonly notes: Uint8Array;
  readonly state: Uint8Array;
  readonly tree: Uint8Array;
  readonly history: Uint8Array;
  readonly blocks: Uint8Array;
}

export function encodePlace({ state, tree, ...notes }: Place): PlaceParts {
  const history = historyBytes(notes.history);
  const blocks = encodeBlocks({ blocks: notes.blocks, index: notes.index.blocks });
  const sums = { state: checksum(state), tree: checksum(tree), history: checksum(history), blocks: checksum(blocks) };
  return { notes: encodeNotes(notes, sums), state, tree, history, blocks };
}

/**
 * Inverse of `encodePlace`. The parts may be forged. Throws PlaceError for those of another version, for a malformed
 * checkpoint, and if parts do not belong together; it does not compare state and tree.
 */
export function decodePlace({ notes: text, state, tree, history, blocks }: PlaceParts): Place {
  const { notes, sums } = decodeNotes(text, { history, blocks });
  for (const [name, part] of Object.entries({ state, tree, history, blocks }))
    if (sums[name as keyof PartSums] !== checksum(part)) throw new PlaceError("Damaged", `its ${name} is damaged`);
  return { ...notes, state, tree };
}

function checksum(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
