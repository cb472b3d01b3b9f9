import { DEFAULT_PARAMETERS, type ProofParameters } from "../../stark/systems/parameters.ts";
import { compileSystem, type System } from "../../stark/systems/system.ts";
import { AUXILIARY_COUNT, STATEMENT_PUBLIC_COUNT } from "./layout/public-values.ts";
import { createStateTransitionAir } from "./state-transition-air.ts";
import { statementValues } from "./statement-values.ts";

/**
 * The proof system of a batch's state transition: one table, about the statements of `protocol/statement.ts`. The name's
 * version changes with the table, the statement or their meaning; the verification key depends on it.
 */
export function createStateTransitionSystem(parameters: ProofParameters = DEFAULT_PARAMETERS): System {
  return compileSystem({
    name: "state-transition/2",
    parameters,
    tables: [{ air: createStateTransitionAir(), auxiliaryCount: AUXILIARY_COUNT }],
    statementValueCount: STATEMENT_PUBLIC_COUNT,
    publicValues: statementValues,
  });
}
