import { OPERATION } from "../../../src/proofs/circuits/operations/operation.ts";
import { FRAME_FIELDS, VARIABLES } from "../../../src/proofs/machine/kernel/names.ts";
import type { Random } from "../../chain/state/support/random.ts";
import * as p from "./programs.ts";

/** Random instructions on a stack of some words, in a loop that runs some times. */
export function randomCode(random: Random): { readonly code: readonly number[]; readonly hints: readonly bigint[] } {
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

/** Random opcodes of user code: words of the stack and the memory, arithmetic, hashes, copies, and jumps over some of them. */
export function randomUserCode(random: Random): number[] {
  const code: number[] = [];
  let words = 0;
  const emit = (taken: number, ...bytes: readonly number[]): void => {
    while (words < taken) {
      code.push(...p.push(random.below(3) === 0 ? random.bits(256) : random.below(300)));
      words++;
    }
    code.push(...bytes);
  };
  const at = (): number[] => p.push(random.below(200));
  const steps: (() => void)[] = [
    () => (emit(2, random.pick([0x01, 0x02, 0x03, 0x04, 0x06, 0x0a, 0x10, 0x12, 0x14, 0x16, 0x1b, 0x1c])), words--),
    () => emit(1, random.pick([0x15, 0x19, 0x1e])),
    () => (emit(3, random.pick([0x08, 0x09])), (words -= 2)),
    () => (emit(0, ...at(), 0x51), words++),
    () => (emit(1, ...at(), random.pick([0x52, 0x53])), words--),
    () => (emit(0, ...at(), ...at(), 0x20), words++),
    () => emit(0, ...at(), ...at(), ...at(), random.pick([0x37, 0x39, 0x5e])),
    () => (emit(0, random.pick([0x30, 0x34, 0x36, 0x38, 0x45, 0x58, 0x59, 0x5a])), words++),
    () => (emit(3, random.pick([0x80, 0x81, 0x82])), words++),
    () => emit(3, random.pick([0x90, 0x91])),
    () => (emit(1), code.push(...p.push(code.length + 5), 0x57, 0x5b, 0x5b), words--),
  ];
  for (let i = 0; i < 40; i++) random.pick(steps)();
  return code;
}
