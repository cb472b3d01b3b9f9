import { fieldIndex, FRAME_FIELDS } from "../kernel/names.ts";
import { ByteMemory } from "./byte-memory.ts";
import { NO_CODE, type Code } from "./code-store.ts";
import { LIMBS } from "./limbs.ts";
import { readNumber, WordStack, writeBigInt } from "./word-stack.ts";

const POSITION = fieldIndex("position");
const MEMORY_WORDS = fieldIndex("memoryWords");
/** Exclusive upper bound of limbs. */
const LIMB = 2 ** 16;

/** One call's context. Frames are numbered upwards and never reused within a run. */
export class Frame {
  readonly stack = new WordStack();
  readonly memory = new ByteMemory();
  /** The kernel's words about the frame, by `fieldIndex`. */
  readonly fields = new Uint16Array(FRAME_FIELDS.length * LIMBS);
  gas = 0;
  /** These are the fields' while the kernel runs: `resume` takes them from there, `park` puts them back. */
  code: Code = NO_CODE;
  pc = 0;
  /** Words of memory that the frame has paid for. */
  memoryWords = 0;

  /** Resumes the frame's code by the kernel's fields. */
  resume(codeIn: (frame: number, length: number) => Code): void {
    const at = POSITION * LIMBS;
    const [height = 0, pc = 0, pcHigh = 0, codeFrame = 0, length = 0, lengthHigh = 0] = this.fields.subarray(at, at + LIMBS);
    this.stack.reserve(height);
    this.stack.height = height;
    this.pc = pc + pcHigh * LIMB;
    this.code = codeIn(codeFrame, length + lengthHigh * LIMB);
    this.memoryWords = readNumber(this.fields, MEMORY_WORDS * LIMBS);
  }

  /** Writes to the fields where the code stopped. */
  park(): void {
    const at = POSITION * LIMBS;
    this.fields[at] = this.stack.height;
    this.fields[at + 1] = this.pc % LIMB;
    this.fields[at + 2] = Math.floor(this.pc / LIMB);
    writeBigInt(this.fields, MEMORY_WORDS * LIMBS, BigInt(this.memoryWords));
  }

  /**
   * Pays for memory up to offset + length; false, and nothing paid, where gas or the machine's 2^25 bytes do not reach.
   * Source: the yellow paper's C_mem; beyond 2^25 bytes it exceeds any transaction's gas.
   */
  expand(offset: number, length: number): boolean {
    if (length === 0) return true;
    const end = offset + length;
    if (end > 2 ** 25) return false;
    const words = Math.ceil(end / 32);
    if (words <= this.memoryWords) return true;
    const cost = memoryCost(words) - memoryCost(this.memoryWords);
    if (cost > this.gas) return false;
    this.gas -= cost;
    this.memoryWords = words;
    return true;
  }

  /** Takes gas; false, and nothing taken, when there is less. */
  charge(amount: number): boolean {
    if (amount > this.gas) return false;
    this.gas -= amount;
    return true;
  }
}

function memoryCost(words: number): number {
  return 3 * words + Math.floor((words * words) / 512);
}
