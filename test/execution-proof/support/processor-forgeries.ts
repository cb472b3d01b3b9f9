import { LIMBS } from "../../../src/proofs/circuits/shapes/word.ts";
import { FRAME_PLACES } from "../../../src/proofs/circuits/shapes/instruction.ts";
import { FIELD_SPACE, KERNEL_MEMORY_SPACE, placeOfVariable } from "../../../src/proofs/execution-proof/memory-places.ts";
import { fieldIndex, type Variable } from "../../../src/proofs/machine/kernel/names.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { changed, type Forgery, gap, honest, negative, placeChanged, word } from "./forgeries.ts";
import { withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import {
  ADD,
  COMPRESS,
  dup,
  ENTER,
  EQ,
  get,
  getField,
  HINT,
  ISZERO,
  JUMP,
  JUMPDEST,
  JUMPI,
  LOAD,
  MLOAD,
  MSTORE,
  NOT,
  POP,
  push,
  set,
  setField,
  STOP,
  STORE,
  SUB,
  swap,
} from "./programs.ts";

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `processor: ${refusedBy}`, cells });

/** Runs in which one row does something else than its instruction. */
export function* stepForgeries(): Generator<Forgery> {
  const fivePopped = honest([push(5), POP, STOP]);
  const notFive = honest([push(0), [0x5f, NOT], POP, STOP]);
  const different = (i: number): RunCells => honest([push(1n << BigInt(16 * i)), [0x5f, EQ], POP, STOP]);
  const isZero = honest([push(0), ISZERO, POP, STOP]);
  for (let i = 0; i < LIMBS; i++) {
    yield by(`top: limb ${i}`, changed(fivePopped, { 1: { a: word({ 0: 5, [i]: 3 }) } }));
    const foot = word({ [i]: 3 });
    yield by(`foot: limb ${i}`, changed(fivePopped, { 0: { b: foot }, 1: { b: foot }, 2: { a: foot } }));
    // NOT(0) with a limb of 3.
    const complement = word(Object.fromEntries(word({}).map((_, k) => [k, k === i ? 3 : 0xffff])));
    yield by(`not: limb ${i}`, changed(notFive, { 1: { c: complement }, 2: { a: complement } }));
    // 2^(16 i) = 0 although they differ in limb i.
    const one = word({ 0: 1 });
    yield by(`equal: limb ${i}`, changed(different(i), { 1: { zero: 1, d: word({}), c: one }, 2: { a: one } }));
    const flag = word(i === 0 ? { 0: 7 } : { 0: 1, [i]: 7 });
    yield by(`flag: limb ${i}`, changed(isZero, { 0: { c: flag }, 1: { a: flag } }));
  }
  yield by(
    "equal: not if the flag says so",
    changed(honest([push(0), [0x5f, EQ], POP, STOP]), { 1: { zero: 0, c: word({}) }, 2: { a: word({}) } }),
  );
  const one = word({ 0: 1 });
  const isZeroOfFive = honest([push(5), ISZERO, POP, STOP]);
  yield by("zero of a: 0 if the flag says so", changed(isZeroOfFive, { 0: { zero: 1, inverse: 0, c: one }, 1: { a: one } }));
  yield by("zero of a: not 0 if the flag says so", changed(isZero, { 0: { zero: 0, c: word({}) }, 1: { a: word({}) } }));
  const sum = honest([push(5), push(7), ADD, POP, STOP]);
  yield by("alu[0]", changed(sum, { 1: { c: one }, 2: { a: one } }));
  const two = word({ 0: 2 });
  yield by("rom[0]", changed(sum, { 1: { operation: SUB, c: two }, 2: { a: two } }));
  const compressed = honest([push(3), push(5), HINT, COMPRESS, POP, STOP], [7n]);
  yield by("digestWords[0]", changed(compressed, { 3: { d: one }, 4: { a: one } }));
  // With 2^16 added to its tag, the right side is written in another way.
  const packedTag = word({ 0: 7, 1: 1 });
  yield by("digestWords[0]", changed(compressed, { 2: { d: packedTag }, 3: { a: packedTag } }));
  // A tag of 2^32 + 7 is taken for 7.
  const longTag = word({ 0: 7, 2: 1 });
  yield by("tag has two limbs", changed(compressed, { 2: { d: longTag }, 3: { a: longTag } }));
  const limb = word({ 0: 2 ** 16 });
  yield by("wordRange[0]", changed(honest([HINT, POP, STOP], [0n]), { 0: { d: limb }, 1: { a: limb } }));
}

/** Runs with a wrong next row, begin or end. */
export function* flowForgeries(): Generator<Forgery> {
  const pushes = honest([push(5), push(6), STOP]);
  const [first, , last] = pushes.processor;
  const withoutFirst = honest([push(5), STOP]);
  const [, stop] = withoutFirst.processor;
  yield by("starts at 0", { ...withoutFirst, rest: [], processor: [{ ...stop!, clock: 1, height: 1, a: word({}) }] });
  const higher = honest([push(5), POP, STOP]);
  yield by("starts with an empty stack", changed(higher, { 0: { height: 2 }, 1: { height: 3 }, 2: { height: 2 } }));
  const skipped = { ...last!, clock: 2, height: 2, a: word({ 0: 5 }) };
  yield by("continues", { ...pushes, processor: [first!, skipped], rest: pushes.rest.slice(0, 1) });
  const cut = honest([push(1), push(2), STOP]);
  yield by("stops at last", { ...cut, processor: cut.processor.slice(0, 2), rest: cut.rest.slice(0, 2) });
  const jump = honest([push(4), JUMP, STOP, JUMPDEST, push(9), STOP]);
  const [jumping] = jump.processor;
  const stopped = { ...jump.processor.at(-1)!, pc: 3, next: 3, clock: 2, height: 1, a: word({}) };
  yield by("taken", { ...jump, processor: [{ ...jumping!, taken: 0 }, stopped], rest: [] });
  const hinted = honest([HINT, JUMP, JUMPDEST, STOP], [2n]);
  const target = word({ 0: 2, 1: 1 });
  yield by("target is one limb", changed(hinted, { 0: { d: target }, 1: { a: target } }));

  // JUMPI's row, then both ways it may go.
  const branch = (condition: number): RunCells =>
    honest([push(condition), push(7), JUMPI, push(1), STOP, JUMPDEST, push(2), STOP].flat());
  const [taken, notTaken] = [branch(5), branch(0)];
  const way = (from: RunCells, to: RunCells, change: Partial<RunCells["processor"][number]>): RunCells => ({
    ...from,
    processor: [...from.processor.slice(0, 1), { ...from.processor[1]!, ...change }, ...to.processor.slice(2)],
    rest: to.rest,
  });
  yield by("zero of b: 0 if the flag says so", way(taken, notTaken, { zero: 1, inverse: 0, taken: 0 }));
  yield by("zero of b: not 0 if the flag says so", way(notTaken, taken, { zero: 0, taken: 1 }));
  // PUSH 1, PUSH 2, POP, of which POP takes what lies deeper.
  const deep = honest([push(1), push(2), POP, STOP]);
  const rest = [{ real: 1, place: 1, time: 2, word: word({ 0: 1 }) }];
  const zero = word({});
  const lower = changed(deep, { 2: { height: 2, b: zero, gapB: gap(3, 1) }, 3: { height: 1, a: zero } });
  yield by("height", { ...lower, rest });
}

/** Runs whose stack or memory gives something else than was put there. */
export function* memoryForgeries(): Generator<Forgery> {
  yield* stackForgeries();
  yield* orderForgeries();
  yield* addressForgeries();
}

function* stackForgeries(): Generator<Forgery> {
  const invented = word({ 0: 99 });
  const stack = (cells: RunCells): Forgery => ({ refusedBy: "stack", cells });
  yield stack(changed(honest([push(1), push(2), POP, STOP]), { 2: { b: invented }, 3: { a: invented } }));
  const stored = honest([push(7), push(9), push(0), STORE, STOP]);
  yield stack(changed(stored, { 3: { c: invented }, 4: { a: invented } }));
  yield stack(changed(honest([push(1), push(2), dup(2), STOP]), { 2: { b: invented }, 3: { a: invented } }));
  yield stack(changed(honest([push(1), push(2), swap(1), STOP]), { 2: { b: invented }, 3: { a: invented } }));
  const read = honest([get("price"), STOP]);
  yield { refusedBy: "memory", cells: changed(read, { 0: { d: invented }, 1: { a: invented } }) };

  // b is taken from what is put there later: 8 instead of 7.
  const [seven, eight] = [word({ 0: 7 }), word({ 0: 8 })];
  const twice = honest([push(7), push(2), POP, POP, push(8), push(2), POP, STOP]);
  const swapped = changed(twice, {
    2: { b: eight, gapB: gap(3, 6) },
    3: { a: eight },
    6: { b: seven, gapB: gap(7, 2) },
    7: { a: seven },
  });
  yield by("range16[0]", swapped);
  yield by("range14[0]", changed(swapped, { 2: { b: eight, gapB: [0, negative(-4)] } }));
  // The same with c.
  const both = honest([push(7), push(9), push(0), STORE, POP, push(8), push(9), push(0), STORE, STOP]);
  const exchanged = changed(both, {
    3: { c: eight, gapC: gap(4, 7) },
    4: { a: eight },
    8: { c: seven, gapC: gap(9, 2) },
    9: { a: seven },
  });
  yield by("range16[1]", exchanged);
  yield by("range14[1]", changed(exchanged, { 3: { gapC: [0, negative(-4)] } }));
}

function placeOf(name: Variable): readonly [number, number] {
  const { space, index } = placeOfVariable(name);
  return [space, index];
}

function* orderForgeries(): Generator<Forgery> {
  const [one, two] = [word({ 0: 1 }), word({ 0: 2 })];
  // price is read before it is written, and reads what is written.
  const early = honest([get("price"), POP, push(1), set("price"), STOP]);
  const price = placeOf("price");
  const read = { d: one, gapM: gap(1, 3) };
  const written = { d: word({}), gapM: gap(3, 0) };
  const future = placeChanged(changed(early, { 0: read, 1: { a: one }, 2: written }), price, { last: one, time: 1 });
  yield by("range16[3]", future);
  yield by("range14[3]", changed(future, { 0: { ...read, gapM: [0, negative(-3)] } }));
  // 1 and then 2 is written; a decreasing clock lets the 1 be read.
  const late = honest([push(5), push(1), set("price"), push(2), set("price"), get("price"), STOP]);
  const rows = {
    1: { clock: 3, d: two, gapM: gap(3, 2) },
    2: { clock: 2, d: word({}), gapM: gap(2, 0) },
    3: { d: one, gapM: gap(4, 3) },
    4: { a: one },
  };
  yield by("clock ticks", placeChanged(changed(late, rows), price, { last: one, time: 4 }));
}

function* addressForgeries(): Generator<Forgery> {
  const nine = word({ 0: 9 });
  const [price, value] = [placeOf("price"), placeOf("value")];
  // value is read at price's place.
  const variables = honest([push(9), set("price"), get("value"), STOP]);
  const other = changed(variables, { 1: { address: price[1], d: nine, gapM: gap(2, 1) }, 2: { a: nine } });
  const moved = placeChanged(placeChanged(other, price, { time: 2 }), value, { time: 0 });
  yield by("address", moved);

  // An array is read at 2^32, and at p, which are not 0.
  const array = honest([push(9), push(0), STORE, HINT, LOAD, STOP], [0n]);
  const [beyond, modulus] = [word({ 2: 1 }), word({ 0: P % 2 ** 16, 1: Math.floor(P / 2 ** 16) })];
  yield by("address has two limbs", changed(array, { 3: { d: beyond }, 4: { a: beyond } }));
  yield by("range14[2]", changed(array, { 3: { d: modulus }, 4: { a: modulus } }));

  // The word at 0 is 9 · 2^224; the one at 16 is read as 0 from a separate place.
  const memory = honest([push(9n << 224n), push(0), MSTORE, HINT, MLOAD, STOP], [32n]);
  const sixteen = word({ 0: 16 });
  const unaligned = changed(memory, { 2: { d: sixteen }, 3: { a: sixteen, address: 16 } });
  yield by("range16[2]", placeChanged(unaligned, [KERNEL_MEMORY_SPACE, 32], { index: [16, 0], gap: [15, 0] }));
}

/** Runs in which a frame's fields or memory are taken for another's. */
export function* frameForgeries(): Generator<Forgery> {
  const nine = word({ 0: 9 });
  // The caller of frame 0 is written; frame 1 has none.
  const fields = honest([push(9), setField("caller"), push(1), ENTER, getField("caller"), STOP]);
  const read = fields.processor.findIndex(({ reads }) => reads === 1);
  const field = fieldIndex("caller");
  const index = FRAME_PLACES + field;
  const gone = { ...fields, memory: fields.memory.filter((row) => row.space !== FIELD_SPACE || row.index[0] !== index) };
  const ofZero = { d: nine, address: field, gapM: gap(read + 1, 1) };
  const own = changed(placeChanged(gone, [FIELD_SPACE, field], { time: read + 1 }), { [read]: ofZero, [read + 1]: { a: nine } });
  const stayed = changed(own, { [read]: { ...ofZero, frame: 0 }, [read + 1]: { a: nine, frame: 0 } });
  yield by(
    "frame",
    withPlaces(stayed, (places) => places),
  );
  yield by(
    "address",
    withPlaces(own, (places) => places),
  );
  // All begins in frame 3.
  const began = changed(fields, { 0: { frame: 3, address: 3 * FRAME_PLACES + field }, 1: { frame: 3 } });
  const elsewhere = withPlaces(began, (places) =>
    places.map((place) =>
      place.space === FIELD_SPACE && place.index === field ? { ...place, index: 3 * FRAME_PLACES + field } : place,
    ),
  );
  yield by("begins in frame 0", elsewhere);
  // 2^16 is entered as frame 0.
  const entered = honest([HINT, ENTER, STOP], [0n]);
  const high = word({ 1: 1 });
  const named = placeChanged(changed(entered, { 0: { d: high }, 1: { a: high } }), placeOf("frame"), { last: high });
  yield by("frame is one limb", named);

  // The kernel's memory is read instead of frame 1's, and a pointer has a fourth limb that nothing looks at.
  const memory = honest([push(9), push(0), MSTORE, HINT, MLOAD, STOP], [2n ** 32n]);
  const load = memory.processor.findIndex(({ reads }) => reads === 1);
  const without = { ...memory, memory: memory.memory.filter(({ space }) => space !== KERNEL_MEMORY_SPACE + 1) };
  const kernels = changed(placeChanged(without, [KERNEL_MEMORY_SPACE, 0], { time: load + 1 }), {
    [load]: { accessed: KERNEL_MEMORY_SPACE, d: nine, gapM: gap(load + 1, 2) },
    [load + 1]: { a: nine },
  });
  yield by(
    "space",
    withPlaces(kernels, (places) => places),
  );
  const fourth = word({ 2: 1, 3: 1 });
  yield by("pointer has three limbs", changed(memory, { [load - 1]: { d: fourth }, [load]: { a: fourth } }));
}
