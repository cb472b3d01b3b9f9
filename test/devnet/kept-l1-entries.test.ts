import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { keepL1 } from "../../src/ecosystem/devnet/l1/kept-l1.ts";
import type { L1Connection } from "../../src/ecosystem/devnet/described/l1-connection.ts";
import type { L1Keeping } from "../../src/ecosystem/devnet/l1/past/l1-places.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";

test("attack: a ledger from elsewhere has L1 asked nothing whose method is not a text", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kept-l1-"));
  const ledger = openSqliteLedger(folder);
  const requests = ledger.stream("L1");
  const kept: L1Keeping = {
    requests,
    changes: ledger.stream("changes of L1"),
    blocks: ledger.stream("blocks of L1"),
    places: ledger.stream("places of L1"),
    together: (work) => ledger.together(work),
    durable: () => ledger.durable(),
  };
  kept.changes.append("noted before");
  const asked: unknown[] = [];
  const connection = {
    provider: {
      request(args: unknown) {
        asked.push(args);
        return Promise.resolve("0x1");
      },
    },
  } as unknown as L1Connection;
  const params = [{ forking: { jsonRpcUrl: "http://127.0.0.1:1", blockNumber: 1 } }];
  // Where it is compared with a pattern, the list passes for its only element; no set has it.
  for (const entry of [{ method: ["hardhat_reset"], params }, { params }, null]) {
    requests.truncate(0);
    requests.append(JSON.stringify(entry));
    await assert.rejects(keepL1(connection, kept, 0), { code: "Damaged", message: /cannot be read/ });
  }
  assert.deepEqual(asked, []);
  ledger.close();
  rmSync(folder, { recursive: true });
});
