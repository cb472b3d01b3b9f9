import assert from "node:assert/strict";
import { type Hints, interpret, type Memory } from "../../src/proofs/recursion/interpret.ts";
import type { Program } from "../../src/proofs/recursion/program.ts";
import type { Octet } from "../../src/proofs/recursion/relation.ts";

/** Runs a program past relations that do not hold: these compare nothing. */
export function forcedRun(program: Program, publicValues: readonly number[], hints: Hints): Memory {
  const result = interpret(program, publicValues, hints);
  if (result.ok) return result.memory;
  const { relations, octetCount } = program;
  const relation = relations[result.relation]!;
  if (relation.kind === "compress" || relation.kind === "climb") {
    const loose = { ...relation, to: octetCount as Octet };
    return forcedRun(
      { ...program, relations: relations.with(result.relation, loose), octetCount: octetCount + 1 },
      publicValues,
      hints,
    );
  }
  assert.ok(["arithmetic", "bits", "pick"].includes(relation.kind));
  return forcedRun({ ...program, relations: relations.toSpliced(result.relation, 1) }, publicValues, hints);
}
