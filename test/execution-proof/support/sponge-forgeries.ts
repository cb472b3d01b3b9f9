import { KECCAK_LIMBS } from "../../../src/proofs/circuits/shapes/keccak-state.ts";
import type { SpongeCells } from "../../../src/proofs/circuits/sponge/sponge-air.ts";
import { noBlock } from "../../../src/proofs/circuits/sponge/sponge-trace.ts";
import { limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { changed, type Forgery, honest } from "./forgeries.ts";
import { content, hashRun, replaced, settled, stored, withHash } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { HINT, KECCAK256, POP, push, STOP } from "./programs.ts";

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `sponge: ${refusedBy}`, cells });

const ZEROS = new Array<number>(KECCAK_LIMBS).fill(0);

/** Runs whose hash is another than that of what is read. */
export function* spongeForgeries(): Generator<Forgery> {
  yield* stateForgeries();
  yield* orderForgeries();
  yield* lengthForgeries();
  yield* hashForgeries();
}

function* stateForgeries(): Generator<Forgery> {
  const [one, two] = [hashRun(content(64), 0, 40), hashRun(content(160), 0, 146)];
  for (let k = 0; k < KECCAK_LIMBS; k++) {
    yield by(`state ${k}: zero at first`, settled(one, { before: (state) => replaced(state, { [k]: 1 }) }));
    const inSecond = (state: number[], block: number) => (block === 1 ? replaced(state, { [k]: state[k]! ^ 1 }) : state);
    yield by(`state ${k}: continues`, settled(two, { before: inSecond }));
  }
}

function* orderForgeries(): Generator<Forgery> {
  const run = hashRun(content(64), 0, 40);
  const [block] = run.sponge;
  const following = { ...block!, first: 0, follows: 1 };
  // A state that is not zero, and that no block has left.
  const state = replaced(ZEROS, { 99: 1 });
  yield by("follows nothing at first", settled({ ...run, sponge: [following] }, { before: () => state }));
  const before = { ...noBlock(), time: block!.time, block: -1, output: state };
  yield by("continues to the last block", settled({ ...run, sponge: [before, following] }));
  const hash = content(32);
  const output = replaced(ZEROS, Object.fromEntries(hash.map((_, l) => [l, (hash[2 * l] ?? 0) + 256 * (hash[2 * l + 1] ?? 0)])));
  const alone: SpongeCells = { ...block!, first: 0, output, hash };
  const unread = settled({ ...run, sponge: [] });
  yield by("ends with the last row", withHash({ ...unread, sponge: [noBlock(), alone] }, block!.time, hash));

  const long = hashRun(content(160), 0, 146);
  const [, second] = long.sponge;
  yield by("block: at first", settled({ ...long, sponge: [{ ...second!, first: 1, follows: 0 }] }));
  const three = hashRun(content(320), 0, 300);
  const [first, , third] = three.sponge;
  yield by("block: the next", settled({ ...three, sponge: [first!, third!] }));

  // Two inputs, each continued with the other's second block.
  const code = (offset: number): (number | readonly number[])[] => [push(146), push(offset), KECCAK256, POP];
  const other = content(160).map((byte) => byte + 1);
  const both = honest([...stored(content(160), 0), ...stored(other, 1024), ...code(0), ...code(1024), STOP]);
  const [a, b, c, d] = both.sponge;
  yield by("time stays", settled({ ...both, sponge: [a!, d!, c!, b!] }));
}

function* lengthForgeries(): Generator<Forgery> {
  // Only the first block is hashed, whose last byte closes.
  const run = hashRun(content(224), 0, 200);
  const [first] = run.sponge;
  const rows = run.hashInput.map((row, i) => (i === 4 ? { ...row, closes: [1, 0, 0, 0] } : row));
  const ended = (rest: number): RunCells => settled({ ...run, hashInput: rows, sponge: [{ ...first!, last: 1, rest }] });
  yield by("length", ended(64));
  yield by("bytes[0]", ended(200));

  // Lengths of p + 5 and 2^32 + 5 are taken for 5.
  const hinted = honest([...stored(content(32), 0), HINT, push(0), KECCAK256, POP, STOP], [5n]);
  const step = hinted.processor.findIndex(({ isHint }) => isHint === 1);
  const ofLength = (length: bigint): RunCells => {
    const limbs = limbsOf(length);
    const cells = changed(hinted, { [step]: { d: limbs }, [step + 1]: { b: limbs }, [step + 2]: { b: limbs } });
    return { ...cells, sponge: hinted.sponge.map((row) => ({ ...row, length: limbs.slice(0, 2) })) };
  };
  yield by("range14[0]", ofLength(BigInt(P) + 5n));
  yield { refusedBy: "processor: length has two limbs", cells: ofLength(2n ** 32n + 5n) };
}

function* hashForgeries(): Generator<Forgery> {
  const run = hashRun(content(64), 0, 40);
  for (let l = 0; l < 16; l++) {
    yield by(`hash: limb ${l}`, settled(run, { hash: (hash) => replaced(hash, { [2 * l]: hash[2 * l]! ^ 1 }) }));
    const moved = (hash: number[]) => replaced(hash, { [2 * l]: hash[2 * l]! + 256, [2 * l + 1]: hash[2 * l + 1]! - 1 });
    yield by(`bytes[${l + 1}]`, settled(run, { hash: moved }));
  }
  yield by("keccak[0]", settled(run, { output: (output) => replaced(output, { 0: output[0]! ^ 1 }) }));
}
