import type { Assembler } from "../assembler.ts";
import { FormArithmetic } from "../forms.ts";
import { OCTET_ELEMENTS, type Octet, type Word } from "../relation.ts";
import { HUB_DEPTHS, HUB_TAG, type HubSlots, MAX_IMPORTED_FACTS, STATE_TAG } from "./hub-step.ts";
import { assertSameWhere, assertZeros, beginRule, chosen } from "./rule-code.ts";

const LIMB_BITS = 16;
/** Limbs of a chain's id that a hub reads: ids are below 2^32. */
const ID_LIMBS = 2;
/** The higher limb of a mask of facts: chains that serve facts write the mask with bit 16. */
const MASK_HIGH = 1;

/** Elements of a batch's statement that a step reads, and the hub's states before and after the batch. */
interface HubStepWords {
  readonly chainId: readonly Word[];
  readonly nextBatch: readonly Word[];
  readonly newRoot: readonly Word[];
  readonly before: readonly Word[];
  readonly after: readonly Word[];
}

/**
 * Writes the step of a hub's state by a batch (docs/protocol.md §13): the member's leaf has the batch's number, its new root and
 * the last fact that this root shows. The last fact is appended to the facts, and each fact that the batch imports is among them
 * before. Reads the hints of `hubStepHints`.
 */
export function writeHubStep(a: Assembler, { before, after, ...batch }: HubStepWords, slots: HubSlots): void {
  const code = new HubStepCode(a);
  beginRule(a, "positions in the member's state");
  const { positions, mask } = code.positions();
  const opening = (key: readonly number[], i: number): StateLeaf => ({ key, position: positions.slice(2 * i, 2 * i + 2) });
  beginRule(a, "the last fact is in the state after the batch");
  const lastFact = a.newOctet();
  const tree = code.climbState(opening(slots.lastFact, 0), lastFact);
  const newRoot = a.pack(batch.newRoot);
  a.compress(STATE_TAG.state, tree, code.elements(), newRoot);
  beginRule(a, "the mask of imported facts is in the same state");
  code.climbState(opening(slots.factMask, 1), code.maskValue(mask), tree);
  beginRule(a, "the last fact is appended");
  const facts = code.append(lastFact);
  beginRule(a, "each imported fact is in the same state, and among the facts before");
  const flags = a.newWords(slots.imports.length);
  a.bits(mask, { bits: flags, high: a.constant(0) });
  const known = { tree: a.unpack(tree, OCTET_ELEMENTS), facts: a.unpack(facts.before, OCTET_ELEMENTS) };
  slots.imports.forEach((key, i) => {
    const [flag] = flags.slice(i) as [Word];
    const imported = code.imported(opening(key, 2 + i));
    assertSameWhere(a, flag, imported.tree, known.tree);
    assertSameWhere(a, flag, imported.facts, known.facts);
  });
  beginRule(a, "the chain's id has two limbs");
  const side = code.memberSide(batch.chainId);
  beginRule(a, "the member's leaf is replaced");
  const named = a.pack([...batch.chainId.slice(0, ID_LIMBS), ...batch.nextBatch]);
  const leaf = a.compress(HUB_TAG.member, named, a.compress(HUB_TAG.member, newRoot, lastFact));
  const members = code.replaced(side, { before: a.newOctet(), after: leaf });
  beginRule(a, "the hub's state before");
  a.compress(HUB_TAG.state, members.before, a.compress(HUB_TAG.state, facts.before, facts.countBefore), a.pack(before));
  beginRule(a, "the hub's state after");
  a.compress(HUB_TAG.state, members.after, a.compress(HUB_TAG.state, facts.after, facts.countAfter), a.pack(after));
}

/** Leaf of a slot in a member's state, by its key and the limbs of its position. */
interface StateLeaf {
  readonly key: readonly number[];
  readonly position: readonly Word[];
}

/** Something before and after a batch. */
interface Change<Value> {
  readonly before: Value;
  readonly after: Value;
}

class HubStepCode {
  readonly #a: Assembler;
  readonly #forms: FormArithmetic;

  constructor(a: Assembler) {
    this.#a = a;
    this.#forms = new FormArithmetic(a);
  }

  /**
   * Limbs of the positions of all slots, and the mask. Any position is right, because a leaf contains its key. Hints must be
   * hashed (`check-program.ts`), so these are, and the result is compared with nothing.
   */
  positions(): { readonly positions: readonly Word[]; readonly mask: Word } {
    const a = this.#a;
    const positions = a.newWords(2 * (2 + MAX_IMPORTED_FACTS));
    const mask = a.newWord();
    const all = [...positions, mask];
    let digest = a.pack([]);
    for (let first = 0; first < all.length; first += OCTET_ELEMENTS)
      digest = a.compress(HUB_TAG.node, digest, a.pack(all.slice(first, first + OCTET_ELEMENTS)));
    a.unpack(digest, 0);
    return { positions, mask };
  }

  /** Digest of the mask as a word; its limbs from the third on are 0. */
  maskValue(mask: Word): Octet {
    const a = this.#a;
    return a.compress(STATE_TAG.value, a.pack([mask, a.constant(MASK_HIGH)]), a.pack([]));
  }

  /** Eight elements that are hints, if nothing else reads the octet. */
  elements(): Octet {
    return this.#a.pack(this.#a.newWords(OCTET_ELEMENTS));
  }

  /** The root over a slot's leaf. A new octet as the value is a hint, as is the next key. */
  climbState({ key, position }: StateLeaf, value: Octet, root = this.#a.newOctet()): Octet {
    const a = this.#a;
    const pair = a.compress(STATE_TAG.pair, a.pack(a.constants(key)), this.elements());
    const bits = position.flatMap((limb) => this.#bitsOf(limb, LIMB_BITS));
    return this.#climb(bits, a.compress(STATE_TAG.leaf, pair, value), { tag: STATE_TAG.node, root });
  }

  /** Roots over an imported fact, as elements: of the member's state over its slot, of the facts over its leaf. */
  imported(slot: StateLeaf): { readonly tree: readonly Word[]; readonly facts: readonly Word[] } {
    const a = this.#a;
    const fact = a.newOctet();
    const tree = this.climbState(slot, fact);
    const position = a.newWord();
    const leaf = a.compress(HUB_TAG.fact, fact, a.pack([position]));
    const bits = this.#bitsOf(position, HUB_DEPTHS.facts);
    const facts = this.#climb(bits, leaf, { tag: HUB_TAG.node, root: a.newOctet() });
    return { tree: a.unpack(tree, OCTET_ELEMENTS), facts: a.unpack(facts, OCTET_ELEMENTS) };
  }

  /** Appends a fact in the empty leaf at the number of facts, which becomes higher by 1 and stays below 2^24. */
  append(fact: Octet): Change<Octet> & { readonly countBefore: Octet; readonly countAfter: Octet } {
    const [a, forms] = [this.#a, this.#forms];
    const zero = a.constant(0);
    const [low, high] = a.newWords(2) as [Word, Word];
    const countBefore = a.pack([low, high]);
    const bits = [...a.newWords(LIMB_BITS), ...a.newWords(HUB_DEPTHS.facts - LIMB_BITS)];
    a.bits(low, { bits: bits.slice(0, LIMB_BITS), high: zero });
    const above = bits.slice(LIMB_BITS);
    a.bits(high, { bits: [...above, ...above.map(() => zero)], high: zero });
    const position = forms.add(forms.cell(low), forms.scale(forms.cell(high), 2 ** LIMB_BITS));
    const leaf = a.compress(HUB_TAG.fact, fact, a.pack([forms.word(position)]));
    const roots = this.replaced(bits, { before: a.pack([]), after: leaf });
    const [nextLow, carry] = a.newWords(2) as [Word, Word];
    a.bits(forms.word(forms.add(forms.cell(low), forms.one)), { low: nextLow, high: carry });
    const nextHigh = forms.add(forms.cell(high), forms.cell(carry));
    forms.inverse(forms.add(nextHigh, forms.neg(forms.base(2 ** (HUB_DEPTHS.facts - LIMB_BITS)))));
    return { ...roots, countBefore, countAfter: a.pack([nextLow, forms.word(nextHigh)]) };
  }

  /** Sides of a member's path: the bits of its chain id, which is below 2^32. */
  memberSide(chainId: readonly Word[]): Word[] {
    assertZeros(this.#a, chainId.slice(ID_LIMBS));
    const zero = this.#a.constant(0);
    return chainId.slice(0, ID_LIMBS).flatMap((limb) => {
      const bits = this.#a.newWords(LIMB_BITS);
      this.#a.bits(limb, { bits, high: zero });
      return bits;
    });
  }

  /** Roots over a leaf before and after, whose siblings are the same. The leaf before may be a hint. */
  replaced(sides: readonly Word[], leaf: Change<Octet>): Change<Octet> {
    const a = this.#a;
    return sides.reduce(({ before, after }, side) => {
      const sibling = a.newOctet();
      // The first relation introduces the sibling, and the third one a leaf that is a hint.
      const [afterLeft, afterRight] = [this.#node(after, sibling), this.#node(sibling, after)];
      const [beforeRight, beforeLeft] = [this.#node(sibling, before), this.#node(before, sibling)];
      return {
        before: a.pack(chosen(a, side, this.#unpacked(beforeRight), this.#unpacked(beforeLeft))),
        after: a.pack(chosen(a, side, this.#unpacked(afterRight), this.#unpacked(afterLeft))),
      };
    }, leaf);
  }

  #climb(sides: readonly Word[], leaf: Octet, { tag, root }: { readonly tag: number; readonly root: Octet }): Octet {
    const a = this.#a;
    const last = sides.length - 1;
    return sides.reduce((node, side, level) => a.climb(side, node, level === last ? root : a.newOctet(), tag), leaf);
  }

  #node(first: Octet, second: Octet): Octet {
    return this.#a.compress(HUB_TAG.node, first, second);
  }

  #unpacked(octet: Octet): Word[] {
    return this.#a.unpack(octet, OCTET_ELEMENTS);
  }

  #bitsOf(element: Word, count: number): Word[] {
    const bits = this.#a.newWords(count);
    this.#a.bits(element, { bits });
    return bits;
  }
}
