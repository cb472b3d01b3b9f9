import type { Opening } from "../../backend.ts";
import { assertLeafIndices, openingSiblings, type OpeningPaths } from "../../multiproof.ts";
import type { HeightClass } from "../../tree-shape.ts";
import type { PagedColumns } from "../card/columns-store.ts";
import type { GpuBuffer } from "../card/gpu.ts";
import { pick } from "../kernels/pick.ts";
import { type CardDevice, type Scratch, withScratch } from "../card/scratch.ts";
import { type CardTree, digestOf, DIGEST_WORDS } from "./commit.ts";
import { extendClass } from "./extend.ts";
import { leafForm } from "./leaf-entries.ts";

/** Rows of a class that are opened: value of a column at a position. */
interface OpenedRows {
  readonly input: HeightClass<PagedColumns>;
  readonly positions: readonly number[];
  /** Column by column, in the order of the positions. */
  readonly values: Uint32Array;
}

/** See `Backend.open`. Rows are extended from the coefficients again; what was opened comes back at once. */
export async function open(device: CardDevice, tree: CardTree, leaves: readonly number[], paths: OpeningPaths): Promise<Opening> {
  assertLeafIndices(leaves, 2 ** tree.depth);
  const siblings = openingSiblings(leaves, tree.depth, paths);
  return withScratch(device, async (scratch) => {
    const digests = copyDigests(device, scratch, tree, siblings);
    const picked = tree.classes.map((input) => pickRows(device, scratch, tree, input, leaves));
    const words = await device.machine.read(digests, 0, DIGEST_WORDS * siblings.length);
    const opened: OpenedRows[] = [];
    for (const { input, positions, buffer, count } of picked) {
      opened.push({ input, positions, values: await device.machine.read(buffer, 0, count) });
    }
    return {
      leaves: leaves.map((leaf) => leafOf(tree, opened, leaf)),
      siblings: siblings.map((_, i) => digestOf(tree.request.hash, words.subarray(DIGEST_WORDS * i, DIGEST_WORDS * (i + 1)))),
    };
  });
}

function copyDigests(
  { machine }: CardDevice,
  scratch: Scratch,
  { layers }: CardTree,
  siblings: readonly { readonly layer: number; readonly siblingIndex: number }[],
): GpuBuffer {
  const digests = scratch.buffer(DIGEST_WORDS * siblings.length);
  siblings.forEach(({ layer, siblingIndex }, i) => {
    const source = layers[layer];
    if (source === undefined) throw new RangeError(`the tree has no layer ${layer}`);
    machine.copy(source, DIGEST_WORDS * siblingIndex, digests, DIGEST_WORDS * i, DIGEST_WORDS);
  });
  return digests;
}

function pickRows(
  device: CardDevice,
  scratch: Scratch,
  { request, classes }: CardTree,
  input: HeightClass<PagedColumns>,
  leaves: readonly number[],
): Omit<OpenedRows, "values"> & { readonly buffer: GpuBuffer; readonly count: number } {
  const { rowsPerLeaf } = request;
  const own = [...new Set(leaves.map((leaf) => leaf >> input.layer))];
  const positions = own.flatMap((leaf) => Array.from({ length: rowsPerLeaf }, (_, row) => rowsPerLeaf * leaf + row));
  const width = input.blocks.reduce((sum, block) => sum + block.width, 0);
  const result = scratch.buffer(width * positions.length);
  const shape = { input, together: leafForm(input, request).together, tallest: classes[0]?.logRows ?? 0 };
  extendClass(device, scratch, request, shape, {
    isNeeded: (part, logSize) => positions.some((position) => position >> logSize === part),
    take: ({ buffer: source, logSize, part, firstColumn, endColumn }) => {
      // Positions ascend, so those of a part follow each other.
      const first = positions.findIndex((position) => position >> logSize === part);
      const inPart = positions.filter((position) => position >> logSize === part).map((position) => position % 2 ** logSize);
      const items = Array.from({ length: endColumn - firstColumn }, (_, i) => {
        return [i * 2 ** logSize, (firstColumn + i) * positions.length + first];
      });
      const buffers = { source, positions: scratch.store(inPart), result };
      device.machine.dispatch(pick, { items, buffers, count: inPart.length, work: 10 });
    },
  });
  return { input, positions, buffer: result, count: width * positions.length };
}

/** A leaf's elements: per block of the request in order, row by row. */
function leafOf({ blocks, request: { rowsPerLeaf } }: CardTree, opened: readonly OpenedRows[], leaf: number): Uint32Array {
  const elements = blocks.flatMap((block, index) => {
    const own = opened.find(({ input }) => input.logRows === block.logRows);
    if (own === undefined) throw new Error("a block of the tree was not opened");
    const { input, positions, values } = own;
    const first = blocks.slice(0, index).reduce((sum, before) => sum + (before.logRows === block.logRows ? before.width : 0), 0);
    const position = positions.indexOf((leaf >> input.layer) * rowsPerLeaf);
    return Array.from({ length: rowsPerLeaf * block.width }, (_, i) => {
      const column = first + (i % block.width);
      return values[column * positions.length + position + Math.floor(i / block.width)] ?? 0;
    });
  });
  return Uint32Array.from(elements);
}
