import assert from "node:assert/strict";
import { test } from "node:test";
import { genesisLeaves, type GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { checkStatement } from "../support/check-statement.ts";
import { startTestChain } from "../support/chain.ts";
import { GENESIS_TIMESTAMP } from "../support/engine.ts";
import { testGenesis } from "../support/system.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask as askChain } from "../support/ask.ts";

const ETHER = 10n ** 18n;
/** Stores BLOCKHASH(input word 0) in slot 0. */
const HASH_STORE_CODE: Hex = "0x5f35405f5500";
const HASH_STORE: Hex = `0x${"ab".repeat(20)}`;

function blockHashCall(block: bigint) {
  return { to: HASH_STORE, data: wordToHex(block) };
}

test("both engines know the hash of block 0", async () => {
  const wallet = new TestWallet(30);
  const genesis = [
    { address: wallet.address, balanceWei: ETHER },
    { address: HASH_STORE, nonce: 1n, code: HASH_STORE_CODE },
  ];
  const { chain, faults } = await startTestChain({ genesis });
  try {
    await chain.submit(await wallet.signRaw(blockHashCall(0n)));
    assert.ok(await chain.seal());
    const block = (await askChain(chain, "eth_getBlockByNumber", ["0x0", false])) as { hash: Hex };
    assert.equal(await askChain(chain, "eth_getStorageAt", [HASH_STORE, "0x0", "latest"]), block.hash);
    assert.deepEqual(faults, []);
  } finally {
    await chain.close();
  }
});

for (const number of [1n, 2n, 100_000n]) {
  test(`A7: a chain begins behind block ${number} with a given state, and no transaction can ask for the blocks before it`, async () => {
    const wallet = new TestWallet(31);
    const accounts: GenesisAccount[] = [
      ...(await testGenesis()),
      { address: wallet.address, balanceWei: ETHER, nonce: 7n },
      { address: HASH_STORE, nonce: 1n, code: HASH_STORE_CODE, storage: [{ slot: 9n, value: 99n }] },
    ];
    wallet.nonce = 7;
    const tree = StateTree.genesis(genesisLeaves(accounts), { compressor: createCompressor() });
    const head = { number, timestamp: GENESIS_TIMESTAMP - 1_000n };
    const { chain, blocks, batches, faults } = await startTestChain({
      origin: { accounts, tree, head },
      sequencer: { firstBatch: 17n },
    });
    try {
      for (const block of [0n, 1n, number - 256n, number - 255n, number - 1n, number]) {
        if (block < 0n) continue;
        await chain.submit(await wallet.signRaw(blockHashCall(block)));
        assert.equal(await askChain(chain, "eth_getStorageAt", [HASH_STORE, "0x0", "latest"]), wordToHex(0n));
      }
      assert.equal(blocks.find(({ transactions }) => transactions[0]?.kind === "signed")?.environment.number, number + 257n);
      await chain.seal();
      assert.deepEqual(faults, []);
      assert.equal(blocks[0]?.environment.number, number + 1n);
      const [batch] = batches;
      assert.equal(batch?.outputs.batchNumber, 17n);
      assert.equal(batch?.outputs.firstBlock, number + 1n);
      assert.equal(batch?.outputs.firstTimestamp, GENESIS_TIMESTAMP);
      checkStatement(batch!);
      assert.equal(await askChain(chain, "eth_getStorageAt", [HASH_STORE, "0x9", "latest"]), wordToHex(99n));
      const last = (await askChain(chain, "eth_getBlockByNumber", [`0x${number.toString(16)}`, false])) as {
        timestamp: Hex;
      };
      assert.equal(BigInt(last.timestamp), head.timestamp);
    } finally {
      await chain.close();
    }
  });
}

test("A7: an account that delegated to code does so in the chain that begins with it", async () => {
  const wallet = new TestWallet(32);
  const accounts: GenesisAccount[] = [
    ...(await testGenesis()),
    { address: wallet.address, balanceWei: ETHER, nonce: 2n, code: `0xef0100${HASH_STORE.slice(2)}` },
    { address: HASH_STORE, nonce: 1n, code: HASH_STORE_CODE },
  ];
  wallet.nonce = 2;
  const tree = StateTree.genesis(genesisLeaves(accounts), { compressor: createCompressor() });
  const { chain, batches, faults } = await startTestChain({
    origin: { accounts, tree, head: { number: 5n, timestamp: GENESIS_TIMESTAMP } },
  });
  try {
    // Its own code runs for it, and it can still send.
    await chain.submit(await wallet.signRaw({ ...blockHashCall(6n), to: wallet.address }));
    await chain.seal();
    assert.deepEqual(faults, []);
    checkStatement(batches[0]!);
    const block = (await askChain(chain, "eth_getBlockByNumber", ["0x6", false])) as { hash: Hex };
    assert.equal(await askChain(chain, "eth_getStorageAt", [wallet.address, "0x0", "latest"]), block.hash);
  } finally {
    await chain.close();
  }
});
