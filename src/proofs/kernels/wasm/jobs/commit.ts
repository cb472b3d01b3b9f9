import { mul, rootOfUnity, pow } from "../../../field/koala-bear.ts";
import type { LeafEncoding, TreeHash } from "../../backend.ts";
import { bitReverse } from "../../bit-reversal.ts";
import { BASE31_GROUP } from "../../leaf-encoding.ts";
import { digestLength } from "../../tree-hash.ts";
import { columnAddresses, columnStride } from "../memory/columns-layout.ts";
import { messagePairBytes } from "../emit/hash-rows-keccak.ts";
import { STAGED_BYTES } from "../emit/stage-rows.ts";
import { KECCAK_CONSTANTS_AT, nodeShapeAt, POSEIDON_CONSTANTS_AT } from "../memory/fixed-memory.ts";
import { ScratchLayout } from "../memory/heap.ts";
import { keccakMessage, poseidonEntries } from "../memory/leaf-entries.ts";
import { R } from "../../montgomery.ts";
import type { Thread } from "../memory/thread.ts";
import { evaluateColumn, fillPowers, layoutPowerTable, type PowerTable } from "../memory/transforms.ts";
import type { JobBase, TaskRunner } from "./task.ts";

/**
 * Extends, hashes and builds the subtree of one coset per task. The evaluation domain falls into 2^logCosets cosets of the
 * trace domain; in bit-reversed order each is one run of leaves, and so are its rows of every shorter table. Nothing of
 * the extension is kept, and no layer below `firstStoredLayer`.
 */
export interface CommitJob extends JobBase {
  readonly kind: "commit";
  /** Tallest first. */
  readonly classes: readonly CommitClass[];
  readonly logCosets: number;
  readonly shift: number;
  readonly hash: TreeHash;
  readonly encoding: LeafEncoding;
  readonly rowsPerLeaf: number;
  readonly firstStoredLayer: number;
  /** Addresses of the stored layers, from `firstStoredLayer` on, each over all cosets. */
  readonly layers: readonly number[];
}

interface CommitClass {
  readonly logRows: number;
  /** log2 of the points per coset; more than logRows when one leaf spans several cosets of the trace domain. */
  readonly logSize: number;
  /** The layer that the rows enter. */
  readonly layer: number;
  /** Column addresses per block. */
  readonly blocks: readonly (readonly number[])[];
}

/**
 * Rows that are hashed at a time if a leaf is one row. Hashing reads a word of each column, which are on more
 * pages than the processor can address quickly, so these rows are first copied to contiguous memory.
 */
const STAGED_ROWS = STAGED_BYTES / 4;

interface ClassScratch {
  readonly columns: readonly number[];
  readonly powers: PowerTable;
  readonly message: number;
  /** Table of the addresses of staged columns, and `STAGED_ROWS` rows of each. */
  readonly table: number;
  readonly staged: number;
  /** Two leaves as the sponge takes them. */
  readonly messages: number;
}

interface CommitScratch {
  readonly classes: readonly ClassScratch[];
  readonly zeros: number;
  readonly nodes: number;
  readonly pairs: number;
  readonly end: number;
}

/** log2 of the leaves per coset. */
function logLeavesOf(job: Omit<CommitJob, keyof JobBase>): number {
  return (job.classes[0]?.logSize ?? 0) - Math.log2(job.rowsPerLeaf);
}

function layOut(job: Omit<CommitJob, keyof JobBase>, start: number): CommitScratch {
  const scratch = new ScratchLayout(start);
  const digestBytes = digestLength(job.hash);
  const classes = job.classes.map(({ blocks, logSize }) => {
    const width = blocks.reduce((sum, block) => sum + block.length, 0);
    return {
      columns: columnAddresses(scratch.take(width * columnStride(logSize)), width, logSize),
      powers: layoutPowerTable(scratch, Math.max(2, logSize)),
      // Two words per element, at most one padding entry each, and the closing entry.
      message: scratch.take(16 * width * job.rowsPerLeaf + 64),
      table: scratch.take(4 * width),
      staged: scratch.take(STAGED_BYTES * width),
      messages: scratch.take(messagePairBytes(width * job.rowsPerLeaf)),
    };
  });
  const leaves = 2 ** logLeavesOf(job);
  return {
    classes,
    zeros: scratch.take(job.hash.kind === "poseidon" ? columnStride(job.classes[0]?.logSize ?? 0) : 0),
    nodes: scratch.take(digestBytes * leaves),
    pairs: scratch.take(digestBytes * leaves),
    end: scratch.end,
  };
}

/** Scratch bytes that each thread needs. */
export function commitScratchBytes(job: Omit<CommitJob, keyof JobBase>): number {
  return layOut(job, 0).end;
}

/** A class whose leaves' order lies in its scratch. */
interface PreparedClass extends CommitClass, ClassScratch {
  readonly isStaged: boolean;
  readonly entriesAt: number;
  readonly entriesEnd: number;
  readonly sources: readonly number[];
}

function prepared(words: Uint32Array, job: CommitJob, input: CommitClass, place: ClassScratch, zeros: number): PreparedClass {
  const { hash, rowsPerLeaf } = job;
  const isStaged = hash.kind !== "poseidon" && rowsPerLeaf === 1 && 2 ** input.logSize >= STAGED_ROWS;
  const staged = place.columns.map((_, i) => place.staged + STAGED_BYTES * i);
  words.set(place.columns, place.table / 4);
  const leafColumns = leafOrder(input, isStaged ? staged : place.columns, rowsPerLeaf);
  const groupSize = job.encoding === "base31" ? BASE31_GROUP : (input.blocks[0]?.length ?? 0);
  const { groups, entries } =
    hash.kind === "poseidon"
      ? { groups: [], entries: poseidonEntries(leafColumns, zeros) }
      : keccakMessage(leafColumns, groupSize);
  words.set([...groups, ...entries], place.message / 4);
  const entriesAt = place.message + 4 * groups.length;
  return { ...input, ...place, isStaged, entriesAt, entriesEnd: entriesAt + 4 * entries.length, sources: input.blocks.flat() };
}

export function runCommit(thread: Thread, job: CommitJob, scratchStart: number): TaskRunner {
  const { kernels, words } = thread;
  const { hash, rowsPerLeaf, firstStoredLayer } = job;
  const scratch = layOut(job, scratchStart);
  const digestBytes = digestLength(hash);
  const logLeaves = logLeavesOf(job);
  const tallest = job.classes[0]?.logSize ?? 0;
  // Poseidon computes in Montgomery form: the factor R turns the extension into it.
  const factor = hash.kind === "poseidon" ? R : 1;
  if (hash.kind === "poseidon") words.fill(0, scratch.zeros / 4, (scratch.zeros + columnStride(tallest)) / 4);

  const classes = job.classes.map((input, index) => {
    const place = scratch.classes[index];
    if (place === undefined) throw new Error("a height class has no scratch");
    return prepared(words, job, input, place, scratch.zeros);
  });

  function extend(input: PreparedClass, coset: number): void {
    const lift = tallest - input.logSize;
    const root = rootOfUnity(input.logSize + job.logCosets);
    const shift = mul(pow(job.shift, 2 ** lift), pow(root, bitReverse(coset, job.logCosets)));
    fillPowers(thread, input.powers, Math.max(2, input.logSize), factor, shift);
    input.sources.forEach((source, i) => {
      const column = { source, logRows: input.logRows, target: input.columns[i] ?? 0, logSize: input.logSize };
      evaluateColumn(thread, job.twiddles, column, input.powers, shift, factor);
    });
  }

  function hashRows(input: PreparedClass, count: number, target: number, stride: number): void {
    const { message, entriesAt, entriesEnd } = input;
    const step = 4 * rowsPerLeaf;
    if (hash.kind === "poseidon") {
      kernels.hashRowsPoseidon(message, entriesEnd, 0, count, step, target, stride, POSEIDON_CONSTANTS_AT);
      return;
    }
    const kernel = rowsPerLeaf === 1 ? kernels.hashAdjacentRowsKeccak : kernels.hashSpacedRowsKeccak;
    const { messages, table, staged, columns } = input;
    const hashSome = (rows: number, to: number): void =>
      kernel(message, entriesAt, entriesAt, entriesEnd, 0, rows, step, messages, to, stride, digestBytes, KECCAK_CONSTANTS_AT);
    if (!input.isStaged) return hashSome(count, target);
    for (let row = 0; row < count; row += STAGED_ROWS) {
      kernels.stageRows(table, table + 4 * columns.length, 4 * row, staged, STAGED_BYTES, STAGED_BYTES);
      hashSome(STAGED_ROWS, target + stride * row);
    }
  }

  return (coset) => {
    for (const input of classes) extend(input, coset);
    const layerTarget = (layer: number): number => {
      const stored = job.layers[layer - firstStoredLayer];
      return stored === undefined ? scratch.nodes : stored + coset * 2 ** (logLeaves - layer) * digestBytes;
    };
    for (let layer = 0; layer <= logLeaves; layer++) {
      const count = 2 ** (logLeaves - layer);
      const entering = classes.find((input) => input.layer === layer);
      const target = layerTarget(layer);
      if (layer === 0) {
        if (entering !== undefined) hashRows(entering, count, target, digestBytes);
      } else if (entering === undefined) {
        hashNodes(thread, hash, layerTarget(layer - 1), count, target, digestBytes);
      } else {
        hashNodes(thread, hash, layerTarget(layer - 1), count, scratch.pairs, 2 * digestBytes);
        hashRows(entering, count, scratch.pairs + digestBytes, 2 * digestBytes);
        hashNodes(thread, hash, scratch.pairs, count, target, digestBytes);
      }
    }
    return true;
  };
}

/** Parents of `count` pairs of neighbouring digests, written every `stride` bytes. */
export function hashNodes(
  { kernels }: Thread,
  hash: TreeHash,
  pairs: number,
  count: number,
  target: number,
  stride: number,
): void {
  if (hash.kind === "poseidon") {
    kernels.hashNodesPoseidon(pairs, count, target, stride, POSEIDON_CONSTANTS_AT);
  } else {
    const { digestBytes } = hash;
    const shape = nodeShapeAt(digestBytes);
    kernels.hashNodesKeccak(pairs, count, target, stride, shape, digestBytes, KECCAK_CONSTANTS_AT);
  }
}

/** Addresses of the first leaf's elements in the order of the leaf: block by block, row by row. */
function leafOrder(input: CommitClass, columns: readonly number[], rowsPerLeaf: number): number[] {
  let first = 0;
  return input.blocks.flatMap((block) => {
    const blockColumns = columns.slice(first, first + block.length);
    first += block.length;
    return Array.from({ length: rowsPerLeaf }, (_, row) => blockColumns.map((address) => address + 4 * row)).flat();
  });
}
