import { LIMBS, WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { KERNEL_MEMORY_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { indexes } from "./everything.ts";
import { changed, type Forgery, honest } from "./forgeries.ts";
import { withPlaces } from "./hash-run.ts";
import { FIELD_PRODUCT, HINT, MSTORE, push, STOP } from "./programs.ts";

/** Products in Fp2 that are not those of the instruction. */
export function* productForgeries(): Generator<Forgery> {
  const operands = [push(3), push(64), MSTORE, push(5), push(128), MSTORE];
  const run = honest([...operands, HINT, FIELD_PRODUCT, STOP], [indexes(2, 4, 6, 8)]);
  const step = run.processor.findIndex(({ multiplies }) => multiplies === 1);
  // The instruction has other indexes than the product.
  for (let i = 0; i < LIMBS; i++) {
    const other = run.processor[step]!.a.map((limb, k) => (k === i ? 10 : limb));
    const cells = changed(run, { [step - 1]: { d: other }, [step]: { a: other } });
    yield { refusedBy: `processor: indexes: limb ${i}`, cells };
  }
  // The product is written to another index.
  const other = run.fieldProduct.map((row) => ({ ...row, indexR: 10 }));
  const moved = withPlaces(run, (places) =>
    places.map((place) => {
      const isOfResult = place.space === KERNEL_MEMORY_SPACE && place.index >= 8 * WORD_BYTES;
      return isOfResult ? { ...place, index: place.index + 2 * WORD_BYTES } : place;
    }),
  );
  yield { refusedBy: "memoryTask", cells: { ...moved, fieldProduct: other } };
}
