import type { FieldValues } from "../../../src/proofs/stark/constraints/fields.ts";
import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../../src/proofs/stark/constraints/bus.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { commitPreprocessed } from "../../../src/proofs/stark/proving/preprocess.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import type { SegmentFlags, SegmentRule } from "../../../src/proofs/stark/constraints/segment-bounds.ts";
import { chainedColumns } from "../../../src/proofs/stark/segments/cut-table.ts";
import { compileSystem, type System } from "../../../src/proofs/stark/systems/system.ts";
import { traceColumns } from "../../../src/proofs/stark/rows/trace-columns.ts";
import { toyParameters } from "./toy-parameters.ts";

/*
 * A machine of STEPS steps on four places. Step t accesses place (t − 1) mod 4, finds a word there and leaves word + t; all places
 * hold 0 at first but place 0, of which the statement says what it holds before and after. `memory` opens and closes each place,
 * in ascending order, so once. `range` shows that what a step finds was left before. `extra` sends messages of any kind to the
 * memory, many at a time: a bus of which both sides are counted bears that up to p of them.
 *
 * The words at the statement's end say how often messages that no table sends are received: 0, unless a sum is to be mended.
 */

export const STEPS = 24;
export const PLACES = 4;
/** Number of coordinates of an extension element. */
export const FREE = 5;
/** Rows of a segment's tables, as log2. */
export const LOG_ROWS = 4;
const RANGE_LOG_ROWS = 6;
/** Maximum number of messages from one row of `extra`. */
export const MANY = 2 ** 24;

export const MEMORY = defineBus("memory", 1, { place: 1, time: 1, word: 1 });
const FIRST = defineBus("first", 2, { place: 1, word: 1 });
const LAST = defineBus("last", 3, { place: 1, word: 1 });
/** Bus of the final word at each place, on request; the number distinguishes messages. */
export const FINAL = defineBus("final", 4, { place: 1, number: 1, word: 1 });
const RANGE = defineBus("range", 5, { value: 1 }, "local");

export const STEP_FIELDS = { clock: 1, low: 1, high: 1, active: 1, old: 1, word: 1, time: 1 } as const;
export const PLACE_FIELDS = { place: 1, gap: 1, stated: 1, first: 1, time: 1, last: 1, uses: FREE } as const;
export const EXTRA_FIELDS = { many: 1, one: 1, place: 1, time: 1, word: 1 } as const;
export type StepRow = FieldValues<typeof STEP_FIELDS, number>;
export type PlaceRow = FieldValues<typeof PLACE_FIELDS, number>;
export type ExtraRow = FieldValues<typeof EXTRA_FIELDS, number>;

function stepsAir(): Air {
  const t = new AirBuilder("steps", 0);
  const { clock, low, high, active, old, word, time } = t.declare(STEP_FIELDS);
  const one = t.constant(1);
  for (const [name, bit] of Object.entries({ active, low, high }))
    t.assertZero(`${name} is boolean`, "everyRow", t.mul(bit, t.sub(bit, one)));
  t.assertEqual("word", "everyRow", word, t.add(old, clock), active);
  t.assertEqual("begins at 1", "firstRow", clock, one);
  t.assertZero("begins at place 0", "firstRow", t.add(low, high));
  t.assertEqual("clock ticks", "transition", t.next(clock), t.add(clock, active));
  const flipped = (bit: typeof low) => t.add(bit, t.mul(active, t.sub(one, t.scale(bit, 2))));
  t.assertEqual("low", "transition", t.next(low), flipped(low));
  t.assertEqual("high", "transition", t.next(high), t.add(high, t.mul(active, low, t.sub(one, t.scale(high, 2)))));
  t.assertZero("idle for good", "transition", t.mul(t.next(active), t.sub(one, active)));
  t.assertEqual("stops at its end", "lastRow", clock, t.constant(STEPS + 1));
  const place = t.add(low, t.scale(high, 2));
  t.send(RANGE, active, { value: t.sub(t.sub(clock, one), time) });
  t.receive(MEMORY, active, { place, time, word: old });
  t.send(MEMORY, active, { place, time: clock, word });
  return t.build();
}

function memoryAir(): Air {
  const t = new AirBuilder("memory", 0);
  const { place, gap, stated, first, time, last, uses } = t.declare(PLACE_FIELDS);
  const one = t.constant(1);
  t.assertZero("stated is boolean", "everyRow", t.mul(stated, t.sub(stated, one)));
  t.assertZero("others begin at 0", "everyRow", t.mul(t.sub(one, stated), first));
  t.assertEqual("ascends", "transition", t.next(place), t.add(place, one, t.next(gap)));
  t.send(RANGE, one, { value: gap });
  t.send(MEMORY, one, { place, time: t.constant(0), word: first });
  t.receive(MEMORY, one, { place, time, word: last });
  t.receive(FIRST, stated, { place, word: first });
  t.send(LAST, stated, { place, word: last });
  uses.forEach((count, i) => t.receive(FINAL, count, { place, number: t.constant(i), word: last }));
  return t.build();
}

function boundaryAir(): Air {
  const t = new AirBuilder("boundary", 2 + FREE);
  const speaks = t.column("speaks");
  const [zero, one] = [t.constant(0), t.constant(1)];
  t.assertZero("speaks is boolean", "everyRow", t.mul(speaks, t.sub(speaks, one)));
  t.assertEqual("the first row speaks", "firstRow", speaks, one);
  t.assertZero("no other row speaks", "transition", t.next(speaks));
  t.send(FIRST, speaks, { place: zero, word: t.public(0) });
  t.receive(LAST, speaks, { place: zero, word: t.public(1) });
  t.send(FINAL, speaks, { place: zero, number: zero, word: t.public(1) });
  for (let i = 0; i < FREE; i++)
    t.receive(FINAL, t.mul(speaks, t.public(2 + i)), { place: t.constant(PLACES), number: t.constant(i), word: zero });
  return t.build();
}

function rangeAir(): Air {
  const t = new AirBuilder("range", 0);
  const value = t.preprocessedColumn("value");
  t.receive(RANGE, t.column("uses"), { value });
  return t.build();
}

function extraAir(): Air {
  const t = new AirBuilder("extra", 0);
  const { many, one, place, time, word } = t.declare(EXTRA_FIELDS);
  for (const [name, bit] of Object.entries({ many, one }))
    t.assertZero(`${name} is boolean`, "everyRow", t.mul(bit, t.sub(bit, t.constant(1))));
  t.send(MEMORY, t.add(t.scale(many, MANY), one), { place, time, word });
  return t.build();
}

export async function machineSystem(
  backend: Backend,
  without: readonly SegmentRule[] = [],
  parameters = toyParameters(),
  statementElements = { count: 2 + FREE, shared: 0 },
  publicValues = decodeWords,
): Promise<System> {
  const definition = {
    name: "toy machine/1",
    parameters,
    statementValueCount: 2 + FREE,
    statementElements,
    publicValues,
    segments: { most: 5, clock: { below: 65, ticks: { steps: 1 } }, without },
    tables: [
      { air: stepsAir(), inSegments: "chained" },
      { air: memoryAir(), inSegments: "chained", optional: true },
      { air: boundaryAir(), inSegments: "standsAlone" },
      { air: rangeAir(), preprocessed: { logRows: RANGE_LOG_ROWS, columns: () => [numbers(2 ** RANGE_LOG_ROWS)] } },
      { air: extraAir(), optional: true },
    ],
  } as const;
  return compileSystem(definition, await commitPreprocessed(definition, backend));
}

function decodeWords(bytes: Uint8Array): number[] | undefined {
  if (bytes.length !== 4 * (2 + FREE)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: 2 + FREE }, (_, i) => view.getUint32(4 * i));
}

export function machineStatement(
  before: number,
  after: number,
  free: readonly number[] = new Array<number>(FREE).fill(0),
): Uint8Array {
  const bytes = new Uint8Array(4 * (2 + FREE));
  [before, after, ...free].forEach((value, i) => new DataView(bytes.buffer).setUint32(4 * i, value));
  return bytes;
}

/** A run of the machine, uncut. */
export interface MachineRun {
  readonly steps: readonly StepRow[];
  readonly places: readonly PlaceRow[];
  readonly before: number;
  readonly after: number;
}

/** Changed inputs of steps, by step. */
export type Lies = Readonly<Record<number, { readonly time?: number; readonly old?: number }>>;

/** Runs the machine from a step on. */
export function runMachine({
  before = 5,
  lies = {},
  from = 1,
  to = STEPS,
}: { before?: number; lies?: Lies; from?: number; to?: number } = {}): MachineRun {
  const held = Array.from({ length: PLACES }, (_, place) => ({ time: 0, word: place === 0 ? before : 0 }));
  const steps: StepRow[] = [];
  for (let clock = from; clock <= to; clock++) {
    const place = (clock - 1) % PLACES;
    const { time, word } = held[place]!;
    const found = { time, old: word, ...lies[clock] };
    steps.push({ clock, low: place % 2, high: place >> 1, active: 1, word: found.old + clock, ...found });
    held[place] = { time: clock, word: found.old + clock };
  }
  const places = held.map(({ time, word }, place) =>
    placeRow(place, 0, { first: place === 0 ? before : 0, time, last: word, stated: place === 0 ? 1 : 0 }),
  );
  places[0] = { ...places[0]!, uses: [1, 0, 0, 0, 0] };
  return { steps, places, before, after: held[0]!.word };
}

export function placeRow(place: number, gap: number, said: Partial<PlaceRow> = {}): PlaceRow {
  return { place: (place + P) % P, gap, stated: 0, first: 0, time: 0, last: 0, uses: new Array<number>(FREE).fill(0), ...said };
}

export function idleSteps(clock: number, count: number): StepRow[] {
  const place = (clock - 1) % PLACES;
  return new Array<StepRow>(count).fill({ clock, low: place % 2, high: place >> 1, active: 0, old: 0, word: 0, time: 0 });
}

/** Places that are never accessed, from one on. */
export function idlePlaces(place: number, count: number): PlaceRow[] {
  return Array.from({ length: count }, (_, i) => placeRow(place + i, 0));
}

/** The rows of one segment: those of the chained tables begin with the ghost, if it has one. */
export interface SegmentRows {
  readonly steps: readonly StepRow[];
  readonly places: readonly PlaceRow[];
  readonly extra?: readonly ExtraRow[];
}

/** Rows of a run filled up, and cut into segments of 2^LOG_ROWS rows a table, each beginning with the last row of the one before. */
export function cutMachine(run: MachineRun, count: number): SegmentRows[] {
  const size = 2 ** LOG_ROWS;
  const total = count * (size - 1) + 1;
  const steps = [...run.steps, ...idleSteps(run.steps.at(-1)!.clock + 1, total - run.steps.length)];
  const places = [...run.places, ...idlePlaces(PLACES, total - run.places.length)];
  return Array.from({ length: count }, (_, i) => {
    const [first, end] = [i * (size - 1), i * (size - 1) + size];
    return { steps: steps.slice(first, end), places: places.slice(first, end) };
  });
}

export function flagsOf(i: number, count: number): SegmentFlags {
  return { index: i + 1, opens: i === 0 ? 1 : 0, closes: i === count - 1 ? 1 : 0 };
}

/** The inputs of a run's segments; `said` is the opening one's statement. A ghost that is not silent looks up, too. */
export function machineInputs(
  segments: readonly SegmentRows[],
  said: Uint8Array,
  {
    flags = segments.map((_, i) => flagsOf(i, segments.length)),
    ghostsSpeak = false,
  }: { flags?: readonly SegmentFlags[]; ghostsSpeak?: boolean } = {},
): ProverInput[] {
  return segments.map(({ steps, places, extra = [] }, i) => {
    const own = flags[i]!;
    const uses = new Uint32Array(2 ** RANGE_LOG_ROWS);
    const firstSpeaking = ghostsSpeak ? 0 : 1 - own.opens;
    for (const row of steps.slice(firstSpeaking)) if (row.active === 1) uses[row.clock - 1 - row.time]! += 1;
    for (const row of places.slice(firstSpeaking)) uses[row.gap]! += 1;
    const columns = (name: string, fields: typeof STEP_FIELDS | typeof PLACE_FIELDS, rows: readonly object[]) =>
      chainedColumns(
        traceColumns(name, fields, rows as never, { padding: () => rows[0] as never, minLogRows: LOG_ROWS }),
        { first: 0, rows: rows.length },
        own,
      );
    const padding = (): ExtraRow => ({ many: 0, one: 0, place: 0, time: 0, word: 0 });
    return {
      statement: own.opens === 1 ? said : new Uint8Array(said.length),
      segment: own,
      auxiliary: [[], [], [], [], []],
      traces: [
        columns("steps", STEP_FIELDS, steps),
        columns("memory", PLACE_FIELDS, places),
        [Uint32Array.from({ length: 2 ** LOG_ROWS }, (_, row) => (row === 0 ? 1 : 0))],
        [uses],
        traceColumns("extra", EXTRA_FIELDS, extra, { padding, minLogRows: LOG_ROWS }),
      ],
    };
  });
}

function numbers(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}
