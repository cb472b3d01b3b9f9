import { FIXED_TABLES } from "../../../../src/proofs/circuits/arithmetic/fixed-tables.ts";
import {
  BYTE_AND,
  FINAL_WORD,
  FIRST_WORD,
  LAST_WORD,
  MEMORY_TASK,
  PRODUCT_OFFSET,
} from "../../../../src/proofs/circuits/buses.ts";
import { PRODUCT_TIMES } from "../../../../src/proofs/circuits/field-product/field-product-air.ts";
import { fieldProductColumns, fieldProductRow } from "../../../../src/proofs/circuits/field-product/field-product-trace.ts";
import { memoryAir } from "../../../../src/proofs/circuits/memory/memory-air.ts";
import { memoryColumns } from "../../../../src/proofs/circuits/memory/memory-trace.ts";
import { LIMBS, limbsOf, wordOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { assertBoolean, zeroWord } from "../../../../src/proofs/circuits/words/expressions.ts";
import { AirBuilder } from "../../../../src/proofs/stark/constraints/air.ts";
import type { ProverInput } from "../../../../src/proofs/stark/proving/prover-input.ts";
import { traceColumns } from "../../../../src/proofs/stark/rows/trace-columns.ts";
import type { SystemDefinition } from "../../../../src/proofs/stark/systems/system.ts";
import { smallParameters } from "../../../stark/airs/small-parameters.ts";
import { air, SPACE } from "./product-judge.ts";

/** Numbers of the four elements of a product in a list. */
export interface ProductOf {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly r: number;
}

/** Instead of a processor: requests one product a row. */
const DRIVER_FIELDS = { time: 1, indexes: 4, real: 1 } as const;

function driverAir() {
  const b = new AirBuilder("driver", 0);
  const { real, time, indexes } = b.declare(DRIVER_FIELDS);
  assertBoolean(b, { real });
  const word = zeroWord(b).map((zero, i) => indexes[i] ?? zero);
  b.send(MEMORY_TASK, real, { space: b.constant(SPACE), offset: b.constant(PRODUCT_OFFSET), time, word });
  return b.build();
}

/** Instead of a statement: a word of the memory a row, at first and at last. It promises that both are words. */
const STATEMENT_FIELDS = { index: 1, first: LIMBS, last: LIMBS, real: 1 } as const;

function statementAir() {
  const b = new AirBuilder("statement", 0);
  const { real, index, first, last } = b.declare(STATEMENT_FIELDS);
  assertBoolean(b, { real });
  b.send(FIRST_WORD, real, { space: b.constant(SPACE), index, word: first });
  b.receive(LAST_WORD, real, { space: b.constant(SPACE), index, word: last });
  // Instead of the tables of codes and of arithmetic, so that these buses have a counted side.
  const zero = b.constant(0);
  b.send(BYTE_AND, real, { x: zero, y: zero, and: zero });
  b.send(FINAL_WORD, real, { space: b.constant(SPACE), index, word: last });
  return b.build();
}

/** The table of products with a memory. NOT SECURE: small parameters. */
export function productDefinition(): SystemDefinition {
  return {
    name: "products/1",
    parameters: smallParameters({ minLogRows: 2, maxLogRows: 16, queryCount: 4 }),
    tables: [
      { air: driverAir() },
      { air: statementAir() },
      { air: memoryAir() },
      { air },
      ...FIXED_TABLES.map(({ definition }) => definition()),
    ],
    statementValueCount: 0,
    publicValues: () => [],
  };
}

/** Traces of products of elements in sequence, and the elements after them. */
export function productInput(
  elements: readonly (readonly [bigint, bigint])[],
  products: readonly ProductOf[],
): { readonly input: ProverInput; readonly last: readonly bigint[] } {
  const words = elements.flat().map((word) => ({ first: limbsOf(word), word: limbsOf(word) as readonly number[], time: 0 }));
  const requests = products.map(({ a, b, c, r }, i) => ({ time: 1 + PRODUCT_TIMES * i, a: 2 * a, b: 2 * b, c: 2 * c, r: 2 * r }));
  const rows = requests.map((request) => fieldProductRow(request, (index) => words[index]!));
  const places = words.map(({ first, word, time }, i) => ({
    ...{ space: SPACE, index: 32 * i, isStated: true, first, last: word, time, uses: 1 },
  }));
  const zero = limbsOf(0n);
  const columns = [
    traceColumns(
      "driver",
      DRIVER_FIELDS,
      requests.map(({ time, a, b, c, r }) => ({ time, indexes: [r, c, b, a], real: 1 })),
      { padding: () => ({ time: 0, indexes: [0, 0, 0, 0], real: 0 }), minLogRows: 2 },
    ),
    traceColumns(
      "statement",
      STATEMENT_FIELDS,
      places.map(({ index, first, last }) => ({ index, first, last, real: 1 })),
      { padding: () => ({ index: 0, first: zero, last: zero, real: 0 }), minLogRows: 2 },
    ),
    memoryColumns(places, 2),
    fieldProductColumns(rows, 2),
  ];
  const looking = productDefinition()
    .tables.slice(0, columns.length)
    .map((table, i) => ({ air: table.air, columns: { preprocessed: [], main: columns[i] ?? [] } }));
  const traces = [...columns, ...FIXED_TABLES.map((table) => table.columns(looking))];
  const input = { statement: new Uint8Array(0), auxiliary: traces.map(() => []), traces };
  return { input, last: words.map(({ word }) => wordOf(word)) };
}
