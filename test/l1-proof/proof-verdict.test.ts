import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { executionRefusal } from "../../src/proofs/l1-proof/proof-verdict.ts";
import { digestFromHex } from "../../src/ground/protocol/digest.ts";
import { fromHex } from "../../src/ground/protocol/hex.ts";
import { readRecordedProof } from "../support/recorded-proofs.ts";

describe("the verdict about a recorded proof of a hub's block", () => {
  const { batches, digest, proof, hub } = readRecordedProof("hub");
  const claimed = { batches, digest: digestFromHex(digest) };
  const verdict = (states: typeof hub) => executionRefusal({ ...claimed, hub: states }, fromHex(proof));

  test("accepts it with the hub's states", () => {
    assert.ok(hub !== undefined);
    assert.equal(verdict(hub), undefined);
  });

  test("attack: the proof of a hub's block shown without its states, or with other ones, is refused", () => {
    assert.notEqual(verdict(undefined), undefined, "without states");
    assert.notEqual(verdict({ before: hub!.after, after: hub!.before }), undefined, "states of another block");
  });
});
