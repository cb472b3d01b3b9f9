import type { Columns, RowMapRequest } from "../../backend.ts";
import { mapRows as mapFewRows } from "../../reference/row-map.ts";
import type { Device } from "../device.ts";
import { MAP_ROWS, mapRowsScratchBytes } from "../jobs/map-rows.ts";
import { encodeRowProgram } from "../jobs/program-code.ts";
import { SMALLEST_LOG_SIZE } from "../transforms.ts";

/** See `Backend.mapRows`. */
export async function mapRows(device: Device, request: RowMapRequest): Promise<Columns> {
  const { logRows, program, scalars, width } = request;
  const rows = 2 ** logRows;
  const blocks = request.blocks.map((block) => device.columns.get(block));
  if (blocks.some((block) => block.logRows !== logRows))
    throw new RangeError(`not all columns of a row program have 2^${logRows} rows`);
  const columns = blocks.flatMap((block) => block.addresses);
  const code = encodeRowProgram(program, { columns: columns.length, scalars: scalars.length, stored: width });
  blocks.forEach((block) => device.columns.retain(block));
  const { handle, stored } = device.columns.create(width, logRows);
  try {
    if (logRows < SMALLEST_LOG_SIZE) {
      const words = device.heap.words();
      const sources = columns.map((address) => words.slice(address / 4, address / 4 + rows));
      mapFewRows(request, sources).forEach((column, i) => words.set(column, (stored.addresses[i] ?? 0) / 4));
      return handle;
    }
    const shape = { columns, registerCount: program.registerCount, scalars };
    await device.pool.run(mapRowsScratchBytes(shape), (scratch) => ({
      kind: "mapRows",
      taskCount: Math.ceil(rows / MAP_ROWS),
      scratch,
      twiddles: device.tables.twiddles(logRows),
      rows,
      ...shape,
      code,
      targets: stored.addresses,
    }));
    return handle;
  } catch (error) {
    device.columns.release(handle);
    throw error;
  } finally {
    blocks.forEach((block) => device.columns.drop(block));
  }
}
