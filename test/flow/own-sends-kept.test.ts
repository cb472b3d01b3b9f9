import assert from "node:assert/strict";
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { ActivityBlock } from "../../src/ecosystem/devnet/view/feed/activity.ts";
import { LEDGER_FILE, openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { connectInProcess } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { ETHER } from "./support/devnet.ts";
import { Kept } from "./support/kept.ts";

describe("I11: what an earlier process of a kept ecosystem sent", () => {
  const kept = new Kept([271n]);
  const users: string[] = [];
  before(() => kept.start());
  after(() => kept.end());

  /** All user's entries of the feed, from block 0 of each member. */
  async function shown(): Promise<readonly string[]> {
    const { l1, chains } = kept.devnet.info();
    const found: string[] = [];
    for (const { chainId } of [l1, ...chains]) {
      const client =
        chainId === l1.chainId ? kept.devnet.l1.provider : kept.client(chains.findIndex((each) => each.chainId === chainId));
      const head = await client.getBlockNumber();
      for (let from = 0; from <= head; from += 200) {
        const range = { chain: chainId, from, to: Math.min(head, from + 199) };
        const blocks = (await kept.request("hyperchain_activity", [range])) as readonly ActivityBlock[];
        found.push(
          ...blocks.flatMap(({ transactions }) => transactions.filter(({ by }) => by === "user").map(({ hash }) => hash)),
        );
      }
    }
    return found.sort();
  }

  test("stays folded: contracts, chains, their money and operators; a user's of the same account does not", async () => {
    await kept.devnet.addChain({ name: "gold", baseToken: { name: "Gold", symbol: "GOLD" } });
    await kept.devnet.addChain({ name: "nested", settlesOn: "chain-271" });
    users.push(await kept.pay(5n), await kept.pay(6n, 2));
    const l1 = connectInProcess(kept.devnet.l1.chainId, kept.devnet.l1.eip1193);
    const deployer = kept.devnet.accounts.wallet(ACCOUNT_NUMBERS.deployer).connect(l1);
    const paid = await deployer.sendTransaction({ to: kept.devnet.info().chains[0]!.operator, value: ETHER });
    await paid.wait();
    l1.destroy();
    users.push(paid.hash);
    await kept.devnet.settle();
    await kept.restart();
    assert.deepEqual(await shown(), users.toSorted());
  });

  test("and what the next process sends too, after one more start", async () => {
    await kept.devnet.addChain({ name: "later" });
    users.push(await kept.pay(7n, 3));
    await kept.devnet.settle();
    await kept.restart();
    assert.deepEqual(await shown(), users.toSorted());
  });

  test("attack: a folder from elsewhere that names no hash is refused as damaged, and nothing of it is printed", async () => {
    await kept.stop();
    const path = join(kept.folder, LEDGER_FILE);
    const bytes = readFileSync(path);
    const ledger = openSqliteLedger(kept.folder);
    ledger.facts("own sends").set("0x\u001b[2J" as Hex, "");
    ledger.close();
    await assert.rejects(kept.start(), { name: "LedgerError", code: "Damaged", message: /: "0x\[2J" is not the hash of/ });
    writeFileSync(path, bytes);
    await kept.start();
  });
});
