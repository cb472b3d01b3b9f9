import { add, inv, mul, pow, rootOfUnity, sub } from "../../field/koala-bear.ts";
import { bitReversals, bitReverse } from "../bit-reversal.ts";

/**
 * Values of the polynomial on shift · ⟨ω⟩, |⟨ω⟩| = 2^logSize: position i holds the value at shift · ω^bitrev(i).
 * `coefficients` may be shorter than the domain. Domain: canonical in and out; mutates nothing.
 */
export function evaluateOnCoset(coefficients: Uint32Array, logSize: number, shift: number): Uint32Array {
  const size = 2 ** logSize;
  const scaled = new Uint32Array(size);
  let power = 1;
  coefficients.forEach((c, i) => {
    scaled[i] = mul(c, power);
    power = mul(power, shift);
  });
  const natural = transform(scaled, rootOfUnity(logSize));
  return Uint32Array.from({ length: size }, (_, i) => natural[bitReverse(i, logSize)] ?? 0);
}

/** Evaluations over ⟨ω⟩ in natural order, a power of two of them, → coefficients. */
export function interpolate(evaluations: Uint32Array): Uint32Array {
  const logSize = Math.log2(evaluations.length);
  const scale = inv(evaluations.length);
  return transform(evaluations, inv(rootOfUnity(logSize))).map((x) => mul(x, scale));
}

/** Interpolation from values at shift · ω^bitrev(i): the inverse of `evaluateOnCoset` for a full-length polynomial. */
export function interpolateFromCoset(values: Uint32Array, shift: number): Uint32Array {
  const logSize = Math.log2(values.length);
  const natural = Uint32Array.from(values, (_, i) => values[bitReverse(i, logSize)] ?? 0);
  const inverseShift = inv(shift);
  return interpolate(natural).map((c, i) => mul(c, pow(inverseShift, i)));
}

/** Σᵢ valuesᵢ·root^(ik) for every k: transforms of even and of odd indices are joined, from those of one value on. */
function transform(values: Uint32Array, root: number): Uint32Array {
  const size = values.length;
  const result = bitReversals(Math.log2(size)).map((i) => values[i] ?? 0);
  for (let half = 1; half < size; half *= 2) {
    const step = pow(root, size / (2 * half));
    let twiddle = 1;
    for (let k = 0; k < half; k++) {
      for (let even = k; even < size; even += 2 * half) {
        const value = result[even] ?? 0;
        const product = mul(twiddle, result[even + half] ?? 0);
        result[even] = add(value, product);
        result[even + half] = sub(value, product); // step^half = −1
      }
      twiddle = mul(twiddle, step);
    }
  }
  return result;
}
