import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { i32, type Value, v128 } from "../assembler/values.ts";
import { DIGEST_WIDTH, WIDTH } from "../../poseidon.ts";
import { POSEIDON_LEAF_TAG, POSEIDON_NODE_TAG } from "../../tree-hash.ts";
import { toMontgomery } from "../../montgomery.ts";
import { FieldLanes, transpose } from "./field-lanes.ts";
import { preparePoseidon } from "./poseidon.ts";

const DIGEST_BYTES = 4 * DIGEST_WIDTH;

/**
 * Emitter of compressions: state := C_tag(state[0…7], state[8…15]) in lanes 0…7, for the tag in Montgomery
 * form.
 */
function prepareCompression(
  f: FunctionBuilder,
  lanes: FieldLanes,
  tag: Value,
): (state: readonly Local[], constants: Value) => void {
  const permute = preparePoseidon(f, lanes);
  const held = f.let(tag);
  return (state, constants) => {
    const left = state.slice(0, DIGEST_WIDTH).map((x) => f.let(x));
    const first = state[0];
    if (first === undefined) throw new RangeError("the state is empty");
    f.set(first, lanes.add(first, held));
    permute(state, constants);
    left.forEach((x, i) => f.set(state[i] ?? first, lanes.add(x, state[i] ?? first)));
  };
}

/** Writes up to four digests, `count` of them, every `stride` bytes, and moves the target behind them. */
function storeDigests(f: FunctionBuilder, state: readonly Local[], target: Local, stride: Local, count: Local): void {
  const halves = [transpose(f, state.slice(0, 4)), transpose(f, state.slice(4, DIGEST_WIDTH))];
  for (let lane = 0; lane < 4; lane++) {
    f.if(i32.gtu(count, i32.const(lane)), () => {
      halves.forEach((half, i) => f.store(target, half[lane] ?? half[0], 16 * i));
      f.increase(target, stride);
    });
  }
}

/** Goes round the loop again while more than four results were left. */
function continueWithNextFour(f: FunctionBuilder, count: Local, advance: () => void): void {
  f.if(i32.gtu(count, i32.const(4)), () => {
    advance();
    f.increase(count, -4);
    f.continueIf(i32.const(1), 1);
  });
}

/**
 * hashRowsPoseidon(entries, entriesEnd, offset, rows, step, target, targetStride, constants): leaf digests of `rows` rows,
 * four at a time. `entries` are addresses, one word each, a multiple of eight of them: element i of row r is the word at
 * entries[i] + offset + r·step. All words are in Montgomery form; entries that fill the last group point to zeros,
 * enough of them for every offset. Digests are eight Montgomery words. Oracle: `hashLeaf` of `tree-hash.ts`.
 */
export function hashRowsPoseidon(): FunctionBuilder {
  const { f, p } = i32Function("hashRowsPoseidon", [
    "entries",
    "entriesEnd",
    "offset",
    "rows",
    "step",
    "target",
    "targetStride",
    "constants",
  ]);
  const lanes = new FieldLanes(f);
  const compress = prepareCompression(f, lanes, v128.const32(toMontgomery(POSEIDON_LEAF_TAG)));
  const state = Array.from({ length: WIDTH }, () => f.let(v128.const32(0)));
  f.loop(() => {
    state.slice(0, DIGEST_WIDTH).forEach((x) => f.set(x, v128.const32(0)));
    const entry = f.let(p.entries);
    f.loop(() => {
      state.slice(DIGEST_WIDTH).forEach((x, i) => {
        const address = f.let(i32.add(i32.load(entry, 4 * i), p.offset));
        f.set(x, v128.load32Zero(address));
        for (let lane = 1; lane < 4; lane++) {
          f.increase(address, p.step);
          f.set(x, v128.load32Lane(address, x, lane));
        }
      });
      compress(state, p.constants);
      f.increase(entry, DIGEST_BYTES);
      f.continueIf(i32.ltu(entry, p.entriesEnd));
    });
    storeDigests(f, state, p.target, p.targetStride, p.rows);
    continueWithNextFour(f, p.rows, () => f.increase(p.offset, i32.shl(p.step, 2)));
  });
  return f;
}

/**
 * hashNodesPoseidon(pairs, count, target, targetStride, constants): parents of `count` pairs of neighbouring digests, in
 * Montgomery form. Up to three pairs after the last are read and ignored. The target may start where the pairs do.
 */
export function hashNodesPoseidon(): FunctionBuilder {
  const { f, p } = i32Function("hashNodesPoseidon", ["pairs", "count", "target", "targetStride", "constants"]);
  const lanes = new FieldLanes(f);
  const compress = prepareCompression(f, lanes, v128.const32(toMontgomery(POSEIDON_NODE_TAG)));
  f.loop(() => {
    const state: Local[] = [];
    for (let quarter = 0; quarter < 4 * WIDTH; quarter += 16) {
      state.push(
        ...transpose(
          f,
          [0, 1, 2, 3].map((lane) => v128.load(p.pairs, 4 * WIDTH * lane + quarter)),
        ),
      );
    }
    compress(state, p.constants);
    storeDigests(f, state, p.target, p.targetStride, p.count);
    continueWithNextFour(f, p.count, () => f.increase(p.pairs, 16 * WIDTH));
  });
  return f;
}
