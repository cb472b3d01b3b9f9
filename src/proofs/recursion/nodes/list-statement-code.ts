import { partOf } from "../../circuits/shapes/stated-elements.ts";
import { LIST } from "../../circuits/state-transition/list-system.ts";
import type { Assembler } from "../assembler.ts";
import { FormArithmetic } from "../forms.ts";
import type { StatementCode } from "../proof-code.ts";
import { type Word, WORD_ELEMENTS } from "../relation.ts";

/** Writes what makes elements a statement about a list (`circuits/state-transition/list-system.ts`), and its public values. */
export const listStatementCode: StatementCode = (assembler, elements) => {
  const zero = assembler.constant(0);
  const part = (name: keyof typeof LIST.parts): readonly Word[] => partOf(elements, LIST.parts[name]);
  for (const limb of [...part("commitment"), ...part("outputsHash")]) assembler.bits(limb, { high: zero });
  const digests = [...part("oldRoot"), ...part("newRoot"), ...part("diffDigest")];
  return [...digests, ...part("evaluation"), ...part("outputsHash"), ...part("point"), ...powersOf(assembler, part("point"))];
};

/** Coordinates of r² and r³. */
function powersOf(assembler: Assembler, point: readonly Word[]): Word[] {
  const forms = new FormArithmetic(assembler);
  const r = forms.joined(point);
  const square = forms.cell(forms.word(forms.mul(r, r)));
  const words = [square, forms.mul(square, r)].map((form) => forms.word(form));
  // Two words are ten elements, of which the second octet has two.
  const [first, second] = assembler.deal(words);
  if (first === undefined || second === undefined) throw new Error("two words are dealt to two octets");
  return [...assembler.unpack(first, 8), ...assembler.unpack(second, words.length * WORD_ELEMENTS - 8)];
}
