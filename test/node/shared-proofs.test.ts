import assert from "node:assert/strict";
import { once } from "node:events";
import { beforeEach, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { TransactionReceipt } from "ethers";
import { L1ProofError } from "../../src/proofs/l1-proof/l1-proof-error.ts";
import type { BatchForL1, ExecutedProof } from "../../src/proofs/l1-proof/batch-for-l1.ts";
import { type SharedBatch, SharedProofs } from "../../src/chain/node/settling/shared-proofs.ts";
import { PaceOfRuns } from "../../src/chain/settlement/pace/proof-pace.ts";
import type { AggregatedBatch } from "../../src/ground/protocol/aggregate.ts";
import type { ProofProgress, TreeProgress } from "../../src/proofs/prover/job.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { TestClock } from "../chain/support/clock.ts";
import { FAKE_METRICS } from "../support/fake-metrics.ts";

const SHOWN = { digest: wordToHex(5n), proof: Uint8Array.of(9), metrics: FAKE_METRICS };
const LONGEST_UNTIL_SENT_MS = 60_000;
const LONGEST_UNTIL_MINED_MS = 600_000;
const NOW = (): Promise<void> => Promise.resolve();
const NEVER = (): Promise<never> => new Promise(() => undefined);

describe("one proof for batches of several chains", () => {
  let clock: TestClock;
  /** Numbers of the batches of each proof that was asked for, by "chain:batch". */
  let proofs: string[][];
  /** Batches that each chain's operator has sent. */
  let sent: (readonly [chain: bigint, batches: string[]])[];
  /** Number of proofs that had been requested at each cancellation. */
  let ended: number[];
  let proving: PromiseWithResolvers<typeof SHOWN>[];
  /** Batches whose separate proofs are slow, and those whose separate proofs were deleted. */
  let slow: Map<string, PromiseWithResolvers<undefined>>;
  let released: string[];
  /** Callbacks for the progress of proofs, in the order of the requests. */
  let progresses: (((progress: ProofProgress) => void) | undefined)[];
  let shared: SharedProofs;

  beforeEach(() => {
    clock = new TestClock(0);
    [proofs, sent, proving, ended, released, progresses] = [[], [], [], [], [], []];
    slow = new Map();
    shared = new SharedProofs({
      clock,
      onL1: {
        async prepare(batch, { onProgress } = {}) {
          progresses.push(onProgress);
          const name = nameOf(batch);
          await slow.get(name)?.promise;
          return { joinable: () => assert.fail("nothing is handed on"), release: () => void released.push(name) };
        },
        prove(batches, { signal, onProgress } = {}) {
          progresses.push(onProgress);
          signal?.addEventListener("abort", () => ended.push(proofs.length));
          proofs.push(batches.map(nameOf));
          const made = Promise.withResolvers<typeof SHOWN>();
          proving.push(made);
          return made.promise;
        },
      },
    });
  });

  const nameOf = (batch: BatchForL1): string => {
    const { chainId, batch: own } = (batch as ExecutedProof).claim;
    return `${chainId}:${own.batchNumber}`;
  };
  const namesOf = (batches: readonly AggregatedBatch[]): string[] =>
    batches.map(({ chainId, batch: { batchNumber } }) => `${chainId}:${batchNumber}`);
  const receiptOf = (chainId: bigint) => ({ hash: String(chainId) }) as TransactionReceipt;
  const batchOf = (chainId: bigint, batchNumber: bigint, replaced: Partial<SharedBatch> = {}): SharedBatch => ({
    ...{ chainId, due: NOW, signal: new AbortController().signal },
    stored: { ...genesisStoredBatch(0x103n, wordToHex(1n), 2n), batchNumber },
    executed: { claim: { chainId, batch: { protocolVersion: 0x103n, batchNumber } } } as ExecutedProof,
    made: () => Promise.resolve(),
    isProven: () => Promise.resolve(true),
    proven: NEVER,
    send(batches) {
      sent.push([chainId, namesOf(batches)]);
      return Promise.resolve(receiptOf(chainId));
    },
    ...replaced,
  });
  const treeOf = (kind: string): TreeProgress => ({ kind, made: 0, proofs: 5 });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await turn();
  };

  it("takes what is due in one moment, is sent by one chain, and the next one takes all that came meanwhile", async () => {
    const first = [batchOf(271n, 0n), batchOf(272n, 4n)].map((batch) => shared.show(batch));
    await settle();
    const later = [batchOf(272n, 5n), batchOf(271n, 1n), batchOf(273n, 0n)].map((batch) => shared.show(batch));
    await settle();
    assert.deepEqual(proofs, [["271:0", "272:4"]]);
    proving[0]!.resolve(SHOWN);
    for (const { batches, receipt } of await Promise.all(first)) assert.deepEqual([batches, receipt?.hash], [2, "271"]);
    await settle();
    proving[1]!.resolve(SHOWN);
    await Promise.all(later);
    assert.deepEqual(proofs, [
      ["271:0", "272:4"],
      ["272:5", "271:1", "273:0"],
    ]);
    assert.deepEqual(
      sent,
      proofs.map((names, i) => [[271n, 272n][i], names]),
    );
  });

  it("has 50 batches at most, whose records fit a transaction with the longest proof: the others have the next", async () => {
    const all = Array.from({ length: 65 }, (_, i) => shared.show(batchOf(300n + BigInt(i), 0n)));
    await settle();
    proving[0]!.resolve(SHOWN);
    await settle();
    proving[1]!.resolve(SHOWN);
    await Promise.all(all);
    assert.deepEqual(
      proofs.map((names) => names.length),
      // (131,072 − 1,000 − 90,000) / 800 bytes.
      [50, 15],
    );
    assert.equal(proofs[1]?.at(-1), "364:0");
  });

  it("tells each of its batches which proof is made: its own first, then those of all", async () => {
    const told: (readonly [string, string | undefined])[] = [];
    const toldOf = (chainId: bigint): SharedBatch =>
      batchOf(chainId, 0n, { onProgress: ({ tree }) => told.push([`${chainId}`, tree?.kind]) });
    const all = Promise.all([toldOf(271n), toldOf(272n)].map((batch) => shared.show(batch)));
    await settle();
    progresses.forEach((onProgress, i) =>
      onProgress?.({ phase: "trace", fraction: 0, tree: treeOf(["leaf", "list", "wrap"][i]!) }),
    );
    proving[0]!.resolve(SHOWN);
    await all;
    assert.deepEqual(told, [
      ["271", "leaf"],
      ["272", "list"],
      ["271", "wrap"],
      ["272", "wrap"],
    ]);
  });

  it("is due by one chain's pace, and takes along batches whose pace has them wait", async () => {
    const pace = Promise.withResolvers<undefined>();
    const shows = [
      batchOf(271n, 0n, { due: NEVER }),
      batchOf(272n, 0n, { due: () => pace.promise }),
      batchOf(271n, 1n, { due: NEVER }),
    ];
    const all = Promise.all(shows.map((batch) => shared.show(batch)));
    await settle();
    assert.deepEqual(proofs, [], "no chain wants a proof yet");
    pace.resolve(undefined);
    await settle();
    // Each chain's batches in their order.
    assert.deepEqual(proofs, [["272:0", "271:0", "271:1"]]);
    proving[0]!.resolve(SHOWN);
    assert.equal((await all).length, 3);
    assert.deepEqual(sent.length, 1);
  });

  it("has the batch that makes up its chain's number too: the pace counts those whose own proofs are made", async () => {
    const own = Promise.withResolvers<undefined>();
    slow.set("271:1", own);
    const paces = new PaceOfRuns({ maxBatches: 2 });
    const signal = new AbortController().signal;
    const pass = paces.begin({
      nowSeconds: () => 0n,
      gasPriceWei: NEVER,
      wait: (_ms, wake) => once(wake, "abort").then(() => {}),
      signal,
    });
    const paced = (batchNumber: bigint) => batchOf(271n, batchNumber, { due: () => pass({ batchNumber, lastTimestamp: 0n }) });
    const both = Promise.all([0n, 1n].map((batchNumber) => shared.show(paced(batchNumber))));
    await settle();
    assert.deepEqual([proofs, paces.heldProofs()?.count], [[], 1]);
    own.resolve(undefined);
    await settle();
    assert.deepEqual(proofs, [["271:0", "271:1"]]);
    proving[0]!.resolve(SHOWN);
    await both;
  });

  it("has batches of one version alone", async () => {
    const other = batchOf(272n, 0n);
    const shows = [batchOf(271n, 0n), { ...other, stored: { ...other.stored, protocolVersion: 0x203n } }, batchOf(273n, 0n)];
    const all = Promise.all(shows.map((batch) => shared.show(batch)));
    await settle();
    proving[0]!.resolve(SHOWN);
    await settle();
    proving[1]!.resolve(SHOWN);
    await all;
    assert.deepEqual(proofs, [["271:0", "273:0"], ["272:0"]]);
  });

  it("does not delay the next ones if it fails: each of its chains gets the reason, and proves alone", async () => {
    const failing = [batchOf(271n, 0n), batchOf(272n, 0n)].map((batch) => shared.show(batch));
    await settle();
    const next = shared.show(batchOf(273n, 0n));
    const refused = Promise.all(failing.map((each) => assert.rejects(each, { code: "ShapeUnknown" })));
    proving[0]!.reject(new L1ProofError("ShapeUnknown", "no program checks it"));
    await refused;
    await settle();
    proving[1]!.resolve(SHOWN);
    assert.equal((await next).batches, 1);
  });

  it("is reported to each of its chains before it is sent, and not sent if one cannot store it", async () => {
    const told: bigint[] = [];
    const written = Promise.withResolvers<undefined>();
    const [first, second] = [batchOf(271n, 0n), batchOf(272n, 0n)].map((batch) =>
      shared.show({
        ...batch,
        async made({ digest }) {
          assert.equal(digest, SHOWN.digest);
          told.push(batch.chainId);
          await written.promise;
        },
      }),
    );
    await settle();
    proving[0]!.resolve(SHOWN);
    await settle();
    assert.deepEqual([told, sent], [[271n, 272n], []]);
    written.resolve(undefined);
    await Promise.all([first, second]);
    assert.equal(sent.length, 1);
    const unwritable = shared.show(batchOf(273n, 0n, { made: () => Promise.reject(new Error("disk full")) }));
    const refused = assert.rejects(unwritable, /disk full/);
    await settle();
    proving[1]!.resolve(SHOWN);
    await refused;
    assert.equal(sent.length, 1);
  });

  it("attack: an operator sends nothing, or fails: the next chain's sends after a minute, or at once", async () => {
    const silent = batchOf(271n, 0n, { send: () => new Promise(() => undefined) });
    const failing = batchOf(272n, 0n, { send: () => Promise.reject(new Error("no money")) });
    const all = Promise.all([silent, failing, batchOf(273n, 0n)].map((batch) => shared.show(batch)));
    await settle();
    proving[0]!.resolve(SHOWN);
    await settle();
    assert.deepEqual(sent, []);
    clock.advance(LONGEST_UNTIL_SENT_MS);
    for (const { receipt } of await all) assert.equal(receipt?.hash, "273");
    assert.deepEqual(sent, [[273n, ["271:0", "272:0", "273:0"]]]);
    assert.equal(clock.pendingTimers, 0);
  });

  it("is not lost to the others where a chain that has ended meanwhile can write nothing down", async () => {
    const ending = new AbortController();
    const made = () => Promise.reject(new Error("closed"));
    const ended = assert.rejects(shared.show(batchOf(271n, 0n, { signal: ending.signal, made })), /ended/);
    const other = shared.show(batchOf(272n, 0n));
    await settle();
    ending.abort(new Error("ended"));
    await ended;
    proving[0]!.resolve(SHOWN);
    assert.equal((await other).receipt?.hash, "272");
  });

  it("continues without a chain that has returned to an earlier state, and is not made if all have", async () => {
    const [gone, alsoGone] = [new AbortController(), new AbortController()];
    const waiting = shared.show(batchOf(271n, 0n, { due: NEVER, signal: gone.signal }));
    const left = assert.rejects(waiting, /gone back/);
    gone.abort(new Error("gone back"));
    await left;
    const lead = assert.rejects(shared.show(batchOf(272n, 0n, { signal: alsoGone.signal })), /gone back/);
    const other = shared.show(batchOf(273n, 0n));
    await settle();
    assert.deepEqual(proofs, [["272:0", "273:0"]]);
    alsoGone.abort(new Error("gone back"));
    await lead;
    assert.deepEqual(ended, []);
    proving[0]!.resolve(SHOWN);
    assert.equal((await other).receipt?.hash, "273");
    const [one, two] = [new AbortController(), new AbortController()];
    const both = [batchOf(271n, 1n, { signal: one.signal }), batchOf(272n, 1n, { signal: two.signal })].map((batch) =>
      assert.rejects(shared.show(batch), /gone back/),
    );
    await settle();
    one.abort(new Error("gone back"));
    assert.deepEqual(ended, []);
    two.abort(new Error("gone back"));
    await Promise.all(both);
    assert.deepEqual(ended, [2]);
  });

  it("has no later batch of a chain before the chain has proven alone the batches that a proof of several lacked", async () => {
    const own = Promise.withResolvers<undefined>();
    const failing = assert.rejects(shared.show(batchOf(271n, 0n, { proven: () => own.promise })), /out of memory/);
    await settle();
    const [next, other] = [shared.show(batchOf(271n, 1n)), shared.show(batchOf(272n, 0n))];
    await settle();
    proving[0]!.reject(new Error("out of memory"));
    await failing;
    await settle();
    assert.deepEqual(proofs, [["271:0"], ["272:0"]], "L1 would pass over 271:1, and the proof would be of no use to it");
    assert.deepEqual(released, [], "the chain makes a separate proof of its batches");
    proving[1]!.resolve(SHOWN);
    await other;
    own.resolve(undefined);
    await settle();
    assert.deepEqual(proofs.slice(2), [["271:1"]]);
    proving[2]!.resolve(SHOWN);
    assert.equal((await next).batches, 1);
    await settle();
    assert.deepEqual(released.sort(), ["271:0", "271:1", "272:0"]);
  });

  it("asks a chain whose batch L1 skipped, or does not report, to prove it alone, and the others not", async () => {
    const passedOver = shared.show(batchOf(271n, 0n, { isProven: () => Promise.resolve(false) }));
    const untold = shared.show(batchOf(272n, 0n, { isProven: () => new Promise(() => undefined) }));
    const proven = shared.show(batchOf(273n, 0n));
    const refused = Promise.all([passedOver, untold].map((each) => assert.rejects(each, /L1 has not the batch proven/)));
    const next = shared.show(batchOf(271n, 1n, { due: NEVER }));
    await settle();
    assert.deepEqual(proofs, [["271:0", "271:1", "272:0", "273:0"]]);
    proving[0]!.resolve(SHOWN);
    assert.equal((await proven).receipt?.hash, "271");
    await next;
    clock.advance(10_000);
    await refused;
    assert.equal(clock.pendingTimers, 0);
  });

  it("attack: a chain whose batch takes hundreds of proofs holds no other chain's, and its next ones wait behind it", async () => {
    const heavy = Promise.withResolvers<undefined>();
    slow.set("271:0", heavy);
    const own = [batchOf(271n, 0n), batchOf(271n, 1n)].map((batch) => shared.show(batch));
    const light = shared.show(batchOf(272n, 0n));
    await settle();
    assert.deepEqual(proofs, [["272:0"]]);
    proving[0]!.resolve(SHOWN);
    assert.equal((await light).batches, 1);
    heavy.resolve(undefined);
    await settle();
    assert.deepEqual(proofs[1], ["271:0", "271:1"]);
    proving[1]!.resolve(SHOWN);
    await Promise.all(own);
  });

  it("has those before a batch that its chain proves alone, which waits for them", async () => {
    const [broken, pace] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    slow.set("271:1", broken);
    const first = shared.show(batchOf(271n, 0n, { due: () => pace.promise }));
    const refused = assert.rejects(shared.show(batchOf(271n, 1n, { proven: () => first })), { code: "ThreadLost" });
    broken.reject(new L1ProofError("ThreadLost", "out of memory"));
    await refused;
    pace.resolve(undefined);
    await settle();
    assert.deepEqual(proofs, [["271:0"]]);
    proving[0]!.resolve(SHOWN);
    await first;
  });

  it("has a batch whose own proofs fail proven by its chain, and those behind it wait for that", async () => {
    const [broken, own] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    slow.set("271:0", broken);
    const refused = assert.rejects(shared.show(batchOf(271n, 0n, { proven: () => own.promise })), { code: "ShapeUnknown" });
    const next = shared.show(batchOf(271n, 1n));
    broken.reject(new L1ProofError("ShapeUnknown", "no program checks it"));
    await refused;
    await settle();
    assert.deepEqual(proofs, []);
    own.resolve(undefined);
    await settle();
    proving[0]!.resolve(SHOWN);
    assert.equal((await next).batches, 1);
  });

  it("attack: operators whose transactions are not mined: two leave at most, and none that was given up leaves later", async () => {
    const [leaving, signals]: [bigint[], AbortSignal[]] = [[], []];
    const stuck = (chainId: bigint): SharedBatch =>
      batchOf(chainId, 0n, {
        send: (_batches, _shown, by) => {
          leaving.push(chainId);
          signals.push(by.signal);
          by.onLeaving();
          return new Promise(() => undefined);
        },
      });
    const shows = [271n, 272n, 273n, 274n].map((chainId) => assert.rejects(shared.show(stuck(chainId)), /did not mine/));
    await settle();
    proving[0]!.resolve(SHOWN);
    await settle();
    clock.advance(LONGEST_UNTIL_SENT_MS);
    await settle();
    assert.deepEqual(leaving, [271n], "a transaction that has left is waited for: a second one would be paid for, too");
    clock.advance(LONGEST_UNTIL_MINED_MS - LONGEST_UNTIL_SENT_MS);
    await settle();
    assert.deepEqual(leaving, [271n, 272n]);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false],
    );
    clock.advance(LONGEST_UNTIL_MINED_MS);
    await Promise.all(shows);
    assert.deepEqual(leaving, [271n, 272n]);
    assert.equal(clock.pendingTimers, 0);
  });
});
