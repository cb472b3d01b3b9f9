import { createExtension } from "../../../field/extension.ts";
import { P } from "../../../field/koala-bear.ts";

/**
 * Arithmetic of an extension: coordinates in an array. Products are Montgomery's: one factor is in Montgomery form, or the
 * result lacks 2³².
 */
export function extensionCode(degree: number): string {
  const field = createExtension(degree);
  const each = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
  const top = each(degree, (i) => (i === degree - 1 ? 1 : 0));
  const reduction = field.multiplesByX(top)[1] ?? [];
  const terms = each(2 * degree - 1, (k) => {
    const pairs = each(degree, (j) => [j, k - j] as const).filter(([, other]) => other >= 0 && other < degree);
    return `var t${k} = ${pairs.reduce((sum, [x, y]) => {
      const own = `product(a[${x}], b[${y}])`;
      return sum === "" ? own : `add(${sum}, ${own})`;
    }, "")};`;
  });
  const folds = each(degree - 1, (i) => 2 * degree - 2 - i).flatMap((k) =>
    reduction.flatMap((factor, i) =>
      factor === 0 ? [] : [`t${k - degree + i} = ${addMultiple(`t${k - degree + i}`, factor, `t${k}`)};`],
    ),
  );
  return /* wgsl */ `
alias Ext = array<u32, ${degree}>;
fn ext_add(a: Ext, b: Ext) -> Ext { return Ext(${each(degree, (i) => `add(a[${i}], b[${i}])`).join(", ")}); }
fn ext_sub(a: Ext, b: Ext) -> Ext { return Ext(${each(degree, (i) => `sub(a[${i}], b[${i}])`).join(", ")}); }
fn ext_scale(a: Ext, s: u32) -> Ext { return Ext(${each(degree, (i) => `product(a[${i}], s)`).join(", ")}); }
fn ext_mul(a: Ext, b: Ext) -> Ext {
  ${terms.join("\n  ")}
  ${folds.join("\n  ")}
  return Ext(${each(degree, (i) => `t${i}`).join(", ")});
}
`;
}

/** a + factor·b for a factor that is small, or whose negative is. */
function addMultiple(a: string, factor: number, b: string): string {
  const isNegative = factor > P / 2;
  const times = isNegative ? P - factor : factor;
  return Array.from({ length: times }).reduce<string>((sum) => `${isNegative ? "sub" : "add"}(${sum}, ${b})`, a);
}
