import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { createWorkplace } from "./support/run-task.ts";

describe("hyperchain:send-encrypted", () => {
  const workplace = createWorkplace();
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha", transactionOrder: "encrypted", sequencing: { by: "bft", nodes: 4 } },
        { chainId: 272n, name: "beta" },
      ],
      { proofs: "none", fundedAccounts: [ALICE, BOB] },
    );
  });
  after(async () => {
    await devnet.close();
    await workplace.close();
  });

  const run = (task: string, ...args: readonly string[]) => workplace.run([task, ...args, "--url", devnet.chains[0]?.url ?? ""]);

  test("sends an envelope and waits until its transaction is executed, which status shows", async () => {
    const [alpha] = devnet.chains;
    assert.ok(alpha !== undefined);
    const client = clientOf(alpha);
    const bob = devnet.accounts.wallet(BOB).address;
    const before = await client.getBalance(bob);
    const sent = await run("hyperchain:send-encrypted", `${bob}@alpha`, "--value", "0.5", "--from", String(ALICE), "--json");
    assert.equal(sent.code, 0, sent.stderr);
    const result = JSON.parse(sent.stdout) as { readonly transaction: string; readonly block: number };
    assert.equal((await client.getTransactionReceipt(result.transaction))?.blockNumber, result.block);
    assert.equal(await client.getBalance(bob), before + 5n * 10n ** 17n);
    const status = await run("hyperchain:status");
    assert.match(status.stdout, /Nodes of alpha: node \d leads view \d+/);
    assert.match(
      status.stdout,
      /Encrypted mempool of alpha: any 2 of 4 nodes open envelopes; no envelope waits for its key; key 0x[0-9a-f]{192}/,
    );
    client.destroy();
  });

  test("reports a transaction that was skipped, and a chain that opens no envelopes", async () => {
    const skipped = await run(
      ...["hyperchain:send-encrypted", `${BOB}@alpha`, "--value", "100000000", "--gas", "21000", "--from", String(ALICE)],
    );
    assert.equal(skipped.code, 1);
    assert.match(skipped.stderr, /was opened and skipped, and can never run: its sender cannot pay/);
    const other = await run("hyperchain:send-encrypted", `${BOB}@beta`, "--value", "1", "--from", String(ALICE));
    assert.equal(other.code, 1);
    assert.match(other.stderr, /chain 272 opens no envelopes; send the transaction unencrypted/);
  });
});
