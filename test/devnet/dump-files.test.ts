import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { FACTS } from "../../src/ecosystem/devnet/keeping/facts.ts";
import { dumpFolder, loadWorld } from "../../src/ecosystem/devnet/keeping/dump.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";

const OTHERS_KEY = '{"type":"key","key":"0xaa"}\n';
const OWN_KEY = '{"type":"key","key":"0xbb"}\n';

describe("attack: a foreign dump, whose members' files have the names of existing files", () => {
  let root: string;
  let dump: Uint8Array;
  before(async () => {
    root = mkdtempSync(join(tmpdir(), "dump-files-"));
    const folder = newFolder();
    const ledger = openSqliteLedger(folder);
    ledger.facts(FACTS.kind).set(FACTS.started, "true");
    ledger.close();
    for (const name of ["validator-9-1", "validator-9-2"]) writeFileSync(join(folder, name), OTHERS_KEY);
    dump = (await dumpFolder(folder)).bytes;
  });
  after(() => rmSync(root, { recursive: true }));
  let folders = 0;
  const newFolder = (): string => {
    const folder = join(root, `folder-${++folders}`);
    mkdirSync(folder);
    return folder;
  };
  const load = (folder: string): Promise<void> => loadWorld(dump, { folder, name: "world.dump" });

  test("does not replace a validator's key, and leaves no file", async () => {
    const folder = newFolder();
    const path = join(folder, "validator-9-2");
    writeFileSync(path, OWN_KEY);
    await assert.rejects(load(folder), { code: "Occupied", message: /validator-9-2 already/ });
    assert.equal(readFileSync(path, "utf8"), OWN_KEY);
    assert.deepEqual(readdirSync(folder), ["validator-9-2"]);
  });

  test("writes through no link, to a file or to a free place", async () => {
    const precious = join(newFolder(), "precious");
    writeFileSync(precious, "precious");
    const nowhere = join(newFolder(), "nowhere");
    for (const target of [precious, nowhere]) {
      const folder = newFolder();
      symlinkSync(target, join(folder, "validator-9-1"));
      await assert.rejects(load(folder), { code: "Occupied", message: /validator-9-1 already/ });
      assert.deepEqual(readdirSync(folder), ["validator-9-1"]);
    }
    assert.equal(readFileSync(precious, "utf8"), "precious");
    assert.equal(statSync(nowhere, { throwIfNoEntry: false }), undefined);
  });

  test("leaves no key where the ledger cannot be put in its place", async () => {
    const folder = newFolder();
    // A folder of the ledger's name is created between the first check and the last step.
    const loading = load(folder);
    mkdirSync(join(folder, "ecosystem.sqlite"));
    await assert.rejects(loading, { code: "EISDIR" });
    assert.deepEqual(readdirSync(folder), ["ecosystem.sqlite"]);
  });

  test("has its keys in files that only their owner reads, in a folder without such", async () => {
    const folder = newFolder();
    await load(folder);
    for (const name of ["validator-9-1", "validator-9-2"]) {
      assert.equal(readFileSync(join(folder, name), "utf8"), OTHERS_KEY);
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
    }
  });
});
