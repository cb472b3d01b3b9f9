import type { EVM, EVMResult } from "@ethereumjs/evm";
import { fromHex } from "../../ground/protocol/hex.ts";
import {
  INSTRUCTION_WEIGHTS,
  isUnsupportedPrecompile,
  MAX_MODULAR_BYTES,
  NATIVE_BUDGET,
  PRECOMPILE_WEIGHTS,
  UNIT_WEIGHTS,
} from "../../ground/protocol/native-budget.ts";
import { fitsStack, STACK_NEEDS } from "../../ground/protocol/stack-needs.ts";
import type { TransactionRequest } from "../../ground/transaction/transaction.ts";
import type { FlatState } from "./flat-state.ts";
import { beforeInstructions, type RunState } from "./instruction-table.ts";
import { RunBrokenOff } from "./run-end.ts";

/** Why an operation of L1's queue does not run, of what shows while it would. */
type UnprovableReason =
  /** It takes more to prove than an operation may. */
  | "budget"
  /** It calls a precompiled contract that no proof covers. */
  | "precompile"
  /** It asks for the hash of the block that pays it out, which does not exist yet. */
  | "blockHash";

const [EXP, KECCAK256, EXTCODECOPY, BLOCKHASH, MCOPY, CREATE, CALL, CALLCODE, CREATE2] = [
  0x0a, 0x20, 0x3c, 0x40, 0x5e, 0xf0, 0xf1, 0xf2, 0xf5,
];
/** CALLDATACOPY, CODECOPY, RETURNDATACOPY, MCOPY: destination, source, length. */
const COPIES = [0x37, 0x39, 0x3e, MCOPY];
/** CALL, CALLCODE, DELEGATECALL, STATICCALL. */
const CALLS = [CALL, CALLCODE, 0xf4, 0xfa];
/** How a delegated account's code begins (EIP-7702), and how long it is. */
const DELEGATION = [0xef, 0x01, 0x00, 23] as const;
const HASH_BLOCK = 136n;

/**
 * Adds up what an operation of format 2 takes to prove, instruction by instruction (docs/protocol.md), and breaks its run
 * off where it is too much, or where it comes to what no proof covers. An instruction counts once the stack has its words
 * and room, and its gas is paid.
 */
export class NativeMeter {
  readonly #evm: EVM;
  readonly #state: FlatState;
  readonly #operation: Pick<TransactionRequest, "to" | "data">;
  readonly #giveBack: () => void;
  readonly #unknownBlock: bigint | undefined;
  readonly #loaded = new Set<bigint>();
  #used = 0;
  #reason: UnprovableReason | undefined;

  /** The library tells of the outermost message once it has found the transaction valid. */
  readonly #onMessage = (): void => {
    this.#evm.events.off("beforeMessage", this.#onMessage);
    const { to, data } = this.#operation;
    if (to === undefined) this.#load(fromHex(data).length);
    else this.#call(BigInt(to), () => fromHex(data));
  };

  /** Code that a contract gets, whether it is undone later or not. */
  readonly #onDeposit = ({ createdAddress, execResult }: EVMResult): void => {
    if (createdAddress === undefined || execResult.exceptionError !== undefined) return;
    this.#add(execResult.returnValue.length * UNIT_WEIGHTS.depositedByte);
  };

  /** `unknownBlock`: number of the block that has no hash yet. */
  constructor(evm: EVM, state: FlatState, operation: Pick<TransactionRequest, "to" | "data">, unknownBlock: bigint | undefined) {
    this.#evm = evm;
    this.#state = state;
    this.#operation = operation;
    this.#unknownBlock = unknownBlock;
    evm.events.on("beforeMessage", this.#onMessage).on("afterMessage", this.#onDeposit);
    const weighed = INSTRUCTION_WEIGHTS.flatMap((weight, opcode) =>
      weight === undefined ? [] : [[opcode, this.#weighing(opcode, weight)] as const],
    );
    this.#giveBack = beforeInstructions(evm, new Map(weighed));
  }

  /** Why the run was broken off; undefined where it was not. */
  get reason(): UnprovableReason | undefined {
    return this.#reason;
  }

  stop(): void {
    this.#evm.events.off("beforeMessage", this.#onMessage).off("afterMessage", this.#onDeposit);
    this.#giveBack();
  }

  #weighing(opcode: number, weight: number): (runState: RunState) => void {
    const need = STACK_NEEDS[opcode];
    if (need === undefined) throw new Error(`opcode ${opcode} has a weight, and takes no known number of words`);
    const further = this.#furtherOf(opcode);
    return (runState) => {
      // For want of words or room the library halts in the instruction itself.
      if (!fitsStack(need, runState.stack.length)) return;
      this.#add(weight);
      further?.(runState);
    };
  }

  /** What of an instruction depends on its operands. */
  #furtherOf(opcode: number): ((runState: RunState) => void) | undefined {
    if (COPIES.includes(opcode)) return ({ stack }) => this.#copy(stack.peek(3)[2]);
    if (CALLS.includes(opcode))
      return (runState) => this.#callInstruction(runState, opcode === CALL || opcode === CALLCODE ? 1 : 0);
    switch (opcode) {
      case EXP:
        return ({ stack }) => this.#add(significantBytes(stack.peek(2)[1]) * UNIT_WEIGHTS.exponentByte);
      case KECCAK256:
        return ({ stack }) => this.#hash(stack.peek(2)[1]);
      case BLOCKHASH:
        return ({ stack }) => this.#askHash(stack.peek(1)[0]);
      case EXTCODECOPY:
        return ({ stack }) => {
          const [address = 0n, , , length] = stack.peek(4);
          this.#copy(length);
          this.#loadCodeOf(BigInt.asUintN(160, address));
        };
      case CREATE:
      case CREATE2:
        return ({ stack }) => {
          const [, , length = 0n] = stack.peek(3);
          if (opcode === CREATE2) this.#hash(length);
          this.#load(Number(length));
        };
      default:
        return undefined;
    }
  }

  #callInstruction({ stack, memory }: RunState, valueWords: number): void {
    const operands = stack.peek(6 + valueWords);
    const [offset = 0n, length = 0n, , outLength = 0n] = operands.slice(2 + valueWords);
    this.#copy(outLength);
    // Gas for this much memory has been paid by now.
    this.#call(BigInt.asUintN(160, operands[1] ?? 0n), () => memory.read(Number(offset), Number(length)));
  }

  #call(to: bigint, input: () => Uint8Array): void {
    if (isUnsupportedPrecompile(to)) this.#end("precompile");
    const weight = PRECOMPILE_WEIGHTS.get(to);
    if (weight === undefined) this.#loadCodeOf(to);
    else this.#add(weight);
    if (to === 0x02n) this.#add((Math.floor((input().length + 8) / 64) + 1) * UNIT_WEIGHTS.sha256Block);
    if (to === 0x04n) this.#copy(BigInt(input().length));
    if (to === 0x05n) this.#modularPower(input());
  }

  #modularPower(input: Uint8Array): void {
    const lengths = [0, 32, 64].map((place) => wordAt(input, place));
    if (lengths.some((length) => length > MAX_MODULAR_BYTES)) this.#end("precompile");
    this.#add(Number(lengths[1]) * UNIT_WEIGHTS.modularExponentByte);
  }

  /** Code of an account and of each account in its line of delegations, which is as long as its makers like. */
  #loadCodeOf(account: bigint): void {
    for (let address = account; !this.#loaded.has(address);) {
      this.#loaded.add(address);
      const code = this.#state.codeAt(`0x${address.toString(16).padStart(40, "0")}`);
      this.#load(code.length);
      const isDelegated = code.length === DELEGATION[3] && [0, 1, 2].every((i) => code[i] === DELEGATION[i]);
      if (!isDelegated) return;
      address = BigInt(`0x${Buffer.from(code.subarray(3)).toString("hex")}`);
    }
  }

  #load(bytes: number): void {
    this.#add(Math.ceil(bytes / 3) * UNIT_WEIGHTS.loadedThreeBytes);
  }

  #copy(bytes = 0n): void {
    this.#add(Number((bytes + 31n) / 32n) * UNIT_WEIGHTS.copiedWord);
  }

  #hash(bytes = 0n): void {
    this.#add(Number(bytes / HASH_BLOCK + 1n) * UNIT_WEIGHTS.hashedBlock);
  }

  #askHash(number: bigint | undefined): void {
    if (number !== undefined && number === this.#unknownBlock) this.#end("blockHash");
  }

  #add(units: number): void {
    this.#used += units;
    if (this.#used > NATIVE_BUDGET) this.#end("budget");
  }

  #end(reason: UnprovableReason): never {
    this.#reason ??= reason;
    throw new RunBrokenOff(this.#reason, `an operation that takes what no proof covers: ${this.#reason}`);
  }
}

function significantBytes(value = 0n): number {
  return value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
}

/** A word of data that goes on with zeros. */
function wordAt(data: Uint8Array, place: number): bigint {
  const word = new Uint8Array(32);
  word.set(data.subarray(place, place + 32));
  return BigInt(`0x${Buffer.from(word).toString("hex")}`);
}
