import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AccessList } from "@ethereumjs/tx";
import { createAddressFromBigInt } from "@ethereumjs/util";
import { fromHex } from "../../src/ground/protocol/hex.ts";
import { MAX_UNITS } from "../../src/ground/protocol/native-budget.ts";
import { NATIVE_WEIGHTS } from "../../src/ground/protocol/native-weights.ts";
import { SERVED_WEIGHTS } from "../../src/ground/protocol/served-weights.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { precompileCalls } from "../chain/support/precompile-inputs.ts";
import { callOf, type CalledContract, worldOf } from "./support/contract-call.ts";
import { comparedMeters } from "./support/meters.ts";

const [POP, MSTORE, SSTORE, JUMP, GAS, JUMPDEST, CREATE, CALL, RETURN, STATICCALL, REVERT, KECCAK256, EXTCODESIZE, STOP] = [
  0x50, 0x52, 0x55, 0x56, 0x5a, 0x5b, 0xf0, 0xf1, 0xf3, 0xfa, 0xfd, 0x20, 0x3b, 0x00,
];
const [OWN, CALLEE, LIST] = [0xc0de01n, 0xc0de02n, 0x11570000n];
/** A budget of all units that a transaction may take, to the gas. */
const FULL_GAS = BigInt(Math.ceil(MAX_UNITS / 6));
const LONGEST_CODE = 24_576;
/** Gas that a call can pass on (EIP-150). */
const passedOn = (gas: bigint): bigint => gas - gas / 64n;

const forever = (body: Code): Code => [JUMPDEST, ...body, 0x5f, JUMP];
const repeated = (count: number, code: Code): Code => Array.from({ length: count }, () => code).flat();
const saysSo: Code = [...push(7), 0x5f, SSTORE];
/** Code that spends units faster than any other: KECCAK256 of 30 blocks in memory that is paid for. */
const GREEDY: Code = forever([0x5f, ...push(4_064), MSTORE, ...repeated(16, [...push(4_080), 0x5f, KECCAK256, POP])]);
/** A push of three bytes, so that codes have one length. */
const push3 = (value: number): Code => [0x62, value >> 16, (value >> 8) & 0xff, value & 0xff];

interface Call {
  readonly gas?: Code;
  readonly value?: bigint;
  readonly bytes?: number;
  readonly room?: number;
}

const call = (to: bigint, { gas = [GAS], value = 0n, bytes = 0, room = 0 }: Call = {}): Code => [
  ...[...push3(room), 0x5f, ...push(bytes), 0x5f, ...push(value), ...push(to), ...gas, CALL, POP],
];
const onStipend = (to: bigint): Code => call(to, { gas: push(0), value: 1n });

async function run(
  contracts: readonly (readonly [bigint, CalledContract])[],
  { gasLimit = 1_000_000n, accessList = [] as AccessList, data = new Uint8Array(0), to = OWN } = {},
) {
  const compared = await comparedMeters(worldOf(new Map(contracts)), callOf(to, { gasLimit, accessList, data }));
  assert.ok(compared.kind === "ran", compared.kind === "refused" ? compared.reason : "");
  return { ...compared.receipt, units: compared.receipt.native.units, kernelSteps: compared.kernelSteps };
}

const caller = (code: Code): readonly [bigint, CalledContract] => [OWN, { code, balance: 10n ** 18n }];
const callee = (code: Code): readonly [bigint, CalledContract] => [CALLEE, { code, balance: 10n ** 18n }];

describe("a hostile callee harms no caller", () => {
  it("attack: a precompile without gas weighs nothing, each of them", async () => {
    const units = async (address: bigint): Promise<number> => {
      const asking = repeated(8, [0x5f, 0x5f, ...push(213), 0x5f, ...push3(Number(address)), 0x5f, STATICCALL, POP]);
      return (await run([caller(asking)])).units;
    };
    const each = [...Array.from({ length: 17 }, (_, i) => BigInt(i + 1)), 0x100n, 0x101n];
    const idle = await units(0x0bn);
    for (const address of each) assert.equal(await units(address), idle, `0x${address.toString(16)}`);
  });

  it("attack: a spent budget computes nothing: the precompile that is refused takes no rows", async () => {
    const signature = precompileCalls().find(({ what }) => what === "p256");
    const data = Uint8Array.from(fromHex(signature?.input ?? "0x"));
    // P-256 takes 127,847 units: after the callee 80,000 of 450,000 are left, or as many as it needs.
    const verifies = [0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x5f, 0x36, 0x5f, ...push(0x100), ...push(7_000), STATICCALL, POP];
    const code = [...call(CALLEE, { gas: push(15_000) }), ...verifies, ...saysSo];
    const [refused, ran] = [
      await run([caller(code), callee(GREEDY)], { gasLimit: 75_000n, data }),
      await run([caller(code), callee(GREEDY)], { gasLimit: 150_000n, data }),
    ];
    assert.ok(refused.success && ran.success);
    assert.ok(refused.kernelSteps < ran.kernelSteps - 20_000, `${refused.kernelSteps}, ${ran.kernelSteps}`);
  });

  it("attack: room of 128 kB weighs nothing unless the callee fills it, and then the callee pays", async () => {
    const calls = (room: number): Code => [0x5f, ...push(131_040), MSTORE, ...repeated(40, call(CALLEE, { room }))];
    const [without, within] = [
      await run([caller(calls(0)), callee([STOP])]),
      await run([caller(calls(131_072)), callee([STOP])]),
    ];
    assert.equal(within.units - without.units, 0);
    const fills = [...push(131_072), 0x5f, RETURN];
    const filled = await run(
      [caller([0x5f, ...push(131_040), MSTORE, ...call(CALLEE, { room: 131_072 }), ...saysSo]), callee(fills)],
      {
        gasLimit: 200_000n,
      },
    );
    assert.ok(filled.success && filled.units > (131_072 / 32) * SERVED_WEIGHTS.copiedWord);
  });

  it("attack: 64 kB passed on in a loop costs its frame a gas a word, and ends no transaction", async () => {
    const loud = forever(call(0xdeadn, { gas: push(0), bytes: 65_536 }));
    const receipt = await run([caller([...call(CALLEE, { gas: push(600_000) }), ...saysSo]), callee(loud)]);
    assert.equal(receipt.success, true);
    const quiet = await run([caller([...call(CALLEE, { gas: push(600_000) }), ...saysSo]), callee([STOP, ...loud.slice(1)])]);
    // 24 calls of 2,020 gas each, at least.
    assert.ok(receipt.units - quiet.units < (600_000 / 2_020) * (SERVED_WEIGHTS.call + 100), `${receipt.units}`);
  });

  it("attack: 17 codes on a stipend are paid for by the frame or list that makes them warm", async () => {
    const codes = Array.from({ length: 17 }, (_, i): readonly [bigint, CalledContract] => [
      LIST + BigInt(i),
      { code: Array<number>(LONGEST_CODE).fill(STOP) },
    ]);
    const accessList = codes.map(([address]) => ({ address: createAddressFromBigInt(address).toString(), storageKeys: [] }));
    const calls = codes.flatMap(([address]) => call(address, { gas: push(0) }));
    const byList = (code: Code) => run([caller([...onStipend(CALLEE), ...saysSo]), callee(code), ...codes], { accessList });
    const [loaded, idle] = [await byList(calls), await byList([STOP, ...calls.slice(1)])];
    assert.deepEqual([loaded.success, idle.success], [true, true]);
    assert.ok(loaded.units - idle.units <= 24 * 2_300, `${loaded.units - idle.units} units`);
    assert.ok(idle.units > 17 * (SERVED_WEIGHTS.account + SERVED_WEIGHTS.codeByte * LONGEST_CODE));
    const looks = codes.flatMap(([address]) => [...push(address), 0x31, POP]);
    const byBalance = await run([caller([...looks, ...onStipend(CALLEE), ...saysSo]), callee(calls), ...codes]);
    assert.ok(byBalance.success);
  });

  it("attack: 1,320 delegations weigh as one, and none for the size, the hash and the bytes of a code", async () => {
    const chain = (length: number): readonly (readonly [bigint, CalledContract])[] =>
      Array.from({ length }, (_, i) => {
        const target = (LIST + BigInt(i) + 1n).toString(16).padStart(40, "0");
        return [LIST + BigInt(i), { code: [0xef, 0x01, 0x00, ...Buffer.from(target, "hex")] }];
      });
    const units = async (code: Code, length: number) => (await run([caller([...code, ...saysSo]), ...chain(length)])).units;
    assert.equal(await units(call(LIST), 1_320), await units(call(LIST), 2));
    for (const looks of [[EXTCODESIZE], [0x3f]]) {
      const alone = await units([...push(LIST), ...looks, POP], 1);
      assert.equal(await units([...push(LIST), ...looks, POP], 1_320), alone);
    }
  });

  describe("attack: a callee with a quarter of the gas spends all its units, and the caller continues", () => {
    const quarter = passedOn(FULL_GAS / 4n);
    const greedy = callee(GREEDY);
    const asks = call(CALLEE, { gas: push(quarter) });

    it("called", async () => {
      const receipt = await run([caller([...asks, ...saysSo]), greedy], { gasLimit: FULL_GAS });
      assert.ok(receipt.success && receipt.units > 0.9 * MAX_UNITS, `${receipt.units}`);
    });

    it("30 frames deep", async () => {
      const inner = Array.from({ length: 30 }, (_, i): readonly [bigint, CalledContract] => [
        LIST + BigInt(i),
        { code: call(i === 29 ? CALLEE : LIST + BigInt(i) + 1n) },
      ]);
      const receipt = await run([caller([...call(LIST), ...saysSo]), greedy, ...inner], { gasLimit: 1_700_000n });
      assert.ok(receipt.success && receipt.units > 0.6 * MAX_UNITS, `${receipt.units}`);
    });

    it("in a creation", async () => {
      const initCode = asks;
      const creates: Code = [
        ...initCode.flatMap((byte, i) => [...push(byte), ...push(i), 0x53]),
        ...[...push(initCode.length), 0x5f, 0x5f, CREATE, POP, ...saysSo],
      ];
      assert.ok((await run([caller(creates), greedy], { gasLimit: 2n * FULL_GAS })).success);
    });

    it("through a delegation", async () => {
      const delegated: CalledContract = {
        code: [0xef, 0x01, 0x00, ...Buffer.from(CALLEE.toString(16).padStart(40, "0"), "hex")],
        balance: 1n,
      };
      const receipt = await run([caller([...call(LIST, { gas: push(quarter) }), ...saysSo]), greedy, [LIST, delegated]], {
        gasLimit: FULL_GAS,
      });
      assert.ok(receipt.success);
    });
  });

  it("attack: a caller that lends, fails and retries 64 times takes no more than its budget", async () => {
    const retries = call(CALLEE, { gas: push(200_000) });
    const receipt = await run([caller([...repeated(64, retries), ...saysSo]), callee(GREEDY)], { gasLimit: 2n ** 24n });
    assert.deepEqual([receipt.units, receipt.success], [MAX_UNITS, false]);
    const alone = await run(
      [caller(repeated(64, call(LIST, { gas: push(250_000) }))), [LIST, { code: [...retries, ...saysSo] }], callee(GREEDY)],
      {
        gasLimit: 2n ** 24n,
      },
    );
    assert.ok(alone.units <= MAX_UNITS);
  });

  describe("attack: 0x0b fails alone, and its gas is taken", () => {
    const asks: Code = [0x5f, 0x5f, ...push(256), 0x5f, ...push(0x0b), GAS, STATICCALL];

    it("on a stipend", async () => {
      assert.ok((await run([caller([...onStipend(CALLEE), ...saysSo]), callee(asks)])).success);
    });

    it("caught: the caller sees a failed call without output", async () => {
      const bounded = [...asks.slice(0, -2), ...push(100_000), STATICCALL];
      // Reverts if the call has succeeded or returned something.
      const head = [...bounded, 0x3d, 0x17];
      const code: Code = [
        ...head,
        ...push(head.length + 3 + saysSo.length + 1),
        0x57,
        ...saysSo,
        STOP,
        JUMPDEST,
        0x5f,
        0x5f,
        REVERT,
      ];
      const receipt = await run([caller(code)], { gasLimit: 200_000n });
      assert.ok(receipt.success && receipt.gasUsed > 21_000n + 100_000n + 22_100n, `${receipt.gasUsed}`);
    });

    it("uncaught, and called by the transaction itself", async () => {
      const [first, ...others] = [
        await run([caller([...asks, ...push(asks.length + 4), 0x57, 0xfe, JUMPDEST])]),
        await run([], { to: 0x0bn, data: new Uint8Array(256) }),
      ];
      for (const receipt of [first, ...others]) assert.deepEqual([receipt.success, receipt.gasUsed], [false, 1_000_000n]);
      assert.ok((await run([], { to: 0x08n })).success, "without input a pairing has nothing to prove");
    });
  });

  it("a cold call pays for the longest code with its 2,600 gas", () => {
    const { account, codeByte, call: units } = SERVED_WEIGHTS;
    assert.ok(units + account + LONGEST_CODE * codeByte <= 24 * 2_600);
    assert.ok(NATIVE_WEIGHTS.parts.account === account);
  });
});
