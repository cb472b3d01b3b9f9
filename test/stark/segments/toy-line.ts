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
 * A line of words, each one more than the one before. A row has the word before it and the word after it, which only the following
 * row fixes, as in a copy of bytes. The statement names a position and the word that stands after it there.
 */

const SAID = defineBus("said", 1, { position: 1, word: 1 });
const FIELDS = { position: 1, before: 1, after: 1, asked: 1 } as const;

/** The line's table and the boundary, as their authors wrote them. */
export const LINE_AIRS: readonly [Air, Air] = [lineAir(), boundaryAir()];

export function lineSystem(without: readonly SegmentRule[] = []): System {
  return compileSystem({
    name: "toy line/1",
    parameters: toyParameters(),
    statementValueCount: 2,
    publicValues: (bytes) => (bytes.length === 2 ? [...bytes] : undefined),
    segments: { most: 8, without },
    tables: [
      { air: LINE_AIRS[0], inSegments: "chained" },
      { air: LINE_AIRS[1], inSegments: "standsAlone" },
    ],
  });
}

/** A line in segments, of which one position is asked for; the row there, and not its ghost, may have another word after it. */
export function lineInputs(count: number, asked: number, word = asked + 1): ProverInput[] {
  const size = 2 ** LOG_ROWS;
  return Array.from({ length: count }, (_, i) => {
    const first = i * (size - 1);
    const rows = Array.from({ length: size }, (_row, r) => {
      const position = first + r;
      const isAsked = position === asked && (i === 0 || r > 0);
      return { position, before: position, after: isAsked ? word : position + 1, asked: isAsked ? 1 : 0 };
    });
    const columns = traceColumns("line", FIELDS, rows, { padding: () => rows[0]!, minLogRows: LOG_ROWS });
    const flags = flagsOf(i, count);
    const speaks = Uint32Array.from({ length: size }, (_row, r) => (r === 0 ? 1 : 0));
    return {
      statement: i === 0 ? Uint8Array.of(asked, word) : new Uint8Array(0),
      segment: flags,
      auxiliary: [[], []],
      traces: [chainedColumns(columns, { first: 0, rows: size }, flags), [speaks]],
    };
  });
}

function lineAir(): Air {
  const t = new AirBuilder("line", 0);
  const { position, before, after, asked } = t.declare(FIELDS);
  const one = t.constant(1);
  t.assertZero("asked is boolean", "everyRow", t.mul(asked, t.sub(asked, one)));
  t.assertZero("begins", "firstRow", t.add(position, before));
  t.assertEqual("counts", "transition", t.next(position), t.add(position, one));
  t.assertEqual("continues", "transition", t.next(before), after);
  t.assertEqual("one more", "transition", t.next(before), t.add(before, one));
  t.assertEqual("one more at last", "lastRow", after, t.add(before, one));
  t.send(SAID, asked, { position, word: after });
  return t.build();
}

function boundaryAir(): Air {
  const boundary = new AirBuilder("boundary", 2);
  const speaks = boundary.column("speaks");
  boundary.assertZero("boolean", "everyRow", boundary.mul(speaks, boundary.sub(speaks, boundary.constant(1))));
  boundary.assertEqual("first", "firstRow", speaks, boundary.constant(1));
  boundary.assertZero("no other", "transition", boundary.next(speaks));
  boundary.receive(SAID, speaks, { position: boundary.public(0), word: boundary.public(1) });
  return boundary.build();
}
