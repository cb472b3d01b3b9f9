import { describe, it } from "node:test";
import type { Digest, UpdateWitness } from "../../src/ground/protocol/state-transition-witness.ts";
import { RowType } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { assertStopped, atRow, OUTPUTS, replaced, tree, withFirst } from "./support/attack.ts";
import type { Forge } from "./support/scenario.ts";

describe("attacks on paths", () => {
  it("stops a leaf that is not in the tree", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    assertStopped(
      withFirst<UpdateWitness>(witness, (update) => ({ ...update, oldValue: 999n })),
      ["the old lane ends at the root of the subtree"],
    );
  });

  it("stops a leaf of another kind", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    assertStopped(
      withFirst<UpdateWitness>(witness, (update) => ({ ...update, leafKind: 1 })),
      ["the old lane ends at the root of the subtree"],
    );
  });

  it("stops lanes with different siblings", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    const foreign: Digest = [1, 2, 3, 4, 5, 6, 7, 8];
    const forge: Forge = (name, cells) => (name === "pathNew" && cells.pathEnd === true ? { ...cells, right: foreign } : cells);
    // Both operations are forged alike; the last one no longer finds the first one's root.
    assertStopped(
      witness,
      [
        "both lanes have the same sibling",
        "last row has the final root of the subtree",
        "the old lane ends at the root of the subtree",
      ],
      { forge },
    );
  });

  it("stops a path that belongs to another index than the entry's", () => {
    const witness = tree().batch((t) => [t.update(3, 5n), t.update(1, OUTPUTS)]);
    const forge = atRow("header", (cells) => ({ ...cells, right: replaced(cells.right, 1, 2) }));
    assertStopped(witness, ["an update's path belongs to its index"], { forge });
  });

  it("stops bits that disagree with the index", () => {
    const witness = tree().batch((t) => [t.update(3, 5n), t.update(1, OUTPUTS)]);
    // Carries index 2 down to the path and walks the path of leaf 3.
    const forge: Forge = (name, cells) =>
      cells.remaining === 3 && name !== "pathOld" && name !== "pathNew" ? { ...cells, remaining: 2 } : cells;
    const both: Forge = (name, cells, writer) =>
      name === "header" && cells.right[1] === 3 ? { ...cells, right: replaced(cells.right, 1, 2) } : forge(name, cells, writer);
    assertStopped(witness, ["index is kept"], { forge: both });
  });

  it("stops a path with an index of more bits than levels", () => {
    const witness = tree().batch((t) => [t.update(3, 5n), t.update(1, OUTPUTS)]);
    // Index 3 + 16 with the four levels of leaf 3.
    let level = 0;
    const forge: Forge = (name, cells) => {
      if (name === "header" && cells.right[1] === 3) return { ...cells, right: replaced(cells.right, 1, 19) };
      if (cells.returnType !== RowType.header) return cells;
      if (name === "pathOld" || name === "pathNew") {
        const shifted = (cells.remaining ?? 0) + (16 >> (level >> 1));
        level++;
        return { ...cells, remaining: shifted };
      }
      return cells.remaining === 3 ? { ...cells, remaining: 19 } : cells;
    };
    assertStopped(witness, ["a level takes one bit of the index"], { forge });
  });

  it("stops a path that ends below the root", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    const shorter = withFirst<UpdateWitness>(witness, (update) => ({ ...update, siblings: update.siblings.slice(0, -1) }));
    assertStopped(shorter, ["the old lane ends at the root of the subtree"]);
  });

  it("stops a path that continues above the root", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    const longer = withFirst<UpdateWitness>(witness, (update) => ({
      ...update,
      siblings: [...update.siblings, witness.topSiblings[0]!],
    }));
    assertStopped(longer, ["the old lane ends at the root of the subtree"]);
  });

  it("stops an inner node in the place of a leaf", () => {
    // The path of leaf 2 from level 1 on, with the new node made by hashing a value of the attacker's choice.
    const model = tree();
    const inner = model.siblings(0)[1]!;
    const witness = model.batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    const attack = withFirst<UpdateWitness>(witness, (update) => ({
      ...update,
      entry: { ...update.entry, index: 1 },
      siblings: update.siblings.slice(1),
    }));
    let isFirst = true;
    const forge: Forge = (name, cells) => {
      if (name !== "pathOld" || cells.returnType !== RowType.header || !isFirst) return cells;
      isFirst = false;
      return { ...cells, right: inner };
    };
    assertStopped(attack, ["the old lane ends at the root of the subtree", "two lanes: the other lane is hashed next"], {
      forge,
    });
  });
});
