import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Place } from "../../src/chain/past/place.ts";
import { LedgerError } from "../../src/chain/ledger/ledger-error.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import { OrderError } from "../../src/chain/ordering/order-error.ts";
import { damagedKeeping } from "../../src/chain/node/keeping/place-on-l1.ts";
import { openPlaces } from "../../src/chain/node/keeping/kept-places.ts";

const NAMES = { blocks: "blocks of 271", place: "place of 271" };
const HASH = "0xabababababababababababababababababababababababababababababababab";

function placeAfter(commands: number, newest: bigint): Place {
  const changes = { inserted: 0, updated: 1 };
  return {
    head: { number: newest, timestamp: 5n, hash: HASH },
    oldestState: 0n,
    commands,
    nextBatch: 1n,
    previousCommitment: HASH,
    operationsTaken: 2n,
    publishedCodes: [HASH],
    genesisRoot: HASH,
    blocks: Array.from({ length: Number(newest) + 1 }, () => ({ hash: HASH, transactions: [HASH] })),
    index: { blocks: [], positions: new Map(), priorityOps: new Map(), eip712: new Map(), publicHashes: new Map([[HASH, HASH]]) },
    messages: { sent: [], delivered: [], callbacks: new Map(), imports: [] },
    archive: [
      {
        number: 0n,
        protocolVersion: 1n,
        firstBlock: 1n,
        lastBlock: newest,
        timestamp: 5n,
        commitment: HASH,
        stateRoot: HASH,
        logLeaves: [HASH],
        logRoot: HASH,
        priorityOpCount: 2n,
        transactionCount: 1,
        importedRoots: [{ registryIndex: 4n, root: HASH }],
        pubdataBytes: 3,
        changes: { storage: changes, account: changes, codeHash: changes, codeDigest: changes },
        preCommitment: HASH,
      },
    ],
    history: {
      dump: Uint8Array.of(1, 2),
      steps: [{ batchNumber: 0n, oldLeafCount: 4, priorityOpCount: 2, outputsHash: 9n, pubdata: Uint8Array.of(8, 8, 8) }],
      bytes: 7,
    },
    state: Uint8Array.of(3, 4, 5),
    tree: Uint8Array.of(6),
  };
}

async function* told(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

describe("B5: a chain's place in the ledger", () => {
  const folder = mkdtempSync(join(tmpdir(), "kept-places-"));
  after(() => rmSync(folder, { recursive: true }));
  const withLedger = async <T>(work: (ledger: ReturnType<typeof openSqliteLedger>) => T | Promise<T>): Promise<T> => {
    const ledger = openSqliteLedger(folder);
    try {
      return await work(ledger);
    } finally {
      ledger.close();
    }
  };

  test("is the newest that was kept, with all blocks before it", async () => {
    await withLedger(async (ledger) => {
      const [store, place] = openPlaces(ledger, NAMES);
      assert.equal(place, undefined);
      await store.keep(told("zero", "one"), () => placeAfter(3, 1n));
      await store.keep(told("two"), () => placeAfter(9, 2n));
    });
    await withLedger((ledger) => {
      const [store, place] = openPlaces(ledger, NAMES);
      assert.deepEqual(place, placeAfter(9, 2n));
      assert.equal(store.blocks, 3);
      assert.deepEqual(
        [0, 1, 2, 3].map((number) => store.block(number)),
        ["zero", "one", "two", undefined],
      );
    });
  });

  test("is refused where a part of it is another one's, or cannot be read", async () => {
    const isDamaged = (error: unknown): boolean => error instanceof LedgerError && error.code === "Damaged";
    await withLedger((ledger) => {
      const stream = ledger.stream(NAMES.place);
      const [notes, state, tree, history] = [...stream.entries()];
      assert.ok(notes !== undefined && state !== undefined && tree !== undefined && history !== undefined);
      const others = [
        [notes, state, state, history],
        [notes.slice(0, 20), state, tree, history],
        [notes, state, tree],
        [notes, state, tree, history, history],
        ["not base64 of anything packed", state, tree, history],
      ];
      for (const texts of others) {
        stream.truncate(0);
        for (const text of texts) stream.append(text);
        assert.throws(() => openPlaces(ledger, NAMES), isDamaged);
      }
      stream.truncate(0);
      for (const text of [notes, state, tree, history]) stream.append(text);
      ledger.stream(NAMES.blocks).append("three");
      assert.throws(() => openPlaces(ledger, NAMES), /4 blocks are kept, and it names 3/);
    });
  });
});

describe("a start that refuses a command which was applied once", () => {
  test("reports that the ledger is damaged, and any other error unchanged", () => {
    assert.throws(
      () => damagedKeeping("chain a", new OrderError("TimeRunsBackwards", "block 3: timestamp 4 is before 5")),
      (error) => error instanceof LedgerError && error.code === "Damaged" && error.message.includes("block 3: timestamp 4"),
    );
    assert.throws(() => damagedKeeping("chain a", new RangeError("another")), RangeError);
  });
});
