import { mul, P } from "../../../field/koala-bear.ts";
import type { FunctionBuilder, Local } from "../assembler/function-builder.ts";
import { i32x4, i64x2, type Value, v128 } from "../assembler/values.ts";

/** p⁻¹ mod 2³². */
const P_INVERSE = 0x81000001;

/** (p − 1)·2^−16. As p is 1 modulo 2^16, a product with 2^−16 is one with −HIGH_OF_P, modulo p. */
const HIGH_OF_P = P >>> 16;
/** The sign of a low half: a number has signed halves once this is added to it and that bit is turned. */
export const SIGN_OF_LOW = 2 ** 15;
const BOTH_SIGNS = 2 ** 31 + 2 ** 15;
/** Excess of the result of `#beyondProduct` over the product: −2^−32·BOTH_SIGNS − 2^−16·SIGN_OF_LOW. */
export const BEYOND = HIGH_OF_P / 2 - 1;

/** Compensation for the 2^15 that `#shiftByHalf` subtracts: −2^15·HIGH_OF_P. */
export const SHIFT_OFFSET = -SIGN_OF_LOW * HIGH_OF_P;

/**
 * Maximum number that is cubed. With the sum of two halves of a low word, at most 2^15·HIGH_OF_P + 2^14, the
 * square is below 2,134,430,000 then, and the cube below p.
 */
export const MAX_CUBED = P + 12_100_000;

/** A word of two signed halves. */
export function halves(high: number, low: number): number {
  return (((high & 0xffff) << 16) | (low & 0xffff)) >>> 0;
}

/** A multiplication constant c with its companion ⌊c·2³²/p⌋ (Shoup's trick), each in all four lanes. */
export interface ShoupConstant {
  readonly value: Value;
  readonly companion: Value;
}

/** Factors of the low and the high half of an element, in high halves and in low ones. */
export interface HalvesConstant {
  readonly high: Value;
  readonly low: Value;
}

/** The words of a factor for `multiplyByHalves`: high halves, low halves. */
export function halvesConstant(factor: number): readonly [high: number, low: number] {
  const [ofLow, ofHigh] = [16, 32].map((bits) => {
    const x = mul(factor, 2 ** bits % P);
    const centred = x > P / 2 ? x - P : x;
    const low = ((centred + 2 ** 15) & 0xffff) - 2 ** 15;
    return { high: (centred - low) / 2 ** 16, low };
  }) as [Record<"high" | "low", number>, Record<"high" | "low", number>];
  return [halves(ofHigh.high, ofLow.high), halves(ofHigh.low, ofLow.low)];
}

/**
 * Arithmetic on four KoalaBear elements per vector, emitted into one function. All inputs and outputs are canonical, but where a
 * method says what they are.
 * Constants live in locals because engines rebuild a `v128.const` at every use.
 */
export class FieldLanes {
  readonly #f: FunctionBuilder;
  readonly #p: Local;
  readonly #pInverse: Local;
  readonly #signOfLow: Local;
  readonly #bothSigns: Local;
  readonly #shift: Local;
  readonly #beyond: Local;
  readonly #pLessBeyond: Local;

  constructor(f: FunctionBuilder) {
    this.#f = f;
    this.#p = f.let(v128.const32(P));
    this.#pInverse = f.let(v128.const32(P_INVERSE));
    this.#signOfLow = f.let(v128.const32(SIGN_OF_LOW));
    this.#bothSigns = f.let(v128.const32(BOTH_SIGNS));
    this.#shift = f.let(v128.const32(halves(1, -HIGH_OF_P)));
    this.#beyond = f.let(v128.const32(BEYOND));
    this.#pLessBeyond = f.let(v128.const32(P - BEYOND));
  }

  /** Puts a value into a local unless it is one. */
  hold(value: Value): Local {
    return "index" in value ? (value as Local) : this.#f.let(value);
  }

  add(a: Value, b: Value): Local {
    return this.#subtractP(i32x4.add(a, b));
  }

  sub(a: Value, b: Value): Local {
    return this.canonical(i32x4.sub(a, b));
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
    return this.canonical(i32x4.sub(highWords(x, y), highWords(q, this.#p)));
  }

  /**
   * (a − 2^15)·2^−16 modulo p, of a signed number: its halves are multiplied by 1 and by −HIGH_OF_P, the low
   * one as a signed number, which it is after its sign is inverted. The result minus a's high half is between
   * −HIGH_OF_P·2^15 and HIGH_OF_P·2^15.
   */
  #shiftByHalf(a: Value): Value {
    return i32x4.dot16(v128.xor(a, this.#signOfLow), this.#shift);
  }

  /**
   * a·b·2⁻³² + BEYOND modulo p, of signed numbers, |a·b| below 2^62: the product's high word, and its low one
   * shifted by two halves. The result differs from that high word by less than 2^30.
   */
  #beyondProduct(x: Local, y: Local): Value {
    const low = i32x4.dot16(v128.xor(i32x4.mul(x, y), this.#bothSigns), this.#shift);
    return i32x4.add(signedHighWords(x, y), this.#shiftByHalf(low));
  }

  /** x·2⁻³² for the four lanes of 64 bits in two vectors; their upper words are below p. */
  montgomeryOfWide(low: Value, high: Value): Local {
    const lows = this.hold(low);
    const highs = this.hold(high);
    const q = this.hold(i32x4.mul(v128.shuffle32(lows, highs, [0, 2, 4, 6]), this.#pInverse));
    return this.canonical(i32x4.sub(v128.shuffle32(lows, highs, [1, 3, 5, 7]), highWords(q, this.#p)));
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

  /**
   * a·c − 1/2 in [0, p), of |a| ≤ p that is given with 2^15 added, and a factor as `halvesConstant` gives it. Signed halves of
   * a, up to 32512 and 2^15, times those of the factor, up to 16256 and 2^15, are below 2^31 for a unit of 1, and at most
   * 1,061,191,680 for one of 2^16; the former shifted is at most 1,065,385,984, so the sum is between −p and p.
   */
  multiplyByHalves(a: Value, c: HalvesConstant): Local {
    const own = this.hold(v128.xor(a, this.#signOfLow));
    const low = i32x4.dot16(own, c.low);
    return this.canonical(i32x4.add(i32x4.dot16(own, c.high), this.#shiftByHalf(low)));
  }

  /** a³ in Montgomery form, of |a| up to `MAX_CUBED`. */
  cube(a: Value): Local {
    const cubed = this.#cubeBeyond(a);
    return this.#f.let(i32x4.minu(i32x4.sub(cubed, this.#beyond), i32x4.add(cubed, this.#pLessBeyond)));
  }

  /** a³ + BEYOND in Montgomery form, of |a| up to `MAX_CUBED`. */
  cubeBeyond(a: Value): Local {
    return this.canonical(this.#cubeBeyond(a));
  }

  /** Cube of a number plus an excess, between −p and p. */
  #cubeBeyond(a: Value): Local {
    const x = this.hold(a);
    const square = this.hold(i32x4.sub(this.#beyondProduct(x, x), this.#beyond));
    return this.hold(this.#beyondProduct(square, x));
  }

  /** a + b − p, at least −p and below p: not canonical. */
  addLessP(a: Value, b: Value): Value {
    return i32x4.sub(i32x4.add(a, b), this.#p);
  }

  /** (h·2^16 + low)·2^−16 between h − p and h + 2^10, |low| below 2^25; `high` is h with `SHIFT_OFFSET`. */
  shiftedHalves(high: Value, low: Value): Value {
    return i32x4.add(high, this.#shiftByHalf(low));
  }

  /** x − p for x ≥ p; x < 2p. The smaller of x and x − p, as unsigned numbers, is the canonical one. */
  #subtractP(x: Value): Local {
    const held = this.hold(x);
    return this.#f.let(i32x4.minu(held, i32x4.sub(held, this.#p)));
  }

  /** x + p for x < 0; −p < x < p. */
  canonical(x: Value): Local {
    const held = this.hold(x);
    return this.#f.let(i32x4.minu(held, i32x4.add(held, this.#p)));
  }
}

/** High 32 bits of the four lane products. */
function highWords(a: Value, b: Value): Value {
  return v128.shuffle32(i64x2.mulLow(a, b), i64x2.mulHigh(a, b), [1, 3, 5, 7]);
}

/** High words of the products of signed numbers. */
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
