import { assertBoolean } from "../../circuits/words/expressions.ts";
import { P } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { WORD_ELEMENTS } from "../relation.ts";
import { OCTET_BUS, WORD_BUS } from "./buses.ts";

/** A place of a table's rows that names a cell. A row writes the cell there or reads it; in a slot that `reads` it only reads. */
export interface Slot {
  readonly name: string;
  readonly memory: "word" | "octet";
  readonly access: "reads" | "either";
}

/** A cell in a slot of a row. */
interface SlotCell {
  readonly address: number;
  readonly writes: boolean;
}

/** A row of a program: which cells stand in its slots, and its numbers. All of it is the key's. */
export interface MachineRow {
  readonly cells: readonly (SlotCell | undefined)[];
  readonly numbers: readonly number[];
  /** Which sibling of a path the row takes, if it takes one. */
  readonly sibling?: number;
}

/** What a table's constraints read of the key's columns. */
interface FixedExpressions {
  readonly numbers: readonly Expression[];
  /** By slot that only reads: 1 where the row has a cell there. */
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
  /** The numbers that the program gives a row. */
  numbers(row: number): readonly number[];
  /** The sibling that a row takes, if it takes one. */
  sibling(row: number): readonly number[] | undefined;
  /** Number of picks of the entry that a row offers. */
  picks(row: number): number;
}

/** Writes elements of a value into columns, one behind another from the first one on. */
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

/** What fills columns that are the values of so many slots of one length, one behind another. */
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
    ...{ slot, memory, access },
    address: b.preprocessedColumn(`${slot}: address`),
    times: b.preprocessedColumn(`${slot}: ${access === "reads" ? "reads" : "times"}`),
  }));
  const numbers = table.numbers.map((number) => b.preprocessedColumn(number));
  const reads = slots.map(({ access, times }) => (access === "reads" ? times : undefined));
  const messages = table.constrain(b, { numbers, reads });
  slots.forEach(({ slot, memory, access, address, times }, i) => {
    const value = messages[i] ?? [];
    // The key's column is boolean as it is: this is what the engine counts receives by.
    if (access === "reads") assertBoolean(b, { [`${slot}: reads`]: times });
    const say = access === "reads" ? b.receive.bind(b) : b.send.bind(b);
    if (memory === "word") say(WORD_BUS, times, { address, word: value });
    else say(OCTET_BUS, times, { address, octet: value });
  });
  return b.build();
}

/** What the key fixes of a row, in the order of `machineAir`'s preprocessed columns; `counts` by memory and address. */
export function fixedCells(
  { slots }: MachineTable,
  row: MachineRow,
  counts: Readonly<Record<Slot["memory"], readonly number[]>>,
): number[] {
  const fixed = slots.flatMap(({ memory, access }, i) => {
    const cell = row.cells[i];
    if (cell === undefined) return [0, 0];
    // A slot that may write sends: its cell as often as others read it, or −1 times where it reads itself.
    const times = cell.writes ? (counts[memory][cell.address] ?? 0) : access === "reads" ? 1 : P - 1;
    return [cell.address, times];
  });
  return [...fixed, ...row.numbers];
}
