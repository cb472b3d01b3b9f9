import assert from "node:assert/strict";
import { it } from "node:test";
import { executionObjection } from "../../src/ecosystem/client/standing/execution-change.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";

/** A chain whose word for code of any size is this. */
const chainWith = (word: bigint) => (method: string) => {
  assert.equal(method, "eth_getStorageAt");
  return Promise.resolve(wordToHex(word));
};

it("an upgrade to a proven version is refused for a chain with code of any size, and no other upgrade reads the chain", async () => {
  const objection = (from: bigint, to: bigint, word: bigint) => executionObjection(from, to, chainWith(word));
  assert.equal(await objection(TRUSTED_VERSION, PROVEN_VERSION, 0n), undefined);
  assert.match((await objection(TRUSTED_VERSION, PROVEN_VERSION, 1n)) ?? "", /allowUnlimitedContractSize.*stays with version 2$/);
  for (const [from, to] of [
    [TRUSTED_VERSION, 0x102n],
    [PROVEN_VERSION, 0x303n],
    [PROVEN_VERSION, TRUSTED_VERSION],
  ] as const)
    assert.equal(await objection(from, to, 1n), undefined, `${from} to ${to}`);
});
