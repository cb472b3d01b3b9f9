import type { Digest, StateTransitionWitness } from "../../../src/ground/protocol/state-transition-witness.ts";
import { COLUMN } from "../../../src/proofs/circuits/state-transition/layout/columns.ts";
import { type Forge, forgeTrace, rowsOf } from "./scenario.ts";

type Columns = readonly Uint32Array[];

/** Path in a trace: the new lane's nodes from the leaf up, and the index in its bits. */
interface WrittenPath {
  readonly index: number;
  readonly nodes: readonly Digest[];
}

function writtenPaths(columns: Columns): WrittenPath[] {
  const at = (column: number, row: number): number => columns[column]![row]!;
  const paths: WrittenPath[] = [];
  let bits: number[] = [];
  let nodes: Digest[] = [];
  const top = rowsOf(columns, "stateNew")[0]!;
  for (const row of rowsOf(columns, "pathNew").filter((path) => path > top)) {
    const bit = at(COLUMN.bit, row);
    bits.push(bit);
    nodes.push(Array.from({ length: 8 }, (_, i) => at(COLUMN.input + 8 * bit + i, row)));
    if (at(COLUMN.pathEnd, row) === 0) continue;
    paths.push({ index: bits.reduce((sum, b, level) => sum + (b << level), 0), nodes });
    [bits, nodes] = [[], []];
  }
  return paths;
}

/**
 * The witness with the siblings and the new root that a forgery leads to, so that the forgery itself is all that can be
 * wrong with the trace. Forgeries count rows, hence a fresh one for every attempt.
 */
export function settled(witness: StateTransitionWitness, forge: () => Forge): StateTransitionWitness {
  let current = witness;
  // Each round settles one more path behind the forged one.
  for (let round = 0; round < 4; round++) {
    const { columns } = forgeTrace(current, forge());
    const paths = writtenPaths(columns);
    const nodes = new Map<string, Digest>();
    const patched = (siblings: readonly Digest[], index: number) =>
      siblings.map((sibling, level) => nodes.get(`${level}:${(index >> level) ^ 1}`) ?? sibling);
    const write = () => {
      const path = paths.shift();
      path?.nodes.forEach((node, level) => nodes.set(`${level}:${path.index >> level}`, node));
    };
    const operations = current.operations.map((operation) => {
      if (operation.type === "update") {
        const siblings = patched(operation.siblings, operation.entry.index);
        write();
        return { ...operation, siblings };
      }
      const low = { ...operation.low, siblings: patched(operation.low.siblings, operation.low.index) };
      write();
      const siblings = patched(operation.siblings, operation.index);
      write();
      return { ...operation, low, siblings };
    });
    const newSubtreeRoot = Array.from({ length: 8 }, (_, i) => columns[COLUMN.root + i]!.at(-1)!);
    current = { ...current, operations, newSubtreeRoot };
  }
  return current;
}
