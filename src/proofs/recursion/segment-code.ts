import { inOrder, partOf } from "../circuits/shapes/stated-elements.ts";
import { EARLY_TAG, firstLeft, FOLD_TAG } from "../stark/segments/fold.ts";
import { wordsOf } from "../stark/transcripts/transcript-form.ts";
import type { Assembler } from "./assembler.ts";
import { formAt, type OpenedForms } from "./constraint-code.ts";
import type { Form, FormArithmetic } from "./forms.ts";
import { ProgramTranscript } from "./program-transcript.ts";
import { assertNoSum, type CheckedShape, inOctets, ProofCode, statementLength } from "./proof-code.ts";
import type { Octet, Word } from "./relation.ts";

/** Early data about a segment's place in the run, before its statement. */
export const SEGMENT_PLACE = inOrder({ index: 1, opens: 1, closes: 1, zeros: 5 });

/** Early data of a segment (`stark/segments/fold.ts`), in a program: they are hashed into the fold. */
interface EarlyCells {
  /** Place and statement of the segment. */
  readonly elements: readonly Word[];
  /** Per table. */
  readonly auxiliary: readonly (readonly Word[])[];
  readonly octets: readonly Octet[];
}

/** Claim about a segment's run: seed, folds before it and after it, the sum of its fractions on carried buses. */
interface RunClaim {
  readonly seed: readonly Word[];
  readonly before: readonly Word[];
  readonly after: readonly Word[];
  readonly carried: readonly Word[];
}

/** Number of elements of a segment's place and statement. */
export function placedLength(system: CheckedShape["system"]): number {
  return SEGMENT_PLACE.count + statementLength(system);
}

/** Early data of a segment with such a shape: hints, which the check of the proof hashes. Heights are constants. */
export function earlyCells(assembler: Assembler, { system, shape }: CheckedShape): EarlyCells {
  const elements = assembler.newWords(placedLength(system));
  const heights = assembler.constants(shape.logRows);
  const auxiliary = system.tables.map(({ auxiliaryCount }) => assembler.newWords(auxiliaryCount));
  return { elements, auxiliary, octets: inOctets(assembler, [...elements, ...heights, ...auxiliary.flat()]) };
}

/**
 * Writes the checks of a segment's proof: they hold for some hints exactly if `verifySegment` accepts a proof of that shape, of
 * what is said early, and shows what is claimed of the run. That flags follow from the folds, and that a statement is silent
 * but in the opening segment, is the caller's to write. Throws RangeError for a system whose segments no program checks.
 */
export function writeSegmentCheck(assembler: Assembler, checked: CheckedShape, early: EarlyCells, claim: RunClaim): void {
  const { system, shape, statementCode } = checked;
  const { segments } = system.definition;
  if (segments === undefined) throw new RangeError(`${system.name} is proven as a whole: writeProofCheck checks its proofs`);
  if (segments.without?.length) throw new RangeError(`${system.name} leaves rules of segments out, which no program does`);
  if (!shape.hasLookups) throw new RangeError(`a segment of ${system.name} without lookups says nothing of its run`);
  const code = new ProofCode(assembler, checked);
  const { forms } = code;
  const flag = (name: keyof typeof SEGMENT_PLACE.parts): Form =>
    formAt(
      partOf(early.elements, SEGMENT_PLACE.parts[name]).map((word) => forms.cell(word)),
      0,
    );
  const opens = flag("opens");
  const stated = statementCode(assembler, early.elements.slice(SEGMENT_PLACE.count));
  const [seed, before, after] = [claim.seed, claim.before, claim.after].map((elements) => assembler.pack(elements)) as [
    Octet,
    Octet,
    Octet,
  ];
  let digest: Octet | undefined;
  code.write({
    // Segments that do not open their run have zeros.
    values: stated.map((word) => forms.mul(opens, forms.cell(word))),
    flags: [flag("index"), opens, flag("closes")],
    begin: (transcript, key) => {
      digest = early.octets.reduce((chain, octet) => assembler.compress(EARLY_TAG, chain, octet), assembler.pack([]));
      transcript.absorb([key.digest, seed, before, digest]);
      return early.auxiliary;
    },
    lookup: (_transcript, mainRoot) => {
      if (digest === undefined) throw new Error("what is said early comes in front of the main root");
      assembler.section("fold", "BadStatement");
      const left = assembler.pack(leftOfFold(forms, checked, opens, claim.before));
      assembler.compress(FOLD_TAG, left, assembler.compress(FOLD_TAG, mainRoot, digest), after);
      assembler.section("transcript behind the fold", "MalformedProof");
      const transcript = new ProgramTranscript(assembler, forms);
      transcript.absorb([seed]);
      return { fold: transcript.challenge(), offset: transcript.challenge() };
    },
    checkSums: (sums) => {
      assertNoSum(forms, sumsOf(checked, sums, "local"));
      assembler.section("carried sum", "BadStatement");
      const carried = sumsOf(checked, sums, "carried").reduce(forms.add, forms.zero);
      forms.assertEqual(forms.joined(claim.carried), carried);
    },
  });
}

/** Left operand of a segment's fold: the fold before it, or, if that is zeros, the value for the key. */
function leftOfFold(forms: FormArithmetic, { system }: CheckedShape, opens: Form, before: readonly Word[]): Word[] {
  const first = wordsOf(firstLeft(system));
  return before.map((word, i) => forms.word(forms.add(forms.scale(opens, first[i] ?? 0), forms.cell(word))));
}

/** The sums of all tables on buses of a kind. */
function sumsOf({ system }: CheckedShape, sums: OpenedForms["sums"], kind: "local" | "carried"): Form[] {
  return system.tables.flatMap(({ lookup, index }) =>
    (sums[index] ?? []).filter((_, s) => lookup?.kinds[s]?.includes(kind) === true),
  );
}
