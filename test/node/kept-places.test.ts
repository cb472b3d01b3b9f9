import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { decodeBlocks, encodeBlocks } from "../../src/chain/past/block-columns.ts";
import { PlaceError } from "../../src/chain/past/place-error.ts";
import type { Place } from "../../src/chain/past/place.ts";
import { LedgerError } from "../../src/chain/ledger/ledger-error.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import { OrderError } from "../../src/chain/ordering/order-error.ts";
import { damagedKeeping } from "../../src/chain/node/keeping/place-on-l1.ts";
import { openPlaces } from "../../src/chain/node/keeping/kept-places.ts";

const NAMES = { blocks: "blocks of 271", place: "place of 271", commands: "chain 271" };
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
    blocks: Array.from({ length: Number(newest) + 1 }, () => ({ hash: HASH, transactions: [HASH], textHash: HASH })),
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

  test("has its blocks column by column, and refuses columns that end early, do not end, or contradict each other", () => {
    const names = (number: number) => `0x${String(number).padStart(64, "0")}` as const;
    const blocks = [0, 1, 2].map((number) => ({
      hash: names(number),
      textHash: names(10 + number),
      transactions: Array.from({ length: number }, (_, i) => names(20 + 2 * number + i)),
    }));
    const index = [1, 2].map((number) => ({
      number: BigInt(number),
      batchNumber: BigInt(7 + number),
      transactions: blocks[number]?.transactions ?? [],
      priorityOps: number === 2 ? [names(31), names(32)] : [],
      signedCount: number,
      logs: { count: 3 * number, dataCharacters: 2 ** 32 - number },
    }));
    const bytes = encodeBlocks({ blocks, index });
    assert.deepEqual(decodeBlocks(bytes), { blocks, index });
    const isDamaged = (error: unknown): boolean => error instanceof PlaceError && error.code === "Damaged";
    for (let length = 0; length < bytes.length; length++) assert.throws(() => decodeBlocks(bytes.slice(0, length)), isDamaged);
    assert.throws(() => decodeBlocks(Uint8Array.of(...bytes, 0)), isDamaged);
    for (const at of [0, 4, 8])
      for (const by of [1, 0xff]) assert.throws(() => decodeBlocks(bytes.with(at + (by >> 7), by)), isDamaged);
    const [first, second] = index as [(typeof index)[number], (typeof index)[number]];
    for (const other of [[first], [second, first], [first, { ...second, transactions: [] }]])
      assert.throws(() => encodeBlocks({ blocks, index: other }), /its index lacks blocks/);
  });

  test("is refused where a part of it is another one's, or cannot be read", async () => {
    const isDamaged = (error: unknown): boolean => error instanceof LedgerError && error.code === "Damaged";
    await withLedger((ledger) => {
      const stream = ledger.stream(NAMES.place);
      const [notes, state, tree, history, blocks] = [...stream.entries()];
      assert.ok(notes !== undefined && state !== undefined && tree !== undefined);
      assert.ok(history !== undefined && blocks !== undefined);
      const others = [
        [notes, state, state, history, blocks],
        [notes.slice(0, 20), state, tree, history, blocks],
        [notes, state, tree, history],
        [notes, state, tree, history, blocks, blocks],
        ["not base64 of anything packed", state, tree, history, blocks],
        [notes, state, tree, history, state],
      ];
      for (const texts of others) {
        stream.truncate(0);
        for (const text of texts) stream.append(text);
        assert.throws(() => openPlaces(ledger, NAMES), isDamaged);
      }
      stream.truncate(0);
      for (const text of [notes, state, tree, history, blocks]) stream.append(text);
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
