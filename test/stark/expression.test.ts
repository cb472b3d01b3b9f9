import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../src/proofs/stark/constraints/bus.ts";
import { defineGadget } from "../../src/proofs/stark/constraints/expression.ts";
import { checkConstraints } from "./check-traces.ts";

const double = () => defineGadget("scaled", 1, (b, [x]) => [b.scale(x!, 2)]);
const triple = () => defineGadget("scaled", 1, (b, [x]) => [b.scale(x!, 3)]);

const BUS = defineBus("bus", 1, { element: 1 });

describe("gadgets of one name", () => {
  it("are refused, where the second would have been taken for the first", () => {
    const t = new AirBuilder("table", 0);
    const x = t.column("x");
    t.apply(double(), [x]);
    assert.throws(() => t.apply(triple(), [x]), { name: "TypeError", message: /two gadgets are named scaled/ });
    assert.throws(() => t.apply(triple(), [t.mul(x, x)]), /two gadgets are named scaled/);
  });

  it("are refused inside of other gadgets too", () => {
    const inner = triple();
    const outer = defineGadget("outer", 1, (b, [x]) => b.apply(inner, [x!]));
    const t = new AirBuilder("table", 0);
    const x = t.column("x");
    t.apply(double(), [x]);
    assert.throws(() => t.apply(outer, [x]), /two gadgets are named scaled/);
    assert.throws(
      () => defineGadget("both", 1, (b, [y]) => [...b.apply(inner, [y!]), ...b.apply(double(), [y!])]),
      /two gadgets are named scaled/,
    );
  });

  it("may be one gadget, applied as often as needed", () => {
    const gadget = double();
    const t = new AirBuilder("table", 0);
    const [x, y] = [t.column("x"), t.column("y")];
    const [once] = t.apply(gadget, [x]);
    const [twice] = t.apply(gadget, [once!]);
    t.assertEqual("four times", "everyRow", twice!, y);
    const columns = { preprocessed: [], main: [Uint32Array.of(1, 5), Uint32Array.of(4, 20)] };
    assert.deepEqual(checkConstraints(t.build(), columns, []), []);
  });
});

describe("a linear combination", () => {
  it("without as many factors as terms is refused, where terms would have vanished", () => {
    const t = new AirBuilder("table", 0);
    const x = t.columns("x", 3);
    assert.throws(() => t.linear(x, [1, 2]), { name: "RangeError", message: /of 3 terms has 2 factors/ });
    assert.throws(() => t.linear(x, [1, 2, 3, 4]), /of 3 terms has 4 factors/);
  });
});

describe("an expression of another builder", () => {
  const other = new AirBuilder("other", 1);
  const foreign = other.column("y");
  const uses: readonly (readonly [string, (t: AirBuilder) => unknown])[] = [
    ["a sum", (t) => t.add(t.column("x"), foreign)],
    ["a sum of one", (t) => t.add(foreign)],
    ["a product with zero", (t) => t.mul(t.constant(0), foreign)],
    ["a difference", (t) => t.sub(t.column("x"), foreign)],
    ["a difference from", (t) => t.sub(foreign, t.column("x"))],
    [
      "the next row",
      (t) => {
        t.column("x");
        return t.next(foreign);
      },
    ],
    [
      "a gadget's input",
      (t) => {
        t.column("x");
        return t.apply(double(), [foreign]);
      },
    ],
    ["a gadget's output", () => defineGadget("leaking", 1, () => [foreign])],
    [
      "a constraint",
      (t) => {
        t.column("x");
        t.assertZero("c", "everyRow", foreign);
      },
    ],
    ["a selector", (t) => t.assertZero("c", "everyRow", t.column("x"), foreign)],
    ["a multiplicity", (t) => t.send(BUS, foreign, { element: t.column("x") })],
    ["a message", (t) => t.receive(BUS, t.column("x"), { element: foreign })],
  ];
  for (const [where, use] of uses) {
    it(`is refused as ${where}, where it would have meant another of the table's own`, () => {
      assert.throws(() => use(new AirBuilder("table", 0)), { name: "TypeError", message: /is of another builder/ });
    });
  }
});
