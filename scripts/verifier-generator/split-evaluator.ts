import type { ExpressionNode, NodeIndex } from "../../src/proofs/stark/constraints/expression.ts";
import { type Group, groupConstraints } from "./constraint-groups.ts";
import type { EvaluatedTable } from "./evaluated-table.ts";
import { type SharedValue, writeEvaluator } from "./evaluator.ts";

/** Estimated bytes of one evaluator; the limit of a contract is 24,576 and the estimate is good to a tenth. */
const SIZE_LIMIT = 21_000;

/** One of the contracts that share the constraints of a table. */
export interface EvaluatorPart {
  readonly yul: string;
  readonly constraintCount: number;
  /** Words before this part's own exports: values that earlier parts computed. */
  readonly importCount: number;
  readonly exportCount: number;
}

/**
 * Splits the constraints into as few contracts as their size needs. Parts run in order; what a part computes and a later
 * one needs (the permutation's output, row selectors) is handed on instead of being computed twice.
 */
export function splitEvaluator(layout: EvaluatedTable): EvaluatorPart[] {
  const { constraints, nodes } = layout.table.air;
  const groups = groupConstraints(constraints, layout.table.firstConstraint);
  const parts: EvaluatorPart[] = [];
  let imports: SharedValue[] = [];
  for (let first = 0; first < groups.length;) {
    const known = new Set<number>(imports.map(({ node }) => node));
    const write = (end: number) => {
      const own = groups.slice(first, end);
      const exports = sharedNodes(nodes, own, groups.slice(end), known);
      return { own, exports, code: writeEvaluator(layout, own, imports, exports) };
    };
    let end = groups.length;
    let written = write(end);
    if (estimateBytes(written.code.yul) > SIZE_LIMIT) {
      let low = first + 1;
      let high = groups.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (estimateBytes(write(middle).code.yul) > SIZE_LIMIT) high = middle - 1;
        else low = middle;
      }
      end = low;
      written = write(end);
    }
    const { own, exports, code } = written;
    parts.push({
      yul: code.yul,
      constraintCount: own.reduce((sum, group) => sum + group.members.length, 0),
      importCount: imports.length,
      exportCount: exports.length,
    });
    imports = [...imports, ...exports.map((node) => ({ node, bound: code.bounds.get(node) ?? 0n }))];
    first = end;
  }
  return parts;
}

function rootsOf(groups: readonly Group[]): NodeIndex[] {
  return groups.flatMap(({ selector, members }) => [
    ...members.map(({ constraint }) => constraint.body),
    ...(selector === undefined ? [] : [selector]),
  ]);
}

/** Nodes reachable from the groups' roots, without passing through nodes that are known already. */
function reach(nodes: readonly ExpressionNode[], groups: readonly Group[], known: ReadonlySet<number>): ReadonlySet<number> {
  const reached = new Set<number>(rootsOf(groups));
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node === undefined || !reached.has(index) || known.has(index)) continue;
    for (const operand of operandsOf(node)) reached.add(operand);
  }
  return reached;
}

function operandsOf(node: ExpressionNode): readonly NodeIndex[] {
  switch (node.kind) {
    case "add":
    case "sub":
    case "mul":
      return [node.a, node.b];
    case "call":
      return node.inputs;
    case "result":
      return [node.call];
    case "constant":
    case "column":
    case "public":
    case "parameter":
      return [];
  }
}

/**
 * Nodes that both the own and the later groups compute, and that some later node or root uses. The later
 * groups receive them.
 */
function sharedNodes(
  nodes: readonly ExpressionNode[],
  own: readonly Group[],
  later: readonly Group[],
  known: ReadonlySet<number>,
): NodeIndex[] {
  if (later.length === 0) return [];
  const here = reach(nodes, own, known);
  const shared = new Set<NodeIndex>();
  const reached = new Set<number>(rootsOf(later));
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node === undefined || !reached.has(index) || known.has(index)) continue;
    const shareable = node.kind === "add" || node.kind === "sub" || node.kind === "mul" || node.kind === "result";
    if (shareable && here.has(index)) shared.add(index as NodeIndex);
    else for (const operand of operandsOf(node)) reached.add(operand);
  }
  return [...shared].sort((a, b) => a - b);
}

/** Bytes of compiled Yul, roughly: two or three for an address, nine for a call, one for an opcode or variable. */
export function estimateBytes(yul: string): number {
  const code = yul.replace(/\/\/[^\n]*/g, "");
  const literals = [...code.matchAll(/\b(0x[0-9a-f]+|\d+)\b/g)].reduce((sum, [text]) => {
    const bits = BigInt(text).toString(2).length;
    return sum + 1 + Math.ceil(bits / 8);
  }, 0);
  const calls = [...code.matchAll(/\b(ext\w+|weigh\w*|storeConstants|poseidon\w+)\(/g)].length;
  const words = [...code.matchAll(/\b[a-zA-Z]\w*\b/g)].length;
  return literals + 8 * calls + words;
}
