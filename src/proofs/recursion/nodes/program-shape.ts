import { createShape } from "../../stark/systems/shape.ts";
import type { CheckedShape } from "../proof-code.ts";
import type { ProgramSystem } from "../tables/program-system.ts";

/** Proofs of a program, as another program checks them: all have one shape, and a statement's elements are its public values. */
export function programShape({ system }: Pick<ProgramSystem, "system">): CheckedShape {
  const heights = system.tables.map(({ air, fixedLogRows }) => {
    if (fixedLogRows === undefined) throw new Error(`table ${air.name} of ${system.name} has no fixed height`);
    return fixedLogRows;
  });
  const shape = createShape(system, heights);
  if (typeof shape === "number") throw new Error(`table ${shape} of ${system.name} has a height that its proofs cannot have`);
  return { system, shape, statementCode: (_assembler, elements) => elements };
}
