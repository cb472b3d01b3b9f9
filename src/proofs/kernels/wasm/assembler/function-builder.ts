import { unsigned } from "./leb128.ts";
import { I32, i32, I64, V128, type Value, type ValueType } from "./values.ts";

export interface Local extends Value {
  readonly index: number;
}

/** Data about a function that a call of it needs. */
export interface FunctionReference {
  readonly index: number;
}

const VOID_BLOCK = 0x40;

/** Result of a call of a function that has one. */
export function resultOf(target: FunctionReference, type: ValueType, ...args: readonly Value[]): Value {
  return { type, code: [...args.flatMap(({ code }) => code), 0x10, ...unsigned(target.index)] };
}

/** A function whose parameters are all 32-bit integers, with the parameters by name. */
export function i32Function<const Name extends string>(
  name: string,
  parameterNames: readonly Name[],
  resultType?: ValueType,
): { readonly f: FunctionBuilder; readonly p: Readonly<Record<Name, Local>> } {
  const f = new FunctionBuilder(
    name,
    parameterNames.map(() => I32),
    resultType,
  );
  const locals = f.parameters();
  const p = Object.fromEntries(parameterNames.map((parameter, i) => [parameter, locals[i]]));
  return { f, p: p as Record<Name, Local> };
}

/** Emits one function: statements are appended in order, expressions come from `values.ts`. */
export class FunctionBuilder {
  readonly name: string;
  readonly parameterTypes: readonly ValueType[];
  readonly resultType: ValueType | undefined;
  readonly localTypes: ValueType[] = [];
  readonly code: number[] = [];

  constructor(name: string, parameterTypes: readonly ValueType[], resultType?: ValueType) {
    this.name = name;
    this.parameterTypes = parameterTypes;
    this.resultType = resultType;
  }

  /** All parameters in order. */
  parameters(): Local[] {
    return this.parameterTypes.map((type, index) => this.#local(type, index));
  }

  /** A new local, zero until it is set. */
  declare(type: ValueType): Local {
    this.localTypes.push(type);
    return this.#local(type, this.parameterTypes.length + this.localTypes.length - 1);
  }

  /** A new local that holds the value. */
  let(value: Value): Local {
    const local = this.declare(value.type);
    this.set(local, value);
    return local;
  }

  set(local: Local, value: Value): void {
    this.#emit(value.code, [0x21], unsigned(local.index));
  }

  increase(local: Local, by: number | Value): void {
    this.set(local, i32.add(local, typeof by === "number" ? i32.const(by) : by));
  }

  /** Stores a whole value with its type. */
  store(address: Value, value: Value, offset = 0): void {
    const opcode = { [I32]: [0x36, 2], [I64]: [0x37, 3], [V128]: [0xfd, 0x0b, 4] }[value.type];
    this.#emit(address.code, value.code, opcode, unsigned(offset));
  }

  /** Stores the low bytes of a 64-bit value: 1, 2 or 4. */
  storeLow(address: Value, value: Value, bytes: 1 | 2 | 4, offset = 0): void {
    const opcode = { 1: [0x3c, 0], 2: [0x3d, 1], 4: [0x3e, 2] }[bytes];
    this.#emit(address.code, value.code, opcode, unsigned(offset));
  }

  /** Runs the body; `continueIf` inside it goes round again. */
  loop(body: () => void): void {
    this.#emit([0x03, VOID_BLOCK]);
    body();
    this.#emit([0x0b]);
  }

  /** Jumps back to the start of the loop that is `depth` blocks further out. */
  continueIf(condition: Value, depth = 0): void {
    this.#emit(condition.code, [0x0d, depth]);
  }

  if(condition: Value, then: () => void, otherwise?: () => void): void {
    this.#emit(condition.code, [0x04, VOID_BLOCK]);
    then();
    if (otherwise !== undefined) {
      this.#emit([0x05]);
      otherwise();
    }
    this.#emit([0x0b]);
  }

  /** Runs the body `count` times, not at all for zero. */
  repeat(count: Value, body: () => void): void {
    const left = this.let(count);
    this.if(left, () => {
      this.loop(() => {
        body();
        this.increase(left, -1);
        this.continueIf(left);
      });
    });
  }

  call(target: FunctionReference, ...args: readonly Value[]): void {
    this.#emit(...args.map((arg) => arg.code), [0x10], unsigned(target.index));
  }

  return(value?: Value): void {
    this.#emit(value?.code ?? [], [0x0f]);
  }

  /** Leaves the value as the function's result; the last statement of a function that has one. */
  result(value: Value): void {
    this.#emit(value.code);
  }

  #local(type: ValueType, index: number): Local {
    return { type, index, code: [0x20, ...unsigned(index)] };
  }

  #emit(...parts: readonly (readonly number[])[]): void {
    for (const part of parts) for (const byte of part) this.code.push(byte);
  }
}
