import { firstProofsOf, type FirstHeights, type FirstParameters } from "../execution-proof/batch/checked-shapes.ts";
import { createExecutionKey } from "../execution-proof/batch/execution-key.ts";
import { productPrograms } from "../execution-proof/batch/product-programs.ts";
import type { WasmBackend } from "../kernels/wasm/threaded-backend.ts";
import { type KnownPrograms, type NodeParameters, NodePrograms } from "../recursion/nodes/node-programs.ts";

/** A version's programs from its chunks to L1. Plain data: threads make the programs themselves. */
export interface DescribedPrograms {
  readonly protocolVersion: bigint;
  readonly heights: FirstHeights;
  readonly parameters: NodeParameters & FirstParameters;
  /** Derived programs of an earlier call. */
  readonly derived?: KnownPrograms;
}

/** Package's programs, whose keys are its constants, or other ones. */
export type ChosenPrograms = DescribedPrograms | "package";

/** The programs that a prover is to make proofs by. Throws as `nodeProgramsOf`. */
export function programsOf(chosen: ChosenPrograms, backend: WasmBackend): Promise<NodePrograms> {
  return chosen === "package" ? productPrograms(backend) : nodeProgramsOf(chosen, backend);
}

/** Takes some seconds for each shape, fewer where keys are known. Throws RangeError for heights that no proof has. */
export async function nodeProgramsOf(
  { protocolVersion, heights, parameters, derived }: DescribedPrograms,
  backend: WasmBackend,
): Promise<NodePrograms> {
  const key = await createExecutionKey(protocolVersion, parameters.chunk, backend);
  return NodePrograms.create(firstProofsOf(key, parameters, heights), parameters, backend, derived);
}
