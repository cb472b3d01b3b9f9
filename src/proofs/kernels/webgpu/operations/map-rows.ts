import type { Columns, RowMapRequest } from "../../backend.ts";
import { encodeRowProgram } from "../../programs/encode-program.ts";
import { ZERO_INVERTED } from "../../row-program.ts";
import { NEXT } from "../kernels/gather-strip.ts";
import { type CardDevice, withScratch } from "../card/scratch.ts";
import { loadProgram, runOnRows } from "./run-program.ts";

/** See `Backend.mapRows`. */
export async function mapRows(device: CardDevice, request: RowMapRequest): Promise<Columns> {
  const { logRows, scalars, width, program } = request;
  const blocks = request.blocks.map((block) => device.columns.get(block));
  if (blocks.some((block) => block.logRows !== logRows))
    throw new RangeError(`not all columns of a row program have 2^${logRows} rows`);
  const columns = blocks.flatMap((block) => block.places);
  const code = encodeRowProgram(program, { columns: columns.length, scalars: scalars.length, stored: width }, "direct");
  return withScratch(device, async (scratch) => {
    blocks.forEach((block) => scratch.retain(block));
    const stored = scratch.columns(width, logRows);
    const zeros = scratch.store([0]);
    const loaded = loadProgram(scratch, code, scalars);
    runOnRows(device, loaded, { logRows, order: NEXT.natural, columns, targets: stored.places, zeros });
    const [foundZero] = await device.machine.read(zeros, 0, 1);
    if (foundZero !== 0) throw new RangeError(ZERO_INVERTED);
    return device.columns.handle(scratch.keep(stored));
  });
}
