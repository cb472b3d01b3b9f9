import type { FunctionBuilder, FunctionReference } from "./assembler/function-builder.ts";
import { ModuleBuilder } from "./assembler/module-builder.ts";
import { addField, multiplyField, NUMBER_BYTES, subtractField } from "./emit/secp256k1-field.ts";

const PRIME = 2n ** 256n - 2n ** 32n - 977n;
/** The exponent that inverts, from its uppermost bit on. */
const INVERTING = (PRIME - 2n).toString(2);
const PAGE_BYTES = 65536;
const WORD_BITS = 64n;

type Operation = (target: number, a: number, b: number) => void;

/** Arithmetic modulo secp256k1's prime on numbers in one memory, by their addresses; a target may be an operand. */
export interface Secp256k1Numbers {
  readonly multiply: Operation;
  readonly add: Operation;
  readonly subtract: Operation;
  /** 1 by a number; 0 for 0. The target is not the number. */
  invert(target: number, a: number): void;
  /** A number from 0 to the prime less 1. */
  write(at: number, value: bigint): void;
  read(at: number): bigint;
  /** The memory, by words of 32 bits and by bytes. */
  readonly words: Uint32Array;
  /** Other compiled functions, by name. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Arithmetic in a memory of `bytes` bytes, with additional functions that `more` adds to the module. */
export function createSecp256k1Numbers(
  bytes: number,
  more: (builder: { readonly add: (f: FunctionBuilder) => FunctionReference }) => void,
): Secp256k1Numbers {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const builder = new ModuleBuilder();
  for (const f of [multiplyField(), addField(), subtractField()]) builder.add(f);
  more(builder);
  const module = new WebAssembly.Module(builder.build({ initialPages: pages, maximumPages: pages, shared: false }));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const operation = (name: string): Operation => exports[name] as Operation;
  const [multiply, add, subtract] = [operation("multiplyField"), operation("addField"), operation("subtractField")];
  const words = new Uint32Array(memory.buffer);
  const parts = new BigUint64Array(memory.buffer);

  return {
    multiply,
    add,
    subtract,
    words,
    exports,
    invert(target, a) {
      words.copyWithin(target / 4, a / 4, (a + NUMBER_BYTES) / 4);
      // By Fermat; the uppermost bit is taken.
      for (const bit of INVERTING.slice(1)) {
        multiply(target, target, target);
        if (bit === "1") multiply(target, target, a);
      }
    },
    write(at, value) {
      let rest = value;
      for (let part = 0; part < NUMBER_BYTES / 8; part++, rest >>= WORD_BITS) parts[at / 8 + part] = rest;
    },
    read(at) {
      let value = 0n;
      for (let part = NUMBER_BYTES / 8; part > 0; part--) value = (value << WORD_BITS) + (parts[at / 8 + part - 1] as bigint);
      return value;
    },
  };
}
