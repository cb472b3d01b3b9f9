import { neg } from "../../../field/koala-bear.ts";
import type { Columns, RowMapRequest } from "../../backend.ts";
import { mapRows as mapFewRows } from "../../reference/row-map.ts";
import { Allocations, type Device } from "../device/device.ts";
import { mapRowsScratchBytes } from "../jobs/map-rows.ts";
import { BLOCK_ROWS } from "../jobs/strips.ts";
import { encodeRowProgram } from "../../programs/encode-program.ts";
import { loadProgram } from "./load-program.ts";
import { SMALLEST_LOG_SIZE } from "../memory/transforms.ts";

/** See `Backend.mapRows`. */
export async function mapRows(device: Device, request: RowMapRequest): Promise<Columns> {
  const { logRows, scalars, width } = request;
  const rows = 2 ** logRows;
  const blocks = request.blocks.map((block) => device.columns.get(block));
  if (blocks.some((block) => block.logRows !== logRows))
    throw new RangeError(`not all columns of a row program have 2^${logRows} rows`);
  const columns = blocks.flatMap((block) => block.addresses);
  const code = encodeRowProgram(request.program, { columns: columns.length, scalars: scalars.length, stored: width }, "loaded");
  blocks.forEach((block) => device.columns.retain(block));
  const { handle, stored } = device.columns.create(width, logRows);
  const memory = new Allocations(device.heap);
  try {
    if (logRows < SMALLEST_LOG_SIZE) {
      const words = device.heap.words();
      const sources = columns.map((address) => words.slice(address / 4, address / 4 + rows));
      mapFewRows(request, sources).forEach((column, i) => words.set(column, (stored.addresses[i] ?? 0) / 4));
      return handle;
    }
    const program = loadProgram(memory, code, [...scalars, ...scalars.map(neg)]);
    const targets = stored.addresses;
    await device.pool.run(mapRowsScratchBytes({ program, targets }), (scratch) => ({
      kind: "mapRows",
      taskCount: Math.ceil(rows / BLOCK_ROWS),
      scratch,
      twiddles: device.tables.twiddles(logRows),
      rows,
      columns,
      program,
      targets,
    }));
    return handle;
  } catch (error) {
    device.columns.release(handle);
    throw error;
  } finally {
    memory.free();
    blocks.forEach((block) => device.columns.drop(block));
  }
}
