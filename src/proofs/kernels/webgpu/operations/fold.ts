import { createExtension, type Ext } from "../../../field/extension.ts";
import type { Columns } from "../../backend.ts";
import { toMontgomery } from "../../montgomery.ts";
import { fold as foldKernel } from "../kernels/fold.ts";
import { type CardDevice, withScratch } from "../card/scratch.ts";
import { EXTENSION_WORK } from "./evaluate.ts";
import { extensionColumns } from "./extension-columns.ts";

/** See `Backend.fold`. */
export async function fold(device: CardDevice, polynomial: Columns, arity: number, challenge: Ext): Promise<Columns> {
  const { degree } = createExtension(challenge.length);
  const { logRows } = polynomial;
  const logArity = Math.log2(arity);
  if (!Number.isInteger(logArity) || logArity > logRows)
    throw new RangeError(`a polynomial of ${2 ** logRows} coefficients cannot be folded by ${arity}`);
  return withScratch(device, (scratch) => {
    const source = extensionColumns(device, scratch, polynomial, degree)[0];
    const folded = scratch.columns(degree, logRows - logArity, degree);
    const target = folded.places[0];
    if (source === undefined || target === undefined) throw new RangeError("a polynomial to fold has no columns");
    device.machine.dispatch(foldKernel(degree), {
      params: { rows: 2 ** logRows, arity, factor: toMontgomery(arity) },
      items: [[source.offset, target.offset]],
      buffers: { source: source.buffer, challenge: scratch.store(challenge.map(toMontgomery)), result: target.buffer },
      count: 2 ** (logRows - logArity),
      work: EXTENSION_WORK * arity,
    });
    return device.columns.handle(scratch.keep(folded));
  });
}
