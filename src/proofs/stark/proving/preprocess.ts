import type { Backend, Columns } from "../../kernels/backend.ts";
import { type CommittedColumns, commitStacked, traceCommitRequest } from "./committed-columns.ts";
import { DeviceScope } from "./device-scope.ts";
import { createStackShape, phaseLayout } from "../systems/stack-shape.ts";
import { committedHeights, preprocessedBlocks, type SystemDefinition } from "../systems/system.ts";

/** Uploads and interpolates the preprocessed columns of a system, one handle per table that has some. */
export async function uploadPreprocessed(definition: SystemDefinition, backend: Backend, scope: DeviceScope): Promise<Columns[]> {
  const blocks: Columns[] = [];
  for (const { air, preprocessed } of definition.tables) {
    if (preprocessed === undefined) continue;
    const columns = preprocessed.columns();
    if (columns.length !== air.preprocessedNames.length) {
      throw new RangeError(
        `table ${air.name} declares ${air.preprocessedNames.length} preprocessed columns, got ${columns.length}`,
      );
    }
    const evaluations = scope.keep(await backend.upload(columns, preprocessed.logRows));
    blocks.push(scope.keep(await backend.interpolate(evaluations)));
  }
  return blocks;
}

/** Commits preprocessed columns for one of `committedHeights`; what is made is the scope's. */
export async function commitFixed(
  definition: SystemDefinition,
  blocks: readonly Columns[],
  height: number,
  device: { readonly backend: Backend; readonly scope: DeviceScope },
): Promise<CommittedColumns> {
  const { parameters } = definition;
  if (parameters.opening.kind === "stacked") {
    const own = preprocessedBlocks(definition);
    const stack = createStackShape(own, { logStackMin: height, logStackMax: height });
    if (stack === undefined) throw new RangeError(`no stack of columns of 2^${height} holds the preprocessed columns`);
    return commitStacked(device, parameters, blocks, phaseLayout(stack, own, "preprocessed"));
  }
  const commitment = device.scope.keep(await device.backend.commit(traceCommitRequest(parameters, blocks, height)));
  return { commitment, columns: blocks };
}

/**
 * Roots of a system's preprocessed commitment, one for each of `committedHeights`: the coset of a table, or its place in a
 * stack, depends on that height. Pass the result to `compileSystem`.
 */
export async function commitPreprocessed(definition: SystemDefinition, backend: Backend): Promise<Map<number, Uint8Array>> {
  const roots = new Map<number, Uint8Array>();
  const heights = committedHeights(definition);
  if (heights.length === 0) return roots;
  const scope = new DeviceScope(backend);
  try {
    const blocks = await uploadPreprocessed(definition, backend, scope);
    if (blocks.length === 0) return roots;
    for (const height of heights) {
      const { commitment, columns } = await commitFixed(definition, blocks, height, { backend, scope });
      roots.set(height, commitment.root);
      scope.release(commitment);
      for (const made of columns) if (!blocks.includes(made)) scope.release(made);
    }
    return roots;
  } finally {
    scope.releaseAll();
  }
}
