/**
 * Instructions of programs, as 32-bit numbers. Registers, scalars and sources are named by their numbers.
 *
 * sum                    register, five lengths, then the parts, each with its length:
 *                            pairs of register and scalar, and pairs of registers, whose products are added;
 *                            pairs of registers whose products are subtracted; registers that are added; that are subtracted
 *     load                   register, source
 *     store, storeCanonical  register, column
 *     invert                 register of the result, register
 *     end                    nothing
 */
export const OPCODE = { sum: 0, load: 1, store: 2, storeCanonical: 3, invert: 4, end: 5 } as const;

/** Access of code to columns: loaded into registers first, or read from their location each time. */
export type ColumnAccess = "loaded" | "direct";

/** An operand that is not a register but, less this, a source. */
export const DIRECT = 2 ** 31;

/** Code of a program, and what it takes. */
export interface StripCode {
  readonly words: Uint32Array;
  /** Registers, the first of which must hold 1 on every row. */
  readonly registerCount: number;
  /** Columns that are loaded, in the order of their numbers. */
  readonly sources: readonly StripSource[];
}

export interface StripSource {
  readonly column: number;
  /** Whether the rows behind those of the strip are read. */
  readonly next: boolean;
}

/** Parts of a sum. `scaled` has a value and the number of a scalar by turns, `plus` and `minus` have values in pairs. */
export interface SumParts {
  readonly scaled: readonly number[];
  readonly plus: readonly number[];
  readonly minus: readonly number[];
  readonly added: readonly number[];
  readonly subtracted: readonly number[];
}

/** The value that is 1 on every row. */
export const ONE = 0;

/** The value of a column's rows, or of those behind them. Values that the code computes have numbers behind all columns' ones. */
export function columnValue({ column, next }: StripSource): number {
  return 1 + 2 * column + (next ? 1 : 0);
}

/**
 * Writes code in which every value has a unique number. A column that must be loaded is loaded before it is
 * first read; `finish` assigns registers to values, and reuses those of values without further reads.
 */
export class StripCodeWriter {
  #code = new Uint32Array(2 ** 14);
  #length = 0;
  readonly #columns: number;
  readonly #access: ColumnAccess;
  /** Source of each value of a column, plus one; 0 until an instruction reads it. */
  readonly #sourceOf: Int32Array;
  readonly #sources: StripSource[] = [];
  #values: number;

  /**
   * Writer for a program with the given numbers of columns and results; results are numbered from
   * `firstResult`.
   */
  constructor(columns: number, results: number, access: ColumnAccess) {
    this.#columns = columns;
    this.#access = access;
    this.#sourceOf = new Int32Array(1 + 2 * columns);
    this.#values = this.firstResult + results;
  }

  get firstResult(): number {
    return 1 + 2 * this.#columns;
  }

  /** The number of one value more. */
  fresh(): number {
    return this.#values++;
  }

  sum(out: number, { scaled, plus, minus, added, subtracted }: SumParts): void {
    for (let i = 0; i < scaled.length; i += 2) this.#need(scaled[i] ?? ONE);
    for (let i = 0; i < plus.length; i++) this.#need(plus[i] ?? ONE);
    for (let i = 0; i < minus.length; i++) this.#need(minus[i] ?? ONE);
    for (let i = 0; i < added.length; i++) this.#need(added[i] ?? ONE);
    for (let i = 0; i < subtracted.length; i++) this.#need(subtracted[i] ?? ONE);
    this.#write(OPCODE.sum, out, scaled.length);
    this.#write(plus.length, minus.length, added.length);
    this.#append([subtracted.length]);
    this.#append(scaled);
    this.#append(plus);
    this.#append(minus);
    this.#append(added);
    this.#append(subtracted);
  }

  store(value: number, target: number, form: "canonical" | "montgomery"): void {
    this.#need(value);
    this.#write(form === "canonical" ? OPCODE.storeCanonical : OPCODE.store, value, target);
  }

  invert(out: number, value: number): void {
    this.#need(value);
    this.#write(OPCODE.invert, out, value);
  }

  /** The code; the writer must not be used afterwards. */
  finish(): StripCode {
    this.#append([OPCODE.end]);
    const words = this.#code.slice(0, this.#length);
    const direct = this.#access === "direct" ? this.#sourceOf : new Int32Array();
    return { words, registerCount: allocateRegisters(words, this.#values, direct), sources: this.#sources };
  }

  #write(first: number, second: number, third: number): void {
    this.#reserve(3);
    const at = this.#length;
    this.#code[at] = first;
    this.#code[at + 1] = second;
    this.#code[at + 2] = third;
    this.#length += 3;
  }

  #append(part: readonly number[]): void {
    this.#reserve(part.length);
    for (let i = 0; i < part.length; i++) this.#code[this.#length++] = part[i] ?? 0;
  }

  #reserve(words: number): void {
    if (this.#length + words <= this.#code.length) return;
    const longer = new Uint32Array(2 * this.#code.length + words);
    longer.set(this.#code);
    this.#code = longer;
  }

  #need(value: number): void {
    if (value === ONE || value >= this.firstResult || this.#sourceOf[value] !== 0) return;
    const source = this.#sources.push({ column: (value - 1) >> 1, next: value % 2 === 0 });
    this.#sourceOf[value] = source;
    if (this.#access === "loaded") this.#write(OPCODE.load, value, source - 1);
  }
}

/** Positions of the values in an instruction. */
interface Operands {
  /**
   * Positions of the values that the instruction reads: every second number up to `scaledEnd`, from there
   * every number up to `readEnd`.
   */
  readonly read: number;
  readonly scaledEnd: number;
  readonly readEnd: number;
  /** Position of the value that the instruction computes. */
  readonly written: number | undefined;
  readonly end: number;
}

export function operandsAt(words: Uint32Array, at: number): Operands {
  const [opcode, read] = [words[at] ?? OPCODE.end, at + 7];
  if (opcode === OPCODE.sum) {
    const scaledEnd = read + (words[at + 2] ?? 0);
    let end = scaledEnd;
    for (let part = at + 3; part < read; part++) end += words[part] ?? 0;
    return { read, scaledEnd, readEnd: end, written: at + 1, end };
  }
  const end = opcode === OPCODE.end ? at + 1 : at + 3;
  const written = opcode === OPCODE.load || opcode === OPCODE.invert ? at + 1 : undefined;
  const operand = opcode === OPCODE.invert ? at + 2 : at + 1;
  const readEnd = opcode === OPCODE.load || opcode === OPCODE.end ? operand : operand + 1;
  return { read: operand, scaledEnd: operand, readEnd, written, end };
}

/**
 * Replaces the numbers of values by numbers of registers. A register is free again after the last read of its value, so the
 * program needs as many as it has unread values at one time. An instruction reads a strip before it writes it, so its result
 * may take the register of its operand. Values without a register have their source, plus one, in `direct`. Returns the number
 * of registers.
 */
function allocateRegisters(words: Uint32Array, values: number, direct: Int32Array): number {
  const lastRead = new Int32Array(values).fill(-1);
  for (let at = 0; at < words.length;) {
    const { read, scaledEnd, readEnd, end } = operandsAt(words, at);
    for (let i = read; i < readEnd; i += i < scaledEnd ? 2 : 1) lastRead[words[i] ?? 0] = at;
    at = end;
  }
  // The value 1 has a register that no other one takes.
  lastRead[ONE] = words.length;
  const registers = new Int32Array(values).fill(-1);
  registers[ONE] = 0;
  let count = 1;
  const free: number[] = [];
  for (let at = 0; at < words.length;) {
    const { read, scaledEnd, readEnd, written, end } = operandsAt(words, at);
    for (let i = read; i < readEnd; i += i < scaledEnd ? 2 : 1) {
      const value = words[i] ?? 0;
      const source = direct[value] ?? 0;
      if (source > 0) {
        words[i] = DIRECT + source - 1;
        continue;
      }
      const register = registers[value] ?? -1;
      words[i] = register;
      if (lastRead[value] !== at) continue;
      // Once, however often the instruction reads it.
      lastRead[value] = -1;
      free.push(register);
    }
    if (written !== undefined) {
      const value = words[written] ?? 0;
      const register = free.pop() ?? count++;
      registers[value] = register;
      words[written] = register;
      if ((lastRead[value] ?? -1) < 0) free.push(register);
    }
    at = end;
  }
  return count;
}
