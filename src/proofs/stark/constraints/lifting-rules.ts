import type { Air } from "./air.ts";
import type { ExpressionNode, NodeIndex } from "./expression.ts";

/**
 * Refuses a table that reads the next row of the last row. The proof of a table shorter than the tallest
 * shows several stretches of its height in sequence (see `shape.ts`): the row after its last one is the first
 * of the next stretch, which may be of another table. Each stretch is a separate table only if nothing
 * reaches across its end, so the next row may be read under `transition` and `firstRow`, and by no
 * interaction. (The running sum of the lookups does reach across; there the first row's value is fixed at
 * zero.) Throws TypeError.
 */
export function assertStretchesStandAlone(air: Air): void {
  const reads = nextRowReaders(air.nodes);
  const readsNext = (node: NodeIndex | undefined): boolean => node !== undefined && reads[node] === true;
  for (const { name, scope, body, selector } of air.constraints) {
    if (scope === "transition" || scope === "firstRow") continue;
    if (readsNext(body) || readsNext(selector)) {
      throw new TypeError(
        `constraint ${name} of table ${air.name} reads the next row with scope ${scope}, but the last row has none: use the scope transition`,
      );
    }
  }
  for (const { bus, multiplicity, message } of air.interactions) {
    if (readsNext(multiplicity) || message.some(readsNext)) {
      throw new TypeError(
        `an interaction of table ${air.name} on bus ${bus.name} reads the next row, but the last row has none: send a column of this row`,
      );
    }
  }
}

/** For each node, whether its value depends on a cell of the next row. */
function nextRowReaders(nodes: readonly ExpressionNode[]): boolean[] {
  const reads: boolean[] = [];
  for (const node of nodes) {
    switch (node.kind) {
      case "column":
        reads.push(node.next);
        break;
      case "add":
      case "sub":
      case "mul":
        reads.push(reads[node.a] === true || reads[node.b] === true);
        break;
      case "call":
        reads.push(node.inputs.some((input) => reads[input] === true));
        break;
      case "result":
        reads.push(reads[node.call] === true);
        break;
      case "constant":
      case "public":
      case "parameter":
        reads.push(false);
    }
  }
  return reads;
}
