import type { OperationName } from "../../../../src/proofs/circuits/operations/operation.ts";
import {
  ARITHMETIC_TABLES,
  type ArithmeticTable,
  type ArithmeticTableName,
} from "../../../../src/proofs/circuits/arithmetic/tables.ts";
import type { Backend } from "../../../../src/proofs/kernels/backend.ts";
import { commitPreprocessed } from "../../../../src/proofs/stark/proving/preprocess.ts";
import { compileSystem, type System } from "../../../../src/proofs/stark/systems/system.ts";
import { Random } from "../../../chain/state/support/random.ts";
import { type Claim, driverDefinition } from "./driver.ts";

const X = 0x1234_5678_9abc_def0_fedc_ba98_7654_3210n << 77n;
const Y = (1n << 255n) + 0x1_0001n;

/** The tables that are present when one is asked its `claimsOf`, besides the driver and the fixed ones. */
export const ASKED_TABLES: Readonly<Record<ArithmeticTableName, readonly ArithmeticTableName[]>> = {
  extract: ["extract", "shift", "mul", "logic"],
  exp: ["exp", "mul"],
  shift: ["shift", "mul"],
  signed: ["signed", "mul", "add"],
  mul: ["mul"],
  modular: ["modular"],
  logic: ["logic"],
  add: ["add"],
};

/** Two claims of each operation of a table, with operands that reach most of it. */
export function claimsOf(name: ArithmeticTableName): Claim[] {
  const { operations }: ArithmeticTable = ARITHMETIC_TABLES[name];
  return operations.flatMap((operation): Claim[] => {
    // An exponent has a row for each of its bits.
    const [b, other] = operation === "clz" ? [0n, 0n] : operation === "exp" ? [11n, 6n] : [Y, X];
    const c = name === "modular" ? X + 1n : 0n;
    return [
      { operation, a: X, b, c },
      { operation, a: 3n, b: other, c: 0n },
    ];
  });
}

/** Claims of random operations, all right. */
export function randomClaims(seed: number, count: number): Claim[] {
  const random = new Random(seed);
  const operations = Object.values<ArithmeticTable>(ARITHMETIC_TABLES).flatMap(({ operations: own }) => own);
  const word = (): bigint => random.bits(256) >> BigInt(random.below(2) * random.below(256));
  return Array.from({ length: count }, (): Claim => {
    const operation: OperationName = random.pick(operations);
    const isTernary = operation === "addmod" || operation === "mulmod";
    const b = operation === "clz" ? 0n : ["byte", "signextend", "exp"].includes(operation) ? BigInt(random.below(300)) : word();
    const small = ["byte", "signextend", "shl", "shr", "sar"].includes(operation) ? BigInt(random.below(300)) : word();
    return { operation, a: small, b, c: isTernary ? word() : 0n };
  });
}

/** The driver's system, compiled. */
export async function driverSystem(backend: Backend): Promise<System> {
  const definition = driverDefinition();
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}

/** Names of the tables that are present in a proof. */
export function presentTables(system: System, proof: Uint8Array): string[] {
  return system.tables.flatMap(({ air, index }) => (proof[1 + index] === 0 ? [] : [air.name])).sort();
}
