import type { Backend } from "../../kernels/backend.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import { elementBytes } from "../../stark/transcripts/transcript-form.ts";
import { keyElements } from "../proof-code.ts";
import { type ProgramSystem, programSystem, systemOfForm } from "../tables/program-system.ts";
import { formOfRows, type ProgramForm, rowCounts } from "../tables/table-parts.ts";
import { wireProgram } from "../tables/wiring.ts";
import { AdmittedPrograms, type ProgramKey } from "./admitted-programs.ts";
import type { ClassShape, NodeProgram } from "./node-program.ts";
import { programShape } from "./program-shape.ts";

/** Heights grow with those of the proofs that are checked, by ever less: a few rounds are enough. */
const MOST_ROUNDS = 12;
/** Rounds in which a table may have less room than in the one before. */
const FREE_ROUNDS = 6;

/** Writes a program; a proof that it checks of the set itself has this shape. */
export type ProgramWriter = (shape: ClassShape) => NodeProgram;

/** Rules that the programs of a set share. */
interface SetRules {
  /** Elements of a statement. */
  readonly statementCount: number;
  readonly parameters: ProofParameters;
  /** Writers by the program's name. */
  readonly writers: Readonly<Record<string, ProgramWriter>>;
}

/** Results that follow from the rules, which are expensive to compute. */
export interface KnownSet {
  /** Form of tables with room for each program. Default: the smallest. */
  readonly form?: ProgramForm | undefined;
  /** Keys in the order of names. */
  readonly keys?: readonly ProgramKey[] | undefined;
}

/** A program of a set with its proof system. */
export interface PreparedProgram {
  readonly node: NodeProgram;
  readonly compiled: ProgramSystem;
}

/**
 * Programs whose proofs have one shape, so that a program checks a proof of any of them in the same place. Programs of the set
 * may be among those that a program of the set checks.
 */
export class ProgramSet {
  readonly form: ProgramForm;
  readonly shape: ClassShape;
  readonly names: readonly string[];
  readonly #rules: SetRules;
  readonly #keys: readonly ProgramKey[] | undefined;

  constructor(rules: SetRules, { form, keys }: KnownSet = {}) {
    this.#rules = rules;
    this.#keys = keys;
    this.names = Object.keys(rules.writers);
    this.form = form ?? leastForm(rules);
    this.shape = shapeOf(rules, this.form);
  }

  write(name: string): NodeProgram {
    const writer = this.#rules.writers[name];
    if (writer === undefined) throw new RangeError(`no program ${name} among ${this.names.join(", ")}`);
    return writer(this.shape);
  }

  async prepare(name: string, backend: Backend): Promise<PreparedProgram> {
    const node = this.write(name);
    const key = this.#keys?.[this.names.indexOf(name)];
    const root = key && elementBytes([...key.root]);
    return { node, compiled: await programSystem(node.program, this.#rules.parameters, backend, { form: this.form, root }) };
  }

  /** The keys of all programs, by the order of their names. */
  async keys(backend: Backend): Promise<readonly ProgramKey[]> {
    if (this.#keys !== undefined) return this.#keys;
    const keys: ProgramKey[] = [];
    for (const name of this.names) keys.push(programKey((await this.prepare(name, backend)).compiled));
    return keys;
  }

  admitted(keys: readonly ProgramKey[]): AdmittedPrograms {
    return new AdmittedPrograms(keys, this.shape.depth);
  }
}

/** A program's key. */
export function programKey(program: ProgramSystem): ProgramKey {
  const { digest, root } = keyElements(program.system, programShape(program).shape);
  if (root === undefined) throw new Error("a program is columns that its key fixes");
  return { digest, root };
}

function shapeOf({ statementCount, parameters, writers }: SetRules, form: ProgramForm): ClassShape {
  const depth = Math.max(1, Math.ceil(Math.log2(Object.keys(writers).length)));
  return { ...programShape({ system: systemOfForm(statementCount, form, parameters) }), depth };
}

/** The smallest tables; none of bits if rows of arithmetic take at most as much. */
function leastForm(rules: SetRules): ProgramForm {
  const [withBits, without] = [leastFormWith(rules, [0]), leastFormWith(rules, [])];
  return roomOf(without.arithmetic) > roomOf(withBits.arithmetic) ? withBits : without;
}

/** Tables that have room for each program, where a proof that a program checks has these tables in turn. */
function leastFormWith(rules: SetRules, bits: readonly number[]): ProgramForm {
  const { minLogRows } = rules.parameters;
  let before: Record<keyof ProgramForm, number> = {
    hash: 1,
    arithmetic: 1,
    dot: 1,
    deal: 1,
    bits: bits.length,
    pack: 1,
    constant: 1,
    offer: 0,
    pick: 0,
  };
  let form = formOfRows(before, minLogRows);
  for (let times = 0; times < MOST_ROUNDS; times++) {
    const shape = shapeOf(rules, form);
    const counts = Object.values(rules.writers).map((write) =>
      rowCounts(wireProgram(write(shape).program, minLogRows, { ...form, bits })),
    );
    // Less room can take more rows, and more room fewer: from some round on no table gives up what it had.
    const least = (table: keyof ProgramForm): number => (times < FREE_ROUNDS ? 0 : before[table]);
    const most = (table: keyof ProgramForm): number => Math.max(least(table), ...counts.map((rows) => rows[table]));
    const tables = Object.keys(form) as (keyof ProgramForm)[];
    const rows = Object.fromEntries(tables.map((table) => [table, most(table)])) as Record<keyof ProgramForm, number>;
    const next = formOfRows(rows, minLogRows);
    if (JSON.stringify(next) === JSON.stringify(form)) return form;
    [form, before] = [next, rows];
  }
  throw new RangeError("tables of no heights have room for programs that check proofs with tables of these heights");
}

function roomOf(heights: readonly number[]): number {
  return heights.reduce((sum, logRows) => sum + 2 ** logRows, 0);
}
