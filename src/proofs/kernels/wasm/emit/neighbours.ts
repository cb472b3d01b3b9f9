import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { i32, v128 } from "../assembler/values.ts";
import { FieldLanes } from "./field-lanes.ts";

/**
 * deinterleave(source, even, odd, bytes): words 0, 2, 4, … and 1, 3, 5, … of an array of twice `bytes`, a multiple of 16. Neither
 * target overlaps the source.
 */
export function deinterleave(): FunctionBuilder {
  const { f, p } = i32Function("deinterleave", ["source", "even", "odd", "bytes"]);
  const end = f.let(i32.add(p.even, p.bytes));
  f.loop(() => {
    const [low, high] = [f.let(v128.load(p.source)), f.let(v128.load(p.source, 16))];
    f.store(p.even, v128.shuffle32(low, high, [0, 2, 4, 6]));
    f.store(p.odd, v128.shuffle32(low, high, [1, 3, 5, 7]));
    f.increase(p.source, 32);
    f.increase(p.even, 16);
    f.increase(p.odd, 16);
    f.continueIf(i32.ltu(p.even, end));
  });
  return f;
}

/**
 * roundSums{degree}(a, aNext, b, bNext, stride, bytes, target): sums over rows of the products a·b and (2a′ − a)·(2b′ − b) of
 * extension elements whose coordinates are `stride` bytes apart, as polynomials that are not reduced: at the target, for each of
 * the two, 2·degree − 1 vectors of four partial sums, coefficients ascending, each times 2⁻³². `bytes` is a multiple of 16.
 * Canonical in and out; oracle: `reference/stack.ts`.
 */
export function roundSums(degree: number): FunctionBuilder {
  const { f, p } = i32Function(`roundSums${degree}`, ["a", "aNext", "b", "bNext", "stride", "bytes", "target"]);
  const lanes = new FieldLanes(f);
  const sums = [0, 1].map(() => Array.from({ length: 2 * degree - 1 }, () => f.let(v128.const32(0))));
  const end = f.let(i32.add(p.a, p.bytes));
  const coordinates = (address: Local): Local[] => {
    const cursor = f.let(address);
    return Array.from({ length: degree }, () => {
      const x = f.let(v128.load(cursor));
      f.increase(cursor, p.stride);
      return x;
    });
  };
  const addProducts = (into: readonly Local[], left: readonly Local[], right: readonly Local[]): void => {
    left.forEach((x, i) =>
      right.forEach((y, j) => {
        const sum = into[i + j];
        if (sum !== undefined) f.set(sum, lanes.add(sum, lanes.montgomery(x, y)));
      }),
    );
  };
  const beyond = (first: readonly Local[], next: readonly Local[]): Local[] =>
    next.map((x, i) => lanes.sub(lanes.double(x), first[i] ?? x));
  const [atZero = [], atTwo = []] = sums;
  f.loop(() => {
    const [a, b] = [coordinates(p.a), coordinates(p.b)];
    addProducts(atZero, a, b);
    addProducts(atTwo, beyond(a, coordinates(p.aNext)), beyond(b, coordinates(p.bNext)));
    for (const cursor of [p.a, p.aNext, p.b, p.bNext]) f.increase(cursor, 16);
    f.continueIf(i32.ltu(p.a, end));
  });
  sums.flat().forEach((sum, i) => f.store(p.target, sum, 16 * i));
  return f;
}
