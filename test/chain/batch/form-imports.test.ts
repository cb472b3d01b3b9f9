import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planImports } from "../../../src/chain/batch/form-imports.ts";
import { genesisLeaves, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { createCompressor } from "../../../src/kernels/wasm/compressor.ts";
import { digestToHex } from "../../../src/protocol/digest.ts";
import { LeafKind } from "../../../src/protocol/domain-tags.ts";
import { keccak, toHex, type Hex } from "../../../src/protocol/hex.ts";
import { decodePubdata } from "../../../src/protocol/pubdata-decoder.ts";
import { readFormatVectors } from "../../protocol/format-vectors.ts";

const compressor = createCompressor();
const addressOf = (number: number): Hex => `0x${"a5".repeat(18)}${number.toString(16).padStart(4, "0")}`;
const emptyTree = (): StateTree => StateTree.genesis([], { compressor });
const codeOf = (bytes: number, first: number): Hex => `0x${first.toString(16).padStart(2, "0")}${"5b".repeat(bytes - 1)}`;

const CHAIN = { chainId: 271n, format: 2 } as const;

describe("a first state in imports", () => {
  test("parts hold what one transaction takes; an account's header and code are in one", () => {
    const state = Array.from({ length: 8 }, (_, i): GenesisAccount => ({
      ...{ address: addressOf(i), nonce: 1n, balanceWei: 5n, code: codeOf(24_576, i + 1) },
      storage: [{ slot: 1n, value: 2n ** 255n }],
    }));
    const tree = emptyTree();
    const { imports, importStateRoot } = planImports(CHAIN, state, tree);
    assert.equal(imports.length, 3);
    assert.equal(importStateRoot, digestToHex(tree.root));
    let leafCount = 2;
    for (const { pubdata } of imports) {
      assert.ok(pubdata.length <= 100_000, String(pubdata.length));
      const decoding = decodePubdata(pubdata, { oldLeafCount: leafCount, priorityOpCount: 0 });
      assert.ok(decoding.ok);
      const { changes, bytecodes, logs } = decoding.pubdata;
      assert.deepEqual(logs, []);
      const named = changes.flatMap((entry) => (entry.type === "insertion" && entry.leafKind === 2 ? [entry.value] : []));
      assert.deepEqual(named.toSorted(), bytecodes.map((code) => BigInt(keccak(code))).toSorted());
      leafCount += changes.length;
    }
    assert.equal(leafCount, tree.leafCount);
    // Four leaves an account, beside the two that every tree has.
    assert.equal(tree.leafCount, 2 + 8 * 4);
  });

  test("the leaves are the state's, whatever the parts", () => {
    const storage = Array.from({ length: 1_000 }, (_, i) => ({ slot: BigInt(i), value: BigInt(i + 1) }));
    const state: readonly GenesisAccount[] = [{ address: addressOf(1), nonce: 1n, storage }];
    const tree = emptyTree();
    assert.equal(planImports(CHAIN, state, tree).imports.length, 2);
    for (const leaf of genesisLeaves(state)) assert.equal(tree.get(leaf), leaf.value);
  });

  test("an account with storage, and neither code nor nonce, is refused by name", () => {
    const bare: GenesisAccount = { address: addressOf(1), balanceWei: 5n, storage: [{ slot: 1n, value: 2n }] };
    assert.throws(() => planImports(CHAIN, [bare], emptyTree()), {
      name: "ImportError",
      code: "BareStorage",
      message: new RegExp(`${bare.address} has storage, and neither code nor nonce`),
    });
    for (const whole of [
      { ...bare, nonce: 1n },
      { ...bare, code: "0x00" as const },
      { ...bare, storage: [{ slot: 1n, value: 0n }] },
    ])
      assert.equal(planImports(CHAIN, [whole], emptyTree()).imports.length, 1);
  });

  test("the same state on another chain has the same data and another root: outputs name the chain", () => {
    const state: readonly GenesisAccount[] = [{ address: addressOf(1), balanceWei: 1n }];
    const [one, other] = [planImports(CHAIN, state, emptyTree()), planImports({ ...CHAIN, chainId: 272n }, state, emptyTree())];
    assert.equal(one.importData, other.importData);
    assert.notEqual(one.importStateRoot, other.importStateRoot);
  });

  test("digests of codes are of the version's format, as an independent derivation has them", () => {
    for (const { length, lengthFirst, digest } of readFormatVectors().codes) {
      const code = toHex(Uint8Array.from({ length }, (_, i) => 131 * i + 7));
      const leaf = { leafKind: LeafKind.codeDigest, address: BigInt(addressOf(1)), slot: 0n };
      for (const [format, expected] of [
        [2, lengthFirst],
        [3, digest],
      ] as const) {
        const tree = emptyTree();
        planImports({ ...CHAIN, format }, [{ address: addressOf(1), nonce: 1n, code }], tree);
        assert.equal(tree.get(leaf), length === 0 ? 0n : BigInt(expected), `${length} bytes in format ${format}`);
      }
    }
  });

  test("no state, no imports", () => {
    const { imports, importData } = planImports(CHAIN, [], emptyTree());
    assert.deepEqual([imports.length, BigInt(importData)], [0, 0n]);
  });

  test("import holds slots of SystemContext, or another account of the protocol's own: refused by name", () => {
    for (const address of ["0x800b", "0x8001", "0x10003", "0x20003", "0x1"].map(
      (short): Hex => `0x${short.slice(2).padStart(40, "0")}`,
    ))
      assert.throws(() => planImports(CHAIN, [{ address, storage: [{ slot: 2n, value: 1n }] }], emptyTree()), {
        name: "ImportError",
        code: "ReservedAccount",
        message: new RegExp(`${address}.*leave it out`),
      });
  });

  test("code that no import holds, or that ends the engine, and a slot listed twice are refused before anything is on L1", () => {
    const address = addressOf(1);
    const refused = (account: Omit<GenesisAccount, "address">, code: string): void =>
      assert.throws(() => planImports(CHAIN, [{ address, ...account }], emptyTree()), { name: "ImportError", code });
    // 80,000 bytes less 3 for the code's length and 3 leaves of 86.
    planImports(CHAIN, [{ address, nonce: 1n, code: `0x${"00".repeat(79_739)}` }], emptyTree());
    refused({ code: `0x${"00".repeat(79_740)}` }, "CodeTooLong");
    planImports(CHAIN, [{ address, code: `0x73${"00".repeat(20)}` }], emptyTree());
    refused({ code: `0x73${"00".repeat(19)}` }, "HostileCode");
    const [first, second] = [1n, 2n].map((value) => ({ slot: 7n, value }));
    refused({ storage: [first!, second!] }, "DuplicateSlot");
  });

  test("an account that is listed twice is refused", () => {
    const account = { address: addressOf(1), nonce: 1n };
    assert.throws(() => planImports(CHAIN, [account, account], emptyTree()), { code: "DuplicateAccount" });
  });
});
