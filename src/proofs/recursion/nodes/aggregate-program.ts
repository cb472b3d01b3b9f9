import { partOf } from "../../circuits/shapes/stated-elements.ts";
import { FormArithmetic } from "../forms.ts";
import type { Word } from "../relation.ts";
import { AggregateCode, type Seen } from "./aggregate-code.ts";
import { AGGREGATE_TAG } from "./aggregate-statement.ts";
import { AGGREGATE, WRAPPED } from "./layout.ts";
import { childOfClass, type ClassShape, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertZeros, beginRule } from "./rule-code.ts";
import { assertChecksPrograms } from "./stated-programs.ts";

/**
 * An aggregate of batches of one version, in order, from two proofs, each of a batch or of an aggregate: its statement
 * leads from the digest and the evaluation of the batches before them to those after them. The identity of the batches is
 * not checked: one may occur twice, and L1 decides which ones count.
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
      version: own("version"),
      digest: a.pack(own("digestBefore")),
      evaluation: forms.joined(own("evaluationBefore")),
      count: forms.zero,
      hub: own("hubBefore"),
    };
    for (const [i, { name }] of children.entries()) seen = code.append(seen, name, stated[i] ?? []);
    code.end(seen, { digest: own("digestAfter"), evaluation: own("evaluationAfter"), count: own("count") });
    code.endHub(seen, own("hubAfter"));
  });
}

/**
 * Program whose proof L1 verifies: a batch or an aggregate, before whose first batch the digest has the count of all
 * batches alone. The version is left out, since each batch has it. The programs are those that the digest admits.
 */
export function compressProgram(part: ClassShape, programs: readonly number[]): NodeProgram {
  const child = childOfClass("all", part, programs);
  return nodeProgram("compress", WRAPPED.count, [child], (a, statement, [stated = []]) => {
    const said = (name: keyof typeof WRAPPED.parts): readonly Word[] => partOf(statement, WRAPPED.parts[name]);
    const forms = new FormArithmetic(a);
    beginRule(a, "the digest begins with the count");
    const digest = a.compress(AGGREGATE_TAG, a.pack([]), a.pack(said("count")));
    const code = new AggregateCode(a, { point: said("point"), programs: a.constants(programs) });
    const before = { version: undefined, digest, evaluation: forms.zero, count: forms.zero, hub: said("hubBefore") };
    const seen = code.append(before, child.name, stated);
    code.end(seen, { digest: said("digest"), evaluation: said("evaluation"), count: said("count") });
    code.endHub(seen, said("hubAfter"));
  });
}
