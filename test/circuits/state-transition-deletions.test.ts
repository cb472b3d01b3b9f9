import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { COLUMN } from "../../src/proofs/circuits/state-transition/layout/columns.ts";
import { PUBLIC } from "../../src/proofs/circuits/state-transition/layout/public-values.ts";
import { RowType, type RowTypeName } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { add, inv, neg, P, sub } from "../../src/proofs/field/koala-bear.ts";
import { DomainTag } from "../../src/ground/protocol/domain-tags.ts";
import { atRow, replaced, tree } from "./support/attack.ts";
import { ForgedRow, type ForgedStep, refusals, stepAt } from "./support/forged-step.ts";
import { createRandom } from "./support/random.ts";
import { air, claim, forgeTrace, rowsOf, typeAt } from "./support/scenario.ts";

/*
 * Is every constraint needed? With one of them deleted, does a step exist, two neighbouring rows, that is accepted and must
 * not be? Each forged step below that only one constraint refuses shows it for this one. The steps are those of a valid
 * trace with one change: one cell, a row type, a cell that both rows have; and some made by hand.
 */

const SEED = 9;
const random = createRandom(SEED);
const word = (): bigint =>
  Array.from({ length: 9 }, () => BigInt(random(2 ** 31))).reduce((sum, x) => (sum << 31n) | x, 0n) % (1n << 256n);
const witness = tree(4).batch((t) => [
  t.update(2, word()),
  t.insert(0, 0xbbn, word(), word()),
  t.insert(1, word() >> 100n, 0n, word()),
  t.insert(2, word() >> 100n, 0n, word()),
  t.update(6, word()),
  t.update(1, word()),
]);
const trace = forgeTrace(witness);
const publics = claim(trace, witness);
const { columns } = trace;
const height = columns[0]!.length;

/** One row for each pair of neighbouring row types, and the last row. */
function differentSteps(): number[] {
  const seen = new Map<string, number>();
  for (let row = 0; row < height; row++) {
    const kind = `${typeAt(columns, row)} ${typeAt(columns, (row + 1) % height)} ${columns[COLUMN.returnType]![row]} ${columns[COLUMN.pathEnd]![row]}`;
    if (!seen.has(kind) || row === height - 1) seen.set(`${kind}${row === height - 1}`.replace("false", ""), row);
  }
  return [...seen.values()];
}

/** Constraints that a step has shown to be needed. */
const needed = new Set<string>();

function judge(step: ForgedStep): string[] {
  const refused = refusals(step);
  const [only] = refused;
  if (only !== undefined && refused.length === 1) needed.add(only);
  return refused;
}

/** The step, changed; `change` gets the rows and may replace what it likes. */
function forged(row: number, change: (step: ForgedStep) => void, of = trace): string[] {
  const step = stepAt(of, publics, row);
  change(step);
  return judge(step);
}

/** Recomputes the first row's hash, and replaces the old hash in the next row. */
function followHash({ now, next }: ForgedStep, before: readonly number[]): void {
  const after = now.rehash();
  for (const [register, index] of [
    ["input", 0],
    ["input", 8],
    ["root", 0],
    ["other", 0],
    ["digest", 0],
    ["memory", 0],
  ] as const) {
    if (before.every((x, i) => next.get(register, index + i) === x)) next.set(register, index, ...after);
  }
}

function changeCells(row: number): void {
  const hash = stepAt(trace, publics, row).now.rehash();
  for (let column = 0; column < COLUMN.interior; column++) {
    const original = { now: columns[column]![row]!, next: columns[column]![(row + 1) % height]! };
    for (const value of [add(original.now, 1), original.now ^ 1, random(P), 2]) {
      forged(row, (step) => {
        step.now.cells[column] = value;
        followHash(step, hash);
      });
      forged(row, ({ next }) => (next.cells[column] = add(original.next, sub(value, original.now))));
    }
    forged(row, ({ next }) => (next.cells[column] = 2));
    forged(row, ({ now, next }) => {
      now.cells[column] = add(original.now, 1);
      next.cells[column] = add(original.next, 1);
      now.rehash();
    });
  }
}

function changeTypes(row: number): void {
  for (let code = 0; code < 32; code++) {
    forged(row, ({ next }) => next.setType(code));
    forged(row, ({ now, next }) => {
      now.set("returnType", 0, code);
      next.setType(code);
    });
  }
}

const rowOf = (type: RowTypeName, occurrence = 0): number => rowsOf(columns, type)[occurrence]!;
const eight = (value: (i: number) => number): number[] => Array.from({ length: 8 }, (_, i) => value(i));

/** A step of two empty rows whose first one is of the type that the bits say, booleans or not. */
function emptyStep(bits: readonly number[], tag: number, bit: number): ForgedStep {
  const now = new ForgedRow()
    .set("type", 0, ...bits)
    .set("tag", 0, tag)
    .set("bit", 0, bit);
  return { place: "middle", now, next: new ForgedRow().set("bit", 0, bit), publics: [...publics] };
}

describe(`steps of a state transition that only one constraint refuses (seed ${SEED})`, () => {
  it("are made by changing one cell, a cell that both rows carry, a row type, or a public value", () => {
    for (const row of differentSteps()) {
      assert.deepEqual(refusals(stepAt(trace, publics, row)), []);
      changeCells(row);
      changeTypes(row);
    }
    for (const row of [
      0,
      height - 1,
      ...(["stateOld", "stateNew", "value", "header"] as const).map((type) => rowsOf(columns, type).at(-1)!),
    ]) {
      publics.forEach((value, i) => forged(row, (step) => (step.publics[i] = add(value, 1))));
    }
  });

  it("end a table in the middle of an operation", () => {
    const row = rowOf("lowLeafOld");
    const step = { ...stepAt(trace, publics, row), place: "last" as const };
    step.publics.splice(PUBLIC.finalRoot, 8, ...eight((i) => step.now.get("root", i)));
    step.publics[PUBLIC.finalLeafCount] = step.now.get("leafCount");
    step.publics.splice(PUBLIC.diffDigest, 8, ...eight((i) => step.now.get("digest", i)));
    // r = 0 makes the evaluation the entry count.
    step.publics.fill(0, PUBLIC.rPowers, PUBLIC.rPowers + 15);
    step.publics.splice(PUBLIC.y, 5, step.now.get("entryCount"), 0, 0, 0, 0);
    assert.deepEqual(judge(step), ["last row is padding"]);
  });

  it("begin a table with padding, or turn right at the first level", () => {
    assert.deepEqual(
      forged(0, ({ now, next }) => {
        now.setType(RowType.padding).set("tag", 0, 0).rehash();
        next.setType(RowType.padding);
      }),
      ["first row starts the top path"],
    );
    assert.deepEqual(
      forged(0, ({ now, next }) => {
        const root = eight((i) => now.get("root", i));
        const other = eight((i) => now.get("other", i));
        next.set("bit", 0, 1).set("input", 0, ...root, ...other);
        next.set(
          "other",
          0,
          ...now
            .set("bit", 0, 1)
            .set("input", 0, ...root, ...root)
            .rehash(),
        );
      }),
      ["first row is the leftmost path: bit"],
    );
  });

  it("have a row type that is a mixture of two", () => {
    const v = 2;
    const mixtures: readonly (readonly [bit: number, type: RowTypeName, tag: number, side: number, successor: number])[] = [
      [0, "pathOld", DomainTag.node, 0, RowType.pathNew],
      [2, "pair", DomainTag.pair, 0, RowType.value],
      [3, "leafNew", DomainTag.leaf, 1, RowType.pathOld],
      [4, "topOld1", DomainTag.node, 0, RowType.topNew1],
    ];
    for (const [bit, type, tag, side, successor] of mixtures) {
      const step = emptyStep(replaced([0, 0, 0, 0, 0], bit, v), v * tag, side);
      const out = step.now.rehash();
      step.next.set("type", 0, v * successor).set(type === "pair" ? "memory" : "other", 0, ...out);
      assert.deepEqual(judge(step), [`row type bit ${bit} is boolean`]);
    }
    // (1 − v) parts of a value, v parts of an old leaf.
    const step = emptyStep([1, v, 1, 0, 0], add(DomainTag.leaf * v, neg(DomainTag.value)), 1);
    const out = step.now.rehash();
    const difference = inv(neg(out[0]!));
    step.now
      .set("other", 0, ...out)
      .set("returnType", 0, RowType.header)
      .set("memory", 0, difference);
    step.next
      .set("other", 0, ...out)
      .set("input", 8, ...out)
      .set("returnType", 0, RowType.header)
      .set("memory", 0, difference);
    step.next.set("type", 0, add(RowType.leafNew * v, neg(RowType.absorbValue)));
    assert.deepEqual(judge(step), ["row type bit 1 is boolean"]);
  });

  it("end a path on a row that belongs to none, or change sides between the lanes", () => {
    const step = emptyStep([0, 0, 0, 1, 0], DomainTag.leaf, 1);
    const out = step.now.set("pathEnd", 0, 1).set("returnType", 0, RowType.pathOld).rehash();
    step.next
      .setType(RowType.pathOld)
      .set("returnType", 0, RowType.pathOld)
      .set("other", 0, ...out)
      .set("root", 0, ...out);
    assert.deepEqual(judge(step), ["only a new-lane path row ends a path"]);
    assert.deepEqual(
      forged(rowOf("pathOld", 40), ({ next }) => {
        const [left, right] = [eight((i) => next.get("input", i)), eight((i) => next.get("input", 8 + i))];
        next.set("input", 0, ...right, ...left).set("bit", 0, 1 - next.get("bit"));
      }),
      ["both lanes are on the same side"],
    );
  });

  it("end a path twice, or with bits of its index left", () => {
    const step = emptyStep([0, 1, 0, 0, 0], DomainTag.node, 0);
    const out = step.now.set("pathEnd", 0, 2).set("returnType", 0, RowType.pathOld).rehash();
    step.now.set("root", 0, ...out).set("other", 0, ...out);
    step.next
      .setType(RowType.pathOld)
      .set("returnType", 0, RowType.pathOld)
      .set("root", 0, ...out)
      .set("other", 0, ...out)
      .set("input", 0, ...out);
    assert.deepEqual(judge(step), ["path end is boolean"]);
    const end = rowsOf(columns, "pathNew").find((row) => columns[COLUMN.pathEnd]![row] === 1)!;
    assert.deepEqual(
      forged(end, ({ now, next }) => {
        now.set("remaining", 0, add(now.get("bit"), 14));
        next.set("remaining", 0, 7);
      }),
      ["no bit of the index is left when the path ends"],
    );
  });

  it("list an entry that is not the one applied, or end the list with another than the outputs", () => {
    const last = rowsOf(columns, "header").length - 1;
    const withLimb = (type: "header" | "keyStart", half: "left" | "right", limb: number, value: number) =>
      forgeTrace(
        witness,
        atRow(type, (cells) => ({ ...cells, [half]: replaced(cells[half], limb, value) }), type === "header" ? last : 0),
      );
    assert.deepEqual(
      forged(rowOf("header", last), ({ next }) => next.set("other", 0, 2), withLimb("header", "right", 0, 2)),
      ["the last entry is not a code update"],
    );
    assert.deepEqual(
      forged(rowOf("header", last), ({ next }) => next.set("remaining", 0, 3), withLimb("header", "right", 1, 3)),
      ["the last entry updates the outputs leaf: low limb"],
    );
    assert.deepEqual(
      forged(rowOf("header", last), ({ next }) => next.set("remaining", 0, 0x10001), withLimb("header", "right", 2, 1)),
      ["the last entry updates the outputs leaf: high limb"],
    );
    assert.deepEqual(
      forged(rowOf("keyStart"), () => undefined, withLimb("keyStart", "left", 0, 4)),
      ["an insertion's tag is 3"],
    );
    assert.deepEqual(
      forged(rowOf("keyStart"), ({ next }) => next.set("other", 7, 9), withLimb("keyStart", "left", 1, 9)),
      ["kind of the new leaf is known"],
    );
  });

  it("hash leaves of a kind that does not exist", () => {
    const kind = 9;
    // The tag that the code rule asks for: 1 − k(k − 1)(k − 3)/2.
    const forgedTag = forgeTrace(
      witness,
      atRow("header", (cells) => ({ ...cells, right: replaced(cells.right, 0, sub(1, (9 * 8 * 6) / 2)) })),
    );
    assert.deepEqual(
      forged(rowOf("header"), ({ next }) => next.set("other", 0, kind), forgedTag),
      ["kind of the updated leaf is known"],
    );
    assert.deepEqual(
      forged(rowOf("lowPairOld"), ({ now, next }) => {
        now.set("remaining", 0, kind).set("tag", 0, DomainTag.pair + kind);
        next.set("remaining", 0, kind).set("other", 0, ...now.rehash());
      }),
      ["kind of the low leaf is known"],
    );
  });

  /** A row in which keys are compared, with keys of the forger's choice and everything that follows from them in the next row. */
  function comparing(
    type: "lowKeys" | "highKeys",
    left: readonly number[],
    right: readonly number[],
    other: readonly number[],
  ): string[] {
    return forged(rowOf(type), ({ now, next }) => {
      now.set("input", 0, ...left, ...right).set("other", 0, ...other);
      const out = now.rehash();
      if (type === "lowKeys") {
        now.set("memory", 0, left[7]!, right[7]!);
        next
          .set("memory", 0, ...left)
          .set("input", 0, ...right)
          .set("other", 3, now.get("memory", 2), now.get("memory", 3));
      } else {
        next
          .set("memory", 0, ...out)
          .set("input", 0, ...eight((i) => now.get("memory", i)), ...right)
          .set("other", 0, ...left);
      }
    });
  }

  it("compare keys in a lane that does not exist, or behind lanes that differ", () => {
    const kind = stepAt(trace, publics, rowOf("lowKeys")).now.get("other", 7);
    const equal = eight(() => 5);
    for (const bit of [0, 1, 2]) {
      const choice = replaced([0, 0, 0, 0, 0, 0, 0, kind], bit, 2);
      assert.deepEqual(comparing("lowKeys", equal, equal, choice), [`lane choice bit ${bit} is boolean`]);
    }
    for (let lane = 0; lane < 7; lane++) {
      // The chosen lane is the last one.
      const left = replaced(equal, lane, 6);
      assert.deepEqual(comparing("lowKeys", left, equal, [1, 1, 1, 0, 0, 0, 0, kind]), [
        `keys agree before the chosen lane [${lane}]`,
      ]);
    }
  });

  it("take a successor for none", () => {
    const kind = stepAt(trace, publics, rowOf("highKeys")).now.get("other", 7);
    for (let lane = 0; lane < 8; lane++) {
      const right = replaced(
        eight(() => 0),
        lane,
        1,
      );
      // Compared in lane 0, both sides moved by an offset of 3.
      const other = [0, 0, 0, 3, lane === 0 ? 4 : 3, 3, 0, kind];
      assert.deepEqual(
        comparing(
          "highKeys",
          eight(() => 0),
          right,
          other,
        ),
        [`only the zero digest means no successor [${lane}]`],
      );
    }
  });

  it("exist for every constraint outside of the permutation: none can be deleted unnoticed", () => {
    const constraints = air.constraints.map(({ name }) => name).filter((name) => !name.startsWith("permutation: "));
    assert.equal(new Set(constraints).size, constraints.length, "names tell constraints apart");
    assert.ok(constraints.length > 300);
    assert.deepEqual(
      constraints.filter((name) => !needed.has(name)),
      [],
    );
  });
});
