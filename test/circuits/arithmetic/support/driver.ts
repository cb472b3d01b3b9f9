import { FIXED_TABLES } from "../../../../src/proofs/circuits/arithmetic/fixed-tables.ts";
import { ArithmeticTrace } from "../../../../src/proofs/circuits/arithmetic/arithmetic-trace.ts";
import { OPERATION, type Request } from "../../../../src/proofs/circuits/operations/operation.ts";
import { ARITHMETIC_TABLE_NAMES, ARITHMETIC_TABLES } from "../../../../src/proofs/circuits/arithmetic/tables.ts";
import { ALU } from "../../../../src/proofs/circuits/buses.ts";
import { LIMBS, limbsOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { assertBoolean } from "../../../../src/proofs/circuits/words/expressions.ts";
import { AirBuilder } from "../../../../src/proofs/stark/constraints/air.ts";
import type { ProverInput } from "../../../../src/proofs/stark/proving/prover-input.ts";
import type { SystemDefinition } from "../../../../src/proofs/stark/systems/system.ts";
import { traceColumns } from "../../../../src/proofs/stark/rows/trace-columns.ts";
import { smallParameters } from "../../../stark/airs/small-parameters.ts";

/**
 * In place of a processor: a table that asks for one operation a row. It promises that its operands are words, and does not check
 * it.
 */
export const DRIVER_FIELDS = { operation: 1, a: LIMBS, b: LIMBS, c: LIMBS, d: LIMBS, real: 1 } as const;

function driverAir() {
  const b = new AirBuilder("driver", 0);
  const { real, ...message } = b.declare(DRIVER_FIELDS);
  assertBoolean(b, { real });
  b.send(ALU, real, message);
  return b.build();
}

/** The driver, then the tables of arithmetic. NOT SECURE: small parameters. */
export function driverDefinition(): SystemDefinition {
  return {
    name: "arithmetic-driver/1",
    parameters: smallParameters({ minLogRows: 2, maxLogRows: 16, queryCount: 4 }),
    tables: [
      { air: driverAir() },
      ...ARITHMETIC_TABLE_NAMES.map((name) => ({ air: ARITHMETIC_TABLES[name].air(), optional: true })),
      ...FIXED_TABLES.map(({ definition }) => definition()),
    ],
    statementValueCount: 0,
    publicValues: () => [],
  };
}

/** A request and the result that the driver claims for it, right unless given. */
export interface Claim extends Request {
  readonly result?: bigint;
}

/** Traces in which the driver makes these claims and the other tables answer what is right. */
export function driverInput(claims: readonly Claim[]): ProverInput {
  const trace = new ArithmeticTrace();
  const rows = claims.map(({ operation, a, b, c, result }) => {
    const right = trace.ask(operation, a, b, c);
    const isTernary = operation === "addmod" || operation === "mulmod";
    const words = isTernary ? [a, b, c, result ?? right] : [a, b, result ?? right, 0n];
    const [x = [], y = [], z = [], w = []] = words.map((word) => limbsOf(word));
    return { operation: OPERATION[operation], a: x, b: y, c: z, d: w, real: 1 };
  });
  const zero = limbsOf(0n);
  const padding = () => ({ operation: 0, a: zero, b: zero, c: zero, d: zero, real: 0 });
  const driver = traceColumns("driver", DRIVER_FIELDS, rows, { padding, minLogRows: 2 });
  const answers = trace.columns(() => 2);
  const columns = [driver, ...ARITHMETIC_TABLE_NAMES.map((name) => answers[name])];
  const looking = driverDefinition()
    .tables.slice(0, columns.length)
    .map(({ air }, i) => ({ air, columns: { preprocessed: [], main: columns[i] ?? [] } }));
  const traces = [...columns, ...FIXED_TABLES.map((table) => table.columns(looking))];
  return { statement: new Uint8Array(0), auxiliary: traces.map(() => []), traces };
}
