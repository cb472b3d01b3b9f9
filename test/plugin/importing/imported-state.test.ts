import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readImportedState } from "../../../src/tool/plugin/importing/imported-state.ts";
import { planImport } from "../../../src/tool/plugin/importing/import-state.ts";

const A = `0x${"a1".repeat(20)}` as const;
const B = `0x${"b2".repeat(20)}` as const;
const read = (value: unknown) => readImportedState(JSON.stringify(value), "it");

describe("B8: the state of another chain", () => {
  test("is read from a genesis file: decimal and hexadecimal, addresses with 0x and without", () => {
    const alloc = {
      [A]: { balance: "0x10", nonce: "0x2", code: "0x6001", storage: { "0x0": "0x05", "0x01": "0x0" } },
      [B.slice(2).toUpperCase()]: { balance: "16" },
    };
    assert.deepEqual(read({ config: { chainId: 1337 }, alloc }), {
      chainId: 1337n,
      accounts: [
        { address: A, balanceWei: 16n, nonce: 2n, code: "0x6001", storage: [[0n, 5n]] },
        { address: B, balanceWei: 16n, nonce: 0n, code: "0x", storage: [] },
      ],
    });
  });

  test("is read from geth's dump, whose storage has no 0x", () => {
    const accounts = { [A]: { balance: "1000", nonce: 7, root: "0x", codeHash: "0x", code: "0x00", storage: { "0x02": "ff" } } };
    assert.deepEqual(read({ root: "ab", accounts }).accounts, [
      { address: A, balanceWei: 1000n, nonce: 7n, code: "0x00", storage: [[2n, 255n]] },
    ]);
  });

  test("is read as anvil_dumpState packs it", () => {
    const state = JSON.stringify({ accounts: { [A]: { nonce: 1, balance: "0x1", code: "0x", storage: {} } } });
    const packed = `0x${gzipSync(state).toString("hex")}`;
    assert.equal(readImportedState(packed, "it").accounts[0]?.nonce, 1n);
  });

  test("is refused by name where something in it cannot be", () => {
    const alloc = (fields: object) => ({ alloc: { [A]: fields } });
    const cases: readonly (readonly [unknown, RegExp])[] = [
      [{}, /^it is neither a genesis file/],
      [alloc({ balance: "-1" }), new RegExp(`^it: ${A}: balance is not a number: "-1"`)],
      [alloc({ balance: `0x1${"0".repeat(64)}` }), new RegExp(`^it: ${A}: balance is too large`)],
      [alloc({ nonce: 1.5 }), new RegExp(`^it: ${A}: nonce is not a number: 1.5`)],
      [alloc({ code: "0x123" }), new RegExp(`^it: ${A}: code is not in hexadecimal digits`)],
      [alloc({ storage: { "0x0": "0xzz" } }), new RegExp(`^it: ${A}: slot 0x0 is not a word of 32 bytes`)],
      [alloc({ storage: { "0x1": "0x1", "01": "0x2" } }), new RegExp(`^it: ${A} has the slot 0x1 twice`)],
      [{ alloc: { "pre(0x01)": {} } }, /^it: "pre\(0x01\)" is not an address; geth dump knows/],
      [{ alloc: { "\u001b[2J": {} } }, /^it: "\\u001b\[2J" is not an address/],
      [{ alloc: { [A]: {}, [A.toUpperCase().replace("0X", "0x")]: {} } }, new RegExp(`^it has the account ${A} twice`)],
    ];
    for (const [value, message] of cases) assert.throws(() => read(value), { message });
    assert.throws(() => readImportedState("{", "it"), /^HardhatPluginError: it is not valid JSON/);
  });

  test("attack: a small packed state that unfolds beyond memory is refused", () => {
    const bomb = gzipSync(Buffer.alloc(2 ** 29));
    assert.throws(() => readImportedState(`0x${bomb.toString("hex")}`, "it"), /^HardhatPluginError: it is not valid JSON/);
  });

  test("comes without what lies where the protocol has its own: contracts conflict, accounts are left out", () => {
    const account = { balanceWei: 1n, nonce: 0n, code: "0x", storage: [] } as const;
    const low = (number: number) => `0x${number.toString(16).padStart(40, "0")}` as const;
    const last = { ...account, address: low(0x2ffff) };
    const first = { ...account, address: low(0x30000) };
    const contract = { ...account, address: low(0x10005), code: "0x00" as const };
    const written = { ...account, address: low(0x9), storage: [[0n, 1n]] as const };
    assert.deepEqual(planImport([last, first, contract, written]), {
      accounts: [first],
      leftOut: [last.address],
      conflicts: [contract.address, written.address],
      bare: [],
    });
    const bare = { ...account, address: low(0x30001), nonce: 0n, code: "0x" as const, storage: [[0n, 1n]] as const };
    assert.deepEqual(planImport([first, bare, { ...bare, nonce: 1n }, { ...bare, code: "0x00" }]).bare, [bare.address]);
  });
});
