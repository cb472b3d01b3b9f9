import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import type { BlockEnvironment } from "../../../src/chain/model/block.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import { type Hex, toHex } from "../../../src/ground/protocol/hex.ts";
import { push } from "../support/assembler.ts";
import type { UnsignedEngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import { environmentOf } from "../support/engine.ts";

const SENDER: Hex = `0x${"b3".repeat(20)}`;
const TARGET: Hex = `0x${"b4".repeat(20)}`;
const RESERVE: Hex = `0x${"b5".repeat(20)}`;
const GAS_LIMIT = 8_000_000n;

/** Calls an account with the memory's content and continues, whatever the call's result. */
const callOf = (opcode: number, to: bigint, inputBytes = 0): readonly number[] => [
  0x5f,
  0x5f,
  ...push(inputBytes),
  0x5f,
  ...(opcode === 0xf1 || opcode === 0xf2 ? [0x5f] : []),
  ...push(to),
  0x5a,
  opcode,
  0x50,
];
const codeOf = (bytes: readonly number[]): Hex => toHex(Uint8Array.from([...bytes, 0x00]));

describe("§8.4: the verdict on an operation", () => {
  const payment = (): UnsignedEngineTransaction => ({
    kind: "unsigned",
    from: RESERVE,
    to: SENDER,
    valueWei: 5n,
    data: "0x",
    gasLimit: 21_000n,
    nonce: 0n,
  });
  let execution: Reexecution;
  before(async () => {
    execution = await Reexecution.create(271, [{ address: RESERVE, balanceWei: 100n }]);
    for (let number = 0n; number < 7n; number++) execution.rememberHash(number, `0x${"77".repeat(32)}`);
  });

  /** On a call of this code, paid out in block 7 and run in block 8, or run in block 7 where nothing is paid out. */
  async function verdictOf(code: Hex, options: { data?: Hex; to?: Hex | undefined; pays?: boolean; nonce?: bigint } = {}) {
    const { data = "0x", pays = true, nonce = 0n } = options;
    const to = "to" in options ? options.to : TARGET;
    await execution.cheat({ type: "code", address: TARGET, code });
    const at = (number: bigint): BlockEnvironment => environmentOf(number);
    const operation: UnsignedEngineTransaction = {
      kind: "unsigned",
      from: SENDER,
      to,
      valueWei: pays ? 5n : 0n,
      data,
      gasLimit: GAS_LIMIT,
      nonce,
    };
    return execution.judge({
      payout: pays ? [payment()] : [],
      payoutEnvironment: at(7n),
      operation,
      environment: at(pays ? 8n : 7n),
    });
  }

  async function judge(...asked: Parameters<typeof verdictOf>) {
    const { notRun, chargedGas } = await verdictOf(...asked);
    return notRun === undefined ? "runs" : `${notRun}, ${chargedGas}`;
  }

  it("is that it runs, also where it will revert or run out of gas", async () => {
    assert.equal(await judge("0x00"), "runs");
    assert.equal(await judge("0x5f5ffd"), "runs");
    assert.equal(await judge("0xfe"), "runs");
  });

  it("is that it runs on a trusted chain where it calls a precompiled contract that no proof covers", async () => {
    for (const address of [0x03n, 0x08n, 0x0an, 0x11n]) {
      assert.equal(await judge(codeOf(callOf(0xfa, address, 64))), "runs", `${address}`);
      assert.equal(await judge("0x00", { to: `0x${address.toString(16).padStart(40, "0")}` }), "runs", `${address}`);
    }
  });

  it("is that it runs on a trusted chain whatever its work, for which it is charged Ethereum's gas", async () => {
    // PUSH2, JUMPDEST, PUSH1, SWAP1, SUB, DUP1, PUSH1, JUMPI: 65,535 rounds of 26 gas.
    const loop = toHex(Uint8Array.from([0x61, 0xff, 0xff, 0x5b, 0x60, 0x01, 0x90, 0x03, 0x80, 0x60, 0x03, 0x57, 0x00]));
    const { notRun, chargedGas } = await verdictOf(loop);
    assert.deepEqual([notRun, chargedGas], [undefined, 21_000n + 3n + 65_535n * (1n + 3n + 3n + 3n + 3n + 3n + 10n)]);
  });

  it("is that it runs, and that a frame halts which asks for the hash of the block that pays it out, and only that", async () => {
    const ask = (before: number): Hex => codeOf([...push(before), 0x43, 0x03, 0x40, 0x50]);
    const chargedOf = async (code: Hex, pays = true): Promise<bigint> => (await verdictOf(code, { pays })).chargedGas;
    assert.deepEqual([await judge(ask(1)), await chargedOf(ask(1))], ["runs", GAS_LIMIT]);
    for (const before of [0, 2]) assert.ok((await chargedOf(ask(before))) < 30_000n, `${before} before`);
    assert.ok((await chargedOf(ask(1), false)) < 30_000n);
  });

  it("is that it runs on a trusted chain where it would run or deploy code that begins with an incomplete PUSH20", async () => {
    assert.equal(await judge("0x00", { to: undefined, data: "0x60735f5360015ff3" }), "runs");
    assert.equal(await judge(codeOf([0x60, 0x73, 0x5f, 0x53, 0x60, 0x01, 0x5f, 0x5f, 0xf0])), "runs");
  });

  it("is that it does not run where it is not valid, whatever it aims at, and then it is charged for nothing", async () => {
    const delegated = `0x${"00".repeat(19)}0a` as const;
    assert.equal(await judge("0x00", { nonce: 3n, to: delegated }), "invalid, 0");
    assert.equal(await judge("0x00", { nonce: 3n, to: undefined, data: "0x73" }), "invalid, 0");
  });

  it("leaves nothing behind", async () => {
    const mark = execution.state.mark();
    await judge(codeOf([0x5f, 0x5f, 0x55]));
    assert.deepEqual(
      execution.state.changesSince(mark).writes.filter(({ leafKind }) => leafKind === 0),
      [],
    );
  });
});
