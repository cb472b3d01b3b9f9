import { isCanonical } from "../../field/koala-bear.ts";
import type { Backend } from "../../kernels/backend.ts";
import { digestLength } from "../../kernels/tree-hash.ts";
import { threadCompressor } from "../../kernels/wasm/compressor.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import { commitPreprocessed } from "../../stark/proving/preprocess.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import {
  committedHeights,
  compileSystem,
  type System,
  type SystemDefinition,
  type TableDefinition,
} from "../../stark/systems/system.ts";
import { elementBytes, wordsOf } from "../../stark/transcripts/transcript-form.ts";
import { checkProgram, ProgramError } from "../check-program.ts";
import { type Hints, interpret, type Memory } from "../interpret.ts";
import type { Program } from "../program.ts";
import { WORD_ELEMENTS } from "../relation.ts";
import { addressOf, MachineRows } from "./machine-rows.ts";
import { fixedColumns, machineAir, type Slot } from "./machine-table.ts";
import { MACHINE_TABLES, type MachineTableName } from "./machine-tables.ts";
import { firstRowColumn, publicAir } from "./public-table.ts";
import { formOfRows, type ProgramForm, rowCounts, tableParts } from "./table-parts.ts";
import { type WiredProgram, wireProgram } from "./wiring.ts";

/** A program with the proof system of its statements: its public values, for some hints of which all relations hold. */
export interface ProgramSystem {
  readonly wired: WiredProgram;
  readonly form: ProgramForm;
  readonly system: System;
}

/** Known parts of a program's system. */
interface KnownSystem {
  /** Default: the least tables that have room for the program. */
  readonly form?: ProgramForm | undefined;
  /** Root of the columns that its key fixes. Default: they are committed to, which takes seconds. */
  readonly root?: Uint8Array | undefined;
}

/**
 * The proof system of a program. The program is its preprocessed columns: the system's digest is the program's, by these
 * parameters. Throws ProgramError for an invalid program, RangeError for one that the form has no room for.
 */
export async function programSystem(
  program: Program,
  parameters: ProofParameters,
  backend: Backend,
  derived: KnownSystem = {},
): Promise<ProgramSystem> {
  checkProgram(program);
  const wired = wireProgram(program, parameters.minLogRows, derived.form);
  const form = derived.form ?? formOfRows(rowCounts(wired), parameters.minLogRows);
  const definition = programDefinition({ ...wired, publicCount: program.publicCount }, form, parameters);
  const { root } = derived;
  const roots =
    root === undefined
      ? await commitPreprocessed(definition, backend)
      : new Map(committedHeights(definition).map((height) => [height, root]));
  return { wired, form, system: compileSystem(definition, roots) };
}

/**
 * System of all programs whose tables have one form, and that have as many public values, with the key of the program
 * whose columns have this root, by default of none of them.
 */
export function systemOfForm(
  publicCount: number,
  form: ProgramForm,
  parameters: ProofParameters,
  root: Uint8Array = new Uint8Array(digestLength(parameters.hash)),
): System {
  const tables = Object.keys(form) as MachineTableName[];
  const rows = Object.fromEntries(
    tables.map((table) => [table, new MachineRows(MACHINE_TABLES[table])]),
  ) as unknown as WiredProgram["rows"];
  const definition = programDefinition({ rows, counts: { word: [], octet: [] }, publicCount }, form, parameters);
  return compileSystem(definition, new Map(committedHeights(definition).map((height) => [height, root])));
}

/**
 * System of a program that is admitted by its digest, a constant of the verifier of its proofs: neither a proof nor the
 * data sent with it name the program. Throws ProgramError for a program, or parameters, of another digest.
 */
export async function admittedProgram(
  program: Program,
  digest: Uint8Array,
  { parameters, backend }: { readonly parameters: ProofParameters; readonly backend: Backend },
): Promise<ProgramSystem> {
  const own = await programSystem(program, parameters, backend);
  const hex = Buffer.from(own.system.verificationKeyDigest).toString("hex");
  if (hex !== Buffer.from(digest).toString("hex"))
    throw new ProgramError("OtherDigest", `program ${program.name} has digest ${hex}, which is not the one that is admitted`);
  return own;
}

function programDefinition(
  wired: Pick<WiredProgram, "rows" | "counts"> & { readonly publicCount: number },
  form: ProgramForm,
  parameters: ProofParameters,
): SystemDefinition {
  const { publicCount } = wired;
  const { minLogRows } = parameters;
  const tables = tableParts(wired, form).map(({ table, name, ...part }): TableDefinition => {
    const machineTable = MACHINE_TABLES[table];
    const columns = (): Uint32Array[] => fixedColumns(machineTable, part, wired.counts);
    return { air: machineAir(name, machineTable), preprocessed: { logRows: part.logRows, columns } };
  });
  const air = publicAir(publicCount);
  return {
    name: "recursion program/1",
    parameters,
    tables: [...tables, { air, preprocessed: { logRows: minLogRows, columns: () => [firstRowColumn(minLogRows)] } }],
    statementValueCount: publicCount,
    statementElements: { count: publicCount, shared: 0 },
    publicValues: (statement) => {
      const elements = wordsOf(statement);
      return statement.length === 4 * publicCount && elements.every(isCanonical) ? elements : undefined;
    },
  };
}

type RunOutcome =
  | { readonly ok: true; readonly input: ProverInput }
  /** The first relation that no value of what it introduces satisfies. */
  | { readonly ok: false; readonly relation: number };

/** Runs a program: what a proof is made of, if all relations hold. */
export function runProgram(of: ProgramSystem, publicValues: readonly number[], hints: Hints): RunOutcome {
  const run = interpret(of.wired.program, publicValues, hints, threadCompressor().compress);
  return run.ok ? { ok: true, input: programInput(of, publicValues, run.memory) } : run;
}

/** Input of a proof for these values of the cells. */
export function programInput(
  { wired, form, system }: ProgramSystem,
  publicValues: readonly number[],
  memory: Memory,
): ProverInput {
  const { minLogRows } = system.parameters;
  const valueOf = valuesByAddress(wired, publicValues, memory);
  const picks = countPicks(wired, (address) => valueOf("word", address)?.[0] ?? 0);
  const traces = tableParts(wired, form).map(({ table, logRows, rows, first, count }, index) => {
    const { slots, fill } = MACHINE_TABLES[table];
    const kinds = slots.map((slot) => slot.memory);
    const columns = Array.from({ length: system.tables[index]?.mainWidth ?? 0 }, () => new Uint32Array(2 ** logRows));
    fill(columns, {
      count,
      value: (row, slot) => valueOf(kinds[slot] as Slot["memory"], addressOf(rows.cell(first + row, slot))),
      number: (row, at) => rows.number(first + row, at),
      sibling: (row) => {
        const sibling = rows.sibling(first + row);
        return sibling === undefined ? undefined : memory.siblings[sibling];
      },
      picks: (row) => picks.get(rows.numbers(first + row).join(" ")) ?? 0,
    });
    return columns;
  });
  return {
    statement: elementBytes([...publicValues]),
    auxiliary: system.tables.map(() => []),
    traces: [...traces, [firstRowColumn(minLogRows)]],
  };
}

/** The value of a cell, by memory and address. */
function valuesByAddress(
  { program, derived }: WiredProgram,
  publicValues: readonly number[],
  { words, octets }: Memory,
): (memory: "word" | "octet", address: number | undefined) => readonly number[] | undefined {
  const firstWord = publicValues.length;
  const firstDerived = firstWord + program.wordCount;
  const inBase = (element: number): number[] => [element, ...new Array<number>(WORD_ELEMENTS - 1).fill(0)];
  return (memory, address) => {
    if (address === undefined) return undefined;
    if (memory === "octet") return octets[address];
    if (address < firstWord) return inBase(publicValues[address] ?? 0);
    if (address < firstDerived) return words[address - firstWord];
    const follows = derived[address - firstDerived];
    return follows && inBase(follows.valueOf(words[follows.of]?.[0] ?? 0));
  };
}

/** Numbers of picks of entries, by the numbers of the row that offers the entry. */
function countPicks({ rows }: WiredProgram, elementAt: (address: number | undefined) => number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < rows.pick.length; row++) {
    const entry = [...rows.pick.numbers(row), elementAt(addressOf(rows.pick.cell(row, 0)))].join(" ");
    counts.set(entry, (counts.get(entry) ?? 0) + 1);
  }
  return counts;
}
