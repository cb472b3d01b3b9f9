import { inv } from "../../field/koala-bear.ts";
import { type LeastHeight, TableRows } from "../../stark/rows/table-rows.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { CodeWordsCells } from "../code-words/code-words-air.ts";
import { operandSize } from "../opcodes/opcodes-air.ts";
import { WORD_BYTES } from "../shapes/word.ts";
import { CODE_FIELDS, type CodeCells } from "./code-air.ts";

const JUMPDEST = 0x5b;

/** A code by the frame whose memory it is. */
export interface CodeName {
  readonly frame: number;
  readonly length: number;
}

interface AskedCode extends CodeName {
  readonly bytes: Uint8Array;
  /** Number of requests for the byte at a place, and for the operand that ends there. */
  readonly uses: Map<number, number>;
  readonly operandUses: Map<number, number>;
}

/** The codes of a run, and what is asked of them. */
export class CodeRequests {
  readonly #codes = new Map<string, AskedCode>();

  /** Asks for a byte. `bytes` are the code's, `length` of them. */
  ask(name: CodeName, bytes: Uint8Array, place: number): void {
    count(this.#code(name, bytes).uses, place);
  }

  /** Asks for the operand that ends at a place. */
  askOperand(name: CodeName, bytes: Uint8Array, place: number): void {
    count(this.#code(name, bytes).operandUses, place);
  }

  /** The rows of all codes: of each to behind its end, and to the last place that is asked for. */
  rows(): TableRows<typeof CODE_FIELDS> {
    const rows = new TableRows("code", CODE_FIELDS);
    for (const code of this.#codes.values()) {
      let last = code.length;
      for (const asked of [code.uses, code.operandUses]) for (const place of asked.keys()) last = Math.max(last, place);
      for (const row of codeRows(code, last))
        rows.push({ ...row, uses: code.uses.get(row.place) ?? 0, operandUses: code.operandUses.get(row.place) ?? 0 });
    }
    return rows;
  }

  /**
   * The words of memories that hold the codes, of the bytes that `bytesOf` gives for a frame and the number of a word. Each
   * byte is asked for by one row of each code that has it.
   */
  words(bytesOf: (frame: number, block: number) => readonly number[]): CodeWordsCells[] {
    const words = new Map<string, { frame: number; block: number; bytes: readonly number[]; uses: number[] }>();
    for (const { frame, bytes } of this.#codes.values()) {
      bytes.forEach((byte, place) => {
        const [block, at] = [Math.floor(place / WORD_BYTES), place % WORD_BYTES];
        const key = `${frame}:${block}`;
        const word = words.get(key) ?? { frame, block, bytes: bytesOf(frame, block), uses: zeros() };
        words.set(key, word);
        if (word.bytes[at] !== byte) throw new Error(`the code of frame ${frame} was written after it ran, at ${place}`);
        word.uses[at] = (word.uses[at] ?? 0) + 1;
      });
    }
    return [...words.values()].map((word) => ({ real: 1, ...word }));
  }

  #code({ frame, length }: CodeName, bytes: Uint8Array): AskedCode {
    const key = `${frame}:${length}`;
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    const code = { frame, length, bytes, uses: new Map<number, number>(), operandUses: new Map<number, number>() };
    this.#codes.set(key, code);
    return code;
  }
}

/** The rows of a code from its place 0 to `last`, not used. */
export function codeRows({ frame, length, bytes }: CodeName & { readonly bytes: Uint8Array }, last: number): CodeCells[] {
  // The bytes of an operand, this one included.
  let [left, operand] = [0, zeros()];
  return Array.from({ length: last + 1 }, (_, place): CodeCells => {
    const byte = place < length ? (bytes[place] ?? 0) : 0;
    const isInstruction = left === 0;
    const size = operandSize(byte);
    operand = isInstruction ? zeros() : [byte, ...operand.slice(0, -1)];
    const row = {
      follows: place === 0 ? 0 : 1,
      frame,
      length,
      place,
      inside: place < length ? 1 : 0,
      left,
      isInstruction: isInstruction ? 1 : 0,
      operand: operand.slice(1),
      byte,
      size,
      isTarget: byte === JUMPDEST ? 1 : 0,
      inverse: isInstruction ? 0 : inv(left),
      uses: 0,
      operandUses: 0,
    };
    left = isInstruction ? size : left - 1;
    return row;
  });
}

/** The main columns of the table; of no rows without codes. It is filled up with codes of no bytes. */
export function codeColumns(rows: Rows<typeof CODE_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const empty = noCode();
  return traceColumns("code", CODE_FIELDS, rows, { padding: () => empty, minLogRows });
}

/** The row of a code of no bytes. */
export function noCode(): CodeCells {
  const [empty] = codeRows({ frame: 0, length: 0, bytes: new Uint8Array(0) }, 0);
  if (empty === undefined) throw new Error("a code has a row for its end");
  return empty;
}

function count(uses: Map<number, number>, place: number): void {
  uses.set(place, (uses.get(place) ?? 0) + 1);
}

function zeros(): number[] {
  return new Array<number>(WORD_BYTES).fill(0);
}
