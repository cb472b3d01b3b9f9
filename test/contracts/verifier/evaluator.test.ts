import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { createStateTransitionAir } from "../../../src/proofs/circuits/state-transition/state-transition-air.ts";
import { AUXILIARY_COUNT, STATEMENT_PUBLIC_COUNT } from "../../../src/proofs/circuits/state-transition/layout/public-values.ts";
import type { Ext } from "../../../src/proofs/field/extension.ts";
import { inv, mul, P, pow } from "../../../src/proofs/field/koala-bear.ts";
import { type Air, AirBuilder } from "../../../src/proofs/stark/constraints/air.ts";
import { compositionAtPoint } from "../../../src/proofs/stark/systems/evaluate.ts";
import { defineGadget } from "../../../src/proofs/stark/constraints/expression.ts";
import { DEFAULT_PARAMETERS } from "../../../src/proofs/stark/systems/parameters.ts";
import { createShape } from "../../../src/proofs/stark/systems/shape.ts";
import { compileSystem, type System } from "../../../src/proofs/stark/systems/system.ts";
import { fibonacciAir } from "../../stark/airs/fibonacci.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { deployEvaluators } from "./support/evaluate-on-chain.ts";
import { createRandom } from "./support/random.ts";

let chain: CodeChain;
before(async () => {
  chain = await startCodeChain();
});
after(() => chain.close());

/** Every kind of node, scope and selector, constants of every size, and chains that fill the lanes. */
function everythingAir(): Air {
  const swapAndScale = defineGadget("swapAndScale", 3, (b, [x, y, k]) => {
    if (x === undefined || y === undefined || k === undefined) throw new Error("three inputs");
    return [b.add(y, b.scale(x, P - 3)), b.sub(b.mul(x, k), b.scale(y, 0x3f800001)), b.mul(x, x, y)];
  });
  const t = new AirBuilder("everything", 4);
  const x = t.columns("x", 4);
  const y = t.columns("y", 4);
  const [x0 = t.constant(0), x1 = t.constant(0), x2 = t.constant(0), x3 = t.constant(0)] = x;
  const [y0 = t.constant(0), y1 = t.constant(0)] = y;
  const publics = [0, 1, 2, 3].map((i) => t.public(i));
  const [p0 = t.constant(0), p1 = t.constant(0), p2 = t.constant(0)] = publics;
  t.assertZero("constants", "everyRow", t.linear([x0, x1, x2, x3, y0], [1, 4096, 4097, P - 4096, P - 4097]));
  t.assertZero("more constants", "transition", t.linear([x0, x1, x2, x3], [P - 1, 0x12345678, 7, 0x7e000002]), x3);
  t.assertZero("publics", "firstRow", t.sub(t.mul(p0, p1, x0), t.add(p2, t.mul(p0, t.add(p1, t.constant(5))))));
  t.assertZero("constant body", "lastRow", t.sub(t.constant(3), t.mul(p2, t.constant(9))));
  t.assertZero("public selector", "lastRow", t.sub(x2, x1), p1);
  y.forEach((column, i) => t.assertEqual("run", "everyRow", column, x[i] ?? x0, x3));
  y.forEach((column) => t.assertZero("values", "transition", column, t.mul(x0, x1)));
  y.forEach((column, i) => t.assertEqual("next run", "transition", t.next(x[i] ?? x0), column, t.mul(x0, x1)));
  const [swapped = x0, scaled = x0, product = x0] = t.apply(swapAndScale, [
    t.sub(x0, y1),
    t.scale(x1, 77),
    t.constant(123456789),
  ]);
  const [again = x0] = t.apply(swapAndScale, [scaled, product, t.public(3)]);
  t.assertZero("gadget", "everyRow", t.add(swapped, again));
  let long = t.sub(x0, y0);
  for (let i = 0; i < 12; i++) long = t.sub(t.add(long, long), t.scale(x1, 4000));
  t.assertZero("many additions", "everyRow", t.mul(long, t.sub(y1, long)), t.sub(x2, t.constant(1)));
  t.assertZero("many additions, not multiplied", "everyRow", long);
  t.assertZero("a late one without selector", "firstRow", t.sub(y0, t.constant(1)));
  return t.build();
}

/** Small constants on top of small constants: one normalization does not bring such lanes down far enough. */
function chainedConstantsAir(): Air {
  const t = new AirBuilder("chained constants", 1);
  const x = t.columns("x", 16);
  const sum = t.column("sum");
  t.assertEqual("scaled sum", "everyRow", sum, t.scale(t.add(...x.map((term) => t.scale(term, 4096))), 4096));
  return t.build();
}

function systemOf(
  air: Air,
  statementCount: number,
  auxiliaryCount: number,
  parameters = smallParameters({ minLogRows: 3, maxConstraintDegree: 9 }),
): System {
  return compileSystem({
    name: `${air.name}/test`,
    parameters,
    tables: [{ air, auxiliaryCount }],
    statementValueCount: statementCount,
    publicValues: () => undefined,
  });
}

const systems = {
  Fibonacci: () => systemOf(fibonacciAir(), 2, 1),
  "all kinds of nodes": () => systemOf(everythingAir(), 4, 0),
  "chained small constants": () => systemOf(chainedConstantsAir(), 1, 0),
  "state transition": () => systemOf(createStateTransitionAir(), STATEMENT_PUBLIC_COUNT, AUXILIARY_COUNT, DEFAULT_PARAMETERS),
};

describe("generated constraint contracts", () => {
  for (const [name, create] of Object.entries(systems)) {
    test(`agree with the TypeScript verifier at random points and at edges: ${name}`, async () => {
      const system = create();
      const evaluate = await deployEvaluators(chain, system);
      const random = createRandom(11);
      const logRows = system.parameters.minLogRows;
      const shape = createShape(system, [logRows]);
      assert.ok(typeof shape !== "number");
      const publicCount = system.definition.statementValueCount + (system.tables[0]?.auxiliaryCount ?? 0);
      // The contract computes with x · 2^40: the second of these fills its lanes to p − 1, the first their plain values.
      const edges = [P - 1, mul(P - 1, inv(pow(2, 40)))];
      for (let round = 0; round < 10; round++) {
        // Rounds 0 and 1 put an edge everywhere, 2 and 3 mix it with zeros: the lazy additions are at their largest there.
        const largest = edges[round % 2] ?? 0;
        const edge = Array<number>(5).fill(largest);
        const value = (): Ext =>
          round < 2 || (round < 4 && random.below(2) === 0) ? edge : round < 4 ? [0, 0, 0, 0, 0] : random.extension();
        const atPoint: readonly Ext[] = Array.from({ length: shape.columnCount }, value);
        const atNext: readonly Ext[] = Array.from({ length: shape.nextCount }, value);
        const publicValues = Array.from({ length: publicCount }, () => (round < 4 ? largest : random.element()));
        const point = random.extension();
        const alpha = round < 2 ? edge : random.extension();
        const expected = compositionAtPoint(
          system,
          shape,
          { atPoint, atNext, publicValues: [publicValues], sums: [[]], lookup: undefined },
          point,
          alpha,
        );
        assert.deepEqual(await evaluate({ logRows, point, alpha, atPoint, atNext, publicValues }), expected, `round ${round}`);
      }
    });
  }
});
