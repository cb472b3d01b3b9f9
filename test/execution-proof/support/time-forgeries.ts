import type { UserCells } from "../../../src/proofs/circuits/user/user-air.ts";
import type { VisitCells } from "../../../src/proofs/circuits/visits/visits-air.ts";
import { limbsOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { FIELD_SPACE, placeOfVariable } from "../../../src/proofs/execution-proof/memory-places.ts";
import { FRAME_PLACES } from "../../../src/proofs/circuits/shapes/instruction.ts";
import { fieldIndex, type Variable } from "../../../src/proofs/machine/kernel/names.ts";
import { changed, type Forgery, gap, honest, placeChanged, word } from "./forgeries.ts";
import type { RunCells } from "./judge.ts";
import * as p from "./programs.ts";
import { CODE_FRAME, position, RUN, storedCode, USER_FRAME, userCode } from "./user-run.ts";

const [STOP, SLOAD, SSTORE, JUMP, JUMPDEST, PUSH1] = [0x00, 0x54, 0x55, 0x56, 0x5b, 0x60];

/** Times in user mode that end elsewhere, or at another time, than the machine's. */
export function* timeForgeries(): Generator<Forgery> {
  yield { refusedBy: "user: start stays", cells: exchangedEnds() };
  yield { refusedBy: "visits: range16[5]", cells: endsBehindLimbs() };
}

type End = Pick<VisitCells, "opcode" | "placeAfter" | "heightAfter" | "gasAfter" | "wordsAfter" | "budgetAfter" | "spent">;

/**
 * User mode is entered three times. The code runs once, in order, but the kernel receives its first two stops in the other
 * order: it continues after the second one with the third visit, and then returns to after the first one with the second
 * visit.
 */
function exchangedEnds(): RunCells {
  const code = [p.push(5), SLOAD, p.push(6), SSTORE, p.push(7), STOP];
  const once = userCode(code, { stops: true }).slice(0, -2);
  const run = honest([once, RUN, RUN, RUN, p.set("status"), p.set("value"), p.set("price"), STOP]);
  const [first, second, third] = run.visits as [VisitCells, VisitCells, VisitCells];
  const behind = ({ time, elapsed }: VisitCells): number => time + elapsed;
  const endOf = ({ opcode, placeAfter, heightAfter, gasAfter, wordsAfter, budgetAfter, spent }: VisitCells): End => ({
    ...{ opcode, placeAfter, heightAfter, gasAfter, wordsAfter, budgetAfter, spent },
  });
  const told = (visit: VisitCells, end: VisitCells): VisitCells => ({
    ...{ ...visit, ...endOf(end) },
    elapsed: behind(end) - visit.time,
  });
  const visits = [told(first, second), told(third, first), told(second, third)];
  // By the stop: when the time that is said to end there began.
  const starts = new Map([
    [behind(first), third.time],
    [behind(second), first.time],
    [behind(third), second.time],
  ]);
  const user = run.user.map((row): UserCells => (row.ends === 1 ? { ...row, start: starts.get(row.clock) ?? row.start } : row));
  const at = run.processor.findIndex(({ runsUser }) => runsUser === 1);
  const [load, store] = [first, second].map(({ opcode }) => limbsOf(BigInt(opcode))) as [number[], number[]];
  const elapsed = visits.map((visit) => word({ 0: visit.elapsed })) as [number[], number[], number[]];
  const taken = (row: number, put: number): { readonly gapB: readonly number[] } => ({
    gapB: gap(run.processor[at + row]!.clock, put),
  });
  const cells = changed(
    { ...run, user, visits },
    {
      [at]: { c: store, d: elapsed[0] },
      [at + 1]: { clock: third.time, a: store, c: load, d: elapsed[1] },
      [at + 2]: { clock: second.time, a: load, d: elapsed[2] },
      [at + 3]: { b: load, ...taken(3, second.time) },
      [at + 4]: { a: load, b: store, ...taken(4, third.time) },
      [at + 5]: { a: store },
    },
  );
  return placeChanged(placeChanged(cells, variable("value"), { last: load }), variable("price"), { last: store });
}

/** Code of 2^16 - 1 bytes that ends with a push whose operand is behind it: its stop is at a place beyond a limb. */
function endsBehindLimbs(): RunCells {
  const length = 2 ** 16 - 1;
  const target = length - 2;
  const begin = [...p.push(target), JUMP];
  const lastWord = (BigInt(JUMPDEST) << 16n) + (BigInt(PUSH1) << 8n);
  const run = honest([
    ...[p.push(1_000_000), p.set("nativeLeft"), p.push(USER_FRAME), p.ENTER, storedCode(begin)],
    ...[p.push(lastWord), p.push((BigInt(CODE_FRAME) << 32n) + BigInt(length - 31)), p.MSTORE],
    ...[p.push(position(0, 0, length)), p.setField("position"), p.push(1000), p.SET_GAS],
    ...[RUN, p.getField("position"), p.set("mark"), STOP],
  ]);
  const [visit] = run.visits as [VisitCells];
  const { heightAfter, placeAfter, codeFrame } = visit;
  const held = word({ 0: heightAfter, 1: placeAfter, 3: codeFrame, 4: length });
  const at = run.processor.findIndex(({ runsUser }) => runsUser === 1);
  const index = FRAME_PLACES * USER_FRAME + fieldIndex("position");
  const cells = changed(run, { [at + 1]: { d: held }, [at + 2]: { a: held } });
  return placeChanged(placeChanged(cells, [FIELD_SPACE, index], { last: held }), variable("mark"), { last: held });
}

function variable(name: Variable): [number, number] {
  const { space, index } = placeOfVariable(name);
  return [space, index];
}
