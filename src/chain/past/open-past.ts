import { digestToHex } from "../../protocol/digest.ts";
import type { EdrConnect } from "../execution/connection.ts";
import { EdrEngine } from "../execution/edr-engine.ts";
import type { EdrEngineOptions } from "../execution/edr-engine.ts";
import { PastEngine } from "./past-engine.ts";
import { startPastServer } from "./past-server.ts";
import type { BatchCompressor } from "../state/batch-compressor.ts";
import { StateTree } from "../state/state-tree.ts";
import { PlaceError } from "./place.ts";
import type { Place, PlaceStore } from "./place.ts";
import { ToldBlocks } from "./told-blocks.ts";

/** The state tree at a place. Throws LeafDumpError, or PlaceError where its root is not the one of the batch before. */
export function treeAt({ tree: bytes, archive }: Place, compressor: BatchCompressor): StateTree {
  const tree = StateTree.import(bytes, { compressor });
  const [root, expected] = [digestToHex(tree.root), archive.at(-1)?.stateRoot];
  if (root === expected) return tree;
  throw new PlaceError(
    "RootMismatch",
    `the state tree's root is ${root}, the last batch's is ${expected}; restore a copy of the folder`,
  );
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
