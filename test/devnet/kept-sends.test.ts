import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { keccak256, type JsonRpcApiProvider } from "ethers";
import { openStoredSends } from "../../src/ecosystem/devnet/keeping/kept-sends.ts";
import { EcosystemSends } from "../../src/ecosystem/devnet/l1/own-sends.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { OperationHash } from "../../src/ground/protocol/ids.ts";

const folder = mkdtempSync(join(tmpdir(), "kept-sends-"));
after(() => rmSync(folder, { recursive: true }));

const MOST_KEPT = 20_000;
const bytesOf = (number: number): Hex => `0x${number.toString(16).padStart(8, "0")}`;
const hashOf = (number: number): Hex => keccak256(bytesOf(number)) as Hex;

async function sendBy(own: EcosystemSends, numbers: readonly number[]): Promise<void> {
  const provider = own.noting({ send: () => Promise.resolve("0x") } as unknown as JsonRpcApiProvider);
  for (const number of numbers) await provider.send("eth_sendRawTransaction", [bytesOf(number)]);
}

test("the newest 20,000 are kept beyond the process, and an operation that one of them queued", async () => {
  const first = openSqliteLedger(folder);
  // One change: each alone is a write to the disk.
  await first.together(() => sendBy(new EcosystemSends(openStoredSends(first, folder)), [...Array(MOST_KEPT + 2).keys()]));
  first.close();
  const ledger = openSqliteLedger(folder);
  const own = new EcosystemSends(openStoredSends(ledger, folder));
  assert.deepEqual(
    [0, 1, 2, MOST_KEPT + 1].map((number) => own.has(hashOf(number))),
    [false, false, true, true],
  );
  assert.equal(ledger.facts("own sends").all().size, MOST_KEPT);
  const [mine, others] = [hashOf(1_000_001), hashOf(1_000_002)] as OperationHash[];
  own.queued({ hash: mine!, queuedBy: hashOf(MOST_KEPT) });
  own.queued({ hash: others!, queuedBy: hashOf(1_000_003) });
  assert.deepEqual([own.has(mine!), own.has(others!), own.has(hashOf(2))], [true, false, false]);
  ledger.close();
});
