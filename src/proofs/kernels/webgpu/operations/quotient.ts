import { inv, pow, rootOfUnity, sub } from "../../../field/koala-bear.ts";
import type { Columns, QuotientRequest, QuotientTable } from "../../backend.ts";
import { bitReverse } from "../../bit-reversal.ts";
import { toMontgomery } from "../../montgomery.ts";
import { quotientCosets } from "../../quotient-cosets.ts";
import { encodeProgram, SCOPES } from "../../programs/encode-program.ts";
import type { PagedColumns, CardPlace } from "../card/columns-store.ts";
import { addLifted } from "../kernels/add-lifted.ts";
import { NEXT } from "../kernels/gather-strip.ts";
import { selectors } from "../kernels/selectors.ts";
import { type CardDevice, type Scratch, withScratch } from "../card/scratch.ts";
import { loadProgram, runOnRows } from "./run-program.ts";
import { evaluateOnCoset, interpolateFromCoset, powerTable, shiftOfPart, twiddleTable } from "./transform.ts";

/** See `Backend.quotient`. One coset of one table at a time. */
export async function quotient(device: CardDevice, request: QuotientRequest): Promise<Columns> {
  const { degree, chunkCount, tables } = request;
  const tallest = Math.max(...tables.map((table) => table.logRows));
  return withScratch(device, async (scratch) => {
    for (const block of tables.flatMap((table) => table.blocks)) scratch.retain(device.columns.get(block));
    const sum = scratch.columns(chunkCount * degree, tallest);
    device.columns.clear(sum);
    for (const table of tables) {
      await withScratch(device, (local) => {
        const shift = pow(request.shift, 2 ** (tallest - table.logRows));
        const values = tableValues(device, local, request, table, shift);
        interpolateFromCoset(device, local, values, shift);
        addTo(device, sum, values, degree, tallest - table.logRows);
      });
    }
    return device.columns.handle(scratch.keep(sum));
  });
}

/** A table's quotient at the positions of its cosets, coordinate by coordinate. */
function tableValues(
  device: CardDevice,
  scratch: Scratch,
  { degree, chunkCount }: QuotientRequest,
  { blocks, program, scalars, weights, logRows }: QuotientTable,
  shift: number,
): PagedColumns {
  const rows = 2 ** logRows;
  const cosets = quotientCosets(chunkCount);
  const logDomain = logRows + Math.log2(cosets);
  const sources = blocks.flatMap((block) => device.columns.get(block).places);
  const bounds = { columns: sources.length, scalars: scalars.length, weights: weights.length, degree };
  const loaded = loadProgram(scratch, encodeProgram(program, bounds, "direct"), scalars, weights.flat());
  const extended = scratch.columns(sources.length, logRows);
  const values = scratch.columns(degree, logDomain);
  const twiddles = twiddleTable(device, scratch, logRows);
  const zeros = scratch.store([0]);
  for (let coset = 0; coset < cosets; coset++) {
    const ownShift = shiftOfPart(shift, logDomain, bitReverse(coset, logDomain - logRows));
    const factors = powerTable(device, scratch, ownShift, logRows);
    evaluateOnCoset(device, sources, extended.places, factors, { twiddles, logSize: logRows, logRows, part: 0 });
    runOnRows(device, loaded, {
      logRows,
      order: NEXT.bitReversed,
      columns: extended.places,
      asTheyAre: selectorColumns(device, scratch, logRows, ownShift),
      targets: values.places.map(({ buffer, offset }) => ({ buffer, offset: offset + coset * rows })),
      zeros,
    });
  }
  return values;
}

/** The factors of the scopes' accumulators on a coset of the trace domain. */
function selectorColumns(device: CardDevice, scratch: Scratch, logRows: number, shift: number): CardPlace[] {
  const rows = 2 ** logRows;
  const buffer = scratch.buffer(SCOPES * rows);
  const generator = rootOfUnity(logRows);
  const points = powerTable(device, scratch, generator, logRows, shift);
  const params = {
    rows,
    bits: logRows,
    inverseZ: toMontgomery(inv(sub(pow(shift, rows), 1))),
    lastPoint: toMontgomery(inv(generator)),
  };
  device.machine.dispatch(selectors, { params, buffers: { points, result: buffer }, count: rows, work: 4000 });
  return Array.from({ length: SCOPES }, (_, scope) => ({ buffer, offset: scope * rows }));
}

/** Adds coefficients of a table, lifted: coefficient i belongs to x^(k·i), which is in chunk ⌊k·i / rows⌋. */
function addTo(device: CardDevice, sum: PagedColumns, values: PagedColumns, degree: number, logStep: number): void {
  const rows = 2 ** sum.logRows;
  sum.places.forEach((target, i) => {
    const source = values.places[i % degree];
    if (source === undefined) throw new Error(`the quotient has no coordinate ${i % degree}`);
    device.machine.dispatch(addLifted, {
      params: { firstIndex: Math.floor(i / degree) * rows, logStep },
      items: [[source.offset, target.offset]],
      buffers: { source: source.buffer, result: target.buffer },
      count: rows,
      work: 10,
    });
  });
}
