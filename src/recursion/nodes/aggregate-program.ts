import { partOf } from "../../circuits/shapes/stated-elements.ts";
import type { Assembler } from "../assembler.ts";
import { type Form, FormArithmetic } from "../forms.ts";
import type { CheckedShape } from "../proof-code.ts";
import { OCTET_ELEMENTS, type Octet, type Word, WORD_ELEMENTS } from "../relation.ts";
import { AGGREGATE_TAG } from "./aggregate-statement.ts";
import { AGGREGATE, BATCH, WRAPPED } from "./layout.ts";
import { type NodeChild, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, assertZeros, beginRule } from "./rule-code.ts";

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
    const code = new AggregateCode(a, statement);
    parts.forEach(({ of }, i) => {
      const elements = stated[i] ?? [];
      if (of === "batch") code.addBatch(`batch ${i}`, elements);
      else code.addAggregate(`aggregate ${i}`, elements);
    });
    code.end();
  });
}

/** Follows what an aggregate has seen, from one of its parts to the next. */
class AggregateCode {
  readonly #a: Assembler;
  readonly #forms: FormArithmetic;
  readonly #statement: readonly Word[];
  /** ρ, once a batch asks for it. */
  #point: Form | undefined;
  #digest: Octet;
  #evaluation: Form;
  #count: Form;

  constructor(a: Assembler, statement: readonly Word[]) {
    this.#a = a;
    this.#statement = statement;
    this.#forms = new FormArithmetic(a);
    this.#digest = a.pack(this.#own("digestBefore"));
    this.#evaluation = this.#forms.joined(this.#own("evaluationBefore"));
    this.#count = this.#forms.zero;
  }

  #own(name: keyof typeof AGGREGATE.parts): readonly Word[] {
    return partOf(this.#statement, AGGREGATE.parts[name]);
  }

  /** A batch behind those seen so far: its elements, filled up with zeros, eight in a block and five in a coefficient. */
  addBatch(name: string, batch: readonly Word[]): void {
    const [a, forms] = [this.#a, this.#forms];
    beginRule(a, `${name}: one version`);
    assertSame(a, partOf(batch, BATCH.parts.version), this.#own("version"));
    beginRule(a, `${name}: in the digest`);
    for (let first = 0; first < batch.length; first += OCTET_ELEMENTS)
      this.#digest = a.compress(AGGREGATE_TAG, this.#digest, a.pack(batch.slice(first, first + OCTET_ELEMENTS)));
    beginRule(a, `${name}: in the evaluation`);
    const point = (this.#point ??= forms.joined(this.#own("point")));
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
    for (const same of ["version", "point"] as const) {
      beginRule(a, `${name}: one ${same}`);
      assertSame(a, part(same), this.#own(same));
    }
    beginRule(a, `${name}: begins with the digest of the batches before it`);
    a.pack(part("digestBefore"), this.#digest);
    this.#digest = a.pack(part("digestAfter"));
    beginRule(a, `${name}: begins with the evaluation of the batches before it`);
    forms.assertEqual(forms.joined(part("evaluationBefore")), this.#evaluation);
    this.#evaluation = forms.joined(part("evaluationAfter"));
    for (const c of part("count")) this.#count = forms.add(this.#count, forms.cell(c));
  }

  end(): void {
    const [a, forms] = [this.#a, this.#forms];
    beginRule(a, "the digest behind them");
    a.pack(this.#own("digestAfter"), this.#digest);
    beginRule(a, "the evaluation behind them");
    forms.assertEqual(this.#evaluation, forms.joined(this.#own("evaluationAfter")));
    beginRule(a, "how many they are");
    for (const c of this.#own("count")) forms.assertEqual(this.#count, forms.cell(c));
  }
}

/**
 * What L1 is to verify: of an aggregate before whose first batch the digest has the count of its batches alone. The version is
 * left out, since each batch has it.
 */
export function compressProgram(aggregate: CheckedShape): NodeProgram {
  const children = [{ name: "aggregate", ...aggregate }];
  return nodeProgram("compress", WRAPPED.count, children, (a, statement, [ofAggregate = []]) => {
    const part = (own: keyof typeof AGGREGATE.parts): readonly Word[] => partOf(ofAggregate, AGGREGATE.parts[own]);
    const said = (own: keyof typeof WRAPPED.parts): readonly Word[] => partOf(statement, WRAPPED.parts[own]);
    beginRule(a, "the digest begins with the count");
    const first = a.compress(AGGREGATE_TAG, a.pack([]), a.pack(said("count")));
    a.pack(part("digestBefore"), first);
    beginRule(a, "the evaluation begins with 0");
    assertZeros(a, part("evaluationBefore"));
    for (const [own, of] of [
      ["count", "count"],
      ["digest", "digestAfter"],
      ["point", "point"],
      ["evaluation", "evaluationAfter"],
    ] as const) {
      beginRule(a, `${own} of the aggregate`);
      assertSame(a, part(of), said(own));
    }
  });
}
