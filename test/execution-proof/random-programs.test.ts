import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPERATION } from "../../src/circuits/arithmetic/operation.ts";
import { wordOf } from "../../src/circuits/words/word.ts";
import { FRAME_PLACES } from "../../src/circuits/rom/instruction.ts";
import {
  ARRAY_SPACE,
  ENVIRONMENT_SPACE,
  FIELD_SPACE,
  GAS_FIELD,
  KERNEL_MEMORY_SPACE,
  USER_STACK_SPACE,
  VARIABLE_SPACE,
} from "../../src/execution-proof/memory-places.ts";
import { readBigInt } from "../../src/machine/interpreter/word-stack.ts";
import type { MachineState } from "../../src/machine/interpreter/machine-state.ts";
import { FRAME_FIELDS, VARIABLES } from "../../src/machine/kernel/names.ts";
import { Random } from "../chain/state/support/random.ts";
import { ENVIRONMENT } from "../machine/support/compare.ts";
import { cellsOf, refusalsOf } from "./support/judge.ts";
import * as p from "./support/programs.ts";

const RUNS = Number(process.env.RANDOM_RUNS ?? 25);

/** What the interpreter has in a place at the end. */
function held(machine: MachineState, space: number, index: number): bigint {
  if (space === VARIABLE_SPACE) return readBigInt(machine.variables, 16 * index);
  if (space === USER_STACK_SPACE) return readBigInt(machine.frame(index >> 10).stack.limbs, 16 * (index % 1024));
  if (space >= KERNEL_MEMORY_SPACE) {
    const bytes = machine.memory(space - KERNEL_MEMORY_SPACE).view(index, 32);
    return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }
  if (space === ENVIRONMENT_SPACE) {
    const words: Readonly<Record<number, bigint>> = {
      0x45: ENVIRONMENT.blockGasLimit,
      0x46: ENVIRONMENT.chainId,
      0x48: ENVIRONMENT.baseFee,
    };
    return words[index]!;
  }
  if (space === FIELD_SPACE) {
    const { gas, fields } = machine.frame(Math.floor(index / FRAME_PLACES));
    const field = index % FRAME_PLACES;
    return field === GAS_FIELD ? BigInt(gas) : readBigInt(fields, 16 * field);
  }
  const array = machine.array(space - ARRAY_SPACE);
  return readBigInt(array.limbs, array.offset(index));
}

/** Random instructions on a stack of some words, in a loop that runs some times. */
function randomCode(random: Random): { readonly code: readonly number[]; readonly hints: readonly bigint[] } {
  const operations = Object.values(OPERATION).filter((code) => code !== OPERATION.exp);
  const word = (): bigint => random.bits(256) >> BigInt(random.below(2) * random.below(256));
  // Of three frames' memories.
  const offset = (): bigint => {
    const frame = random.below(2) * random.below(3);
    return BigInt(frame) * 2n ** 32n + BigInt(random.below(2) === 0 ? 32 * random.below(4) : random.below(128));
  };
  // Of three frames' stacks.
  const place = (): number => 1024 * random.below(3) + random.below(4);
  const hints: bigint[] = [];
  const rounds = 1 + random.below(3);
  const code: number[] = [...p.push(rounds)];
  const emit = (...parts: readonly (number | readonly number[])[]): void => void code.push(...parts.flat());
  const top = code.length;
  emit(p.JUMPDEST);
  // Words above the loop's counter; every round begins with none.
  let words = 0;
  const asked: (() => bigint)[] = [];
  const steps: (() => void)[] = [
    () => (emit(p.push(word())), words++),
    () => (emit(p.HINT), asked.push(word), words++),
    () => (emit(p.get(random.pick(VARIABLES.slice(0, 20)))), words++),
    () => words > 0 && (emit(p.set(random.pick(VARIABLES.slice(0, 20)))), words--),
    () => emit(p.push(random.below(3)), p.ENTER),
    () => (emit(p.getField(random.pick(FRAME_FIELDS))), words++),
    () => words > 0 && (emit(p.setField(random.pick(FRAME_FIELDS))), words--),
    () => emit(p.push(random.below(1000)), p.SET_GAS),
    () => (emit(random.pick([p.GAS, p.CHAINID, p.BASEFEE])), words++),
    () => words > 0 && (emit(p.POP), words--),
    () => words > 0 && (emit(p.dup(1 + random.below(words))), words++),
    () => words > 1 && emit(p.swap(1 + random.below(words - 1))),
    () => words > 0 && (emit(p.push(offset()), p.MSTORE), words--),
    () => words > 0 && (emit(p.push(offset()), p.MSTORE8), words--),
    () => (emit(p.push(offset()), p.MLOAD), words++),
    () => words > 0 && (emit(p.push(place()), p.STORE_USER), words--),
    () => (emit(p.push(place()), p.LOAD_USER), words++),
    () => (emit(p.push(random.below(300)), p.push(offset()), p.KECCAK256), words++),
    () => {
      const [to, from] = [offset(), offset()];
      const frame = 2n ** 32n;
      const elsewhere = to / frame === from / frame ? from + 5n * frame : from;
      emit(p.push(random.below(100)), p.push(elsewhere), p.push(to), p.COPY);
      words++;
    },
    () => words > 0 && (emit(p.push(random.below(5)), p.STORE + 1 + random.below(3)), words--),
    () => (emit(p.push(random.below(5)), p.LOAD + 1 + random.below(3)), words++),
    () => {
      // The first array has leaves' values: it is accessed at ids.
      const account = random.pick([0n, 5n, 1n << 159n]);
      emit(p.push(random.below(3)), p.push(account), p.push(random.below(4)), p.KEY);
      if (words > 0 && random.below(2) === 0) emit(p.STORE);
      else emit(random.pick([p.LOAD, p.ACCOUNT_OF_KEY, p.JUMPDEST]));
      words += words > 0 && code.at(-1) === p.STORE ? -1 : 1;
    },
    () => words > 0 && emit(random.pick([p.ISZERO, p.NOT])),
    () => words > 1 && (emit(p.EQ), words--),
    () => {
      const operation = random.pick(operations);
      const operands = operation === OPERATION.clz ? 1 : operation === OPERATION.addmod || operation === OPERATION.mulmod ? 3 : 2;
      // A label keeps CLZ from sharing a row with the push before it: that row is not proven.
      if (words < operands) return;
      emit(operation === OPERATION.clz ? [p.JUMPDEST, operation] : operation);
      words -= operands - 1;
    },
  ];
  for (let i = 0; i < 40; i++) random.pick(steps)();
  while (words-- > 0) emit(p.POP);
  for (let round = 0; round < rounds; round++) hints.push(...asked.map((make) => make()));
  // The counter goes down by 1 until it is 0.
  emit(p.push(1), p.swap(1), p.SUB, p.dup(1), p.push(top), p.JUMPI, p.STOP);
  return { code, hints };
}

describe("traces of random programs", () => {
  it("are accepted, and end with what the interpreter has", () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const { code, hints } = randomCode(new Random(seed));
      const program = p.programOf(code);
      const { trace, machine } = p.traced(program, hints);
      assert.equal(trace.processor.length, machine.kernelSteps, `seed ${seed}`);
      for (const { space, index, last } of trace.places) {
        assert.equal(wordOf(last), held(machine, space, index), `seed ${seed}: place ${index} of space ${space}`);
      }
      assert.deepEqual(refusalsOf(cellsOf(program, trace)), [], `seed ${seed}`);
    }
  });
});
