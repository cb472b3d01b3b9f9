import type { ProcessorCells } from "../../../src/proofs/circuits/processor/processor-air.ts";
import type { UserCells } from "../../../src/proofs/circuits/user/user-air.ts";
import type { VisitCells } from "../../../src/proofs/circuits/visits/visits-air.ts";
import { number30 } from "../../../src/proofs/circuits/words/earlier.ts";
import { limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import {
  FIELD_SPACE,
  GAS_FIELD,
  placeOfVariable,
  USER_PLACES,
  USER_STACK_SPACE,
} from "../../../src/proofs/execution-proof/memory-places.ts";
import { FRAME_PLACES } from "../../../src/proofs/circuits/shapes/instruction.ts";
import { USER_WEIGHTS } from "../../../src/ground/protocol/native-budget.ts";
import { fieldIndex } from "../../../src/proofs/machine/kernel/names.ts";
import { gap, honest, placeChanged, word } from "./forgeries.ts";
import { airOf, columnsOf, messagesOf, type RunCells } from "./judge.ts";
import { position, USER_FRAME, type UserStart, userCode } from "./user-run.ts";

/** The honest run of a program that runs a user's code. */
export function visited(code: readonly (number | readonly number[])[], start: UserStart = {}): RunCells {
  return honest([userCode(code, start)]);
}

/** Claimed end of user mode. */
export interface VisitEnd {
  readonly opcode: number;
  readonly gas: number;
  readonly height: number;
  readonly place: number;
  /** Words of memory that are paid for, if others than in the honest run. */
  readonly words?: number;
}

/**
 * Returns the run with other rows of user code, and all consequences: final words of stacks, requests of codes, and, if an
 * end is given, the kernel's input after it.
 */
export function withUser(run: RunCells, user: readonly UserCells[], end?: VisitEnd, visit: Partial<VisitCells> = {}): RunCells {
  const elapsed = user.length;
  const told = end === undefined ? run : withEnd({ ...run, user: [...user] }, end, elapsed);
  const visits = told.visits.map((row) => ({ ...row, ...visit }));
  return settledUser(weighed({ ...told, user: [...user], visits }));
}

/** The run with the budget that its rows leave. */
export function weighed(run: RunCells): RunCells {
  let left = 0;
  const ends = new Map<number, number>();
  const user = run.user.map((row) => {
    const budget = row.follows === 1 ? left : row.budget;
    const counts = row.fails === row.spent ? 1 : 0;
    left = budget - counts * (row.weight + row.units + USER_WEIGHTS.exponentByte * row.exponentBytes);
    if (row.ends === 1) ends.set(row.start, left);
    return { ...row, budget };
  });
  const visits = run.visits.map((row) => {
    const rest = ends.get(row.time);
    return rest === undefined ? row : { ...row, budgetAfter: number30(row.spent === 1 ? -1 - rest : rest) };
  });
  return budgetPut({ ...run, user, visits });
}

/** The run in which the budget's place holds at last what the last visit leaves there. */
export function budgetPut(run: RunCells): RunCells {
  const last = run.visits.at(-1)!;
  const { space, index } = USER_PLACES.budget;
  return placeChanged(run, [space, index], { last: word({ ...last.budgetAfter }), time: last.time + last.elapsed });
}

/** The run with cells of some rows of user code changed, by their number. */
export function userChanged(
  run: RunCells,
  rows: Readonly<Record<number, Partial<UserCells>>>,
  end?: VisitEnd,
  visit: Partial<VisitCells> = {},
): RunCells {
  return withUser(
    run,
    run.user.map((row, i) => ({ ...row, ...rows[i] })),
    end,
    visit,
  );
}

/** Replaces the kernel's input by rows after the one that runs user code. */
function withEnd(run: RunCells, { opcode, gas, height, place, words }: VisitEnd, elapsed: number): RunCells {
  const at = run.processor.findIndex(({ runsUser }) => runsUser === 1);
  const start = run.processor[at]!.clock;
  const finish = start + elapsed;
  const { length, codeFrame } = run.visits[0]!;
  const [opcodeWord, gasWord] = [limbsOf(BigInt(opcode)), limbsOf(BigInt(gas))];
  const wordsAfter = words === undefined ? run.visits[0]!.wordsAfter : number30(words);
  const positionWord = limbsOf(position(height, place, length, codeFrame));
  const behind: readonly Partial<ProcessorCells>[] = [
    { c: opcodeWord, d: limbsOf(BigInt(elapsed)) },
    { a: opcodeWord },
    { d: gasWord },
    { a: gasWord },
    { d: positionWord },
    { a: positionWord },
    {},
  ];
  const processor = run.processor.map((row, i) => {
    if (i < at) return row;
    const clock = i === at ? start : finish + i - at;
    const read = row.reads === 1 ? { gapM: gap(clock, finish) } : row.writesA === 1 ? { gapM: gap(clock, 0) } : {};
    // The word below the opcode was put there by the row that runs user code.
    const taken = i === at + 1 && row.takesB === 1 ? { gapB: gap(clock, start) } : {};
    return { ...row, clock, ...read, ...taken, ...behind[i - at] };
  });
  const last = (space: number, index: number): { word: readonly number[]; time: number } | undefined => {
    const frame = FRAME_PLACES * USER_FRAME;
    const isAt = (name: "status" | "gasLeft" | "mark"): boolean => {
      const own = placeOfVariable(name);
      return own.space === space && own.index === index;
    };
    if (isAt("status")) return { word: opcodeWord, time: finish + 1 };
    if (isAt("gasLeft")) return { word: gasWord, time: finish + 3 };
    if (isAt("mark")) return { word: positionWord, time: finish + 5 };
    if (space === FIELD_SPACE && index === frame + GAS_FIELD) return { word: gasWord, time: finish + 2 };
    if (space === FIELD_SPACE && index === frame + fieldIndex("position")) return { word: positionWord, time: finish + 4 };
    if (space === FIELD_SPACE && index === frame + fieldIndex("memoryWords")) {
      return { word: word({ ...wordsAfter }), time: finish };
    }
    return undefined;
  };
  const memory = run.memory.map((row) => {
    const found = last(row.space, row.index[0]! + 2 ** 16 * row.index[1]!);
    return found === undefined ? row : { ...row, last: found.word, time: found.time };
  });
  const visits = run.visits.map((row) => ({
    ...row,
    ...{ elapsed, opcode, placeAfter: place, heightAfter: height, gasAfter: number30(gas), wordsAfter },
  }));
  return { ...run, processor, memory, visits };
}

/** Settles the final words of stacks and the uses of codes by the rows of user code. */
export function settledUser(run: RunCells): RunCells {
  const said = messagesOf(airOf("user", run.program), columnsOf("user", run), []).filter(
    ({ multiplicity }) => multiplicity !== 0,
  );
  const last = new Map<string, { word: readonly number[]; time: number }>();
  const uses = new Map<string, number>();
  said.forEach(({ interaction, multiplicity, message }) => {
    const [first = 0, second = 0, time = 0, ...word] = message;
    if (interaction.bus.name === "memory" && interaction.direction === "send" && first === USER_STACK_SPACE) {
      const key = `${first}:${second}`;
      if ((last.get(key)?.time ?? -1) < time) last.set(key, { word, time });
    }
    if (interaction.bus.name === "code" || interaction.bus.name === "codeOperand") {
      const key = `${interaction.bus.name}:${message.slice(0, 3).join()}`;
      uses.set(key, (uses.get(key) ?? 0) + multiplicity);
    }
  });
  const memory = run.memory.map((row) => {
    const found = last.get(`${row.space}:${row.index[0]! + 2 ** 16 * row.index[1]!}`);
    return found === undefined ? row : { ...row, last: found.word, time: found.time };
  });
  const code = run.code.map((row) => {
    const key = [row.frame, row.length, row.place].join();
    return { ...row, uses: uses.get(`code:${key}`) ?? 0, operandUses: uses.get(`codeOperand:${key}`) ?? 0 };
  });
  return { ...run, memory, code };
}
