import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Ledger } from "../../src/chain/ledger/ledger.ts";
import { dumpLedger, loadLedger } from "../../src/chain/ledger/ledger-dump.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";

const nothing = (): void => undefined;

describe("a dump of a ledger", () => {
  let root: string;
  let ledger: Ledger;
  before(() => {
    root = mkdtempSync(join(tmpdir(), "dump-"));
    ledger = openSqliteLedger(join(root, "original"));
    for (const entry of ["a", "b"]) ledger.stream("one").append(entry);
    ledger.facts("pool").set("x", "1");
  });
  after(() => {
    ledger.close();
    rmSync(root, { recursive: true });
  });
  let places = 0;
  const newFolder = (): string => join(root, `place-${++places}`);
  const load = (dump: Uint8Array, folder = newFolder()): Promise<void> =>
    loadLedger(dump, { folder, name: "world.dump" }, nothing);
  /** The dump with its file changed as SQL says. */
  const altered = async (sql: string): Promise<Uint8Array> => {
    const file = join(root, `altered-${++places}`);
    writeFileSync(file, gunzipSync(await dumpLedger(ledger, nothing)));
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
    return gzipSync(readFileSync(file));
  };

  test("has what the ledger has, and what was put into it; the ledger has nothing of that", async () => {
    const dump = await dumpLedger(ledger, (copy) => copy.facts("files").set("key", "secret"));
    const folder = newFolder();
    await loadLedger(dump, { folder, name: "world.dump" }, (copy) => {
      assert.equal(copy.facts("files").get("key"), "secret");
      copy.facts("files").delete("key");
    });
    assert.equal(ledger.facts("files").get("key"), undefined);
    assert.deepEqual(readdirSync(folder), ["ecosystem.sqlite"], "nothing else is left there");
    const loaded = openSqliteLedger(folder);
    assert.deepEqual([...loaded.stream("one").entries()], ["a", "b"]);
    assert.deepEqual([...loaded.facts("pool").all()], [["x", "1"]]);
    assert.equal(loaded.facts("files").get("key"), undefined);
    loaded.close();
  });

  test("is of one moment: it waits for what is written together", async () => {
    const both = Promise.withResolvers<undefined>();
    const writing = ledger.together(async () => {
      ledger.stream("two").append("first");
      await both.promise;
      ledger.stream("two").append("second");
    });
    const dumped = dumpLedger(ledger, (copy) => assert.deepEqual([...copy.stream("two").entries()], ["first", "second"]));
    both.resolve(undefined);
    await Promise.all([writing, dumped]);
  });

  test("rejects another file and a dump that is cut off or was changed, and then creates no ledger", async () => {
    const dump = await dumpLedger(ledger, nothing);
    const folder = newFolder();
    await assert.rejects(load(Buffer.from("not a dump"), folder), { code: "Foreign", message: /world\.dump is not a dump/ });
    await assert.rejects(load(gzipSync("something else, as long as a header: ".repeat(10)), folder), { code: "Foreign" });
    await assert.rejects(load(dump.subarray(0, dump.length - 100), folder), { code: "Damaged", message: /cut off/ });
    const flipped = Uint8Array.from(dump);
    flipped[flipped.length >> 1]! ^= 1;
    await assert.rejects(load(flipped, folder), { code: "Damaged" });
    assert.ok(!existsSync(join(folder, "ecosystem.sqlite")));
  });

  test("is refused if a later version wrote it, or if it would do more than hold entries", async () => {
    await assert.rejects(load(await altered("PRAGMA user_version = 3")), { code: "Newer", message: /world\.dump has format 3/ });
    const trigger = "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM facts; END";
    await assert.rejects(load(await altered(trigger)), { code: "Foreign", message: /other tables/ });
  });

  test("is not put where a ledger is", async () => {
    const folder = newFolder();
    const dump = await dumpLedger(ledger, nothing);
    await load(dump, folder);
    await assert.rejects(load(dump, folder), { code: "Occupied", message: /already/ });
  });
});
