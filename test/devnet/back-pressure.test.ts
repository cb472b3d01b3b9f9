import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const CHAIN_ID = 271n;
const DELAY_SECONDS = 3_600;
const UNPROVEN = { proofs: "none" } as const;

async function pay(devnet: FlowDevnet, client: JsonRpcProvider): Promise<void> {
  await (
    await devnet.accounts
      .wallet(ALICE)
      .connect(client)
      .sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })
  ).wait();
}

describe("H5: a chain whose batches do not get through L1 makes fewer and larger ones", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;

  before(async () => {
    const chain = {
      chainId: CHAIN_ID,
      batches: { maxAgeMs: undefined, maxTransactions: 1 },
      executionDelaySeconds: DELAY_SECONDS,
    };
    devnet = await startFlowDevnet([chain], UNPROVEN);
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Passes the delay of `batches` batches, after all of them are committed. */
  const passDelayOf = async (batches: number): Promise<void> => {
    const { pipeline } = devnet.chains[0]!;
    while (pipeline.progress().committed < batches) await devnet.l1.request("eth_blockNumber");
    await devnet.l1.request("evm_increaseTime", [DELAY_SECONDS]);
    await devnet.l1.request("evm_mine");
  };

  test("eight batches wait; the ninth grows, and is sealed by size again when L1 has executed what waited", async () => {
    for (let i = 0; i < 12; i++) await pay(devnet, client);
    const { pipeline } = devnet.chains[0]!;
    assert.deepEqual([pipeline.progress().sealed, pipeline.progress().executed], [8, 0]);
    await passDelayOf(8);
    for (let number = 0n; number < 8n; number++) await pipeline.settled(number);
    await pay(devnet, client);
    // Sealed after the payment is included, so that no payer waits for the seal.
    await passDelayOf(9);
    assert.equal(pipeline.progress().sealed, 9);
    assert.equal((await pipeline.settled(8n)).batch.transactionCount, 5);
  });
});

describe("A6: a chain's journal in a file", () => {
  test("stores its actions, does no harm on another L1, and reports the line of an invalid entry", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hyperchain-journal-"));
    try {
      const journal = join(folder, "alpha.jsonl");
      for (let start = 0; start < 2; start++) {
        const devnet = await startFlowDevnet([{ chainId: CHAIN_ID, journal }], UNPROVEN);
        const client = clientOf(devnet.chains[0]!);
        await pay(devnet, client);
        const [batch] = await devnet.settle();
        client.destroy();
        await devnet.close();
        assert.deepEqual(devnet.faults, []);
        const lines = (await readFile(journal, "utf8"))
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as { type: string; stage?: string; transaction?: { hash: string } });
        const confirmed = lines.filter(({ type }) => type === "confirmed").slice(-3);
        assert.deepEqual(
          confirmed.map(({ stage, transaction }) => [stage, transaction?.hash]),
          Object.entries(batch!.l1Transactions),
        );
      }
      await writeFile(journal, "this is not an entry\n");
      const failed = startFlowDevnet([{ chainId: CHAIN_ID, journal }], UNPROVEN);
      await assert.rejects(
        failed,
        (error) => error instanceof SettlementError && error.code === "JournalCorrupt" && error.message.includes(`${journal}:1`),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
