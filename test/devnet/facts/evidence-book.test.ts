import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { EvidenceBook } from "../../../src/ecosystem/devnet/facts/evidence-book.ts";
import { openSqliteLedger } from "../../../src/chain/ledger/sqlite-ledger.ts";
import type { FactBatch, FactEvidence } from "../../../src/ground/protocol/fact-evidence.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { makeError } from "ethers";
import { isEvidenceNeeded } from "../../../src/ecosystem/devnet/facts/needed-evidence.ts";
import { connectHttp } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import { l1Request } from "../../../src/ecosystem/devnet/l1/request/l1-request.ts";
import { FactsOnL1 } from "../../../src/chain/settlement-layer/facts/facts-on-l1.ts";
import type { SendingProvider } from "../../../src/chain/settlement-layer/facts/judge.ts";
import { statementImport } from "../../../src/ground/protocol/carried-statement.ts";
import { entryOf } from "../../hub/support/batches.ts";

const [A, B] = [271n, 272n];
const ORIGIN = `0x${"0c".repeat(20)}` as const;

function batchOf(chainId: bigint, batchNumber: bigint): FactBatch {
  const { stored, imports, program } = entryOf(chainId, batchNumber);
  const flows = [{ kind: 1, destinationChainId: B, originChainId: A, originToken: ORIGIN, amount: 2n ** 100n }] as const;
  return { chainId, stored, imports, flows, program, proof: Uint8Array.of(1, 2, Number(batchNumber)) };
}

function evidenceOf(batches: readonly FactBatch[]): FactEvidence {
  const { chainId, stored } = batches.at(-1)!;
  return { fact: { registryIndex: factIndex(chainId, stored.batchNumber), root: stored.l2LogsTreeRoot }, batches };
}

describe("evidence of facts", () => {
  const folder = mkdtempSync(join(tmpdir(), "facts-"));
  after(() => rmSync(folder, { recursive: true }));
  const [first, second, third] = [batchOf(A, 4n), batchOf(A, 5n), batchOf(B, 1n)];
  const withBook = async (work: (book: EvidenceBook, names: () => readonly string[]) => Promise<void> | void): Promise<void> => {
    const ledger = openSqliteLedger(folder);
    const facts = ledger.facts("facts to 273");
    await work(new EvidenceBook(facts), () => [...facts.all().keys()]);
    await ledger.durable();
    ledger.close();
  };

  test("is in the book of the next process, and has each batch once", async () => {
    await withBook((book, names) => {
      book.add(evidenceOf([first, second]));
      book.add(evidenceOf([first, second, third]));
      assert.equal(names().length, 2 + 3);
    });
    await withBook((book) => {
      assert.deepEqual(book.batchesOf(factIndex(A, 5n)), [first, second]);
      assert.deepEqual(book.batchesOf(factIndex(B, 1n)), [first, second, third]);
      assert.equal(book.batchesOf(factIndex(B, 2n)), undefined);
    });
  });

  test("is removed when L1 has executed the batch of the fact, with the batches of no other fact", async () => {
    await withBook(async (book, names) => {
      await book.prune((index) => Promise.resolve(index === factIndex(A, 5n)));
      assert.equal(book.batchesOf(factIndex(B, 1n)), undefined, "L1 has executed batch 1");
      assert.deepEqual(book.batchesOf(factIndex(A, 5n)), [first, second], "L1 has not executed batch 5");
      assert.equal(names().length, 1 + 2);
      await book.prune(() => Promise.resolve(false));
      assert.deepEqual(names(), []);
    });
  });

  test("A147: is available after a return of L1 to a mark before its removal, also on disk", async () => {
    await withBook(async (book, names) => {
      book.add(evidenceOf([first, second]));
      const mark = book.mark();
      book.add(evidenceOf([third]));
      await book.prune((index) => Promise.resolve(index !== factIndex(A, 5n)));
      assert.equal(book.batchesOf(factIndex(A, 5n)), undefined);
      book.returnTo(mark);
      assert.deepEqual(book.batchesOf(factIndex(A, 5n)), [first, second]);
      assert.equal(book.batchesOf(factIndex(B, 1n)), undefined, "the chain does not import it after the return");
      assert.equal(names().length, 2 + 1);
    });
    await withBook(async (book) => {
      assert.deepEqual(book.batchesOf(factIndex(A, 5n)), [first, second]);
      await book.prune(() => Promise.resolve(false));
    });
  });

  test("stays if L1 does not answer or has no contract yet, and any other error ends the import instead of keeping it forever", async () => {
    const statement = statementImport({ chainId: A, batch: first.stored }).registryIndex;
    const dead = connectHttp(1n, l1Request("http://127.0.0.1:9"));
    const at = async (call: () => Promise<string>): Promise<FactsOnL1> =>
      FactsOnL1.look({
        provider: { getBlockNumber: () => Promise.resolve(100), call } as unknown as SendingProvider,
        ...{ confirmations: 64, factory: ORIGIN, registry: ORIGIN, settings: ORIGIN, hyperchain: ORIGIN },
      });
    const needed: readonly (readonly [string, () => Promise<string>])[] = [
      ["no node", () => dead.call({ to: ORIGIN, data: "0x" })],
      ["no contract at this block", () => Promise.resolve("0x")],
      ["a server without a node", () => Promise.reject(makeError("server response 503", "SERVER_ERROR"))],
      ["no answer in time", () => Promise.reject(makeError("request timeout", "TIMEOUT"))],
    ];
    for (const [name, call] of needed)
      for (const index of [statement, factIndex(A, 5n)]) assert.equal(await isEvidenceNeeded(index, await at(call)), true, name);
    dead.destroy();
    const thrown: readonly Error[] = [
      new TypeError("a fault of this software"),
      makeError("execution reverted", "CALL_EXCEPTION"),
      makeError("could not coalesce error", "UNKNOWN_ERROR", { error: { code: -32_000, message: "missing trie node" } }),
    ];
    for (const error of thrown)
      for (const index of [statement, factIndex(A, 5n)])
        await assert.rejects(isEvidenceNeeded(index, await at(() => Promise.reject(error))), error);
  });

  test("that cannot be read is named", async () => {
    const ledger = openSqliteLedger(folder);
    const facts = ledger.facts("facts to 273");
    facts.set("batch 0x00", "{");
    assert.throws(() => new EvidenceBook(facts), { name: "LedgerError", code: "Damaged" });
    ledger.close();
    await Promise.resolve();
  });
});
