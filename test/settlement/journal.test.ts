import assert from "node:assert/strict";
import { appendFile, mkdtemp, open, readFile, rm, writeFile, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, mock, test } from "node:test";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { openFileJournal } from "../../src/chain/settlement/journal/journal.ts";
import { decodeEntry, encodeEntry, type JournalEntry } from "../../src/chain/settlement/journal/journal-entry.ts";
import { approvalsIn, newestForgetting, reduceJournal, withoutUsedProofs } from "../../src/chain/settlement/journal/progress.ts";
import { createRandom } from "../stark/fuzz/random.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
});
after(() => rm(folder, { recursive: true }));

const ENTRIES: readonly JournalEntry[] = [
  { type: "broadcast", stage: "commit", batchNumber: 4n, transactionHash: "0x01", nonce: 7 },
  { type: "broadcast", stage: "commit", batchNumber: 4n, transactionHash: "0x02", nonce: 7 },
  { type: "stored", batch: { ...genesisStoredBatch(1n, wordToHex(5n), 9n), batchNumber: 4n } },
  { type: "proof", batchNumber: 4n, commitment: wordToHex(6n), proof: "0xabcd" },
];

test("stores entries in a file, with exact big numbers", async () => {
  const path = join(folder, "kept");
  const journal = await openFileJournal(path);
  assert.deepEqual(journal.entries, []);
  await Promise.all(ENTRIES.map((entry) => journal.append(entry)));
  await journal.close();
  const reopened = await openFileJournal(path);
  assert.deepEqual(reopened.entries, ENTRIES);
  await reopened.close();
});

test("drops a line that a crash cut off, and continues after it", async () => {
  const path = join(folder, "cut");
  const journal = await openFileJournal(path);
  await journal.append(ENTRIES[0]!);
  await journal.close();
  await appendFile(path, '{"type":"broadcast","stage":"com');
  const notices: string[] = [];
  const reopened = await openFileJournal(path, { onCutOff: (notice) => notices.push(notice) });
  assert.deepEqual(reopened.entries, [ENTRIES[0]]);
  assert.match(notices.join(), /cut: the last entry was cut off by a crash/);
  await reopened.append(ENTRIES[1]!);
  await reopened.close();
  assert.equal((await readFile(path, "utf8")).split("\n").length, 3);
  const last = await openFileJournal(path);
  assert.deepEqual(last.entries, ENTRIES.slice(0, 2));
  await last.close();
});

test("continues after an entry of which the disk stored only a part", async () => {
  const path = join(folder, "full");
  const journal = await openFileJournal(path);
  await journal.append(ENTRIES[0]!);
  const handle = await open(path, "r");
  const files = Object.getPrototypeOf(handle) as FileHandle;
  const { appendFile: whole } = files;
  const full = mock.method(files, "appendFile", async function (this: FileHandle, text: string) {
    await whole.call(this, text.slice(0, 12));
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  });
  await assert.rejects(journal.append(ENTRIES[1]!), { code: "ENOSPC" });
  full.mock.restore();
  await journal.append(ENTRIES[2]!);
  await journal.close();
  await handle.close();
  const reopened = await openFileJournal(path);
  assert.deepEqual(reopened.entries, [ENTRIES[0], ENTRIES[2]]);
  await reopened.close();
});

test("reads back what it wrote: any plain data, texts that look like written numbers included", () => {
  const random = createRandom(31);
  const texts = ["5n", "-5n", "~5n", "~~-5n", "n", "0n1", "", "5n ", "é~7n", "\n5n", "0x5n"];
  const value = (depth: number): unknown => {
    const kind = random.below(depth > 3 ? 5 : 7);
    if (kind === 0) return BigInt(random.below(2 ** 32)) ** BigInt(random.below(9)) * (random.below(2) === 0 ? 1n : -1n);
    if (kind === 1) return `${"~".repeat(random.below(3))}${random.below(2) === 0 ? "-" : ""}${random.below(1_000)}n`;
    if (kind === 2) return random.pick(texts);
    if (kind === 3) return random.below(2 ** 32) / 7;
    if (kind === 4) return random.pick([null, true, false]);
    const values = Array.from({ length: random.below(5) }, () => value(depth + 1));
    return kind === 5 ? values : Object.fromEntries(values.map((each, i) => [`${random.pick(texts)}${i}`, each]));
  };
  for (let i = 0; i < 2_000; i++) {
    const entry = value(0);
    const line = encodeEntry(entry);
    assert.doesNotMatch(line, /\n/);
    assert.deepEqual(decodeEntry<unknown>(line), entry, line);
  }
});

test("refuses a file with a broken line before the last", async () => {
  const path = join(folder, "broken");
  await writeFile(path, 'nonsense\n{"type":"reverted","fromBatch":"1n"}\n');
  await assert.rejects(openFileJournal(path), { code: "JournalCorrupt", message: /broken:1 / });
});

test("the reducer remembers every transaction of a stage, the record and the proof", () => {
  const batch = reduceJournal(ENTRIES).get(4n)!;
  assert.deepEqual(batch.stages.commit, { state: "broadcast", transactionHashes: ["0x01", "0x02"] });
  assert.deepEqual(batch.stages.prove, { state: "waiting" });
  assert.equal(batch.stored?.leafCount, 9n);
  assert.deepEqual(batch.proof, { commitment: wordToHex(6n), proof: "0xabcd" });
});

test("a confirmed stage stays confirmed; a revert forgets the batches from its number on", () => {
  const transaction = { hash: "0x02", blockNumber: 3, gasUsed: 100n } as const;
  const confirmed: readonly JournalEntry[] = [
    ...ENTRIES,
    { type: "confirmed", stage: "commit", batchNumber: 4n, transaction },
    { type: "broadcast", stage: "commit", batchNumber: 4n, transactionHash: "0x03", nonce: 7 },
    { type: "confirmed", stage: "commit", batchNumber: 3n },
  ];
  const progress = reduceJournal(confirmed);
  assert.deepEqual(progress.get(4n)?.stages.commit, { state: "confirmed", transactionHash: "0x02", gasUsed: 100n });
  const reverted = reduceJournal([...confirmed, { type: "reverted", fromBatch: 4n }]);
  assert.deepEqual(reverted.get(4n)?.stages.commit, { state: "waiting" });
  assert.equal(reverted.get(4n)?.stored, undefined);
  assert.deepEqual(reverted.get(4n)?.proof, progress.get(4n)?.proof, "the same batch may be settled again");
  assert.deepEqual([...reduceJournal([...confirmed, { type: "reverted", fromBatch: 3n }]).keys()], [4n]);
  assert.deepEqual([...progress.keys()], [4n, 3n]);
});

test("proofs of executed batches are not read again, unless the batch was reverted after its execution", () => {
  const proofs = [4n, 5n].map((batchNumber): JournalEntry => ({ ...ENTRIES[3], batchNumber }) as JournalEntry);
  const executed = [4n, 5n].map((batchNumber): JournalEntry => ({ type: "confirmed", stage: "execute", batchNumber }));
  assert.deepEqual(withoutUsedProofs([...proofs, ...executed]), executed);
  const reverted: JournalEntry = { type: "reverted", fromBatch: 5n };
  assert.deepEqual(withoutUsedProofs([...proofs, ...executed, reverted]), [proofs[1], ...executed, reverted]);
});

describe("approvals in a journal", () => {
  const hyperchain = `0x${"11".repeat(20)}` as const;
  const other = `0x${"22".repeat(20)}` as const;
  const asked = (commitment: bigint): JournalEntry => ({
    ...{ type: "approval", hyperchain, state: "asked" },
    approval: { commitment: wordToHex(commitment), batchNumber: 4n, revertCount: 0n, validFrom: 10n, validUntil: 20n },
  });
  const forgotten = (...but: bigint[]): JournalEntry => ({ type: "forgotten", hyperchain, but: but.map(wordToHex) });
  const binding = (...entries: JournalEntry[]): bigint[] =>
    approvalsIn(entries, hyperchain).map(({ commitment }) => BigInt(commitment));

  test("bind until L1 has returned to an earlier state, except those of batches that were pending then", () => {
    assert.deepEqual(binding(asked(1n), asked(2n)), [1n, 2n]);
    assert.deepEqual(binding(asked(1n), asked(2n), forgotten(1n)), [1n]);
    assert.deepEqual(binding(asked(1n), forgotten(), asked(2n)), [2n]);
    assert.deepEqual(binding(asked(1n), { ...forgotten(), hyperchain: other } as JournalEntry), [1n]);
  });

  test("name those that still bind members if no later approval is in the journal", () => {
    assert.equal(newestForgetting([asked(1n)], hyperchain), undefined);
    assert.deepEqual(newestForgetting([asked(1n), forgotten(1n)], hyperchain), [wordToHex(1n)]);
    assert.deepEqual(newestForgetting([forgotten(1n), { type: "reverted", fromBatch: 4n }], hyperchain), [wordToHex(1n)]);
    assert.equal(newestForgetting([forgotten(1n), asked(2n)], hyperchain), undefined);
    assert.equal(newestForgetting([forgotten(1n)], other), undefined);
  });
});
