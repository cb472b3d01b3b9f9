import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ETHEREUM_CODE_LIMITS } from "../../../src/proofs/rules/code-limits.ts";
import { questionHandlers } from "../../../src/chain/questions/answers.ts";
import { PastStates } from "../../../src/chain/questions/past-states.ts";
import type { CallQuestion } from "../../../src/chain/questions/asked/question.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { ThreadClocks } from "../../../src/chain/witness/time-limit.ts";
import { CHAIN_ID, environmentOf } from "../support/engine.ts";

const CALLED: Hex = `0x${"a1".repeat(20)}`;
const CALLER: Hex = `0x${"ca".repeat(20)}`;
/** JUMPDEST, PUSH0, JUMP: never ends. */
const ENDLESS: Hex = "0x5b5f56";
/** Succeeds only where 100,000 gas are left, of which it uses next to nothing: the least gas has to be looked for. */
const WANTS_MUCH: Hex = "0x620186a05a10600957005b5f5ffd";
/** BLAKE2's compression with as many rounds as a transaction has gas for: a gas each. */
const BLAKE2F: Hex = `0x${"09".padStart(40, "0")}`;
const MANY_ROUNDS: Hex = `0x00f00000${"00".repeat(209)}`;

async function handlersOfEmptyState(clocks?: ThreadClocks) {
  const states = new PastStates();
  states.apply({ isWhole: true, hashes: new Map(), present: [], codes: [], blocks: [], oldest: 0n, newest: 0n });
  return questionHandlers(CHAIN_ID, states, ETHEREUM_CODE_LIMITS, clocks);
}

function question(maxMs: number, { code, ...call }: { to?: Hex; code?: Hex; data?: Hex; gasLimit?: bigint }): CallQuestion {
  return {
    at: 0n,
    block: environmentOf(1n),
    overrides: code === undefined ? [] : [{ address: CALLED, code }],
    maxMs,
    call: {
      from: CALLER,
      to: CALLED,
      data: "0x",
      valueWei: 0n,
      gasLimit: 2n ** 24n,
      gasPriceWei: 0n,
      accessList: [],
      authorizations: [],
      ...call,
    },
  };
}

describe("a question's time", () => {
  it("ends a loop that calls nothing", async () => {
    const { call } = await handlersOfEmptyState();
    const { receipt, isLate, reason } = await call(question(1, { code: ENDLESS }));
    assert.deepEqual([receipt, isLate, reason], [undefined, true, "it takes more than 1 ms of processor time"]);
  });

  it("ends with all that a run had kept for its own transaction: the next question sees nothing of it", async () => {
    const { call } = await handlersOfEmptyState();
    // TSTORE(0, 1), and no end; then TLOAD(0).
    assert.equal((await call(question(20, { code: "0x60015f5d5b600456" }))).isLate, true);
    assert.equal(BigInt((await call(question(Infinity, { code: "0x5f5c5f5260205ff3" }))).output), 0n);
  });

  it("is not spent on a precompiled contract for which it is too short, which could not be stopped", async () => {
    const { call } = await handlersOfEmptyState();
    const { receipt, isLate, reason } = await call(question(50, { to: BLAKE2F, data: MANY_ROUNDS }));
    assert.deepEqual([receipt, isLate, reason], [undefined, true, "it takes more than 50 ms of processor time"]);
  });

  it("leaves precompiled contracts their gas, what is left and what a failing one takes included", async () => {
    const { call } = await handlersOfEmptyState();
    const fewRounds: Hex = `0x0000000c${"00".repeat(209)}`;
    const run = async (maxMs: number, data: Hex) => (await call(question(maxMs, { to: BLAKE2F, data }))).receipt;
    assert.deepEqual(await run(2_000, fewRounds), await run(Infinity, fewRounds));
    // A last byte that is neither 0 nor 1 makes it fail.
    const failing: Hex = `0x0000000c${"00".repeat(208)}02`;
    const [bounded, free] = [await run(2_000, failing), await run(Infinity, failing)];
    assert.equal(bounded?.success, false);
    assert.equal(bounded.gasUsed, 2n ** 24n);
    assert.deepEqual(bounded, free);
  });

  it("that ends during the search for the minimum gas results in an error, and not in an excessive number", async () => {
    // Each look takes ten milliseconds: the first run has its time, a later one has not.
    let now = 0;
    const clocks = { nowMs: () => (now += 10), spentMs: () => now };
    const { estimate } = await handlersOfEmptyState(clocks);
    const unhurried = await estimate({ ...question(Infinity, { code: WANTS_MUCH }), otherBlocks: [] });
    const gas = unhurried.gas ?? 0n;
    // 21,000 of the transaction, 100,000 that must be left, and the end of Hardhat's search.
    assert.ok(gas > 121_000n && gas < 123_000n, `${gas}`);
    const hurried = await estimate({ ...question(45, { code: WANTS_MUCH }), otherBlocks: [] });
    assert.deepEqual([hurried.gas, hurried.full.isLate], [undefined, true]);
  });

  it("is the processor's: other processes of a busy machine end no search and shorten no precompiled contract's gas", async () => {
    let [now, spent, eachMs] = [0, 0, 0];
    const clocks = { nowMs: () => (now += 60_000), spentMs: () => (spent += eachMs) };
    const { call, estimate } = await handlersOfEmptyState(clocks);
    const [wanting, hashing] = [question(45, { code: WANTS_MUCH }), question(20_000, { to: BLAKE2F, data: MANY_ROUNDS })];
    assert.ok(((await estimate({ ...wanting, otherBlocks: [] })).gas ?? 0n) > 121_000n);
    assert.equal((await call({ ...hashing, call: { ...hashing.call, gasLimit: 2n ** 20n } })).isLate, false);
    eachMs = 10;
    assert.equal((await estimate({ ...wanting, otherBlocks: [] })).full.isLate, true);
  });
});

describe("a simulation's answer", () => {
  it("limits the characters that its calls return and log, and refuses more", async () => {
    const { simulate } = await handlersOfEmptyState();
    const { at, block, call } = question(Infinity, {});
    const calling = (...blocks: readonly (readonly [code: Hex, count: number])[]) =>
      simulate({
        at,
        maxMs: Infinity,
        logsTransfers: false,
        checks: "none",
        blocks: blocks.map(([code, count]) => ({
          block,
          overrides: [{ address: CALLED, code }],
          calls: Array.from({ length: count }, () => call),
        })),
      });
    // Two mebibytes of zeros are returned: four mebi of digits. One is logged.
    const [returns, logs] = ["0x622000005ff3", "0x621000005fa0"] as const;
    const answers = await calling([returns, 3], [logs, 1]);
    assert.deepEqual(
      answers.map(({ calls }) => calls.length),
      [3, 1],
    );
    await assert.rejects(calling([returns, 7], [logs, 3]), {
      code: "AnswerTooLarge",
      message: /more than 33554432 characters .* fewer/,
    });
  });
});
