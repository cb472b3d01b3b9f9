import { type Hints, interpret } from "../../../src/proofs/recursion/interpret.ts";
import type { NodeProgram } from "../../../src/proofs/recursion/nodes/node-program.ts";
import type { Program } from "../../../src/proofs/recursion/program.ts";
import { cellsOf, type NamedCell, type Octet, type Relation, type Word } from "../../../src/proofs/recursion/relation.ts";
import { sectionOf } from "../check-by-program.ts";

/** A node's statement, and those of its children. */
export interface Statements {
  readonly statement: readonly number[];
  readonly children: readonly (readonly number[])[];
}

/** The part of a node's program that is about statements: in front of its children's proofs. */
export function rulesOf({ program, children }: NodeProgram): Program {
  const first = program.sections.find(({ title }) => title.startsWith(`${children[0]?.name}: `))?.first;
  return { ...program, relations: program.relations.slice(0, first) };
}

/** The rule that does not hold between statements; undefined if all do. */
export function brokenRule(rules: Program, statements: Statements, own?: OwnHints): string | undefined {
  const relation = brokenRelation(rules, statements, own);
  return relation === undefined ? undefined : sectionOf(rules, relation).title;
}

/** Hints of rules besides the children's statements, and the compression, by default Poseidon's. */
export interface OwnHints {
  readonly hints: Hints;
  readonly compress?: Parameters<typeof interpret>[3];
}

export function brokenRelation(
  rules: Program,
  { statement, children }: Statements,
  { hints, compress }: OwnHints = { hints: { words: [], octets: [] } },
): number | undefined {
  const words = [...children.flat().map((element) => [element, 0, 0, 0, 0]), ...hints.words];
  const run = interpret(rules, statement, { words, octets: hints.octets }, compress);
  return run.ok ? undefined : run.relation;
}

/** The program without what a relation compares: without the relation, or where it has results without the compared cells. */
export function without(program: Program, relation: number): Program {
  const own = program.relations[relation];
  if (own === undefined) throw new Error(`there is no relation ${relation}`);
  // The hint of a step of a path is still one.
  if (own.kind === "climb") return loosened(program, relation, { ...own, to: program.octetCount as Octet });
  if (own.kind !== "bits") return { ...program, relations: program.relations.toSpliced(relation, 1) };
  const known = new Set(program.relations.slice(0, relation).flatMap((before) => cellsOf(before).map(keyOf)));
  const open = (word: Word | undefined): Word | undefined =>
    word !== undefined && known.has(keyOf({ memory: "word", cell: word })) ? undefined : word;
  return loosened(program, relation, { ...own, low: open(own.low), high: open(own.high), bits: own.bits.map(open) });
}

function loosened(program: Program, at: number, loose: Relation): Program {
  return { ...program, relations: program.relations.with(at, loose), octetCount: program.octetCount + 1 };
}

/** Relations of rules that compare what has a value before them, some halves of an element among it, or that ask for an inverse. */
export function comparisons({ relations, sections }: Program): number[] {
  const known = new Set<string>();
  const rules = sections[1]?.first ?? 0;
  return relations.flatMap((relation, i) => {
    const cells = cellsOf(relation);
    const isKnown = (cell: NamedCell): boolean => known.has(keyOf(cell));
    const isComparison =
      cells.every(isKnown) ||
      (relation.kind === "bits" && cells.some((cell) => cell.role === "result" && isKnown(cell))) ||
      cells.some((cell) => cell.role === "factor" && !isKnown(cell));
    for (const cell of cells) known.add(keyOf(cell));
    return i >= rules && isComparison ? [i] : [];
  });
}

function keyOf({ memory, cell }: Pick<NamedCell, "memory" | "cell">): string {
  return `${memory} ${cell}`;
}

/** The statements with other elements: `children[c][i]`, or of the statement itself. */
export function changedAt({ statement, children }: Statements, changes: readonly Change[]): Statements {
  return changes.reduce<Statements>(
    (current, { of, at, by = 1 }) => {
      if (of === "statement") return { ...current, statement: current.statement.with(at, (current.statement[at] ?? 0) + by) };
      const own = current.children[of] ?? [];
      return { ...current, children: current.children.with(of, own.with(at, (own[at] ?? 0) + by)) };
    },
    { statement, children },
  );
}

export interface Change {
  readonly of: "statement" | number;
  readonly at: number;
  readonly by?: number;
}

/** Each element changed alone. */
export function singleChanges({ statement, children }: Statements): Change[][] {
  const each = (of: Change["of"], elements: readonly number[]): Change[][] => elements.map((_, at) => [{ of, at }]);
  return [...each("statement", statement), ...children.flatMap((own, child) => each(child, own))];
}
