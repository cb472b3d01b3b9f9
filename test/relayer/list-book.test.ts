import assert from "node:assert/strict";
import { test } from "node:test";
import type { AssetTransfer } from "../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { encodeListEntry, hashTransferList, transferListName } from "../../src/ground/protocol/transfer-list.ts";
import { ListBook } from "../../src/ecosystem/relayer/list-book.ts";

const [CHAIN, BATCH] = [271n, 7n];
const entryOf = (n: number): Hex =>
  encodeListEntry({ recipient: `0x${(0x100000 + n).toString(16).padStart(40, "0")}`, amount: 5n });
const messageOf = (number: number, entries: readonly Hex[], amount = 5n * BigInt(entries.length)): AssetTransfer =>
  ({ nonce: BigInt(hashTransferList(BATCH, number, entries)), amount }) as AssetTransfer;

test("finds each list of a batch by the hash in its message, however many there were and in whatever order they were filled", () => {
  const book = new ListBook();
  const lists = Array.from(
    { length: 60 },
    (_, number) => [number, number === 3 ? [entryOf(1), entryOf(2)] : [entryOf(number)]] as const,
  );
  for (const place of [0, 1])
    for (const [number, entries] of lists) {
      const entry = entries[place];
      if (entry !== undefined) book.take(CHAIN, { list: transferListName(BATCH, number), place, entry });
    }
  for (const [number, entries] of lists)
    assert.deepEqual(book.find(CHAIN, BATCH, messageOf(number, entries)), { number, entries });
  assert.deepEqual(book.find(CHAIN, BATCH, messageOf(3, [entryOf(1)])), undefined, "a list that has grown since");
});

test("does not know a list of another chain or batch, one that is not whole, nor one that carries less than its entries", () => {
  const book = new ListBook();
  const entries = [entryOf(1), entryOf(2)];
  for (const [place, entry] of entries.entries()) book.take(CHAIN, { list: transferListName(BATCH, 0), place, entry });
  book.take(CHAIN, { list: transferListName(BATCH, 1), place: 1, entry: entryOf(2) });
  assert.equal(book.find(272n, BATCH, messageOf(0, entries)), undefined);
  assert.equal(book.find(CHAIN, BATCH + 1n, messageOf(0, entries)), undefined);
  assert.equal(book.find(CHAIN, BATCH, messageOf(1, entries)), undefined);
  assert.equal(book.find(CHAIN, BATCH, messageOf(0, entries, 9n)), undefined);
  book.forget();
  assert.equal(book.find(CHAIN, BATCH, messageOf(0, entries)), undefined);
});

test("attack: thousands of lists of a batch take work by their number, not by its square", () => {
  const book = new ListBook();
  const LISTS = 1_500;
  const begun = performance.now();
  for (let number = 0; number < LISTS; number++)
    book.take(CHAIN, { list: transferListName(BATCH, number), place: 0, entry: entryOf(number) });
  const told = performance.now() - begun;
  for (let number = 0; number < LISTS; number++)
    assert.deepEqual(book.find(CHAIN, BATCH, messageOf(number, [entryOf(number)])), { number, entries: [entryOf(number)] });
  const found = performance.now() - begun - told;
  // Each name once more, and the message's own hash; 750 names for each list took 300 times as long.
  assert.ok(found < 30 * told, `${found} ms compared with ${told} ms`);
});
