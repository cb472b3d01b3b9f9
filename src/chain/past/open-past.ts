import { digestToHex } from "../../protocol/digest.ts";
import type { EdrConnect } from "../execution/connection.ts";
import { EdrEngine } from "../execution/edr-engine.ts";
import type { EdrEngineOptions } from "../execution/edr-engine.ts";
import { PastEngine } from "./past-engine.ts";
import { startPastServer } from "./past-server.ts";
import type { BatchCompressor } from "../state/batch-compressor.ts";
import { StateTree } from "../state/state-tree.ts";
import { PlaceError, readPart } from "./place-error.ts";
import type { Place, PlaceStore } from "./place.ts";
import { ToldBlocks } from "./told-blocks.ts";

/** The state tree at a place. Throws PlaceError where its root is not the one of the batch before. */
export function treeAt({ tree: bytes, archive }: Place, compressor: BatchCompressor): StateTree {
  const tree = readPart("tree", () => StateTree.import(bytes, { compressor }));
  const [root, expected] = [digestToHex(tree.root), archive.at(-1)?.stateRoot];
  if (root !== expected) throw new PlaceError("Differs", `the state tree's root is ${root}, the last batch's is ${expected}`);
  return tree;
}

/**
 * Opens an engine that goes on from a place. Rejects with PlaceError where the place's state is not that of its tree and its
 * blocks, and as the engine below does.
 */
export async function openPast(
  options: Omit<EdrEngineOptions, "head" | "pastUrl">,
  place: Place,
  store: Pick<PlaceStore, "block">,
  connect: EdrConnect,
): Promise<PastEngine> {
  const { head, state, tree, blocks, oldestState } = place;
  const told = new ToldBlocks(blocks, (number) => store.block(number));
  const claim = { tree, oldestState, hashes: blocks.map(({ hash }) => hash) };
  const server = await startPastServer({ chainId: options.chainId, head: head.number, state, claim }, told);
  const opening = EdrEngine.open({ ...options, head, pastUrl: server.url }, { connect });
  // It is waited for below; where it fails before the state is compared, that is no failure without a handler.
  opening.catch(() => undefined);
  try {
    await server.agreed;
    return new PastEngine(await opening, told, { head, oldestState }, () => server.close());
  } catch (error) {
    await opening.then(
      (engine) => engine.close(),
      () => undefined,
    );
    await server.close();
    throw error;
  }
}
