import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { openMemberFile } from "../../src/ecosystem/devnet/quorum-member/member-file.ts";
import { decodeCommand } from "../../src/chain/node/keeping/kept-command.ts";
import { chainRules } from "../../src/proofs/rules/chain-rules.ts";
import { UNLIMITED_CODE } from "../../src/proofs/rules/code-limits.ts";
import { LEDGER_FILE, openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import { settleNow } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";

const A = 271n;
interface Row {
  readonly name: string;
  readonly last: number;
}

describe("an ecosystem whose kept data are damaged", () => {
  const kept = new Kept([A]);
  let had: unknown;
  const path = (): string => join(kept.folder, LEDGER_FILE);
  const changing = <T>(work: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path());
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  /** Starts it with the damage, and repairs it. */
  async function refusedWith(damage: (database: DatabaseSync) => void, words: RegExp): Promise<void> {
    const bytes = readFileSync(path());
    changing(damage);
    const rows = () => changing((database) => database.prepare("SELECT * FROM entries, facts LIMIT 2000").all());
    const damaged = rows();
    await assert.rejects(kept.start(), { name: "LedgerError", code: "Damaged", message: words });
    assert.deepEqual(rows(), damaged, "the start has changed nothing");
    writeFileSync(path(), bytes);
  }

  before(async () => {
    await kept.start();
    await kept.deposit();
    await kept.pay(5n);
    await kept.pollL1();
    await settleNow(kept.chain());
    had = await answers(kept.devnet);
    await kept.stop();
  });
  after(() => kept.end());

  test("reports at its start the entry that is dropped, empty or cut, or that the newest is missing, and changes nothing", async () => {
    const streams = changing((database) =>
      database.prepare("SELECT stream AS name, max(position) AS last FROM entries GROUP BY stream").all(),
    ) as unknown as readonly Row[];
    assert.deepEqual(
      streams.map(({ name }) => name),
      ["L1", "blocks of L1", `chain ${A}`, "changes of L1", `settlement of ${A}`],
    );
    for (const { name, last } of streams) {
      const at = `stream = '${name}' AND position = ${Math.floor(last / 2)}`;
      const entry = `entry ${Math.floor(last / 2)} of ${name}`;
      if (last > 0)
        await refusedWith((database) => database.exec(`DELETE FROM entries WHERE ${at}`), new RegExp(`${entry} is missing`));
      await refusedWith(
        (database) => database.exec(`UPDATE entries SET entry = '{}' WHERE ${at}`),
        new RegExp(`${entry} is not what`),
      );
      const half = "substr(entry, 1, length(entry) / 2)";
      await refusedWith(
        (database) => database.exec(`UPDATE entries SET entry = ${half} WHERE ${at}`),
        new RegExp(`${entry} is not`),
      );
      const newest = `DELETE FROM entries WHERE stream = '${name}' AND position = ${last}`;
      await refusedWith((database) => database.exec(newest), new RegExp(`${name} has ${last} entries, ${last + 1} were written`));
    }
  });

  test("reports the empty fact, and the missing one", async () => {
    const facts = changing((database) => database.prepare("SELECT kind, name FROM facts").all());
    assert.ok(facts.length >= 5, `${facts.length}`);
    for (const { kind, name } of facts as unknown as { kind: string; name: string }[]) {
      const at = `kind = '${kind}' AND name = '${name}'`;
      await refusedWith(
        (database) => database.exec(`UPDATE facts SET value = '{}' WHERE ${at}`),
        new RegExp(`"${name}" of ${kind}`),
      );
      await refusedWith(
        (database) => database.exec(`DELETE FROM facts WHERE ${at}`),
        new RegExp(`${kind} has \\d+ facts, \\d+ were`),
      );
    }
  });

  test("a stranger's data, whose checksums fit, are refused by what they lack", async () => {
    const bytes = readFileSync(path());
    const written = (write: (ledger: ReturnType<typeof openSqliteLedger>) => void): void => {
      writeFileSync(path(), bytes);
      const ledger = openSqliteLedger(kept.folder);
      write(ledger);
      ledger.close();
    };
    const facts = ["l1 genesis", "layer", `chain ${A}`] as const;
    for (const name of facts) {
      written((ledger) => ledger.facts("ecosystem").set(name, "{}"));
      await assert.rejects(kept.start(), { code: "Damaged", message: new RegExp(`"${name}" of its ecosystem cannot be read`) });
    }
    for (const name of facts) {
      written((ledger) => ledger.facts("ecosystem").delete(name));
      await assert.rejects(kept.start(), { code: "Damaged", message: new RegExp(`"${name}" of its ecosystem is missing`) });
    }
    for (const [stream, what] of [
      [`chain ${A}`, "commands"],
      [`settlement of ${A}`, "settlement"],
    ] as const) {
      for (const entry of ["{}", '{"type":', '{"type":7}']) {
        written((ledger) => ledger.stream(stream).append(entry));
        await assert.rejects(kept.start(), {
          code: "Damaged",
          message: new RegExp(`entry \\d+ of the ${what} of chain ${A} cannot be`),
        });
      }
    }
    writeFileSync(path(), bytes);
    const context = { coinbase: `0x${"00".repeat(20)}`, rules: chainRules(Number(A), UNLIMITED_CODE) } as const;
    assert.throws(() => decodeCommand('{"type":"dance"}', context), /no type that this software knows: {"type":"dance"}/);
  });

  test("a member's file without its key is not given another one", async () => {
    const file = join(kept.folder, "validator-271-9");
    writeFileSync(file, '{"type":"signed"}\n');
    await assert.rejects(openMemberFile(file), { code: "JournalCorrupt", message: /no key of its member; restore a copy/ });
    writeFileSync(file, "{}\n");
    await assert.rejects(openMemberFile(file), { code: "JournalCorrupt" });
    assert.equal(readFileSync(file, "utf8"), "{}\n");
  });

  test("continues at its last state after its data are repaired", async () => {
    assert.ok(readdirSync(kept.folder).includes(LEDGER_FILE));
    await kept.start();
    assert.deepEqual(await answers(kept.devnet), had);
  });
});
