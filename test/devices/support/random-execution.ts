import { PROVEN_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { uncommittedSystem } from "../../../src/proofs/execution-proof/batch/execution-key.ts";
import { digestLength } from "../../../src/proofs/kernels/tree-hash.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { committedHeights, compileSystem, type System, type TableDefinition } from "../../../src/proofs/stark/systems/system.ts";
import { randomColumns } from "../../kernels/support/random-elements.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";

/** NOT SECURE. Hashed and opened as executions are. */
const PARAMETERS = smallParameters({
  ...{ minLogRows: 4, maxLogRows: 16, logBlowup: 1, queryCount: 2, grindingBits: 1 },
  ...{
    hash: { kind: "poseidon" },
    transcript: "poseidon",
    opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
  },
});

/**
 * The tables of an execution with columns of random elements: no proof of them holds, but to make one runs the program of every
 * table's constraints and of its lookups, on values that no execution has. Of a table's fixed rows there are the first 2^mostLogRows.
 */
export function randomExecution(mostLogRows: number): { readonly system: System; readonly input: ProverInput } {
  const { definition: whole } = uncommittedSystem(PROVEN_VERSION, PARAMETERS).system;
  const definition = {
    ...whole,
    tables: whole.tables.map((table) => withFewRows(table, mostLogRows)),
    publicValues: () => new Array<number>(whole.statementValueCount).fill(0),
  };
  const root = new Uint8Array(digestLength(PARAMETERS.hash));
  const system = compileSystem(definition, new Map(committedHeights(definition).map((height) => [height, root])));
  const { tables } = system;
  return {
    system,
    input: {
      statement: new Uint8Array(4 * (definition.statementElements?.count ?? 0)),
      auxiliary: tables.map(({ auxiliaryCount }) => new Array<number>(auxiliaryCount).fill(0)),
      traces: tables.map(({ mainWidth, fixedLogRows }, i) =>
        randomColumns(i + 1, mainWidth, fixedLogRows ?? PARAMETERS.minLogRows),
      ),
    },
  };
}

function withFewRows(table: TableDefinition, mostLogRows: number): TableDefinition {
  const { preprocessed } = table;
  if (preprocessed === undefined || preprocessed.logRows <= mostLogRows) return table;
  const columns = (): Uint32Array[] => preprocessed.columns().map((column) => column.slice(0, 2 ** mostLogRows));
  return { ...table, preprocessed: { logRows: mostLogRows, columns } };
}
