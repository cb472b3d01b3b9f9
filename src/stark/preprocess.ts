import { pow } from "../field/koala-bear.ts";
import type { Backend, Columns, CommitRequest } from "../kernels/backend.ts";
import { DeviceScope } from "./device-scope.ts";
import { DOMAIN_SHIFT, leafEncodings, type ProofParameters } from "./parameters.ts";
import { type SystemDefinition, tallestHeights } from "./system.ts";

/**
 * The request that commits trace columns in a proof whose tallest table has 2^tallest rows. The coset of a tree's tallest
 * block follows from the proof's: shift^(2^(tallest − its log height)).
 */
export function traceCommitRequest(parameters: ProofParameters, blocks: readonly Columns[], tallest: number): CommitRequest {
  const own = Math.max(...blocks.map((block) => block.logRows));
  return {
    blocks,
    logBlowup: parameters.logBlowup,
    shift: pow(DOMAIN_SHIFT, 2 ** (tallest - own)),
    hash: parameters.hash,
    rowsPerLeaf: 1,
    encoding: leafEncodings(parameters.hash).trace,
  };
}

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

/**
 * Roots of a system's preprocessed commitment, one for each height that the tallest table may have: the coset of a table
 * depends on that height. Pass the result to `compileSystem`.
 */
export async function commitPreprocessed(definition: SystemDefinition, backend: Backend): Promise<Map<number, Uint8Array>> {
  const roots = new Map<number, Uint8Array>();
  const scope = new DeviceScope(backend);
  try {
    const blocks = await uploadPreprocessed(definition, backend, scope);
    if (blocks.length === 0) return roots;
    for (const tallest of tallestHeights(definition)) {
      const commitment = scope.keep(await backend.commit(traceCommitRequest(definition.parameters, blocks, tallest)));
      roots.set(tallest, commitment.root);
      scope.release(commitment);
    }
    return roots;
  } finally {
    scope.releaseAll();
  }
}
