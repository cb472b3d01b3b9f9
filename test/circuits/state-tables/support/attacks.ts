import type { LeafCells } from "../../../../src/proofs/circuits/leaves/leaves-air.ts";
import { hashed, withOrder } from "../../../../src/proofs/circuits/leaves/leaves-trace.ts";
import { traceNodes } from "../../../../src/proofs/circuits/leaves/state-trace.ts";
import { LIMBS, limbsOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { inv } from "../../../../src/proofs/field/koala-bear.ts";
import { compress } from "../../../../src/proofs/kernels/poseidon.ts";
import type { StateCells } from "./judge.ts";
import type { HonestRun } from "./state-run.ts";

/** Rows that say something false of a state, and all that refuses them. */
export interface Attack {
  readonly name: string;
  readonly refusedBy: readonly string[];
  readonly cells: StateCells;
}

const ZERO = new Array<number>(LIMBS).fill(0);

/** Attacks of a prover who works out again all that follows from what is forged. */
export function* attacks(run: HonestRun): Generator<Attack> {
  yield* valueAttacks(run);
  yield* orderAttacks(run);
  yield* placeAttacks(run);
}

/** The tables with these leaves: their digests, the nodes above them and the roots as they follow. */
function settled({ touched, state }: HonestRun, leaves: readonly LeafCells[]): StateCells {
  const rows = leaves.map((row) => hashed(row, compress));
  const paths = touched.map(({ path }) => path);
  const { tree, roots } = traceNodes(rows, paths, state, compress);
  return { leaves: rows, tree, roots: [roots] };
}

/** The row of a leaf, by what it is. */
function find(leaves: readonly LeafCells[], is: (row: LeafCells, next: LeafCells | undefined) => boolean): number {
  const at = leaves.findIndex((row, i) => is(row, leaves[i + 1]));
  if (at < 0) throw new Error("the run has no such leaf");
  return at;
}

const replaced = (leaves: readonly LeafCells[], at: number, change: Partial<LeafCells>): LeafCells[] =>
  leaves.map((row, i) => (i === at ? { ...row, ...change } : row));

function* valueAttacks(run: HonestRun): Generator<Attack> {
  const { leaves, roots } = run.cells;
  const read = find(leaves, ({ existed, asked, after }) => existed === 1 && asked === 1 && after[0] !== 0);
  // The root before is of another state; of a stale one, say.
  const invented = settled(run, replaced(leaves, read, { before: limbsOf(5n) }));
  yield {
    name: "a value that is not the one under the root before the run: it has another root",
    refusedBy: ["roots: compression[3]"],
    cells: { ...invented, roots: invented.roots.map((row) => ({ ...row, before: roots[0]!.before })) },
  };
  const written = find(leaves, (row) => row.existed + row.asked === 2 && row.after.join() !== row.before.join());
  const { before, after } = leaves[written]!;
  const kept = settled(run, replaced(leaves, written, { after: before }));
  yield {
    name: "a write that is dropped",
    refusedBy: ["leaves: compression[3]"],
    cells: { ...kept, leaves: replaced(kept.leaves, written, { after }) },
  };
  yield {
    name: "a root after the run that is another: the one before it",
    refusedBy: ["roots: compression[7]"],
    cells: { ...run.cells, roots: roots.map((row) => ({ ...row, after: row.before })) },
  };
  const absent = find(leaves, ({ real, existed, inserted }) => real === 1 && existed + inserted === 0);
  const value = limbsOf(3n);
  yield {
    name: "a value of a leaf that is not there",
    refusedBy: ["leaves: not there: limb 0 is 0"],
    cells: settled(run, replaced(leaves, absent, { before: value })),
  };
  yield {
    name: "a written leaf that was absent and is not inserted",
    refusedBy: ["leaves: not inserted: 0"],
    cells: settled(run, replaced(leaves, absent, { after: value })),
  };
  const unasked = find(leaves, ({ existed, asked }) => existed === 1 && asked === 0);
  yield {
    name: "a leaf that no run has asked for and that is another at last",
    refusedBy: ["leaves: not asked: limb 0 stays"],
    cells: settled(
      run,
      replaced(leaves, unasked, { after: [leaves[unasked]!.after[0]! + 1, ...leaves[unasked]!.after.slice(1)] }),
    ),
  };
}

function* orderAttacks(run: HonestRun): Generator<Attack> {
  const { leaves } = run.cells;
  // A present leaf is claimed to be absent, after the leaf before it.
  const present = find(
    leaves,
    (row, next) => row.existed === 1 && row.infinite === 0 && next?.existed === 1 && next.key.join() === row.bound.join(),
  );
  const [low, own] = [leaves[present]!, leaves[present + 1]!];
  const gone: LeafCells = {
    ...own,
    existed: 0,
    inserted: 0,
    bound: low.bound,
    before: ZERO,
    after: ZERO,
    leafBefore: ZERO.slice(8),
    inverse: 0,
  };
  const rest = leaves
    .slice(present + 2)
    .filter(({ existed }, i, all) => existed === 1 || all.slice(0, i).some((row) => row.existed === 1));
  const claimed = { ...gone, infinite: 0, follower: low.bound };
  const lowest = withOrder({ ...low, ...noOrder() }, claimed);
  const shown = { ...claimed, ...noOrder(), compares: 1, chosen: [1, 0, 0, 0, 0, 0, 0, 0], ...equalLane(own.key[0]!) };
  const without = [...leaves.slice(0, present), lowest, shown, ...rest];
  yield {
    name: "the absence of a present key: it is not below the bound",
    refusedBy: ["leaves: less: low limbs"],
    cells: settled(run, recounted(without, run)),
  };
  // The bound is +∞.
  const unbounded = { ...claimed, ...noOrder(), infinite: 1 };
  const infinite = [...leaves.slice(0, present), lowest, unbounded, ...rest];
  const lanes = low.bound.flatMap((lane, i) => (lane === 0 ? [] : [`leaves: infinite: lane ${i}`]));
  yield {
    name: "the absence of a present key, with +∞ for the successor",
    refusedBy: lanes.sort(),
    cells: settled(run, recounted(infinite, run)),
  };
}

const noOrder = (): Partial<LeafCells> & Record<"compares", number> => ({
  ...{ compares: 0, chosen: ZERO.slice(8), lesser: [0, 0], gap: [0, 0], greater: [0, 0], carry: 0, topInverse: 0 },
});

/** The cells that would show a lane to be less than itself. */
function equalLane(lane: number): Partial<LeafCells> {
  const limbs = [lane % 2 ** 16, Math.floor(lane / 2 ** 16)];
  return { lesser: limbs, gap: [0, 0], greater: limbs, topInverse: inv(0x7f00 - limbs[1]!) };
}

/** Counts inserted leaves. */
function recounted(leaves: readonly LeafCells[], { state }: HonestRun): LeafCells[] {
  let count = state.leafCount;
  const rows = leaves.map((row) => {
    count += row.inserted;
    return { ...row, count, index: row.inserted === 1 ? count - 1 : row.index };
  });
  return rows.map((row) => ({ ...row, finalCount: count }));
}

function* placeAttacks(run: HonestRun): Generator<Attack> {
  const { leaves } = run.cells;
  const [fresh, other] = leaves.flatMap(({ inserted }, i) => (inserted === 1 ? [i] : []));
  if (fresh === undefined || other === undefined) throw new Error("the run inserts two leaves");
  const [own, its] = [leaves[fresh]!.index, leaves[other]!.index];
  yield {
    name: "two new leaves in each other's places",
    refusedBy: ["leaves: place"],
    cells: settled(run, replaced(replaced(leaves, fresh, { index: its }), other, { index: own })),
  };
  yield {
    name: "a hole between the present leaves and the new ones",
    refusedBy: ["leafCounts"],
    cells: settled(run, recounted(leaves, { ...run, state: { ...run.state, leafCount: run.state.leafCount + 1 } })),
  };
  // The same key twice, in one gap.
  const twice = [...leaves.slice(0, fresh + 1), { ...leaves[fresh]!, ...noOrder() }, ...leaves.slice(fresh + 1)];
  const again = recounted(
    twice.map((row, i) =>
      i === fresh
        ? { ...row, follower: row.key, ...noOrder(), compares: 1, chosen: [1, 0, 0, 0, 0, 0, 0, 0], ...equalLane(row.key[0]!) }
        : row,
    ),
    run,
  );
  const linked = again.map((row, i) =>
    i === fresh + 1 ? { ...withOrder({ ...row, ...noOrder() }, again[i + 1]), follower: leaves[fresh]!.follower } : row,
  );
  yield { name: "an insertion twice", refusedBy: ["leaves: less: low limbs"], cells: settled(run, linked) };
  // The last of a gap names another successor than the leaf below it had.
  const end = find(leaves, (row, next) => row.inserted === 1 && row.infinite === 0 && next?.existed === 1);
  const bound = leaves[end]!.bound.map((lane, i) => (i === 7 ? lane + 1 : lane));
  const moved = replaced(leaves, end, { bound, follower: bound });
  const cells = settled(
    run,
    moved.map((row, i) => withOrder({ ...row, ...noOrder() }, moved[i + 1])),
  );
  yield { name: "another successor than that of the leaf below", refusedBy: ["leaves: bound stays: lane 7"], cells };
}
