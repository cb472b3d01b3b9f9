import { P } from "../../../field/koala-bear.ts";
import { type FunctionBuilder, i32Function, type Local } from "../assembler/function-builder.ts";
import { I32, i32, i32x4, i64x2, type Value, v128 } from "../assembler/values.ts";
import { OPCODE } from "../../programs/strip-code.ts";
import { STRIP_BYTES } from "./strip-layout.ts";
import { FieldLanes } from "./field-lanes.ts";

/** Vectors of a strip. */
const VECTORS = STRIP_BYTES / 16;
const EACH = Array.from({ length: VECTORS }, (_, i) => i);

/** Σ of products in lanes of 64 bits, four of them in two vectors for each vector of a strip. */
type WideSum = readonly { readonly low: Local; readonly high: Local }[];

/**
 * runStrips(code, sources, targets, registers, scalars, bytes): runs the code of `operations/load-program.ts`, in bytes,
 * over one strip of columns after the other, `bytes` in all, a positive multiple of 64. `sources` and `targets` are tables of
 * the columns' addresses, `registers` is scratch except for the first one, which has R in every lane,
 * `scalars` has one word each.
 * Everything is canonical and in Montgomery form. Returns 0 if an element that was inverted is zero, and 1 otherwise.
 *
 * The products of a sum are added in 64 bits and reduced once. Behind every two of them p is taken from upper words that are not
 * below p: (p·2³² − 1) + 2p² is below 2⁶⁴, and its upper word below 2p.
 */
export function runStrips(): FunctionBuilder {
  const { f, p } = i32Function("runStrips", ["code", "sources", "targets", "registers", "scalars", "bytes"], I32);
  const machine = new StripMachine(f, p);
  f.loop(() => {
    f.set(machine.cursor, p.code);
    const opcode = f.declare(I32);
    f.loop(() => {
      f.set(opcode, i32.load(machine.cursor));
      const choose = (operations: readonly (readonly [number, () => void])[]): void => {
        const [first, ...others] = operations;
        if (first === undefined) return;
        f.if(i32.eq(opcode, i32.const(first[0])), first[1], () => choose(others));
      };
      choose([
        [OPCODE.sum, () => machine.sum()],
        [OPCODE.load, () => machine.load()],
        [OPCODE.store, () => machine.store(false)],
        [OPCODE.storeCanonical, () => machine.store(true)],
        [OPCODE.invert, () => machine.invert()],
      ]);
      f.continueIf(i32.sub(opcode, i32.const(OPCODE.end)));
    });
    f.increase(machine.offset, STRIP_BYTES);
    f.continueIf(i32.ltu(machine.offset, p.bytes));
  });
  f.result(machine.invertible);
  return f;
}

type Parameters = Readonly<Record<"sources" | "targets" | "registers" | "scalars", Local>>;

/** One method for each instruction: it reads the instruction at the cursor, and moves the cursor behind it. */
class StripMachine {
  readonly cursor: Local;
  /** Bytes of the columns before the strip. */
  readonly offset: Local;
  /** 1 if all numbers to be inverted were different from 0. */
  readonly invertible: Local;
  readonly #f: FunctionBuilder;
  readonly #p: Parameters;
  readonly #lanes: FieldLanes;
  readonly #modulus: Local;
  /** p in the upper words: what a sum of products is lowered by. */
  readonly #upperModulus: Local;
  readonly #one: Local;

  constructor(f: FunctionBuilder, p: Parameters) {
    this.#f = f;
    this.#p = p;
    this.cursor = f.declare(I32);
    this.offset = f.let(i32.const(0));
    this.invertible = f.let(i32.const(1));
    this.#lanes = new FieldLanes(f);
    this.#modulus = f.let(v128.const32(P));
    this.#upperModulus = f.let(i64x2.shl(this.#modulus, 32));
    this.#one = f.let(v128.const32(1));
  }

  /** out := Σ register · scalar + Σ register · register − Σ register · register + Σ register − Σ register. */
  sum(): void {
    const f = this.#f;
    const out = this.#register(4);
    const lengths = [8, 12, 16, 20, 24].map((offset) => f.let(i32.load(this.cursor, offset)));
    const [scaled, plus, minus, added, subtracted] = lengths as [Local, Local, Local, Local, Local];
    f.increase(this.cursor, 28);
    const results = EACH.map(() => f.let(v128.const32(0)));
    f.if(i32.add(scaled, i32.add(plus, minus)), () => {
      const wide: WideSum = EACH.map(() => ({ low: f.let(v128.const32(0)), high: f.let(v128.const32(0)) }));
      this.#pairs(scaled, wide, (offset) => this.#addScaled(wide, offset));
      this.#pairs(plus, wide, (offset) => this.#addProduct(wide, offset, false));
      this.#pairs(minus, wide, (offset) => this.#addProduct(wide, offset, true));
      wide.forEach(({ low, high }, i) => f.set(results[i] as Local, this.#lanes.montgomeryOfWide(low, high)));
    });
    const terms = (length: Local, combine: (a: Value, b: Value) => Local): void => {
      this.#upTo(f.let(i32.add(this.cursor, length)), () => {
        const term = this.#register(0);
        results.forEach((result, i) => f.set(result, combine(result, v128.load(term, 16 * i))));
        f.increase(this.cursor, 4);
      });
    };
    terms(added, (a, b) => this.#lanes.add(a, b));
    terms(subtracted, (a, b) => this.#lanes.sub(a, b));
    results.forEach((result, i) => f.store(out, result, 16 * i));
  }

  /** A strip of a column into a register. */
  load(): void {
    const out = this.#register(4);
    const source = this.#f.let(i32.add(i32.load(i32.add(this.#p.sources, i32.load(this.cursor, 8))), this.offset));
    for (const i of EACH) this.#f.store(out, v128.load(source, 16 * i), 16 * i);
    this.#f.increase(this.cursor, 12);
  }

  /** Stores a register into a column, in Montgomery form or canonical. */
  store(canonical: boolean): void {
    const a = this.#register(4);
    const target = this.#f.let(i32.add(i32.load(i32.add(this.#p.targets, i32.load(this.cursor, 8))), this.offset));
    for (const i of EACH) {
      const value = v128.load(a, 16 * i);
      this.#f.store(target, canonical ? this.#lanes.montgomery(value, this.#one) : value, 16 * i);
    }
    this.#f.increase(this.cursor, 12);
  }

  /** Inverses by one inversion a lane: of the product of the strip's vectors, which is taken apart again (Montgomery 1987). */
  invert(): void {
    const f = this.#f;
    const lanes = this.#lanes;
    const out = this.#register(4);
    const a = this.#register(8);
    const elements = EACH.map((i) => f.let(v128.load(a, 16 * i)));
    const prefixes: Local[] = [];
    for (const element of elements) {
      const before = prefixes.at(-1);
      prefixes.push(before === undefined ? element : lanes.montgomery(before, element));
    }
    const product = prefixes.at(-1) as Local;
    f.set(this.invertible, i32.and(this.invertible, i32x4.allTrue(product)));
    const inverse = f.let(lanes.inverse(product));
    for (let i = VECTORS - 1; i >= 0; i--) {
      const before = prefixes[i - 1];
      f.store(out, before === undefined ? inverse : lanes.montgomery(inverse, before), 16 * i);
      f.set(inverse, lanes.montgomery(inverse, elements[i] as Local));
    }
    f.increase(this.cursor, 12);
  }

  /** Address of the register that is named `offset` bytes after the cursor. */
  #register(offset: number): Local {
    return this.#f.let(i32.add(this.#p.registers, i32.load(this.cursor, offset)));
  }

  /** Runs the body, which moves the cursor, until the cursor reaches `end`. */
  #upTo(end: Local, body: () => void): void {
    const f = this.#f;
    f.if(i32.ltu(this.cursor, end), () => {
      f.loop(() => {
        body();
        f.continueIf(i32.ltu(this.cursor, end));
      });
    });
  }

  /** Adds products of eight bytes of code each, and lowers the sums behind every two, and behind the last. */
  #pairs(length: Local, wide: WideSum, addAt: (offset: number) => void): void {
    const f = this.#f;
    const end = f.let(i32.add(this.cursor, i32.and(length, i32.const(~15))));
    this.#upTo(end, () => {
      addAt(0);
      addAt(8);
      f.increase(this.cursor, 16);
      this.#lower(wide);
    });
    f.if(i32.and(length, i32.const(8)), () => {
      addAt(0);
      f.increase(this.cursor, 8);
      this.#lower(wide);
    });
  }

  /** Takes p from upper words that are not below it: the smaller one of the two, as unsigned numbers, is. */
  #lower(wide: WideSum): void {
    for (const sum of wide.flatMap(({ low, high }) => [low, high])) {
      this.#f.set(sum, i32x4.minu(sum, i32x4.sub(sum, this.#upperModulus)));
    }
  }

  #addScaled(wide: WideSum, offset: number): void {
    const a = this.#register(offset);
    const scalar = this.#f.let(v128.load32Splat(i32.add(this.#p.scalars, i32.load(this.cursor, offset + 4))));
    wide.forEach((sum, i) => this.#addTo(sum, this.#f.let(v128.load(a, 16 * i)), scalar));
  }

  #addProduct(wide: WideSum, offset: number, negative: boolean): void {
    const f = this.#f;
    const a = this.#register(offset);
    const b = this.#register(offset + 4);
    wide.forEach((sum, i) => {
      const element = v128.load(a, 16 * i);
      // p − a instead of a: p itself for zero, which is as good.
      this.#addTo(sum, f.let(negative ? i32x4.sub(this.#modulus, element) : element), f.let(v128.load(b, 16 * i)));
    });
  }

  #addTo({ low, high }: WideSum[number], a: Local, b: Local): void {
    this.#f.set(low, i64x2.add(low, i64x2.mulLow(a, b)));
    this.#f.set(high, i64x2.add(high, i64x2.mulHigh(a, b)));
  }
}
