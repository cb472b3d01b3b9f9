import { partOf } from "../../circuits/shapes/stated-elements.ts";
import type { Assembler } from "../assembler.ts";
import { FormArithmetic } from "../forms.ts";
import type { Word } from "../relation.ts";
import { AggregateCode, type SeenBatches } from "./aggregate-code.ts";
import type { HubSlots } from "./hub-step.ts";
import { writeHubStep } from "./hub-step-code.ts";
import { AGGREGATE, BATCH, BATCH_SAID } from "./layout.ts";
import { childOfClass, type ClassShape, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, assertZeros, beginRule } from "./rule-code.ts";
import { assertChecksNoPrograms, assertChecksPrograms } from "./stated-programs.ts";

type Part = keyof typeof AGGREGATE.parts;

/** A hub's aggregate of one batch: the batch leads the hub from one state to another. */
export function hubFirstProgram(part: ClassShape, slots: HubSlots): NodeProgram {
  const child = childOfClass("batch", part, "stated");
  return nodeProgram("first of a hub", AGGREGATE.count, [child], (a, statement, [batch = []]) => {
    const code = new HubCode(a, statement, slots);
    code.begin();
    const forms = new FormArithmetic(a);
    code.batch(batch, code.part("hubBefore"), {
      version: code.part("version"),
      digest: a.pack(code.part("digestBefore")),
      evaluation: forms.joined(code.part("evaluationBefore")),
      count: forms.zero,
    });
  });
}

/** A hub's aggregate with one batch more: the batch begins with the digest, the evaluation and the state after the others. */
export function hubNextProgram(part: ClassShape, slots: HubSlots): NodeProgram {
  const children = ["before", "batch"].map((name) => childOfClass(name, part, "stated"));
  return nodeProgram("next of a hub", AGGREGATE.count, children, (a, statement, [before = [], batch = []]) => {
    const code = new HubCode(a, statement, slots);
    code.begin();
    const seen = code.before(before);
    code.batch(batch, partOf(before, AGGREGATE.parts.hubAfter), seen);
  });
}

class HubCode {
  readonly #a: Assembler;
  readonly #forms: FormArithmetic;
  readonly #statement: readonly Word[];
  readonly #slots: HubSlots;

  constructor(a: Assembler, statement: readonly Word[], slots: HubSlots) {
    this.#a = a;
    this.#forms = new FormArithmetic(a);
    this.#statement = statement;
    this.#slots = slots;
  }

  /** Elements of the program's statement. */
  part = (name: Part): readonly Word[] => partOf(this.#statement, AGGREGATE.parts[name]);

  begin(): void {
    beginRule(this.#a, "checks programs");
    assertChecksPrograms(this.#a, this.#statement);
    assertZeros(this.#a, this.part("rest"));
  }

  /** The aggregate before the batch begins as this one does. */
  before(before: readonly Word[]): SeenBatches {
    const [a, forms] = [this.#a, this.#forms];
    const ofBefore = (name: Part): readonly Word[] => partOf(before, AGGREGATE.parts[name]);
    beginRule(a, "an aggregate is before the batch");
    assertChecksPrograms(a, before);
    for (const name of ["programs", "version", "point", "digestBefore", "evaluationBefore", "hubBefore"] as const) {
      beginRule(a, `one ${name}`);
      assertSame(a, ofBefore(name), this.part(name));
    }
    const [count] = ofBefore("count") as [Word];
    return {
      version: ofBefore("version"),
      digest: a.pack(ofBefore("digestAfter")),
      evaluation: forms.joined(ofBefore("evaluationAfter")),
      count: forms.cell(count),
    };
  }

  /** The batch follows, and leads the hub from this state to the one after it. */
  batch(stated: readonly Word[], hubBefore: readonly Word[], seen: SeenBatches): void {
    const [a, forms] = [this.#a, this.#forms];
    const batch = partOf(stated, BATCH_SAID.parts.batch);
    const of = (name: keyof typeof BATCH.parts): readonly Word[] => partOf(batch, BATCH.parts[name]);
    beginRule(a, "a batch checks no programs");
    assertChecksNoPrograms(a, stated);
    beginRule(a, "version of the batch");
    assertSame(a, of("version"), this.part("version"));
    const code = new AggregateCode(a, { point: this.part("point"), programs: this.part("programs") });
    const count = forms.add(seen.count, forms.one);
    const behind: SeenBatches = { ...seen, ...code.withBatch(seen, "batch", batch), count };
    const [digest, evaluation] = [this.part("digestAfter"), this.part("evaluationAfter")];
    code.end(behind, { digest, evaluation, count: this.part("count") });
    writeHubStep(
      a,
      {
        chainId: of("chainId"),
        nextBatch: of("nextBatch"),
        newRoot: of("newRoot"),
        before: hubBefore,
        after: this.part("hubAfter"),
      },
      this.#slots,
    );
  }
}
