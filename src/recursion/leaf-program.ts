import type { Shape } from "../stark/systems/shape.ts";
import type { System } from "../stark/systems/system.ts";
import { Assembler } from "./assembler.ts";
import type { Program } from "./program.ts";
import { type StatementCode, statementCells, statementLength, writeProofCheck } from "./proof-code.ts";

/** A program that checks proofs of one shape of a system. */
export interface LeafProgram {
  readonly system: System;
  /** Of the proofs that it checks. */
  readonly logRows: readonly number[];
  readonly program: Program;
}

/**
 * The program that checks proofs of one shape of a system, whose public values are a statement's elements: its relations hold for
 * some hints exactly if `verify` accepts a proof of that shape and statement. Throws RangeError for a system whose proofs no
 * program checks.
 */
export function leafProgram(system: System, shape: Shape, statementCode: StatementCode): LeafProgram {
  const assembler = new Assembler();
  assembler.section("statement", "BadStatement");
  const elements = Array.from({ length: statementLength(system) }, () => assembler.public());
  writeProofCheck(assembler, { system, shape, statementCode }, statementCells(assembler, elements));
  const program = assembler.build(`leaf of ${system.name}, heights ${shape.logRows.join(" ")}`);
  return { system, logRows: shape.logRows, program };
}
