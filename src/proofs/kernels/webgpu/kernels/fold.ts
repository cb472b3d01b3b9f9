import type { CardKernel } from "../card/kernel.ts";
import { extensionCode } from "../wgsl/extension.ts";

const byDegree = new Map<number, CardKernel>();

/**
 * result_i = arity · Σ_j challenge^j · source_(arity·i + j), extension elements. See `Backend.fold`.
 * Shape: coordinate k of `rows` elements at column + k · rows → of rows/arity at dest + k · rows/arity; canonical; the
 * challenge and arity in Montgomery form.
 */
export function fold(degree: number): CardKernel {
  const known = byDegree.get(degree);
  if (known !== undefined) return known;
  const each = `for (var k = 0u; k < ${degree}u; k++)`;
  const kernel: CardKernel = {
    name: `fold-${degree}`,
    params: ["rows", "arity", "factor"],
    item: ["column", "dest"],
    read: ["source", "challenge"],
    write: ["result"],
    declarations: extensionCode(degree),
    body: /* wgsl */ `
  var point = Ext();
  ${each} { point[k] = challenge[k]; }
  var sum = Ext();
  for (var j = p.arity; j > 0u; j--) {
    var own = Ext();
    ${each} { own[k] = source[column + k * p.rows + p.arity * i + j - 1u]; }
    sum = ext_add(ext_mul(sum, point), own);
  }
  ${each} { result[dest + k * (p.rows / p.arity) + i] = product(sum[k], p.factor); }`,
  };
  byDegree.set(degree, kernel);
  return kernel;
}
