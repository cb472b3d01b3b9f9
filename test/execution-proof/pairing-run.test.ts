import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { runDefinition, runInput } from "../../src/proofs/execution-proof/run-system.ts";
import { committedHeights, compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { byNight } from "../support/nightly.ts";
import { PAIRING_CALL, pairingHints, pairingProgram } from "../machine/support/pairing-program.ts";
import { checkTraces } from "../stark/check-traces.ts";
import { interpret, provenProgram } from "./support/programs.ts";

const program = provenProgram("pairings", pairingProgram(PAIRING_CALL));

/** Pairs of multiples of the generators, as EIP-197 has them. */
function inputOf(multiples: readonly (readonly [bigint, bigint])[]): Uint8Array {
  const words = multiples.flatMap(([first, second]) => {
    const p = bn254.G1.Point.BASE.multiply(first).toAffine();
    const q = bn254.G2.Point.BASE.multiply(second).toAffine();
    return [p.x, p.y, q.x.c1, q.x.c0, q.y.c1, q.y.c0];
  });
  return Buffer.concat(words.map((word) => Buffer.from(word.toString(16).padStart(64, "0"), "hex")));
}

describe("a run with pairings", () => {
  it("holds all constraints and balances all buses, for a verdict of 1 and of 0", () => {
    const order = bn254.fields.Fr.ORDER;
    const pairs = byNight<(readonly [bigint, bigint])[][]>(
      [
        [[5n, 7n]],
        [
          [5n, 7n],
          [order - 35n, 1n],
        ],
        [
          [5n, 7n],
          [11n, 13n],
          [3n, 4n],
          [order - 35n - 143n - 12n, 1n],
        ],
      ],
      [
        [
          [5n, 7n],
          [order - 35n, 1n],
        ],
      ],
    );
    const definition = runDefinition(program, executionParameters());
    const root = new Uint8Array(32);
    const system = compileSystem(definition, new Map(committedHeights(definition).map((height) => [height, root])));
    for (const multiples of pairs) {
      const { trace, machine } = interpret(program, pairingHints(inputOf(multiples)));
      assert.ok(machine !== undefined);
      assert.deepEqual(checkTraces(system, runInput({ program, definition }, trace)), []);
    }
  });
});
