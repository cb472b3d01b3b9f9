import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { type Air, AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../src/proofs/stark/constraints/bus.ts";
import { defineGadget } from "../../src/proofs/stark/constraints/expression.ts";
import type { ProofParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { commitPreprocessed } from "../../src/proofs/stark/proving/preprocess.ts";
import { createShape } from "../../src/proofs/stark/systems/shape.ts";
import { compileSystem, type SystemDefinition, type TableDefinition } from "../../src/proofs/stark/systems/system.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresDefinition, squaresSystem } from "./airs/squares.ts";

const parameters = smallParameters();
const A = defineBus("a", 1, { element: 1 });
const B = defineBus("b", 2, { element: 1 });

function definition(tables: readonly TableDefinition[], changes: Partial<SystemDefinition> = {}): SystemDefinition {
  return { name: "test/1", parameters, tables, statementValueCount: 1, publicValues: () => [0], ...changes };
}

function air(declare: (t: AirBuilder) => void, publicCount = 0): Air {
  const t = new AirBuilder("table", publicCount);
  declare(t);
  return t.build();
}

const plain = air((t) => t.assertZero("zero", "everyRow", t.column("x")));

describe("compileSystem refuses", () => {
  const messageOf = (length: number) =>
    air((t) => t.send(defineBus("bus", 1, { elements: length }), t.column("m"), { elements: t.columns("x", length) }));
  const cases: readonly (readonly [string, RegExp, () => unknown])[] = [
    ["no tables", /no tables/, () => compileSystem(definition([]))],
    ["a table without columns", /no main columns/, () => compileSystem(definition([{ air: air(() => undefined) }]))],
    [
      "a constraint beyond the degree",
      /degree 4 with its selector/,
      () =>
        compileSystem(
          definition([
            {
              air: air((t) => {
                const x = t.column("x");
                t.assertZero("deep", "everyRow", t.mul(x, x, x, x));
              }),
            },
          ]),
        ),
    ],
    [
      "a boundary constraint whose selector exceeds the degree",
      /degree 4 with its selector/,
      () =>
        compileSystem(
          definition([
            {
              air: air((t) => {
                const x = t.column("x");
                t.assertZero("edge", "firstRow", t.mul(x, x, x));
              }),
            },
          ]),
        ),
    ],
    [
      "an interaction beyond the degree",
      /needs degree 4/,
      () =>
        compileSystem(
          definition([
            {
              air: air((t) => {
                const x = t.column("x");
                t.send(A, x, { element: t.mul(x, x, x) });
              }),
            },
          ]),
        ),
    ],
    [
      "a next column that is not in front",
      /declare it before/,
      () =>
        compileSystem(
          definition([
            {
              air: air((t) => {
                t.column("x");
                t.assertZero("late", "transition", t.next(t.column("y")));
              }),
            },
          ]),
        ),
    ],
    [
      "a preprocessed column read at the next row",
      /preprocessed column at the next row/,
      () =>
        compileSystem(
          definition([
            {
              air: air((t) => {
                t.column("x");
                t.assertZero("late", "transition", t.next(t.preprocessedColumn("p")));
              }),
              preprocessed: { logRows: 3, columns: () => [new Uint32Array(8)] },
            },
          ]),
        ),
    ],
    [
      "preprocessed columns that are not given",
      /exactly when/,
      () =>
        compileSystem(
          definition([
            {
              air: air((t) => {
                t.column("x");
                t.preprocessedColumn("p");
              }),
            },
          ]),
        ),
    ],
    [
      "preprocessed columns that are not declared",
      /exactly when/,
      () => compileSystem(definition([{ air: plain, preprocessed: { logRows: 3, columns: () => [] } }])),
    ],
    [
      "a preprocessed height out of bounds",
      /outside/,
      () =>
        compileSystem(
          definition([
            {
              air: air((t) => {
                t.column("x");
                t.preprocessedColumn("p");
              }),
              preprocessed: { logRows: 13, columns: () => [] },
            },
          ]),
        ),
    ],
    ["a missing preprocessed root", /lacks the preprocessed root/, () => compileSystem(squaresDefinition(parameters))],
    [
      "roots without preprocessed columns",
      /was given roots/,
      () => compileSystem(definition([{ air: plain }]), new Map([[4, new Uint8Array(26)]])),
    ],
    [
      "more public values than there are",
      /reads 3 public values/,
      () =>
        compileSystem(
          definition([
            { air: air((t) => t.assertZero("p", "everyRow", t.sub(t.column("x"), t.public(2))), 3), auxiliaryCount: 1 },
          ]),
        ),
    ],
    [
      "two buses of one tag and name",
      /bus bus of tag 1 and bus bus of tag 1 are two/,
      () => compileSystem(definition([{ air: messageOf(2) }, { air: messageOf(3) }])),
    ],
    [
      "quotient domains beyond the field's two-adicity",
      /exceed the field/,
      () =>
        compileSystem(
          definition(
            [
              {
                air: air((t) => {
                  const x = t.column("x");
                  t.assertZero("nine", "everyRow", t.mul(...Array.from({ length: 9 }, () => x)));
                }),
              },
            ],
            {
              parameters: { ...parameters, maxConstraintDegree: 9, maxLogRows: 22 },
            },
          ),
        ),
    ],
  ];
  for (const [name, message, compile] of cases) {
    it(name, () => assert.throws(compile, message));
  }

  const bad: readonly (readonly [keyof ProofParameters, unknown])[] = [
    ["extensionDegree", 3],
    ["logBlowup", 0],
    ["logBlowup", 23],
    ["queryCount", 0],
    ["queryCount", 1.5],
    ["queryCount", 9], // more than half of the smallest domain, 2^4
    ["grindingBits", -1],
    ["grindingBits", 64],
    ["logArity", 0],
    ["logArity", 5],
    ["logFinalMax", 1],
    ["hash", { kind: "keccak", digestBytes: 15 }],
    ["hash", { kind: "keccak", digestBytes: 33 }],
    ["maxConstraintDegree", 1],
    ["minLogRows", 0],
    ["maxLogRows", 1],
    ["maxLogRows", 23],
    ["paths", "capped"], // columns are opened by rows
  ];
  for (const [name, value] of bad) {
    it(`${name} = ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => compileSystem(definition([{ air: plain }], { parameters: { ...parameters, [name]: value } })),
        RangeError,
      );
    });
  }
});

describe("the number of queries", () => {
  it("is bounded by the least height of the tallest table, not by the smallest table", async () => {
    const fixed = (logRows: number) => ({
      air: air((t) => {
        t.column("x");
        t.preprocessedColumn("p");
      }),
      preprocessed: { logRows, columns: () => [new Uint32Array(2 ** logRows)] },
    });
    // Blowup 4: half of the domain of 2^5 rows is 64 positions, of 2^2 rows 8.
    const many = (queryCount: number) =>
      definition([fixed(5), fixed(3), { air: plain }], { parameters: { ...parameters, queryCount } });
    const roots = await commitPreprocessed(many(64), createReferenceBackend());
    compileSystem(many(64), roots);
    assert.throws(() => compileSystem(many(65), roots), /65 queries are too many for a tallest table of 2\^5 rows: at most 64/);
    const free = (queryCount: number) => definition([{ air: plain }], { parameters: { ...parameters, queryCount } });
    compileSystem(free(8));
    assert.throws(() => compileSystem(free(9)), /tallest table of 2\^2 rows: at most 8/);
  });
});

describe("the verification key digest", () => {
  const digest = (system: { readonly verificationKeyDigest: Uint8Array }): string =>
    Buffer.from(system.verificationKeyDigest).toString("hex");

  it("changes with every parameter", async () => {
    const elementStack: Partial<ProofParameters> = {
      minLogRows: 4,
      opening: { kind: "stacked", logStackMin: 12, logStackMax: 13 },
      hash: { kind: "poseidon" },
      transcript: "poseidon",
    };
    const changes: readonly Partial<ProofParameters>[] = [
      {},
      { extensionDegree: 4 },
      { logBlowup: 3 },
      { queryCount: 7 },
      { grindingBits: 5 },
      { grindingBaseLogRows: 11 },
      { logArity: 2 },
      { logFinalMax: 3 },
      { hash: { kind: "keccak", digestBytes: 27 } },
      { hash: { kind: "poseidon" } },
      { hash: { kind: "poseidon" }, transcript: "poseidon" },
      { maxConstraintDegree: 4 },
      { minLogRows: 3 },
      { maxLogRows: 11 },
      { minLogRows: 4, opening: { kind: "stacked", logStackMin: 12, logStackMax: 13 } },
      { minLogRows: 4, opening: { kind: "stacked", logStackMin: 11, logStackMax: 13 } },
      { minLogRows: 4, opening: { kind: "stacked", logStackMin: 12, logStackMax: 14 } },
      elementStack,
      { ...elementStack, paths: "capped" },
    ];
    const names = Object.keys({ ...parameters, paths: undefined });
    assert.equal(new Set(changes.flatMap(Object.keys)).size, names.length, "a parameter is not covered");
    const digests = changes.map((change) =>
      digest(
        compileSystem(
          definition([{ air: plain }], { parameters: { ...parameters, ...change }, statementElements: { count: 1, shared: 0 } }),
        ),
      ),
    );
    assert.equal(new Set(digests).size, changes.length);
  });

  it("changes with everything that tables mean", () => {
    type Declare = (t: AirBuilder) => void;
    const flag = (t: AirBuilder) => {
      const x = t.column("x");
      t.assertZero("boolean", "everyRow", t.mul(x, t.sub(x, t.constant(1))));
      return x;
    };
    const gadget = (k: number) => defineGadget("g", 1, (b, [x]) => [b.add(x!, b.constant(k))]);
    const variants: readonly (readonly [Declare, number?, number?])[] = [
      [(t) => t.assertZero("c", "everyRow", t.column("x"))],
      [(t) => t.assertZero("c", "transition", t.column("x"))],
      [(t) => t.assertZero("c", "firstRow", t.column("x"))],
      [(t) => t.assertZero("c", "lastRow", t.column("x"))],
      [
        (t) => {
          const x = t.column("x");
          t.assertZero("c", "everyRow", x);
          t.column("y");
        },
      ],
      [
        (t) => {
          const x = t.column("x");
          t.assertZero("c", "everyRow", x, x);
        },
      ],
      [(t) => t.assertZero("c", "transition", t.next(t.column("x")))],
      [(t) => t.assertZero("c", "everyRow", t.sub(t.column("x"), t.constant(1)))],
      [(t) => t.assertZero("c", "everyRow", t.sub(t.column("x"), t.constant(2)))],
      [(t) => t.assertZero("c", "everyRow", t.add(t.column("x"), t.constant(2)))],
      [(t) => t.assertZero("c", "everyRow", t.mul(t.column("x"), t.constant(2)))],
      [(t) => t.assertZero("c", "everyRow", t.sub(t.column("x"), t.public(0))), 1],
      [(t) => t.assertZero("c", "everyRow", t.sub(t.column("x"), t.public(1))), 2, 1],
      [(t) => t.assertZero("c", "everyRow", t.sub(t.column("x"), t.public(0))), 2, 1],
      [(t) => t.assertZero("c", "everyRow", t.apply(gadget(1), [t.column("x")])[0]!)],
      [(t) => t.assertZero("c", "everyRow", t.apply(gadget(2), [t.column("x")])[0]!)],
      [
        (t) => {
          const x = flag(t);
          t.send(A, x, { element: x });
        },
      ],
      [
        (t) => {
          const x = flag(t);
          t.receive(A, x, { element: x });
        },
      ],
      [
        (t) => {
          const x = flag(t);
          t.send(defineBus("a", 1, { element: 2 }), x, { element: [x, x] });
        },
      ],
      [
        (t) => {
          const x = flag(t);
          t.send(A, x, { element: x });
          t.receive(A, x, { element: x });
        },
      ],
      [
        (t) => {
          const x = flag(t);
          t.send(A, x, { element: x });
          t.receive(B, x, { element: x });
        },
      ],
    ];
    const digests = variants.map(([declare, publicCount = 0, auxiliaryCount = 0]) =>
      digest(compileSystem(definition([{ air: air(declare, publicCount), auxiliaryCount }]))),
    );
    assert.equal(new Set(digests).size, variants.length);
  });

  it("changes with name, statement length, tables and their order", () => {
    const other = air((t) => t.assertZero("zero", "transition", t.column("x")));
    const digests = [
      definition([{ air: plain }]),
      definition([{ air: plain }], { name: "test/2" }),
      definition([{ air: plain }], { statementValueCount: 2 }),
      definition([{ air: plain }, { air: plain }]),
      definition([{ air: plain }, { air: other }]),
      definition([{ air: other }, { air: plain }]),
    ].map((each) => digest(compileSystem(each)));
    assert.equal(new Set(digests).size, digests.length);
  });

  it("changes with each field of a statement's elements, and with there being any", () => {
    const of = (statementElements?: { readonly count: number; readonly shared: number }): string =>
      digest(compileSystem(definition([{ air: plain }], statementElements && { statementElements })));
    const digests = [of(), of({ count: 2, shared: 0 }), of({ count: 3, shared: 0 }), of({ count: 2, shared: 1 })];
    assert.equal(new Set(digests).size, digests.length);
  });

  it("changes with each field of segments, and with there being any", () => {
    const silent = air((t) => t.assertZero("zero", "everyRow", t.column("x")));
    const moving = air((t) => t.assertEqual("constant", "transition", t.next(t.column("x")), t.column("y")));
    const stacked = smallParameters({ minLogRows: 4, opening: { kind: "stacked", logStackMin: 9, logStackMax: 13 } });
    const of = (segments: SystemDefinition["segments"], inSegments: TableDefinition["inSegments"] = "chained"): string =>
      digest(
        compileSystem(
          definition([{ air: silent }, { air: moving, ...(segments && inSegments && { inSegments }) }], {
            parameters: stacked,
            ...(segments && { segments }),
          }),
        ),
      );
    const ticks = { table: 1 };
    const digests = [
      of(undefined),
      of({ most: 4 }),
      of({ most: 5 }),
      of({ most: 4, clock: { below: 100, ticks } }),
      of({ most: 4, clock: { below: 101, ticks } }),
      of({ most: 4, clock: { below: 100, ticks: { table: 2 } } }),
      of({ most: 4, without: ["load"] }),
      of({ most: 4, without: ["chain"] }),
      of({ most: 4 }, "standsAlone"),
    ];
    assert.equal(new Set(digests).size, digests.length);
  });

  it("changes with the contents of preprocessed columns", async () => {
    const backend = createReferenceBackend();
    const digests = await Promise.all(
      [1, 2].map(async (value) => {
        const [squares, requests, range] = squaresDefinition(parameters).tables;
        const columns = () => [Uint32Array.from({ length: 16 }, (_, i) => i * value)];
        const changed = {
          ...squaresDefinition(parameters),
          tables: [squares!, requests!, { ...range!, preprocessed: { logRows: 4, columns } }],
        };
        return digest(compileSystem(changed, await commitPreprocessed(changed, backend)));
      }),
    );
    assert.notEqual(digests[0], digests[1]);
  });

  it("does not change with the names of tables, columns, constraints and buses", () => {
    const named = (suffix: string) => {
      const t = new AirBuilder(`table${suffix}`, 0);
      const x = t.column(`x${suffix}`);
      t.assertZero(`c${suffix}`, "everyRow", x);
      t.send(defineBus(`bus${suffix}`, 1, { [`element${suffix}`]: 1 }), x, { [`element${suffix}`]: x });
      return digest(compileSystem(definition([{ air: t.build() }])));
    };
    assert.equal(named("1"), named("2"));
  });
});

describe("createShape", () => {
  it("orders blocks by phase, then table, and counts next-row openings as prefixes", async () => {
    const system = await squaresSystem(parameters, createReferenceBackend());
    const shape = createShape(system, [3, 6, 4]);
    assert.ok(typeof shape !== "number");
    assert.deepEqual(
      shape.blocks.map(({ phase, table, logRows, width, nextWidth, firstColumn, firstNext }) => [
        phase,
        table,
        logRows,
        width,
        nextWidth,
        firstColumn,
        firstNext,
      ]),
      [
        ["preprocessed", 2, 4, 1, 0, 0, 0],
        ["main", 0, 3, 3, 0, 1, 0],
        ["main", 1, 6, 3, 2, 4, 0],
        ["main", 2, 4, 1, 0, 7, 2],
        ["lookup", 0, 3, 5, 5, 8, 2],
        ["lookup", 1, 6, 5, 5, 13, 7],
        ["lookup", 2, 4, 5, 5, 18, 12],
        ["quotient", undefined, 6, 10, 0, 23, 17],
      ],
    );
    assert.deepEqual(
      shape.trees.map(({ phase, logLeaves }) => [phase, logLeaves]),
      [
        ["preprocessed", 6],
        ["main", 8],
        ["lookup", 8],
        ["quotient", 8],
      ],
    );
    assert.deepEqual([shape.columnCount, shape.nextCount, shape.logDomain], [33, 17, 8]);
  });

  it("names the first table whose height is not allowed", async () => {
    const system = await squaresSystem(parameters, createReferenceBackend());
    assert.equal(createShape(system, [1, 6, 4]), 0);
    assert.equal(createShape(system, [3, 13, 4]), 1);
    assert.equal(createShape(system, [3, 3, 5]), 2);
  });

  it("refuses heights at which a bus could count up to the field's size", () => {
    const busy = air((t) => {
      const [x, one] = [t.column("x"), t.constant(1)];
      t.assertZero("x is 0, 1 or 2", "everyRow", t.mul(x, t.sub(x, one), t.sub(x, t.constant(2))));
      for (let i = 0; i < 512; i++) t.send(A, x, { element: x });
    });
    const wide = smallParameters({ logBlowup: 2, maxLogRows: 21 });
    const system = compileSystem(definition([{ air: busy }], { parameters: wide }));
    assert.ok(typeof createShape(system, [20]) !== "number");
    // 512 · 2 · 2^21 = 2^31 > p
    assert.equal(createShape(system, [21]), 1);
  });
});
