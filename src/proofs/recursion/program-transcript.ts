import { TRANSCRIPT_TAG } from "../kernels/reference/grind.ts";
import type { Assembler } from "./assembler.ts";
import type { Form, FormArithmetic } from "./forms.ts";
import { OCTET_ELEMENTS, type Octet, type Word, WORD_ELEMENTS } from "./relation.ts";

/** The transcript of Poseidon (`stark/poseidon-transcript.ts`), followed by a program. */
export class ProgramTranscript {
  readonly #assembler: Assembler;
  readonly #forms: FormArithmetic;
  readonly #zeros: Octet;
  #state: Octet;
  #drawn = false;

  constructor(assembler: Assembler, forms: FormArithmetic) {
    this.#assembler = assembler;
    this.#forms = forms;
    this.#zeros = assembler.pack([]);
    this.#state = this.#zeros;
  }

  /** Takes octets in. */
  absorb(octets: readonly Octet[]): void {
    for (const octet of octets) this.#state = this.#assembler.compress(TRANSCRIPT_TAG, this.#state, octet);
    this.#drawn = false;
  }

  /** Takes elements of the base field in, the last octet filled up with zeros. */
  absorbElements(elements: readonly Word[]): void {
    for (let first = 0; first < elements.length; first += OCTET_ELEMENTS)
      this.absorb([this.#assembler.pack(elements.slice(first, first + OCTET_ELEMENTS))]);
  }

  /** Absorbs elements of the extension, coordinate by coordinate; the octets that they are dealt to. */
  absorbWords(words: readonly Word[]): readonly Octet[] {
    const octets = this.#assembler.deal(words);
    this.absorb(octets);
    return octets;
  }

  challenge(): Form {
    return this.draw()();
  }

  /** Draws a challenge, whose word is written when it is first asked for: of some nothing may depend. */
  draw(): () => Form {
    if (this.#drawn) this.absorb([this.#zeros]);
    this.#drawn = true;
    const state = this.#state;
    let known: Form | undefined;
    return () => (known ??= this.#challengeOf(state));
  }

  #challengeOf(state: Octet): Form {
    return this.#forms.joined(this.#assembler.unpack(state, WORD_ELEMENTS));
  }

  /** Takes the nonce in; the element whose lowest bits have to be 0. */
  grind(nonce: Word): Word {
    this.absorbElements([nonce]);
    const [first] = this.#assembler.unpack(this.#state, 1);
    if (first === undefined) throw new Error("an octet has a first element");
    return first;
  }

  /** Elements whose low bits are positions. */
  positions(count: number): Word[] {
    const elements: Word[] = [];
    while (elements.length < count) {
      this.absorb([this.#zeros]);
      elements.push(...this.#assembler.unpack(this.#state, Math.min(OCTET_ELEMENTS, count - elements.length)));
    }
    return elements;
  }
}
