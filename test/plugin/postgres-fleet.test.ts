import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { SettledBatchInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { startPostgres, whyNoPostgres, type TestPostgres } from "../proving/support/postgres.ts";
import { createWorkplace } from "./support/run-task.ts";

describe(
  "hyperchain:prover by a database, as docs/recipes/fleet-on-postgres.md has it",
  { skip: whyNoPostgres() ?? false },
  () => {
    const workplace = createWorkplace();
    let postgres: TestPostgres;
    before(async () => {
      postgres = await startPostgres();
      const fleet = { token: "0123456789abcdef-token", postgres: postgres.url };
      const config = { prover: { workers: 1, fleet }, chains: { alpha: {} } };
      await workplace.spawn(["--batch-ms", "0", "--no-page"], { config });
    });
    after(async () => {
      await workplace.close();
      await postgres.close();
    });

    test("joins by the URL in the environment, proves a batch, and is named by settle", async () => {
      const environment = { HYPERCHAIN_PROVER_POSTGRES: postgres.url };
      const joined = workplace.run(["hyperchain:prover", "--name", "rack-7", "--once", "--json"], { environment });
      for (let known = false; !known;) known = (await workplace.run(["hyperchain:status"])).stdout.includes("rack-7");
      const settled = await workplace.run(["hyperchain:settle", "--json"]);
      const [batch] = JSON.parse(settled.stdout) as readonly SettledBatchInfo[];
      assert.equal(batch?.proof?.worker, "rack-7", settled.stdout + settled.stderr);
      const { code, stderr } = await joined;
      assert.equal(code, 0, stderr);
    });

    test("refuses a URL that is not a database's, and shows no password", async () => {
      const { code, stderr } = await workplace.run(["hyperchain:prover", "--postgres", "http://fleet:secret@10.0.0.5"]);
      assert.equal(code, 1);
      assert.match(stderr, /--postgres must be a URL of a database/);
      assert.doesNotMatch(stderr, /secret|\n\s+at /);
    });
  },
);
