import { capLevels } from "../stark/openings/caps.ts";
import { grindingBitsFor } from "../stark/systems/parameters.ts";
import { ABSENT, type Shape } from "../stark/systems/shape.ts";
import { batchedBits } from "../stark/stacked/claims.ts";
import { layerFolds, type StackShape } from "../stark/systems/stack-shape.ts";
import type { System } from "../stark/systems/system.ts";
import { wordsOf } from "../stark/transcripts/transcript-form.ts";
import { proofVersion } from "../stark/systems/verification-key.ts";
import { LOG_PARTS } from "../kernels/stack-layout.ts";
import { P } from "../field/koala-bear.ts";
import type { Assembler } from "./assembler.ts";
import { type RoundForms, writeClaim } from "./claim-code.ts";
import { writeCaps } from "./cap-code.ts";
import { formAt, type OpenedForms, writeConstraints } from "./constraint-code.ts";
import { type FinalCells, finalComparison } from "./final-code.ts";
import { type Form, FormArithmetic } from "./forms.ts";
import { ProgramTranscript } from "./program-transcript.ts";
import { QueryCode } from "./query-code.ts";
import { OCTET_ELEMENTS, type Octet, type Word, WORD_ELEMENTS } from "./relation.ts";

/** Writes what makes elements a statement of a system; the public values that they mean. */
export type StatementCode = (assembler: Assembler, elements: readonly Word[]) => readonly Word[];

/** Proofs of one shape of a system, as a program checks them. */
export interface CheckedShape {
  readonly system: System;
  readonly shape: Shape;
  readonly statementCode: StatementCode;
}

/**
 * A key in a program: the digest that a transcript begins with, and the root of the columns that the key fixes, if it has some.
 */
export interface KeyOctets {
  readonly digest: Octet;
  readonly root: Octet | undefined;
}

/** A statement in a program: its elements, and the blocks in which a transcript takes them in. */
interface StatementCells {
  readonly elements: readonly Word[];
  readonly octets: readonly Octet[];
}

/** A statement of such a system. Elements that have no value are hints, which the check of the proof hashes. */
export function statementCells(assembler: Assembler, elements: readonly Word[]): StatementCells {
  return { elements, octets: inOctets(assembler, elements) };
}

/** Elements in blocks, the last one filled up with zeros. */
export function inOctets(assembler: Assembler, elements: readonly Word[]): Octet[] {
  const octets: Octet[] = [];
  for (let first = 0; first < elements.length; first += OCTET_ELEMENTS)
    octets.push(assembler.pack(elements.slice(first, first + OCTET_ELEMENTS)));
  return octets;
}

/** Number of elements of a system's statements. */
export function statementLength({ definition }: System): number {
  return definition.statementElements?.count ?? 0;
}

/** The elements of a system's key, as a program has them. */
export function keyElements(
  { verificationKeyDigest, preprocessedRoots }: System,
  { committedHeight, trees }: Shape,
): {
  readonly digest: readonly number[];
  /** Undefined without preprocessed columns. */
  readonly root: readonly number[] | undefined;
} {
  const digest = wordsOf(verificationKeyDigest).map((number) => number % P);
  if (!trees.some(({ phase }) => phase === "preprocessed")) return { digest, root: undefined };
  const root = preprocessedRoots.get(committedHeight);
  if (root === undefined) throw new Error(`no preprocessed root for stack columns of 2^${committedHeight}`);
  return { digest, root: wordsOf(root) };
}

/**
 * Writes the checks of a proof of one shape: they hold for some hints exactly if `verify` accepts a proof of the statement. The
 * key is the system's, a constant, unless cells are given that hold another one of a system which differs in that alone. Throws
 * RangeError for a system whose proofs no program checks.
 */
export function writeProofCheck(assembler: Assembler, checked: CheckedShape, statement: StatementCells, key?: KeyOctets): void {
  const { system, statementCode } = checked;
  if (system.definition.segments !== undefined)
    throw new RangeError(`${system.name} is proven in segments: what such a proof shows of its run is for writeSegmentCheck`);
  const code = new ProofCode(assembler, checked);
  const { forms } = code;
  code.write(
    {
      values: statementCode(assembler, statement.elements).map((word) => forms.cell(word)),
      flags: [],
      begin: (transcript, { digest }) => absorbFirst(assembler, transcript, checked, [digest, ...statement.octets]),
      lookup: (transcript) => ({ fold: transcript.challenge(), offset: transcript.challenge() }),
      checkSums: (sums) => assertNoSum(forms, sums.flat()),
    },
    key,
  );
}

/** Takes in the key, the statement, the header and the auxiliary values, which are hints. */
function absorbFirst(
  assembler: Assembler,
  transcript: ProgramTranscript,
  { system: { parameters, tables }, shape }: CheckedShape,
  octets: readonly Octet[],
): Word[][] {
  transcript.absorb(octets);
  transcript.absorbElements(assembler.constants([proofVersion(parameters), ...shape.logRows]));
  const auxiliary = tables.map(({ auxiliaryCount }) => assembler.newWords(auxiliaryCount));
  transcript.absorbElements(auxiliary.flat());
  return auxiliary;
}

/** Lookup sums add up to 0. */
export function assertNoSum(forms: FormArithmetic, sums: readonly Form[]): void {
  if (sums.length > 0) forms.assertEqual(sums.reduce(forms.add), forms.zero);
}

/** Differences between the checks of a whole run's proof and of a segment's. */
interface ProofFrame {
  /** The public values that a statement means. */
  readonly values: readonly Form[];
  /** Public values behind all others. */
  readonly flags: readonly Form[];
  /** Absorbs the data before the main root; returns the auxiliary values, per table. */
  readonly begin: (transcript: ProgramTranscript, key: KeyOctets) => readonly (readonly Word[])[];
  /** Behind the main root: the challenges of lookups. */
  readonly lookup: (transcript: ProgramTranscript, mainRoot: Octet) => NonNullable<OpenedForms["lookup"]>;
  /** Checks lookup sums, per table. */
  readonly checkSums: (sums: OpenedForms["sums"]) => void;
}

/** Part of the proof before the queries, in the order of prover and verifier. */
export class ProofCode {
  readonly forms: FormArithmetic;
  readonly #assembler: Assembler;
  readonly #transcript: ProgramTranscript;
  readonly #system: System;
  readonly #shape: Shape;
  readonly #stack: StackShape;

  /** Throws RangeError for a system whose proofs no program checks. */
  constructor(assembler: Assembler, { system, shape }: CheckedShape) {
    const { parameters } = system;
    const { stack } = shape;
    if (stack === undefined || parameters.transcript !== "poseidon" || parameters.extensionDegree !== WORD_ELEMENTS)
      throw new RangeError(
        `proofs of ${system.name} are checked by no program: their columns have to be stacked, transcript and trees by Poseidon over the extension of degree ${WORD_ELEMENTS}`,
      );
    this.#assembler = assembler;
    this.#system = system;
    this.#shape = shape;
    this.#stack = stack;
    assembler.section("statement", "BadStatement");
    this.forms = new FormArithmetic(assembler);
    this.#transcript = new ProgramTranscript(assembler, this.forms);
  }

  write(frame: ProofFrame, key = this.#constantKey()): void {
    const assembler = this.#assembler;
    const { parameters } = this.#system;
    assembler.section("transcript", "MalformedProof");
    const auxiliary = frame.begin(this.#transcript, key);
    const publicValues = auxiliary.map((words) => [
      ...frame.values,
      ...words.map((word) => this.forms.cell(word)),
      ...frame.flags,
    ]);
    const { opened, roots } = this.#columns(publicValues, key.root, frame);
    const opening = this.#opening();
    const [nonce, ...positions] = this.#positions();

    assembler.section("lookup sums", "LookupSumMismatch");
    frame.checkSums(opened.sums);
    assembler.section("point", "PointInDomain");
    this.forms.inverse(opened.vanishing);
    assembler.section("constraints", "ConstraintMismatch");
    writeConstraints(this.#system, this.#shape, this.forms, opened);
    // A gadget has results that a table does not read.
    assembler.dropUnread();
    assembler.section("claim", "ClaimMismatch");
    const { layers, final } = opening;
    const claim = { ...opened, ...opening, finalPolynomial: final.coefficients, lowestBit: parameters.minLogRows };
    writeClaim(this.#shape, this.#stack, this.forms, claim);
    // Of a group of columns not all weights are read.
    assembler.dropUnread();
    assembler.section("grinding", "GrindingTooWeak");
    const zero = assembler.constant(0);
    const grindingBits = grindingBitsFor(parameters, this.#shape.tallest);
    if (nonce !== undefined) assembler.bits(nonce, { bits: new Array<Word>(grindingBits).fill(zero) });
    const trees = writeCaps(assembler, [...roots, ...layers.map(({ root }) => root)], capLevels(parameters, this.#shape));
    const comparison = finalComparison(assembler, this.forms, final, this.#finalDomain(), parameters);
    assembler.section("weights of leaves", "MerkleMismatch");
    const leafChallenges = opening.rounds.slice(0, LOG_PARTS + this.#stack.logWidth).map(({ challenge }) => challenge);
    const queries = new QueryCode(assembler, this.forms, this.#shape, leafChallenges, {
      trees,
      layers: layers.map(({ challenges }) => challenges),
      final: comparison,
    });
    positions.forEach((position, query) => queries.write(query, position));
  }

  /** From the main root to the opened values. */
  #columns(
    publicValues: readonly (readonly Form[])[],
    preprocessed: Octet | undefined,
    frame: ProofFrame,
  ): { readonly opened: OpenedForms; readonly roots: Octet[] } {
    const { openedCount, nextCount, hasLookups, tallest, logRows } = this.#shape;
    const { tables } = this.#system;
    const transcript = this.#transcript;
    const roots = {
      preprocessed,
      main: this.#assembler.newOctet(),
      lookup: undefined as Octet | undefined,
    };
    transcript.absorb([roots.main]);
    const sums = tables.map(({ lookup, index }) =>
      this.#assembler.newWords(logRows[index] === ABSENT ? 0 : (lookup?.kinds.length ?? 0)),
    );
    let lookup: OpenedForms["lookup"];
    if (hasLookups) {
      lookup = frame.lookup(transcript, roots.main);
      roots.lookup = this.#assembler.newOctet();
      transcript.absorb([roots.lookup]);
      transcript.absorbWords(sums.flat());
    }
    const alpha = transcript.challenge();
    const quotientRoot = this.#assembler.newOctet();
    transcript.absorb([quotientRoot]);
    const powers = [transcript.challenge()];
    const [atPoint, atNext] = [this.#assembler.newWords(openedCount), this.#assembler.newWords(nextCount)];
    transcript.absorbWords([...atPoint, ...atNext]);

    for (let k = 0; k < tallest; k++) {
      const last = formAt(powers, k);
      powers.push(this.forms.cell(this.forms.word(this.forms.mul(last, last))));
    }
    const cells = (words: readonly Word[]): Form[] => words.map((word) => this.forms.cell(word));
    const vanishing = this.forms.sub(formAt(powers, tallest), this.forms.one);
    return {
      opened: {
        atPoint: cells(atPoint),
        atNext: cells(atNext),
        publicValues,
        sums: sums.map(cells),
        lookup,
        alpha,
        powers,
        vanishing: this.forms.cell(this.forms.word(vanishing)),
      },
      roots: this.#shape.trees.map(({ phase }) => {
        const root = { ...roots, quotient: quotientRoot }[phase];
        if (root === undefined) throw new Error(`the ${phase} tree has no root`);
        return root;
      }),
    };
  }

  /** The system's key. */
  #constantKey(): KeyOctets {
    const { digest, root } = keyElements(this.#system, this.#shape);
    const pack = (elements: readonly number[]): Octet => this.#assembler.pack(this.#assembler.constants(elements));
    return { digest: pack(digest), root: root && pack(root) };
  }

  /** The stack's challenges, rounds, layers and final polynomial (`stark/stacked/open-stack.ts`). */
  #opening(): {
    readonly next: Form;
    readonly bits: readonly (() => Form)[];
    readonly rounds: readonly RoundForms[];
    readonly layers: readonly { readonly root: Octet; readonly challenges: readonly Form[] }[];
    readonly final: FinalCells;
  } {
    const { parameters } = this.#system;
    const transcript = this.#transcript;
    const next = transcript.challenge();
    const bits = Array.from({ length: batchedBits(this.#stack, parameters.minLogRows) }, () => transcript.draw());
    const rounds = this.#rounds(LOG_PARTS + this.#stack.logWidth);
    const layers = layerFolds(parameters, this.#stack).map((folds) => {
      const root = this.#assembler.newOctet();
      transcript.absorb([root]);
      const own = this.#rounds(folds);
      rounds.push(...own);
      return { root, challenges: own.map(({ challenge }) => challenge) };
    });
    const finalPolynomial = this.#assembler.newWords(2 ** parameters.logFinalMax);
    const octets = transcript.absorbWords(finalPolynomial);
    rounds.push(...this.#rounds(parameters.logFinalMax));
    return { next, bits, rounds, layers, final: { coefficients: finalPolynomial.map((word) => this.forms.cell(word)), octets } };
  }

  #finalDomain(): Parameters<typeof finalComparison>[3] {
    const logFolded = layerFolds(this.#system.parameters, this.#stack).reduce((sum, folds) => sum + folds, 0);
    return { logDomain: this.#shape.logDomain - logFolded, logFolded };
  }

  #rounds(count: number): RoundForms[] {
    return Array.from({ length: count }, () => {
      const [atZero, atTwo] = [this.#assembler.newWord(), this.#assembler.newWord()];
      this.#transcript.absorbWords([atZero, atTwo]);
      const challenge = this.#transcript.challenge();
      return { atZero: this.forms.cell(atZero), atTwo: this.forms.cell(atTwo), challenge };
    });
  }

  /** The element that grinding has found, and those whose low bits are positions. */
  #positions(): Word[] {
    const found = this.#transcript.grind(this.#assembler.newWord());
    return [found, ...this.#transcript.positions(this.#system.parameters.queryCount)];
  }
}
