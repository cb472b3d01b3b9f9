import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { StoredHubBlocks } from "../../../src/ecosystem/devnet/hubs/stored-hub-blocks.ts";
import { DecidedBlocks } from "../../../src/ecosystem/devnet/hubs/decided-blocks.ts";
import type { HubBlock } from "../../../src/ecosystem/hub/hub-block.ts";
import type { HubCertificate } from "../../../src/ecosystem/hub/hub-certificate.ts";
import { HubNode } from "../../../src/ecosystem/hub/hub-node.ts";
import type { LedgerStream } from "../../../src/chain/ledger/ledger.ts";
import { openSqliteLedger } from "../../../src/chain/ledger/sqlite-ledger.ts";
import { entryOf, factOf } from "../../hub/support/batches.ts";

const [A, B] = [271n, 272n];

/** Blocks with a batch of A, and one of B that imports the fact about the block before. */
function blocksOf(count: number): readonly HubBlock[] {
  const node = HubNode.begin();
  return Array.from({ length: count }, (_, index) => {
    const number = BigInt(index);
    const imports = index === 0 ? [] : [factOf(A, number - 1n)];
    const block = node.build([entryOf(A, number), entryOf(B, number, imports)], (_entry, reason) => assert.fail(reason.message));
    assert.ok(block !== undefined);
    node.apply(block);
    return block;
  });
}

describe("stored blocks of a hub", () => {
  const folder = mkdtempSync(join(tmpdir(), "hub-"));
  after(() => rmSync(folder, { recursive: true }));
  const blocks = blocksOf(5);
  async function inLedger<Result>(work: (stream: LedgerStream) => Result): Promise<Result> {
    const ledger = openSqliteLedger(folder);
    try {
      return work(ledger.stream("blocks of hub main"));
    } finally {
      await ledger.durable();
      ledger.close();
    }
  }

  test("the next process has those that L1 has, with their state; a block that did not land is decided again", async () => {
    await inLedger((stream) => {
      const decided = new DecidedBlocks({ limit: 2, store: new StoredHubBlocks(stream) });
      const node = HubNode.begin();
      for (const block of blocks) {
        decided.add({ block, before: node.state, certificate: {} as HubCertificate });
        node.apply(block);
      }
    });
    await inLedger((stream) => {
      const store = new StoredHubBlocks(stream);
      const landed = store.restore(4n);
      assert.deepEqual(landed, blocks.slice(0, 4));
      const decided = new DecidedBlocks({ limit: 2, store, landed });
      assert.deepEqual([decided.count, decided.landedCount], [4n, 4n]);
      assert.deepEqual([decided.at(2n), decided.at(3n)?.block], [undefined, blocks[2]]);
      const node = decided.node();
      node.apply(blocks[4]!);
      assert.equal(node.state.digest(), blocks[4]!.header.state);
      assert.equal(stream.length, 4);
    });
  });

  test("a return of L1 removes the later ones", async () => {
    await inLedger((stream) => {
      const store = new StoredHubBlocks(stream);
      const decided = new DecidedBlocks({ limit: 8, store, landed: store.restore(4n) });
      decided.cutAfter(1n);
      assert.deepEqual([decided.count, stream.length], [1n, 1]);
    });
  });

  test("fewer than L1 has are those that are stored, and one that cannot be read is named", async () => {
    await inLedger((stream) => {
      assert.deepEqual(new StoredHubBlocks(stream).restore(2n), blocks.slice(0, 1));
      stream.append("{");
      assert.throws(() => new StoredHubBlocks(stream).restore(2n), {
        code: "Damaged",
        message: /block 2 of a hub cannot be read/,
      });
    });
  });
});
