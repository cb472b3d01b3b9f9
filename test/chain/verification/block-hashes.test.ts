import { KeptInMemory } from "../support/kept-in-memory.ts";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prevRandaoOf } from "../../../src/ground/protocol/prev-randao.ts";
import { predeployTransactions } from "../../../src/chain/predeploys/system-transactions.ts";
import { RebuiltState } from "../../../src/chain/reconstruction/rebuilt-state.ts";
import { type BatchInputs, type InputTransaction, inputTransaction } from "../../../src/chain/verification/batch-inputs.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { digestFromHex, digestToHex, ZERO_DIGEST, type Digest } from "../../../src/ground/protocol/digest.ts";
import { fromHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import type { ChainDependencies } from "../../../src/chain/composition/chain-inputs.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { CHAIN_ID } from "../support/engine.ts";
import { extensions, realGenesis } from "../support/predeploys.ts";
import { startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask as askChain } from "../support/ask.ts";

/** Stores BLOCKHASH(n) in slot n, for input word n. */
const HASH_STORE = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x5f35405f355500" } as const;
const FALSE_HASH: Hex = `0x${"12".repeat(32)}`;
/** Tag and slots as the page of the protocol has them. */
const BLOCK_HASH_TAG = 20;
const [DIGEST_SLOT, SINCE_SLOT] = [7n, 8n];

const wallet = new TestWallet(77);
const account = { address: wallet.address, balanceWei: 10n ** 20n };

async function withChain(use: (test: VerifiedChain) => Promise<void>): Promise<void> {
  wallet.nonce = 0;
  const test = await startVerifiedChain({ accounts: [account, HASH_STORE] });
  try {
    await use(test);
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}

const storeHash = async ({ chain }: TestChain, block: bigint): Promise<Hex> =>
  chain.submit(await wallet.signRaw({ to: HASH_STORE.address, data: wordToHex(block) }));
const storageAt = async ({ chain }: TestChain, address: Hex, slot: bigint): Promise<Hex> =>
  (await askChain(chain, "eth_getStorageAt", [address, wordToHex(slot), "latest"])) as Hex;

/** The chain of hashes by its definition on the page of the protocol. */
function folded(hashes: readonly Hex[]): Hex {
  let digest: Digest = ZERO_DIGEST;
  for (const hash of hashes) {
    const bytes = fromHex(hash, 32);
    const limbs = Array.from({ length: 16 }, (_, i) => ((bytes[30 - 2 * i] ?? 0) << 8) | (bytes[31 - 2 * i] ?? 0));
    digest = compress(BLOCK_HASH_TAG, compress(BLOCK_HASH_TAG, digest, limbs.slice(0, 8)), limbs.slice(8));
  }
  return digestToHex(digest);
}

/** Replaces the batch's closing transaction by one that stores this chain of hashes. */
function closingWith(inputs: BatchInputs, digest: Digest): BatchInputs {
  const blocks = [...inputs.blocks];
  const closing = blocks.pop();
  const outputs = { cheatCount: 0n } as Parameters<typeof predeployTransactions.closing>[0];
  const { data } = predeployTransactions.closing(outputs, { digest, since: 0n });
  assert.ok(closing !== undefined);
  const transactions = closing.transactions.map((each): InputTransaction =>
    each.kind === "unsigned" ? { ...each, data } : each,
  );
  return { ...inputs, blocks: [...blocks, { ...closing, transactions }] };
}

/** Replaces the batch's first block with a known hash by its own first block. */
function forgetting(inputs: BatchInputs): BatchInputs {
  const [opening, ...rest] = inputs.blocks;
  assert.ok(opening !== undefined);
  const [request] = predeployTransactions.opening(inputs.batchNumber, opening.environment.number, opening.environment.coinbase);
  assert.ok(request !== undefined);
  const transactions = opening.transactions.map((each): InputTransaction =>
    each.kind === "unsigned" ? { ...each, data: request.data } : each,
  );
  return { ...inputs, blocks: [{ ...opening, transactions }, ...rest] };
}

/** Adds empty blocks after the batch's opening. */
function afterEmptyBlocks(inputs: BatchInputs, count: number): BatchInputs {
  const [opening, ...rest] = inputs.blocks;
  assert.ok(opening !== undefined);
  const empty = { ...opening, transactions: [] };
  const blocks = [opening, ...Array.from({ length: count }, () => empty), ...rest].map((block, i) => {
    const number = opening.environment.number + BigInt(i);
    return { ...block, environment: { ...block.environment, number, prevRandao: prevRandaoOf(BigInt(CHAIN_ID), number) } };
  });
  return { ...inputs, blocks };
}

function withHash(inputs: BatchInputs, place: number, hash: Hex): BatchInputs {
  return { ...inputs, blocks: inputs.blocks.map((block, i) => (i === place ? { ...block, hash } : block)) };
}

describe("attack 26: what BLOCKHASH answers", () => {
  it("is the engine's for sequencer and validators, over the border of batches and back to block 0, and is in the state", async () => {
    await withChain(async (test) => {
      const hashes = [test.inputs(0n).parentHash];
      for (const batch of [0n, 1n, 2n]) {
        const opening = test.chain.sequencer.head.number + 1n;
        for (const block of [0n, opening - 2n, opening - 1n, opening]) if (block >= 0n) await storeHash(test, block);
        const { writes, outputs } = await test.sealAndVerify();
        assert.equal(outputs.batchNumber, batch);
        hashes.push(...test.blocks.slice(hashes.length - 1).map(({ hash }) => hash));
        for (const block of [0n, opening - 2n, opening - 1n, opening]) {
          if (block >= 0n) assert.equal(await storageAt(test, HASH_STORE.address, block), hashes[Number(block)]);
        }
        // Without the closing block's own.
        const expected = folded(hashes.slice(0, -1));
        assert.equal(await storageAt(test, PREDEPLOYS.SystemContext, DIGEST_SLOT), expected);
        const written = writes.filter(({ address }) => address === BigInt(PREDEPLOYS.SystemContext));
        assert.equal(written.find(({ slot }) => slot === DIGEST_SLOT)?.value, BigInt(expected));
        assert.equal(written.find(({ slot }) => slot === SINCE_SLOT)?.value, undefined);
      }
    });
  });

  it("is the same after the chain has formed a batch again", async () => {
    await withChain(async (test) => {
      await storeHash(test, 0n);
      await test.sealAndVerify();
      await storeHash(test, 1n);
      await test.sealAndVerify();
      const operation = test.queueUnseen({ from: `0x${"1a".repeat(20)}`, to: wallet.address, valueWei: 7n });
      await test.rewind(1n, [operation]);
      await storeHash(test, test.chain.sequencer.head.number);
      await test.sealAndVerify();
    });
  });

  for (const [lie, tell] of [
    ["of a block that no transaction asked for", (inputs) => withHash(inputs, 0, FALSE_HASH)],
    ["of the block before the batch", (inputs) => ({ ...inputs, parentHash: FALSE_HASH })],
    ["that the closing transaction keeps", (inputs) => closingWith(inputs, ZERO_DIGEST)],
  ] as const satisfies readonly (readonly [string, (inputs: BatchInputs) => BatchInputs])[]) {
    it(`is refused by validators where they are shown a false hash ${lie}`, async () => {
      await withChain(async (test) => {
        await storeHash(test, 0n);
        await test.sealAndVerify();
        await storeHash(test, 0n);
        const formed = await test.chain.seal();
        const inputs = test.inputs(1n);
        await assert.rejects(test.verifier.verify(tell(inputs)), {
          name: "BatchRefusal",
          code: lie === "that the closing transaction keeps" ? "SystemTransactionMismatch" : "BlockMismatch",
        });
        assert.equal((await test.verifier.verify(inputs)).commitment, formed?.commitment);
      });
    });
  }

  it("is refused by validators where the closing block is shown with a false hash, which the batch itself does not need", async () => {
    await withChain(async (test) => {
      await storeHash(test, 0n);
      const formed = await test.chain.seal();
      const inputs = test.inputs(0n);
      const last = inputs.blocks.length - 1;
      await assert.rejects(test.verifier.verify(withHash(inputs, last, FALSE_HASH)), {
        name: "BatchRefusal",
        code: "BlockMismatch",
        message: `block ${inputs.blocks.length} is shown with hash ${FALSE_HASH}, and has ${inputs.blocks[last]?.hash}`,
      });
      assert.equal((await test.verifier.verify(inputs)).commitment, formed?.commitment);
    });
  });

  it("cannot be made 0 by an operator: validators refuse a batch that forgets the hashes before it within a transaction's reach", async () => {
    await withChain(async (test) => {
      await storeHash(test, 0n);
      await test.sealAndVerify();
      const { number } = test.chain.sequencer.head;
      await storeHash(test, number);
      const formed = await test.chain.seal();
      const inputs = test.inputs(1n);
      // All that follows from the lie is as it must be: the hashes that the closing transaction keeps begin with the batch's own.
      const hashes = inputs.blocks.slice(0, -1).map(({ hash }) => hash);
      const forged = forgetting(closingWith(inputs, digestFromHex(folded(hashes))));
      for (const [emptyBlocks, batch] of [
        [0, forged],
        [254, afterEmptyBlocks(forged, 254)],
      ] as const)
        await assert.rejects(test.verifier.verify(batch), {
          name: "BatchRefusal",
          code: "HashesForgotten",
          message: `batch 1 forgets the hashes of the blocks before it, and has ${emptyBlocks} empty blocks before its first transaction, not 255: transactions could ask for them`,
        });
      assert.equal((await test.verifier.verify(inputs)).commitment, formed?.commitment);
    });
  });

  it("is refused by validators where a false one is shown and everything that follows from it is consistent", async () => {
    await withChain(async (test) => {
      const opening = test.chain.sequencer.head.number + 1n;
      await storeHash(test, opening);
      await test.chain.seal();
      const inputs = withHash(test.inputs(0n), 0, FALSE_HASH);
      const hashes = [inputs.parentHash, ...inputs.blocks.slice(0, -1).map(({ hash }) => hash)];
      await assert.rejects(test.verifier.verify(closingWith(inputs, digestFromHex(folded(hashes)))), {
        name: "BatchRefusal",
        code: "BlockMismatch",
      });
    });
  });
});

describe("a chain that continues from L1's state", () => {
  for (const [number, keptBlocks, what, next] of [
    [1, 0, "behind its opening", "the batch's end"],
    [101, 100, "in the middle of them", "a transaction"],
    [256, 255, "behind the last of them", "a transaction"],
  ] as const)
    it(`makes the rest of its first empty blocks where its process was killed ${what}, before ${next}`, async () => {
      await withChain(async (test) => {
        const accounts = [...(await realGenesis()), account, HASH_STORE];
        await storeHash(test, 0n);
        const formed = await test.sealAndVerify();
        const start = (keeping: ChainDependencies["keeping"]): Promise<TestChain> => {
          const state = new RebuiltState(accounts);
          const bytecodes = formed.bytecodes.map((code) => fromHex(code));
          state.apply(0n, { ...formed, logLeaves: [], bytecodes, statement: formed.job.statement });
          const { lastBlock, lastTimestamp } = formed.outputs;
          return startTestChain({
            origin: state.origin({ number: lastBlock, timestamp: lastTimestamp }),
            predeploys: accounts,
            extensions,
            system: predeployTransactions,
            sequencer: { firstBatch: 1n },
            keeping,
          });
        };
        const killed = new KeptInMemory([], 1n);
        const before = await start(killed.keeping);
        await before.chain.sequencer.mine();
        await before.chain.close();
        const kept = new KeptInMemory(killed.commands.slice(0, number), 1n);
        assert.deepEqual(
          kept.commands.map(({ type }) => type),
          ["open", ...Array.from({ length: keptBlocks }, () => "block")],
        );

        const again = await start(kept.keeping);
        try {
          if (next === "a transaction") await storeHash(again, formed.outputs.lastBlock);
          const continued = await again.chain.seal();
          assert.equal(again.blocks.length, 1 + 255 + (next === "a transaction" ? 1 : 0) + 1);
          const blocks = again.blocks.map(({ environment, hash, transactions }) => ({
            environment,
            hash,
            transactions: transactions.map(inputTransaction),
          }));
          const parentHash = (await again.chain.engine.header(formed.outputs.lastBlock))?.hash ?? FALSE_HASH;
          const verified = await test.verifier.verify({ batchNumber: 1n, parentHash, blocks });
          assert.deepEqual([verified.outputsHash, verified.newStateRoot], [continued?.outputsHash, continued?.newStateRoot]);
          assert.deepEqual(again.faults, []);
        } finally {
          await again.chain.close();
        }
      });
    });

  it("knows no hash of the blocks before it, which is a rule for its validators too: BLOCKHASH begins with its first block", async () => {
    await withChain(async (test) => {
      const accounts = [...(await realGenesis()), account, HASH_STORE];
      await storeHash(test, 0n);
      const formed = await test.sealAndVerify();
      const state = new RebuiltState(accounts);
      const bytecodes = formed.bytecodes.map((code) => fromHex(code));
      state.apply(0n, { ...formed, logLeaves: [], bytecodes, statement: formed.job.statement });
      const { lastBlock: number, lastTimestamp: timestamp } = formed.outputs;
      const next = await startTestChain({
        origin: state.origin({ number, timestamp }),
        predeploys: accounts,
        extensions,
        system: predeployTransactions,
        sequencer: { firstBatch: 1n },
      });
      try {
        const opening = number + 1n;
        for (const block of [opening, number, number - 1n, opening + 255n]) await storeHash(next, block);
        const continued = await next.chain.seal();
        assert.equal(await storageAt(next, PREDEPLOYS.SystemContext, SINCE_SLOT), wordToHex(opening));
        // Its own blocks: those that it makes until none before them is in reach, and one for each transaction.
        const hashes = next.blocks.map(({ hash }) => hash);
        assert.equal(hashes.length, 1 + 255 + 4 + 1);
        assert.equal(await storageAt(next, PREDEPLOYS.SystemContext, DIGEST_SLOT), folded(hashes.slice(0, -1)));
        for (const [block, hash] of [
          // The first transaction's block is 256 after it.
          [opening, hashes[0]],
          [number, wordToHex(0n)],
          [number - 1n, wordToHex(0n)],
          [opening + 255n, hashes[255]],
        ] as const)
          assert.equal(await storageAt(next, HASH_STORE.address, block), hash, `block ${block}`);

        const inputs: BatchInputs = {
          batchNumber: 1n,
          parentHash: (await next.chain.engine.header(number))?.hash ?? FALSE_HASH,
          blocks: next.blocks.map(({ environment, hash, transactions }) => ({
            environment,
            hash,
            transactions: transactions.map(inputTransaction),
          })),
        };
        const verified = await test.verifier.verify(inputs);
        assert.deepEqual([verified.outputsHash, verified.newStateRoot], [continued?.outputsHash, continued?.newStateRoot]);
        assert.deepEqual(next.faults, []);
      } finally {
        await next.chain.close();
      }
    });
  });
});
