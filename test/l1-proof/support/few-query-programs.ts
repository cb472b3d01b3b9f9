import { listParameters } from "../../../src/circuits/state-transition/list-system.ts";
import { provableParameters } from "../../../src/execution-proof/parameters.ts";
import type { DescribedPrograms } from "../../../src/l1-proof/described-programs.ts";
import { programParameters, wrapParameters } from "../../../src/recursion/tables/program-parameters.ts";

/** NOT SECURE: few queries, in all proofs. */
const FEW_QUERIES = { queryCount: 1, grindingBits: 1 };
/** Of chunks' proofs. */
export const CHUNK_PARAMETERS = { ...provableParameters(), ...FEW_QUERIES };

/** The programs for proofs of these heights. NOT SECURE. */
export function fewQueryPrograms({
  protocolVersion,
  heights,
}: Pick<DescribedPrograms, "protocolVersion" | "heights">): DescribedPrograms {
  const node = { ...programParameters(), ...FEW_QUERIES };
  return {
    ...{ protocolVersion, heights },
    parameters: {
      ...{ chunk: CHUNK_PARAMETERS, list: { ...listParameters(), ...FEW_QUERIES } },
      ...{ node, compress: node, wrap: { ...wrapParameters(), ...FEW_QUERIES } },
    },
  };
}
