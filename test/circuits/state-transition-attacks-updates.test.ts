import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { DomainTag } from "../../src/ground/protocol/domain-tags.ts";
import type { UpdateWitness } from "../../src/ground/protocol/state-transition-witness.ts";
import { assertStopped, atRow, OUTPUTS, replaced, tree, withFirst } from "./support/attack.ts";

describe("attacks on updates", () => {
  it("stops an update that changes nothing", () => {
    const witness = tree().batch((t) => [t.update(2, 11n), t.update(1, OUTPUTS)]);
    assertStopped(witness, ["an update changes its value"]);
  });

  it("stops an entry that is applied twice", () => {
    const model = tree();
    const witness = model.batch((t) => [t.update(2, 5n), t.update(2, 5n), t.update(1, OUTPUTS)]);
    assertStopped(witness, ["an update changes its value"]);
  });

  it("stops a code update under the tag of a value update, and the reverse", () => {
    const code = tree().batch((t) => [t.update(6, 5n), t.update(1, OUTPUTS)]);
    const relabel = (isCode: boolean) => (update: UpdateWitness) => ({ ...update, entry: { ...update.entry, isCode } });
    assertStopped(withFirst(code, relabel(false)), ["an update's tag says whether it is code"]);
    const value = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    assertStopped(withFirst(value, relabel(true)), ["an update's tag says whether it is code"]);
  });

  it("stops a kind outside 0 … 3, which would give a pair digest the tag of something else", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    const forge = atRow("pair", (cells) => ({ ...cells, other: replaced(cells.other ?? [], 0, P - 6) }));
    assertStopped(
      witness,
      ["an update's tag says whether it is code", "domain tag belongs to the row type", "kind of the updated leaf is known"],
      { forge },
    );
  });

  it("stops a value in the list that is not the value in the tree", () => {
    const witness = tree().batch((t) => [t.update(2, 5n), t.update(1, OUTPUTS)]);
    const other = compress(DomainTag.value, [6, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]);
    assertStopped(witness, ["a value's or key's hash becomes the right half", "the new value waits in the other lane"], {
      forge: atRow("absorbValue", (cells) => ({ ...cells, right: other })),
    });
    assertStopped(witness, ["an absorbing row hashes the diff digest"], {
      forge: atRow("absorbValue", (cells) => ({ ...cells, left: other })),
    });
  });
});
