import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../../src/proofs/stark/constraints/bus.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { chainedColumns } from "../../../src/proofs/stark/segments/cut-table.ts";
import type { SegmentRule } from "../../../src/proofs/stark/constraints/segment-bounds.ts";
import { compileSystem, type System } from "../../../src/proofs/stark/systems/system.ts";
import { traceColumns } from "../../../src/proofs/stark/rows/trace-columns.ts";
import { flagsOf, LOG_ROWS } from "./toy-machine.ts";
import { toyParameters } from "./toy-parameters.ts";

/*
 * Payments of one amount, whose total begins at 0. The statement has the total after some row. Every honest total is a multiple
 * of the amount, as an integer.
 */

export const AMOUNT = 2 ** 25;
const MAX_SEGMENTS = 8;
const TOTAL = defineBus("total", 1, { total: 1 });
const FIELDS = { total: 1, paid: 1, asked: 1 } as const;

/** System of the payments, in segments. */
export function paymentsSystem(without: readonly SegmentRule[] = []): System {
  return compileSystem({
    name: "toy payments/1",
    parameters: toyParameters(),
    statementValueCount: 1,
    publicValues: (bytes) => (bytes.length === 4 ? [new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)] : undefined),
    segments: { most: MAX_SEGMENTS, without },
    tables: [
      { air: paymentsAir(), inSegments: "chained" },
      { air: boundaryAir(), inSegments: "standsAlone" },
    ],
  });
}

/** Statement that a total was reached. */
export function totalStatement(total: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, total);
  return bytes;
}

/** A payment on each row; `payments` precede the row whose total is in the statement. */
export function paymentInputs(segments: number, payments: number, modulus: number): ProverInput[] {
  const size = 2 ** LOG_ROWS;
  const totalOf = (row: number): number => (row * AMOUNT) % modulus;
  return Array.from({ length: segments }, (_, i) => {
    const first = i * (size - 1);
    const rows = Array.from({ length: size }, (_row, r) => {
      const isAsked = first + r === payments && (i === 0 || r > 0);
      return { total: totalOf(first + r), paid: 1, asked: isAsked ? 1 : 0 };
    });
    const columns = traceColumns("payments", FIELDS, rows, { padding: () => rows[0]!, minLogRows: LOG_ROWS });
    const flags = flagsOf(i, segments);
    return {
      statement: i === 0 ? totalStatement(totalOf(payments)) : new Uint8Array(0),
      segment: flags,
      auxiliary: [[], []],
      traces: [
        chainedColumns(columns, { first: 0, rows: size }, flags),
        [Uint32Array.from({ length: size }, (_row, r) => (r === 0 ? 1 : 0))],
      ],
    };
  });
}

function paymentsAir(): Air {
  const t = new AirBuilder("payments", 0);
  const { total, paid, asked } = t.declare(FIELDS);
  const one = t.constant(1);
  for (const [name, bit] of Object.entries({ paid, asked }))
    t.assertZero(`${name} is boolean`, "everyRow", t.mul(bit, t.sub(bit, one)));
  t.assertZero("begins at 0", "firstRow", total);
  t.assertEqual("adds up", "transition", t.next(total), t.add(total, t.scale(paid, AMOUNT)));
  t.send(TOTAL, asked, { total });
  return t.build();
}

function boundaryAir(): Air {
  const t = new AirBuilder("boundary", 1);
  const speaks = t.column("speaks");
  t.assertZero("speaks is boolean", "everyRow", t.mul(speaks, t.sub(speaks, t.constant(1))));
  t.assertEqual("the first row speaks", "firstRow", speaks, t.constant(1));
  t.assertZero("no other row speaks", "transition", t.next(speaks));
  t.receive(TOTAL, speaks, { total: t.public(0) });
  return t.build();
}
