import { isCanonical } from "../../src/proofs/field/koala-bear.ts";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import { disassemble } from "../../src/proofs/recursion/disassembly.ts";
import { type Hints, interpret } from "../../src/proofs/recursion/interpret.ts";
import { nodeHints, type StatedProof } from "../../src/proofs/recursion/nodes/node-hints.ts";
import type { NodeProgram } from "../../src/proofs/recursion/nodes/node-program.ts";
import type { Program, ProgramSection } from "../../src/proofs/recursion/program.ts";
import { type StatementCode, statementCells, statementLength, writeProofCheck } from "../../src/proofs/recursion/proof-code.ts";
import { proofHints, requireHeights } from "../../src/proofs/recursion/proof-hints.ts";
import { RejectedProof, reject, type RejectionCode } from "../../src/proofs/stark/openings/rejection.ts";
import type { Shape } from "../../src/proofs/stark/systems/shape.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";
import { wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";

/** A program that checks proofs of one shape of a system. */
export interface LeafProgram {
  readonly system: System;
  /** Heights of the proofs that it checks. */
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

/** Verdict of a program about a proof. */
type ProgramVerdict =
  | { readonly ok: true }
  /** `where` names the relation that no value satisfies, or the part of the bytes that encodes no elements. */
  | { readonly ok: false; readonly code: RejectionCode; readonly where: string };

/**
 * Checks a proof by running the program of its shape, with the codes of `verify`. Throws nothing for hostile bytes. `compressOf`
 * computes Poseidon's compression.
 */
export function checkByProgram(
  { program, system, logRows }: LeafProgram,
  statement: Uint8Array,
  proof: Uint8Array,
  compressOf?: Parameters<typeof interpret>[3],
): ProgramVerdict {
  const hintsOf = (): Hints => {
    requireHeights(system, logRows, proof);
    return proofHints(system, proof);
  };
  return programVerdict(program, statement, hintsOf, compressOf);
}

/** The verdict of a run, on hints that may end in a RejectedProof. */
export function programVerdict(
  program: Program,
  statement: Uint8Array,
  hintsOf: () => Hints,
  compressOf?: Parameters<typeof interpret>[3],
): ProgramVerdict {
  try {
    const hints = hintsOf();
    const elements = wordsOf(statement);
    if (statement.length !== 4 * program.publicCount || !elements.every(isCanonical)) reject({ code: "BadStatement" });
    const result = interpret(program, elements, hints, compressOf);
    if (result.ok) return { ok: true };
    const relation = program.relations[result.relation];
    const { title, code } = sectionOf(program, result.relation);
    const text = relation === undefined ? "" : disassemble(relation);
    return { ok: false, code, where: `${title}, relation ${result.relation}: ${text}` };
  } catch (error) {
    if (!(error instanceof RejectedProof)) throw error;
    return { ok: false, code: error.code, where: JSON.stringify(error.rejection) };
  }
}

/** Checks a node's statement by running its program on proofs. Throws nothing for hostile bytes. */
export function checkByNode(
  node: NodeProgram,
  statement: Uint8Array,
  proofs: readonly StatedProof[],
): ReturnType<typeof programVerdict> {
  return programVerdict(node.program, statement, () => nodeHints(node, proofs));
}

/** The section of a relation. */
export function sectionOf({ sections }: Program, index: number): ProgramSection {
  const section = sections.findLast(({ first }) => first <= index);
  if (section === undefined) throw new Error(`relation ${index} belongs to no section`);
  return section;
}
