import { createExtension, type Ext } from "../../../field/extension.ts";
import type { Columns } from "../../backend.ts";
import { columnAddresses, columnStride } from "../memory/columns-layout.ts";
import { Allocations, type Device } from "../device/device.ts";
import { multiplicationMatrix } from "../memory/extension-constants.ts";
import { assertDegree } from "../memory/kernel-module.ts";

/** Folded coefficients per task: about a tenth of a millisecond. */
const COUNT_PER_TASK = 256;

/** See `Backend.fold`. */
export async function fold(device: Device, polynomial: Columns, arity: number, challenge: Ext): Promise<Columns> {
  const degree = assertDegree(challenge.length);
  const field = createExtension(degree);
  const source = device.columns.get(polynomial);
  const logArity = Math.log2(arity);
  if (!Number.isInteger(logArity) || logArity > source.logRows) {
    throw new RangeError(`a polynomial of 2^${source.logRows} coefficients cannot be folded by ${arity}`);
  }
  if (source.addresses.length !== degree) {
    throw new RangeError(`an extension polynomial has ${degree} coordinate columns, not ${source.addresses.length}`);
  }
  device.columns.retain(source);
  const scratch = new Allocations(device.heap);
  try {
    const rows = 2 ** source.logRows;
    const stride = columnStride(source.logRows);
    const [first = 0] = source.addresses;
    const isEven = source.addresses.every((address, k) => address === first + k * stride);
    const input = isEven ? first : scratch.take(degree * stride);
    if (!isEven) {
      const words = device.heap.words();
      source.addresses.forEach((address, k) => words.copyWithin((input + k * stride) / 4, address / 4, address / 4 + rows));
    }
    const matrix = scratch.store(multiplicationMatrix(field, challenge));
    const target = scratch.take(degree * columnStride(source.logRows - logArity));
    const count = rows / arity;
    await device.pool.run(0, (jobScratch) => ({
      kind: "fold",
      taskCount: Math.ceil(count / COUNT_PER_TASK),
      scratch: jobScratch,
      twiddles: device.tables.twiddles(0),
      degree,
      source: input,
      sourceStride: stride,
      target,
      targetStride: columnStride(source.logRows - logArity),
      count,
      countPerTask: COUNT_PER_TASK,
      arity,
      matrix,
    }));
    scratch.keep(target);
    const addresses = columnAddresses(target, degree, source.logRows - logArity);
    return device.columns.adopt(target, addresses, source.logRows - logArity).handle;
  } finally {
    scratch.free();
    device.columns.drop(source);
  }
}
