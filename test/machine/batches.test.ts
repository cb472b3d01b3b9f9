import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getCreateAddress, Signature, Wallet } from "ethers";
import { EIP712Signer, utils } from "zksync-ethers";
import { KernelPanic } from "../../src/proofs/machine/interpreter/machine-error.ts";
import { blockHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { cheatHints, closingHints, openingHints } from "../../src/proofs/machine/hints/batch-hints.ts";
import type { Hint } from "../../src/proofs/machine/interpreter/machine-state.ts";
import { decodeAssetMessage } from "../../src/ground/protocol/asset-message.ts";
import { fromHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { assetRouter } from "../../src/ecosystem/relayer/contract-interfaces.ts";
import { testContract } from "../chain/support/artifact.ts";
import { CHAIN_ID, COINBASE, GENESIS_TIMESTAMP } from "../chain/support/engine.ts";
import { BORN_AT, configurationWords, realGenesis } from "../chain/support/predeploys.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { compareReceipts, ReplayedChain, stepsOf } from "./support/replay.ts";
import type { BatchStep } from "../../src/proofs/execution-proof/batch/batch-steps.ts";

/** Stores BLOCKHASH(n) in slot n, for input word n. */
const HASH_STORE = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x5f35405f355500" } as const;
const KEY: Hex = `0x${"5a".repeat(32)}`;
const typed = new Wallet(KEY);
const wallet = new TestWallet(77);
const ACCOUNTS = [
  { address: wallet.address, balanceWei: 10n ** 20n },
  { address: typed.address.toLowerCase() as Hex, balanceWei: 10n ** 20n },
  HASH_STORE,
];
/** Deploys a contract with 32 bytes of code. */
const CREATION: Hex = `0x601f${"7f"}${"60".repeat(32)}5f5260205ff3`;

/** A transaction of type 0x71, as zksync-ethers makes it. */
async function typedRaw(nonce: number, fields: object = {}): Promise<Hex> {
  const transaction = {
    ...{ type: utils.EIP712_TX_TYPE, chainId: CHAIN_ID, from: typed.address, to: HASH_STORE.address, nonce, value: 0n },
    ...{ data: wordToHex(1n), gasLimit: 300_000n, maxFeePerGas: 2_000_000n, maxPriorityFeePerGas: 1_000_000n },
    ...fields,
    customData: { gasPerPubdata: 50_000n },
  };
  const types = Object.fromEntries(Object.entries(utils.EIP712_TYPES).map(([name, list]) => [name, [...list]]));
  const domain = { name: "zkSync", version: "2", chainId: CHAIN_ID };
  const customSignature = Signature.from(
    await typed.signTypedData(domain, types, EIP712Signer.getSignInput(transaction)),
  ).serialized;
  return utils.serializeEip712({ ...transaction, customData: { ...transaction.customData, customSignature } }) as Hex;
}

/**
 * Four batches of a chain with the real predeploys: every kind of signed transaction, hashes of blocks, imports of roots, and a closing
 * that sends lists of transfers.
 */
async function makeBatches(chain: VerifiedChain): Promise<FormedBatch[]> {
  const send = async (fields: Parameters<TestWallet["signRaw"]>[0]) => chain.chain.submit(await wallet.signRaw(fields));
  const batches: FormedBatch[] = [];
  await send({ to: HASH_STORE.address, data: wordToHex(0n) });
  await send({ type: 0, to: `0x${"c1".repeat(20)}`, value: 5n });
  await send({ type: 1, data: CREATION, accessList: [{ address: HASH_STORE.address, storageKeys: [wordToHex(3n)] }] });
  await chain.chain.submit(await typedRaw(0));
  batches.push(await chain.sealAndVerify());
  await chain.importRoots([7n, 8n].map((registryIndex) => ({ registryIndex, root: wordToHex(registryIndex + 100n) })));
  await chain.chain.submit(await typedRaw(1, { maxFeePerGas: 10n ** 13n, data: wordToHex(4n) }));
  await send({ to: HASH_STORE.address, data: wordToHex(2n) });
  batches.push(await chain.sealAndVerify());
  await send({ to: HASH_STORE.address, data: wordToHex(3n) });
  await send({
    type: 4,
    to: HASH_STORE.address,
    data: "0x",
    authorizationList: [wallet.authorize(HASH_STORE.address, wallet.nonce + 1)],
  });
  // The delegation used one up, too.
  wallet.nonce++;
  // It has no gas for the slot that it wants.
  await send({ to: HASH_STORE.address, data: wordToHex(5n), gasLimit: 22_500n });
  batches.push(await chain.sealAndVerify());
  const { abi, initCode } = await testContract("L2TestToken");
  const token = getCreateAddress({ from: wallet.address, nonce: wallet.nonce });
  const gasLimit = 2_000_000n;
  await send({ data: `${initCode}${abi.encodeDeploy([100n, false, false]).slice(2)}`, gasLimit });
  await send({ to: token, data: abi.encodeFunctionData("approve", [PREDEPLOYS.L2NativeTokenVault, 100n]), gasLimit });
  for (const [chainId, amount] of [
    [272n, 3n],
    [273n, 4n],
    [272n, 5n],
  ]) {
    const data = assetRouter.encodeFunctionData("sendListed", [chainId, token, amount, HASH_STORE.address]);
    await send({ to: PREDEPLOYS.L2AssetRouter, data, gasLimit });
  }
  batches.push(await chain.sealAndVerify());
  const sent = batches.at(-1)?.logs.flatMap((log) => (log.type === "message" ? [decodeAssetMessage(log.body)] : []));
  assert.deepEqual(
    sent?.map((message) => [message?.destinationChainId, message?.amount]),
    [
      [272n, 8n],
      [273n, 4n],
    ],
  );
  return batches;
}

describe("the kernel, of the batches of a chain", () => {
  let chain: VerifiedChain;
  let batches: FormedBatch[];
  let steps: BatchStep[][];
  const fresh = async () => new ReplayedChain([...(await realGenesis()), ...ACCOUNTS], GENESIS_TIMESTAMP);
  const blocksOf = (number: bigint) => chain.blocks.filter(({ batchNumber }) => batchNumber === number);
  const foldAll = (replayed: ReplayedChain) => {
    replayed.hashes.fold(BigInt(chain.inputs(0n).parentHash));
    for (const { hash } of chain.blocks) replayed.hashes.fold(BigInt(hash));
  };

  before(async () => {
    wallet.nonce = 0;
    chain = await startVerifiedChain({ accounts: ACCOUNTS, isProven: true, bornAt: BORN_AT });
    batches = await makeBatches(chain);
    steps = batches.map(({ outputs: { batchNumber } }) => {
      const configuration = batchNumber === 0n ? configurationWords(BORN_AT) : undefined;
      return stepsOf(blocksOf(batchNumber), chain.inputs(batchNumber).parentHash, { configuration });
    });
  });
  after(() => chain.chain.close());

  it("results in the state of both engines: gas, success, every leaf, the next boundary", async () => {
    const replayed = await fresh();
    foldAll(replayed);
    for (const [i, { writes, bytecodes, outputs, outputsHash }] of batches.entries()) {
      const start = replayed.state.copy();
      const result = replayed.run(steps[i] ?? []);
      compareReceipts(result, blocksOf(BigInt(i)));
      replayed.state.compare(start, writes, BigInt(outputsHash));
      // The sender has a delegation from now on.
      for (const code of bytecodes) replayed.state.addCode(fromHex(code));
      const { nextBatch, open, blockNumber, timestamp, cheatCount, blockHashes } = result.boundary;
      assert.deepEqual(
        [nextBatch, open, blockNumber, timestamp, cheatCount],
        [BigInt(i) + 1n, 0n, outputs.lastBlock, outputs.lastTimestamp, 0n],
      );
      assert.equal(blockHashes, replayed.state.read(0, 0x800bn, 7n));
    }
  });

  it("may be cut between any two of their steps", async () => {
    const [whole, cut] = [await fresh(), await fresh()];
    for (const each of [whole, cut]) foldAll(each);
    whole.run(steps[0] ?? []);
    for (const step of steps[0] ?? []) cut.run([step]);
    assert.deepEqual(cut.boundary, whole.boundary);
    cut.state.compare(whole.state, []);
  });

  describe("refuses by name", () => {
    const [opening, user, closing] = [0, 2, -1];
    const step = (at: number): BatchStep => (steps[0] ?? []).at(at) ?? { hints: [] };
    const refusal = async (list: readonly (readonly Hint[])[]): Promise<string> => {
      const replayed = await fresh();
      foldAll(replayed);
      try {
        replayed.run(list.map((hints) => ({ hints })));
      } catch (error) {
        if (error instanceof KernelPanic) return error.code;
        throw error;
      }
      return "nothing";
    };
    const time = GENESIS_TIMESTAMP + 1000n;
    const forgetting = openingHints({ timestamp: time, parentHash: 0n }, true, {
      coinbase: BigInt(COINBASE),
      configuration: configurationWords(BORN_AT),
    });

    for (const [name, reason, list] of [
      ["a block before the opening", "batch-not-open", () => [blockHints(time)]],
      ["a transaction before the opening", "batch-not-open", () => [step(user).hints]],
      ["a closing before the opening", "batch-not-open", () => [step(closing).hints]],
      ["imports before the opening", "batch-not-open", () => [[4n, time, 0n, 0n]]],
      ["two openings", "batch-open", () => [step(opening).hints, step(opening).hints]],
      [
        "two closings",
        "batch-not-open",
        () => [
          step(opening).hints,
          closingHints({ timestamp: time, parentHash: 1n }),
          closingHints({ timestamp: time, parentHash: 1n }),
        ],
      ],
      ["a time that falls", "timestamp-falls", () => [step(opening).hints, closingHints({ timestamp: 1n, parentHash: 1n })]],
      [
        "a transaction within 255 blocks behind an opening that forgets hashes",
        "hashes-forgotten",
        () => [forgetting, ...Array.from({ length: 255 }, () => blockHints(time)), step(user).hints],
      ],
      [
        "a closing right behind such an opening",
        "hashes-forgotten",
        () => [forgetting, closingHints({ timestamp: time, parentHash: 1n })],
      ],
      ["a transaction in the opening's block", "not-a-users-block", () => [step(opening).hints, step(user).hints]],
      [
        "a transaction in the block of imports",
        "not-a-users-block",
        () => [step(opening).hints, blockHints(time), [4n, time, 0n, 0n], step(user).hints],
      ],
      [
        "a transaction behind a change of the state in its block",
        "not-a-users-block",
        () => [
          step(opening).hints,
          blockHints(time),
          cheatHints({ kind: "balance", account: 1n << 100n, wei: 1n }),
          step(user).hints,
        ],
      ],
      ["a step that does not exist", "unknown-step", () => [step(opening).hints, [99n]]],
    ] as const satisfies readonly (readonly [string, string, () => readonly (readonly Hint[])[]])[]) {
      it(name, async () => {
        assert.equal(await refusal(list()), reason);
      });
    }

    it("no transaction 256 blocks behind an opening that forgets hashes", async () => {
      const list = [forgetting, ...Array.from({ length: 256 }, () => blockHints(time)), step(user).hints];
      assert.equal(await refusal(list), "nothing");
    });

    it("an opening behind other hashes than the batch before it kept", async () => {
      const replayed = await fresh();
      foldAll(replayed);
      replayed.run(steps[0] ?? []);
      replayed.boundary = { ...replayed.boundary, blockHashes: replayed.boundary.blockHashes + 1n };
      assert.throws(
        () => replayed.run(steps[1] ?? []),
        (error) => error instanceof KernelPanic && error.code === "stale-block-hashes",
      );
    });

    it("a witness of a block's hash that is not the one that was folded", async () => {
      for (const lie of ["hash", "before"] as const) {
        const replayed = await fresh();
        foldAll(replayed);
        const truth = replayed.hashes.lastOf.bind(replayed.hashes);
        replayed.hashes.lastOf = (digest) => ({ ...truth(digest), [lie]: truth(digest)[lie] + 1n });
        assert.throws(
          () => replayed.run(steps[0] ?? []),
          (error) => error instanceof KernelPanic && error.code === "false-block-hash",
          lie,
        );
      }
    });

    it("any word of a transaction of type 0x71 that is changed", async () => {
      const at = (steps[0] ?? []).length - 2;
      const { hints } = step(at);
      assert.equal(hints[1], 0x71n);
      const around = (steps[0] ?? []).slice(0, at).map((each) => each.hints);
      // All but the step, and what only other types have: whether their chain's id is signed.
      const chosen = [...hints.keys()].filter((i) => i > 0 && i !== 10);
      for (const i of chosen) {
        const changed = hints.map((hint, k) => (k === i ? hint ^ 1n : hint));
        let end: string;
        try {
          end = await refusal([...around, changed]);
        } catch (error) {
          end = (error as Error).message;
        }
        assert.notEqual(end, "nothing", `hint ${i}`);
      }
    });
  });
});
