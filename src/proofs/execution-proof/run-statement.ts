import type { MemoryPlace } from "../circuits/memory/memory-trace.ts";
import { type StatedPart, type StatementForm, statementLayout, wholeWords } from "../circuits/boundary/statement-form.ts";
import { LIMB, LIMBS, limbsOf, WORD } from "../circuits/shapes/word.ts";
import { isCanonical } from "../field/koala-bear.ts";

/** One place of the memory in a statement: its words before and after the run. */
export interface WordChange {
  readonly before: bigint;
  readonly after: bigint;
}

/** The state's roots before and after the run: digests of 8 elements. */
export interface RootChange {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Subject of a program's statements. */
export interface StatedProgram {
  readonly places: readonly MemoryPlace[];
  /** Default: the root, then the places' whole words. */
  readonly statement?: StatementForm;
}

export function formOf({ places, statement }: StatedProgram): StatementForm {
  return statement ?? wholeWords(places);
}

/**
 * The statement's bytes: its elements in the form's order, four big-endian bytes each. `changes` are those of the program's
 * places, in their order. Throws RangeError for a word that the form cannot say.
 */
export function encodeStatement(program: StatedProgram, changes: readonly WordChange[], roots: RootChange): Uint8Array {
  const form = formOf(program);
  const changeOf = ({ space, index }: MemoryPlace): WordChange => {
    const change = changes[program.places.findIndex((place) => place.space === space && place.index === index)];
    if (change === undefined)
      throw new RangeError(`no word of place ${index} of space ${space} is given, which the statement says`);
    return change;
  };
  for (const { place, word } of form.fixed) {
    const { before, after } = changeOf(place);
    if (before !== word || after !== word)
      throw new RangeError(`place ${place.index} of space ${place.space} has ${word} in every run, not ${before} and ${after}`);
  }
  const elements = statementLayout(form).parts.flatMap(({ part, moments }) => {
    const said = moments.map((moment) => {
      if (part.kind === "constant") return part.elements;
      return part.kind === "root" ? roots[moment] : elementsOf(part, changeOf(part.place)[moment]);
    });
    const [first = [], second = first] = said;
    if (first.some((element, i) => element !== second[i]))
      throw new RangeError("a word that is the same in the whole run changed in it");
    return first;
  });
  const bytes = new Uint8Array(4 * elements.length);
  const view = new DataView(bytes.buffer);
  elements.forEach((element, i) => view.setUint32(4 * i, element));
  return bytes;
}

function elementsOf(part: Extract<StatedPart, { readonly place: MemoryPlace }>, word: bigint): readonly number[] {
  const elements = statedElements(part.kind === "digest" ? "digest" : part.limbs, word);
  if (elements === undefined)
    throw new RangeError(`${word} of place ${part.place.index} of space ${part.place.space} is more than a statement says of it`);
  return elements;
}

/** A word in elements: the given number of its limbs, or those of a digest. Undefined for a larger word. */
export function statedElements(form: number | "digest", word: bigint): readonly number[] | undefined {
  if (word < 0n || word >= WORD) return undefined;
  const limbs = limbsOf(word);
  if (form !== "digest") return limbs.slice(form).some((limb) => limb !== 0) ? undefined : limbs.slice(0, form);
  const elements = Array.from(
    { length: LIMBS / 2 },
    (_, i) => (limbs[LIMBS - 1 - 2 * i] ?? 0) * LIMB + (limbs[LIMBS - 2 - 2 * i] ?? 0),
  );
  return elements.every(isCanonical) ? elements : undefined;
}

/**
 * Public values of a statement: its elements, then the limbs of its digests. Undefined for malformed bytes: of another
 * length, with an element that is not canonical, a limb of more than 16 bits or another constant.
 */
export function statementValues(form: StatementForm, statement: Uint8Array): number[] | undefined {
  const { parts, elementCount } = statementLayout(form);
  if (statement.length !== 4 * elementCount) return undefined;
  const view = new DataView(statement.buffer, statement.byteOffset, statement.byteLength);
  const elements = Array.from({ length: elementCount }, (_, i) => view.getUint32(4 * i));
  if (!elements.every(isCanonical)) return undefined;
  const limbs: number[] = [];
  for (const { part, at } of parts) {
    if (part.kind === "constant" && part.elements.some((element, i) => element !== elements[at + i])) return undefined;
    if (part.kind === "word" && elements.slice(at, at + part.limbs).some((limb) => limb >= LIMB)) return undefined;
    if (part.kind === "digest") limbs.push(...digestLimbs(elements.slice(at, at + LIMBS / 2)));
  }
  return [...elements, ...limbs];
}

/** The limbs of the word that a digest is, lowest first. */
function digestLimbs(digest: readonly number[]): number[] {
  return digest.toReversed().flatMap((element) => [element % LIMB, Math.floor(element / LIMB)]);
}
