import { wholeWords } from "../circuits/boundary/statement-form.ts";
import { listSystem } from "../circuits/state-transition/list-system.ts";
import { createExecutionKey } from "../execution-proof/batch/execution-key.ts";
import { productPrograms } from "../execution-proof/batch/product-programs.ts";
import { relistingSystem } from "../execution-proof/batch/relisting-system.ts";
import { formOf } from "../execution-proof/run-statement.ts";
import { statementCode } from "../execution-proof/statement-code.ts";
import type { WasmBackend } from "../kernels/wasm/threaded-backend.ts";
import { listStatementCode } from "../recursion/nodes/list-statement-code.ts";
import { type KnownPrograms, type NodeParameters, NodePrograms } from "../recursion/nodes/node-programs.ts";
import type { CheckedShape } from "../recursion/proof-code.ts";
import type { ProofParameters } from "../stark/parameters.ts";
import { createShape } from "../stark/shape.ts";

/** Heights of tables as logarithms, one list for each shape that a proof may have. */
type Heights = readonly (readonly number[])[];

/** A version's programs from its chunks to L1. Plain data: threads make the programs themselves. */
export interface DescribedPrograms {
  readonly protocolVersion: bigint;
  /** Of the proofs that programs begin with. */
  readonly heights: { readonly chunks: Heights; readonly lists: Heights; readonly relistings: Heights };
  readonly parameters: NodeParameters & {
    /** Of chunks' proofs and of relistings'. */
    readonly chunk: ProofParameters;
    readonly list: ProofParameters;
  };
  /** What follows, where it was made before. */
  readonly known?: KnownPrograms;
}

/** Those of the package, whose keys are its constants, or others. */
export type ChosenPrograms = DescribedPrograms | "package";

/** The programs that a prover is to make proofs by. Throws as `nodeProgramsOf`. */
export function programsOf(chosen: ChosenPrograms, backend: WasmBackend): Promise<NodePrograms> {
  return chosen === "package" ? productPrograms(backend) : nodeProgramsOf(chosen, backend);
}

/** Takes some seconds for each shape, fewer where keys are known. Throws RangeError for heights that no proof has. */
export async function nodeProgramsOf(
  { protocolVersion, heights, parameters, known }: DescribedPrograms,
  backend: WasmBackend,
): Promise<NodePrograms> {
  const { system, program } = await createExecutionKey(protocolVersion, parameters.chunk, backend);
  const first = {
    chunks: shapesOf({ system, statementCode: statementCode(formOf(program)) }, heights.chunks),
    lists: shapesOf({ system: listSystem(parameters.list), statementCode: listStatementCode }, heights.lists),
    relistings: shapesOf(
      { system: relistingSystem(parameters.chunk), statementCode: statementCode(wholeWords([])) },
      heights.relistings,
    ),
  };
  return NodePrograms.create(first, parameters, backend, known);
}

function shapesOf(checked: Omit<CheckedShape, "shape">, all: Heights): CheckedShape[] {
  return all.map((heights) => {
    const shape = createShape(checked.system, heights);
    if (typeof shape === "number")
      throw new RangeError(`no proof of ${checked.system.name} has tables of 2^(${heights.join(", ")}) rows: table ${shape}`);
    return { ...checked, shape };
  });
}
