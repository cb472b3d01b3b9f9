import type { FunctionBuilder, FunctionReference } from "./function-builder.ts";
import { unsigned } from "./leb128.ts";

/** Pages of 64 KiB of the imported memory. */
interface MemoryLimits {
  readonly initialPages: number;
  readonly maximumPages: number;
  readonly shared: boolean;
}

/** Collects functions into one module that imports its memory as `env.memory` and exports every function by name. */
export class ModuleBuilder {
  readonly #functions: FunctionBuilder[] = [];

  /** Adds a finished function; later functions may call it. */
  add(builder: FunctionBuilder): FunctionReference {
    this.#functions.push(builder);
    return { index: this.#functions.length - 1 };
  }

  /** The reference that the next added function will get, for recursion. */
  next(): FunctionReference {
    return { index: this.#functions.length };
  }

  /** The binary module (core specification 5.5). */
  build(memory: MemoryLimits): Uint8Array<ArrayBuffer> {
    const functions = this.#functions;
    const types = functions.map((f) => [
      0x60,
      ...vector(f.parameterTypes.map((type) => [type])),
      ...vector(f.resultType === undefined ? [] : [[f.resultType]]),
    ]);
    const memoryImport = [
      ...name("env"),
      ...name("memory"),
      2,
      memory.shared ? 3 : 1,
      ...unsigned(memory.initialPages),
      ...unsigned(memory.maximumPages),
    ];
    const bytes = [
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(types)),
      section(2, vector([memoryImport])),
      section(3, vector(functions.map((_, index) => unsigned(index)))),
      section(7, vector(functions.map((f, index) => [...name(f.name), 0, ...unsigned(index)]))),
      section(10, vector(functions.map(functionBody))),
    ];
    return Uint8Array.from(bytes.flat());
  }
}

function functionBody(f: FunctionBuilder): number[] {
  const runs: { type: number; count: number }[] = [];
  for (const type of f.localTypes) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  const body = vector(runs.map((run) => [...unsigned(run.count), run.type])).concat(f.code, [0x0b]);
  return unsigned(body.length).concat(body);
}

function vector(items: readonly (readonly number[])[]): number[] {
  return unsigned(items.length).concat(items.flat());
}

function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...unsigned(bytes.length), ...bytes];
}

function section(id: number, content: readonly number[]): number[] {
  return [id].concat(unsigned(content.length), content);
}
