import { listParameters } from "../../../src/proofs/circuits/state-transition/list-system.ts";
import { executionParameters } from "../../../src/proofs/execution-proof/parameters.ts";
import type { DescribedPrograms } from "../../../src/proofs/l1-proof/described-programs.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import {
  batchParameters,
  fastParameters,
  programParameters,
  wrapParameters,
} from "../../../src/proofs/recursion/tables/program-parameters.ts";

/** NOT SECURE: few queries, in all proofs. */
const FEW_QUERIES = { queryCount: 1, grindingBits: 1 };
/** Parameters of chunks' proofs. */
export const CHUNK_PARAMETERS = { ...executionParameters(), ...FEW_QUERIES };

/** The programs for proofs of these heights. NOT SECURE. */
export function fewQueryPrograms({
  protocolVersion,
  heights,
}: Pick<DescribedPrograms, "protocolVersion" | "heights">): DescribedPrograms {
  const [chunks, batches] = [programParameters(), batchParameters()].map((own) => ({ ...own, ...FEW_QUERIES })) as [
    ProofParameters,
    ProofParameters,
  ];
  return {
    ...{ protocolVersion, heights },
    parameters: {
      ...{ chunk: CHUNK_PARAMETERS, list: { ...listParameters(), ...FEW_QUERIES } },
      ...{ chunks, batches, compress: batches, wrap: { ...wrapParameters(), ...FEW_QUERIES } },
      ...{ fast: { ...fastParameters(), ...FEW_QUERIES } },
    },
  };
}
