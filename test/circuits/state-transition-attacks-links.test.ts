import { describe, it } from "node:test";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { DomainTag, type LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import type {
  Digest,
  InsertionWitness,
  StateTransitionWitness,
  UpdateWitness,
} from "../../src/ground/protocol/state-transition-witness.ts";
import { RowType } from "../../src/proofs/circuits/state-transition/layout/row-types.ts";
import type { Elements } from "../../src/proofs/circuits/state-transition/trace/trace-writer.ts";
import { all, assertStopped, atRow, OUTPUTS, replaced, showing, tree, withFirst, withLow } from "./support/attack.ts";
import type { Forge } from "./support/scenario.ts";
import { settled } from "./support/settle.ts";
import { compareDigests, deriveKey, hashValue } from "./support/state-model.ts";

/** The new root is the forged one: nothing but the named link can be wrong. */
function assertLink(witness: StateTransitionWitness, expected: readonly string[], forge: () => Forge): void {
  assertStopped(settled(witness, forge), expected, { forge: forge() });
}

const NONE: Digest = [0, 0, 0, 0, 0, 0, 0, 0];
const FOREIGN: Digest = [11, 12, 13, 14, 15, 16, 17, 18];
const updating = () => tree().batch((t) => [t.update(3, 5n), t.update(1, OUTPUTS)]);
const inserting = () => tree().batch((t) => [t.insert(0, 0xbbn, 1n, 5n), t.update(1, OUTPUTS)]);
const left = (elements: Elements) => (cells: Parameters<Forge>[1]) => ({ ...cells, left: elements });
const right = (elements: Elements) => (cells: Parameters<Forge>[1]) => ({ ...cells, right: elements });
const other = (elements: Elements) => (cells: Parameters<Forge>[1]) => ({ ...cells, other: elements });
const memory = (elements: Elements) => (cells: Parameters<Forge>[1]) => ({ ...cells, memory: elements });

describe("attacks on the root register", () => {
  it("stops an old lane that ends elsewhere and says the root", () => {
    const absent = withFirst<UpdateWitness>(updating(), (first) => ({ ...first, oldValue: 999n }));
    assertStopped(absent, ["two lanes: the hash waits in the other lane"], {
      forge: (name, cells, writer) => (name === "pathNew" && cells.pathEnd === true ? { ...cells, other: writer.root } : cells),
    });
  });

  it("stops an operation without effect on the root", () => {
    // The second operation finds the root of before the first.
    const [first] = updating().operations;
    const second = tree().batch((t) => [t.update(1, OUTPUTS)]);
    const witness = { ...second, operations: [first!, second.operations[0]!] };
    const restore = (row: "header" | "pair") =>
      atRow(
        row,
        (cells, writer) => {
          writer.root = second.oldSubtreeRoot;
          return cells;
        },
        1,
      );
    assertStopped(witness, ["the new lane's end is the new root of the subtree"], { forge: restore("header") });
    const later = all(restore("pair"));
    assertStopped(witness, ["root of the subtree is kept"], { forge: later });
  });

  it("stops a row that poses as the end of a path", () => {
    // Padding whose hash becomes the final root.
    const forge = (): Forge => {
      let isFirst = true;
      return (name, cells, writer) => {
        if (name === "padding" && isFirst) {
          isFirst = false;
          writer.row("padding", 0, { left: FOREIGN, right: NONE, other: writer.root, pathEnd: true });
        } else if (name === "padding" && cells.pathEnd === true) return cells;
        return cells;
      };
    };
    assertLink(
      updating(),
      [
        "only a new-lane path row ends a path",
        // The row counts as minus one open path.
        "an open path continues by a level or by the top rows",
        "only the first path continues by the top rows",
        "two lanes: the hash waits in the other lane",
        "two lanes: the other lane is hashed next",
      ],
      forge,
    );
  });

  it("stops first rows about another final root than the last row's", () => {
    const witness = updating();
    const claimed = tree().root;
    assertStopped({ ...witness, newSubtreeRoot: claimed }, ["first row carries the final root of the subtree"], {
      auxiliary: [...witness.newSubtreeRoot, witness.newLeafCount],
    });
  });

  it("stops a working subtree that is not the leftmost", () => {
    // Index 2 at the subtree's level: its first row says so, and everything above follows.
    let rows = 0;
    const forge: Forge = (name, cells) => {
      const level = rows++ >> 1;
      if (cells.returnType !== RowType.topOld1 || name.startsWith("top") || level > 1) return cells;
      return level === 0 ? { ...cells, remaining: 2 } : { ...cells, remaining: 1, bit: 1, left: cells.right, right: cells.left };
    };
    assertStopped(updating(), ["first row is the leftmost path: index"], { forge });
  });
});

describe("attacks on the start of the list", () => {
  const start = (change: Parameters<typeof atRow>[1]) => atRow("pathOld", change);

  it("stops a digest, an evaluation or a count that does not start at zero", () => {
    assertStopped(updating(), ["diff digest starts at zero"], {
      forge: start((cells, writer) => ((writer.digest = FOREIGN), cells)),
    });
    assertStopped(updating(), ["evaluation starts at zero"], {
      forge: start((cells, writer) => ((writer.accumulator = [1, 2, 3, 4, 5]), cells)),
    });
    assertStopped(updating(), ["entry count starts at zero"], {
      forge: start((cells, writer) => ((writer.entryCount = 1), cells)),
    });
  });

  it("stops an operation that forgets what follows it", () => {
    // An update that promises another entry, is therefore not checked as the last one, and then returns to the padding.
    const witness = tree().batch((t) => [t.update(3, 5n)]);
    const forge: Forge = (name, cells) =>
      ["header", "pair", "value", "absorbValue", "leafOld", "leafNew"].includes(name)
        ? { ...cells, returnType: RowType.header }
        : cells;
    assertStopped(witness, ["return type is kept"], { forge });
  });
});

describe("attacks on updates, link by link", () => {
  it("stops lanes on different sides: one leaf is opened and another written", () => {
    const forge: Forge = (name, cells) => {
      if (name === "header" && cells.right[1] === 3) return { ...cells, right: replaced(cells.right, 1, 2) };
      const moved = cells.remaining === 3 ? { ...cells, remaining: 2 } : cells;
      return name === "pathNew" && cells.remaining === 3 ? { ...moved, bit: 0, left: cells.right, right: cells.left } : moved;
    };
    assertLink(updating(), ["both lanes are on the same side"], () => forge);
  });

  it("stops a new value that takes the place of the pair digest", () => {
    const value = hashValue(5n);
    const old = hashValue(12n);
    const forge = () =>
      all(
        atRow("leafOld", (cells) => ({ ...cells, bit: 0 })),
        atRow("leafNew", (cells) => ({ ...cells, bit: 0, left: value, right: old })),
      );
    assertLink(updating(), ["the lane is the right half"], forge);
  });

  it("stops index bits that are left when the path ends", () => {
    let headers = 0;
    const forge: Forge = (name, cells) => {
      if (name === "header" && headers++ === 1) return { ...cells, remaining: 1 };
      if (headers === 1 && name === "header") return { ...cells, right: replaced(cells.right, 1, 19) };
      if (headers !== 1) return cells;
      const isPath = name === "pathOld" || name === "pathNew";
      if (!isPath) return { ...cells, remaining: 19 };
      return { ...cells, remaining: cells.remaining === 3 ? 19 : cells.remaining === 1 ? 9 : depthLevel++ < 2 ? 4 : 2 };
    };
    let depthLevel = 0;
    assertStopped(updating(), ["no bit of the index is left when the path ends"], { forge });
  });

  it("stops a pair digest that changes on the way", () => {
    const forge = () =>
      all(
        atRow("leafOld", (cells) => cells),
        atRow("absorbValue", memory(FOREIGN)),
      );
    assertStopped(updating(), ["memory is kept", "what was remembered is hashed as left half"], { forge: forge() });
    assertStopped(updating(), ["a pair's hash is remembered", "memory is kept"], { forge: atRow("value", memory(FOREIGN)) });
  });

  it("stops leaves of kind 4", () => {
    const model = tree();
    model.insert(4 as LeafKind, 0xeen, 0n, 7n);
    const update = model.batch((t) => [t.update(7, 8n), t.update(1, OUTPUTS)]);
    assertStopped(update, ["an update's tag says whether it is code", "kind of the updated leaf is known"]);
    const insertion = tree().batch((t) => [t.insert(4 as LeafKind, 0xeen, 0n, 7n), t.update(1, OUTPUTS)]);
    assertStopped(insertion, ["kind of the new leaf is known"]);
    const split = tree();
    split.insert(4 as LeafKind, 0xeen, 0n, 7n);
    let slot = 0n;
    const isAbove = (key: Digest) =>
      compareDigests(split.leaves[7]!.key, key) < 0 &&
      !split.leaves.some(({ key: k }) => compareDigests(split.leaves[7]!.key, k) < 0 && compareDigests(k, key) < 0);
    while (!isAbove(deriveKey(0, 0xeen, slot))) slot++;
    const after = split.batch((t) => [t.insert(0, 0xeen, slot, 9n), t.update(1, OUTPUTS)]);
    assertStopped(after, ["kind of the low leaf is known"]);
  });
});

describe("attacks on insertions, link by link", () => {
  const key = deriveKey(0, 0xbbn, 1n);
  const block = (address: number) => ({ left: [3, 0, address, 0, 0, 0, 0, 0], right: [0, 0, 0, 0, 1, 0, 0, 0] });
  const foreignEntry = () =>
    withFirst<InsertionWitness>(inserting(), (first) => ({ ...first, entry: { ...first.entry, address: 0xccn } }));

  it("stops another first limb than an insertion's", () => {
    const other2 = deriveKey(0, 0xbbn, 1n, 2);
    const witness = tree().batch((t) => [t.insert(0, 0xbbn, 1n, 5n, { key: other2 }), t.update(1, OUTPUTS)]);
    assertStopped(witness, ["an insertion's tag is 3"], {
      forge: atRow("keyStart", (cells) => ({ ...cells, left: replaced(cells.left, 0, 2) })),
    });
  });

  it("stops a key whose address is not the entry's", () => {
    const start = compress(DomainTag.key, block(0xbb).left, block(0xbb).right);
    assertStopped(foreignEntry(), ["the key's chain continues"], { forge: atRow("keyMiddle", left(start)) });
  });

  it("stops a key that is absorbed but not inserted", () => {
    assertStopped(foreignEntry(), ["the right half is used again"], {
      forge: atRow("absorbKey", right(deriveKey(0, 0xccn, 1n))),
    });
  });

  it("stops a key that is compared with the low key but not inserted", () => {
    // Rows up to the first comparison are about the entry's key, the others about the key that is inserted.
    const claimed = deriveKey(0, 0xccn, 1n);
    const low = (inserting().operations[0] as InsertionWitness).low.key;
    const lane0 = (digest: Digest) => digest[0]!;
    const forge = () =>
      all(atRow("absorbKey", right(claimed)), atRow("lowKeys", right(claimed)), showing("low", lane0(low), lane0(claimed)));
    const names = ["the new key is compared with the successor"];
    assertStopped(foreignEntry(), lane0(low) < lane0(claimed) ? names : [...names, "comparison: high windows"], {
      forge: forge(),
    });
  });

  it("stops a kind that is not the key's", () => {
    // The leaf becomes an account (kind 1) under the key of a storage slot.
    const kinds = ["keyMiddle", "keyEnd", "absorbKey", "lowKeys", "highKeys"];
    const forge = (): Forge => (name, cells) => {
      if (!kinds.includes(name)) return cells;
      const changed = { ...cells, other: replaced(cells.other ?? NONE, 7, 1) };
      return name === "highKeys" ? { ...changed, tag: DomainTag.pair + 1 } : changed;
    };
    assertLink(inserting(), ["the new leaf's kind is carried"], forge);
  });

  it("stops a pair digest that is not the key's and its successor's", () => {
    const carrying = ["lowPairOld", "lowPairNew", "lowLeafOld", "lowLeafNew"];
    const from = (rows: readonly string[]) => (): Forge => (name, cells) => {
      const isCarried = rows.includes(name) || cells.returnType === RowType.insertedValue;
      if (isCarried || name === "insertedValue" || name === "absorbInserted") return { ...cells, memory: FOREIGN };
      return name === "insertedLeaf" ? { ...cells, left: FOREIGN } : cells;
    };
    assertLink(inserting(), ["a pair's hash is remembered"], from(carrying));
    const late = (): Forge => (name, cells) => {
      if (name === "insertedValue" || name === "absorbInserted") return { ...cells, memory: FOREIGN };
      return name === "insertedLeaf" ? { ...cells, left: FOREIGN } : cells;
    };
    assertLink(inserting(), ["memory is kept"], late);
    assertLink(inserting(), ["what was remembered is hashed as left half"], () => atRow("insertedLeaf", left(FOREIGN)));
  });

  it("stops an interval that is not the low leaf's", () => {
    // The key is compared with the sentinel's key 0 and inserted after a leaf with a greater key.
    const model = tree();
    const last = model.leaves.findIndex((leaf) => leaf.next.every((x) => x === 0));
    let slot = 0n;
    while (compareDigests(deriveKey(0, 0xccn, slot), model.leaves[last]!.key) >= 0) slot++;
    const real = model.leaves[last]!.key;
    const compared = withFirst<InsertionWitness>(withLow(tree(), last, 0xccn, slot), (first) => ({
      ...first,
      low: { ...first.low, key: NONE },
    }));
    const split = () => all(atRow("lowPairOld", left(real)), atRow("lowPairNew", left(real)));
    assertLink(compared, ["what was remembered is hashed as left half"], split);
    assertLink(compared, ["the low key is remembered"], () => all(split(), atRow("highKeys", memory(real))));
  });

  it("stops a successor that is not the low leaf's", () => {
    // The key is compared with no successor and inserted before a smaller one, which the list then skips or repeats.
    const model = tree();
    const low = model.leaves.findIndex((leaf) => compareDigests(leaf.next, key) < 0 && leaf.next.some((x) => x !== 0));
    const next = model.leaves[low]!.next;
    const boundless = withFirst<InsertionWitness>(withLow(tree(), low, 0xbbn, 1n), (first) => ({
      ...first,
      low: { ...first.low, nextKey: NONE },
    }));
    const forge = () => all(atRow("lowPairOld", right(next)));
    assertLink(boundless, ["the right half is used again"], forge);
  });

  it("stops a low leaf that is linked to another key", () => {
    const forge = () => all(atRow("lowPairOld", other(FOREIGN)), atRow("lowPairNew", right(FOREIGN)));
    assertLink(inserting(), ["the new key waits in the other lane"], forge);
  });

  it("stops a value that is absorbed but not inserted", () => {
    assertLink(inserting(), ["the right half is used again"], () => atRow("insertedLeaf", right(hashValue(6n))));
  });

  it("stops a leaf that is not counted", () => {
    const witness = inserting();
    const forge = atRow("pathOld", (cells) => cells);
    const uncounted = all(forge, (name, cells, writer) => {
      if (cells.returnType === RowType.header && (name === "pathOld" || name === "pathNew"))
        writer.leafCount = witness.oldLeafCount;
      return cells;
    });
    assertStopped({ ...witness, newLeafCount: witness.oldLeafCount }, ["a new leaf is counted"], { forge: uncounted });
  });
});
