import { reasonOf } from "../../errors/reason-of.ts";
import { digestToHex } from "../../protocol/digest.ts";
import type { EdrConnect } from "../execution/connection.ts";
import { EdrEngine } from "../execution/edr-engine.ts";
import type { EdrEngineOptions } from "../execution/edr-engine.ts";
import { PastEngine } from "./past-engine.ts";
import { startPastServer } from "./past-server.ts";
import type { BatchCompressor } from "../state/batch-compressor.ts";
import { StateTree } from "../state/state-tree.ts";
import { toHex } from "../../protocol/hex.ts";
import { decodeState } from "../witness/state-bytes.ts";
import type { StateUpdate } from "../witness/state-feed.ts";
import { requireSameState } from "./compare-state.ts";
import { PlaceError } from "./place-error.ts";
import type { Place, PlaceStore } from "./place.ts";
import { ToldBlocks } from "./told-blocks.ts";

/**
 * The state tree at a place, whose leaves are the values of the place's state, one for one. Throws PlaceError where they are
 * not, or where its root is not the one of the batch before.
 */
export function treeAt(place: Place, compressor: BatchCompressor): StateTree {
  const tree = reading("tree", () => StateTree.import(place.tree, { compressor }));
  const [root, expected] = [digestToHex(tree.root), place.archive.at(-1)?.stateRoot];
  if (root !== expected) throw new PlaceError("Differs", `the state tree's root is ${root}, the last batch's is ${expected}`);
  const state = reading("state", () => decodeState(place.state));
  requireSameBlocks(place, state);
  requireSameState(tree, state);
  return tree;
}

function reading<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new PlaceError("Damaged", `its ${part} cannot be read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Throws PlaceError unless the state is the one after the newest block, and knows blocks by the names that they have. */
function requireSameBlocks({ head, oldestState, blocks }: Place, { newest, oldest, hashes, blocks: changed }: StateUpdate): void {
  if (newest !== head.number || oldest !== oldestState)
    throw new PlaceError(
      "Differs",
      `its states are those of blocks ${oldest} to ${newest}, and are to be of ${oldestState} to ${head.number}`,
    );
  const named = [...hashes].map(([number, hash]): [number, string] => [number, toHex(hash)]);
  for (const { number, hash } of changed) if (hash !== undefined) named.push([Number(number), hash]);
  for (const [number, hash] of named)
    if (blocks[number]?.hash !== hash)
      throw new PlaceError("Differs", `block ${number} is named ${hash} and ${blocks[number]?.hash}`);
}

/** Opens an engine that goes on from a place. Rejects as the engine below does. */
export async function openPast(
  options: Omit<EdrEngineOptions, "head" | "pastUrl">,
  place: Place,
  store: Pick<PlaceStore, "block">,
  connect: EdrConnect,
): Promise<PastEngine> {
  const { head, state, blocks, oldestState } = place;
  const told = new ToldBlocks(blocks, (number) => store.block(number));
  const server = await startPastServer({ chainId: options.chainId, head: head.number, state }, told);
  try {
    const engine = await EdrEngine.open({ ...options, head, pastUrl: server.url }, { connect });
    return new PastEngine(engine, told, { head, oldestState }, () => server.close());
  } catch (error) {
    await server.close();
    throw error;
  }
}
