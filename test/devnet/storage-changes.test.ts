import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, concat, hexlify, Interface, keccak256, toBeHex, toUtf8Bytes } from "ethers";
import type { ProjectNames } from "../../src/ecosystem/devnet/view/books/describe.ts";
import { storageChanges } from "../../src/ecosystem/devnet/view/contracts/storage-changes.ts";
import type { StorageLayout, StorageType } from "../../src/ecosystem/devnet/view/books/storage-layout.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const SHOP: Hex = `0x${"5b".repeat(20)}`;
const HASH: Hex = `0x${"11".repeat(32)}`;
const functions = new Interface(["function setPrice(uint256 day, string name, bytes code, uint256 price)"]);
const PRICE: StorageType = { kind: "value", name: "uint256", bytes: 32 };
/** `mapping(string => uint256) prices; mapping(bytes => uint256) codes;` */
const LAYOUT = (["string", "bytes"] as const).map((name, place) => ({
  name: ["prices", "codes"][place] ?? "",
  type: {
    kind: "mapping" as const,
    name: `mapping(${name} => uint256)`,
    key: { kind: "bytes" as const, name },
    value: () => PRICE,
  },
}));

/** Describes a transaction of a chain that called with `input` and changed these slots from 0 to 7. */
async function told(
  input: string,
  slots: readonly string[],
  layout: StorageLayout = LAYOUT,
): Promise<readonly (string | undefined)[]> {
  const seven = toBeHex(7, 32);
  const storage = Object.fromEntries(slots.map((slot) => [slot, seven]));
  const answers: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    debug_traceTransaction: ([, options]) =>
      (options as { readonly tracer: string }).tracer === "prestateTracer"
        ? { pre: {}, post: { [SHOP]: { storage } } }
        : { type: "CALL", from: HASH.slice(0, 42), to: SHOP, gas: "0x1", gasUsed: "0x1", input },
    eth_getTransactionReceipt: () => ({ logs: [] }),
    eth_getCode: () => "0x00",
  };
  const ask = (_chain: number, method: string, params: readonly unknown[]) => Promise.resolve(answers[method]?.(params));
  const contract = { name: "Shop", fullName: "Shop.sol:Shop", abi: [] };
  const names = { contract: () => contract, layout: () => Promise.resolve(layout) } as unknown as ProjectNames;
  const [changes] = await storageChanges({ chainId: 271, hash: HASH, ask, names, isL1: false });
  return (changes?.changes ?? []).map(({ variable, after }) => (variable === undefined ? undefined : `${variable} = ${after}`));
}

describe("I11: storage changes by the keys that calls tell", () => {
  // Solidity's documentation, "Layout of State Variables in Storage": keccak256(key . slot), the key without a length.
  const slotOf = (key: string, slot: number): string => keccak256(concat([key, toBeHex(slot, 32)]));

  test("texts and bytes of any length that a call was given are keys", async () => {
    const long = "a name that has more than the thirty-two bytes of a word";
    const code = `0x${"c0".repeat(32)}`;
    const input = functions.encodeFunctionData("setPrice", [3n, long, code, 7n]);
    assert.deepEqual(await told(input, [slotOf(hexlify(toUtf8Bytes(long)), 0), slotOf(code, 1)]), [
      `prices[${JSON.stringify(long)}] = 7`,
      `codes[${code}] = 7`,
    ]);
  });

  test("two hundred accounts of one call all have their names, next to a mapping in a mapping", async () => {
    const accounts = Array.from({ length: 200 }, (_, i) => toBeHex(0xa11ce000 + i, 20));
    const input = new Interface(["function drop(address[] to, uint256[] amounts)"]).encodeFunctionData("drop", [
      accounts,
      accounts.map((_, i) => 1_000_000 + i),
    ]);
    const mapping = (key: StorageType, value: () => StorageType) => ({ kind: "mapping", name: "mapping", key, value }) as const;
    const account: StorageType = { kind: "value", name: "address", bytes: 20 };
    // mapping(address => mapping(address => uint256)) allowance; mapping(address => uint256) balances;
    const layout = [
      { name: "allowance", type: mapping(account, () => mapping(account, () => PRICE)) },
      { name: "balances", type: mapping(account, () => PRICE) },
    ];
    const keyed = (key: string, slot: number): string => slotOf(toBeHex(key, 32), slot);
    // Each of the last accounts allows the account after it.
    const allowed = keccak256(concat([toBeHex(accounts[180]!, 32), keyed(accounts[179]!, 0)]));
    assert.deepEqual(await told(input, [...accounts.map((each) => keyed(each, 1)), allowed].slice(-200), layout), [
      ...accounts.slice(1).map((each) => `balances[${each}] = 7`),
      `allowance[${accounts[179]}][${accounts[180]}] = 7`,
    ]);
  });

  test("of a key that was not told the slot stands without a name", async () => {
    const input = functions.encodeFunctionData("setPrice", [3n, "oak", "0x", 7n]);
    assert.deepEqual(await told(input, [slotOf(hexlify(toUtf8Bytes("elm")), 0)]), [undefined]);
  });

  test("attack: lengths beyond the data yield no texts", async () => {
    const cut = concat(["0x12345678", AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [128n, 1n])]);
    assert.deepEqual(await told(cut, [slotOf("0x00", 0)]), [undefined]);
  });
});
