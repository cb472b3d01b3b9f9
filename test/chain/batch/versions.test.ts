import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { versionOf, type ScheduledUpgrade } from "../../../src/ground/protocol/upgrade.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

const HOUR_MS = 3_600_000;
const TO = "0x00000000000000000000000000000000000000e1";
const QUEUE_USER = "0x00000000000000000000000000000000000000e2";

describe("a chain's batches around an upgrade", () => {
  const wallet = new TestWallet(61);
  /** Upgrades that L1 reports. */
  let upgrades: readonly ScheduledUpgrade[] = [];
  let test: VerifiedChain;

  before(async () => {
    test = await startVerifiedChain({
      accounts: [{ address: wallet.address, balanceWei: 10n ** 20n }],
      versionOf: (time, taken, number) => versionOf({ firstVersion: 0x2n, changes: upgrades }, time, taken, number),
    });
  });
  after(() => test.chain.close());

  const pay = async (): Promise<void> => void (await test.chain.submit(await wallet.signRaw({ to: TO, value: 1n })));
  /** Schedules version 2 in `afterMs`, after `operations` operations. */
  const schedule = (afterMs: number, operations = 0n): void => {
    const effectiveAt = BigInt(Math.floor((test.clock.nowMs() + afterMs) / 1_000));
    upgrades = [{ version: 0x102n, effectiveAt, operations }];
  };
  const versionIn = ({ protocolVersion, job }: FormedBatch): bigint => {
    assert.equal(job.protocolVersion, protocolVersion);
    return protocolVersion;
  };

  it("have the version of their beginning, however late they are sealed", async () => {
    await pay();
    schedule(HOUR_MS);
    test.clock.advance(2 * HOUR_MS);
    await pay();
    const begunBefore = await test.sealAndVerify();
    assert.ok(begunBefore.outputs.lastTimestamp > upgrades[0]!.effectiveAt);
    assert.equal(versionIn(begunBefore), 0x2n);
    await pay();
    assert.equal(versionIn(await test.sealAndVerify()), 0x102n);
  });

  it("keep the version before until the operations are taken that were queued at the announcement", async () => {
    schedule(0, test.chain.operationsTaken() + 1n);
    test.clock.advance(1_000);
    await test.request({ from: QUEUE_USER, to: TO });
    assert.equal(versionIn(await test.sealAndVerify()), 0x2n);
    await pay();
    assert.equal(versionIn(await test.sealAndVerify()), 0x102n);
  });

  it("are rebuilt with the version that L1 assigns them by then", async () => {
    upgrades = [];
    await pay();
    const old = await test.sealAndVerify();
    assert.equal(versionIn(old), 0x2n);
    schedule(-1_000);
    await test.rewind(old.outputs.batchNumber, []);
    const [again] = test.batches.slice(-1);
    assert.equal(again!.outputs.batchNumber, old.outputs.batchNumber);
    assert.equal(versionIn(again!), 0x102n);
    const verified = await test.verifier.verify(test.inputs(again!.outputs.batchNumber));
    assert.equal(verified.commitment, again!.commitment);
  });

  it("have another commitment under another version, so that a validator who knows of it does not agree", async () => {
    upgrades = [];
    await pay();
    const sealed = (await test.chain.seal())!;
    const inputs = test.inputs(sealed.outputs.batchNumber);
    schedule(-1_000);
    const own = await test.verifier.verify(inputs);
    assert.deepEqual([sealed, own].map(versionIn), [0x2n, 0x102n]);
    assert.notEqual(own.commitment, sealed.commitment);
    assert.equal(own.outputsHash, sealed.outputsHash);
  });

  it("recount the operations after a return to an earlier state", async () => {
    schedule(-1_000, test.chain.operationsTaken() + 1n);
    const mark = await test.chain.snapshot();
    const { nonce } = wallet;
    await test.request({ from: QUEUE_USER, to: TO });
    await test.chain.seal();
    await pay();
    assert.equal(versionIn((await test.chain.seal())!), 0x102n);
    await test.chain.revert(mark);
    wallet.nonce = nonce;
    await pay();
    assert.equal(versionIn((await test.chain.seal())!), 0x2n);
  });
});
