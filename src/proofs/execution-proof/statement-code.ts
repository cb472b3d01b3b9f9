import { type StatementForm, statementLayout } from "../circuits/boundary/statement-form.ts";
import { LIMBS } from "../circuits/shapes/word.ts";
import type { StatementCode } from "../recursion/proof-code.ts";

/**
 * Writes what `statementValues` checks and computes: constants are what they are, limbs have 16 bits, and behind the elements
 * come the limbs of digests.
 */
export function statementCode(form: StatementForm): StatementCode {
  return (assembler, elements) => {
    const zero = assembler.constant(0);
    const limbs = statementLayout(form).parts.flatMap(({ part, at }) => {
      if (part.kind === "root") return [];
      if (part.kind === "constant") {
        part.elements.forEach((value, i) => {
          const element = elements[at + i];
          if (element !== undefined) assembler.arithmetic({ constant: value }, element);
        });
        return [];
      }
      if (part.kind === "word") {
        for (const element of elements.slice(at, at + part.limbs)) assembler.bits(element, { high: zero });
        return [];
      }
      const digest = elements.slice(at, at + LIMBS / 2).toReversed();
      return digest.flatMap((element) => {
        const [low, high] = [assembler.newWord(), assembler.newWord()];
        assembler.bits(element, { low, high });
        return [low, high];
      });
    });
    return [...elements, ...limbs];
  };
}
