import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { i32, i32x4, type Value, v128 } from "../assembler/values.ts";
import { MINUS_P_INVERSE, R_SQUARED } from "../../montgomery.ts";
import { FieldLanes } from "./field-lanes.ts";

/**
 * addVectors, subVectors, mulVectors (target, a, aStep, b, bStep, bytes): element-wise on arrays of `bytes`, a multiple of
 * 16. A step of 16 walks through an array; a step of 0 repeats one vector, which makes it a scalar operand.
 * mulVectors is a Montgomery product. The target may be one of the operands. Canonical in and out.
 */
export function vectorArithmetic(): FunctionBuilder[] {
  const operations: readonly [string, (lanes: FieldLanes, a: Value, b: Value) => Local][] = [
    ["addVectors", (lanes, a, b) => lanes.add(a, b)],
    ["subVectors", (lanes, a, b) => lanes.sub(a, b)],
    ["mulVectors", (lanes, a, b) => lanes.montgomery(a, b)],
  ];
  return operations.map(([name, operation]) => {
    const { f, p } = i32Function(name, ["target", "a", "aStep", "b", "bStep", "bytes"]);
    const lanes = new FieldLanes(f);
    const end = f.let(i32.add(p.target, p.bytes));
    f.loop(() => {
      f.store(p.target, operation(lanes, v128.load(p.a), v128.load(p.b)));
      f.increase(p.target, 16);
      f.increase(p.a, p.aStep);
      f.increase(p.b, p.bStep);
      f.continueIf(i32.ltu(p.target, end));
    });
    return f;
  });
}

/**
 * scaleVectors(target, source, values, companions, bytes): products with multiplication constants, element by element.
 * The target may be the source. `bytes` is a multiple of 16.
 */
export function scaleVectors(): FunctionBuilder {
  const { f, p } = i32Function("scaleVectors", ["target", "source", "values", "companions", "bytes"]);
  const lanes = new FieldLanes(f);
  const end = f.let(i32.add(p.target, p.bytes));
  f.loop(() => {
    const constant = { value: f.let(v128.load(p.values)), companion: f.let(v128.load(p.companions)) };
    f.store(p.target, lanes.multiplyByConstant(v128.load(p.source), constant));
    for (const cursor of [p.target, p.source, p.values, p.companions]) f.increase(cursor, 16);
    f.continueIf(i32.ltu(p.target, end));
  });
  return f;
}

/**
 * accumulate{degree}(sums, sumStride, source, sourceStep, constants, bytes): sums[k] += source · constant k for every
 * coordinate k, where sums[k] starts at sums + k·sumStride. `constants` holds value and companion, one word each, per
 * coordinate. `bytes` is a multiple of 16; a source step of 0 repeats one vector.
 */
export function accumulate(degree: number): FunctionBuilder {
  const { f, p } = i32Function(`accumulate${degree}`, ["sums", "sumStride", "source", "sourceStep", "constants", "bytes"]);
  const lanes = new FieldLanes(f);
  const coordinates = Array.from({ length: degree }, (_, k) => ({
    sum: f.let(i32.add(p.sums, i32.mul(p.sumStride, i32.const(k)))),
    constant: {
      value: f.let(v128.load32Splat(p.constants, 8 * k)),
      companion: f.let(v128.load32Splat(p.constants, 8 * k + 4)),
    },
  }));
  const end = f.let(i32.add(p.sums, p.bytes));
  f.loop(() => {
    const source = f.let(v128.load(p.source));
    for (const { sum, constant } of coordinates) {
      f.store(sum, lanes.add(v128.load(sum), lanes.multiplyByConstant(source, constant)));
      f.increase(sum, 16);
    }
    f.increase(p.source, p.sourceStep);
    f.increase(p.sums, 16);
    f.continueIf(i32.ltu(p.sums, end));
  });
  return f;
}

/** dot(source, values, companions, target, bytes): four partial sums of source · constant, one vector at the target. */
export function dot(): FunctionBuilder {
  const { f, p } = i32Function("dot", ["source", "values", "companions", "target", "bytes"]);
  const lanes = new FieldLanes(f);
  const sum = f.let(v128.const32(0));
  const end = f.let(i32.add(p.source, p.bytes));
  f.loop(() => {
    const constant = { value: f.let(v128.load(p.values)), companion: f.let(v128.load(p.companions)) };
    f.set(sum, lanes.add(sum, lanes.multiplyByConstant(v128.load(p.source), constant)));
    for (const cursor of [p.source, p.values, p.companions]) f.increase(cursor, 16);
    f.continueIf(i32.ltu(p.source, end));
  });
  f.store(p.target, sum);
  return f;
}

/** gather(target, source, offsets, count): target[i] = the word at source + offsets[i]; count is a multiple of 4. */
export function gather(): FunctionBuilder {
  const { f, p } = i32Function("gather", ["target", "source", "offsets", "count"]);
  const end = f.let(i32.add(p.target, i32.shl(p.count, 2)));
  f.loop(() => {
    for (let i = 0; i < 16; i += 4) f.store(p.target, i32.load(i32.add(p.source, i32.load(p.offsets, i))), i);
    f.increase(p.target, 16);
    f.increase(p.offsets, 16);
    f.continueIf(i32.ltu(p.target, end));
  });
  return f;
}

/**
 * foldColumn(source, bytes, constant, target): remainder of a coefficient column modulo X^16 − c, 16 words. `constant`
 * holds c's value and companion, `bytes` is a multiple of 64.
 */
export function foldColumn(): FunctionBuilder {
  const { f, p } = i32Function("foldColumn", ["source", "bytes", "constant", "target"]);
  const lanes = new FieldLanes(f);
  const constant = { value: f.let(v128.load32Splat(p.constant)), companion: f.let(v128.load32Splat(p.constant, 4)) };
  const sums = Array.from({ length: 4 }, () => f.let(v128.const32(0)));
  const cursor = f.let(i32.add(p.source, p.bytes));
  f.loop(() => {
    f.increase(cursor, -64);
    sums.forEach((sum, i) => f.set(sum, lanes.add(lanes.multiplyByConstant(sum, constant), v128.load(cursor, 16 * i))));
    f.continueIf(i32.gtu(cursor, p.source));
  });
  sums.forEach((sum, i) => f.store(p.target, sum, 16 * i));
  return f;
}

/**
 * splitColumn(source, bytes, constant, plus, minus): the remainders modulo X^m − c and X^m + c of 2m coefficients, of `bytes`
 * each, a multiple of 16. `constant` holds c's value and companion.
 */
export function splitColumn(): FunctionBuilder {
  const { f, p } = i32Function("splitColumn", ["source", "bytes", "constant", "plus", "minus"]);
  const lanes = new FieldLanes(f);
  const constant = { value: f.let(v128.load32Splat(p.constant)), companion: f.let(v128.load32Splat(p.constant, 4)) };
  const upper = f.let(i32.add(p.source, p.bytes));
  const end = f.let(i32.add(p.source, p.bytes));
  f.loop(() => {
    const low = f.let(v128.load(p.source));
    const high = lanes.multiplyByConstant(v128.load(upper), constant);
    f.store(p.plus, lanes.add(low, high));
    f.store(p.minus, lanes.sub(low, high));
    for (const cursor of [p.source, upper, p.plus, p.minus]) f.increase(cursor, 16);
    f.continueIf(i32.ltu(p.source, end));
  });
  return f;
}

/** companions(target, source, bytes): the Shoup companion of every canonical element. */
export function companions(): FunctionBuilder {
  const { f, p } = i32Function("companions", ["target", "source", "bytes"]);
  const lanes = new FieldLanes(f);
  const rSquared = f.let(v128.const32(R_SQUARED));
  const minusPInverse = f.let(v128.const32(MINUS_P_INVERSE));
  const end = f.let(i32.add(p.target, p.bytes));
  f.loop(() => {
    f.store(p.target, i32x4.mul(lanes.montgomery(v128.load(p.source), rSquared), minusPInverse));
    f.increase(p.target, 16);
    f.increase(p.source, 16);
    f.continueIf(i32.ltu(p.target, end));
  });
  return f;
}
