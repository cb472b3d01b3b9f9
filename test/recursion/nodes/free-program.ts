import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { Assembler } from "../../../src/proofs/recursion/assembler.ts";
import type { StatedProof } from "../../../src/proofs/recursion/nodes/node-hints.ts";
import type { NodeProgram } from "../../../src/proofs/recursion/nodes/node-program.ts";
import { programShape } from "../../../src/proofs/recursion/nodes/program-shape.ts";
import type { CheckedShape } from "../../../src/proofs/recursion/proof-code.ts";
import { type ProgramSystem, programSystem, runProgram } from "../../../src/proofs/recursion/tables/program-system.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { leafParameters } from "../squares-leaf.ts";

/** NOT SECURE: proofs of few queries. */
const freeParameters = leafParameters({
  paths: "capped",
  ...{ queryCount: 2, grindingBits: 3, maxLogRows: 12, logFinalMax: 5, logArity: 3 },
  opening: { kind: "stacked", logStackMin: 13, logStackMax: 13 },
});

/** A program that any statement satisfies: what is refused of a node over it, is refused by the node's own rules. */
export interface FreeProgram extends CheckedShape {
  /** A proof of the statement. */
  prove(elements: readonly number[]): Promise<StatedProof>;
}

/** The program itself. Those whose `mark` differs have tables of the same heights, and another key. */
export function freeNode(count: number, mark = 1): NodeProgram {
  const a = new Assembler();
  a.section("all", "BadStatement");
  for (let i = 0; i < count; i++) {
    const c = a.public();
    a.arithmetic({ linear: { factor: 1, c } }, c);
  }
  a.inverse(a.constant(mark));
  return { children: [], program: a.build("free") };
}

export async function freeProgram(count: number, backend: Backend, mark = 1): Promise<FreeProgram> {
  const own = await programSystem(freeNode(count, mark).program, freeParameters, backend);
  return { ...programShape(own), prove: (elements) => provenStatement(own, elements, backend) };
}

async function provenStatement(own: ProgramSystem, elements: readonly number[], backend: Backend): Promise<StatedProof> {
  const run = runProgram(own, elements, { words: [], octets: [] });
  if (!run.ok) throw new Error(`relation ${run.relation} does not hold`);
  return { statement: run.input.statement, proof: await prove(own.system, run.input, backend) };
}
