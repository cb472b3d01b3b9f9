import { USER_WEIGHTS } from "../../../src/ground/protocol/native-budget.ts";
import { memoryCost } from "../../../src/proofs/circuits/memory-cost/memory-cost-trace.ts";
import type { ByteOpcodeName, UserBytesCells } from "../../../src/proofs/circuits/user-bytes/user-bytes-air.ts";
import { type ByteOpcode, type LoadedWord, userBytesRow } from "../../../src/proofs/circuits/user-bytes/user-bytes-trace.ts";
import { number30 } from "../../../src/proofs/circuits/words/earlier.ts";
import { limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { inv, mul, P } from "../../../src/proofs/field/koala-bear.ts";
import { canonical } from "../../circuits/arithmetic/support/judge.ts";
import { negative, word } from "./forgeries.ts";

/** A row that says what is false, the one thing that refuses it, and the rows that say the truth. */
export interface RowForgery {
  readonly refusedBy: string;
  readonly row: UserBytesCells;
  readonly honest: readonly UserBytesCells[];
}

type Change = Partial<UserBytesCells>;
type Operands = readonly (number | bigint)[];

const ZERO = word({});
const [INV_256, INV_32] = [inv(256), inv(32)];
/** A number of as many limbs as a number below p has. */
const SEEN: LoadedWord = { whole: false, word: word({ 0: 0x1234, 3: 9, 15: 0x8765 }), gap: 4 };
const WHOLE: LoadedWord = { ...SEEN, whole: true };

/** An opcode with its operands. The slice is of 50 bytes from 96 on in frame 6. */
function asked(name: ByteOpcodeName, operands: Operands, change: Partial<ByteOpcode> = {}): ByteOpcode {
  const isOfSlice = name === "loadsInput" || name === "copiesInput" || name === "copiesReturned";
  const [a = 0, b = 0, c = 0] = operands;
  return {
    ...{ name, time: 1000, frame: 3, codeFrame: 4, codeLength: 50, words: 0, sliceGap: 20 },
    ...{ operands: [a, b, c].map((operand) => limbsOf(BigInt(operand))) as unknown as ByteOpcode["operands"] },
    ...{ slice: isOfSlice ? word({ 0: 50, 2: 96, 4: 6 }) : ZERO, ...change },
  };
}

/** The row of an opcode that runs, with cells changed. */
function ran(
  refusedBy: string,
  opcode: ByteOpcode,
  loaded: LoadedWord | undefined,
  change: Change,
  result = loaded?.word ?? ZERO,
) {
  const truth = userBytesRow(opcode, USER_WEIGHTS, { result, ...(loaded === undefined ? {} : { loaded }) });
  const third = change.c === undefined ? {} : thirdOf(truth, change.c);
  return {
    refusedBy,
    row: weighed({ ...truth, ...third, ...change }, change),
    honest: [truth, userBytesRow(opcode, USER_WEIGHTS)],
  };
}

/** Cells that depend on the third word, for another one. */
function thirdOf({ middle, large, inverse }: UserBytesCells, c: readonly number[]): Change {
  const upper = Math.floor(c[1]! / 256) + c.slice(2).reduce((sum, limb) => sum + limb, 0);
  return {
    middle: [...middle.slice(0, 2), c[1]! % 256],
    large: [...large.slice(0, 2), upper === 0 ? 0 : 1],
    inverse: [...inverse.slice(0, 2), upper === 0 ? 0 : inv(upper)],
  };
}

/** The row of an opcode that does not run, with cells changed. */
function stopped(refusedBy: string, opcode: ByteOpcode, change: Change): RowForgery {
  const truth = userBytesRow(opcode, USER_WEIGHTS);
  return {
    refusedBy,
    row: weighed({ ...truth, ...change }, change),
    honest: [truth, userBytesRow(opcode, USER_WEIGHTS, { result: ZERO })],
  };
}

/** The row with what it weighs, unless that is given. */
function weighed(row: UserBytesCells, given: Change): UserBytesCells {
  const blocks = Math.floor(row.length / 136) + 1;
  const hashed = { blocks: blocks % 2 ** 16, moreBlocks: blocks >> 16, lastBlock: row.length % 136 };
  const cells = { ...row, ...(row.hashes === 1 ? hashed : {}), ...given };
  const { hashes, copiesInput, copiesCode, copiesReturned, copiesWithin, lengthWords } = cells;
  const copied = (copiesInput + copiesCode + copiesReturned + copiesWithin) * (lengthWords[0]! + 2 ** 16 * lengthWords[1]!);
  const units =
    USER_WEIGHTS.copiedWord * copied + hashes * USER_WEIGHTS.hashedBlock * (cells.blocks + 2 ** 16 * cells.moreBlocks);
  return { ...cells, units: given.units ?? canonical(units) };
}

/** The length is said to be 2^24 or more. */
const FAR_LENGTH: Change = { farLength: 1, largeLength: 1, empty: 0, lengthInverse: inv(2 ** 24) };
/** No memory is paid for. */
const FREE: Change = { grows: 0, after: 0, extra: 0, costBefore: 0, costAfter: 0 };
const PAID = (words: number, more = 0): Change => ({
  ...{ grows: 1, after: words, costBefore: 0, costAfter: memoryCost(words), extra: memoryCost(words) + more },
  distance: number30(words - 1),
});
const NONE: Change = { ...FREE, needed: [0, 0], slack: 0, distance: [0, 0] };
/** Change that needs more words than fit, without payment. */
const UNMEASURED: Change = { ...NONE, farOffset: 0, farSource: 0, farLength: 0, farSum: 0 };

export function* byteOpcodeForgeries(): Generator<RowForgery> {
  yield* numberForgeries();
  yield* reachForgeries();
  yield* costForgeries();
  yield* sliceForgeries();
  yield* sourceForgeries();
  yield* shownForgeries();
  yield* moveForgeries();
  yield* resultForgeries();
  yield* weightForgeries();
}

/** 200 bytes are two blocks, of which the last has 64 of them. */
function* weightForgeries(): Generator<RowForgery> {
  const hash = asked("hashes", [0, 200], { words: 9 });
  yield stopped("blocks", hash, { blocks: 1 });
  yield stopped("units", hash, { units: 0 });
  yield stopped("bytes[7]", hash, { blocks: 1, lastBlock: 200 });
  const count = mul(336, inv(136));
  yield stopped("range16[8]", hash, { blocks: count, lastBlock: 0, units: mul(USER_WEIGHTS.hashedBlock, count) });
  const more = { blocks: 0, moreBlocks: mul(count, inv(2 ** 16)), lastBlock: 0, units: mul(USER_WEIGHTS.hashedBlock, count) };
  yield stopped("moreBlocks is boolean", hash, more);
}

function* numberForgeries(): Generator<RowForgery> {
  // MCOPY of no bytes is said to hash 100, and to copy what a call returned: gas is missing for that.
  const nothing = asked("copiesWithin", [0, 100, 0], { words: 9 });
  const both = { copiesWithin: 0, hashes: 1, copiesReturned: 1, length: 100, empty: 0, lengthInverse: inv(100), extra: 36 };
  const words = { needed: [4, 0], slack: 28, distance: [5, 0], lengthWords: [4, 0], lengthSlack: 28 };
  const of200 = { slice: [200, 0, 0, 0, 0], size: 200 };
  yield stopped("real is boolean", nothing, { ...both, ...words, ...of200, farther: 0, shown: [0, 0], count: 0 });
  const load = asked("loads", [0]);
  const far = { ...NONE, slack: 0 };
  const at = (list: readonly number[], i: number, value: number): number[] => list.map((each, k) => (k === i ? value : each));
  const [hash, copy] = [asked("hashes", [0, 0], { words: 9 }), asked("copiesCode", [0, 0, 0], { words: 9 })];
  const ways: readonly (readonly [ByteOpcode, Change, Change])[] = [
    [load, { ...far, farOffset: 1 }, {}],
    [hash, FAR_LENGTH, { length: 2 ** 16, from: 2 ** 16 }],
    [copy, FAR_LENGTH, { length: 2 ** 16 }],
  ];
  for (const [i, [opcode, change, more]] of ways.entries()) {
    const large = at([0, 0, 0], i, 1);
    const inverse = at([0, 0, 0], i, inv(mul(P - 1, INV_256)));
    const lengthInverse = i === 0 ? inv(32) : inv(2 ** 16 + 2 ** 24);
    const decomposed = { middle: at([0, 0, 0], i, 1), large, inverse, lengthInverse };
    yield stopped(`bytes[${i}]`, opcode, { ...change, ...decomposed, ...more });
    yield stopped(`large[${i}]: not if what is above is 0`, opcode, { ...change, large });
  }
  const small = { large: [0, 0, 0], inverse: [0, 0, 0] };
  const first = { needed: [1, 0], slack: 0, ...PAID(1), farOffset: 0 };
  const zero = { ...WHOLE, word: ZERO };
  yield ran("large[0]: if what is above is not", asked("loads", [2 ** 24]), zero, { ...small, ...first, lengthWords: [1, 0] });
  const empty = { ...small, ...UNMEASURED, length: 0, largeLength: 0, empty: 1, lengthInverse: 0 };
  yield ran("large[1]: if what is above is not", asked("hashes", [0, 2 ** 24]), undefined, empty);
  const untouched = { ...empty, inside: 0, behind: 0, away: 0, first: 0, second: 0, count: 0 };
  const long = asked("copiesWithin", [0, 0, 2 ** 24]);
  yield ran("large[2]: if what is above is not", long, undefined, untouched);
  yield ran("large length", asked("hashes", [0, 2 ** 24]), undefined, { ...empty, large: [0, 1, 0], inverse: [0, 1, 0] });
  yield ran("length", asked("hashes", [0, 5]), undefined, { ...empty, lengthWords: [0, 0], lengthSlack: 0 });
  const some = { empty: 0, needed: [4, 0], slack: 28, ...PAID(4) };
  yield ran("empty if the length is 0", asked("hashes", [100, 0]), undefined, some);
  yield ran("empty only then", load, WHOLE, { ...NONE, empty: 1, lengthInverse: 0 });
}

function* reachForgeries(): Generator<RowForgery> {
  const load = asked("loads", [0]);
  yield stopped("far: it begins so", load, { ...NONE, farOffset: 1 });
  yield stopped("far: its source does", load, { ...NONE, farSource: 1 });
  yield stopped("far: it is so long", load, { ...NONE, farLength: 1 });
  yield stopped("far: not if it is empty", asked("hashes", [5, 0]), { farSum: 1 });
  const distant = asked("loads", [100]);
  const one = { needed: [1, 0], slack: 0, ...PAID(1) };
  yield ran("only a copy within has a source there", distant, SEEN, { farther: 1, ...one });
  // Less than all of the distance between target and source.
  const within = asked("copiesWithin", [32, 0, 1]);
  const almost = mul(1, inv(32));
  yield ran("farther is boolean", within, undefined, { farther: almost, shown: [30, 0], ...one, extra: memoryCost(1) + 3 });
  yield ran("measured: begins below 2^24", asked("loads", [2 ** 24]), WHOLE, { farOffset: 0, ...one, lengthWords: [1, 0] });
  const low = { farSource: 0, farLength: 0, ...one, extra: memoryCost(1) + 3, lengthWords: [1, 0], lengthSlack: 31, slack: 31 };
  yield ran("measured: its source does", asked("copiesWithin", [0, 2 ** 24, 1]), undefined, low);
  const five = { farLength: 0, ...one, extra: memoryCost(1) + 6, lengthWords: [1, 0], lengthSlack: 27, slack: 27 };
  yield ran("measured: is shorter", asked("hashes", [0, 2 ** 24 + 5]), undefined, five);
  // A far load is done for nothing.
  const done = { ...NONE, farOffset: 1, lengthWords: [1, 0] };
  yield ran("farSum is boolean", asked("loads", [2 ** 24]), WHOLE, { ...done, farSum: -1 });
  const returned = asked("copiesReturned", [0, 0, 2 ** 24], { words: 3 });
  const nothing = { ...NONE, after: 3, farLength: 1, beyondLength: -1, inside: 1, count: 0, shown: [50, 0], first: 1 };
  yield ran("beyondLength is boolean", returned, undefined, { ...nothing, behind: 0, partial: 0, away: 0, second: 0 });
  yield ran("needed", distant, SEEN, { ...NONE, needed: [1, 0], ...PAID(1) });
  // 32 times these is as much modulo p; they seem to be fewer than none.
  const end = 132;
  const slack = 32 - (end % 32) + 1;
  const words = mul(end + slack, INV_32);
  const fewer = { ...FREE, distance: number30(P - words), slack: slack % 32 };
  const wrong = mul(end + (slack % 32), INV_32);
  yield ran("bytes[3]", distant, SEEN, { ...fewer, needed: number30(wrong), distance: number30(P - wrong) });
  yield ran("range16[0]", distant, SEEN, { ...fewer, needed: [wrong, 0], distance: number30(P - wrong) });
  yield ran("bytes[4]", distant, SEEN, { needed: [3, 0], slack: -36, ...PAID(3) });
}

function* costForgeries(): Generator<RowForgery> {
  yield ran("only what is reached grows", asked("tellsSize", []), undefined, { ...PAID(3), needed: [3, 0] });
  const distant = asked("loads", [100]);
  yield ran("distance", distant, SEEN, { ...FREE, distance: [0, 0] });
  yield ran("range16[1]", distant, SEEN, { ...FREE, distance: [-5, 0] });
  yield ran("range14[0]", distant, SEEN, { ...FREE, distance: [0, negative(-5)] });
  yield ran("after", distant, SEEN, { ...PAID(6), distance: [4, 0] });
  yield ran("memoryCost[0]", distant, SEEN, { costBefore: 7, extra: memoryCost(5) - 7 });
  yield ran("memoryCost[1]", distant, SEEN, { costAfter: 7, extra: 7 });
  yield ran("extra", distant, SEEN, { extra: 0 });
  const hash = asked("hashes", [0, 40], { words: 9 });
  yield ran("words of the length", hash, undefined, { lengthWords: [0, 0], extra: 0 });
  const words = mul(40, INV_32);
  const wrong = { lengthSlack: 0, extra: mul(6, words) };
  yield ran("bytes[5]", hash, undefined, { ...wrong, lengthWords: number30(words) });
  yield ran("range16[2]", hash, undefined, { ...wrong, lengthWords: [words, 0] });
  yield ran("bytes[6]", hash, undefined, { lengthSlack: -40, lengthWords: [0, 0], extra: 0 });
}

function* sliceForgeries(): Generator<RowForgery> {
  const load = asked("loadsInput", [5]);
  yield ran("range16[3]", load, SEEN, { sliceGap: [-5, 0] });
  yield ran("range14[1]", load, SEEN, { sliceGap: [0, negative(-5)] });
  const behind = { inside: 0, behind: 1, count: 0, split: 0, c: ZERO, shown: [5, 0] };
  // p bytes equal 0.
  const vast = asked("loadsInput", [5], { slice: word({ 0: 1, 1: 0x7f00, 2: 96, 4: 6 }) });
  yield ran("range14[2]", vast, SEEN, { ...behind, size: 0 });
  yield ran("size", load, SEEN, { ...behind, size: 0 });
  // So is an offset of p.
  const distant = asked("loadsInput", [5], { slice: word({ 0: 50, 2: 1, 3: 0x7f00, 4: 6 }) });
  yield { ...ran("range14[3]", distant, SEEN, {}), honest: [] };
}

function* sourceForgeries(): Generator<RowForgery> {
  const load = asked("loadsInput", [5]);
  const invented = word({ 0: 7 });
  yield ran("source: one of", load, SEEN, { inside: 0, split: 0, c: invented });
  // Nothing of it runs, since the budget is said to be spent: by the rules it halts.
  const returned = asked("copiesReturned", [0, 45, 8], { words: 9 });
  yield stopped("what a call returned is all there", returned, { beyondSum: 0 });
  const distant = asked("copiesReturned", [0, 2 ** 24, 8], { words: 9 });
  yield stopped("what a call returned is read below 2^24", distant, { beyondFrom: 0, shown: [42, 0] });
  const cut = asked("loadsInput", [30]);
  const whole = { inside: 1, partial: 0, count: 32, masks: 0, c: SEEN.word };
  yield ran("from", cut, SEEN, { ...whole, from: 0, shown: [18, 0], missing: [0, 0] }, word({ 15: 0x8765 }));
  const large = { ...whole, away: 0, split: 1, old: SEEN.word, shown: [18, 0] };
  yield ran("the available part begins below 2^24", asked("loadsInput", [2 ** 24]), undefined, large);
  yield ran("away: it begins there", load, SEEN, { inside: 0, away: 1, count: 0, split: 0, c: ZERO });
  const copy = asked("copiesInput", [0, 5, 8], { words: 9 });
  yield ran("count: all", copy, undefined, { count: 3, shown: [37, 0] });
  const partly = asked("copiesInput", [0, 45, 8], { words: 9 });
  yield ran("count: some", partly, undefined, { count: 3, shown: [2, 0], missing: [4, 0] });
  yield ran("count: none", asked("copiesInput", [0, 50, 8], { words: 9 }), undefined, { count: 4 });
  yield ran("count: all within", asked("copiesWithin", [0, 50, 8], { words: 9 }), undefined, { count: 3 });
  const good = asked("copiesReturned", [0, 5, 8], { words: 9 });
  yield stopped("beyond: it begins so", good, { beyondFrom: 1 });
  yield stopped("beyond: it is so long", good, { beyondLength: 1 });
  yield stopped("beyond: only what a call returned", partly, { beyondSum: 1, shown: [2, 0] });
}

function* shownForgeries(): Generator<RowForgery> {
  const [copy, partly] = [asked("copiesInput", [0, 5, 8], { words: 9 }), asked("copiesInput", [0, 45, 8], { words: 9 })];
  const all = { inside: 1, partial: 0, count: 8, shown: [0, 0], missing: [0, 0], second: 0 };
  yield ran("inside: all is", partly, undefined, all);
  yield ran("range16[4]", partly, undefined, { ...all, shown: [-3, 0] });
  yield ran("range14[4]", partly, undefined, { ...all, shown: [0, negative(-3)] });
  const none = asked("copiesInput", [0, 52, 8], { words: 9 });
  const negatively = { partial: 1, behind: 0, count: -2, shown: [0, 0], missing: [9, 0], first: 1 };
  yield ran("partial: some is", none, undefined, negatively);
  const more = { partial: 1, inside: 0, count: 45, shown: [44, 0], second: 1 };
  yield ran("partial: some is not", copy, undefined, { ...more, missing: [0, 0] });
  yield ran("range16[5]", copy, undefined, { ...more, missing: [-38, 0] });
  yield ran("range14[5]", copy, undefined, { ...more, missing: [0, negative(-38)] });
  const away = { inside: 0, behind: 1, count: 0, first: 0, second: 1, shown: [0, 0] };
  yield ran("behind: it begins so", copy, undefined, away);
  const good = asked("copiesReturned", [0, 5, 8], { words: 9 });
  yield stopped("beyond: it ends so", good, { beyondSum: 1 });
  const within = asked("copiesWithin", [100, 0, 1]);
  const cheap = { farther: 1, needed: [1, 0], slack: 31, ...PAID(1, 3) };
  yield ran("farther: it lies so", within, undefined, { ...cheap, shown: [0, 0] });
  const size = asked("tellsSize", [], { words: 7 });
  const told = (limbs: readonly number[]): Change => ({ shown: limbs, c: word({ ...limbs }) });
  yield ran("bytes of the words", size, undefined, told([7, 0]), limbsOf(224n));
}

function* moveForgeries(): Generator<RowForgery> {
  const partly = asked("copiesInput", [0, 45, 8], { words: 9 });
  yield ran("first: available bytes", partly, undefined, { first: 0 });
  yield ran("second: missing bytes", partly, undefined, { second: 0 });
  const load = asked("loads", [32]);
  const invented = word({ 0: 99 });
  yield ran("access", load, WHOLE, { whole: 0, old: invented, c: invented });
  const store = asked("storesByte", [32, 7]);
  yield ran("whole words are loaded or stored", store, { ...SEEN, word: ZERO }, { whole: 1, split: 0 });
  yield ran("range16[6]", asked("loads", [5]), SEEN, { whole: 1, split: 0 });
  yield ran("range16[7]", load, WHOLE, { gap: [-5, 0] });
  yield ran("range14[6]", load, WHOLE, { gap: [0, negative(-5)] });
}

function* resultForgeries(): Generator<RowForgery> {
  const load = asked("loads", [5]);
  const none = asked("loadsInput", [50]);
  const size = asked("tellsSize", [], { words: 7 });
  for (let i = 0; i < 16; i++) {
    yield ran(`loaded: limb ${i}`, load, SEEN, { c: SEEN.word.map((limb, k) => (k === i ? 77 : limb)) });
    yield ran(`nothing: limb ${i}`, none, undefined, { c: word({ [i]: 77 }) });
    yield ran(`size: limb ${i}`, size, undefined, { c: word({ 0: 224, [i]: 77 }) }, limbsOf(224n));
  }
  const cut = asked("loadsInput", [40]);
  const result = word({ 15: 0x8765 });
  yield ran("masks what is not there", cut, SEEN, { masks: 0, c: SEEN.word }, result);
  yield ran("alu[0]", cut, SEEN, { shifted: word({ 0: 5 }), c: limbsOf(5n << 176n) }, result);
  yield ran("alu[1]", cut, SEEN, { c: word({ 0: 99 }) }, result);
}
