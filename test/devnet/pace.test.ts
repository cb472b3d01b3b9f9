import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import type { SettledBatch } from "../../src/chain/node/settling/settled-batch.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [BY_TIME, BY_SIZE, BY_COST] = [271n, 272n, 273n];
const MAX_AGE = 3_000;
const AT_LATEST = 30_000;
const GWEI = 1_000_000_000n;

describe("H5: when a chain's proofs go to L1 is its own policy", () => {
  let devnet: FlowDevnet;
  let clients: Map<bigint, JsonRpcProvider>;

  before(async () => {
    const chain = { batches: { maxAgeMs: undefined, maxTransactions: 1 } };
    devnet = await startFlowDevnet(
      [
        { ...chain, chainId: BY_TIME, pace: { maxAgeSeconds: MAX_AGE } },
        { ...chain, chainId: BY_SIZE, pace: { maxBatches: 3 } },
        { ...chain, chainId: BY_COST, pace: { maxGasPriceWei: Number(20n * GWEI), atLatestSeconds: AT_LATEST } },
      ],
      { proofs: "none", fundedAccounts: [ALICE] },
    );
    clients = new Map(devnet.chains.map((each) => [each.chainId, clientOf(each)]));
    // The deposits of the start are a separate batch.
    await devnet.settle();
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const pipelineOf = (chainId: bigint) => devnet.chains.find((chain) => chain.chainId === chainId)!.pipeline;

  /** Seals a batch on the chain and waits until L1 has its commit; returns its number. */
  const commitOne = async (chainId: bigint): Promise<bigint> => {
    const pipeline = pipelineOf(chainId);
    const { sealed } = pipeline.progress();
    await (
      await devnet.accounts
        .wallet(ALICE)
        .connect(clients.get(chainId)!)
        .sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })
    ).wait();
    while (pipeline.progress().committed <= sealed) await devnet.l1.request("eth_blockNumber");
    return BigInt(sealed);
  };
  const pass = async (seconds: number): Promise<void> => {
    await devnet.l1.request("evm_increaseTime", [seconds]);
    await devnet.l1.request("evm_mine");
  };
  const setBaseFee = async (fee: bigint): Promise<number> => {
    await devnet.l1.request("hardhat_setNextBlockBaseFeePerGas", [`0x${fee.toString(16)}`]);
    await devnet.l1.request("evm_mine");
    return Number(await devnet.l1.request("eth_blockNumber"));
  };
  /** L1's block with the proof, and how old the batch's last block was then. */
  const proofOf = async ({ batch, receipts }: SettledBatch) => {
    const block = (await devnet.l1.provider.getBlock(receipts.prove!.blockNumber))!;
    return { number: block.number, age: block.timestamp - Number(batch.outputs.lastTimestamp), baseFee: block.baseFeePerGas! };
  };

  test("by time: proofs go when the oldest is as old as the interval says, and the younger ones with it", async () => {
    const first = await commitOne(BY_TIME);
    await pass(1_000);
    const second = await commitOne(BY_TIME);
    await pass(MAX_AGE - 1_000);
    const settled = await Promise.all([first, second].map((number) => pipelineOf(BY_TIME).settled(number)));
    const [older, younger] = await Promise.all(settled.map(proofOf));
    assert.ok(older!.age >= MAX_AGE, `${older!.age} s`);
    assert.ok(younger!.age < MAX_AGE, `${younger!.age} s: the younger one goes with the older one`);
  });

  test("by size: proofs are sent when there are three, in sequence", async () => {
    const pipeline = pipelineOf(BY_SIZE);
    const first = await commitOne(BY_SIZE);
    while (pipeline.waitsFor() === undefined) await devnet.l1.request("eth_blockNumber");
    const told = pipeline.waitsFor();
    const numbers = [first, await commitOne(BY_SIZE), await commitOne(BY_SIZE)];
    const settled = await Promise.all(numbers.map((number) => pipelineOf(BY_SIZE).settled(number)));
    // An hour, where the options say nothing else.
    const latest = new Date((Number(settled[0]!.batch.outputs.lastTimestamp) + 3_600) * 1_000).toISOString().slice(0, 19);
    assert.equal(
      told,
      `1 proof is kept back by the chain's pace, until ${latest}Z of the ecosystem's time at the latest; settle the chain to send them now`,
    );
    assert.equal(pipeline.waitsFor(), undefined);
    const proofs = await Promise.all(settled.map(proofOf));
    const lastCommit = settled[2]!.receipts.commit!.blockNumber;
    for (const { number } of proofs) assert.ok(number > lastCommit, `a proof in L1's block ${number}, after ${lastCommit}`);
    assert.deepEqual(
      proofs.map(({ number }) => number),
      proofs.map(({ number }) => number).sort((a, b) => a - b),
    );
  });

  test("by cost: a proof waits until L1's base fee has fallen", async () => {
    await setBaseFee(5_000n * GWEI);
    const number = await commitOne(BY_COST);
    await pass(100);
    const cheap = await setBaseFee(10n * GWEI);
    await pass(100);
    const proof = await proofOf(await pipelineOf(BY_COST).settled(number));
    assert.ok(proof.number > cheap, `L1's block ${proof.number}, it was cheap in ${cheap}`);
    assert.ok(proof.age < AT_LATEST, `${proof.age} s`);
  });

  test("by cost: a proof goes at the latest time, however high the base fee is", async () => {
    await setBaseFee(5_000n * GWEI);
    const number = await commitOne(BY_COST);
    await pass(AT_LATEST);
    const proof = await proofOf(await pipelineOf(BY_COST).settled(number));
    assert.ok(proof.age >= AT_LATEST, `${proof.age} s`);
    assert.ok(proof.baseFee > 20n * GWEI, `${proof.baseFee} wei`);
    await setBaseFee(GWEI);
  });

  test("settle() waits for no interval, size or price", async () => {
    await setBaseFee(5_000n * GWEI);
    const numbers = await Promise.all([BY_TIME, BY_SIZE, BY_COST].map(commitOne));
    await devnet.settle();
    for (const [i, chainId] of [BY_TIME, BY_SIZE, BY_COST].entries()) {
      const proof = await proofOf(await pipelineOf(chainId).settled(numbers[i]!));
      assert.ok(proof.age < MAX_AGE, `chain ${chainId}: ${proof.age} s`);
    }
    await setBaseFee(GWEI);
  });

  test("after a return to an earlier state a batch of a number that was hurried waits again", async () => {
    const snapshot = await devnet.snapshot();
    await commitOne(BY_TIME);
    await devnet.settle(BY_TIME);
    assert.ok(await devnet.revert(snapshot));
    const number = await commitOne(BY_TIME);
    await pass(MAX_AGE);
    const proof = await proofOf(await pipelineOf(BY_TIME).settled(number));
    assert.ok(proof.age >= MAX_AGE, `${proof.age} s`);
  });
});
