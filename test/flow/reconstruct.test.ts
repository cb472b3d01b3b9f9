import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Contract, Interface } from "ethers";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { sharedBridgeAbi } from "../../src/ground/abi/shared-bridge.ts";
import { stateExitAbi } from "../../src/ground/abi/state-exit.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ETH_BASE_TOKEN } from "../../src/ground/protocol/base-token.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { continueChain, type ContinuationDependencies } from "../../src/ecosystem/devnet/reconstruction/continue-chain.ts";
import {
  messagesOf,
  proveHolding,
  proveMessage,
  proveOperationResult,
} from "../../src/ecosystem/devnet/reconstruction/proofs.ts";
import { startReconstructedChain } from "../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import type { ReconstructionSummary } from "../../src/ecosystem/devnet/reconstruction/summary.ts";
import { isAssetSender } from "../../src/ground/protocol/asset-message.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { createNoProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { ALICE, clientOf, dependencies, ETHER, PROVEN_BY_NIGHT } from "./support/devnet.ts";
import { CHAIN_ID, erc20, plainTransfer, RebuiltRollup, RUNNING, TOKENS, WITHDRAWN_TOKENS } from "./support/rebuilt-rollup.ts";
import { workloadSeed } from "./support/replay/collecting.ts";
import { ask as askChain } from "../chain/support/ask.ts";

const bridge = new Interface(sharedBridgeAbi);
const stateExits = new Interface(stateExitAbi);

/** Output of the other process. */
interface RebuiltElsewhere {
  readonly summary: ReconstructionSummary;
  readonly reports: number;
  /** The transaction that it executed. */
  readonly raw: string;
  readonly workload: Hex;
  readonly status: number;
  readonly gasUsed: string;
  readonly blockNumber: number;
  readonly topics: readonly string[];
  readonly counter: string;
}

describe("A7: a rollup is rebuilt from L1 alone after a random workload", () => {
  let rollup: RebuiltRollup;
  /** Canonical hashes: one that succeeds, one that fails. */
  let operations: readonly Hex[];
  const prover = IS_NIGHTLY ? createProver({ workers: 2 }) : undefined;
  const seed = workloadSeed();

  before(async () => {
    rollup = await RebuiltRollup.start(seed, [], PROVEN_BY_NIGHT);
    await rollup.work();
    await rollup.settle();
    await rollup.work();
    await rollup.sendMessages();
    await rollup.settle();
    operations = await rollup.requestOperations();
    await rollup.work();
    await rollup.settle();
    await rollup.work();
  });
  after(async () => {
    await prover?.close();
    await rollup.close();
  });

  const continuation = (): ContinuationDependencies => ({
    l1: rollup.devnet.l1.provider,
    connect: dependencies.connectChain,
    clock: systemClock,
    prover: prover ?? createNoProver(),
    operator: rollup.operator(),
    onStop: (error) => rollup.devnet.faults.push(error),
  });
  const tokensOf = async (account: string): Promise<bigint> =>
    BigInt(await rollup.devnet.l1.provider.call({ to: rollup.token, data: erc20.encodeFunctionData("balanceOf", [account]) }));

  test("a batch that L1 reverted leaves no trace", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const rebuilt = await rollup.rebuild();
    const { batch } = await rollup.commitElsewhere(rebuilt);
    const committed = await rollup.rebuild();
    assert.deepEqual(
      committed.unapplied.map(({ stored }) => stored.commitment),
      [batch.commitment],
    );
    assert.equal(committed.stateRoot, rebuilt.stateRoot);
    const further = await rollup.rebuild({ upTo: "committed" });
    assert.equal(further.stateRoot, digestToHex(batch.newStateRoot));
    await rollup.revertFrom(batch.outputs.batchNumber);
    const again = await rollup.rebuild({ upTo: "committed" });
    assert.equal(again.revertedCount, 1);
    assert.equal(again.stateRoot, rebuilt.stateRoot);
    // The chain's own next batch gets the number.
    await rollup.settle();
  });

  test("another process, given the L1's URL and the contract's address, rebuilds the executed root and continues", async (t) => {
    const { devnet, client, workload, hyperchain } = rollup;
    const script = fileURLToPath(new URL("./support/rebuild-process.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, devnet.l1.url, hyperchain], { encoding: "utf8" });
    const rebuilt = JSON.parse(stdout) as RebuiltElsewhere;
    t.diagnostic(JSON.stringify(rebuilt.summary));
    const { tree } = devnet.chains[0]!.pipeline.chain;
    assert.equal(rebuilt.summary.stateRoot, digestToHex(tree.root));
    assert.equal(rebuilt.summary.leaves, tree.leafCount);
    assert.equal(rebuilt.summary.isExecuted, true);
    assert.equal(rebuilt.summary.batches, 4);
    assert.equal(rebuilt.summary.revertedBatches, 1);
    assert.ok(rebuilt.reports >= 4);

    // The chain that never stopped does the same with the same transaction.
    assert.equal(rebuilt.status, 1);
    // Behind the opening and 255 empty blocks: no transaction can ask for the hash of a block before them.
    assert.equal(rebuilt.blockNumber, rebuilt.summary.lastBlock + 257);
    const receipt = await (await client.broadcastTransaction(rebuilt.raw)).wait();
    assert.equal(receipt?.to?.toLowerCase(), rebuilt.workload);
    assert.equal(receipt.blockNumber, rebuilt.summary.lastBlock + 2);
    assert.equal(String(receipt.gasUsed), rebuilt.gasUsed);
    assert.deepEqual(
      receipt.logs.map(({ topics }) => topics[0]),
      rebuilt.topics,
    );
    const counter = (await workload.attach(rebuilt.workload).getFunction("counter")()) as bigint;
    assert.equal(String(counter), rebuilt.counter);
  });

  test("the state is the chain's own: every account, slot and code", async () => {
    await rollup.settle();
    const { client } = rollup;
    const accounts = (await rollup.rebuild()).state.accounts();
    assert.ok(accounts.length > 20, String(accounts.length));
    for (const { address, nonce = 0n, balanceWei = 0n, code = "0x", storage = [] } of accounts) {
      assert.equal(BigInt(await client.getTransactionCount(address)), nonce, address);
      assert.equal(await client.getBalance(address), balanceWei, address);
      assert.equal(await client.getCode(address), code, address);
      for (const { slot, value } of storage)
        assert.equal(await client.getStorage(address, slot), wordToHex(value), `${address} ${slot}`);
    }
  });

  test("a rebuilt chain is read-only unless it is asked to be writable", async () => {
    const { alice, client } = rollup;
    const rebuilt = await startReconstructedChain(
      await rollup.rebuild(),
      {},
      { connect: dependencies.connectChain, clock: systemClock },
    );
    const reader = clientOf({ chainId: CHAIN_ID, url: rebuilt.url });
    try {
      assert.equal(await reader.getBalance(alice), await client.getBalance(alice));
      assert.equal(await reader.call({ to: rollup.token }), "0x");
      const raw = await rollup.devnet.accounts.wallet(ALICE).signTransaction({ ...plainTransfer, to: alice, nonce: 0 });
      await assert.rejects(reader.broadcastTransaction(raw), /rebuilt from L1 for reading/);
      await assert.rejects(reader.send("evm_mine", []), /method/i);
    } finally {
      reader.destroy();
      await rebuilt.close();
    }
  });

  test("a writable copy returns to its snapshots, also across batches, and continues from there; a copy for reading has none", async () => {
    const { alice } = rollup;
    const parts = { connect: dependencies.connectChain, clock: systemClock };
    const [copy, forReading] = [
      await startReconstructedChain(await rollup.rebuild(), { writable: true }, parts),
      await startReconstructedChain(await rollup.rebuild(), {}, parts),
    ];
    const client = clientOf({ chainId: CHAIN_ID, url: copy.url });
    const reader = clientOf({ chainId: CHAIN_ID, url: forReading.url });
    try {
      const sink = `0x${"5a".repeat(20)}`;
      const wallet = rollup.devnet.accounts.wallet(ALICE).connect(client);
      const pay = async (): Promise<void> => void (await (await wallet.sendTransaction({ to: sink, value: 1n })).wait());
      const now = async () => [
        await client.getBalance(sink),
        await client.getTransactionCount(alice),
        await client.getBlockNumber(),
      ];
      const atFirst = await now();
      const first = (await client.send("evm_snapshot", [])) as string;
      await pay();
      await client.send("hyperchain_sealBatch", []);
      const second = (await client.send("evm_snapshot", [])) as string;
      await pay();
      assert.equal(await client.send("evm_revert", [second]), true);
      assert.equal((await now())[0], 1n);
      assert.equal(await client.send("evm_revert", [first]), true);
      assert.deepEqual(await now(), atFirst);
      // Used, or taken behind the one that was used.
      for (const id of [first, second]) assert.equal(await client.send("evm_revert", [id]), false);
      await pay();
      await client.send("hyperchain_sealBatch", []);
      assert.equal((await now())[0], 1n);
      await assert.rejects(reader.send("evm_snapshot", []), /method/i);
    } finally {
      for (const each of [client, reader]) each.destroy();
      await copy.close();
      await forReading.close();
    }
  });

  test("withdrawals are paid on L1 with proofs from L1's own data", async () => {
    const { devnet } = rollup;
    const rebuilt = await rollup.rebuild();
    const withdrawals = messagesOf(rebuilt).filter(({ sender }) => isAssetSender(sender));
    assert.equal(withdrawals.length, 2);
    for (const { batchNumber, index } of withdrawals) {
      const data = bridge.encodeFunctionData("finalizeDeposit", [proveMessage(rebuilt, batchNumber, index)]);
      await rollup.sendOnL1({ to: devnet.ecosystem.addresses.bridge, data });
    }
    assert.equal(await tokensOf(rollup.alice), WITHDRAWN_TOKENS);
    const results = operations.map((hash) => proveOperationResult(rebuilt, hash)!);
    assert.deepEqual(
      results.map(({ success }) => success),
      [true, false],
    );
    const hub = new Contract(devnet.ecosystem.addresses.factory, chainFactoryAbi, devnet.l1.provider);
    for (const { chainId, canonicalTxHash, l2BatchNumber, l2MessageIndex, merkleProof, success } of results) {
      const ask = (status: number) =>
        hub.getFunction("proveL1ToL2TransactionStatus")(
          chainId,
          canonicalTxHash,
          l2BatchNumber,
          l2MessageIndex,
          0,
          merkleProof,
          status,
        );
      assert.equal(await ask(success ? 1 : 0), true);
      assert.equal(await ask(success ? 0 : 1), false);
    }
  });

  test("another operator finishes the dead one's batch, and the chain continues", async () => {
    const { alice, devnet } = rollup;
    // The dead one: all that is left of it is a commit on L1.
    const { batch: orphan } = await rollup.commitElsewhere(await rollup.rebuild());
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to: alice, valueWei: 777n }, rollup.onL1());

    const tooShort = await rollup.rebuild();
    await assert.rejects(continueChain(tooShort, RUNNING, continuation()), {
      name: "ContinuationError",
      code: "BatchesUnapplied",
    });
    const rebuilt = await rollup.rebuild({ upTo: "committed" });
    const outsider = { ...continuation(), operator: rollup.onL1() };
    await assert.rejects(continueChain(rebuilt, RUNNING, outsider), { name: "ContinuationError", code: "NotAValidator" });

    const continued = await continueChain(rebuilt, RUNNING, continuation());
    try {
      const { operations: taken } = await continued.pollL1();
      assert.deepEqual(
        taken.map(({ value }) => value),
        [777n],
      );
      // The operation was Alice's own, and took a nonce of hers.
      const nonce = Number(await askChain(continued.chain, "eth_getTransactionCount", [alice, "latest"]));
      const to = `0x${"9a".repeat(20)}`;
      await continued.chain.submit(
        await devnet.accounts.wallet(ALICE).signTransaction({ ...plainTransfer, to, value: 5n, nonce }),
      );
      const batch = await continued.seal();
      assert.equal(batch?.outputs.batchNumber, orphan.outputs.batchNumber + 1n);
      await continued.settled(batch.outputs.batchNumber);
      const after = await rollup.rebuild();
      assert.equal(after.stateRoot, digestToHex(batch.newStateRoot));
      assert.equal(after.pendingOperations.length, 0);
      assert.equal(after.batches.at(-2)?.stored.commitment, orphan.commitment);
      assert.equal(after.state.accounts().find(({ address }) => address === to)?.balanceWei, 5n);
    } finally {
      await continued.close();
    }
  });

  test("a holder leaves a chain that has stopped for good with proofs from L1's own data", async () => {
    const { alice, devnet, hyperchain, token } = rollup;
    const { factory, stateExit } = devnet.ecosystem.addresses;
    await requestFromL1(factory, { chainId: CHAIN_ID, to: alice, valueWei: 1n }, rollup.onL1());
    const { priorityOpWindow, exitDelay } = devnet.chains[0]!.pipeline.created.configuration;
    await devnet.l1.request("evm_increaseTime", [Number(2n * priorityOpWindow + exitDelay + 60n)]);
    await rollup.sendOnL1({ to: hyperchain, data: hyperchainInterface.encodeFunctionData("activateExit") });

    const rebuilt = await rollup.rebuild();
    assert.equal(rebuilt.onL1.exited, true);
    const held = proveHolding(rebuilt, alice, token)!;
    assert.equal(held.amount, TOKENS - WITHDRAWN_TOKENS);
    const recipient: Hex = `0x${"5a".repeat(20)}`;
    const ether = proveHolding(rebuilt, alice, ETH_BASE_TOKEN)!;
    const part = ETHER / 8n;
    assert.ok(ether.amount > part);
    for (const claim of [
      [CHAIN_ID, token, held.amount, recipient, held.proof],
      [CHAIN_ID, ETH_BASE_TOKEN, part, recipient, ether.proof],
    ]) {
      await rollup.sendOnL1({ to: stateExit, data: stateExits.encodeFunctionData("claimHolding", claim) });
    }
    assert.equal(await tokensOf(recipient), TOKENS - WITHDRAWN_TOKENS);
    assert.equal(await devnet.l1.provider.getBalance(recipient), part);
    assert.equal(proveHolding(rebuilt, `0x${"5b".repeat(20)}`, token), undefined);
    await assert.rejects(continueChain(rebuilt, RUNNING, continuation()), { name: "ContinuationError", code: "ChainExited" });
  });
});
