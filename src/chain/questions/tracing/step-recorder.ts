import { failureWords } from "../../../ground/transaction/client-words.ts";
import type { InterpreterStep } from "@ethereumjs/evm";
import { hexQuantity, toHex, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { RunListener } from "../../witness/run-listener.ts";
import { forwardedGas } from "./instructions.ts";
import type { TraceSize } from "./trace-size.ts";

/** An instruction, as nodes show it. */
interface StepLog {
  readonly pc: number;
  readonly op: string;
  readonly gas: number;
  readonly gasCost: number;
  readonly depth: number;
  error?: string;
  readonly stack?: readonly Hex[];
  readonly memory?: readonly Hex[];
  readonly storage?: Readonly<Record<Hex, Hex>>;
  readonly refund: number;
}

/** Records every instruction of a run. */
export class StepRecorder implements RunListener {
  readonly logs: StepLog[] = [];
  readonly #hasStack: boolean;
  readonly #hasStorage: boolean;
  readonly #hasMemory: boolean;
  readonly #wordAt: (address: Hex, slot: Hex) => bigint;
  readonly #size: TraceSize;
  /** Slots that were read or written until now, by account. */
  readonly #storage = new Map<Hex, Record<Hex, Hex>>();
  /** The last instruction of each open call. */
  readonly #last: (StepLog | undefined)[] = [];

  constructor(
    { disableStack, disableStorage, enableMemory }: Readonly<Record<string, unknown>>,
    wordAt: (address: Hex, slot: Hex) => bigint,
    size: TraceSize,
  ) {
    this.#hasStack = disableStack !== true;
    this.#hasStorage = disableStorage !== true;
    this.#hasMemory = enableMemory === true;
    this.#wordAt = wordAt;
    this.#size = size;
  }

  step(step: InterpreterStep): void {
    const { pc, opcode, gasLeft, gasRefund, depth, stack } = step;
    const cost = (opcode.dynamicFee ?? BigInt(opcode.fee)) + forwardedGas(step);
    if (this.#hasStack) this.#size.addStack(stack.length);
    const storage = this.#hasStorage ? this.#storageAt(step) : undefined;
    const log: StepLog = {
      pc,
      op: opcode.name,
      gas: Number(gasLeft),
      gasCost: Number(cost < gasLeft ? cost : gasLeft),
      depth: depth + 1,
      ...(this.#hasStack ? { stack: stack.map(hexQuantity) } : {}),
      ...(this.#hasMemory ? { memory: this.#memoryAt(step) } : {}),
      ...(storage === undefined ? {} : { storage }),
      refund: Number(gasRefund),
    };
    this.logs.push(log);
    this.#last[depth] = log;
  }

  beforeMessage({ depth }: { readonly depth: number }): void {
    this.#last.length = depth;
    this.#last.push(undefined);
  }

  afterMessage({ execResult }: Parameters<RunListener["afterMessage"]>[0]): void {
    const last = this.#last.pop();
    const error = execResult.exceptionError?.error;
    if (last !== undefined && error !== undefined && error !== "revert") last.error = failureWords(error);
  }

  /** Memory as a list of words; the library stores further bytes after it. */
  #memoryAt({ memory, memoryWordCount }: InterpreterStep): readonly Hex[] {
    const words = Number(memoryWordCount);
    this.#size.addMemory(words);
    return Array.from({ length: words }, (_, i) => toHex(memory.subarray(32 * i, 32 * (i + 1))));
  }

  #storageAt({ opcode, address, stack }: InterpreterStep): Readonly<Record<Hex, Hex>> | undefined {
    const [slot, value] = [stack.at(-1), stack.at(-2)];
    if ((opcode.name !== "SLOAD" && opcode.name !== "SSTORE") || slot === undefined) return undefined;
    if (opcode.name === "SSTORE" && value === undefined) return undefined;
    const account = address.toString() as Hex;
    const known = this.#storage.get(account) ?? {};
    this.#storage.set(account, known);
    const name = wordToHex(slot);
    known[name] = wordToHex(opcode.name === "SSTORE" ? (value ?? 0n) : this.#wordAt(account, name));
    this.#size.addStack(2 * Object.keys(known).length);
    return { ...known };
  }
}
