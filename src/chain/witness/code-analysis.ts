import type { EVM } from "@ethereumjs/evm";
import { beforeInstructions, instructionTableOf, type InstructionTable } from "./instruction-table.ts";

/** Bytes of code whose analyses an EVM keeps, in some 25 bytes each: as many as an operation of L1's queue can load. */
const MOST_BYTES = 3_145_728;
const [JUMPDEST, PUSH1, PUSH32] = [0x5b, 0x60, 0x7f];
/** 256^n, by n. */
const SHIFTS = Array.from({ length: 7 }, (_, bytes) => 256n ** BigInt(bytes));
const SMALL = Array.from({ length: 256 }, (_, value) => BigInt(value));

/** Analysis of a code with jumps, in the library's form. */
interface Analysis {
  /** 1 where a jump may land. */
  readonly jumps: Uint8Array;
  /** Pushed values by the place after the opcode of a PUSH. */
  readonly pushes: readonly bigint[];
  /** The instruction of each byte, as if all were opcodes. */
  readonly opcodesCached: readonly unknown[];
}

/** The library's interpreter, one for each frame: no part of its interface. */
interface Interpreter {
  readonly _evm: EVM;
  _getValidJumpDestinations(code: Uint8Array): Analysis;
}

const analyses = new WeakMap<EVM, CodeAnalyses>();
const exchanged = new WeakSet<Interpreter>();

/**
 * Makes the EVM cache its analysis of codes. The library analyzes all of a code in each frame that jumps, 24 kB in up to
 * 0.7 ms, while a call costs 100 gas.
 */
export async function rememberAnalyses(evm: EVM): Promise<void> {
  analyses.set(evm, new CodeAnalyses(instructionTableOf(evm)));
  const prototype = await interpreterOf(evm);
  if (exchanged.has(prototype)) return;
  exchanged.add(prototype);
  const own = Reflect.get(prototype, "_getValidJumpDestinations") as Interpreter["_getValidJumpDestinations"];
  prototype._getValidJumpDestinations = function (this: Interpreter, code) {
    return analyses.get(this._evm)?.of(code) ?? own.call(this, code);
  };
}

/** Prototype of all interpreters of the process. */
async function interpreterOf(evm: EVM): Promise<Interpreter> {
  let found: object | undefined;
  const stop = beforeInstructions(evm, new Map([[JUMPDEST, ({ interpreter }) => (found = interpreter)]]));
  await evm.runCode({ code: Uint8Array.of(JUMPDEST) });
  stop();
  if (found === undefined) throw new Error("the EVM ran an instruction and its interpreter was not seen");
  return Object.getPrototypeOf(found) as Interpreter;
}

/** Analyses by the bytes' identity: a state returns the same ones each time. The least recently used is dropped first. */
class CodeAnalyses {
  readonly #analyses = new Map<Uint8Array, Analysis>();
  readonly #table: InstructionTable;
  #bytes = 0;

  constructor(table: InstructionTable) {
    this.#table = table;
  }

  of(code: Uint8Array): Analysis {
    const known = this.#analyses.get(code);
    if (known === undefined) return this.#add(code);
    this.#analyses.delete(code);
    this.#analyses.set(code, known);
    return known;
  }

  #add(code: Uint8Array): Analysis {
    const analysis = { ...destinationsOf(code), opcodesCached: instructionsOf(code, this.#table) };
    this.#analyses.set(code, analysis);
    this.#bytes += code.length;
    for (const oldest of this.#analyses.keys()) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#analyses.delete(oldest);
      this.#bytes -= oldest.length;
    }
    return analysis;
  }
}

function instructionsOf(code: Uint8Array, table: InstructionTable): readonly unknown[] {
  const instructions = Array.from<unknown>({ length: code.length });
  for (let i = 0; i < code.length; i++) instructions[i] = table[code[i] ?? 0];
  return instructions;
}

function destinationsOf(code: Uint8Array): Pick<Analysis, "jumps" | "pushes"> {
  const jumps = new Uint8Array(code.length);
  const pushes = Array.from<bigint>({ length: code.length + 1 });
  for (let i = 0; i < code.length; i++) {
    const opcode = code[i] ?? 0;
    if (opcode === JUMPDEST) jumps[i] = 1;
    if (opcode < PUSH1 || opcode > PUSH32) continue;
    const length = opcode - PUSH1 + 1;
    pushes[i + 1] = wordAt(code, i + 1, length);
    i += length;
  }
  return { jumps, pushes };
}

/** Behind the code's end there are zeros. */
function wordAt(code: Uint8Array, place: number, length: number): bigint {
  if (length === 1) return SMALL[code[place] ?? 0] ?? 0n;
  let word = 0n;
  // Six bytes are exact in a number.
  for (let at = place; at < place + length; at += 6) {
    const end = Math.min(at + 6, place + length);
    let part = 0;
    for (let i = at; i < end; i++) part = part * 256 + (code[i] ?? 0);
    word = word * (SHIFTS[end - at] ?? 1n) + BigInt(part);
  }
  return word;
}
