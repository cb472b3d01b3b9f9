import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { JoinableBatch } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import { OfferedBatches } from "../../src/chain/node/settling/offered-batches.ts";
import { offeredMethods } from "../../src/chain/node/settling/offered-methods.ts";
import type { SharedBatch } from "../../src/chain/node/settling/shared-proofs.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { TestClock } from "../chain/support/clock.ts";

const WAIT_SECONDS = 60;
const SLOT = { index: 5, nextKey: [1, 0, 0, 0, 0, 0, 0, 2], value: 7n, siblings: [[0, 0, 0, 0, 0, 0, 0, 3]] };
const SLOTS = { leafCount: 9, lastFact: SLOT, factMask: SLOT, imports: [] };
const SHOWN_SLOT = {
  ...{ index: 5, nextKey: `0x00000001${"00".repeat(24)}00000002`, value: wordToHex(7n) },
  siblings: [`0x${"00".repeat(28)}00000003`],
};

describe("batches that are offered to an aggregator", () => {
  let clock: TestClock;
  let offers: OfferedBatches;
  let released: number;
  let prepared: PromiseWithResolvers<undefined>;
  /** Result of the question whether L1 has proven the batch. */
  let proven: boolean;
  let due: PromiseWithResolvers<void>;
  let going: AbortController;

  beforeEach(() => {
    clock = new TestClock(0);
    [released, proven, going] = [0, false, new AbortController()];
    [prepared, due] = [Promise.withResolvers(), Promise.withResolvers()];
    offers = new OfferedBatches(WAIT_SECONDS, {
      clock,
      onL1: {
        async prepare() {
          await prepared.promise;
          const joinable = { program: "batch 3", proof: Uint8Array.of(7, 9) } as unknown as JoinableBatch;
          return { joinable: () => Promise.resolve(joinable), release: () => void released++ };
        },
      },
    });
  });

  const show = (batchNumber: bigint, replaced: Partial<SharedBatch> = {}): Promise<unknown> =>
    offers.show({
      chainId: 271n,
      stored: { ...genesisStoredBatch(0x203n, wordToHex(1n), 2n), batchNumber, commitment: wordToHex(100n + batchNumber) },
      executed: {} as SharedBatch["executed"],
      lists: {
        imports: [{ registryIndex: 2n ** 255n + batchNumber, root: wordToHex(3n) }],
        flows: [
          { kind: 2, destinationChainId: 272n, originChainId: 1n, originToken: `0x${"aa".repeat(20)}`, amount: 2n ** 100n },
        ],
      },
      slots: SLOTS,
      ...{ due: () => due.promise, signal: going.signal, isProven: () => Promise.resolve(proven) },
      made: () => assert.fail("no proof is made here"),
      send: () => assert.fail("nothing is sent here"),
      proven: () => Promise.resolve(),
      ...replaced,
    });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await turn();
  };
  const ask = async (method: string, ...params: unknown[]) =>
    (await offeredMethods(offers).get(method)!(params, undefined)) as never;

  it("are reported up to the number that one proof may have: the first 64", async () => {
    const shown = Promise.all(Array.from({ length: 65 }, (_, i) => show(BigInt(i))));
    prepared.resolve(undefined);
    for (let i = 0; i < 65; i++) await settle();
    assert.equal(offers.offered().length, 65);
    const records: readonly Record<string, string>[] = await ask("hyperchain_getOfferedBatches");
    assert.deepEqual([records.length, records[0]?.["batchNumber"], records.at(-1)?.["batchNumber"]], [64, "0", "63"]);
    proven = true;
    clock.advance(1_000);
    await shown;
  });

  it("are handed out in order with L1's record once their own proofs are made, until L1 has them proven", async () => {
    const shown = Promise.all([show(5n), show(4n)]);
    await settle();
    assert.deepEqual(await ask("hyperchain_getOfferedBatches"), []);
    prepared.resolve(undefined);
    await settle();
    const records: readonly Record<string, string>[] = await ask("hyperchain_getOfferedBatches");
    assert.deepEqual(
      records.map(({ batchNumber, protocolVersion, commitment }) => [batchNumber, protocolVersion, commitment]),
      [
        ["4", "515", wordToHex(104n)],
        ["5", "515", wordToHex(105n)],
      ],
    );
    assert.deepEqual(await ask("hyperchain_getOfferedProof", 5), {
      ...{ commitment: wordToHex(105n), program: "batch 3", proof: "0x0709" },
      imports: [{ registryIndex: `${2n ** 255n + 5n}`, root: wordToHex(3n) }],
      flows: [
        {
          ...{ kind: 2, originToken: `0x${"aa".repeat(20)}`, amount: `${2n ** 100n}` },
          ...{ destinationChainId: "272", originChainId: "1" },
        },
      ],
      slots: { leafCount: 9, lastFact: SHOWN_SLOT, factMask: SHOWN_SLOT, imports: [] },
    });
    await assert.rejects(ask("hyperchain_getOfferedProof", 6), { data: { code: "BatchNotOffered" } });
    proven = true;
    clock.advance(1_000);
    await shown;
    assert.deepEqual([offers.offered(), released, clock.pendingTimers], [[], 2, 0]);
  });

  it("wait for the given time from when they are due: then their chain shows the finished ones alone", async () => {
    const own = Promise.withResolvers<undefined>();
    const late = assert.rejects(show(4n, { proven: () => own.promise }), /no aggregator had L1 shown batch 4 within 60 seconds/);
    prepared.resolve(undefined);
    clock.advance(10 * WAIT_SECONDS * 1_000);
    await settle();
    assert.equal(offers.offered().length, 1, "its pace has it wait, and meanwhile it may go along");
    due.resolve();
    await settle();
    clock.advance(WAIT_SECONDS * 1_000 - 1);
    await settle();
    assert.equal(offers.offered().length, 1);
    clock.advance(1);
    await late;
    assert.deepEqual([offers.offered(), released, clock.pendingTimers], [[], 0, 0]);
    own.resolve(undefined);
    await settle();
    assert.equal(released, 1);
  });

  it("wait no longer where their own proofs are not made in that time", async () => {
    const late = assert.rejects(show(4n), /no aggregator/);
    due.resolve();
    await settle();
    clock.advance(WAIT_SECONDS * 1_000);
    await late;
    prepared.resolve(undefined);
    await settle();
    assert.deepEqual(offers.offered(), []);
  });

  it("are withdrawn after their chain returns to an earlier state, and nothing of them is stored", async () => {
    prepared.resolve(undefined);
    const gone = assert.rejects(show(4n), /gone back/);
    await settle();
    going.abort(new Error("gone back"));
    await gone;
    await settle();
    assert.deepEqual([offers.offered(), released, clock.pendingTimers], [[], 1, 0]);
  });

  it("outlast an L1 that does not tell what it has proven", async () => {
    prepared.resolve(undefined);
    let looks = 0;
    const isProven = (): Promise<boolean> => (++looks === 1 ? Promise.reject(new Error("L1 is away")) : Promise.resolve(true));
    const shown = show(4n, { isProven });
    await settle();
    clock.advance(1_000);
    await shown;
    assert.equal(looks, 2);
  });

  it("are not there where a chain waits for no aggregator", async () => {
    const methods = offeredMethods(undefined);
    assert.deepEqual(await methods.get("hyperchain_getOfferedBatches")!([], undefined), []);
    await assert.rejects(methods.get("hyperchain_getOfferedProof")!([0], undefined), { data: { code: "BatchNotOffered" } });
  });
});
