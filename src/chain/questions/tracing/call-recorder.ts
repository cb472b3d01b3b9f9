import type { EVMResult, InterpreterStep, Message } from "@ethereumjs/evm";
import { toHex, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { RunListener } from "../../witness/run-listener.ts";
import { addressOf, forwardedGas, memoryAt } from "./instructions.ts";
import type { TraceSize } from "./trace-size.ts";

/** A log, and behind how many calls of its frame it came. */
interface FrameLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly position: number;
}

/** A call, creation or self-destruction. */
export interface RecordedFrame {
  readonly type: string;
  readonly from: Hex;
  to: Hex | undefined;
  readonly gas: bigint;
  gasUsed: bigint;
  /** Undefined for a static call, which can pass on none. */
  readonly valueWei: bigint | undefined;
  readonly input: Hex;
  output: Hex;
  /** Why it failed, in the EVM's words. */
  error: string | undefined;
  readonly calls: RecordedFrame[];
  logs: FrameLog[];
  isPrecompile: boolean;
}

/** An instruction that calls or creates, before its success is certain. */
interface Attempt {
  readonly type: string;
  readonly depth: number;
  readonly address: Hex;
  readonly to: Hex | undefined;
  readonly gas: bigint;
  readonly valueWei: bigint;
  readonly input: Hex;
}

/** Positions on the stack of a calling instruction's value and of its data's offset and length, counted from the top. */
const CALLS: Readonly<Record<string, { readonly value?: number; readonly offset: number }>> = {
  CALL: { value: 2, offset: 3 },
  CALLCODE: { value: 2, offset: 3 },
  DELEGATECALL: { offset: 2 },
  STATICCALL: { offset: 2 },
  CREATE: { value: 0, offset: 1 },
  CREATE2: { value: 0, offset: 1 },
};
const CALL_STIPEND = 2_300n;

/** Records the calls in a run, those included that fail before they begin. */
export class CallRecorder implements RunListener {
  readonly #balanceOf: (address: Hex) => bigint;
  readonly #size: TraceSize;
  readonly #open: RecordedFrame[] = [];
  #attempt: Attempt | undefined;
  /** The frame that an instruction destroys, if its gas suffices. */
  #destroyed: RecordedFrame | undefined;
  #top: RecordedFrame | undefined;

  constructor(balanceOf: (address: Hex) => bigint, size: TraceSize) {
    this.#balanceOf = balanceOf;
    this.#size = size;
  }

  /** The outermost call. Undefined where it did not begin. */
  get top(): RecordedFrame | undefined {
    return this.#top;
  }

  step(step: InterpreterStep): void {
    this.#endAttempt(step.depth);
    const { name } = step.opcode;
    if (Object.hasOwn(CALLS, name)) this.#attempt = this.#attemptOf(step);
    else if (name.startsWith("LOG")) this.#log(step, Number(name.slice(3)));
    else if (name === "SELFDESTRUCT") this.#destroyed = this.#destruction(step);
  }

  beforeMessage(message: Message): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    const isCreation = message.to === undefined;
    const type = attempt?.type ?? (isCreation ? "CREATE" : "CALL");
    const frame: RecordedFrame = {
      type,
      from: attempt?.address ?? (message.caller.toString() as Hex),
      to: isCreation ? undefined : (message.codeAddress.toString() as Hex),
      gas: message.gasLimit,
      gasUsed: 0n,
      valueWei: type === "STATICCALL" ? undefined : message.value,
      input: toHex(message.data),
      output: "0x",
      error: undefined,
      calls: [],
      logs: [],
      isPrecompile: message.isCompiled,
    };
    this.#size.add(message.data.length);
    this.#open.at(-1)?.calls.push(frame);
    this.#open.push(frame);
    this.#top ??= frame;
  }

  afterMessage({ execResult, createdAddress }: EVMResult): void {
    this.#attempt = undefined;
    const frame = this.#open.pop();
    if (frame === undefined) throw new Error("a call ends that has not begun");
    const { executionGasUsed, returnValue, exceptionError } = execResult;
    this.#size.add(returnValue.length);
    frame.gasUsed = executionGasUsed;
    frame.output = toHex(returnValue);
    frame.error = exceptionError?.error;
    if (exceptionError === undefined) frame.to ??= createdAddress?.toString() as Hex | undefined;
    if (exceptionError !== undefined) frame.logs = [];
    else if (this.#destroyed !== undefined) frame.calls.push(this.#destroyed);
    this.#destroyed = undefined;
  }

  #attemptOf(step: InterpreterStep): Attempt {
    const { opcode, depth, stack, address, gasLeft } = step;
    const { value, offset } = CALLS[opcode.name] as { readonly value?: number; readonly offset: number };
    const word = (place: number): bigint => stack.at(-1 - place) ?? 0n;
    const isCreation = opcode.name.startsWith("CREATE");
    const valueWei = value === undefined ? 0n : word(value);
    const gas = forwardedGas(step);
    return {
      type: opcode.name,
      depth,
      address: address.toString() as Hex,
      to: isCreation ? undefined : addressOf(word(1)),
      gas: isCreation || valueWei === 0n ? gas : gas + CALL_STIPEND,
      valueWei,
      // Without enough gas the call does not begin.
      input: gasLeft < (opcode.dynamicFee ?? 0n) ? "0x" : toHex(memoryAt(step, word(offset), word(offset + 1))),
    };
  }

  /** The next instruction of the same frame: what was to be called never began, for want of value or depth. */
  #endAttempt(depth: number): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt?.depth !== depth) return;
    const { type, address, to, gas, valueWei, input } = attempt;
    this.#size.add(input.length / 2);
    this.#open.at(-1)?.calls.push({
      type,
      from: address,
      to,
      gas,
      gasUsed: 0n,
      valueWei: type === "STATICCALL" ? undefined : valueWei,
      input,
      output: "0x",
      calls: [],
      logs: [],
      isPrecompile: false,
      error: valueWei > this.#balanceOf(address) ? "insufficient balance for transfer" : "max call depth exceeded",
    });
  }

  #log(step: InterpreterStep, topics: number): void {
    const { stack, address, gasLeft, opcode } = step;
    const frame = this.#open.at(-1);
    // Without gas enough, or topics, the frame fails, and none of its logs count.
    if (frame === undefined || stack.length < topics + 2 || gasLeft < (opcode.dynamicFee ?? 0n)) return;
    const data = memoryAt(step, stack.at(-1) ?? 0n, stack.at(-2) ?? 0n);
    this.#size.add(data.length);
    frame.logs.push({
      address: address.toString() as Hex,
      topics: Array.from({ length: topics }, (_, i) => wordToHex(stack.at(-3 - i) ?? 0n)),
      data: toHex(data),
      position: frame.calls.length,
    });
  }

  #destruction({ address, stack }: InterpreterStep): RecordedFrame {
    const from = address.toString() as Hex;
    return {
      type: "SELFDESTRUCT",
      from,
      to: addressOf(stack.at(-1) ?? 0n),
      gas: 0n,
      gasUsed: 0n,
      valueWei: this.#balanceOf(from),
      input: "0x",
      output: "0x",
      error: undefined,
      calls: [],
      logs: [],
      isPrecompile: false,
    };
  }
}
