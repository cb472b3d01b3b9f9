import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { executionSentence } from "../../src/ecosystem/devnet/view/books/proven.ts";
import { FirstProven } from "../../src/chain/node/execution/first-proven.ts";

const batch = (batchNumber: bigint, protocolVersion: bigint) => ({ protocolVersion, outputs: { batchNumber } });

describe("since which batch L1 checks a chain's execution", () => {
  it("is the first one of a version with an aggregator: 0 of a chain that was created with it, another of one that was upgraded", () => {
    const [created, upgraded] = [new FirstProven(), new FirstProven()];
    for (let number = 0n; number < 5n; number++) {
      assert.equal(created.since, number === 0n ? undefined : 0n);
      created.formed(batch(number, 0x103n));
      upgraded.formed(batch(number, number < 3n ? 2n : number < 4n ? 0x103n : 0x203n));
      assert.equal(upgraded.since, number < 3n ? undefined : 3n);
    }
  });

  it("is forgotten with that batch, and stays if only later ones are rebuilt", () => {
    const first = new FirstProven();
    for (const [number, version] of [2n, 2n, 0x103n, 0x103n].entries()) first.formed(batch(BigInt(number), version));
    first.forgetFrom(3n);
    assert.equal(first.since, 2n);
    first.forgetFrom(2n);
    assert.equal(first.since, undefined);
    first.formed(batch(2n, 2n));
    first.formed(batch(3n, 0x103n));
    assert.equal(first.since, 3n);
  });

  it("is what the sentence says, with the batches that are executed so, and what holds for those before", () => {
    assert.match(executionSentence(0, 0), /^Proven on L1 since batch 0 \(0 batches are executed so far\)/);
    assert.match(executionSentence(0, 2), /^Proven on L1 since batch 0 \(2 batches are executed so far\)/);
    assert.doesNotMatch(executionSentence(0, 2), /Earlier batches/);
    assert.match(executionSentence(0, 2), /The quorum chooses the transactions and their order, and can wait/);
    assert.doesNotMatch(executionSentence(0, 2, "queue"), /quorum/);
    assert.match(
      executionSentence(0, 2, "queue"),
      /L1's priority queue alone makes its order: no account chooses its transactions/,
    );
    assert.match(executionSentence(7, 8), /^Proven on L1 since batch 7 \(1 batch is executed so far\)/);
    assert.match(executionSentence(7, 8), /Earlier batches it executed by the quorum's signatures\.$/);
    // Batches before it may not all be executed yet.
    assert.match(executionSentence(7, 5), /\(0 batches are executed so far\)/);
  });
});
