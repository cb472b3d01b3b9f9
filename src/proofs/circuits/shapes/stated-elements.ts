/** A part of a statement: `count` elements from `at` onwards. */
type StatedElements = { readonly at: number; readonly count: number };

/** Parts of these lengths, in this order, by name; `count` is how many elements they have together. */
export function inOrder<Name extends string>(
  lengths: Readonly<Record<Name, number>>,
): { readonly parts: Readonly<Record<Name, StatedElements>>; readonly count: number } {
  let at = 0;
  const parts = {} as Record<Name, StatedElements>;
  for (const [name, count] of Object.entries(lengths) as [Name, number][]) {
    parts[name] = { at, count };
    at += count;
  }
  return { parts, count: at };
}

/** Elements of a part of a statement. */
export function partOf<Element>(elements: readonly Element[], { at, count }: StatedElements): readonly Element[] {
  return elements.slice(at, at + count);
}
