import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Activity } from "../../page/happenings.ts";
import type { BatchInfo } from "../../page/answers.ts";
import {
  centsOf,
  measuredActivity,
  measuredProofs,
  measuredQueues,
  ownCosts,
  secondsOf,
  sharedCosts,
} from "../../page/charts/measures.ts";
import { withPhase, withSample, type KeptProof, type Sample } from "../../page/kept-history.ts";

const LANES = [
  { name: "l1", chainId: 1 },
  { name: "alpha", chainId: 271 },
];
/** Three pieces of ten seconds, which end at 20, 30 and 40 s. */
const WINDOW = { last: 40_000, pieces: 3, pieceMs: 10_000 };

const hash = `0x${"11".repeat(32)}` as const;
const from = `0x${"22".repeat(20)}` as const;
const transaction = (by: "user" | "chain", gasUsed: number, call?: string) => ({
  ...{ hash, from, by, gasUsed, value: "0", fee: "0", succeeded: true, events: [] },
  ...(call === undefined ? {} : { call }),
});

describe("I11: what the page's charts show", () => {
  test("transactions and gas are summed in the piece of time that their block came in", () => {
    const block = (at: number, ...transactions: ReturnType<typeof transaction>[]) => ({
      ...{ chainId: 271, number: at, hash, timestamp: 0, at, transactions },
    });
    const activity: Activity = new Map([
      [
        271,
        [
          block(10_000, transaction("user", 1)),
          block(10_001, transaction("user", 20), transaction("chain", 300)),
          block(20_000, transaction("user", 4_000)),
          block(40_000, transaction("user", 50_000)),
          block(40_001, transaction("user", 600_000)),
        ],
      ],
    ]);
    const gas = measuredActivity(activity, LANES, WINDOW, ({ gasUsed }) => gasUsed);
    assert.deepEqual(gas.seconds, [20, 30, 40]);
    assert.deepEqual(
      gas.curves.map(({ values }) => values),
      [
        [0, 0, 0],
        [4_320, 0, 50_000],
      ],
    );
    const counted = measuredActivity(activity, LANES, WINDOW, ({ by }) => (by === "user" ? 1 : 0));
    assert.deepEqual(counted.curves[1]?.values, [2, 0, 1]);
  });

  test("shows a queue that fills for a moment, and repeats the last value if there is no sample", () => {
    const sample = (at: number, waiting: number, inFlight = 0): Sample => ({ at, waiting: new Map([[271, waiting]]), inFlight });
    const kept = [sample(21_000, 1), sample(21_300, 9, 4), sample(21_900, 2), sample(25_000, 3, 1)].reduce<readonly Sample[]>(
      withSample,
      [],
    );
    assert.equal(kept.length, 2, "one a second");
    const { curves } = measuredQueues(kept, LANES, WINDOW);
    assert.deepEqual(
      curves.map(({ name, values }) => [name, values]),
      [
        ["transactions of alpha", [null, 9, 3]],
        ["messages", [null, 4, 1]],
      ],
    );
  });

  test("measures a proof from its first phase in a prover until its end; a new start restarts the time", () => {
    const told: readonly [string, number][] = [
      ["queued", 0],
      ["trace", 5_000],
      ["queued", 9_000],
      ["trace", 20_000],
      ["trace", 21_000],
      ["fri", 24_000],
      ["made", 27_500],
      ["posting", 31_000],
    ];
    const proofs = told.reduce<readonly KeptProof[]>(
      (kept, [phase, at]) => withPhase(kept, { position: "", type: "proof", chainId: 271, number: 3, phase }, at),
      [],
    );
    assert.deepEqual(
      proofs[0]?.phases.map(({ phase }) => phase),
      ["queued", "trace", "fri", "made", "posting"],
    );
    assert.equal(secondsOf(proofs[0]!), 7.5);
    assert.deepEqual(measuredProofs(proofs, LANES, WINDOW), {
      seconds: [27.5],
      curves: [{ name: "alpha", lane: 1, values: [7.5] }],
    });
    const seenLate = withPhase([], { position: "", type: "proof", chainId: 271, number: 4, phase: "fri" }, 1);
    assert.equal(
      secondsOf(withPhase(seenLate, { position: "", type: "proof", chainId: 271, number: 4, phase: "made" }, 2)[0]!),
      undefined,
    );
  });

  test("an act's gas is its share of its chain's batches, or what L1 took for it, at the stated price", () => {
    const batch = (transactions: number, operations: number, l1Gas: BatchInfo["l1Gas"]) =>
      ({ chainId: 271, transactions, operations, l1Gas }) as BatchInfo;
    const shared = sharedCosts(
      [batch(3, 1, { commit: 100_000, prove: 400_000, execute: 60_000 }), batch(1, 0, { commit: 40_000 })],
      () => "alpha",
    );
    assert.deepEqual(shared, [{ act: "a transaction on alpha, its share of its batch", gas: 120_000, of: 5 }]);
    const own = ownCosts([
      transaction("user", 100, "deposit(1)"),
      transaction("user", 200, "deposit(2)"),
      transaction("chain", 7, "commitBatches(1)"),
    ]);
    assert.deepEqual(own, [{ act: "deposit", gas: 150, of: 2 }]);
    // 120,000 gas at 2 gwei are 0.00024 ETH, at 2,500 dollars 0.60 dollars.
    assert.ok(Math.abs(centsOf(120_000, 2, 2_500) - 60) < 1e-9);
  });
});
