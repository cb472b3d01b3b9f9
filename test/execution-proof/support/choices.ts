import type { ByteMemoryCells } from "../../../src/proofs/circuits/byte-memory/byte-memory-air.ts";
import { noAccess } from "../../../src/proofs/circuits/byte-memory/byte-memory-trace.ts";
import { noInput } from "../../../src/proofs/circuits/hash-input/hash-input-trace.ts";
import { WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { KERNEL_MEMORY_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { changed, gap, honest, word } from "./forgeries.ts";
import { content, hashRun, settled, stored, withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { MLOAD, push, STOP } from "./programs.ts";

/** Traces of true runs that are not the ones that the prover makes. */
export function* choices(): Generator<RunCells> {
  yield alignedBytes();
  yield rowsBehindTheEnd();
}

/** A word at a multiple of 32 is read by byteMemory, which accesses the place behind it, too. */
function alignedBytes(): RunCells {
  const bytes = content(WORD_BYTES);
  const run = honest([...stored(bytes, 0), push(0), MLOAD, STOP]);
  const step = run.processor.findIndex(({ reads }) => reads === 1);
  const { clock: time, gapM } = run.processor[step]!;
  const behind = new Array<number>(WORD_BYTES).fill(0);
  const access: ByteMemoryCells = {
    ...{ ...noAccess(), real: 1, space: KERNEL_MEMORY_SPACE, time },
    ...{ old: [...bytes, ...behind], word: bytes, window: bytes, gapLow: gapM, gapHigh: gap(time, 0) },
  };
  const split = changed(run, { [step]: { whole: 0, split: 1, gapM: [0, 0] } });
  return withOpened({ ...split, byteMemory: [access] }, WORD_BYTES, time);
}

/** An input has one row more than its lanes need. */
function rowsBehindTheEnd(): RunCells {
  const run = hashRun(content(64), 0, 40);
  const rows = run.hashInput.slice(0, -1);
  const last = rows.at(-1)!;
  const { time } = last;
  const more = { ...last, row: last.row + 1, low: last.low + 1, left: last.left - WORD_BYTES, gap: gap(time, 0) };
  return settled(withOpened({ ...run, hashInput: [...rows, more, noInput()] }, WORD_BYTES * more.low, time));
}

/** The run with another place of the kernel's memory, in which nothing was written. */
function withOpened(cells: RunCells, index: number, time: number): RunCells {
  const place = { space: KERNEL_MEMORY_SPACE, index, isStated: false, first: word({}), last: word({}), time };
  return withPlaces(cells, (places) => [...places, place]);
}
