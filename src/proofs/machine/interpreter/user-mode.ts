import { fitsStack } from "../../../ground/protocol/stack-needs.ts";
import { BUDGET_SPENT, EXCEPTION, OPCODES } from "../instructions/evm.ts";
import { fieldIndex, variableIndex, type FrameField, type Variable } from "../kernel/names.ts";
import { ARITHMETIC, byteLength, isZero } from "./arithmetic.ts";
import type { Frame } from "./frame.ts";
import { LIMBS } from "./limbs.ts";
import type { MachineState } from "./machine-state.ts";
import { KernelNativeMeter } from "./native-meter.ts";
import { readNumber, TOO_LARGE } from "./word-stack.ts";

/** Runs a native opcode on the current frame; false for an exceptional halt. Static gas is paid, and operands exist. */
type NativeOpcode = (machine: MachineState, frame: Frame) => boolean;
/** Keccak-256 of some bytes. */
export type Keccak = (bytes: Uint8Array) => Uint8Array;

/** The run pauses before the next opcode. */
const PAUSED = -1;

/** User mode: runs the current frame until the kernel is needed. */
export class UserMode {
  readonly #natives: readonly (NativeOpcode | undefined)[];

  constructor(keccak: Keccak) {
    const natives = nativeOpcodes(keccak);
    this.#natives = Array.from({ length: 256 }, (_, opcode) => natives.get(opcode));
  }

  /** The opcode that the kernel must serve, `EXCEPTION` or `BUDGET_SPENT`; undefined where the run pauses. */
  run(machine: MachineState): number | undefined {
    const frame = machine.current;
    frame.resume((id, length) => machine.codes.at(id, machine.memory(id), length));
    const meter = new KernelNativeMeter(machine);
    const opcode = this.#serve(machine, frame, meter);
    meter.store();
    frame.park();
    machine.isInUserCode = opcode === PAUSED;
    return machine.isInUserCode ? undefined : opcode;
  }

  /** Serves an opcode. If it does not run, the frame is unchanged. */
  #serve(machine: MachineState, frame: Frame, meter: KernelNativeMeter): number {
    const { stack } = frame;
    for (;;) {
      if (machine.userSteps >= machine.mostUserSteps) return PAUSED;
      const { pc, gas, memoryWords } = frame;
      const { height } = stack;
      machine.userSteps++;
      machine.observeOpcode?.(machine);
      const end = this.#step(machine, frame, meter);
      if (end === undefined) continue;
      if (end === EXCEPTION || end === BUDGET_SPENT) {
        [frame.pc, frame.gas, frame.memoryWords] = [pc, gas, memoryWords];
        stack.height = height;
      }
      return end;
    }
  }

  /** Runs an opcode; undefined if user mode continues after it. */
  #step(machine: MachineState, frame: Frame, meter: KernelNativeMeter): number | undefined {
    const { stack } = frame;
    const opcode = frame.code.bytes[frame.pc] ?? 0;
    const rule = OPCODES[opcode];
    if (rule === undefined || !fitsStack(rule, stack.height)) return EXCEPTION;
    frame.pc++;
    if (rule.trapped) return opcode;
    if (!frame.charge(rule.gas)) return EXCEPTION;
    if (!meter.take(frame, opcode)) return BUDGET_SPENT;
    if (opcode >= 0x5f && opcode < 0x80) push(frame, opcode - 0x5f);
    else if (opcode >= 0x80 && opcode < 0x90) stack.pushWord(stack.limbs, stack.at(opcode - 0x80));
    else if (opcode >= 0x90 && opcode < 0xa0) swap(stack.limbs, stack.at(0), stack.at(opcode - 0x8f));
    else {
      const run = this.#natives[opcode];
      if (run === undefined) throw new Error(`user mode does not run opcode ${opcode}`);
      if (!run(machine, frame)) return EXCEPTION;
    }
    return undefined;
  }
}

/** Bytes behind the code's end are 0, as everywhere in the EVM. */
function push(frame: Frame, size: number): void {
  const { bytes } = frame.code;
  const stack = frame.stack;
  const at = stack.grow();
  const limbs = stack.limbs;
  limbs.fill(0, at, at + LIMBS);
  const last = frame.pc + size - 1;
  for (let i = 0; i < size; i++) {
    const byte = bytes[last - i] ?? 0;
    const limb = at + (i >> 1);
    limbs[limb] = (limbs[limb] as number) | ((i & 1) === 0 ? byte : byte << 8);
  }
  frame.pc += size;
}

/** Exchanges two words. */
export function swap(limbs: Uint16Array, a: number, b: number): void {
  for (let i = 0; i < LIMBS; i++) {
    const limb = limbs[a + i] as number;
    limbs[a + i] = limbs[b + i] as number;
    limbs[b + i] = limb;
  }
}

function nativeOpcodes(keccak: Keccak): ReadonlyMap<number, NativeOpcode> {
  const natives = new Map<number, NativeOpcode>();
  for (const [opcode, compute] of ARITHMETIC) {
    natives.set(opcode, (_, frame) => {
      compute(frame.stack);
      return true;
    });
  }
  const exponentiate = ARITHMETIC.get(0x0a) as (stack: Frame["stack"]) => void;
  natives.set(0x0a, (_, frame) => {
    if (!frame.charge(50 * byteLength(frame.stack.limbs, frame.stack.at(1)))) return false;
    exponentiate(frame.stack);
    return true;
  });
  natives.set(0x20, (_, frame) => hashMemory(frame, keccak));
  for (const [opcode, run] of [...ENVIRONMENT, ...MEMORY, ...FLOW]) natives.set(opcode, run);
  return natives;
}

function hashMemory(frame: Frame, keccak: Keccak): boolean {
  const offset = frame.stack.popNumber();
  const length = frame.stack.popNumber();
  if (!frame.expand(offset, length) || !frame.charge(6 * Math.ceil(length / 32))) return false;
  pushBytes(frame.stack, keccak(frame.memory.view(length === 0 ? 0 : offset, length)));
  return true;
}

/** Pushes 32 bytes, big-endian. */
export function pushBytes(stack: Frame["stack"], bytes: Uint8Array): void {
  const at = stack.grow();
  for (let i = 0; i < LIMBS; i++) {
    stack.limbs[at + i] = ((bytes[30 - 2 * i] as number) << 8) | (bytes[31 - 2 * i] as number);
  }
}

const field =
  (name: FrameField): NativeOpcode =>
  (_, frame) => {
    frame.stack.pushWord(frame.fields, fieldIndex(name) * LIMBS);
    return true;
  };
const variable =
  (name: Variable): NativeOpcode =>
  (machine, frame) => {
    frame.stack.pushWord(machine.variables, variableIndex(name) * LIMBS);
    return true;
  };
const number =
  (read: (machine: MachineState, frame: Frame) => number | bigint): NativeOpcode =>
  (machine, frame) => {
    frame.stack.pushBigInt(BigInt(read(machine, frame)));
    return true;
  };

const ENVIRONMENT: readonly (readonly [number, NativeOpcode])[] = [
  [0x30, field("address")],
  [0x32, variable("origin")],
  [0x33, field("caller")],
  [0x34, field("callValue")],
  [0x36, number((machine) => machine.slice("input").length)],
  [0x38, number((_, frame) => frame.code.bytes.length)],
  [0x3a, variable("price")],
  [0x3d, number((machine) => machine.slice("returned").length)],
  [0x41, variable("coinbase")],
  [0x42, variable("timestamp")],
  [0x43, variable("blockNumber")],
  [0x44, variable("prevRandao")],
  [0x45, number(({ environment }) => environment.blockGasLimit)],
  [0x46, number(({ environment }) => environment.chainId)],
  [0x47, field("balance")],
  [0x48, number(({ environment }) => environment.baseFee)],
  // No blobs here: their hashes are 0, and their base fee is the least there is.
  [0x49, (_, frame) => ((frame.stack.drop(), frame.stack.pushNumber(0)), true)],
  [0x4a, number(() => 1)],
  [0x59, number((_, frame) => frame.memoryWords * 32)],
  [0x5a, number((_, frame) => frame.gas)],
];

const MEMORY: readonly (readonly [number, NativeOpcode])[] = [
  [0x35, loadCallData],
  [0x37, (machine, frame) => copyToMemory(frame, (from, length) => readSlice(machine, "input", from, length))],
  [0x39, (_, frame) => copyToMemory(frame, (from, length) => frame.code.bytes.subarray(from, from + length))],
  [0x3e, copyReturnData],
  [0x51, loadWord],
  [0x52, storeWord],
  [0x53, storeByte],
  [0x5e, copyWithinMemory],
];

function loadCallData(machine: MachineState, frame: Frame): boolean {
  const from = frame.stack.popNumber();
  const word = new Uint8Array(32);
  word.set(readSlice(machine, "input", from, 32));
  pushBytes(frame.stack, word);
  return true;
}

/** Existing bytes of [from, from + length) in the slice of a field. */
function readSlice(machine: MachineState, name: FrameField, from: number, length: number): Uint8Array {
  const slice = machine.slice(name);
  if (from >= slice.length) return new Uint8Array(0);
  return machine.memory(slice.frame).view(slice.offset + from, Math.min(length, slice.length - from));
}

function copyToMemory(frame: Frame, read: (from: number, length: number) => Uint8Array): boolean {
  const to = frame.stack.popNumber();
  const from = frame.stack.popNumber();
  const length = frame.stack.popNumber();
  if (!payCopy(frame, to, length)) return false;
  frame.memory.write(to, read(from, length), length);
  return true;
}

function payCopy(frame: Frame, farthest: number, length: number): boolean {
  return frame.expand(farthest, length) && frame.charge(3 * Math.ceil(length / 32));
}

/** Reading behind the end of what a call returned halts the frame (EIP-211). */
function copyReturnData(machine: MachineState, frame: Frame): boolean {
  const { stack } = frame;
  const beyond = readNumber(stack.limbs, stack.at(1)) + readNumber(stack.limbs, stack.at(2)) > machine.slice("returned").length;
  return !beyond && copyToMemory(frame, (from, length) => readSlice(machine, "returned", from, length));
}

function copyWithinMemory(_: MachineState, frame: Frame): boolean {
  const to = frame.stack.popNumber();
  const from = frame.stack.popNumber();
  const length = frame.stack.popNumber();
  if (!payCopy(frame, Math.max(to, from), length)) return false;
  if (length > 0) frame.memory.write(to, frame.memory.view(from, length).slice());
  return true;
}

function loadWord(_: MachineState, frame: Frame): boolean {
  const { stack } = frame;
  const at = stack.at(0);
  const offset = readNumber(stack.limbs, at);
  if (!frame.expand(offset, 32)) return false;
  frame.memory.loadWord(offset, stack.limbs, at);
  return true;
}

function storeWord(_: MachineState, frame: Frame): boolean {
  const { stack } = frame;
  const offset = stack.popNumber();
  if (!frame.expand(offset, 32)) return false;
  frame.memory.storeWord(offset, stack.limbs, stack.at(0));
  stack.drop();
  return true;
}

function storeByte(_: MachineState, frame: Frame): boolean {
  const { stack } = frame;
  const offset = stack.popNumber();
  if (!frame.expand(offset, 1)) return false;
  frame.memory.storeByte(offset, (stack.limbs[stack.at(0)] as number) & 0xff);
  stack.drop();
  return true;
}

const FLOW: readonly (readonly [number, NativeOpcode])[] = [
  [0x50, (_, frame) => (frame.stack.drop(), true)],
  [0x56, (_, frame) => jump(frame, frame.stack.popNumber())],
  [0x57, jumpIf],
  [0x58, number((_, frame) => frame.pc - 1)],
  [0x5b, () => true],
];

function jumpIf(_: MachineState, frame: Frame): boolean {
  const { stack } = frame;
  const target = stack.popNumber();
  const taken = !isZero(stack.limbs, stack.at(0));
  stack.drop();
  return !taken || jump(frame, target);
}

function jump(frame: Frame, target: number): boolean {
  if (target === TOO_LARGE || frame.code.jumpTargets[target] !== 1) return false;
  frame.pc = target;
  return true;
}
