import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ImportKind, importKindOf } from "../../src/ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../src/ground/protocol/rolling-hash.ts";
import { readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { registryInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { settleNow } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";
import { checkNothingLost, killAgainAndAgain } from "./support/kills.ts";

const [B, X, Y] = [271n, 271n + (1n << 32n), 271n + (2n << 32n)];
const PROVEN = { execution: "proven" } as const;

describe("a proven chain with statements about batches of chains on it is stored in a folder", () => {
  const kept = new Kept([
    { chainId: B, name: "beta", ...PROVEN },
    { chainId: X, name: "x", settlesOn: "beta", ...PROVEN },
    { chainId: Y, name: "y", settlesOn: "beta", ...PROVEN },
  ]);
  before(async () => {
    await kept.start();
    await kept.devnet.settle(B);
  });
  after(() => kept.end());

  const base = () => kept.chain().pipeline;
  const statementsOf = (imports: readonly ImportedRoot[]): readonly bigint[] =>
    imports.map(({ registryIndex }) => registryIndex).filter((index) => importKindOf(index) === ImportKind.statement);
  /** Indexes of the statements that L1 has recorded, in order. */
  async function recorded(): Promise<readonly bigint[]> {
    const { provider } = kept.devnet.l1;
    const logs = await provider.getLogs({ address: kept.devnet.ecosystem.addresses.roots, fromBlock: 0 });
    return logs.flatMap((log) => {
      const event = registryInterface.parseLog(log);
      return event?.name === "StatementRecorded" ? [event.args["index"] as bigint] : [];
    });
  }
  /** A chain on the base pays, and the base has the batch proven and executed. */
  async function settle(place: number): Promise<void> {
    await kept.pay(1n, place);
    await settleNow(kept.chain(place));
  }

  test("restart with statements in the open batch: L1 records them by the stored proofs, once, and executes the batch", async () => {
    await settle(1);
    await settle(2);
    // A start polls, and then a chain may begin its next batch.
    await kept.pollL1();
    const had = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), had);
    const statements = statementsOf((await settleNow(kept.chain())).batch.importedRoots);
    assert.equal(statements.length, 2);
    assert.deepEqual(await recorded(), statements);
  });

  test("restart after the batch is sealed, at each stage on L1: the batch is executed with its statement, which L1 records once", async () => {
    for (const stage of [undefined, "committed", "verified"] as const) {
      await settle(1);
      const before = await recorded();
      const { batchNumber } = (await base().seal())!.outputs;
      const { hyperchain, fromBlock } = base().created;
      const contract = { provider: kept.devnet.l1.provider, hyperchain, fromBlock };
      while (stage !== undefined && (await readTotals(contract))[stage] <= batchNumber);
      await kept.restart();
      const statements = statementsOf((await base().settled(batchNumber)).batch.importedRoots);
      assert.equal(statements.length, 1);
      assert.deepEqual(await recorded(), [...before, ...statements], stage);
    }
  });

  test("restart of a chain on it between the import and its transaction: the base imports the statement once", async () => {
    await kept.pay(1n, 1);
    const { pipeline } = kept.chain(1);
    const { batchNumber } = (await pipeline.seal())!.outputs;
    while (statementsOf(base().chain.sequencer.openImports).length === 0) await setImmediate();
    await kept.restart();
    await kept.chain(1).pipeline.settled(batchNumber);
    assert.equal(statementsOf((await settleNow(kept.chain())).batch.importedRoots).length, 1);
  });
});

test("D3 B5: proven chains on a proven chain that are killed at random moments lose nothing, and do nothing twice", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kills-"));
  const told = await killAgainAndAgain(folder, 7, { kills: 2, layout: "onProven" });
  assert.ok(told.pays.length > 0 && told.sends.length > 0 && told.deposits.length > 0, JSON.stringify(told));
  await checkNothingLost(folder, told, { layout: "onProven" });
  await rm(folder, { recursive: true });
});
