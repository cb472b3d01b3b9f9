import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { RowType } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { assertStopped, atRow, OUTPUTS, replaced, tree } from "./support/attack.ts";
import { bytes32, claim, failingConstraints, type Forge, forgeTrace, quintic } from "./support/scenario.ts";

describe("attacks on the list", () => {
  const batch = () => tree().batch((t) => [t.update(2, 5n), t.update(3, 6n), t.update(1, OUTPUTS)]);

  it("stops an entry of the list that the state does not have", () => {
    const full = forgeTrace(batch());
    const partial = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    assertStopped(partial, ["last row has the diff digest", "last row has the evaluation at r"], {
      statement: { diffDigest: full.diffDigest, evaluation: quintic(full.y) },
    });
  });

  it("stops a change of the state that the list does not have", () => {
    const partial = forgeTrace(tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]));
    assertStopped(batch(), ["last row has the diff digest", "last row has the evaluation at r"], {
      statement: { diffDigest: partial.diffDigest, evaluation: quintic(partial.y) },
    });
  });

  it("stops an operation that is not absorbed", () => {
    const start = { seen: 0 };
    assertStopped(batch(), ["an absorbing row gives the next diff digest"], {
      forge: (name, cells, writer) => {
        // After the second header's row the digest of before is put back.
        if (name === "pair" && start.seen++ === 1) writer.digest = digestBefore;
        if (name === "header") digestBefore = writer.digest;
        return cells;
      },
    });
  });
  let digestBefore: ArrayLike<number> = [];

  it("stops an operation that is not counted or not evaluated", () => {
    assertStopped(batch(), ["headers and keys are counted as entries"], {
      forge: (name, cells, writer) => {
        if (name === "pair") writer.entryCount = 1;
        return cells;
      },
    });
    assertStopped(batch(), ["a value extends the evaluation", "a header extends the evaluation"], {
      forge: (name, cells, writer) => {
        if (name === "pair" || name === "absorbValue") writer.accumulator = [0, 0, 0, 0, 0];
        return cells;
      },
    });
  });

  it("stops a key that is not evaluated, row by row", () => {
    const insertion = tree().batch((t) => [t.insert(0, 7n, 1n << 255n, 5n), t.update(1, OUTPUTS)]);
    for (const [after, broken] of [
      ["keyMiddle", "the first row of a key extends the evaluation"],
      ["keyEnd", "the second row of a key extends the evaluation"],
      ["absorbKey", "the third row of a key extends the evaluation"],
    ] as const) {
      assertStopped(insertion, [broken], {
        forge: (name, cells, writer) => {
          if (name === after) writer.accumulator = [1, 0, 0, 0, 0];
          return cells;
        },
      });
    }
  });

  it("stops a digest or an evaluation that changes between entries", () => {
    assertStopped(batch(), ["diff digest is kept", "evaluation is kept"], {
      forge: (name, cells, writer) => {
        if (name === "leafNew") {
          writer.digest = [9, 9, 9, 9, 9, 9, 9, 9];
          writer.accumulator = [9, 9, 9, 9, 9];
        }
        return cells;
      },
    });
  });

  it("stops a list without the outputs entry", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(3, 6n)]);
    assertStopped(witness, ["the last entry updates the outputs leaf: low limb"]);
  });

  it("stops an outputs entry that is not the last", () => {
    const witness = tree().batch((t) => [t.update(1, OUTPUTS), t.update(3, 6n)]);
    assertStopped(witness, ["the last entry updates the outputs leaf: low limb", "the last entry's value is the outputs hash"], {
      statement: { outputsHash: bytes32(OUTPUTS) },
    });
  });

  it("stops an outputs entry with a high index limb or under the tag of code", () => {
    const forge = atRow("header", (cells) => ({ ...cells, right: replaced(replaced(cells.right, 2, 1), 1, 1 - 0x10000 + P) }));
    const witness = tree().batch((t) => [t.update(1, OUTPUTS)]);
    assertStopped(
      witness,
      ["the last entry updates the outputs leaf: high limb", "the last entry updates the outputs leaf: low limb"],
      { forge },
    );
    const code = tree().batch((t) => [t.update(6, OUTPUTS)]);
    assertStopped(code, ["the last entry is not a code update", "the last entry updates the outputs leaf: low limb"]);
  });

  it("stops another outputs hash", () => {
    assertStopped(batch(), ["the last entry's value is the outputs hash"], {
      statement: { outputsHash: bytes32(OUTPUTS + (1n << 200n)) },
    });
  });

  it("stops an entry after the outputs entry", () => {
    const witness = tree().batch((t) => [t.update(1, OUTPUTS), t.update(3, 6n), t.update(1, 78n)]);
    const last = { returnType: RowType.padding };
    let headers = 0;
    const forge: Forge = (name, cells) => {
      if (name === "header") headers++;
      return headers === 1 && cells.returnType === RowType.header ? { ...cells, ...last } : cells;
    };
    assertStopped(witness, ["a finished path returns to its operation", "the last entry's value is the outputs hash"], { forge });
  });

  it("stops padding between two entries", () => {
    const witness = tree().batch((t) => [t.update(1, OUTPUTS), t.update(1, OUTPUTS + 1n)]);
    let headers = 0;
    const forge: Forge = (name, cells, writer) => {
      if (name === "header" && headers++ === 1) {
        writer.row("padding", 0, { left: [0, 0, 0, 0, 0, 0, 0, 0], right: [0, 0, 0, 0, 0, 0, 0, 0] });
      }
      return headers === 1 && name !== "topOld1" && cells.returnType === RowType.header
        ? { ...cells, returnType: RowType.padding }
        : cells;
    };
    assertStopped(witness, ["row type follows its predecessor", "the last entry's value is the outputs hash"], { forge });
  });

  it("stops a table without entries", () => {
    const witness = { ...tree().batch(() => []), operations: [] };
    const trace = forgeTrace(witness);
    const publics = claim(trace, { ...witness, operations: tree().batch((t) => [t.update(1, OUTPUTS)]).operations });
    assert.deepEqual(failingConstraints(trace.columns, publics), ["an entry follows the state roots"]);
  });

  it("stops limbs where a header, a key or a state root has none", () => {
    const forge = atRow("header", (cells) => ({ ...cells, right: replaced(replaced(cells.right, 3, 1), 7, 1) }));
    assertStopped(batch(), ["unused limb 3 is zero", "unused limb 7 is zero"], { forge });
    const inserting = tree().batch((t) => [t.insert(0, 1n, 2n, 3n), t.update(1, OUTPUTS)]);
    const padded = atRow("keyEnd", (cells) => ({ ...cells, right: replaced(cells.right, 4, 1) }));
    assertStopped(inserting, ["a value's or key's hash becomes the right half", "unused limb 4 is zero"], { forge: padded });
    const counted = atRow("stateOld", (cells) => ({ ...cells, right: replaced(cells.right, 1, 1) }));
    assertStopped(batch(), ["unused limb 1 is zero"], { forge: counted });
  });
});
