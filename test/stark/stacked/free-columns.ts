import { P } from "../../../src/proofs/field/koala-bear.ts";
import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { compileSystem, type System } from "../../../src/proofs/stark/systems/system.ts";
import { createRandom } from "../fuzz/random.ts";

/*
 * Tables whose constraints hold for any columns, so that a proof says nothing but that its values are those of its columns: what is
 * refused is refused by the opening.
 */

/** `nextWidth` of `width` columns are read at the next row. */
function freeAir(name: string, width: number, nextWidth: number): Air {
  const t = new AirBuilder(name, 0);
  const columns = t.columns("c", width);
  for (const column of columns.slice(0, nextWidth)) t.assertZero("any", "transition", t.sub(t.next(column), t.next(column)));
  for (const column of columns.slice(nextWidth)) t.assertZero("any", "everyRow", t.sub(column, column));
  return t.build();
}

/** Four tables, of which the third may be absent; the last two are alike. */
export function freeSystem(parameters: ProofParameters): System {
  return compileSystem({
    name: "free columns",
    parameters,
    tables: [
      { air: freeAir("tall", 2, 1) },
      { air: freeAir("middle", 3, 2) },
      { air: freeAir("absent", 2, 1), optional: true },
      { air: freeAir("left", 5, 2) },
      { air: freeAir("right", 5, 2) },
    ],
    statementValueCount: 0,
    publicValues: (bytes) => (bytes.length === 0 ? [] : undefined),
  });
}

/** Random columns; log2 of each table's height, 0 for an absent one. */
export function freeInput(system: System, heights: readonly number[], seed: number): ProverInput {
  const random = createRandom(seed);
  const traces = system.tables.map(({ mainWidth, index }) => {
    const height = heights[index] ?? 0;
    return Array.from({ length: mainWidth }, () =>
      Uint32Array.from({ length: height === 0 ? 0 : 2 ** height }, () => random.below(P)),
    );
  });
  return { statement: new Uint8Array(0), auxiliary: system.tables.map(() => []), traces };
}
