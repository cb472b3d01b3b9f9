import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import { WORD_BUS } from "./buses.ts";
import { baseWord } from "./machine-table.ts";

/**
 * Sends each public value once, as the word at the address of its index. The values are in the messages themselves; the
 * one column repeats the key's, since a table has to have one.
 */
export function publicAir(publicCount: number): Air {
  const b = new AirBuilder("public", publicCount);
  const isFirst = b.preprocessedColumn("is first");
  b.assertEqual("first", "everyRow", b.column("first"), isFirst);
  for (let i = 0; i < publicCount; i++) b.send(WORD_BUS, isFirst, { address: b.constant(i), word: baseWord(b, b.public(i)) });
  return b.build();
}

/** The column that is 1 on the first row alone. */
export function firstRowColumn(logRows: number): Uint32Array {
  return new Uint32Array(2 ** logRows).fill(1, 0, 1);
}
