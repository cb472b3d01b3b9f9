import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { type Air, AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../src/proofs/stark/constraints/bus.ts";
import { defineGadget, type Expression } from "../../src/proofs/stark/constraints/expression.ts";
import { countedSides, multiplicitiesFit } from "../../src/proofs/stark/constraints/multiplicities.ts";
import { prove } from "../../src/proofs/stark/proofs/prove.ts";
import { compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { checkTraces } from "./check-traces.ts";

const ROWS = 8;
const SQUARES = defineBus("squares", 1, { root: 1, square: 1 });
const BUS = defineBus("bus", 1, { element: 1 });
const OTHER = defineBus("other", 2, { element: 1 });

/** Asks whether values are in the table of `squares` below, as often as `asked` says. */
function requests(isBounded: boolean): Air {
  const t = new AirBuilder("requests", 0);
  const [root, square, asked] = [t.column("root"), t.column("square"), t.column("asked")];
  if (isBounded) t.assertZero("asked is boolean", "everyRow", t.mul(asked, t.sub(asked, t.constant(1))));
  t.send(SQUARES, asked, { root, square });
  return t.build();
}

function squares(): Air {
  const t = new AirBuilder("squares", 0);
  const [root, square, uses] = [t.column("root"), t.column("square"), t.column("uses")];
  t.assertEqual("square", "everyRow", square, t.mul(root, root));
  t.receive(SQUARES, uses, { root, square });
  return t.build();
}

function systemOf(request: Air): System {
  return compileSystem({
    name: "squares/1",
    parameters: smallParameters(),
    tables: [{ air: request }, { air: squares() }],
    statementValueCount: 0,
    publicValues: () => [],
  });
}

describe("a request that another one cancels", () => {
  // 3² = 10 is asked once and −1 times: as far as the field can tell it was never asked.
  const request = [
    Uint32Array.of(3, 3, 0, 0, 0, 0, 0, 0),
    Uint32Array.of(10, 10, 0, 0, 0, 0, 0, 0),
    Uint32Array.of(1, P - 1, 0, 0, 0, 0, 0, 0),
  ];
  const empty = Array.from({ length: 3 }, () => new Uint32Array(ROWS));
  const input = { statement: new Uint8Array(0), auxiliary: [[], []], traces: [request, empty] };

  it("would prove a false lookup in a system that bounds no multiplicity", async () => {
    // Made behind the compiler's back: the constraint is taken out of a compiled system, its maxima stay.
    const system = systemOf(requests(true));
    const tables = system.tables.map((table, i) =>
      i === 0
        ? { ...table, air: { ...table.air, constraints: [] }, constraintCount: table.constraintCount - 1 }
        : { ...table, firstConstraint: table.firstConstraint - 1 },
    );
    const unbounded = { ...system, tables };
    const proof = await prove(unbounded, input, createReferenceBackend());
    assert.deepEqual(verify(unbounded, input.statement, proof), { ok: true });
  });

  it("cannot be made: such a system is refused, and a bounded one sees it", () => {
    assert.throws(() => systemOf(requests(false)), {
      name: "TypeError",
      message:
        /no side of bus squares is counted: a send of table requests and a receive of table squares may have any multiplicity/,
    });
    assert.deepEqual(
      checkTraces(systemOf(requests(true)), input, { limit: 9 }).map(
        (violation) => violation.kind === "constraint" && violation.row,
      ),
      [1],
    );
  });
});

describe("the maximum of a multiplicity", () => {
  const scaled = defineGadget("scaled", 1, (b, [x]) => [b.scale(x!, 3)]);
  type Multiplicity = (t: AirBuilder, x: Expression, y: Expression) => Expression;
  /** x is 0 or 1, y one of 0, 1, 3 by other constraints than those under test. */
  function maximumOf(multiplicity: Multiplicity): number | undefined {
    const t = new AirBuilder("table", 1);
    const [x, y, any] = [t.column("x"), t.column("y"), t.column("any")];
    t.assertZero("any", "transition", t.next(any));
    t.assertZero("x is boolean", "everyRow", t.sub(t.mul(x, x), x));
    t.assertZero("y", "everyRow", t.mul(y, t.sub(y, t.constant(1)), t.sub(t.constant(3), y)));
    t.send(BUS, multiplicity(t, x, y), { element: any });
    try {
      return countedSides([t.build()]).get("bus")?.[0]?.perRow[0];
    } catch (error) {
      assert.ok(error instanceof TypeError);
      return undefined;
    }
  }

  const bounded: readonly (readonly [string, number, Multiplicity])[] = [
    ["a constant", 7, (t) => t.constant(7)],
    ["a boolean column", 1, (_, x) => x],
    ["its opposite", 1, (t, x) => t.sub(t.constant(1), x)],
    ["the same by a factor of −1", 1, (t, x) => t.add(t.constant(1), t.scale(x, -1))],
    ["a column with gaps", 3, (_t, _x, y) => y],
    ["a sum", 4, (t, x, y) => t.add(x, y)],
    ["a product", 3, (t, x, y) => t.mul(x, y)],
    ["a gadget's result", 3, (t, x) => t.apply(scaled, [x])[0]!],
  ];
  for (const [name, maximum, multiplicity] of bounded) {
    it(`of ${name} is ${maximum}`, () => assert.equal(maximumOf(multiplicity), maximum));
  }

  const unbounded: readonly (readonly [string, Multiplicity])[] = [
    ["a column without constraints", (t) => t.column("free")],
    ["a difference that may be negative", (t, x, y) => t.sub(x, y)],
    ["a public value", (t) => t.public(0)],
    ["−1", (t) => t.constant(-1)],
    [
      "a column that is boolean on some rows only",
      (t) => withConstraint(t, "transition", (f) => t.mul(f, t.sub(f, t.constant(1)))),
    ],
    [
      "a column that is boolean where it is selected only",
      (t, x) => withConstraint(t, "everyRow", (f) => t.mul(f, t.sub(f, t.constant(1))), x),
    ],
    ["a column bound to another one", (t, x) => withConstraint(t, "everyRow", (f) => t.mul(f, t.sub(f, x)))],
    ["a column with a large root", (t) => withConstraint(t, "everyRow", (f) => t.mul(f, t.sub(f, t.constant(-1))))],
    ["a column of x² + 1 = 0", (t) => withConstraint(t, "everyRow", (f) => t.add(t.mul(f, f), t.constant(1)))],
    ["a column of which nothing is said", (t) => withConstraint(t, "everyRow", (f) => t.sub(t.mul(f, f), t.mul(f, f)))],
  ];
  for (const [name, multiplicity] of unbounded) {
    it(`of ${name} is unknown`, () => assert.equal(maximumOf(multiplicity), undefined));
  }

  function withConstraint(
    t: AirBuilder,
    scope: "everyRow" | "transition",
    body: (f: Expression) => Expression,
    selector?: Expression,
  ): Expression {
    const f = t.column("f");
    t.assertZero("f", scope, body(f), selector);
    return f;
  }
});

describe("the sides of a bus", () => {
  function table(name: string, declare: (t: AirBuilder, flag: Expression, free: Expression) => void): Air {
    const t = new AirBuilder(name, 0);
    const [flag, free] = [t.column("flag"), t.column("free")];
    t.assertZero("flag is boolean", "everyRow", t.mul(flag, t.sub(flag, t.constant(1))));
    declare(t, flag, free);
    return t.build();
  }

  it("add up over interactions and tables, separately for each side", () => {
    const airs = [
      table("a", (t, flag) => {
        t.send(BUS, flag, { element: flag });
        t.send(BUS, t.constant(2), { element: flag });
      }),
      table("b", (t, flag, free) => {
        t.send(BUS, flag, { element: flag });
        t.receive(BUS, free, { element: flag });
        t.receive(OTHER, flag, { element: flag });
      }),
    ];
    assert.deepEqual(
      [...countedSides(airs)],
      [
        ["bus", [{ direction: "send", perRow: [3, 1] }]],
        ["other", [{ direction: "receive", perRow: [0, 1] }]],
      ],
    );
  });

  it("are not counted when one interaction of one table may have any multiplicity", () => {
    const airs = [
      table("a", (t, flag) => t.send(BUS, flag, { element: flag })),
      table("b", (t, _flag, free) => {
        t.send(BUS, free, { element: free });
        t.receive(BUS, free, { element: free });
      }),
    ];
    assert.throws(() => countedSides(airs), /a send of table b and a receive of table b/);
  });

  it("fit while one counted side of every bus stays below p", () => {
    const half = { direction: "send", perRow: [2 ** 10, 1] } as const;
    const whole = { direction: "receive", perRow: [0, 2 ** 20] } as const;
    assert.ok(multiplicitiesFit(new Map([["bus", [half, whole]]]), [2 ** 20, 2 ** 12]));
    assert.ok(multiplicitiesFit(new Map([["bus", [half, whole]]]), [2 ** 22, 2 ** 4]));
    assert.ok(!multiplicitiesFit(new Map([["bus", [half, whole]]]), [2 ** 21, 2 ** 12]));
    assert.ok(
      !multiplicitiesFit(
        new Map([
          ["bus", [half]],
          ["other", [whole]],
        ]),
        [2 ** 20, 2 ** 12],
      ),
    );
    // 127 · 2^24 + 1 = p: one less fits.
    assert.ok(multiplicitiesFit(new Map([["bus", [{ direction: "send", perRow: [127] }]]]), [2 ** 24]));
    assert.ok(!multiplicitiesFit(new Map([["bus", [{ direction: "send", perRow: [127, 1] }]]]), [2 ** 24, 1]));
    assert.ok(multiplicitiesFit(new Map([["bus", [{ direction: "send", perRow: [127, 1] }]]]), [2 ** 24, 0]));
  });
});
