import type { Constraint } from "../../../src/proofs/stark/constraints/air.ts";
import type { ExpressionNode, NodeIndex } from "../../../src/proofs/stark/constraints/expression.ts";
import { lookupConstraints, type LookupPlan } from "../../../src/proofs/stark/constraints/lookup.ts";
import type { Table } from "../../../src/proofs/stark/systems/system.ts";
import type { EvaluatedTable } from "../evaluated-table.ts";

/**
 * A table's constraints, those of its lookups included, as one graph over words: behind the opened columns come the lookups'
 * extension columns and what the lookups are computed with, so that an evaluator has columns alone.
 */
export interface TableGraph extends EvaluatedTable {
  /** Powers of the fold challenge that messages take, from the first on. */
  readonly powerCount: number;
  /** Helper columns of the lookups. */
  readonly helperCount: number;
}

/**
 * Throws RangeError for a table that reads its next rows, has constraints of a row whose selector the
 * verifier does not compute, or has several running sums, or none.
 */
export function tableGraph(table: Table, statementCount: number): TableGraph {
  const { air, lookup, preprocessedWidth, mainWidth, mainNextWidth } = table;
  if (mainNextWidth > 0) throw new RangeError(`table ${air.name} reads next rows, which verifiers of stacks do not open`);
  const scope = air.constraints.find((constraint) => constraint.scope === "transition" || constraint.scope === "lastRow")?.scope;
  if (scope !== undefined)
    throw new RangeError(`table ${air.name} has a constraint on ${scope}, whose selector nothing computes`);
  if (lookup === undefined || lookup.kinds.length !== 1) throw new RangeError(`table ${air.name} does not have one running sum`);
  const powerCount = Math.max(...lookup.groups.flat().map(({ message }) => message.length));
  const helperCount = lookup.groups.length - 1;
  const width = preprocessedWidth + mainWidth;
  const graph = new Graph(air.nodes, preprocessedWidth);
  const first = graph.column(width);
  const own: Constraint[] = air.constraints.map((constraint) => ({ ...constraint }));
  const onEveryRow = graph.lookups(lookup, {
    running: width,
    helpers: width + 1,
    runningNext: width + 1 + helperCount,
    powers: width + 2 + helperCount,
    offset: width + 2 + helperCount + powerCount,
    step: width + 3 + helperCount + powerCount,
  });
  const constraint = (name: string, scope: Constraint["scope"], body: NodeIndex): Constraint => {
    return { name, scope, selector: undefined, body, degree: 0 };
  };
  const columnCount = width + 4 + helperCount + powerCount;
  return {
    table: {
      air: {
        nodes: graph.nodes,
        constraints: [
          ...own,
          constraint("the sum begins with 0", "firstRow", first),
          ...onEveryRow.map((body, group) => constraint(`group ${group}`, "everyRow", body)),
        ],
      },
      firstConstraint: 0,
      preprocessedWidth: 0,
      mainWidth: columnCount,
    },
    columnCount,
    nextCount: 0,
    statementCount: air.publicCount > 0 ? statementCount : 0,
    auxiliaryCount: 0,
    powerCount,
    helperCount,
  };
}

/** The first of the columns of each kind. */
interface LookupColumnsAt {
  readonly running: number;
  readonly helpers: number;
  readonly runningNext: number;
  readonly powers: number;
  readonly offset: number;
  readonly step: number;
}

/** The nodes of a table, to which those of its lookups are added; preprocessed columns come in front of the main ones. */
class Graph {
  readonly nodes: ExpressionNode[];

  constructor(nodes: readonly ExpressionNode[], preprocessedWidth: number) {
    this.nodes = nodes.map((node) =>
      node.kind === "column" && node.phase === "main" ? { ...node, column: preprocessedWidth + node.column } : node,
    );
  }

  column(column: number): NodeIndex {
    return this.#push({ kind: "column", phase: "main", column, next: false });
  }

  /** Terms that are 0 on every row, group by group. */
  lookups(plan: LookupPlan, at: LookupColumnsAt): NodeIndex[] {
    const add = (a: NodeIndex, b: NodeIndex): NodeIndex => this.#push({ kind: "add", a, b });
    const sub = (a: NodeIndex, b: NodeIndex): NodeIndex => this.#push({ kind: "sub", a, b });
    const mul = (a: NodeIndex, b: NodeIndex): NodeIndex => this.#push({ kind: "mul", a, b });
    const constant = (value: number): NodeIndex => this.#push({ kind: "constant", value });
    const offset = this.column(at.offset);
    const powers = Array.from({ length: at.offset - at.powers }, (_, i) => this.column(at.powers + i));
    const fingerprint = (tag: number, message: readonly NodeIndex[]): NodeIndex =>
      message.reduce(
        (sum, element, i) => {
          const power = powers[i];
          if (power === undefined) throw new Error(`no power for element ${i} of a message`);
          return this.#isZero(element) ? sum : add(sum, mul(power, element));
        },
        add(offset, constant(tag)),
      );
    return lookupConstraints<NodeIndex, NodeIndex>(
      plan,
      {
        running: [this.column(at.running)],
        runningNext: [this.column(at.runningNext)],
        helpers: plan.groups.slice(1).map((_, i) => this.column(at.helpers + i)),
        steps: [this.column(at.step)],
        fingerprints: plan.groups.map((group) => group.map(({ bus, message }) => fingerprint(bus.tag, message))),
        multiplicities: plan.groups.map((group) => group.map(({ multiplicity }) => multiplicity)),
      },
      {
        ...{ add, sub, mul, scale: mul },
        embed: (multiplicity, sign) => (sign === 1 ? multiplicity : sub(constant(0), multiplicity)),
      },
    );
  }

  #isZero(node: NodeIndex): boolean {
    const found = this.nodes[node];
    return found?.kind === "constant" && found.value === 0;
  }

  #push(node: ExpressionNode): NodeIndex {
    return (this.nodes.push(node) - 1) as NodeIndex;
  }
}
