/** Statements as PROTOCOL has them, of numbers that say where they stand. */

/** Returns `count` elements that no other mark has. */
function marked(mark: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => mark + i);
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** A boundary: the state's root, the number of the next batch, whether one is open; the rest follows from the number. */
export function boundary(root: number, nextBatch: number, open: 0 | 1, block: number): number[] {
  const number = [nextBatch % 2 ** 16, Math.floor(nextBatch / 2 ** 16)];
  const words = [block, 0, 0, 0, block + 7, 2, 0, 0, ...marked(9000, 10), ...marked(100 * block, 8), 3, 0];
  return [...marked(root, 8), ...zeros(8), ...number, open, ...words, ...zeros(8)];
}

const NAME = [3, 1, 271, 0, 0, 0];

/** Digest by which a program admits the programs that it checks. */
export const PROGRAMS: readonly number[] = marked(7000, 8);

/** Statement of a leaf about chunks, from one boundary to another. */
export function chunks(before: readonly number[], after: readonly number[], name = NAME): number[] {
  return [...zeros(36), ...name, ...before, ...after, ...zeros(9)];
}

/** Statement of a join about the chunks. */
export function joint(chunksOfLeaf: readonly number[], programs = PROGRAMS): number[] {
  return [...chunksOfLeaf.slice(0, 152), 1, ...programs];
}

/** The seed of a run of three segments, and its folds: the last one is the seed. */
export const SEED: readonly number[] = marked(8000, 8);
const FOLDS = [zeros(8), marked(8100, 8), marked(8200, 8), SEED];

/** Counts and carried sums of a part. */
interface PartCounts {
  readonly carried: readonly number[];
  readonly load: number;
  readonly clock: number;
}

/** Statement about segments `first` to `last` of that run, whose statement is revealed by the segment that opens it. */
export function segments(first: number, last: number, run: readonly number[], { carried, load, clock }: PartCounts): number[] {
  const [before, behind] = [FOLDS[first - 1]!, FOLDS[last]!];
  const counts = [load, clock].flatMap((number) => [number % 2 ** 16, Math.floor(number / 2 ** 16)]);
  const said = run.slice(36, 42).concat(first === 1 ? run.slice(42, 152) : zeros(110));
  return [1, ...SEED, ...before, ...behind, ...carried, first, last, ...counts, ...said, ...zeros(9)];
}

/** Statement about a list that leads from one root to another. */
export function list(oldRoot: number, newRoot: number): number[] {
  const [commitment, digest, point, evaluation, outputs] = [5000, 5100, 5200, 5300, 5400];
  return [
    ...marked(commitment, 16),
    ...[oldRoot, newRoot, digest].flatMap((mark) => marked(mark, 8)),
    ...[point, evaluation].flatMap((mark) => marked(mark, 5)),
    ...marked(outputs, 16),
  ];
}

/** Statement about relisted leaves. */
export function relisting(before: number, after: number): number[] {
  return [...marked(before, 8), ...marked(after, 8)];
}
