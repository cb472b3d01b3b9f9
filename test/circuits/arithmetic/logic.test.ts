import type { RowCells } from "../../../src/proofs/circuits/arithmetic/tables.ts";
import { bytesOf, WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { at, describeTable, forged, twoForOne } from "./support/table-tests.ts";

function* forgeries(): Generator<RowCells> {
  yield forged("and", [0n, 0n], { and: 0 });
  yield* twoForOne(forged("and", [3n, 5n]), { and: ["or", "xor"], or: ["and", "xor"], xor: ["and", "or"] });
  // 3 & 5 is 1.
  for (let i = 0; i < WORD_BYTES; i++) {
    const [a, b] = [3n << BigInt(8 * i), 5n << BigInt(8 * i)];
    yield forged("xor", [a, b], { both: at(bytesOf(0n), { [i]: 2 }) });
  }
}

describeTable("logic", { forgeries: () => [...forgeries()] });
