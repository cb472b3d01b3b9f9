import type { CardKernel } from "../card/kernel.ts";
import { extensionCode } from "../wgsl/extension.ts";

/** Coefficients that one invocation takes. */
export const DIVIDE_CHUNK = 256;

interface DivisionKernels {
  /** carries[i] := the value at the point of chunk i alone. */
  readonly values: CardKernel;
  /** From the last chunk down: carries[i] := what comes into chunk i from those above; the remainder follows them. */
  readonly carries: CardKernel;
  /** The quotient in place of the polynomial. */
  readonly quotient: CardKernel;
}

const byDegree = new Map<number, DivisionKernels>();

/**
 * Synthetic division of an extension polynomial by X − point, in chunks.
 * Shape: coordinate k of coefficient j at dest + k · rows + j, canonical, in place; point and its 256th power in `points`,
 * Montgomery form; carries of degree words each.
 */
export function division(degree: number): DivisionKernels {
  const known = byDegree.get(degree);
  if (known !== undefined) return known;
  const each = `for (var k = 0u; k < ${degree}u; k++)`;
  const horner = (store: string): string => `
  let first = i * ${DIVIDE_CHUNK}u;
  for (var j = min(p.rows, first + ${DIVIDE_CHUNK}u); j > first; j--) {
    var own = Ext();
    ${each} { own[k] = data[dest + k * p.rows + j - 1u]; }
    ${store}
    carry = ext_add(ext_mul(carry, point), own);
  }`;
  const point = (first: number): string => `var point = Ext(); ${each} { point[k] = points[${first}u + k]; }`;
  const common = { item: ["dest"], declarations: extensionCode(degree) };
  const kernels: DivisionKernels = {
    values: {
      ...common,
      name: `divide-values-${degree}`,
      params: ["rows"],
      read: ["points", "data"],
      write: ["carries"],
      body: `${point(0)} var carry = Ext(); ${horner("")} ${each} { carries[i * ${degree}u + k] = carry[k]; }`,
    },
    carries: {
      ...common,
      name: `divide-carries-${degree}`,
      params: ["chunks"],
      read: ["points"],
      write: ["carries"],
      body: `${point(degree)}
  var carry = Ext();
  for (var chunk = p.chunks; chunk > 0u; chunk--) {
    var own = Ext();
    ${each} { own[k] = carries[(chunk - 1u) * ${degree}u + k]; carries[(chunk - 1u) * ${degree}u + k] = carry[k]; }
    carry = ext_add(ext_mul(carry, point), own);
  }
  ${each} { carries[p.chunks * ${degree}u + k] = carry[k]; }`,
    },
    quotient: {
      ...common,
      name: `divide-quotient-${degree}`,
      params: ["rows"],
      read: ["points", "carries"],
      write: ["data"],
      body: `${point(0)} var carry = Ext(); ${each} { carry[k] = carries[i * ${degree}u + k]; }
  ${horner(`${each} { data[dest + k * p.rows + j - 1u] = carry[k]; }`)}`,
    },
  };
  byDegree.set(degree, kernels);
  return kernels;
}
