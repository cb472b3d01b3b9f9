import { LIMBS } from "../../../src/proofs/circuits/shapes/word.ts";
import { number30 } from "../../../src/proofs/circuits/words/earlier.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { MemoryCells } from "../../../src/proofs/circuits/memory/memory-air.ts";
import { placeOfVariable, VARIABLE_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { changed, type Forgery, gap, honest, negative, placeChanged, word } from "./forgeries.ts";
import type { RunCells } from "./judge.ts";
import { get, push, set, STOP } from "./programs.ts";

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `memory: ${refusedBy}`, cells });

/** Runs in which a place of the memory does not begin with what it should, or begins twice. */
export function* placeForgeries(): Generator<Forgery> {
  yield* beginnings();
  yield* secondOpenings();
}

function* beginnings(): Generator<Forgery> {
  const { space, index } = placeOfVariable("price");
  const price: readonly [number, number] = [space, index];
  const read = honest([get("price"), STOP]);
  for (let i = 0; i < LIMBS; i++) {
    const invented = word({ [i]: 3 });
    const cells = changed(read, { 0: { d: invented }, 1: { a: invented } });
    yield by(`starts at 0: limb ${i}`, placeChanged(cells, price, { first: invented, last: invented }));
  }
  // The statement's number of the block, another than the memory's before the run, and after it.
  const block = honest([get("blockNumber"), STOP]);
  const [own, ...others] = block.changes;
  yield { refusedBy: "firstWord", cells: { ...block, changes: [{ ...own!, before: 8n }, ...others] } };
  yield { refusedBy: "lastWord", cells: { ...block, changes: [{ ...own!, after: 8n }, ...others] } };
  // Nothing says what the statement's places hold.
  const zero = word({});
  const unstated = block.memory.map((row) => ({ ...row, stated: 0, first: zero, last: zero }));
  const silent = { ...changed(block, { 0: { d: zero }, 1: { a: zero } }), memory: unstated, boundary: [{ speaks: 0 }] };
  yield { refusedBy: "boundary: the first row speaks", cells: silent };
}

/** 1 is written to price, and what is read is the 0 of a second opening. */
function* secondOpenings(): Generator<Forgery> {
  const written = honest([push(1), set("price"), get("price"), STOP]);
  const zero = word({});
  const cells = changed(written, { 1: { d: zero, gapM: gap(2, 0) }, 2: { a: zero } });
  const at = cells.memory.findIndex(({ last }) => last[0] === 1 && last.slice(1).every((limb) => limb === 0));
  const first = { ...cells.memory[at]!, time: 1 };
  const [before, behind] = [cells.memory.slice(0, at), cells.memory.slice(at + 1)];
  const own = first.index[0]!;
  /** Rows from price's first opening to its second; `between` are never accessed. */
  const opened = (between: readonly Partial<MemoryCells>[], second: Partial<MemoryCells>): RunCells => {
    const untouched = { ...first, stated: 0, first: zero, last: zero, time: 0 };
    const rows = between.map((row) => ({ ...untouched, ...row }));
    const again = { ...untouched, sameSpace: 1, ...second, last: zero, time: 2 };
    return { ...cells, memory: [...before, first, ...rows, again, ...behind] };
  };
  yield by("places ascend", opened([], { gap: [0, 0] }));
  yield by("range16[2]", opened([], { gap: [-1, 0] }));
  yield by("range14[1]", opened([], { gap: [0, negative(-1)] }));
  yield by(
    "same space",
    opened([{ space: VARIABLE_SPACE - 1, sameSpace: 1, index: [own + 1, 0], gap: [0, 0] }], { sameSpace: 0, gap: [0, 0] }),
  );
  // Five places down, by a flag that turns the step over.
  yield by("sameSpace is boolean", opened([{ index: [own - 5, 0], sameSpace: -1, gap: [4, 0] }], { gap: [4, 0] }));
  // Round the field: up by 2^30, and from there to where it began, once by spaces and twice by places.
  const up = [0xffff, 0x3fff] as const;
  const round = number30(2 ** 30 - 2 ** 24);
  yield by("range16[0]", opened([{ space: first.space + 2 ** 30, sameSpace: 0, gap: up }], { sameSpace: 0, gap: round }));
  yield by("range16[1]", opened([{ index: [own + 2 ** 30, 0], sameSpace: 1, gap: up }], { gap: round }));
  // Up to 2^30 − 1 and down from there: p and the step down are below 2^30 themselves, and so is the gap.
  const far = 2 ** 30 - 1;
  const rise = { index: number30(far), sameSpace: 1, gap: gap(far, own) };
  yield by("range14[2]", opened([rise], { gap: number30(P - (far - own) - 1) }));
}
