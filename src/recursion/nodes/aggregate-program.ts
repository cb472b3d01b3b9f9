import { partOf } from "../../circuits/shapes/stated-elements.ts";
import type { Assembler } from "../assembler.ts";
import { type Form, FormArithmetic } from "../forms.ts";
import { OCTET_ELEMENTS, type Octet, type Word, WORD_ELEMENTS } from "../relation.ts";
import { AGGREGATE_TAG } from "./aggregate-statement.ts";
import { AGGREGATE, BATCH_SAID, WRAPPED } from "./layout.ts";
import { childOfClass, type ClassShape, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, assertSameWhere, assertZeros, beginRule, chosen } from "./rule-code.ts";
import { assertAdmittedBelow, assertChecksPrograms } from "./stated-programs.ts";

/**
 * An aggregate of batches of one version, in order, from two proofs, each of a batch or of an aggregate: its statement leads
 * from the digest and the evaluation of the batches before them to those behind them. Which batches they are is not looked at:
 * one may stand there twice, and L1 says which ones count.
 */
export function aggregateProgram(part: ClassShape): NodeProgram {
  const children = ["first", "second"].map((name) => childOfClass(name, part, "stated"));
  return nodeProgram("aggregate", AGGREGATE.count, children, (a, statement, stated) => {
    const own = (name: keyof typeof AGGREGATE.parts): readonly Word[] => partOf(statement, AGGREGATE.parts[name]);
    const forms = new FormArithmetic(a);
    beginRule(a, "checks programs");
    assertChecksPrograms(a, statement);
    assertZeros(a, own("rest"));
    const code = new AggregateCode(a, { point: own("point"), programs: own("programs") });
    let seen: Seen = {
      ...{ version: own("version"), digest: a.pack(own("digestBefore")) },
      ...{ evaluation: forms.joined(own("evaluationBefore")), count: forms.zero },
    };
    for (const [i, { name }] of children.entries()) seen = code.behind(seen, name, stated[i] ?? []);
    code.end(seen, { digest: own("digestAfter"), evaluation: own("evaluationAfter"), count: own("count") });
  });
}

/**
 * What L1 verifies: a batch or an aggregate, before whose first batch the digest has the count of all batches alone. The
 * version is left out, since each batch has it. The programs are those that the digest admits.
 */
export function compressProgram(part: ClassShape, programs: readonly number[]): NodeProgram {
  const child = childOfClass("all", part, programs);
  return nodeProgram("compress", WRAPPED.count, [child], (a, statement, [stated = []]) => {
    const said = (name: keyof typeof WRAPPED.parts): readonly Word[] => partOf(statement, WRAPPED.parts[name]);
    const forms = new FormArithmetic(a);
    beginRule(a, "the digest begins with the count");
    const digest = a.compress(AGGREGATE_TAG, a.pack([]), a.pack(said("count")));
    const code = new AggregateCode(a, { point: said("point"), programs: a.constants(programs) });
    const before = { version: undefined, digest, evaluation: forms.zero, count: forms.zero };
    const seen = code.behind(before, child.name, stated);
    code.end(seen, { digest: said("digest"), evaluation: said("evaluation"), count: said("count") });
  });
}

/** What has been seen of the batches up to some place. */
interface Seen {
  /** Undefined where nothing says it. */
  readonly version: readonly Word[] | undefined;
  readonly digest: Octet;
  readonly evaluation: Form;
  readonly count: Form;
}

/** What holds of all parts. */
interface Said {
  readonly point: readonly Word[];
  readonly programs: readonly Word[];
}

/** Follows what has been seen over parts, of which each says by a flag whether it is a batch or an aggregate. */
class AggregateCode {
  readonly #a: Assembler;
  readonly #forms: FormArithmetic;
  readonly #said: Said;
  /** ρ. */
  readonly #point: Form;

  constructor(a: Assembler, said: Said) {
    this.#a = a;
    this.#said = said;
    this.#forms = new FormArithmetic(a);
    this.#point = this.#forms.joined(said.point);
  }

  /** What has been seen behind a part. Both are computed, what it adds as a batch and as an aggregate. */
  behind(seen: Seen, name: string, stated: readonly Word[]): Seen {
    const [a, forms] = [this.#a, this.#forms];
    const part = (own: keyof typeof AGGREGATE.parts): readonly Word[] => partOf(stated, AGGREGATE.parts[own]);
    const [isAggregate] = part("checksPrograms");
    if (isAggregate === undefined) throw new RangeError(`${name} has ${stated.length} elements`);
    if (seen.version !== undefined) {
      beginRule(a, `one version (${name})`);
      assertSame(a, part("version"), seen.version);
    }
    beginRule(a, `programs of programs are admitted by one digest (${name})`);
    assertAdmittedBelow(a, stated, this.#said.programs);
    this.#assertBegins(seen, name, isAggregate, part);
    const asBatch = this.#withBatch(seen, name, partOf(stated, BATCH_SAID.parts.batch));
    beginRule(a, `behind it (${name})`);
    const digest = chosen(a, isAggregate, part("digestAfter"), a.unpack(asBatch.digest, OCTET_ELEMENTS));
    const flag = forms.cell(isAggregate);
    const counted = part("count")
      .map((c) => forms.cell(c))
      .reduce(forms.add, forms.zero);
    return {
      version: seen.version ?? part("version"),
      digest: a.pack(digest),
      evaluation: forms.between(flag, asBatch.evaluation, forms.joined(part("evaluationAfter"))),
      count: forms.add(seen.count, forms.between(flag, forms.one, counted)),
    };
  }

  /** An aggregate begins with what has been seen so far, at the same point. */
  #assertBegins(seen: Seen, name: string, isAggregate: Word, part: (own: keyof typeof AGGREGATE.parts) => readonly Word[]): void {
    const [a, forms] = [this.#a, this.#forms];
    beginRule(a, `one point (${name})`);
    assertSameWhere(a, isAggregate, part("point"), this.#said.point);
    beginRule(a, `begins with the digest of the batches before it (${name})`);
    assertSameWhere(a, isAggregate, part("digestBefore"), a.unpack(seen.digest, OCTET_ELEMENTS));
    beginRule(a, `begins with the evaluation of the batches before it (${name})`);
    const evaluation = forms.word(forms.joined(part("evaluationBefore")));
    assertSameWhere(a, isAggregate, [evaluation], [forms.word(seen.evaluation)]);
  }

  /** With a batch: its elements, filled up with zeros, eight in a block and five in a coefficient. */
  #withBatch(seen: Seen, name: string, batch: readonly Word[]): Pick<Seen, "digest" | "evaluation"> {
    const [a, forms] = [this.#a, this.#forms];
    let { digest, evaluation } = seen;
    beginRule(a, `in the digest (${name})`);
    for (let first = 0; first < batch.length; first += OCTET_ELEMENTS)
      digest = a.compress(AGGREGATE_TAG, digest, a.pack(batch.slice(first, first + OCTET_ELEMENTS)));
    beginRule(a, `in the evaluation (${name})`);
    for (let first = 0; first < batch.length; first += WORD_ELEMENTS) {
      const coefficient = forms.joined(batch.slice(first, first + WORD_ELEMENTS));
      evaluation = forms.add(forms.mul(evaluation, this.#point), coefficient);
    }
    return { digest, evaluation };
  }

  /** What is said of all of them is what has been seen. */
  end(
    seen: Seen,
    said: { readonly digest: readonly Word[]; readonly evaluation: readonly Word[]; readonly count: readonly Word[] },
  ): void {
    const [a, forms] = [this.#a, this.#forms];
    beginRule(a, "the digest behind them");
    a.pack(said.digest, seen.digest);
    beginRule(a, "the evaluation behind them");
    forms.assertEqual(seen.evaluation, forms.joined(said.evaluation));
    beginRule(a, "how many they are");
    for (const c of said.count) forms.assertEqual(seen.count, forms.cell(c));
  }
}
