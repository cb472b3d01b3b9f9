import type { Instruction } from "../circuits/shapes/instruction.ts";
import { LIMBS } from "../circuits/shapes/word.ts";
import { NamedError } from "../../ground/errors/named-error.ts";
import type { RomRow } from "../machine/rom/rom-row.ts";

/** The limbs of a word, lowest first. */
export type Limbs = readonly number[];

/** One row of a run: what it reads from the stack, as the interpreter has it. */
export interface RecordedStep {
  readonly instruction: Instruction;
  /** The top before the row runs. */
  readonly top: Limbs;
  /** The words that it takes as b and c; zero for those that it does not take. */
  readonly takenB: Limbs;
  readonly takenC: Limbs;
}

/** An opcode of user code, before it ran. */
export interface RecordedOpcode {
  readonly byte: number;
  readonly place: number;
  readonly height: number;
  readonly gas: number;
  /** Words of memory that the frame has paid for. */
  readonly words: number;
  readonly top: Limbs;
}

/** End of user mode: the opcode is the one for which the kernel is needed, or `EXCEPTION`. */
export interface RecordedEnd extends Omit<RecordedOpcode, "byte"> {
  readonly opcode: number;
}

/** The code that a time in user mode runs, and the frame in whose memory it is. */
export interface RecordedCode {
  readonly codeFrame: number;
  readonly code: Uint8Array;
}

export const ZERO_WORD: Limbs = new Array<number>(LIMBS).fill(0);

/** A run came to a row that the tables do not prove. */
export class UnprovableRowError extends NamedError<"UnprovableRow"> {
  override readonly name = "UnprovableRowError";
  readonly row: RomRow;

  constructor(row: RomRow) {
    super(
      "UnprovableRow",
      `no table proves the row at ${row.pc}, of opcode 0x${row.parts.at(-1)?.opcode.toString(16)}: prove a run that does not reach it (docs/zkevm.md lists what is proven)`,
    );
    this.row = row;
  }
}

/** User code came to an opcode that the tables do not prove. */
export class UnprovableOpcodeError extends NamedError<"UnprovableOpcode"> {
  override readonly name = "UnprovableOpcodeError";
  readonly opcode: number;

  constructor(opcode: number) {
    super(
      "UnprovableOpcode",
      `no table proves opcode 0x${opcode.toString(16)} of user code: prove a run that does not reach it (docs/zkevm.md)`,
    );
    this.opcode = opcode;
  }
}

/** A run came to an address that the memory's table has no place for. */
export class UnprovableAddressError extends NamedError<"UnprovableAddress"> {
  override readonly name = "UnprovableAddressError";
  readonly address: bigint;

  constructor(address: bigint, limit: number) {
    super(
      "UnprovableAddress",
      `no table proves an access at address ${address}: prove a run whose arrays and kernel memory stay below ${limit} (2^29, docs/zkevm.md)`,
    );
    this.address = address;
  }
}

/** A run copied bytes within the memory of one frame. */
export class UnprovableCopyError extends NamedError<"UnprovableCopy"> {
  override readonly name = "UnprovableCopyError";

  constructor() {
    super(
      "UnprovableCopy",
      "no table proves a copy within one frame's memory: prove a run that copies between two frames' only (docs/zkevm.md)",
    );
  }
}

/** A run recovered a key from words that are not whole places of the memory. */
export class UnprovableRecoveryError extends NamedError<"UnprovableRecovery"> {
  override readonly name = "UnprovableRecoveryError";
  readonly offset: number;

  constructor(offset: number) {
    super(
      "UnprovableRecovery",
      `no table proves a recovery from offset ${offset}: prove a run that recovers from multiples of 32 only (docs/zkevm.md)`,
    );
    this.offset = offset;
  }
}
