import { P } from "../../../field/koala-bear.ts";
import type { FunctionBuilder, Local } from "../assembler/function-builder.ts";
import { i32x4, i64x2, type Value, v128 } from "../assembler/values.ts";

/** p⁻¹ mod 2³². */
const P_INVERSE = 0x81000001;

/** A multiplication constant c with its companion ⌊c·2³²/p⌋ (Shoup's trick), each in all four lanes. */
export interface ShoupConstant {
  readonly value: Value;
  readonly companion: Value;
}

/**
 * Arithmetic on four KoalaBear elements per vector, emitted into one function. All inputs and outputs are canonical.
 * Constants live in locals because engines rebuild a `v128.const` at every use.
 */
export class FieldLanes {
  readonly #f: FunctionBuilder;
  readonly #p: Local;
  readonly #pInverse: Local;

  constructor(f: FunctionBuilder) {
    this.#f = f;
    this.#p = f.let(v128.const32(P));
    this.#pInverse = f.let(v128.const32(P_INVERSE));
  }

  /** Puts a value into a local unless it is one. */
  hold(value: Value): Local {
    return "index" in value ? (value as Local) : this.#f.let(value);
  }

  add(a: Value, b: Value): Local {
    return this.#subtractP(i32x4.add(a, b));
  }

  sub(a: Value, b: Value): Local {
    return this.#addP(i32x4.sub(a, b));
  }

  /** a + b, below 2p: not canonical. */
  addLazily(a: Value, b: Value): Value {
    return i32x4.add(a, b);
  }

  /** a − b + p, above 0 and below 2p: not canonical. */
  subLazily(a: Value, b: Value): Value {
    return i32x4.sub(i32x4.add(a, this.#p), b);
  }

  double(a: Local): Local {
    return this.add(a, a);
  }

  /** a·b·2⁻³² (Montgomery 1985). Also right for a < 2³² when b < p. */
  montgomery(a: Value, b: Value): Local {
    const x = this.hold(a);
    const y = this.hold(b);
    const q = this.hold(i32x4.mul(i32x4.mul(x, y), this.#pInverse));
    return this.#addP(i32x4.sub(highWords(x, y), highWords(q, this.#p)));
  }

  /** The same of signed numbers, |a| and |b| below p; the result is signed, between −p and p. */
  #signedMontgomery(x: Local, y: Local): Local {
    const q = this.hold(i32x4.mul(i32x4.mul(x, y), this.#pInverse));
    return this.hold(i32x4.sub(signedHighWords(x, y), signedHighWords(q, this.#p)));
  }

  /** x·2⁻³² for the four lanes of 64 bits in two vectors; their upper words are below p. */
  montgomeryOfWide(low: Value, high: Value): Local {
    const lows = this.hold(low);
    const highs = this.hold(high);
    const q = this.hold(i32x4.mul(v128.shuffle32(lows, highs, [0, 2, 4, 6]), this.#pInverse));
    return this.#addP(i32x4.sub(v128.shuffle32(lows, highs, [1, 3, 5, 7]), highWords(q, this.#p)));
  }

  /**
   * a^(p − 2) in Montgomery form: the inverse, and zero for zero. p − 2 is 1111110 in binary and then four times 111111, so 37
   * products do.
   */
  inverse(a: Value): Local {
    const x = this.hold(a);
    const square = (y: Local, times: number): Local => {
      let power = y;
      for (let i = 0; i < times; i++) power = this.montgomery(power, power);
      return power;
    };
    const two = this.montgomery(square(x, 1), x);
    const three = this.montgomery(square(two, 1), x);
    const six = this.montgomery(square(three, 3), three);
    let power = square(six, 1);
    for (let i = 0; i < 4; i++) power = this.montgomery(square(power, 6), six);
    return power;
  }

  /** a·c for a constant with its companion; a may be any 32-bit value. */
  multiplyByConstant(a: Value, c: ShoupConstant): Local {
    const x = this.hold(a);
    const quotient = highWords(x, this.hold(c.companion));
    return this.#subtractP(i32x4.sub(i32x4.mul(x, c.value), i32x4.mul(quotient, this.#p)));
  }

  /** a³ in Montgomery form, of −p < a < p. */
  cube(a: Value): Local {
    const x = this.hold(a);
    return this.#addP(this.#signedMontgomery(this.#signedMontgomery(x, x), x));
  }

  /** a + b − p, between −p and p: not canonical. */
  addLessP(a: Value, b: Value): Value {
    return i32x4.sub(i32x4.add(a, b), this.#p);
  }

  /**
   * Hoists its constants; call once, outside loops. The result maps signed halves to (high·2^16 + low)·2^−16 mod p, where
   * high·2^16 + low is not negative and below p·2^16: as p is 1 modulo 2^16, it is a multiple of 2^16 once its lowest 16 bits
   * times p are taken away.
   */
  prepareShiftedHalves(): (high: Local, low: Local) => Local {
    const lowHalf = this.#f.let(v128.const32(0xffff));
    const shiftedP = this.#f.let(v128.const32(P >>> 16));
    return (high, low) => {
      const top = i32x4.add(high, i32x4.shrs(low, 16));
      return this.#addP(i32x4.sub(top, i32x4.mul(v128.and(low, lowHalf), shiftedP)));
    };
  }

  /** x − p for x ≥ p; x < 2p. The smaller of x and x − p, as unsigned numbers, is the canonical one. */
  #subtractP(x: Value): Local {
    const held = this.hold(x);
    return this.#f.let(i32x4.minu(held, i32x4.sub(held, this.#p)));
  }

  /** x + p for x < 0; −p < x < p. */
  #addP(x: Value): Local {
    const held = this.hold(x);
    return this.#f.let(i32x4.minu(held, i32x4.add(held, this.#p)));
  }
}

/** High 32 bits of the four lane products. */
function highWords(a: Value, b: Value): Value {
  return v128.shuffle32(i64x2.mulLow(a, b), i64x2.mulHigh(a, b), [1, 3, 5, 7]);
}

/** The same of signed numbers. */
function signedHighWords(a: Value, b: Value): Value {
  return v128.shuffle32(i64x2.mulLowSigned(a, b), i64x2.mulHighSigned(a, b), [1, 3, 5, 7]);
}

/** 4×4 transposition: the lanes of four vectors. */
export function transpose(f: FunctionBuilder, rows: readonly Value[]): [Local, Local, Local, Local] {
  const [r0, r1, r2, r3] = rows.map((row) => f.let(row));
  if (r0 === undefined || r1 === undefined || r2 === undefined || r3 === undefined)
    throw new RangeError("a transposition takes four vectors");
  const a = f.let(v128.shuffle32(r0, r1, [0, 4, 1, 5]));
  const b = f.let(v128.shuffle32(r2, r3, [0, 4, 1, 5]));
  const c = f.let(v128.shuffle32(r0, r1, [2, 6, 3, 7]));
  const d = f.let(v128.shuffle32(r2, r3, [2, 6, 3, 7]));
  return [
    f.let(v128.shuffle32(a, b, [0, 1, 4, 5])),
    f.let(v128.shuffle32(a, b, [2, 3, 6, 7])),
    f.let(v128.shuffle32(c, d, [0, 1, 4, 5])),
    f.let(v128.shuffle32(c, d, [2, 3, 6, 7])),
  ];
}
