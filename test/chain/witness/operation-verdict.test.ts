import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { createEVM } from "@ethereumjs/evm";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import type { BlockEnvironment } from "../../../src/chain/model/block.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import {
  INSTRUCTION_WEIGHTS,
  NATIVE_BUDGET,
  PRECOMPILE_WEIGHTS,
  UNIT_WEIGHTS,
} from "../../../src/ground/protocol/native-budget.ts";
import { type Hex, toHex } from "../../../src/ground/protocol/hex.ts";
import { push } from "../support/assembler.ts";
import type { UnsignedEngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import { environmentOf } from "../support/engine.ts";

const FIXTURE = new URL("../../../fixtures/protocol/budget.json", import.meta.url);
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
  async function judge(code: Hex, options: { data?: Hex; to?: Hex | undefined; pays?: boolean; nonce?: bigint } = {}) {
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
    const { notRun, chargedGas } = await execution.judge({
      payout: pays ? [payment()] : [],
      payoutEnvironment: at(7n),
      operation,
      environment: at(pays ? 8n : 7n),
    });
    return notRun === undefined ? "runs" : `${notRun}, ${chargedGas}`;
  }

  it("is that it runs, also where it will revert or run out of gas", async () => {
    assert.equal(await judge("0x00"), "runs");
    assert.equal(await judge("0x5f5ffd"), "runs");
    assert.equal(await judge("0xfe"), "runs");
  });

  it("is that it does not run where it calls a precompiled contract that no proof covers, by any instruction, even if caught", async () => {
    for (const address of [0x03n, ...Array.from({ length: 12 }, (_, i) => 0x06n + BigInt(i))]) {
      for (const opcode of [0xf1, 0xf2, 0xf4, 0xfa]) {
        assert.equal(await judge(codeOf(callOf(opcode, address))), `precompile, ${GAS_LIMIT}`, `${opcode} of ${address}`);
      }
      assert.equal(await judge("0x00", { to: `0x${address.toString(16).padStart(40, "0")}` }), `precompile, ${GAS_LIMIT}`);
    }
    for (const address of [0x01n, 0x02n, 0x04n, 0x12n, 0x100n])
      assert.equal(await judge(codeOf(callOf(0xfa, address, 64))), "runs");
  });

  it("is that it does not run for a modular power of more than 256 bits", async () => {
    const store = (lengths: readonly number[]): number[] =>
      lengths.flatMap((length, i) => [...push(length), ...push(32 * i), 0x52]);
    for (const [lengths, expected] of [
      [[32, 32, 32], "runs"],
      [[33, 0, 0], "precompile"],
      [[0, 33, 0], "precompile"],
      [[0, 0, 33], "precompile"],
    ] as const) {
      const verdict = await judge(codeOf([...store(lengths), ...callOf(0xfa, 5n, 192)]));
      assert.equal(verdict.split(",")[0], expected, `${lengths}`);
    }
  });

  it("is that it does not run where it takes more to prove than the budget", async () => {
    // PUSH0 PUSH0 KECCAK256 POP: by hand 2 + 2 + 8 + 637 + 2 = 651. Its end is 190, and 4n + 1 bytes of code a third each.
    const hashes = (count: number): Hex => codeOf(Array.from({ length: count }, () => [0x5f, 0x5f, 0x20, 0x50]).flat());
    assert.equal(await judge(hashes(1532)), "runs");
    assert.equal(await judge(hashes(1533)), `budget, ${GAS_LIMIT}`);
  });

  it("is that it does not run where it asks for the hash of the block that pays it out, and only then", async () => {
    const ask = (before: number): Hex => codeOf([...push(before), 0x43, 0x03, 0x40, 0x50]);
    assert.equal(await judge(ask(1)), `blockHash, ${GAS_LIMIT}`);
    assert.equal(await judge(ask(0)), "runs");
    assert.equal(await judge(ask(2)), "runs");
    assert.equal(await judge(ask(1), { pays: false }), "runs");
  });

  it("is that it does not run where it would run or deploy code that begins with an incomplete PUSH20", async () => {
    const hostile = "0x60735f5360015ff3";
    assert.equal(await judge("0x00", { to: undefined, data: hostile }), `code, ${GAS_LIMIT}`);
    assert.equal(await judge(codeOf([0x60, 0x73, 0x5f, 0x53, 0x60, 0x01, 0x5f, 0x5f, 0xf0])), `code, ${GAS_LIMIT}`);
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

describe("the budget's weights", () => {
  it("are those of the fixture", () => {
    const hex = (value: number | bigint): string => `0x${value.toString(16).padStart(2, "0")}`;
    const instructions = Object.fromEntries(
      INSTRUCTION_WEIGHTS.flatMap((weight, opcode) => (weight === undefined ? [] : [[hex(opcode), weight]])),
    );
    const precompiles = Object.fromEntries([...PRECOMPILE_WEIGHTS].map(([address, weight]) => [hex(address), weight]));
    assert.deepEqual(JSON.parse(readFileSync(FIXTURE, "utf8")), {
      limit: NATIVE_BUDGET,
      instructions,
      units: UNIT_WEIGHTS,
      precompiles,
    });
  });

  it("cover every instruction of the chain's rules, and no other", async () => {
    const evm = await createEVM({ common: chainRules(271) });
    const entries = Reflect.get(evm, "_opcodeMap") as readonly { readonly opcodeInfo: { readonly isInvalid: boolean } }[];
    for (let opcode = 0; opcode < 256; opcode++) {
      const exists = entries[opcode]?.opcodeInfo.isInvalid === false;
      assert.equal(INSTRUCTION_WEIGHTS[opcode] !== undefined, exists, `opcode ${opcode}`);
    }
  });

  it("are at least 1, and let every operation change as many slots as its gas pays for", () => {
    for (const weight of INSTRUCTION_WEIGHTS) assert.ok(weight === undefined || (weight >= 1 && Number.isInteger(weight)));
    // PUSH, PUSH and SSTORE of a slot that has a value: 5,006 gas.
    assert.ok(Math.floor(8_000_000 / 5006) * (400 + 8) <= NATIVE_BUDGET);
  });
});
