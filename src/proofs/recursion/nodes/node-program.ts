import type { System } from "../../stark/systems/system.ts";
import { Assembler } from "../assembler.ts";
import type { Program } from "../program.ts";
import { type CheckedShape, type KeyOctets, statementCells, statementLength, writeProofCheck } from "../proof-code.ts";
import { OCTET_ELEMENTS, type Word } from "../relation.ts";
import { writeAdmission } from "./admitted-programs.ts";

/** Proofs of several programs in one place: of those in a tree of that depth. */
export interface ClassShape extends CheckedShape {
  readonly depth: number;
}

/** A proof that a node checks, by the name of its place: of one program, or of those that are admitted. */
interface NodeChild extends CheckedShape {
  readonly name: string;
  /** Digest of the admitted programs: a constant, or the one at the end of the node's statement. */
  readonly admitted?: { readonly depth: number; readonly digest: readonly number[] | "stated" };
}

/** A proof of any of those programs that the digest admits. */
export function childOfClass(
  name: string,
  { depth, ...shape }: ClassShape,
  digest: NonNullable<NodeChild["admitted"]>["digest"],
): NodeChild {
  return { name, ...shape, admitted: { depth, digest } };
}

/** A program that checks several proofs, and whose statement follows from theirs. */
export interface NodeProgram {
  /** In the order in which their statements and proofs are hints. */
  readonly children: readonly {
    readonly name: string;
    readonly system: System;
    readonly logRows: readonly number[];
    /** Elements of what it says. */
    readonly statementCount: number;
    /** Whether it is a proof of one program of several: which one is a hint. */
    readonly isAdmitted: boolean;
  }[];
  readonly program: Program;
}

/** Writes what must hold between a node's statement and those of its children. */
type NodeRules = (assembler: Assembler, statement: readonly Word[], children: readonly (readonly Word[])[]) => void;

/**
 * The program of a node: its public values are its statement, its children's statements are hints. Each child's key is a
 * constant, or one of those that a digest admits, so a proof of another program, or of another key, is refused.
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
    if (cells !== undefined) writeProofCheck(assembler, child, cells, admittedKey(assembler, child, statement));
  });
  return {
    children: children.map(({ name: place, system, shape, admitted }) => {
      const said = { statementCount: statementLength(system), isAdmitted: admitted !== undefined };
      return { name: place, system, logRows: shape.logRows, ...said };
    }),
    program: assembler.build(name),
  };
}

function admittedKey(assembler: Assembler, { admitted }: NodeChild, statement: readonly Word[]): KeyOctets | undefined {
  if (admitted === undefined) return undefined;
  const { depth, digest } = admitted;
  const elements = digest === "stated" ? statement.slice(-OCTET_ELEMENTS) : assembler.constants(digest);
  return writeAdmission(assembler, depth, elements);
}
