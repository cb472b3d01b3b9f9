import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import { ETHEREUM_CODE_LIMITS } from "../../../src/proofs/rules/code-limits.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { unknownHeader } from "../../../src/chain/execution/unknown-header.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { BatchVerifier } from "../../../src/chain/verification/batch-verifier.ts";
import { commandsOfInputs, fewestBlocks } from "../../../src/chain/verification/commands-of-inputs.ts";
import { inputsOfBlocks } from "../../../src/chain/verification/inputs-of-blocks.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import {
  decodeInputs,
  encodeInputs,
  PublishedInputsError,
  type PublishedInputs,
} from "../../../src/ground/protocol/published-inputs.ts";
import { ask } from "../support/ask.ts";
import { CHAIN_ID } from "../support/engine.ts";
import { startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

/** Stores BLOCKHASH(n) in slot n, for input word n. */
const HASH_STORE = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x5f35405f355500" } as const;
const RULES = chainRules(CHAIN_ID, ETHEREUM_CODE_LIMITS);
const wallet = new TestWallet(78);
const account = { address: wallet.address, balanceWei: 10n ** 20n };
const OTHER: Hex = `0x${"1a".repeat(20)}`;

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

/** A verifier of the chain that is shown no block: it begins with block 0, whose second L1 names. */
async function rebuilder({ chain, verifying }: VerifiedChain): Promise<BatchVerifier> {
  const { timestamp } = (await ask(chain, "eth_getBlockByNumber", ["0x0", false])) as { readonly timestamp: Hex };
  const head = { number: 0n, timestamp: BigInt(timestamp) };
  const genesisBlock = { ...head, hash: unknownHeader(head).hash };
  return BatchVerifier.create({ ...verifying.options, genesisBlock }, verifying.l1);
}

async function repeat(
  rebuilt: BatchVerifier,
  batchNumber: bigint,
  inputs: PublishedInputs,
  operations: VerifiedChain["queued"],
  bound = wordToHex(1n),
): Promise<FormedBatch> {
  const commands = commandsOfInputs(inputs, { batchNumber, isProven: false, operations, rules: RULES });
  return rebuilt.repeat(batchNumber, commands, bound);
}

const published = (test: VerifiedChain, batchNumber: bigint): Uint8Array =>
  encodeInputs(inputsOfBlocks(test.inputs(batchNumber).blocks, 0));

const send = async ({ chain }: VerifiedChain, block: bigint): Promise<Hex> =>
  chain.submit(await wallet.signRaw({ to: HASH_STORE.address, data: wordToHex(block) }));

describe("inputs of batches, as L1 has them", () => {
  it("lead to the same batches: transactions, hashes of blocks, empty blocks, operations that ran or did not, roots", async () => {
    await withChain(async (test) => {
      const { chain } = test;
      await send(test, 0n);
      await chain.sequencer.mine();
      await test.request({ from: OTHER, to: wallet.address, valueWei: 7n });
      await test.request({ from: OTHER, to: HASH_STORE.address, data: wordToHex(2n) });
      // Fails, and its value returns.
      await test.request({ from: OTHER, to: HASH_STORE.address, valueWei: 3n, gasLimit: 30_000n, data: wordToHex(1n) });
      await test.sealAndVerify();
      await test.importRoots([{ registryIndex: 4n, root: wordToHex(44n) }]);
      for (let i = 0; i < 3; i++) await chain.sequencer.mine();
      await send(test, 3n);
      await send(test, 5n);
      await test.sealAndVerify();

      const rebuilt = await rebuilder(test);
      let taken = 0;
      for (const batch of test.batches as readonly FormedBatch[]) {
        const { batchNumber, priorityOpCount } = batch.outputs;
        const bytes = published(test, batchNumber);
        const operations = test.queued.slice(taken, (taken += Number(priorityOpCount)));
        const inputs = decodeInputs(bytes);
        assert.ok(fewestBlocks(inputs) <= Number(batch.outputs.lastBlock - batch.outputs.firstBlock) + 1);
        const again = await repeat(rebuilt, batchNumber, inputs, operations, keccak(bytes));
        assert.deepEqual(
          [again.outputsHash, again.newStateRoot, toHex(again.pubdata)],
          [batch.outputsHash, batch.newStateRoot, toHex(batch.pubdata)],
        );
        // The commitment binds the inputs.
        assert.deepEqual(again.data, { path: [], publishes: false, bound: keccak(bytes) });
      }
      assert.equal(taken, 3);
    });
  });

  it("are bound by a validator as the sequencer computes them, whatever it is shown as the choice", async () => {
    await withChain(async (test) => {
      await send(test, 0n);
      await test.chain.seal();
      const validator = await BatchVerifier.create(
        { ...test.verifying.options, publishedInputs: { firstState: 2 } },
        test.verifying.l1,
      );
      const shown = test.inputs(0n);
      const lie = { path: [], publishes: true, bound: wordToHex(1n) };
      const { data } = await validator.verify({ ...shown, choices: { own: lie, before: undefined } });
      const expected = keccak(encodeInputs({ ...decodeInputs(published(test, 0n)), firstState: 2 }));
      assert.deepEqual(data, { path: [], publishes: false, bound: expected });
    });
  });

  it("lead to another batch, or to none, with one transaction less, another order, another second or another operation", async () => {
    await withChain(async (test) => {
      await send(test, 0n);
      await send(test, 1n);
      await test.request({ from: OTHER, to: HASH_STORE.address, data: wordToHex(2n) });
      const formed = (await test.chain.seal()) as FormedBatch;
      const honest = decodeInputs(published(test, 0n));
      const [first, second, ...rest] = honest.steps;
      assert.ok(first !== undefined && second !== undefined);
      const rebuilt = await rebuilder(test);
      const lies: readonly PublishedInputs[] = [
        { ...honest, steps: [first, ...rest] },
        { ...honest, steps: [second, first, ...rest] },
        { ...honest, openedAt: honest.openedAt - 1n },
        { ...honest, steps: rest },
        { ...honest, coinbase: OTHER },
      ];
      for (const [i, lie] of lies.entries()) {
        const repeated = repeat(rebuilt, 0n, lie, test.queued);
        const root = await repeated.then(
          async ({ preCommitment }) => {
            await rebuilt.rewindTo(0n);
            return preCommitment;
          },
          () => undefined,
        );
        assert.notEqual(root, formed.preCommitment, `lie ${i}`);
      }
      const missing = repeat(rebuilt, 0n, honest, []);
      await assert.rejects(missing, /take operation 0, and L1's record says 0 operations/);
      const { preCommitment } = await repeat(rebuilt, 0n, honest, test.queued);
      assert.equal(preCommitment, formed.preCommitment);
    });
  });

  it("have one form: bytes that no encoder writes are refused by name", () => {
    const inputs: PublishedInputs = {
      coinbase: OTHER,
      firstState: 0,
      openedAt: 1_700_000_000n,
      steps: [
        { type: "block", seconds: 0n, transactions: ["0x01", "0x0203"] },
        { type: "empty", seconds: 5n, count: 300, intervalSeconds: 2n },
        { type: "operation", seconds: 1n },
        { type: "imports", seconds: 0n, roots: [{ registryIndex: 9n, root: wordToHex(1n) }] },
        { type: "seal", seconds: 0n },
      ],
    };
    const bytes = encodeInputs(inputs);
    assert.deepEqual(decodeInputs(bytes), inputs);
    // By the description on the page of the protocol.
    const steps = [
      [0, 0, [fromHex("0x01"), fromHex("0x0203")]],
      [1, 5, 300, 2],
      [2, 1],
      [3, 0, [[9, fromHex(wordToHex(1n))]]],
      [4, 0],
    ];
    assert.equal(toHex(bytes), `0x01${toHex(RLP.encode([fromHex(OTHER), 0, 1_700_000_000, steps])).slice(2)}`);
    const encoded = (...fields: readonly unknown[]): Uint8Array => Uint8Array.of(1, ...RLP.encode(fields as never));
    const head = [fromHex(OTHER), 0, 5];
    const wrong: readonly Uint8Array[] = [
      new Uint8Array(),
      Uint8Array.of(2, ...bytes.slice(1)),
      bytes.slice(0, -1),
      Uint8Array.of(...bytes, 0),
      encoded(...head, [[4, 0]], 7),
      encoded(...head, [
        [4, 0],
        [4, 0],
      ]),
      encoded(...head, [[2, 0]]),
      encoded(...head, []),
      encoded(...head, [
        [0, 0, []],
        [4, 0],
      ]),
      encoded(...head, [
        [1, 0, 0, 0],
        [4, 0],
      ]),
      encoded(...head, [
        [3, 0, []],
        [4, 0],
      ]),
      encoded(...head, [
        [5, 0],
        [4, 0],
      ]),
      encoded(...head, [[4, 0, 0]]),
      encoded(...head, [[4, fromHex("0x00")]]),
      encoded(fromHex("0x01"), 0, 5, [[4, 0]]),
      // Lists within lists, deeper than any stack.
      Uint8Array.of(1, ...new Uint8Array(50_000).fill(0xc1)),
    ];
    for (const [i, each] of wrong.entries()) assert.throws(() => decodeInputs(each), PublishedInputsError, `case ${i}`);
  });
});
