import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wordOf } from "../../src/proofs/circuits/shapes/word.ts";
import { FRAME_PLACES } from "../../src/proofs/circuits/shapes/instruction.ts";
import {
  ARRAY_SPACE,
  ENVIRONMENT_SPACE,
  FIELD_SPACE,
  GAS_FIELD,
  KERNEL_MEMORY_SPACE,
  USER_STACK_SPACE,
  VARIABLE_SPACE,
} from "../../src/proofs/execution-proof/memory-places.ts";
import { readBigInt } from "../../src/proofs/machine/interpreter/word-stack.ts";
import type { MachineState } from "../../src/proofs/machine/interpreter/machine-state.ts";
import { Random } from "../chain/state/support/random.ts";
import { ENVIRONMENT } from "../machine/support/environment.ts";
import { cellsOf, refusalsOf } from "./support/judge.ts";
import * as p from "./support/programs.ts";
import { randomCode } from "./support/random-code.ts";

const RUNS = Number(process.env.RANDOM_RUNS ?? 25);

/** Final value of the interpreter at an index of a space. */
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
