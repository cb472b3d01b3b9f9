import { DEFAULT_PARAMETERS, type ProofParameters } from "../../stark/parameters.ts";
import { compileSystem, type System } from "../../stark/system.ts";
import { AUXILIARY_COUNT, STATEMENT_PUBLIC_COUNT } from "./public-values.ts";
import { createStateTransitionAir } from "./state-transition-air.ts";
import { decodeStatement, publicValues } from "./statement.ts";

/**
 * The stage-0 proof system: one state transition table under the given parameters. Its verification key digest is the
 * same for every chain and every batch. Throws RangeError for parameters out of bounds.
 */
export function createStateTransitionSystem(parameters: ProofParameters = DEFAULT_PARAMETERS): System {
  return compileSystem({
    name: "state-transition/1",
    parameters,
    tables: [{ air: createStateTransitionAir(), auxiliaryCount: AUXILIARY_COUNT }],
    statementValueCount: STATEMENT_PUBLIC_COUNT,
    publicValues(bytes) {
      const statement = decodeStatement(bytes);
      return statement === undefined ? undefined : publicValues(statement);
    },
  });
}
