/** A sentence about the ecosystem that must be true, and was not. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export function invariant(condition: boolean, sentence: () => string): asserts condition {
  if (!condition) throw new Violation(sentence());
}
