import { partOf } from "../../circuits/shapes/stated-elements.ts";
import type { Assembler } from "../assembler.ts";
import { type Form, FormArithmetic } from "../forms.ts";
import type { CheckedShape } from "../proof-code.ts";
import { OCTET_ELEMENTS, type Octet, type Word, WORD_ELEMENTS } from "../relation.ts";
import { AGGREGATE_TAG } from "./aggregate-statement.ts";
import { AGGREGATE, BATCH, WRAPPED } from "./layout.ts";
import { type NodeChild, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, beginRule } from "./rule-code.ts";

/** A proof in an aggregate: of a batch, or of an aggregate in turn. */
interface AggregatedShape extends CheckedShape {
  readonly of: "batch" | "aggregate";
}

/**
 * An aggregate of batches of one version, in order: its statement leads from the digest and the evaluation of the batches before
 * them to those behind them. Which batches they are is not looked at: one may stand there twice, and L1 says which ones count.
 */
export function aggregateProgram(parts: readonly AggregatedShape[]): NodeProgram {
  const children = parts.map((part, i): NodeChild => ({ name: `proof ${i}`, ...part }));
  const name = `aggregate of ${parts.map((part) => part.of).join(", ")}`;
  return nodeProgram(name, AGGREGATE.count, children, (a, statement, stated) => {
    const own = (part: keyof typeof AGGREGATE.parts): readonly Word[] => partOf(statement, AGGREGATE.parts[part]);
    const evaluation = new FormArithmetic(a).joined(own("evaluationBefore"));
    const before = { version: own("version"), point: own("point"), digest: a.pack(own("digestBefore")), evaluation };
    const code = new AggregateCode(a, before);
    code.addAll(parts, stated);
    code.end({ digest: own("digestAfter"), evaluation: own("evaluationAfter"), count: own("count") });
  });
}

/** What is known before the first part. */
interface SeenBefore {
  /** Undefined where nothing says it: that of the first part. */
  readonly version: readonly Word[] | undefined;
  readonly point: readonly Word[];
  readonly digest: Octet;
  readonly evaluation: Form;
}

/** Follows what an aggregate has seen, from one of its parts to the next. */
class AggregateCode {
  readonly #a: Assembler;
  readonly #forms: FormArithmetic;
  readonly #said: readonly Word[];
  #version: readonly Word[] | undefined;
  /** ρ, once a batch asks for it. */
  #point: Form | undefined;
  #digest: Octet;
  #evaluation: Form;
  #count: Form;

  constructor(a: Assembler, before: SeenBefore) {
    this.#a = a;
    this.#said = before.point;
    this.#version = before.version;
    this.#forms = new FormArithmetic(a);
    this.#digest = before.digest;
    this.#evaluation = before.evaluation;
    this.#count = this.#forms.zero;
  }

  /** Parts in order, each with its statement. */
  addAll(parts: readonly AggregatedShape[], stated: readonly (readonly Word[])[]): void {
    parts.forEach(({ of }, i) => {
      const elements = stated[i] ?? [];
      if (of === "batch") this.addBatch(`batch ${i}`, elements);
      else this.addAggregate(`aggregate ${i}`, elements);
    });
  }

  /** A batch behind those seen so far: its elements, filled up with zeros, eight in a block and five in a coefficient. */
  addBatch(name: string, batch: readonly Word[]): void {
    const [a, forms] = [this.#a, this.#forms];
    this.#haveVersion(name, partOf(batch, BATCH.parts.version));
    beginRule(a, `${name}: in the digest`);
    for (let first = 0; first < batch.length; first += OCTET_ELEMENTS)
      this.#digest = a.compress(AGGREGATE_TAG, this.#digest, a.pack(batch.slice(first, first + OCTET_ELEMENTS)));
    beginRule(a, `${name}: in the evaluation`);
    const point = (this.#point ??= forms.joined(this.#said));
    for (let first = 0; first < batch.length; first += WORD_ELEMENTS) {
      const coefficient = forms.joined(batch.slice(first, first + WORD_ELEMENTS));
      this.#evaluation = forms.add(forms.mul(this.#evaluation, point), coefficient);
    }
    this.#count = forms.add(this.#count, forms.one);
  }

  /** An aggregate that begins with what has been seen so far. */
  addAggregate(name: string, aggregate: readonly Word[]): void {
    const [a, forms] = [this.#a, this.#forms];
    const part = (own: keyof typeof AGGREGATE.parts): readonly Word[] => partOf(aggregate, AGGREGATE.parts[own]);
    this.#haveVersion(name, part("version"));
    beginRule(a, `${name}: one point`);
    assertSame(a, part("point"), this.#said);
    beginRule(a, `${name}: begins with the digest of the batches before it`);
    a.pack(part("digestBefore"), this.#digest);
    this.#digest = a.pack(part("digestAfter"));
    beginRule(a, `${name}: begins with the evaluation of the batches before it`);
    forms.assertEqual(forms.joined(part("evaluationBefore")), this.#evaluation);
    this.#evaluation = forms.joined(part("evaluationAfter"));
    for (const c of part("count")) this.#count = forms.add(this.#count, forms.cell(c));
  }

  #haveVersion(name: string, version: readonly Word[]): void {
    if (this.#version === undefined) {
      this.#version = version;
      return;
    }
    beginRule(this.#a, `${name}: one version`);
    assertSame(this.#a, version, this.#version);
  }

  /** What is said of all of them is what has been seen. */
  end(said: { readonly digest: readonly Word[]; readonly evaluation: readonly Word[]; readonly count: readonly Word[] }): void {
    const [a, forms] = [this.#a, this.#forms];
    beginRule(a, "the digest behind them");
    a.pack(said.digest, this.#digest);
    beginRule(a, "the evaluation behind them");
    forms.assertEqual(this.#evaluation, forms.joined(said.evaluation));
    beginRule(a, "how many they are");
    for (const c of said.count) forms.assertEqual(this.#count, forms.cell(c));
  }
}

/**
 * What L1 verifies: of batches and aggregates, in order, before whose first batch the digest has the count of all batches alone.
 * The version is left out, since each batch has it: all parts have the first one's.
 */
export function compressProgram(parts: readonly AggregatedShape[]): NodeProgram {
  const children = parts.map((part, i): NodeChild => ({ name: `proof ${i}`, ...part }));
  const name = `compress of ${parts.map((part) => part.of).join(", ")}`;
  return nodeProgram(name, WRAPPED.count, children, (a, statement, stated) => {
    const said = (own: keyof typeof WRAPPED.parts): readonly Word[] => partOf(statement, WRAPPED.parts[own]);
    beginRule(a, "the digest begins with the count");
    const digest = a.compress(AGGREGATE_TAG, a.pack([]), a.pack(said("count")));
    const evaluation = new FormArithmetic(a).zero;
    const code = new AggregateCode(a, { version: undefined, point: said("point"), digest, evaluation });
    code.addAll(parts, stated);
    code.end({ digest: said("digest"), evaluation: said("evaluation"), count: said("count") });
  });
}
