import { pow } from "../../field/koala-bear.ts";
import type { Backend, Columns, Commitment, CommitRequest } from "../../kernels/backend.ts";
import type { DeviceScope } from "./device-scope.ts";
import { DOMAIN_SHIFT, leafEncodings, positionsPerLeaf, type ProofParameters } from "../systems/parameters.ts";
import { columnCountOf } from "../systems/shape.ts";
import type { PhaseLayout } from "../systems/stack-shape.ts";

/** Columns of coefficients under a root: a phase's blocks, or the parts of its stack columns. */
export interface CommittedColumns {
  readonly commitment: Commitment;
  readonly columns: readonly Columns[];
}

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
    rowsPerLeaf: positionsPerLeaf(parameters.opening, columnCountOf(blocks)),
    encoding: leafEncodings(parameters.hash).trace,
  };
}

/** Lays out the blocks of a phase and commits them; parts and commitment are the scope's, the blocks stay the caller's. */
export async function commitStacked(
  { backend, scope }: { readonly backend: Backend; readonly scope: DeviceScope },
  parameters: ProofParameters,
  blocks: readonly Columns[],
  layout: PhaseLayout,
): Promise<CommittedColumns> {
  const parts = scope.keep(await backend.layOut({ blocks, ...layout }));
  const commitment = scope.keep(await backend.commit(traceCommitRequest(parameters, [parts], parts.logRows)));
  return { commitment, columns: [parts] };
}
