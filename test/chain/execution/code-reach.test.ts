import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CodeGuard, QUIET_GAS } from "../../../src/chain/execution/code-guard.ts";
import { reachOf } from "../../../src/chain/execution/code-reach.ts";
import { isHostileCode } from "../../../src/chain/model/hostile-code.ts";
import { fromHex, type Hex } from "../../../src/protocol/hex.ts";

const hostile = (code: string) => isHostileCode(fromHex(code));
const reach = (code: string) => reachOf(fromHex(code));
const TARGET: Hex = `0x${"aa".repeat(20)}`;
const call = (to: Hex | undefined, data: Hex = "0x", delegates = false) => ({ to, data, delegates, gasLimit: 21_000n });

describe("code that would end the engine's process", () => {
  it("is a first PUSH20 without all of its bytes", () => {
    assert.equal(hostile("0x73"), true);
    assert.equal(hostile(`0x73${"00".repeat(19)}`), true);
    assert.equal(hostile(`0x73${"00".repeat(20)}`), false);
    assert.equal(hostile("0x"), false);
    assert.equal(hostile("0x5b73"), false);
    assert.equal(hostile("0x7200"), false);
  });

  it("sees calls and creations wherever execution can get", () => {
    assert.deepEqual(reach("0x"), { calls: false, creates: false, readsGas: false });
    assert.deepEqual(reach("0xf0"), { calls: false, creates: true, readsGas: false });
    assert.deepEqual(reach("0xf5"), { calls: false, creates: true, readsGas: false });
    for (const opcode of ["f1", "f2", "f4", "fa"])
      assert.deepEqual(reach(`0x${opcode}`), { calls: true, creates: false, readsGas: false });
    // Behind the end of a block only a JUMPDEST makes code reachable.
    for (const end of ["00", "56", "f3", "fd", "fe", "ff"]) {
      assert.deepEqual(reach(`0x${end}f0f1`), { calls: false, creates: false, readsGas: false }, end);
      assert.deepEqual(reach(`0x${end}5bf0f1`), { calls: true, creates: true, readsGas: false }, end);
    }
    // A conditional jump goes on.
    assert.deepEqual(reach("0x57f0"), { calls: false, creates: true, readsGas: false });
  });

  it("takes no push data for instructions", () => {
    assert.deepEqual(reach("0x60f000"), { calls: false, creates: false, readsGas: false });
    assert.deepEqual(reach("0x005bf0".replace("00", "605b00")), { calls: false, creates: true, readsGas: false });
    assert.deepEqual(reach(`0x7f${"5bf0".repeat(16)}00`), { calls: false, creates: false, readsGas: false });
    assert.deepEqual(reach("0x00605bf0"), { calls: false, creates: false, readsGas: false });
    assert.deepEqual(reach("0x61f0"), { calls: false, creates: false, readsGas: false });
  });

  it("sees where code looks at the gas that is left", () => {
    assert.equal(reach("0x5a00").readsGas, true);
    assert.equal(reach("0x605a00").readsGas, false);
    assert.equal(reach("0x005a").readsGas, false);
  });

  it("counts a delegation as a call", () => {
    assert.deepEqual(reach(`0xef0100${"11".repeat(20)}`), { calls: true, creates: false, readsGas: true });
  });
});

describe("guard in front of the engine", () => {
  const codes = new Map<Hex, Hex>();
  const codeOf = (address: Hex): Promise<Hex> => Promise.resolve(codes.get(address) ?? "0x");

  it("passes calls while no code of the chain creates contracts", async () => {
    const guard = new CodeGuard([{ address: TARGET, code: "0xf1" }]);
    codes.set(TARGET, "0xf1");
    assert.equal(await guard.judge(call(TARGET), codeOf), "safe");
    assert.equal(await guard.judge(call(TARGET, "0x", true), codeOf), "unknown");
  });

  it("refuses hostile init code and holds back all other init code", async () => {
    const guard = new CodeGuard([]);
    assert.equal(await guard.judge(call(undefined, "0x73"), codeOf), "hostile");
    assert.equal(await guard.judge(call(undefined, "0x00"), codeOf), "unknown");
  });

  it("holds back what may reach a creator once there is one", async () => {
    const guard = new CodeGuard([]);
    codes.set(TARGET, "0xf1");
    assert.equal(await guard.judge(call(TARGET), codeOf), "safe");
    guard.noteCode("0xf0");
    assert.equal(await guard.judge(call(TARGET), codeOf), "unknown");
    codes.set(TARGET, "0xf0");
    assert.equal(await guard.judge(call(TARGET), codeOf), "unknown");
    codes.set(TARGET, "0x5f355f55");
    assert.equal(await guard.judge(call(TARGET), codeOf), "safe");
  });

  it("holds back calls with gas for more data than the engine can hold", async () => {
    const guard = new CodeGuard([]);
    const loud = { ...call(TARGET), gasLimit: QUIET_GAS + 1n };
    codes.set(TARGET, "0xf1");
    assert.equal(await guard.judge({ ...loud, gasLimit: QUIET_GAS }, codeOf), "safe");
    assert.equal(await guard.judge(loud, codeOf), "unknown");
    codes.set(TARGET, "0x5f355f55");
    assert.equal(await guard.judge(loud, codeOf), "safe");
  });

  it("holds back code that may run more instructions than the engine can hold", async () => {
    const guard = new CodeGuard([]);
    codes.set(TARGET, "0x5b5f56");
    assert.equal(await guard.judge({ ...call(TARGET), gasLimit: 1_000_000n }, codeOf), "safe");
    assert.equal(await guard.judge({ ...call(TARGET), gasLimit: 1_000_001n }, codeOf), "unknown");
    // Copies and powers take long without a jump; an account without code takes nothing.
    codes.set(TARGET, "0x5f5f5f3900");
    assert.equal(await guard.judge({ ...call(TARGET), gasLimit: 1_000_001n }, codeOf), "unknown");
    codes.delete(TARGET);
    assert.equal(await guard.judge({ ...call(TARGET), gasLimit: 2n ** 24n }, codeOf), "safe");
  });

  it("holds back what calls a precompiled contract itself with much gas", async () => {
    const guard = new CodeGuard([]);
    for (const address of [0x01n, 0x09n, 0x11n, 0x100n]) {
      const to: Hex = `0x${address.toString(16).padStart(40, "0")}`;
      assert.equal(await guard.judge({ ...call(to), gasLimit: QUIET_GAS }, codeOf), "safe");
      assert.equal(await guard.judge({ ...call(to), gasLimit: QUIET_GAS + 1n }, codeOf), "unknown");
    }
  });

  it("does not count trusted creators", async () => {
    const guard = new CodeGuard([{ address: TARGET, code: "0xf0" }], ["0xf0"]);
    codes.set(TARGET, "0xf0");
    assert.equal(await guard.judge(call(TARGET), codeOf), "safe");
  });
});
