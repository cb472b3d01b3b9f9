import { digestToHex } from "../../ground/protocol/digest.ts";
import { startPastServer, type PastServer } from "./past-server.ts";
import type { BatchCompressor } from "../state/batch-compressor.ts";
import { StateTree } from "../state/state-tree.ts";
import { PlaceError, readPart } from "./place-error.ts";
import type { Place, PlaceStore } from "./place.ts";
import { PastBlocks } from "./told-blocks.ts";

/** The state tree at a place. Throws PlaceError where its root is not the one of the batch before. */
export function treeAt({ tree: bytes, archive }: Place, compressor: BatchCompressor): StateTree {
  const tree = readPart("tree", () => StateTree.import(bytes, { compressor }));
  const [root, expected] = [digestToHex(tree.root), archive.at(-1)?.stateRoot];
  if (root !== expected) throw new PlaceError("Differs", `the state tree's root is ${root}, the last batch's is ${expected}`);
  return tree;
}

/** A place whose past is served, or will be. */
export interface BegunPast {
  readonly place: Place;
  readonly pastBlocks: PastBlocks;
  /** Rejects with PlaceError where the place's state cannot be read. */
  readonly server: Promise<PastServer>;
  close(): Promise<void>;
}

/**
 * Starts serving the history before a checkpoint, and comparing its state with its tree, in a thread: the longest part of
 * a start, which can run concurrently with others.
 */
export function beginPast(chainId: number, place: Place, store: Pick<PlaceStore, "block">): BegunPast {
  const { head, state, tree, blocks, oldestState } = place;
  const pastBlocks = new PastBlocks(blocks, (number) => store.block(number));
  const claim = { tree, oldestState, hashes: blocks.map(({ hash }) => hash) };
  const server = startPastServer({ chainId, head: head.number, state, claim }, pastBlocks);
  const close = (): Promise<void> =>
    server.then(
      (begun) => begun.close(),
      () => undefined,
    );
  // The engine's opening reports a failure.
  server.catch(() => undefined);
  return { place, pastBlocks, server, close };
}
