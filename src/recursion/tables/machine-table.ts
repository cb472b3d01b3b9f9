import { assertBoolean } from "../../circuits/words/expressions.ts";
import { type Air, AirBuilder } from "../../stark/air.ts";
import type { Expression } from "../../stark/expression.ts";
import { WORD_ELEMENTS } from "../relation.ts";
import { OCTET_BUS, WORD_BUS } from "./buses.ts";

/** A place of a table's rows that names a cell, and what a row may do with it there. */
export interface Slot {
  readonly name: string;
  readonly memory: "word" | "octet";
  readonly access: "reads" | "writes" | "either";
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
  /** By slot: 1 where the row reads its cell; 0 in slots that are only written. */
  readonly reads: readonly Expression[];
}

/** One table of the machine. */
export interface MachineTable {
  readonly slots: readonly Slot[];
  /** Names of the numbers that a program gives each row. */
  readonly numbers: readonly string[];
  /** Declares the main columns and says what holds on each row; what each slot's cell is. */
  constrain(b: AirBuilder, fixed: FixedExpressions): readonly (readonly Expression[])[];
  /** The main cells of a row whose slots have these values; without any, of a row that fills the table up. */
  cells(values: readonly (readonly number[] | undefined)[], given?: GivenNumbers): number[];
}

/** What a row is computed from beside its slots' values. */
interface GivenNumbers {
  readonly numbers: readonly number[];
  readonly sibling: readonly number[] | undefined;
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
  const zero = b.constant(0);
  const slots = table.slots.map((slot) => ({
    slot,
    address: b.preprocessedColumn(`${slot.name}: address`),
    reads: slot.access === "writes" ? undefined : b.preprocessedColumn(`${slot.name}: reads`),
    count: slot.access === "reads" ? undefined : b.preprocessedColumn(`${slot.name}: count`),
  }));
  const numbers = table.numbers.map((number) => b.preprocessedColumn(number));
  const messages = table.constrain(b, { numbers, reads: slots.map(({ reads = zero }) => reads) });
  slots.forEach(({ slot, address, reads, count }, i) => {
    const value = messages[i] ?? [];
    if (reads !== undefined) {
      // The key's columns are booleans: this is what the engine counts receives by.
      assertBoolean(b, { [`${slot.name}: reads`]: reads });
      if (slot.memory === "word") b.receive(WORD_BUS, reads, { address, word: value });
      else b.receive(OCTET_BUS, reads, { address, octet: value });
    }
    if (count === undefined) return;
    if (slot.memory === "word") b.send(WORD_BUS, count, { address, word: value });
    else b.send(OCTET_BUS, count, { address, octet: value });
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
    const reads = cell !== undefined && !cell.writes ? 1 : 0;
    const count = cell?.writes === true ? (counts[memory][cell.address] ?? 0) : 0;
    return [cell?.address ?? 0, ...(access === "writes" ? [] : [reads]), ...(access === "reads" ? [] : [count])];
  });
  return [...fixed, ...row.numbers];
}
