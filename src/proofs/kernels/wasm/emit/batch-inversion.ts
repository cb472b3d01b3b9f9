import { P } from "../../../field/koala-bear.ts";
import { type FunctionBuilder, i32Function } from "../assembler/function-builder.ts";
import { i32, v128 } from "../assembler/values.ts";
import { R } from "../../montgomery.ts";
import { FieldLanes } from "./field-lanes.ts";

/**
 * invertVectors(data, prefixes, bytes): inverses of non-zero elements in Montgomery form, in place. `prefixes` is scratch
 * of the same size, `bytes` a positive multiple of 16. A zero makes every element of its lane (index mod 4) zero.
 * Method: products of all prefixes, one inversion per lane, then backwards (Montgomery 1987).
 */
export function invertVectors(): FunctionBuilder {
  const { f, p } = i32Function("invertVectors", ["data", "prefixes", "bytes"]);
  const lanes = new FieldLanes(f);
  const product = f.let(v128.const32(R));
  const end = f.let(i32.add(p.data, p.bytes));
  const cursor = f.let(p.data);
  const prefix = f.let(p.prefixes);
  f.loop(() => {
    f.store(prefix, product);
    f.set(product, lanes.montgomery(product, v128.load(cursor)));
    f.increase(cursor, 16);
    f.increase(prefix, 16);
    f.continueIf(i32.ltu(cursor, end));
  });

  // product^(p − 2), bits of the exponent from the top
  const inverse = f.let(v128.const32(R));
  const exponent = f.let(i32.const((P - 2) * 2));
  const bitsLeft = f.let(i32.const(31));
  f.loop(() => {
    f.set(inverse, lanes.montgomery(inverse, inverse));
    f.if(i32.shru(exponent, 31), () => f.set(inverse, lanes.montgomery(inverse, product)));
    f.set(exponent, i32.shl(exponent, 1));
    f.increase(bitsLeft, -1);
    f.continueIf(bitsLeft);
  });

  f.loop(() => {
    f.increase(cursor, -16);
    f.increase(prefix, -16);
    const element = f.let(v128.load(cursor));
    f.store(cursor, lanes.montgomery(inverse, v128.load(prefix)));
    f.set(inverse, lanes.montgomery(inverse, element));
    f.continueIf(i32.gtu(cursor, p.data));
  });
  return f;
}
