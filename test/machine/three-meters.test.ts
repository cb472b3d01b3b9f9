import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTx } from "@ethereumjs/tx";
import { createAddressFromBigInt, eoaCode7702SignAuthorization, privateToAddress } from "@ethereumjs/util";
import { fromHex } from "../../src/ground/protocol/hex.ts";
import { gasOfUnits, MAX_UNITS } from "../../src/ground/protocol/native-budget.ts";
import { UNCOVERED_PRECOMPILES } from "../../src/ground/protocol/uncovered-precompiles.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { precompileCalls } from "../chain/support/precompile-inputs.ts";
import { Random } from "../chain/state/support/random.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { callOf, type CalledContract, worldOf } from "./support/contract-call.ts";
import { comparedImpersonation, comparedMeters } from "./support/meters.ts";
import { precompileCall } from "./support/precompile-call.ts";
import { randomTransaction, randomWorld, TARGETS } from "./support/random-world.ts";
import { bytesOf, numberOf, rules } from "./support/reference.ts";

/** RANDOM_RUNS and RANDOM_SEED make it longer, or other. */
const RUNS = Number(process.env["RANDOM_RUNS"] ?? (IS_NIGHTLY ? 2_000 : 150));
const FIRST_SEED = Number(process.env["RANDOM_SEED"] ?? 1);
/** With the precompiled contracts that are bytecode. */
const ALL_TARGETS = [...TARGETS, 0x03n, 0x06n, 0x07n, 0x09n];
/** Precompiled contracts that take seconds for all of a budget. */
const LONG = ["ripemd160, 32 kB", "modexp, 1024 bytes", "modexp, 256 bytes", "blake2f, 10,000 rounds"];
const KEY = bytesOf(0x5e0de4n, 32);
const OTHER_KEY = bytesOf(0xb0bn, 32);
const [OWN, OTHER] = [0xc0de01n, 0xc0de02n];
const [POP, SSTORE, SLOAD, CALL, GAS, STOP, PREVRANDAO, NUMBER, SUB, BLOCKHASH, JUMPDEST, JUMP] = [
  0x50, 0x55, 0x54, 0xf1, 0x5a, 0x00, 0x44, 0x43, 0x03, 0x40, 0x5b, 0x56,
];
const repeated = (count: number, code: Code): Code => Array.from({ length: count }, () => code).flat();
const call = (to: bigint, gas: Code = [GAS], bytes = 0): Code => [
  0x5f,
  0x5f,
  ...push(bytes),
  0x5f,
  0x5f,
  ...push(to),
  ...gas,
  CALL,
  POP,
];
const worldWith = (own: Code, other: CalledContract = { code: [STOP] }) =>
  worldOf(
    new Map([
      [OWN, { code: own, balance: 10n ** 18n }],
      [OTHER, other],
    ]),
  );

const reasonOf = (compared: Awaited<ReturnType<typeof comparedMeters>>) => (compared.kind === "refused" ? compared.reason : "");

/** Outcome of a call of the first contract by all meters. */
async function run(own: Code, gasLimit = 1_000_000n, other?: CalledContract) {
  const compared = await comparedMeters(worldWith(own, other), callOf(OWN, { gasLimit }));
  assert.ok(compared.kind === "ran", reasonOf(compared));
  return compared.receipt;
}

describe("three meters agree", () => {
  it("on random programs of calls, creations, delegations, reverts and precompiled contracts", async () => {
    const seen = { success: 0, failure: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const random = new Random(seed);
      const world = randomWorld(random, ALL_TARGETS);
      const compared = await comparedMeters(world, randomTransaction(random, ALL_TARGETS)).catch((error: Error) =>
        assert.fail(`seed ${seed}: ${error.message}`),
      );
      if (compared.kind === "refused") assert.fail(`seed ${seed}: ${compared.reason}`);
      seen[compared.receipt.success ? "success" : "failure"]++;
    }
    assert.ok(seen.success > RUNS / 5 && seen.failure > RUNS / 5, JSON.stringify(seen));
  });

  it("on what is charged by its units: a sixth of them, or all gas and nothing else where its budget is spent", async () => {
    const dear = [...push(7), 0x5f, SSTORE, ...repeated(400, call(OTHER))];
    const { native, gasUsed, success } = await run(dear);
    assert.deepEqual([success, gasUsed], [true, gasOfUnits(native.units)]);
    assert.deepEqual([(await run(dear, gasUsed)).success, (await run(dear, gasUsed - 1n)).success], [true, false]);
    const spent = await run(dear, gasUsed - 1n);
    assert.deepEqual([spent.gasUsed, spent.native.spent], [gasUsed - 1n, "budget"]);
    const cheap = await run(repeated(900, [PREVRANDAO, POP]));
    assert.ok(gasOfUnits(cheap.native.units) < cheap.gasUsed);
    assert.equal(cheap.gasUsed, 21_000n + 4n * 900n);
  });

  it("on loops with more gas than a transaction may use, in user mode and where the kernel serves", async () => {
    for (const body of [[0x5f, POP], [0x5f, SLOAD, POP], call(OTHER)]) {
      const { native, gasUsed, success } = await run([JUMPDEST, ...body, 0x5f, JUMP], 2n ** 24n);
      assert.deepEqual([native.units, gasUsed, success], [MAX_UNITS, 2n ** 24n, false]);
    }
  });

  it("on links of blocks' hashes, of which the deepest count once", async () => {
    const ask = (back: number): Code => [...push(back), NUMBER, SUB, BLOCKHASH, 0x5f, SSTORE];
    const each = await Promise.all([0, 1, 5, 256, 257].map(async (back) => (await run(ask(back))).native.units));
    const together = (await run([0, 1, 5, 256, 257].flatMap(ask))).native.units;
    assert.ok(together < each.reduce((sum, units) => sum + units, 0) - 4 * each[0]! + 5_000, `${together}`);
    // A number above the block's own.
    await run([...push(1), NUMBER, 0x01, BLOCKHASH, POP]);
  });

  it("on each precompiled contract, with gas enough and too little, by a contract and by the transaction itself", async () => {
    const seen = { ran: 0, refused: 0 };
    for (const { what, address, input } of precompileCalls()) {
      if (!IS_NIGHTLY && LONG.includes(what)) continue;
      for (const gasLimit of [16_000_000n, 120_000n]) {
        const { accounts, transaction } = precompileCall(address, fromHex(input), gasLimit);
        const fields = {
          type: 0,
          nonce: 0n,
          gasLimit,
          gasPrice: 3n,
          data: fromHex(input),
          to: createAddressFromBigInt(BigInt(address)),
        };
        for (const each of [transaction, createTx(fields, { common: rules }).sign(KEY)]) {
          if (each.getIntrinsicGas() > gasLimit || 21_000n + 40n * BigInt(each.data.length) > gasLimit) continue;
          const compared = await comparedMeters(accounts, each).catch((error: Error) =>
            assert.fail(`${what}, ${gasLimit}: ${error.message}`),
          );
          seen[compared.kind]++;
          if (each !== transaction && UNCOVERED_PRECOMPILES.has(BigInt(address)))
            assert.ok(compared.kind === "ran" && !compared.receipt.success && compared.receipt.gasUsed === gasLimit, what);
        }
      }
    }
    assert.ok(seen.ran > 60 && seen.refused === 0, JSON.stringify(seen));
  });

  it("on a bounded callee, which cannot undo its caller", async () => {
    const rounds = [...push(2_000n << 224n), 0x5f, 0x52, 0x5f, 0x5f, ...push(213), 0x5f, ...push(9), ...push(2_300), 0xfa, POP];
    const { success } = await run([...call(OTHER, push(5_000)), ...push(7), 0x5f, SSTORE], 100_000n, { code: rounds });
    assert.equal(success, true);
  });

  it("on lists: those of a failed transaction stay, and those that no budget pays for have no effect", async () => {
    const world = worldWith(repeated(400, call(OTHER)));
    const authorizer = numberOf(privateToAddress(OTHER_KEY));
    const accounts = new Map([...world, [authorizer, { nonce: 0n, balance: 5n, code: new Uint8Array(0), storage: new Map() }]]);
    const authorization = eoaCode7702SignAuthorization(
      { chainId: "0x1", address: createAddressFromBigInt(OTHER).toString(), nonce: "0x0" },
      OTHER_KEY,
    );
    const fees = { chainId: 1n, nonce: 0n, maxFeePerGas: 3n, maxPriorityFeePerGas: 1n, to: createAddressFromBigInt(OWN) };
    const delegating = (count: number, gasLimit: bigint) =>
      createTx(
        { ...fees, type: 4, gasLimit, authorizationList: Array.from({ length: count }, () => authorization) },
        { common: rules },
      ).sign(KEY);
    for (const [count, gasLimit, spent] of [
      [1, 100_000n, "budget"],
      [140, 2n ** 24n, "lone"],
    ] as const) {
      const compared = await comparedMeters(accounts, delegating(count, gasLimit));
      assert.ok(compared.kind === "ran" && compared.receipt.native.spent === spent && compared.receipt.gasUsed === gasLimit);
    }
    for (const [entries, success] of [
      [1_200, true],
      [1_500, false],
    ] as const) {
      const accessList = Array.from({ length: entries }, (_, i) => ({
        address: createAddressFromBigInt((1n << 100n) + BigInt(i)).toString(),
        storageKeys: [],
      }));
      const compared = await comparedMeters(worldWith([STOP]), callOf(OWN, { gasLimit: 2n ** 24n, accessList }));
      assert.deepEqual([compared.kind, compared.kind === "ran" && compared.receipt.success], ["ran", success]);
    }
  });

  it("on a call in the name of an impersonated account, which weighs as one that is signed", async () => {
    const account = 0xacc0n;
    const world = new Map([...worldWith([...push(7), 0x5f, SSTORE, ...repeated(400, call(OTHER))])]);
    world.set(account, { nonce: 0n, balance: 0n, code: Uint8Array.of(STOP), storage: new Map() });
    const ends = [1_000_000n, 100_000n].map(async (gasLimit) => {
      const [named, signed] = [
        await comparedImpersonation(world, { from: account, to: OWN, gasLimit }),
        await comparedMeters(world, callOf(OWN, { gasLimit })),
      ];
      assert.ok(named.kind === "ran" && signed.kind === "ran", reasonOf(named));
      assert.deepEqual([named.receipt.native, named.receipt.gasUsed], [signed.receipt.native, signed.receipt.gasUsed]);
      return named.receipt.success;
    });
    assert.deepEqual(await Promise.all(ends), [true, false]);
  });

  it("on the price of call data: a gas a word beyond 4,096 bytes", async () => {
    const gas = async (bytes: number) =>
      (await run([0x5f, ...push(65_504), 0x52, ...call(OTHER, push(0), bytes), ...call(4n, push(0), bytes)])).gasUsed;
    const least = await gas(4096);
    for (const [bytes, words] of [
      [4097, 1n],
      [4128, 1n],
      [4129, 2n],
      [65_536, 1920n],
    ] as const)
      assert.equal((await gas(bytes)) - least, 2n * words, `${bytes} bytes`);
  });
});
