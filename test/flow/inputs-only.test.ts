import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { continueChain } from "../../src/ecosystem/devnet/reconstruction/continue-chain.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { startReconstructedChain } from "../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import { calledCommits } from "../../src/chain/settlement-layer/reader/commit-call.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { decodeInputs } from "../../src/ground/protocol/published-inputs.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import { alteredL1, flipBit } from "./support/altered-l1.ts";
import { genesisOf } from "./support/genesis.ts";
import { ALICE, BOB, clientOf, dependencies, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { RUNNING } from "./support/rebuilt-rollup.ts";

const [CHAIN_ID, JUDGED] = [271n, 272n];

describe("F4: a chain whose inputs are on L1 in place of its changes", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let receipts: TransactionReceipt[];
  let transferRaw: Hex;
  let genesis: readonly GenesisAccount[];

  before(async () => {
    devnet = await startFlowDevnet([
      { chainId: CHAIN_ID, dataAvailability: "inputs" },
      { chainId: JUDGED, dataAvailability: "inputs", quorum: { members: 1, threshold: 1 } },
    ]);
    client = clientOf(chain());
    genesis = await genesisOf();
    receipts = [];
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const chain = () => devnet.chains[0]!;
  const alice = () => devnet.accounts.wallet(ALICE).connect(client);
  const send = async (request: { to?: string; value?: bigint; data?: string }): Promise<TransactionReceipt> => {
    const receipt = await (await alice().sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    receipts.push(receipt);
    return receipt;
  };
  const rebuild = (upTo: "executed" | "committed" = "executed"): Promise<Reconstruction> =>
    reconstruct({ l1: devnet.l1.provider, hyperchain: chain().pipeline.created.hyperchain, genesis, upTo });

  test("the commit has each transaction and no change, and L1 verifies the proof of the changes", async () => {
    const to = devnet.accounts.wallet(BOB).address;
    const { abi, bytecode } = await hre.artifacts.readArtifact("Workload");
    const workload = await (await new ContractFactory(abi, bytecode, alice()).deploy({ value: 7n })).waitForDeployment();
    receipts.push((await workload.deploymentTransaction()!.wait())!);
    const transfer = await send({ to, value: 5n });
    const operation = { chainId: CHAIN_ID, to: lowerCaseAddress(to), valueWei: 9n, data: "0x" as Hex };
    await requestFromL1(devnet.ecosystem.addresses.factory, operation, devnet.accounts.wallet(ALICE).connect(devnet.l1.provider));
    await chain().pipeline.pollL1();
    const batch = (await chain().pipeline.seal())!;
    const { l1Transactions, proof } = (await devnet.settle(CHAIN_ID)).at(-1)!;
    assert.ok((proof?.bytes ?? 0) > 40_000);
    const [call] = (await calledCommits(devnet.l1.provider, l1Transactions.commit!, batch.commitment))!;
    assert.equal(call!.pubdata.length, 0);
    assert.equal(call!.withheldHash, hashPubdata(batch.pubdata));
    const { steps } = decodeInputs(fromHex(call!.policyData));
    transferRaw = (await client.send("eth_getRawTransactionByHash", [transfer.hash])) as Hex;
    assert.ok(
      steps.some((step) => step.type === "block" && step.transactions.includes(transferRaw)),
      "the signed transfer",
    );
    // Two accounts were funded.
    assert.equal(steps.filter(({ type }) => type === "operation").length, 3);
    // Kinds, times and lengths of 9 steps, and what surrounds them.
    const signed = steps.flatMap((step) => (step.type === "block" ? step.transactions : [])).join("").length / 2;
    assert.ok(call!.policyData.length / 2 < signed + 200, `${call!.policyData.length / 2} bytes for ${signed}`);
  });

  test("a validator in another process computes the inputs and compares: it signs no batch with others", async () => {
    const { pipeline } = devnet.chains[1]!;
    await pipeline.pollL1();
    const batch = (await pipeline.seal())!;
    const inputs = await pipeline.inputs(batch.outputs.batchNumber);
    const [member] = pipeline.signers.quorum.members;
    const forged = { ...batch, commitment: `0x${"12".repeat(32)}` as Hex };
    await assert.rejects(async () => member!.signBatch(forged, { validFrom: 0n, validUntil: 2n ** 40n, revertCount: 0n }), {
      code: "CommitmentMismatch",
    });
    assert.ok(inputs.blocks.length > 2);
    await devnet.settle(JUDGED);
    await pipeline.settled(batch.outputs.batchNumber);
  });

  test("cheats and impersonations are refused by name, since no input has them, and an unlocked account still sends", async () => {
    const { address } = devnet.accounts.wallet(ALICE);
    const reason = /it publishes its inputs alone, .* a cheat is not an input/;
    await assert.rejects(client.send("hardhat_setBalance", [address, "0x1"]), reason);
    await assert.rejects(client.send("hardhat_impersonateAccount", [address]), reason);
    await assert.rejects(client.send("anvil_autoImpersonateAccount", [true]), reason);
    const hash = (await client.send("eth_sendTransaction", [{ from: address, to: address, value: "0x1" }])) as Hex;
    const receipt = await client.waitForTransaction(hash);
    assert.equal(receipt?.status, 1);
    receipts.push(receipt);
  });

  test("the chain is rebuilt by execution, and answers old receipts, logs and blocks as its operator did", async () => {
    await send({ to: devnet.accounts.wallet(BOB).address, value: 6n });
    await settleNow(chain());
    const rebuilt = await rebuild();
    assert.equal(rebuilt.stateRoot, digestToHex(chain().pipeline.chain.tree.root));
    assert.equal(
      rebuilt.batches.some(({ isHeld }) => isHeld),
      false,
    );
    const node = await startReconstructedChain(rebuilt, {}, { connect: dependencies.connectChain, clock: systemClock });
    const reader = clientOf({ chainId: CHAIN_ID, url: node.url });
    try {
      for (const { hash, blockNumber } of receipts) {
        for (const [method, params] of [
          ["eth_getTransactionReceipt", [hash]],
          ["eth_getTransactionByHash", [hash]],
          ["eth_getBlockByNumber", [`0x${blockNumber.toString(16)}`, true]],
        ] as const)
          assert.deepEqual(await reader.send(method, params), await client.send(method, params), method);
      }
      assert.equal(await reader.getBlockNumber(), await client.getBlockNumber());
    } finally {
      reader.destroy();
      await node.close();
    }
  });

  test("one transaction more: another process continues the chain, and it is rebuilt by the inputs that this one publishes", async () => {
    await chain().pipeline.pause();
    const rebuilt = await rebuild("committed");
    const prover = createProver({ workers: 1 });
    const faults: unknown[] = [];
    const continued = await continueChain(rebuilt, RUNNING, {
      ...{ connect: dependencies.connectChain, clock: systemClock, l1: devnet.l1.provider, prover },
      operator: devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).connect(devnet.l1.provider),
      onStop: (error) => faults.push(error),
    });
    const reader = clientOf({ chainId: CHAIN_ID, url: continued.url });
    try {
      const wallet = devnet.accounts.wallet(ALICE).connect(reader);
      const sent = await wallet.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 11n });
      assert.equal((await sent.wait())?.status, 1);
      const batch = (await continued.seal())!;
      assert.equal(batch.outputs.batchNumber, BigInt(rebuilt.batches.length));
      await continued.settled(batch.outputs.batchNumber);
      const [first] = receipts;
      assert.equal((await reader.getTransactionReceipt(first!.hash))?.blockHash, first!.blockHash);
      const after = await rebuild();
      assert.equal(after.stateRoot, digestToHex(batch.newStateRoot));
      assert.deepEqual(faults, []);
    } finally {
      reader.destroy();
      await continued.close();
      await prover.close();
    }
  });

  test("inputs that lead to another batch are refused by name, and so are commits without them", async () => {
    const { hyperchain } = chain().pipeline.created;
    const through = (l1: typeof devnet.l1.provider | ReturnType<typeof alteredL1>): Promise<Reconstruction> =>
      reconstruct({ l1, hyperchain, genesis });
    // The signature is then another account's, which has nothing.
    const altered = alteredL1(devnet.l1.provider, {
      calldata: (data) => data.replace(transferRaw.slice(2), flipBit(transferRaw, 12).slice(2)),
    });
    await assert.rejects(through(altered), { code: "InputsMismatch" });
    const empty = alteredL1(devnet.l1.provider, { calldata: () => "0x" });
    await assert.rejects(through(empty), { code: "PubdataMissing" });
  });
});
