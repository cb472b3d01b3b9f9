import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { Air } from "../../../src/proofs/stark/constraints/air.ts";
import { messagesOf } from "../../execution-proof/support/judge.ts";
import type { Answers } from "./answers.ts";
import { createRowChecker } from "./row-checker.ts";

/** A filled table, and who answers what it says. */
interface FilledTable extends Answers {
  readonly air: Air;
  readonly columns: readonly Uint32Array[];
  /** Rows whose cells are changed: the first ones. */
  readonly rows: number;
}

/** Changes every cell, each to two other values, and gives those that nothing refuses: no constraint, no bus, no false message. */
export function freeCells(
  { air, columns, rows, isBalanced, isTrue }: FilledTable,
  random: (limit: number) => number,
): { field: string; row: number }[] {
  const check = createRowChecker(air);
  const height = columns[0]!.length;
  const said = (row: number) =>
    messagesOf(air, columns, [], Uint32Array.of(row)).filter(({ multiplicity }) => multiplicity !== 0);
  const balanced = (row: number): string =>
    JSON.stringify(
      said(row).flatMap(({ name, interaction: { bus }, multiplicity, message }) =>
        isBalanced(bus.name) ? [[name, multiplicity, message]] : [],
      ),
    );
  return Array.from({ length: rows }, (_, row) => row).flatMap((row) => {
    const before = balanced(row);
    return columns.flatMap((column, c) => {
      const value = column[row]!;
      const isFree = [(value + 1) % P, random(2 ** 16)].some((other) => {
        column[row] = other;
        const isRefused =
          other === value ||
          [row, (row + height - 1) % height].some((each) => check(columns, [], each).length > 0) ||
          balanced(row) !== before ||
          said(row).some(({ interaction: { bus }, message }) => !isBalanced(bus.name) && !isTrue(bus.name, message));
        column[row] = value;
        return !isRefused;
      });
      return isFree ? [{ field: air.columnNames[c]!.replace(/\[\d+\]$/, ""), row }] : [];
    });
  });
}
