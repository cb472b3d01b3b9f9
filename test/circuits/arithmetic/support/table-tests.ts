import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPERATION, type OperationName, type Request } from "../../../../src/proofs/circuits/operations/operation.ts";
import {
  ARITHMETIC_TABLES,
  type ArithmeticTable,
  type ArithmeticTableName,
  type RowCells,
} from "../../../../src/proofs/circuits/arithmetic/tables.ts";
import { ALU } from "../../../../src/proofs/circuits/buses.ts";
import { LIMBS, limbsOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { P } from "../../../../src/proofs/field/koala-bear.ts";
import { AirBuilder } from "../../../../src/proofs/stark/constraints/air.ts";
import type { Expression } from "../../../../src/proofs/stark/constraints/expression.ts";
import { fieldElements } from "../../../../src/proofs/stark/constraints/fields.ts";
import { countedSides } from "../../../../src/proofs/stark/constraints/multiplicities.ts";
import { Random } from "../../../chain/state/support/random.ts";
import { DEFINITIONS, EDGES } from "../../../machine/support/arithmetic-definitions.ts";
import { judgeRows, reasonsOf, type Row } from "./judge.ts";
import { definitionOf } from "./true-messages.ts";

/** Parameters of a table's tests. */
export interface TableTests {
  /** Cells that may hold anything where the predicate says so, by field, with the reason. */
  readonly free?: readonly {
    readonly reason: string;
    readonly fields: readonly string[];
    readonly where: (request: Request) => boolean;
  }[];
  /** Rows that answer something false and that only one constraint or message refuses. */
  readonly forgeries: () => readonly RowCells[];
  /** Constraints that bound a multiplicity and say nothing else: a system without them is refused. */
  readonly counting?: readonly string[];
  /** Constraints that follow from others, with the reason. */
  readonly implied?: Readonly<Record<string, string>>;
}

/** Cells of the honest row, changed. */
export function forged(operation: OperationName, operands: readonly bigint[], changes: RowCells = {}): RowCells {
  return { ...honest({ operation, a: operands[0] ?? 0n, b: operands[1] ?? 0n, c: operands[2] ?? 0n }).cells, ...changes };
}

/** A list with other elements at some places. */
export function at(list: readonly number[], changes: Readonly<Record<number, number>>): number[] {
  return list.map((value, i) => changes[i] ?? value);
}

/**
 * The row with flags of which one is −1 and two are 1, for each flag with `partners`: one in sum, and all but one are booleans.
 */
export function* twoForOne(cells: RowCells, partners: Readonly<Record<string, readonly [string, string]>>): Generator<RowCells> {
  const flags = Object.entries(partners).flat(2);
  const none = Object.fromEntries(flags.map((name) => [name, 0]));
  for (const [flag, [g, h]] of Object.entries(partners)) yield { ...cells, ...none, [flag]: -1, [g]: 1, [h]: 1 };
}

/** The row that its table makes of a request, and its result; what it asks is answered by the definitions. */
export function honest(request: Request): { readonly cells: RowCells; readonly result: bigint } {
  return tableOf(request.operation).row(request, (operation, a, b) => definitionOf(OPERATION[operation], a, b, 0n));
}

/** Every test that each table of arithmetic has. */
export function describeTable(
  name: ArithmeticTableName,
  { free = [], forgeries, counting = [], implied = {} }: TableTests,
): void {
  const table: ArithmeticTable = ARITHMETIC_TABLES[name];
  const air = table.air();
  const toRow = (cells: RowCells, uses = 1): Row => fieldElements(name, table.fields, { ...cells, uses });

  describe(`the table ${name}`, () => {
    for (const operation of table.operations) {
      it(`answers ${operation} by its definition`, () => {
        const requests = requestsOf(operation, 24);
        const answers = requests.map(honest);
        const judged = judgeRows(
          air,
          answers.map(({ cells }) => toRow(cells)),
        );
        requests.forEach((request, i) => {
          const { a, b, c } = request;
          const result = definitionOf(OPERATION[operation], a, b, c);
          const isTernary = arityOf(operation) === 3;
          const words = isTernary ? [a, b, c, result] : [a, b, result, 0n];
          assert.equal(answers[i]!.result, result);
          const message = [1, OPERATION[operation], ...words.flatMap((word) => limbsOf(word))];
          assert.deepEqual(judged[i], { refusals: [], answer: message, lies: false }, `${operation}(${a}, ${b}, ${c})`);
        });
      });
    }

    it("is filled up with rows that it accepts", () => {
      const [operation] = table.operations;
      assert.ok(operation !== undefined);
      const { cells } = honest({ operation, a: table.padding, b: 0n, c: 0n });
      assert.deepEqual(judgeRows(air, [toRow(cells, 0)])[0]?.refusals, []);
    });

    it("refuses every changed cell, except those that are free on purpose", () => {
      const random = new Random(air.columnNames.length);
      const isFree = new Set<string>();
      const expected = new Set<string>();
      for (const operation of table.operations) {
        for (const request of requestsOf(operation, 3)) {
          const row = toRow(honest(request).cells);
          for (const { fields, where } of free)
            if (where(request)) for (const field of fields) expected.add(`${operation} ${field}`);
          const changes = row.flatMap((value, column) =>
            [(value + 1) % P, P - 1, random.below(2 ** 16)]
              .filter((other) => other !== value)
              .map((other) => ({ column, other })),
          );
          const original = judgeRows(air, [row])[0]!.answer.join();
          const judged = judgeRows(
            air,
            changes.map(({ column, other }) => row.map((value, i) => (i === column ? other : value))),
          );
          judged.forEach(({ refusals, answer, lies }, i) => {
            const { column } = changes[i]!;
            const label = `${air.columnNames[column]} of ${operation}(${request.a}, ${request.b}, ${request.c})`;
            assert.ok(refusals.length > 0 || !lies, `${label}: an untrue answer is accepted`);
            // Another answer than the one that is asked, or another number of uses, leaves the bus unbalanced.
            if (refusals.length > 0 || answer.join() !== original) return;
            const field = air.columnNames[column]!.replace(/\[\d+\]$/, "");
            const isAllowed = free.some(({ fields, where }) => fields.includes(field) && where(request));
            assert.ok(isAllowed, `${label} may be ${changes[i]!.other}`);
            isFree.add(`${operation} ${field}`);
          });
        }
      }
      assert.deepEqual([...isFree].sort(), [...expected].sort());
    });

    it("needs every constraint and every message: each alone refuses a row that answers something false", () => {
      const rows = forgeries();
      const needed = new Set<string>([...counting, ...Object.keys(implied)]);
      judgeRows(
        air,
        rows.map((cells) => toRow(cells)),
      ).forEach(({ refusals, lies }, i) => {
        assert.ok(lies, `forgery ${i}, refused by ${refusals.join(", ")}, is true`);
        assert.equal(refusals.length, 1, `forgery ${i} is refused by: ${refusals.join(", ")}`);
        assert.ok(
          !needed.has(refusals[0]!) || !(counting.includes(refusals[0]!) || refusals[0]! in implied),
          `${refusals[0]} is needed`,
        );
        needed.add(refusals[0]!);
      });
      assert.deepEqual([...needed].sort(), reasonsOf(air).sort());
    });

    it("bounds what it sends: without the constraints that do so, its system is refused", () => {
      const asker = new AirBuilder("asker", 0);
      const zero = new Array<Expression>(LIMBS).fill(asker.constant(0));
      asker.column("unused");
      asker.send(ALU, asker.constant(1), { operation: asker.constant(0), a: zero, b: zero, c: zero, d: zero });
      const asking = asker.build();
      assert.ok(countedSides([air, asking]).size > 0);
      for (const constraint of counting) {
        const constraints = air.constraints.filter(({ name: own }) => own !== constraint);
        assert.equal(constraints.length, air.constraints.length - 1);
        assert.throws(() => countedSides([{ ...air, constraints }, asking]), /no side of bus alu is counted/, constraint);
      }
    });
  });
}

/** Requests at the edges, all pairs of some of them, and random ones. */
function requestsOf(operation: OperationName, randomCount: number): Request[] {
  const random = new Random(OPERATION[operation]);
  const arity = arityOf(operation);
  const word = (): bigint => random.bits(256) >> BigInt(random.below(3) === 0 ? random.below(256) : 0);
  const few = randomCount < 10;
  const edges = few ? [0n, 7n, (1n << 255n) + 5n] : EDGES;
  // An exponent has a row for each bit, and its definition takes long.
  const seconds = operation === "exp" && !few ? EDGES.slice(0, 10) : edges;
  const requests: Request[] = [];
  for (const a of edges) {
    for (const b of arity > 1 ? seconds : [0n]) requests.push({ operation, a, b, c: arity > 2 ? random.pick(edges) : 0n });
  }
  for (let i = 0; i < randomCount; i++) {
    const b = operation === "exp" ? word() >> 200n : word();
    requests.push({ operation, a: word(), b: arity > 1 ? b : 0n, c: arity > 2 ? word() : 0n });
  }
  return requests;
}

function arityOf(operation: OperationName): number {
  return DEFINITIONS.find(([opcode]) => opcode === OPERATION[operation])?.[2] ?? 0;
}

function tableOf(operation: OperationName): ArithmeticTable {
  const table = Object.values<ArithmeticTable>(ARITHMETIC_TABLES).find(({ operations }) => operations.includes(operation));
  if (table === undefined) throw new Error(`no table answers ${operation}`);
  return table;
}
