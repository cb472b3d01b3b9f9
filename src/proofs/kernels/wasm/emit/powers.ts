import { type FunctionBuilder, i32Function } from "../assembler/function-builder.ts";
import { i32, i32x4, v128 } from "../assembler/values.ts";
import { MINUS_P_INVERSE } from "../../montgomery.ts";
import { FieldLanes } from "./field-lanes.ts";

/**
 * powers(values, companions, bytes, start, step): multiplication constants of a geometric sequence.
 * `start` is the address of the first four terms and `step` of the ratio of terms four apart, both as Montgomery vectors;
 * `values` receives the canonical terms, `companions` their Shoup companions. `bytes` is a multiple of 16.
 */
export function powers(): FunctionBuilder {
  const { f, p } = i32Function("powers", ["values", "companions", "bytes", "start", "step"]);
  const lanes = new FieldLanes(f);
  const one = f.let(v128.const32(1));
  const minusPInverse = f.let(v128.const32(MINUS_P_INVERSE));
  const terms = f.let(v128.load(p.start));
  const ratio = f.let(v128.load(p.step));
  const end = f.let(i32.add(p.values, p.bytes));
  f.loop(() => {
    // See `companionOf`: the Montgomery form of a term is the remainder that its companion leaves.
    f.store(p.companions, i32x4.mul(terms, minusPInverse));
    f.store(p.values, lanes.montgomery(terms, one));
    f.set(terms, lanes.montgomery(terms, ratio));
    f.increase(p.values, 16);
    f.increase(p.companions, 16);
    f.continueIf(i32.ltu(p.values, end));
  });
  return f;
}
