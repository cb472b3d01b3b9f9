import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";
import { proseRoomOf, type WordCounts } from "./prose-rules.ts";
import { parse, type SourceTree } from "./source-tree.ts";

/** A literal among the properties of an object: alone (`...{ a, b }`), or as a branch of a condition (`...(c ? {} : { a })`). */
type SpreadKind = "literal" | "conditional literal";

const COUNTS = new URL("spread-counts.json", import.meta.url);

/** Spreads of a literal by room and kind; a kind without a spread in a room has no entry. */
export function countSpreads(tree: SourceTree): WordCounts {
  const rooms: Record<string, Record<string, number>> = {};
  for (const [path, text] of tree) {
    for (const kind of spreadsIn(parse(path, text))) {
      const counts = (rooms[proseRoomOf(path)] ??= {});
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return rooms;
}

/** Rooms with more spreads of a literal than recorded. */
export function spreadViolations(tree: SourceTree, known: WordCounts): string[] {
  return Object.entries(countSpreads(tree)).flatMap(([room, counts]) =>
    Object.entries(counts)
      .map(([kind, count]) => ({ kind, count, limit: known[room]?.[kind] ?? 0 }))
      .filter(({ count, limit }) => count > limit)
      .map(({ kind, count, limit }) => `${room}: ${count} spreads of a ${kind}, at most ${limit}; write its properties`),
  );
}

export function readSpreadCounts(): WordCounts {
  return JSON.parse(readFileSync(COUNTS, "utf8")) as WordCounts;
}

export function writeSpreadCounts(counts: WordCounts): void {
  writeFileSync(COUNTS, `${JSON.stringify(counts, undefined, 1)}\n`);
}

function spreadsIn(source: ts.SourceFile): SpreadKind[] {
  const found: SpreadKind[] = [];
  const visit = (node: ts.Node): void => {
    const kind = ts.isSpreadAssignment(node) ? kindOf(node.expression) : undefined;
    if (kind !== undefined) found.push(kind);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Kind of a spread's value; undefined if no literal is spread. */
function kindOf(value: ts.Expression): SpreadKind | undefined {
  if (ts.isParenthesizedExpression(value)) return kindOf(value.expression);
  if (ts.isObjectLiteralExpression(value)) return "literal";
  const branches = ts.isConditionalExpression(value)
    ? [value.whenTrue, value.whenFalse]
    : ts.isBinaryExpression(value)
      ? [value.right]
      : [];
  return branches.some((branch) => kindOf(branch) !== undefined) ? "conditional literal" : undefined;
}
