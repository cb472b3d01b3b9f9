import { partOf } from "../../circuits/shapes/stated-elements.ts";
import type { Assembler } from "../assembler.ts";
import { type Form, FormArithmetic } from "../forms.ts";
import { OCTET_ELEMENTS, type Octet, type Word, WORD_ELEMENTS } from "../relation.ts";
import { AGGREGATE_TAG } from "./aggregate-statement.ts";
import { AGGREGATE, BATCH_SAID } from "./layout.ts";
import { assertSame, assertSameWhere, beginRule, chosen } from "./rule-code.ts";
import { assertAdmittedBelow } from "./stated-programs.ts";

/** Version, digest, evaluation and count of the batches before a part. */
export interface SeenBatches {
  /** Undefined if no statement has it. */
  readonly version: readonly Word[] | undefined;
  readonly digest: Octet;
  readonly evaluation: Form;
  readonly count: Form;
}

/** Batches, and the state of a hub after them: eight elements, 0 without a hub. */
export interface Seen extends SeenBatches {
  readonly hub: readonly Word[];
}

/** Elements that all parts have in common. */
interface Said {
  readonly point: readonly Word[];
  readonly programs: readonly Word[];
}

/** Follows digest, evaluation and count over parts. A flag of each part separates batches from aggregates. */
export class AggregateCode {
  readonly #a: Assembler;
  readonly #forms: FormArithmetic;
  readonly #claims: Said;
  /** ρ. */
  readonly #point: Form;

  constructor(a: Assembler, claims: Said) {
    this.#a = a;
    this.#claims = claims;
    this.#forms = new FormArithmetic(a);
    this.#point = this.#forms.joined(claims.point);
  }

  /** State after a part. Both are computed: its effect as a batch and as an aggregate. */
  append(seen: Seen, name: string, stated: readonly Word[]): Seen {
    const [a, forms] = [this.#a, this.#forms];
    const part = (key: keyof typeof AGGREGATE.parts): readonly Word[] => partOf(stated, AGGREGATE.parts[key]);
    const [isAggregate] = part("checksPrograms");
    if (isAggregate === undefined) throw new RangeError(`${name} has ${stated.length} elements`);
    if (seen.version !== undefined) {
      beginRule(a, `one version (${name})`);
      assertSame(a, part("version"), seen.version);
    }
    beginRule(a, `programs of programs are admitted by one digest (${name})`);
    assertAdmittedBelow(a, stated, this.#claims.programs);
    this.#assertBegins(seen, name, isAggregate, part);
    const asBatch = this.withBatch(seen, name, partOf(stated, BATCH_SAID.parts.batch));
    beginRule(a, `behind it (${name})`);
    const digest = chosen(a, isAggregate, part("digestAfter"), a.unpack(asBatch.digest, OCTET_ELEMENTS));
    const flag = forms.cell(isAggregate);
    const hub = this.#hubAfter(seen, name, { isAggregate, before: part("hubBefore"), after: part("hubAfter") });
    const counted = part("count")
      .map((c) => forms.cell(c))
      .reduce(forms.add, forms.zero);
    return {
      version: seen.version ?? part("version"),
      digest: a.pack(digest),
      evaluation: forms.between(flag, asBatch.evaluation, forms.joined(part("evaluationAfter"))),
      count: forms.add(seen.count, forms.between(flag, forms.one, counted)),
      hub,
    };
  }

  /** A part begins with the hub's state so far. A batch has other elements there, and is in no hub: its states are 0. */
  #hubAfter(
    seen: Seen,
    name: string,
    part: { readonly isAggregate: Word; readonly before: readonly Word[]; readonly after: readonly Word[] },
  ): readonly Word[] {
    const [a, forms] = [this.#a, this.#forms];
    beginRule(a, `begins with the hub's state (${name})`);
    const flag = forms.cell(part.isAggregate);
    const flagged = (state: readonly Word[]): Word[] => state.map((c) => forms.word(forms.mul(flag, forms.cell(c))));
    assertSame(a, flagged(part.before), seen.hub);
    return flagged(part.after);
  }

  /** An aggregate begins with what has been seen so far, at the same point. */
  #assertBegins(seen: Seen, name: string, isAggregate: Word, part: (key: keyof typeof AGGREGATE.parts) => readonly Word[]): void {
    const [a, forms] = [this.#a, this.#forms];
    beginRule(a, `one point (${name})`);
    assertSameWhere(a, isAggregate, part("point"), this.#claims.point);
    beginRule(a, `begins with the digest of the batches before it (${name})`);
    assertSameWhere(a, isAggregate, part("digestBefore"), a.unpack(seen.digest, OCTET_ELEMENTS));
    beginRule(a, `begins with the evaluation of the batches before it (${name})`);
    const evaluation = forms.word(forms.joined(part("evaluationBefore")));
    assertSameWhere(a, isAggregate, [evaluation], [forms.word(seen.evaluation)]);
  }

  /** With a batch: its elements, filled up with zeros, eight in a block and five in a coefficient. */
  withBatch(seen: SeenBatches, name: string, batch: readonly Word[]): Pick<SeenBatches, "digest" | "evaluation"> {
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

  /** The statement has the digest, the evaluation and the count after all parts. */
  end(
    seen: SeenBatches,
    statement: { readonly digest: readonly Word[]; readonly evaluation: readonly Word[]; readonly count: readonly Word[] },
  ): void {
    const [a, forms] = [this.#a, this.#forms];
    beginRule(a, "the digest behind them");
    a.pack(statement.digest, seen.digest);
    beginRule(a, "the evaluation behind them");
    forms.assertEqual(seen.evaluation, forms.joined(statement.evaluation));
    beginRule(a, "how many they are");
    for (const c of statement.count) forms.assertEqual(seen.count, forms.cell(c));
  }

  /** The statement has the hub's state after all parts. */
  endHub({ hub }: Seen, hubAfter: readonly Word[]): void {
    beginRule(this.#a, "the hub's state after them");
    assertSame(this.#a, hub, hubAfter);
  }
}
