import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planImports } from "../../../src/chain/batch/form-imports.ts";
import { genesisLeaves, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { RebuiltState } from "../../../src/chain/reconstruction/rebuilt-state.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { keccak, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../../src/ground/protocol/pubdata.ts";
import { genesisStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { MAX_PROOF_BYTES } from "../../../src/ground/protocol/way-to-l1.ts";
import { encodeImport } from "../../../src/chain/settlement/l1-sender/batch-calls.ts";
import { decodePubdata } from "../../../src/ground/protocol/pubdata-decoder.ts";
import { readFormatVectors } from "../../protocol/format-vectors.ts";

const compressor = createCompressor();
const addressOf = (number: number): Hex => `0x${"a5".repeat(18)}${number.toString(16).padStart(4, "0")}`;
const emptyTree = (): StateTree => StateTree.genesis([], { compressor });
const codeOf = (bytes: number, first: number): Hex => `0x${first.toString(16).padStart(2, "0")}${"5b".repeat(bytes - 1)}`;

const WORD: Hex = `0x${"11".repeat(32)}`;
const CHAIN = 271n;

describe("a first state in imports", () => {
  test("parts hold what one transaction takes; an account's header and code are in one", () => {
    const state = Array.from({ length: 8 }, (_, i): GenesisAccount => ({
      ...{ address: addressOf(i), nonce: 1n, balanceWei: 5n, code: codeOf(24_576, i + 1) },
      storage: [{ slot: 1n, value: 2n ** 255n }],
    }));
    const tree = emptyTree();
    const { imports, importStateRoot } = planImports(CHAIN, state, tree);
    // Data of 37,000 bytes have room next to the longest proof: one code of 24,576.
    assert.equal(imports.length, 8);
    assert.equal(importStateRoot, digestToHex(tree.root));
    let leafCount = 2;
    for (const { pubdata } of imports) {
      assert.ok(pubdata.length <= 37_000, String(pubdata.length));
      const decoding = decodePubdata(pubdata, { oldLeafCount: leafCount, priorityOpCount: 0 });
      assert.ok(decoding.ok);
      const { changes, bytecodes, logs } = decoding.pubdata;
      assert.deepEqual(logs, []);
      const named = changes.flatMap((entry) => (entry.type === "insertion" && entry.leafKind === 2 ? [entry.value] : []));
      assert.deepEqual(named.toSorted(), bytecodes.map((code) => BigInt(keccak(code))).toSorted());
      leafCount += changes.length;
    }
    assert.equal(leafCount, tree.leafCount);
    // Four leaves an account, in addition to the two that every tree has.
    assert.equal(tree.leafCount, 2 + 8 * 4);
  });

  test("attack: each import with the longest proof and the hashes of all later ones is a transaction that public nodes accept", () => {
    const token: GenesisAccount = {
      address: addressOf(1),
      nonce: 1n,
      code: codeOf(6_000, 1),
      storage: Array.from({ length: 900 }, (_, i) => ({ slot: BigInt(i) << 200n, value: 2n ** 250n + BigInt(i) })),
    };
    const codes = Array.from({ length: 4 }, (_, i): GenesisAccount => ({
      address: addressOf(i + 2),
      nonce: 1n,
      code: codeOf(24_576, i + 2),
    }));
    for (const state of [[token], [token, ...codes]]) {
      const { imports } = planImports(CHAIN, state, emptyTree());
      const hashes = imports.map(({ pubdata }) => hashPubdata(pubdata));
      for (const { number, pubdata } of imports) {
        const proof = new Uint8Array(MAX_PROOF_BYTES);
        const shown = { number, newStateRoot: WORD, diffDigest: WORD, pubdata, policyData: "0x01" as const, proof };
        const bytes = (encodeImport(genesisStoredBatch(2n, WORD, 2n), shown, hashes.slice(number + 1)).length - 2) / 2;
        // A signed transaction has less than 500 bytes around its calldata.
        assert.ok(bytes + 500 <= 131_072, `import ${number} of ${imports.length}: ${bytes}`);
      }
    }
  });

  test("a first state whose list of hashes leaves no room for its data is refused by name", () => {
    const code = codeOf(36_802, 1);
    const state = [1, 2].map((n): GenesisAccount => ({ address: addressOf(n), nonce: 1n, code }));
    assert.throws(() => planImports(CHAIN, state, emptyTree()), {
      name: "ImportError",
      code: "StateTooLarge",
      message: /takes 2 imports or more.*leave accounts out/,
    });
  });

  test("the leaves are the state's, whatever the parts", () => {
    const storage = Array.from({ length: 1_000 }, (_, i) => ({ slot: BigInt(i), value: BigInt(i + 1) }));
    const state: readonly GenesisAccount[] = [{ address: addressOf(1), nonce: 1n, storage }];
    const tree = emptyTree();
    // 86 bytes a leaf: 430 of them.
    assert.equal(planImports(CHAIN, state, tree).imports.length, 3);
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
    const [one, other] = [planImports(CHAIN, state, emptyTree()), planImports(272n, state, emptyTree())];
    assert.equal(one.importData, other.importData);
    assert.notEqual(one.importStateRoot, other.importStateRoot);
  });

  test("digests of codes are as an independent derivation has them", () => {
    for (const { length, digest } of readFormatVectors().codes) {
      const code = toHex(Uint8Array.from({ length }, (_, i) => 131 * i + 7));
      const leaf = { leafKind: LeafKind.codeDigest, address: BigInt(addressOf(1)), slot: 0n };
      const tree = emptyTree();
      planImports(CHAIN, [{ address: addressOf(1), nonce: 1n, code }], tree);
      assert.equal(tree.get(leaf), length === 0 ? 0n : BigInt(digest), `${length} bytes`);
    }
  });

  test("an account of the genesis has its code if the import lists none: in the tree, and in a rebuild from the data", () => {
    const code = codeOf(40, 9);
    const singleton: GenesisAccount = { address: addressOf(1), nonce: 1n, code };
    const storage = [{ slot: 1n, value: 2n }];
    for (const [listed, nonce, balanceWei] of [
      [{ code: "0x", balanceWei: 5n }, 0n, 5n],
      [{ code: "0x", nonce: 7n, storage }, 7n, 0n],
      [{ nonce: 7n, balanceWei: 5n }, 7n, 5n],
    ] as const) {
      const tree = StateTree.genesis(genesisLeaves([singleton]), { compressor });
      const { imports } = planImports(CHAIN, [{ address: singleton.address, ...listed }], tree);
      const rebuilt = new RebuiltState([singleton]);
      for (const { number, entries, newStateRoot, pubdata } of imports) {
        const decoding = decodePubdata(pubdata, { oldLeafCount: rebuilt.leafCount, priorityOpCount: 0 });
        assert.ok(decoding.ok);
        rebuilt.applyImport(number, { entries, bytecodes: decoding.pubdata.bytecodes, statement: { newStateRoot } });
      }
      assert.equal(rebuilt.stateRoot, digestToHex(tree.root));
      const account = rebuilt.accounts().find(({ address }) => address === singleton.address);
      assert.deepEqual([account?.code, account?.nonce, account?.balanceWei], [code, nonce, balanceWei]);
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
    // 131,072 bytes less 500 around the calldata, 3,500 of fixed arguments, 90,000 of the proof, 9 before the data, 3 for the code's
    // length and 3 leaves of 86.
    planImports(CHAIN, [{ address, nonce: 1n, code: `0x${"00".repeat(36_802)}` }], emptyTree());
    refused({ code: `0x${"00".repeat(36_803)}` }, "CodeTooLong");
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
