import type { System } from "../../stark/system.ts";
import { Assembler } from "../assembler.ts";
import type { Program } from "../program.ts";
import { type CheckedShape, statementCells, statementLength, writeProofCheck } from "../proof-code.ts";
import type { Word } from "../relation.ts";

/** A proof that a node checks, by the name of its place. */
export interface NodeChild extends CheckedShape {
  readonly name: string;
}

/** A program that checks several proofs, and whose statement follows from theirs. */
export interface NodeProgram {
  /** In the order in which their statements and proofs are hints. */
  readonly children: readonly { readonly name: string; readonly system: System; readonly logRows: readonly number[] }[];
  readonly program: Program;
}

/** Writes what must hold between a node's statement and those of its children. */
type NodeRules = (assembler: Assembler, statement: readonly Word[], children: readonly (readonly Word[])[]) => void;

/**
 * The program of a node: its public values are its statement, its children's statements are hints. Each child's key is a
 * constant, so a proof of another program, or of another key, is refused.
 */
export function nodeProgram(name: string, statementCount: number, children: readonly NodeChild[], rules: NodeRules): NodeProgram {
  const assembler = new Assembler();
  assembler.section("statements", "BadStatement");
  const statement = Array.from({ length: statementCount }, () => assembler.public());
  const stated = children.map(({ system }) => statementCells(assembler, assembler.newWords(statementLength(system))));
  rules(
    assembler,
    statement,
    stated.map(({ elements }) => elements),
  );
  children.forEach((child, i) => {
    const cells = stated[i];
    assembler.scope(child.name);
    if (cells !== undefined) writeProofCheck(assembler, child, cells);
  });
  return {
    children: children.map(({ name: place, system, shape }) => ({ name: place, system, logRows: shape.logRows })),
    program: assembler.build(name),
  };
}
