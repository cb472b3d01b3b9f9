import { STACK_LIMIT } from "../../../ground/protocol/stack-needs.ts";
import { MACHINE, type MachineInstruction } from "../instructions/privileged.ts";
import { fieldProduct } from "./field-product.ts";
import type { FoldedHash } from "./folded-hashes.ts";
import { LIMBS } from "./limbs.ts";
import { BlockHashesNotGivenError, KernelPanic } from "./machine-error.ts";
import type { MachineState } from "./machine-state.ts";
import { pushBytes, type Keccak, type UserMode } from "./user-mode.ts";

/** Operations that the machine computes for the kernel with libraries; in circuits each is a separate table. */
export interface Primitives {
  readonly keccak: Keccak;
  /** The signer's public key, x ‖ y, or undefined where no key has that signature. Parity is 0 or 1. */
  readonly recover: (hash: Uint8Array, parity: number, r: Uint8Array, s: Uint8Array) => Uint8Array | undefined;
  /** The tagged compression of two digests of eight elements each, by Poseidon. */
  readonly compress: (tag: number, left: readonly number[], right: readonly number[]) => readonly number[];
  /** SHA-256's compression function: the state of eight words of 32 bits behind a block of sixteen. */
  readonly sha256Block: (state: readonly number[], block: readonly number[]) => readonly number[];
}

/** One privileged instruction: pops its operands from the kernel's stack and pushes its result. */
export type Privileged = (machine: MachineState) => void;

/** Every `machine.*` of the kernel, by code. */
export function privilegedOperations(user: UserMode, primitives: Primitives): ReadonlyMap<number, Privileged> {
  const operations: Record<MachineInstruction, Privileged> = {
    ...frameOperations(user),
    ...memoryOperations(),
    ...stateOperations(primitives),
    ...digestOperations(primitives),
    ...signatureOperations(primitives),
    fieldProduct,
    endTransaction: (machine) => machine.endTransaction(),
    endOperation: (machine) => machine.endOperation(),
    panic: ({ kernelStack }) => {
      throw new KernelPanic(kernelStack.popBigInt());
    },
  };
  return new Map(Object.entries(operations).map(([name, run]) => [MACHINE[name as MachineInstruction].code, run]));
}

function frameOperations(user: UserMode) {
  return {
    run: (machine) => {
      const opcode = user.run(machine);
      if (opcode !== undefined) machine.kernelStack.pushNumber(opcode);
    },
    setGas: ({ kernelStack, current }) => {
      current.gas = kernelStack.popNumber();
    },
    enterFrame: (machine) => {
      machine.enter(machine.kernelStack.popNumber());
    },
    loadUser: (machine) => {
      const { kernelStack } = machine;
      const { limbs, at } = userWord(machine, kernelStack.popNumber());
      kernelStack.pushWord(limbs, at);
    },
    storeUser: (machine) => {
      const { kernelStack } = machine;
      const { limbs, at } = userWord(machine, kernelStack.popNumber());
      const from = kernelStack.at(0);
      limbs.set(kernelStack.limbs.subarray(from, from + LIMBS), at);
      kernelStack.drop();
    },
  } satisfies Partial<Record<MachineInstruction, Privileged>>;
}

function memoryOperations() {
  return {
    hint: (machine) => {
      machine.kernelStack.pushBigInt(machine.nextHint());
    },
    copy: (machine) => {
      const { memory, offset } = machine.at(machine.kernelStack.popNumber());
      const bytes = popView(machine);
      memory.write(offset, bytes.slice());
      machine.kernelStack.pushNumber(bytes.length);
    },
  } satisfies Partial<Record<MachineInstruction, Privileged>>;
}

/** Location of a word of a frame's stack by its number: frame << 10 and the index. */
function userWord(machine: MachineState, number: number): { readonly limbs: Uint16Array; readonly at: number } {
  const { stack } = machine.frame(Math.floor(number / STACK_LIMIT));
  const place = number % STACK_LIMIT;
  stack.reserve(place + 1);
  return { limbs: stack.limbs, at: place * LIMBS };
}

/** Pops a pointer and a length. */
export function popView(machine: MachineState): Uint8Array {
  const { memory, offset } = machine.at(machine.kernelStack.popNumber());
  return memory.view(offset, machine.kernelStack.popNumber());
}

function digestOperations({ compress, sha256Block }: Primitives) {
  return {
    compress: ({ kernelStack }) => {
      const how = kernelStack.popNumber();
      const { limbs } = kernelStack;
      const left = elementsOf(limbs, kernelStack.at(0));
      const place = kernelStack.at(1);
      const right = how < PACKED ? elementsOf(limbs, place) : packedElementsOf(limbs, place);
      kernelStack.drop();
      writeElements(limbs, place, compress(how % PACKED, left, right));
    },
    sha256Block: ({ kernelStack }) => {
      const { limbs } = kernelStack;
      const [state, first] = [kernelStack.at(0), kernelStack.at(1)];
      const result = kernelStack.at(2);
      const block = [...doublesOf(limbs, first), ...doublesOf(limbs, result)];
      const after = sha256Block(doublesOf(limbs, state), block);
      kernelStack.drop(2);
      writeElements(limbs, result, after);
    },
  } satisfies Partial<Record<MachineInstruction, Privileged>>;
}

/** Offset at which a code has the chain over its bytes: the digest is the chain's compression with the code's length. */
const CHAIN_OFFSET = 2 ** 24;

/** Added to the tag of a compression whose right side is in the upper 24 bytes of its word. */
const PACKED = 2 ** 16;

/** The prime of the field of digests. */
const FIELD_MODULUS = 2 ** 31 - 2 ** 24 + 1;
/** Elements of a digest, the first in a word's highest limbs. */
const ELEMENTS = 8;

/** The eight elements of the digest's word at an offset. */
function elementsOf(limbs: Uint16Array, at: number): number[] {
  return doublesOf(limbs, at).map((value) => value % FIELD_MODULUS);
}

/** The eight numbers of 32 bits of the word at an offset, the first highest. */
function doublesOf(limbs: Uint16Array, at: number): number[] {
  const numbers: number[] = [];
  for (let low = at + LIMBS - 2; low >= at; low -= 2) numbers.push((limbs[low] as number) + (limbs[low + 1] as number) * 0x10000);
  return numbers;
}

/** The eight elements of the upper 24 bytes of the word at an offset: two to three limbs. */
function packedElementsOf(limbs: Uint16Array, at: number): number[] {
  const elements: number[] = [];
  for (let top = at + LIMBS - 1; elements.length < ELEMENTS; top -= 3) {
    const [high, middle, low] = [limbs[top] as number, limbs[top - 1] as number, limbs[top - 2] as number];
    elements.push(high * 0x100 + (middle >> 8), (middle & 0xff) * 0x10000 + low);
  }
  return elements;
}

function writeElements(limbs: Uint16Array, at: number, elements: readonly number[]): void {
  for (let i = 0; i < ELEMENTS; i++) {
    const [element, low] = [elements[i] ?? 0, at + LIMBS - 2 - 2 * i];
    limbs[low] = element % 0x10000;
    limbs[low + 1] = Math.floor(element / 0x10000);
  }
}

function stateOperations({ compress }: Primitives) {
  return {
    key: (machine) => {
      const { kernelStack, keys } = machine;
      const leafKind = kernelStack.popNumber();
      const id = keys.id(leafKind, kernelStack.limbs, kernelStack.at(0), kernelStack.at(1), machine.array(0));
      kernelStack.drop(2);
      kernelStack.pushNumber(id);
    },
    accountOfKey: ({ kernelStack, keys }) => {
      const key = keys.keys[kernelStack.popNumber()];
      if (key === undefined) throw new Error("the kernel named a key that it never made");
      kernelStack.pushBigInt(key.account);
    },
    codeLength: ({ kernelStack, codes }) => {
      kernelStack.pushNumber(codes.describe(kernelStack.popBigInt()));
    },
    codeWord: ({ kernelStack, codes }) => {
      const digest = kernelStack.popBigInt();
      const bytes = codes.load(digest);
      const offset = kernelStack.popNumber();
      if (offset === CHAIN_OFFSET)
        return kernelStack.pushBigInt(codes.chainOf(digest, (...compressed) => [...compress(...compressed)]));
      const word = new Uint8Array(32);
      word.set(bytes.subarray(offset, offset + 32));
      pushBytes(kernelStack, word);
    },
    foldedHash: (machine) => {
      machine.kernelStack.pushBigInt(pairedLimbs(lastHash(machine).hash));
    },
    foldedBefore: (machine) => {
      machine.kernelStack.pushBigInt(lastHash(machine).before);
    },
    keepCode: (machine) => {
      const bytes = popView(machine);
      const digest = machine.kernelStack.popBigInt();
      machine.codes.keep(digest, bytes);
      machine.kernelStack.pushBigInt(digest);
    },
  } satisfies Partial<Record<MachineInstruction, Privileged>>;
}

/** The 16 limbs of a hash in eight pairs, the first highest: the limb of the lower half is the lower of its pair. */
function pairedLimbs(hash: bigint): bigint {
  let pairs = 0n;
  for (let i = 0n; i < 8n; i++)
    pairs = (pairs << 32n) | (((hash >> (128n + 16n * i)) & 0xffffn) << 16n) | ((hash >> (16n * i)) & 0xffffn);
  return pairs;
}

function lastHash({ kernelStack, foldedHashes }: MachineState): FoldedHash {
  const digest = kernelStack.popBigInt();
  if (foldedHashes === undefined) throw new BlockHashesNotGivenError();
  return foldedHashes.lastOf(digest);
}

function signatureOperations({ recover }: Primitives) {
  return {
    recover: (machine) => {
      const { kernelStack } = machine;
      const kernelMemory = machine.memory(0);
      const at = kernelStack.popNumber();
      const word = (offset: number): Uint8Array => kernelMemory.view(at + offset, 32).slice();
      const [hash, parity, r, s] = [word(0), word(32), word(64), word(96)];
      const bit = parity.subarray(0, 31).every((byte) => byte === 0) ? (parity[31] as number) : 2;
      const key = bit > 1 ? undefined : recover(hash, bit, r, s);
      if (key !== undefined) kernelMemory.write(at + 128, key);
      kernelStack.pushNumber(key === undefined ? 0 : 1);
    },
  } satisfies Partial<Record<MachineInstruction, Privileged>>;
}
