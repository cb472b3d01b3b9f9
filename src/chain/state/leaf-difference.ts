import { setImmediate } from "node:timers/promises";
import type { BatchCompressor } from "./batch-compressor.ts";
import { valueWords, type StateWrite } from "./change-set.ts";
import { DIGEST_LENGTH } from "./digest-array.ts";
import type { LeafStore } from "./leaf-store.ts";
import { deriveKeys } from "./state-key.ts";
import { equalWords } from "./word-array.ts";

/** Leaves compared in a turn of the event loop; bounds the scratch memory. */
const CHUNK = 4096;

/** Difference between a tree's leaves and a list of them: the value of one, or further ones that the tree has. */
type LeafDifference = (StateWrite & { readonly inTree: bigint }) | { readonly missing: number };

/**
 * The first of these leaves whose value in a tree differs, or that is named twice; if all are equal, the number of
 * further ones in the tree. Undefined if it has exactly these, the sentinel and those with value 0 not counted. Rejects
 * with StateKeyError or ChangeSetError. The thread answers others in the meantime.
 */
export async function leafDifference(
  store: LeafStore,
  leaves: readonly StateWrite[],
  compressor: BatchCompressor,
): Promise<LeafDifference | undefined> {
  const seen = new Uint8Array(store.count);
  for (let start = 0; start < leaves.length; start += CHUNK) {
    await setImmediate();
    const part = leaves.slice(start, start + CHUNK);
    const keys = deriveKeys(part, compressor);
    const words = valueWords(part);
    for (const [i, leaf] of part.entries()) {
      const at = store.findLow(keys, i * DIGEST_LENGTH);
      const isThere = store.hasKey(at, keys, i * DIGEST_LENGTH) && store.kind(at) === leaf.leafKind;
      if (isThere && seen[at] === 0 && equalWords(store.words, at, words, i)) seen[at] = 1;
      else return { ...leaf, inTree: isThere ? store.value(at) : 0n };
    }
  }
  let missing = 0;
  for (let leaf = 1; leaf < store.count; leaf++) if (seen[leaf] === 0 && store.value(leaf) !== 0n) missing++;
  return missing === 0 ? undefined : { missing };
}
