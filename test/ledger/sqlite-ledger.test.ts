import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, test, type TestContext } from "node:test";
import type { Ledger } from "../../src/chain/ledger/ledger.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";

const refusal = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof Error && "code" in error && error.code === code && words.test(error.message);
const WRITER = new URL("./support/writer.ts", import.meta.url).pathname;

describe("the ledger", () => {
  let folder: string;
  const open: Ledger[] = [];
  const openLedger = (): Ledger => {
    const ledger = openSqliteLedger(folder);
    open.push(ledger);
    return ledger;
  };
  const file = (): string => join(folder, "ecosystem.sqlite");
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "ledger-"))));
  afterEach(() => {
    for (const ledger of open.splice(0)) ledger.close();
    rmSync(folder, { recursive: true });
  });
  const reopened = (): Ledger => {
    open.pop()?.close();
    return openLedger();
  };

  test("has entries in their order and facts by name after it was closed", () => {
    const ledger = openLedger();
    for (const entry of ["a", "b", "c"]) ledger.stream("one").append(entry);
    ledger.stream("other").append("z");
    ledger.facts("pool").set("x", "1");
    ledger.facts("pool").set("y", "2");
    ledger.facts("pool").set("x", "3");
    ledger.facts("pool").delete("y");
    const again = reopened();
    assert.deepEqual([...again.stream("one").entries()], ["a", "b", "c"]);
    assert.equal(again.stream("one").length, 3);
    assert.deepEqual([...again.stream("other").entries()], ["z"]);
    assert.deepEqual([...again.facts("pool").all()], [["x", "3"]]);
    assert.equal(again.facts("other").get("x"), undefined);
  });

  test("forgets what came after a length that it returns to, and everything when it is cleared", () => {
    const stream = openLedger().stream("one");
    for (const entry of ["a", "b", "c"]) stream.append(entry);
    stream.truncate(1);
    stream.append("d");
    assert.deepEqual([...reopened().stream("one").entries()], ["a", "d"]);
    (open.at(-1) ?? openLedger()).clear();
    assert.equal(reopened().stream("one").length, 0);
  });

  test("keeps what is written together when the outermost of them ends, and says when", async () => {
    const ledger = openLedger();
    const stream = ledger.stream("one");
    let durable = false;
    await ledger.together(async () => {
      stream.append("a");
      void ledger.durable().then(() => (durable = true));
      await ledger.together(async () => stream.append("b"));
      await Promise.resolve();
      assert.equal(durable, false);
    });
    await ledger.durable();
    assert.equal(durable, true);
    assert.deepEqual([...reopened().stream("one").entries()], ["a", "b"]);
  });

  test("keeps nothing of what fails together, and takes nothing more", async () => {
    const ledger = openLedger();
    const stream = ledger.stream("one");
    stream.append("a");
    const waiting: Promise<unknown>[] = [];
    const failing = ledger.together(async () => {
      stream.append("b");
      waiting.push(assert.rejects(ledger.durable(), refusal("Unwritable", /start again/)));
      await Promise.resolve();
      throw new Error("no way back");
    });
    await assert.rejects(failing, /no way back/);
    await Promise.all(waiting);
    assert.throws(() => stream.append("c"), refusal("Unwritable", /start again/));
    assert.deepEqual([...reopened().stream("one").entries()], ["a"]);
  });

  /** Fills the disk at the end of the next change, which SQLite then rolls back. */
  function fillDiskOnce(t: TestContext): void {
    const { exec } = DatabaseSync.prototype;
    const mock = t.mock.method(DatabaseSync.prototype, "exec", function (this: DatabaseSync, sql: string) {
      if (sql !== "COMMIT") return exec.call(this, sql);
      mock.mock.restore();
      exec.call(this, "ROLLBACK");
      throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
    });
  }

  test("continues after a change that found the disk full, and is whole at the next start", (t) => {
    const ledger = openLedger();
    const [stream, pool] = [ledger.stream("one"), ledger.facts("pool")];
    fillDiskOnce(t);
    assert.throws(() => pool.set("x", "1"), refusal("Unwritable", /disk is full/));
    pool.set("y", "2");
    fillDiskOnce(t);
    assert.throws(() => pool.delete("y"), refusal("Unwritable", /disk is full/));
    fillDiskOnce(t);
    assert.throws(() => stream.append("a"), refusal("Unwritable", /disk is full/));
    stream.append("b");
    pool.set("z", "3");
    const again = reopened();
    assert.deepEqual([...again.facts("pool").all().keys(), ...again.stream("one").entries()], ["y", "z", "b"]);
  });

  test("keeps nothing of what was changed together and found the disk full, and takes nothing more", async (t) => {
    const ledger = openLedger();
    const stream = ledger.stream("one");
    stream.append("a");
    fillDiskOnce(t);
    const changed = ledger.together(async () => {
      stream.append("b");
      await Promise.resolve();
    });
    await assert.rejects(changed, refusal("Unwritable", /disk is full; it takes nothing more/));
    assert.throws(() => stream.append("c"), refusal("Unwritable", /takes nothing more/));
    assert.deepEqual([...reopened().stream("one").entries()], ["a"]);
  });

  test("continues if the changes that failed together had written nothing", async () => {
    const ledger = openLedger();
    await assert.rejects(
      ledger.together(() => Promise.reject(new Error("refused"))),
      /refused/,
    );
    ledger.stream("one").append("a");
    assert.equal(reopened().stream("one").length, 1);
  });

  test("is open once: a second one is refused with the first one's process", () => {
    openLedger();
    assert.throws(() => openSqliteLedger(folder), refusal("InUse", new RegExp(`process ${process.pid}`)));
  });

  test("refuses a file of another program, of a later version, and one that is damaged", () => {
    writeFileSync(file(), "not a database, and longer than the header of one: ".repeat(20));
    assert.throws(() => openSqliteLedger(folder), refusal("Foreign", /not a ledger/));
    rmSync(file());

    const foreign = new DatabaseSync(file());
    foreign.exec("CREATE TABLE theirs (a)");
    foreign.close();
    assert.throws(() => openSqliteLedger(folder), refusal("Foreign", /another program/));
    rmSync(file());

    openLedger().stream("one").append("a");
    open.pop()?.close();
    const later = new DatabaseSync(file());
    later.exec("PRAGMA user_version = 3");
    later.close();
    assert.throws(() => openSqliteLedger(folder), refusal("Newer", /format 3/));
    const earlier = new DatabaseSync(file());
    earlier.exec("PRAGMA user_version = 1");
    earlier.close();
    assert.throws(
      () => openSqliteLedger(folder),
      refusal("Older", /format 1, this software reads 2; use the version that wrote it/),
    );
  });

  test("tells of each entry and fact that is missing or changed, the newest too, by its name", () => {
    const kinds: readonly (readonly [what: string, sql: string, words: RegExp])[] = [
      ["an entry dropped", "DELETE FROM entries WHERE stream = 'one' AND position = 1", /entry 1 of one is missing/],
      ["the newest dropped", "DELETE FROM entries WHERE stream = 'one' AND position = 2", /one has 2 entries, 3 were written/],
      ["all dropped", "DELETE FROM entries WHERE stream = 'one'", /one has 0 entries, 3 were written/],
      ["an entry emptied", "UPDATE entries SET entry = '{}' WHERE stream = 'one' AND position = 0", /entry 0 of one is not what/],
      [
        "one cut",
        "UPDATE entries SET entry = substr(entry, 1, 2) WHERE stream = 'one' AND position = 2",
        /entry 2 of one is not what/,
      ],
      ["one moved", "UPDATE entries SET position = 3 WHERE stream = 'one' AND position = 2", /entry 2 of one is missing/],
      ["its count dropped", "DELETE FROM counts WHERE name = 'entries of one'", /one has 3 entries, 0 were written/],
      ["a fact dropped", "DELETE FROM facts WHERE name = 'x'", /pool has 1 facts, 2 were written/],
      ["a fact emptied", "UPDATE facts SET value = '{}' WHERE name = 'x'", /the fact "x" of pool is not what/],
      ["facts exchanged", "UPDATE facts SET value = '2' WHERE name = 'x'", /the fact "x" of pool is not what/],
    ];
    for (const [what, sql, words] of kinds) {
      const ledger = openLedger();
      for (const entry of ["first", "second", "third"]) ledger.stream("one").append(entry);
      for (const [name, value] of [
        ["x", "1"],
        ["y", "2"],
        ["y", "3"],
        ["z", "4"],
      ] as const)
        ledger.facts("pool").set(name, value);
      ledger.facts("pool").delete("z");
      open.pop()?.close();
      openLedger().requireWhole();
      open.pop()?.close();
      const damaging = new DatabaseSync(file());
      damaging.exec(sql);
      damaging.close();
      assert.throws(() => openLedger().requireWhole(), refusal("Damaged", words), what);
      open.pop()?.close();
      rmSync(file());
    }
  });

  test("reads no skipped entry when it opens; each is checked when it is read, and the last one immediately", () => {
    const at = (position: number): string => `WHERE stream = 'one' AND position = ${position}`;
    const damagedAt = (rows: string, change = "UPDATE entries SET entry = '{}'"): void => {
      rmSync(file(), { force: true });
      const stream = openLedger().stream("one");
      for (const entry of ["first", "second", "third"]) stream.append(entry);
      stream.skip(2);
      open.pop()?.close();
      const damaging = new DatabaseSync(file());
      damaging.exec(`${change} ${rows}`);
      damaging.close();
    };
    damagedAt(at(0));
    const ledger = openLedger();
    ledger.requireWhole();
    const stream = ledger.stream("one");
    assert.equal(stream.length, 3);
    assert.equal(stream.entry(1), "second");
    assert.equal(stream.entry(3), undefined);
    assert.deepEqual([...stream.entries(1)], ["second", "third"]);
    assert.throws(() => stream.entry(0), refusal("Damaged", /entry 0 of one is not what/));
    assert.throws(() => [...stream.entries()], refusal("Damaged", /entry 0 of one is not what/));
    // After a return to before them, entries are no longer skipped.
    stream.truncate(1);
    assert.throws(() => reopened().requireWhole(), refusal("Damaged", /entry 0 of one is not what/));
    open.pop()?.close();

    damagedAt(at(0), "DELETE FROM entries");
    openLedger().requireWhole();
    assert.throws(() => open.at(-1)?.stream("one").entry(0), refusal("Damaged", /entry 0 of one is missing/));
    open.pop()?.close();
    for (const [rows, change, words] of [
      [at(1), undefined, /entry 1 of one is not what/],
      [at(1), "DELETE FROM entries", /entry 1 of one is missing/],
      [at(2), undefined, /entry 2 of one is not what/],
      ["", "UPDATE counts SET count = 4 - (name = 'entries of one')", /one skips 4 entries, 3 were written/],
    ] as const) {
      damagedAt(rows, change);
      assert.throws(() => openLedger().requireWhole(), refusal("Damaged", words));
      open.pop()?.close();
    }
  });

  test("tells of pages that were overwritten", () => {
    const ledger = openLedger();
    for (let i = 0; i < 200; i++) ledger.stream("one").append("x".repeat(500));
    open.pop()?.close();
    const bytes = openSync(file(), "r+");
    writeSync(bytes, Buffer.alloc(4096 * 4, 0xab), 0, 4096 * 4, 4096 * 3);
    closeSync(bytes);
    assert.throws(() => [...openLedger().stream("one").entries()], refusal("Damaged", /damaged/));
  });

  test("is killed at any moment, and has all that was said to be kept, in whole pairs", async () => {
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, [WRITER, folder], { stdio: ["ignore", "pipe", "inherit"] });
      const exited = new Promise((resolve) => child.once("exit", resolve));
      let told = -1;
      const killAt = told + 40 + 97 * round;
      for await (const line of createInterface(child.stdout)) {
        told = Number(line);
        if (told % 1_000 >= killAt % 1_000 && !child.killed) child.kill("SIGKILL");
      }
      await exited;
      const ledger = openSqliteLedger(folder);
      const [left, right] = [ledger.stream("left"), ledger.stream("right")];
      assert.ok(left.length > told, `${left.length} entries, ${told} were confirmed`);
      assert.deepEqual(
        [...right.entries()],
        Array.from({ length: left.length }, (_, i) => String(i)),
      );
      ledger.close();
    }
  });
});
