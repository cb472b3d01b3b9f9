import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { PromiseBook, type PromiseEvidence } from "../../../src/ecosystem/devnet/promises/promise-book.ts";
import { jsonOfPromise, readShownPromise } from "../../../src/ecosystem/devnet/promises/shown-promise.ts";
import { openSqliteLedger } from "../../../src/chain/ledger/sqlite-ledger.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";

const WORD = wordToHex(7n);
const ADDRESS: Hex = `0x${"0a".repeat(20)}`;
const SIGNATURE: Hex = `0x${"0b".repeat(65)}`;
const PROMISED = {
  toChain: 272n,
  batchNumber: 5n,
  logRoot: WORD,
  protocolVersion: 2n ** 200n,
  stakedAt: 2n ** 48n - 1n,
  stakedBlock: WORD,
  landsBy: 9n,
  payee: ADDRESS,
};
const EVIDENCE: PromiseEvidence = {
  fromChain: 271n,
  promised: PROMISED,
  signatures: [SIGNATURE],
  epoch: 3n,
  stakedNumber: 12,
  coinsWei: 10n ** 20n,
};
const INDEX = factIndex(271n, 5n);

describe("evidence of promises", () => {
  const folder = mkdtempSync(join(tmpdir(), "promises-"));
  after(() => rmSync(folder, { recursive: true }));

  test("is in the book of the next process, until it is deleted", () => {
    for (const expected of [undefined, EVIDENCE, undefined]) {
      const ledger = openSqliteLedger(folder);
      const book = new PromiseBook(ledger.facts("promises to 272"));
      assert.deepEqual(book.get(INDEX), expected);
      if (expected === undefined) book.add(INDEX, EVIDENCE);
      else book.delete(INDEX);
      ledger.close();
      if (expected === EVIDENCE) break;
    }
    const ledger = openSqliteLedger(folder);
    assert.equal(new PromiseBook(ledger.facts("promises to 272")).all().size, 0);
    ledger.facts("promises to 272").set(String(INDEX), "{");
    assert.throws(() => new PromiseBook(ledger.facts("promises to 272")), { name: "LedgerError", code: "Damaged" });
    ledger.close();
  });
});

describe("a promise as JSON", () => {
  const shown = {
    fromChain: 271n,
    promised: PROMISED,
    signatures: [SIGNATURE],
    logs: [
      { type: "message", sender: ADDRESS, body: Uint8Array.of(1, 2) },
      { type: "priorityOp", success: false },
    ],
    canonicalTxHashes: [WORD],
  } as const;

  test("is read unchanged", () => {
    assert.deepEqual(readShownPromise(JSON.parse(JSON.stringify(jsonOfPromise(shown)))), shown);
  });

  test("of another form is refused: numbers that do not fit, fields that are missing, results without operations", () => {
    const answer = jsonOfPromise(shown) as { readonly promised: object };
    const changed: readonly unknown[] = [
      undefined,
      { ...answer, fromChain: String(2n ** 64n) },
      { ...answer, fromChain: 271 },
      { ...answer, promised: { ...answer.promised, stakedAt: String(2n ** 48n) } },
      { ...answer, promised: { ...answer.promised, payee: WORD } },
      { ...answer, promised: {} },
      { ...answer, signatures: ["0x00"] },
      { ...answer, canonicalTxHashes: [] },
      { ...answer, logs: [{ type: "message", sender: ADDRESS }] },
    ];
    for (const parameter of changed)
      assert.throws(() => readShownPromise(parameter), /as hyperchain_getPromise of the source answers/);
  });
});
