import { add, P } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { type Bus, defineBus } from "../../../src/proofs/stark/constraints/bus.ts";
import { evaluateRows } from "../../../src/proofs/stark/constraints/column-arithmetic.ts";
import type { Expression } from "../../../src/proofs/stark/constraints/expression.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { commitPreprocessed } from "../../../src/proofs/stark/proving/preprocess.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import {
  compileSystem,
  type System,
  type SystemDefinition,
  type TableDefinition,
} from "../../../src/proofs/stark/systems/system.ts";
import type { Random } from "./random.ts";

/** A random system with an input that satisfies it. */
export interface RandomCase {
  readonly system: System;
  readonly input: ProverInput;
}

interface SourceTable {
  readonly definition: TableDefinition;
  readonly trace: readonly Uint32Array[];
  readonly preprocessed: readonly Uint32Array[];
  readonly auxiliary: readonly number[];
}

const STATEMENT_VALUES = 2;

/**
 * One or two source tables (random free, stepped and derived columns, boundary constraints, sends on random buses) and
 * one sink table per bus that receives every message with its multiplicity, and in half of the cases a table that is absent. All parameters are random and not secure.
 */
export async function randomCase(random: Random, backend: Backend): Promise<RandomCase> {
  const maxConstraintDegree = 3 + random.below(3);
  const logArity = 1 + random.below(4);
  const parameters: ProofParameters = {
    extensionDegree: 4 + random.below(3),
    logBlowup: 1 + random.below(3),
    queryCount: 1 + random.below(4),
    grindingBits: random.below(4),
    grindingBaseLogRows: 2 + random.below(4),
    logArity,
    logFinalMax: Math.max(0, logArity - 1) + random.below(2),
    opening: { kind: "rows" },
    hash: random.below(4) === 0 ? { kind: "poseidon" } : { kind: "keccak", digestBytes: 16 + random.below(17) },
    transcript: "keccak",
    maxConstraintDegree,
    minLogRows: 2,
    maxLogRows: 6,
  };
  const buses = Array.from({ length: random.below(3) }, (_, i) =>
    defineBus(`bus${i}`, i + 1 + 9 * random.below(9), { elements: random.below(4) }),
  );
  const statement = Uint8Array.of(random.below(256), random.below(256));
  const sources = Array.from({ length: 1 + random.below(2) }, (_, i) =>
    sourceTable(random, `source${i}`, [...statement], maxConstraintDegree, buses),
  );
  const sinks = buses.flatMap((bus) => sinkTable(random, bus, sources, [...statement]));
  const absent = random.below(2) === 0 ? [] : [absentTable(random, buses)];
  const tables = random.shuffle([...sources, ...sinks, ...absent]);
  const definition: SystemDefinition = {
    name: "random",
    parameters,
    tables: tables.map((table) => table.definition),
    statementValueCount: STATEMENT_VALUES,
    publicValues: (bytes) => (bytes.length === STATEMENT_VALUES ? [...bytes] : undefined),
  };
  return {
    system: compileSystem(definition, await commitPreprocessed(definition, backend)),
    input: { statement, auxiliary: tables.map((table) => table.auxiliary), traces: tables.map((table) => table.trace) },
  };
}

function sourceTable(
  random: Random,
  name: string,
  statement: readonly number[],
  maxDegree: number,
  buses: readonly Bus[],
): SourceTable {
  const logRows = 2 + random.below(4);
  const rows = 2 ** logRows;
  const hasAuxiliary = random.below(2) === 1;
  const t = new AirBuilder(name, STATEMENT_VALUES + (hasAuxiliary ? 1 : 0));
  const stepped = Array.from({ length: 1 + random.below(2) }, (_, i) => t.column(`stepped${i}`));
  const derived = Array.from({ length: random.below(3) }, (_, i) => t.column(`derived${i}`));
  const free = Array.from({ length: 1 + random.below(2) }, (_, i) => t.column(`free${i}`));
  const flag = t.column("flag");
  const fixed = random.below(3) === 0 ? [t.preprocessedColumn("fixed")] : [];
  const leaves = [...stepped, ...free, ...fixed, t.public(0), t.public(1)];
  const polynomial = (degree: number): Expression => {
    const terms = Array.from({ length: 1 + random.below(3) }, () =>
      t.mul(t.constant(random.below(P)), ...Array.from({ length: 1 + random.below(degree) }, () => random.pick(leaves))),
    );
    return random.below(2) === 0 ? t.add(...terms) : t.sub(t.add(...terms), random.pick(leaves));
  };
  const steps = stepped.map(() => polynomial(maxDegree));
  const derivations = derived.map(() => polynomial(maxDegree));
  const starts = stepped.map(() => random.below(P));

  const main = [...stepped, ...derived, ...free, flag].map(() => new Uint32Array(rows));
  const columnOf = (i: number): Uint32Array => main[i] ?? new Uint32Array(rows);
  free.forEach((_, i) => {
    const column = columnOf(stepped.length + derived.length + i);
    for (let row = 0; row < rows; row++) column[row] = random.below(4) === 0 ? random.below(2) : random.below(P);
  });
  const flags = columnOf(main.length - 1);
  for (let row = 0; row < rows; row++) flags[row] = random.below(2);
  const preprocessed = fixed.map(() => Uint32Array.from({ length: rows }, () => random.below(P)));
  // Auxiliary values are not read by steps, so the trace can be filled before they are known.
  const draft = { nodes: t.nodes, name };
  starts.forEach((start, i) => (columnOf(i)[0] = start));
  for (let row = 0; row + 1 < rows; row++) {
    const values = evaluateRows(
      draft,
      steps.map(({ node }) => node),
      { preprocessed, main },
      statement,
      Uint32Array.of(row),
    );
    values.forEach((value, i) => (columnOf(i)[row + 1] = value[0] ?? 0));
  }
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  evaluateRows(
    draft,
    derivations.map(({ node }) => node),
    { preprocessed, main },
    statement,
    all,
  ).forEach((values, i) => columnOf(stepped.length + i).set(values));

  steps.forEach((step, i) => t.assertEqual(`step ${i}`, "transition", t.next(stepped[i] ?? step), step));
  derivations.forEach((value, i) => t.assertEqual(`derivation ${i}`, "everyRow", derived[i] ?? value, value));
  starts.forEach((start, i) => t.assertEqual(`start ${i}`, "firstRow", stepped[i] ?? t.constant(0), t.constant(start)));
  t.assertZero("flag is boolean", "everyRow", t.mul(flag, t.sub(flag, t.constant(1))));
  const auxiliary = hasAuxiliary ? [columnOf(0)[rows - 1] ?? 0] : [];
  if (hasAuxiliary) t.assertEqual("end", "lastRow", stepped[0] ?? t.constant(0), t.public(STATEMENT_VALUES));
  for (const bus of buses) {
    const interactions = random.below(3);
    for (let i = 0; i < interactions; i++) {
      // Sends are counted, so that receives may have any multiplicity; a bus needs one counted side.
      const isReceive = i > 0 && random.below(2) === 0;
      const counted = [t.constant(1), flag, t.sub(t.constant(1), flag), t.add(flag, t.scale(flag, 2), t.constant(1))];
      const multiplicity = random.pick(isReceive ? [t.constant(1), ...free, ...stepped] : counted);
      const message = Array.from({ length: bus.messageLength }, () =>
        random.pick([...leaves, ...derived, t.constant(random.below(9))]),
      );
      if (isReceive) t.receive(bus, multiplicity, { elements: message });
      else t.send(bus, multiplicity, { elements: message });
    }
  }
  const air = t.build();
  const withPreprocessed = fixed.length > 0 ? { preprocessed: { logRows, columns: () => preprocessed } } : {};
  return { definition: { air, auxiliaryCount: auxiliary.length, ...withPreprocessed }, trace: main, preprocessed, auxiliary };
}

/** A table of no rows. It would send on every bus, and constrains its first row as no other row of zeros could be. */
function absentTable(random: Random, buses: readonly Bus[]): SourceTable {
  const t = new AirBuilder("absent", 0);
  const columns = t.columns("c", 1 + random.below(3));
  const [first = t.constant(0)] = columns;
  t.assertEqual("first", "firstRow", first, t.constant(1 + random.below(9)));
  t.assertEqual("step", "transition", t.next(first), t.add(first, t.constant(1)));
  for (const bus of buses) {
    t.send(bus, t.constant(1), { elements: Array.from({ length: bus.messageLength }, () => random.pick(columns)) });
  }
  const definition = { air: t.build(), optional: true };
  return { definition, trace: columns.map(() => new Uint32Array(0)), preprocessed: [], auxiliary: [] };
}

/** Receives everything that the sources say on one bus; none when they say nothing. */
function sinkTable(random: Random, bus: Bus, sources: readonly SourceTable[], statement: readonly number[]): SourceTable[] {
  const balances = new Map<string, number>();
  let used = false;
  for (const { definition, trace, preprocessed, auxiliary } of sources) {
    const { air } = definition;
    for (const { bus: spoken, direction, multiplicity, message } of air.interactions) {
      if (spoken !== bus) continue;
      used = true;
      const rows = Uint32Array.from({ length: trace[0]?.length ?? 0 }, (_, row) => row);
      const publics = [...statement, ...auxiliary];
      const [counts, ...elements] = evaluateRows(air, [multiplicity, ...message], { preprocessed, main: trace }, publics, rows);
      rows.forEach((row) => {
        const key = elements.map((element) => element[row] ?? 0).join();
        const count = counts?.[row] ?? 0;
        balances.set(key, add(balances.get(key) ?? 0, direction === "send" ? count : (P - count) % P));
      });
    }
  }
  if (!used) return [];
  const t = new AirBuilder(`sink ${bus.name}`, 0);
  const uses = t.column("uses");
  const message = t.columns("element", bus.messageLength);
  t.receive(bus, uses, { elements: message });
  // At most two sources of 32 rows with two interactions each: 128 messages, more than one sink row may hold.
  const entries = random.shuffle([...balances]);
  const perRow = Math.ceil(entries.length / 2 ** 6);
  const extra = Array.from({ length: Math.max(0, perRow - 1) }, (_, i) => {
    const columns = [t.column(`uses${i}`), ...t.columns(`element${i}`, bus.messageLength)];
    const [count, ...elements] = columns;
    t.receive(bus, count ?? uses, { elements });
    return columns;
  });
  const groups = 1 + extra.length;
  const logRows = Math.max(2, Math.ceil(Math.log2(Math.max(1, entries.length / groups))));
  const width = 1 + bus.messageLength;
  const trace = Array.from({ length: groups * width }, () => new Uint32Array(2 ** logRows));
  entries.forEach(([key, balance], i) => {
    const row = Math.floor(i / groups);
    const first = (i % groups) * width;
    const values = [balance, ...(key === "" ? [] : key.split(",").map(Number))];
    values.forEach((value, c) => ((trace[first + c] ?? new Uint32Array(0))[row] = value));
  });
  return [{ definition: { air: t.build() }, trace, preprocessed: [], auxiliary: [] }];
}
