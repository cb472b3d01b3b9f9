import { inv, mul } from "../../../field/koala-bear.ts";
import type { CommitRequest, TreeHash } from "../../backend.ts";
import { R, toMontgomery } from "../../montgomery.ts";
import { digestLength, digestToBytes, POSEIDON_LEAF_TAG, POSEIDON_NODE_TAG } from "../../tree-hash.ts";
import { type HeightClass, heightClasses } from "../../tree-shape.ts";
import type { PagedColumns } from "../card/columns-store.ts";
import type { GpuBuffer } from "../card/gpu.ts";
import { absorbKeccak, SPONGE_WORDS, squeezeKeccak, ZERO_ENTRY } from "../kernels/absorb-keccak.ts";
import { absorbPoseidon } from "../kernels/absorb-poseidon.ts";
import { hashPairsKeccak, hashPairsPoseidon } from "../kernels/hash-pairs.ts";
import { RATE_WORDS } from "../wgsl/keccak.ts";
import { type CardDevice, type Scratch, withScratch } from "../card/scratch.ts";
import { extendClass, type ExtendedPart } from "./extend.ts";
import { keccakEntries, type LeafForm, leafForm, poseidonEntries } from "./leaf-entries.ts";

/** Words of a digest on the card. */
export const DIGEST_WORDS = 8;
/** Operations of one permutation, about. */
const KECCAK_WORK = 10_000;
const POSEIDON_WORK = 29_000;

/** A committed tree: its layers, and what it was computed from. */
export interface CardTree {
  readonly request: Omit<CommitRequest, "blocks">;
  /** All blocks in request order. */
  readonly blocks: readonly PagedColumns[];
  readonly classes: readonly HeightClass<PagedColumns>[];
  readonly depth: number;
  /** From the leaf layer to the root. */
  readonly layers: readonly GpuBuffer[];
}

/** See `Backend.commit`. */
export async function commit(
  device: CardDevice,
  request: CommitRequest,
): Promise<{ readonly tree: CardTree; readonly root: Uint8Array }> {
  const blocks = request.blocks.map((block) => device.columns.get(block));
  const classes = heightClasses({ ...request, blocks });
  const { blocks: _, ...parameters } = request;
  const depth = classes[0]?.logLeaves ?? 0;
  const layers: GpuBuffer[] = [];
  const tree: CardTree = { request: parameters, blocks, classes, depth, layers };
  blocks.forEach((block) => device.columns.retain(block));
  try {
    for (let layer = 0; layer <= depth; layer++) {
      await withScratch(device, (scratch) => layers.push(buildLayer(device, scratch, tree, layer)));
    }
    const root = layers[depth];
    if (root === undefined) throw new Error("the tree has no root");
    return { tree, root: digestOf(request.hash, await device.machine.read(root, 0, DIGEST_WORDS)) };
  } catch (error) {
    releaseTree(device, tree);
    throw error;
  }
}

/** Frees the tree's layers and its claim on the columns. */
export function releaseTree(device: CardDevice, { layers, blocks }: CardTree): void {
  layers.forEach((layer) => device.machine.memory.give(layer));
  blocks.forEach((block) => device.columns.drop(block));
}

/** A digest's bytes from its words on the card. */
export function digestOf(hash: TreeHash, words: Uint32Array): Uint8Array {
  if (hash.kind === "poseidon") return digestToBytes(words.map((x) => mul(x, INVERSE_R)));
  const bytes = new Uint8Array(4 * DIGEST_WORDS);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => view.setUint32(4 * i, word, true));
  return bytes.slice(0, digestLength(hash));
}

/** All digests of a layer. */
export async function readLayer({ machine }: CardDevice, tree: CardTree, layer: number): Promise<Uint8Array[]> {
  const digests = tree.layers[layer];
  if (digests === undefined) throw new RangeError(`the tree has no layer ${layer}`);
  const count = 2 ** (tree.depth - layer);
  const words = await machine.read(digests, 0, DIGEST_WORDS * count);
  return Array.from({ length: count }, (_, i) =>
    digestOf(tree.request.hash, words.subarray(DIGEST_WORDS * i, DIGEST_WORDS * (i + 1))),
  );
}

const INVERSE_R = inv(R);

function buildLayer(device: CardDevice, scratch: Scratch, tree: CardTree, layer: number): GpuBuffer {
  const { hash } = tree.request;
  const count = 2 ** (tree.depth - layer);
  const entering = tree.classes.find((input) => input.layer === layer);
  const take = (): GpuBuffer => device.machine.memory.take(4 * DIGEST_WORDS * count);
  const below = tree.layers[layer - 1];
  if (entering === undefined) {
    if (below === undefined) throw new Error("the leaf layer of a tree has no rows");
    const nodes = take();
    hashPairs(device, hash, { left: below, right: below, result: nodes }, { step: 2, rightFirst: 1, count });
    return nodes;
  }
  const rows = below === undefined ? take() : scratch.buffer(DIGEST_WORDS * count);
  try {
    hashRows(device, scratch, tree, entering, rows);
  } catch (error) {
    if (below === undefined) device.machine.memory.give(rows);
    throw error;
  }
  if (below === undefined) return rows;
  const nodes = scratch.buffer(DIGEST_WORDS * count);
  hashPairs(device, hash, { left: below, right: below, result: nodes }, { step: 2, rightFirst: 1, count });
  const joined = take();
  hashPairs(device, hash, { left: nodes, right: rows, result: joined }, { step: 1, rightFirst: 0, count });
  return joined;
}

function hashPairs(
  { machine }: CardDevice,
  hash: TreeHash,
  buffers: { readonly left: GpuBuffer; readonly right: GpuBuffer; readonly result: GpuBuffer },
  { count, ...places }: { readonly step: number; readonly rightFirst: number; readonly count: number },
): void {
  if (hash.kind === "poseidon") {
    const params = { ...places, tag: toMontgomery(POSEIDON_NODE_TAG) };
    machine.dispatch(hashPairsPoseidon, { params, buffers, count, work: POSEIDON_WORK });
  } else {
    const params = { ...places, digestBytes: hash.digestBytes };
    machine.dispatch(hashPairsKeccak, { params, buffers, count, work: KECCAK_WORK });
  }
}

/** The digests of a class's rows. */
function hashRows(
  device: CardDevice,
  scratch: Scratch,
  tree: CardTree,
  input: HeightClass<PagedColumns>,
  digests: GpuBuffer,
): void {
  const { request, classes } = tree;
  const form = leafForm(input, request);
  const shape = { input, together: form.together, tallest: classes[0]?.logRows ?? 0 };
  const hasher =
    request.hash.kind === "poseidon"
      ? new PoseidonRows(device, scratch, digests, request.rowsPerLeaf)
      : new KeccakRows(device, scratch, digests, request.hash.digestBytes, request);
  if (request.hash.kind === "poseidon") device.machine.clear(digests);
  extendClass(device, scratch, request, shape, {
    isNeeded: () => true,
    take: (extended) => {
      const own = form.elements.filter(({ column }) => column >= extended.firstColumn && column < extended.endColumn);
      hasher.absorb({ ...form, elements: own }, extended);
    },
  });
}

/** Offset of an element in a part. */
function offsetIn({
  firstColumn,
  logSize,
}: ExtendedPart): (element: { readonly column: number; readonly row: number }) => number {
  return ({ column, row }) => (column - firstColumn) * 2 ** logSize + row;
}

class PoseidonRows {
  readonly #device: CardDevice;
  readonly #scratch: Scratch;
  readonly #digests: GpuBuffer;
  readonly #rowsPerLeaf: number;

  constructor(device: CardDevice, scratch: Scratch, digests: GpuBuffer, rowsPerLeaf: number) {
    this.#device = device;
    this.#scratch = scratch;
    this.#digests = digests;
    this.#rowsPerLeaf = rowsPerLeaf;
  }

  absorb(form: LeafForm, extended: ExtendedPart): void {
    const entries = poseidonEntries(form, offsetIn(extended));
    const leaves = 2 ** extended.logSize / this.#rowsPerLeaf;
    const params = {
      stride: this.#rowsPerLeaf,
      tag: toMontgomery(POSEIDON_LEAF_TAG),
      entryCount: entries.length,
      firstLeaf: leaves * extended.part,
    };
    const buffers = { entries: this.#scratch.store(entries), source: extended.buffer, digests: this.#digests };
    const work = POSEIDON_WORK * Math.max(1, entries.length / DIGEST_WORDS);
    this.#device.machine.dispatch(absorbPoseidon, { params, buffers, count: leaves, work });
  }
}

class KeccakRows {
  readonly #device: CardDevice;
  readonly #scratch: Scratch;
  readonly #digests: GpuBuffer;
  readonly #digestBytes: number;
  readonly #rowsPerLeaf: number;
  #sponges: GpuBuffer | undefined;
  /** Bits that wait, and whole words of the block: the same in all leaves. */
  #pending = 0;
  #word = 0;

  constructor(
    device: CardDevice,
    scratch: Scratch,
    digests: GpuBuffer,
    digestBytes: number,
    request: Omit<CommitRequest, "blocks">,
  ) {
    this.#device = device;
    this.#scratch = scratch;
    this.#digests = digests;
    this.#digestBytes = digestBytes;
    this.#rowsPerLeaf = request.rowsPerLeaf;
  }

  absorb(form: LeafForm, extended: ExtendedPart): void {
    const { machine } = this.#device;
    const leaves = 2 ** extended.logSize / this.#rowsPerLeaf;
    const sponges = (this.#sponges ??= this.#scratch.buffer(SPONGE_WORDS * leaves));
    if (extended.isFirst) {
      machine.clear(sponges);
      [this.#pending, this.#word] = [0, 0];
    }
    const entries = keccakEntries(form, offsetIn(extended), extended.isLast);
    // Up to a whole word, so that no bits wait when the sponge is closed.
    const pending = entries.reduce((bits, entry, i) => bits + (i % 2 === 1 ? entry : 0), this.#pending) % 32;
    if (extended.isLast && pending !== 0) entries.push(ZERO_ENTRY, 32 - pending);
    const before = { leaves, pending: this.#pending, word: this.#word };
    machine.dispatch(absorbKeccak, {
      params: { ...before, stride: this.#rowsPerLeaf, entryCount: entries.length / 2 },
      buffers: { entries: this.#scratch.store(entries), source: extended.buffer, sponges },
      count: leaves,
      work: KECCAK_WORK * Math.max(1, entries.length / 2 / RATE_WORDS),
    });
    for (let i = 1; i < entries.length; i += 2) this.#count(entries[i] ?? 0);
    if (!extended.isLast) return;
    machine.dispatch(squeezeKeccak, {
      params: { leaves, digestBytes: this.#digestBytes, firstLeaf: leaves * extended.part },
      buffers: { sponges, digests: this.#digests },
      count: leaves,
      work: KECCAK_WORK,
    });
  }

  #count(bits: number): void {
    this.#pending += bits;
    if (this.#pending < 32) return;
    this.#pending -= 32;
    this.#word = this.#word === RATE_WORDS ? 1 : this.#word + 1;
  }
}
