import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EIP712Signer, utils } from "zksync-ethers";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { ETHEREUM_CODE_LIMITS } from "../../../src/proofs/rules/code-limits.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { recordBytes, recordOfTransaction, rawOfRecord } from "../../../src/ground/transaction/recorded-transaction.ts";
import { BatchVerifier } from "../../../src/chain/verification/batch-verifier.ts";
import { commandsOfRecords } from "../../../src/chain/verification/commands-of-records.ts";
import { recordsOfBatch } from "../../../src/chain/verification/records-of-blocks.ts";
import type { BatchLimits } from "../../../src/chain/ordering/limits.ts";
import { keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { decodeRecords, encodeRecords, hashRecords, type InputRecord } from "../../../src/ground/protocol/input-records.ts";

import { CHAIN_ID, COINBASE } from "../support/engine.ts";
import { startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

const BORN_AT = 1_700_000_123n;
const PUBLISHES = 0x200;
/** Stores BLOCKHASH(n) in slot n, for input word n. */
const HASH_STORE = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x5f35405f355500" } as const;
const RULES = chainRules(CHAIN_ID, ETHEREUM_CODE_LIMITS);
const OTHER: Hex = `0x${"1a".repeat(20)}`;

async function withChain(
  use: (test: VerifiedChain, wallet: TestWallet) => Promise<void>,
  limits: Partial<BatchLimits> = {},
): Promise<void> {
  const wallet = new TestWallet(411);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }, HASH_STORE];
  const test = await startVerifiedChain({ accounts, isProven: true, bornAt: BORN_AT, mode: PUBLISHES, limits });
  try {
    await use(test, wallet);
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}

async function typedTransaction(wallet: TestWallet): Promise<Hex> {
  const request = {
    ...{ type: 0x71, chainId: CHAIN_ID, from: wallet.address, to: OTHER, nonce: wallet.nonce++, value: 3n },
    ...{ data: "0xdeadbeef", gasLimit: 300_000n, maxFeePerGas: 2_000_000n, maxPriorityFeePerGas: 1_000_000n },
    customData: { gasPerPubdata: 50_000n },
  };
  const typed = Object.fromEntries(Object.entries(utils.EIP712_TYPES).map(([name, fields]) => [name, [...fields]]));
  const domain = { name: "zkSync", version: "2", chainId: CHAIN_ID };
  const customSignature = await wallet.signTypedData(domain, typed, EIP712Signer.getSignInput(request));
  return utils.serializeEip712({ ...request, customData: { ...request.customData, customSignature } }) as Hex;
}

/** A verifier that is shown no block: it begins with block 0 as the first batch was shown it. */
function rebuilder({ verifying, inputs }: VerifiedChain): Promise<BatchVerifier> {
  const genesisBlock = { number: 0n, timestamp: 0n, hash: inputs(0n).parentHash };
  return BatchVerifier.create({ ...verifying.options, genesisBlock }, verifying.l1);
}

const recordsOf = (test: VerifiedChain, batchNumber: bigint): readonly InputRecord[] =>
  decodeRecords(encodeRecords(recordsOfBatch(test.inputs(batchNumber), BigInt(CHAIN_ID))));

function repeat(
  rebuilt: BatchVerifier,
  batchNumber: bigint,
  records: readonly InputRecord[],
  { operations = [], coinbase = COINBASE }: { readonly operations?: VerifiedChain["queued"]; readonly coinbase?: Hex } = {},
): Promise<FormedBatch> {
  const context = { batchNumber, isProven: true, operations, rules: RULES, coinbase } as const;
  const { commands, parentHashes } = commandsOfRecords(records, context);
  return rebuilt.repeat(batchNumber, commands, keccak(encodeRecords(records)), { parentHashes, coinbase });
}

describe("records of inputs, as L1 has them of a proven chain", () => {
  it("are those that the batch exports a hash of, and lead to the same batches: each kind of transaction, block and operation", async () => {
    await withChain(async (test, wallet) => {
      const { chain } = test;
      const send = async (fields: Parameters<TestWallet["signRaw"]>[0]) => chain.submit(await wallet.signRaw(fields));
      await send({ type: 0, to: OTHER, value: 1n });
      await send({ type: 1, to: OTHER, accessList: [{ address: OTHER, storageKeys: [wordToHex(7n)] }] });
      await send({ data: `0x${"60".repeat(300)}`, gasLimit: 400_000n });
      await send({ type: 4, to: OTHER, authorizationList: [wallet.authorize(OTHER, 77)], gasLimit: 200_000n });
      await chain.submit(await typedTransaction(wallet));
      await send({ to: HASH_STORE.address, data: wordToHex(2n) });
      await test.sealAndVerify();
      await chain.sequencer.mineMany(3, 7n);
      await test.importRoots([1n, 2n].map((registryIndex) => ({ registryIndex, root: wordToHex(0x900n + registryIndex) })));
      await test.request({ from: OTHER, to: wallet.address, valueWei: 5n });
      await test.request({ from: OTHER, to: HASH_STORE.address, data: wordToHex(5n) });
      await test.request({ from: OTHER, to: OTHER, gasLimit: 20_000n });
      await send({ to: HASH_STORE.address, data: wordToHex(4n) });
      await test.sealAndVerify();

      const rebuilt = await rebuilder(test);
      let taken = 0;
      for (const batch of test.batches as readonly FormedBatch[]) {
        const { batchNumber, priorityOpCount, transactionsHash } = batch.outputs;
        const records = recordsOf(test, batchNumber);
        assert.equal(hashRecords(records), transactionsHash);
        const operations = test.queued.slice(taken, (taken += Number(priorityOpCount)));
        const again = await repeat(rebuilt, batchNumber, records, { operations });
        assert.deepEqual(
          [again.outputsHash, again.newStateRoot, toHex(again.pubdata)],
          [batch.outputsHash, batch.newStateRoot, toHex(batch.pubdata)],
        );
        assert.deepEqual(again.data, { path: [], publishes: false, bound: keccak(encodeRecords(records)) });
      }
      assert.deepEqual([taken, rebuilt.hasOtherHashes], [3, false]);
      for (const { transactions } of test.blocks)
        for (const transaction of transactions) {
          if (transaction.kind !== "signed") continue;
          const record = recordOfTransaction(transaction.raw, BigInt(CHAIN_ID));
          assert.equal(rawOfRecord(record, BigInt(CHAIN_ID)), transaction.raw);
          const bytes = encodeRecords([record]).length - 1;
          const bound = recordBytes(transaction.raw);
          assert.ok(bytes <= bound && bound <= bytes + 200, `${bytes} bytes of at most ${bound}`);
        }
    });
  });

  it("are bound by a validator as the sequencer computes them", async () => {
    await withChain(async (test, wallet) => {
      await test.chain.submit(await wallet.signRaw({ to: OTHER, value: 1n }));
      await test.chain.seal();
      const options = { ...test.verifying.options, publishedInputs: { firstState: 0 } };
      const validator = await BatchVerifier.create(options, test.verifying.l1);
      const { data } = await validator.verify(test.inputs(0n));
      assert.deepEqual(data, { path: [], publishes: false, bound: keccak(encodeRecords(recordsOf(test, 0n))) });
    });
  });

  it("lead to no batch that exports their hash with one byte changed, an input left out or of another batch", async () => {
    await withChain(async (test, wallet) => {
      await test.chain.submit(await wallet.signRaw({ to: HASH_STORE.address, data: wordToHex(0n) }));
      await test.chain.submit(await wallet.signRaw({ to: OTHER, value: 1n }));
      await test.request({ from: OTHER, to: wallet.address, valueWei: 5n });
      await test.chain.seal();
      await test.chain.submit(await wallet.signRaw({ to: OTHER, value: 2n }));
      await test.chain.seal();
      const honest = recordsOf(test, 0n);
      const expected = (test.batches[0] as FormedBatch).outputs.transactionsHash;
      const rebuilt = await rebuilder(test);
      const refuse = async (name: string, records: () => readonly InputRecord[]): Promise<void> => {
        let hash: Hex | undefined;
        try {
          ({ transactionsHash: hash } = (await repeat(rebuilt, 0n, records(), { operations: test.queued })).outputs);
          await rebuilt.rewindTo(0n);
        } catch {
          hash = undefined;
        }
        assert.notEqual(hash, expected, name);
      };
      const bytes = encodeRecords(honest);
      // One byte of each record: kinds, times and hashes of blocks, signed bytes and signatures.
      for (let place = 1; place < bytes.length; place += 29)
        await refuse(`byte ${place}`, () => decodeRecords(bytes.with(place, (bytes[place] ?? 0) ^ 1)));
      for (let i = 0; i < honest.length; i++) await refuse(`without record ${i}`, () => honest.toSpliced(i, 1));
      await refuse("of another batch", () => recordsOf(test, 1n));
      const again = await repeat(rebuilt, 0n, honest, { operations: test.queued });
      assert.equal(again.outputs.transactionsHash, expected);
    });
  });

  it("are executed with a hash of a block that is false, if the proof has it: no signer's word is needed for the state", async () => {
    await withChain(async (test, wallet) => {
      await test.chain.submit(await wallet.signRaw({ to: HASH_STORE.address, data: wordToHex(1n) }));
      await test.sealAndVerify();
      const lie = wordToHex(0x11e5n);
      // The record of block 2 names its parent, block 1.
      const place = recordsOf(test, 0n).findIndex((record, i) => i > 0 && record.type === "block");
      const records = recordsOf(test, 0n).with(place, {
        ...(recordsOf(test, 0n)[place] as InputRecord & { readonly type: "block" }),
        parentHash: lie,
      });
      const rebuilt = await rebuilder(test);
      const { outputs, writes } = await repeat(rebuilt, 0n, records);
      assert.equal(outputs.transactionsHash, hashRecords(records));
      assert.equal(rebuilt.hasOtherHashes, true);
      assert.ok(
        writes.some(({ value }) => BigInt(value) === BigInt(lie)),
        "the contract stored the hash that the proof had",
      );
    });
  });

  it("pay the fees to the account that the batch exports, which may be another one in each batch", async () => {
    await withChain(async (test, wallet) => {
      await test.chain.submit(await wallet.signRaw({ to: OTHER, value: 1n }));
      await test.sealAndVerify();
      const records = recordsOf(test, 0n);
      const other = await repeat(await rebuilder(test), 0n, records, { coinbase: OTHER });
      assert.deepEqual([other.outputs.coinbase, other.outputs.transactionsHash], [OTHER, hashRecords(records)]);
    });
  });
});

describe("limits of records", () => {
  const LIMIT = 3_000;

  it("many empty blocks go to several batches, none with more bytes than L1 takes", async () => {
    await withChain(
      async (test, wallet) => {
        await test.chain.sequencer.mineMany(200, 2n);
        await test.chain.submit(await wallet.signRaw({ to: OTHER, value: 1n }));
        for (let i = 0; i < 40; i++) await test.chain.sequencer.mine();
        await test.chain.seal();
        const lengths = test.batches.map(({ outputs }) => encodeRecords(recordsOf(test, outputs.batchNumber)).length);
        assert.ok(lengths.length >= 4 && lengths.every((length) => length <= LIMIT), String(lengths));
        const seconds = test.blocks
          .filter(({ transactions }) => transactions.length === 0)
          .map(({ environment }) => environment.timestamp);
        for (const [i, second] of seconds.slice(0, 199).entries()) assert.equal(seconds[i + 1], second + 2n, `block ${i}`);
      },
      { inputBytes: LIMIT },
    );
  });

  it("an input that no batch has room for is refused by name, one that this batch has no room for begins the next one", async () => {
    await withChain(
      async (test, wallet) => {
        const send = async (bytes: number) =>
          test.chain.submit(await wallet.signRaw({ to: OTHER, data: `0x${"01".repeat(bytes)}`, gasLimit: 400_000n }));
        await assert.rejects(send(LIMIT), /exceeds what a batch may hold: .* bytes of inputs/);
        wallet.nonce--;
        for (let i = 0; i < 3; i++) await send(1_500);
        await test.chain.seal();
        const lengths = test.batches.map(({ outputs }) => encodeRecords(recordsOf(test, outputs.batchNumber)).length);
        assert.ok(lengths.length === 3 && lengths.every((length) => length > 1_500 && length <= LIMIT), String(lengths));
      },
      { inputBytes: LIMIT },
    );
  });
});
