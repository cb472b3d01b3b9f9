import type { Form, FormArithmetic } from "./forms.ts";

/** eq(j; challenges) for the first `count` j of as many bits; the first challenge belongs to the lowest bit. */
export function equalityForms(forms: FormArithmetic, challenges: readonly Form[], count: number): Form[] {
  return challenges.reduceRight<Form[]>(
    (weights, r, bit) =>
      weights
        .flatMap((weight) => {
          const high = forms.mul(weight, r);
          return [forms.sub(weight, high), high];
        })
        .slice(0, Math.ceil(count / 2 ** bit)),
    [forms.one],
  );
}
