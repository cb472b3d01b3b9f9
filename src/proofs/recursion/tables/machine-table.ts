import { assertBoolean } from "../../circuits/words/expressions.ts";
import { P } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { WORD_ELEMENTS } from "../relation.ts";
import { OCTET_BUS, WORD_BUS } from "./buses.ts";
import { addressOf, isWritten, type RowRange } from "./machine-rows.ts";

/** A place of a table's rows that names a cell. A row writes the cell there or reads it; in a slot that `reads` it only reads. */
export interface Slot {
  readonly name: string;
  readonly memory: "word" | "octet";
  readonly access: "reads" | "either";
}

/** Columns of the key that a table's constraints read. */
interface FixedExpressions {
  readonly numbers: readonly Expression[];
  /** Flags by slot that only reads: 1 if the row has a cell there. */
  readonly reads: readonly (Expression | undefined)[];
}

/** One table of the machine. */
export interface MachineTable {
  readonly slots: readonly Slot[];
  /** Names of the numbers that a program gives each row. */
  readonly numbers: readonly string[];
  /** Declares the main columns and says what holds on each row; what each slot's cell is. */
  constrain(b: AirBuilder, fixed: FixedExpressions): readonly (readonly Expression[])[];
  /** Writes the main columns, which are zero and of one length: these rows first, behind them such that fill the table up. */
  fill(columns: readonly Uint32Array[], rows: FilledRows): void;
}

/** The rows of a table, as a run leaves them. */
interface FilledRows {
  readonly count: number;
  /** The value of a row's slot; undefined where no cell stands. */
  value(row: number, slot: number): readonly number[] | undefined;
  /** Number that the program gives a row, by its index in the row. */
  number(row: number, index: number): number;
  /** The sibling that a row takes, if it takes one. */
  sibling(row: number): readonly number[] | undefined;
  /** Number of picks of the entry that a row offers. */
  picks(row: number): number;
}

/** Writes elements of a value into contiguous columns from the first one. */
export function writeValue(
  columns: readonly Uint32Array[],
  row: number,
  value: readonly number[] | undefined,
  first: number,
  length: number,
): void {
  if (value === undefined) return;
  for (let i = 0; i < length; i++) (columns[first + i] as Uint32Array)[row] = value[i] as number;
}

/** Writer of columns that are the values of `count` contiguous slots of one length. */
export function fillFromSlots(count: number, length: number): MachineTable["fill"] {
  return (columns, rows) => {
    for (let row = 0; row < rows.count; row++)
      for (let slot = 0; slot < count; slot++) writeValue(columns, row, rows.value(row, slot), slot * length, length);
  };
}

/** Slots of the same kind, numbered. */
export function slotList(count: number, slot: Slot): Slot[] {
  return Array.from({ length: count }, (_, i) => ({ ...slot, name: `${slot.name}[${i}]` }));
}

/** An element of the base field as a word. */
export function baseWord(b: AirBuilder, element: Expression): Expression[] {
  return [element, ...new Array<Expression>(WORD_ELEMENTS - 1).fill(b.constant(0))];
}

/** The constraints of a table and the messages of its slots. */
export function machineAir(name: string, table: MachineTable): Air {
  const b = new AirBuilder(name, 0);
  const slots = table.slots.map(({ name: slot, memory, access }) => ({
    slot,
    memory,
    access,
    address: b.preprocessedColumn(`${slot}: address`),
    times: b.preprocessedColumn(`${slot}: ${access === "reads" ? "reads" : "times"}`),
  }));
  const numbers = table.numbers.map((number) => b.preprocessedColumn(number));
  const reads = slots.map(({ access, times }) => (access === "reads" ? times : undefined));
  const messages = table.constrain(b, { numbers, reads });
  slots.forEach(({ slot, memory, access, address, times }, i) => {
    const value = messages[i] ?? [];
    // The key's column is boolean without this; the engine counts receives by this constraint.
    if (access === "reads") assertBoolean(b, { [`${slot}: reads`]: times });
    const say = access === "reads" ? b.receive.bind(b) : b.send.bind(b);
    if (memory === "word") say(WORD_BUS, times, { address, word: value });
    else say(OCTET_BUS, times, { address, octet: value });
  });
  return b.build();
}

/**
 * Columns that the key fixes, in the order of `machineAir`'s preprocessed columns, filled up with zeros; `counts` by memory and
 * address.
 */
export function fixedColumns(
  { slots, numbers }: MachineTable,
  { logRows, rows, first, count }: { readonly logRows: number } & RowRange,
  counts: Readonly<Record<Slot["memory"], readonly number[]>>,
): Uint32Array[] {
  const columns = Array.from({ length: 2 * slots.length + numbers.length }, () => new Uint32Array(2 ** logRows));
  slots.forEach(({ memory, access }, slot) => {
    const [addresses, times] = columns.slice(2 * slot) as [Uint32Array, Uint32Array];
    for (let row = 0; row < count; row++) {
      const cell = rows.cell(first + row, slot);
      const address = addressOf(cell);
      if (address === undefined) continue;
      addresses[row] = address;
      // A slot that may write sends: its cell once for each read by other slots, or −1 times if it reads itself.
      times[row] = isWritten(cell) ? (counts[memory][address] ?? 0) : access === "reads" ? 1 : P - 1;
    }
  });
  numbers.forEach((_, i) => {
    const column = columns[2 * slots.length + i] as Uint32Array;
    for (let row = 0; row < count; row++) column[row] = rows.number(first + row, i);
  });
  return columns;
}
