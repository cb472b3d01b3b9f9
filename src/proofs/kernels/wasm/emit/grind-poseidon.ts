import { DIGEST_WIDTH, WIDTH } from "../../poseidon.ts";
import { FunctionBuilder } from "../assembler/function-builder.ts";
import { I32, I64, i32, i32x4, i64, v128 } from "../assembler/values.ts";
import { R_SQUARED } from "../../montgomery.ts";
import { FieldLanes } from "./field-lanes.ts";
import { preparePoseidon } from "./poseidon.ts";

/**
 * grindPoseidon(state, firstNonce, count, mask, constants) → the smallest nonce of firstNonce … firstNonce + count − 1 for which
 * the first element of C(state, nonce ‖ 0⁷) has no bit of `mask`, or −1.
 * `state` is nine words: the left half in Montgomery form, the tag added to its first element, and then that
 * element without the tag.
 * without the tag. `count` is a positive multiple of 4, nonces are below p. Oracle: `reference/grind.ts`.
 */
export function grindPoseidon(): FunctionBuilder {
  const f = new FunctionBuilder("grindPoseidon", [I32, I32, I32, I32, I32], I64);
  const [start, nonce, count, mask, constants] = f.parameters();
  if (!start || !nonce || !count || !mask || !constants) throw new Error("grindPoseidon takes five parameters");
  const lanes = new FieldLanes(f);
  const permute = preparePoseidon(f, lanes);
  const [rSquared, one] = [f.let(v128.const32(R_SQUARED)), f.let(v128.const32(1))];
  const masks = f.let(v128.splat32(mask));
  const ascending = f.let(v128.const32(0));
  for (let lane = 1; lane < 4; lane++) {
    const added = [0, 1, 2, 3].map((at) => (at < lane ? at : 4)) as [number, number, number, number];
    f.set(ascending, i32x4.add(ascending, v128.shuffle32(v128.const32(0), v128.const32(1), added)));
  }
  f.loop(() => {
    const nonces = f.let(i32x4.add(v128.splat32(nonce), ascending));
    const state = Array.from({ length: WIDTH }, (_, i) => {
      if (i < DIGEST_WIDTH) return f.let(v128.load32Splat(start, 4 * i));
      return i === DIGEST_WIDTH ? f.let(lanes.montgomery(nonces, rSquared)) : f.let(v128.const32(0));
    });
    const [first] = state;
    if (first === undefined) throw new Error("the state is empty");
    permute(state, constants);
    const output = lanes.add(v128.load32Splat(start, 4 * DIGEST_WIDTH), lanes.montgomery(first, one));
    const failing = f.let(v128.and(output, masks));
    for (let lane = 0; lane < 4; lane++) {
      const found = i64.extend(i32.add(nonce, i32.const(lane)));
      f.if(i32.eqz(v128.extract32(failing, lane)), () => f.return(found));
    }
    f.set(nonce, i32.add(nonce, i32.const(4)));
    f.increase(count, -4);
    f.continueIf(count);
  });
  f.result(i64.const(-1n));
  return f;
}
