import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { AbiCoder, Contract } from "ethers";
import hre from "hardhat";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { RemoteGuardian } from "../../src/ecosystem/devnet/guardian/guardian-client.ts";
import { GuardianProcess } from "../../src/ecosystem/devnet/guardian/guardian-process.ts";
import type { DataHolder } from "../../src/ecosystem/devnet/held-data/held-data.ts";
import { proveHolding } from "../../src/ecosystem/devnet/reconstruction/proofs.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import type { BatchInfo } from "../../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { commitInCall } from "./support/commit-in-call.ts";
import { ALICE, clientOf, startFlowDevnet, UNPROVEN } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

const [STRICT, LENIENT] = [271n, 272n];
const ETH: Hex = `0x${"00".repeat(20)}`;
const BOB_ADDRESS: Hex = `0x${"b0".repeat(20)}`;
const coder = AbiCoder.defaultAbiCoder();

/** Chains of one network of four guardians with a coin each: one by guardians alone, the other with L1 as the alternative. */
async function startGuarded() {
  return startFlowDevnet(
    [
      { chainId: STRICT, dataAvailability: { guardians: "main" } },
      { chainId: LENIENT, dataAvailability: { anyOf: [{ guardians: "main" }, "rollup"], afterMs: 10_000 } },
    ],
    { ...UNPROVEN, stake: { unbondingSeconds: 100_000 }, guardians: { main: { members: 4 } } },
  );
}

test("guardians in separate processes: quorum reached and missed, data withheld, two chains, chains rebuilt", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "guardians-"));
  const devnet = await startGuarded();
  const [strict] = devnet.chains;
  const { hyperchain } = strict!.pipeline.created;
  const l1 = devnet.l1.provider;
  const genesis = await genesisOf();
  const clients = new Map(devnet.chains.map((chain) => [chain.chainId, clientOf(chain)]));
  const network = () => devnet.info().guardians![0]!;
  const kill = async (index: number): Promise<void> => {
    process.kill(network().members[index]!.pid!, "SIGKILL");
    while (network().members[index]!.pid !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const remote = (index: number): RemoteGuardian => new RemoteGuardian(network().members[index]!.url, hyperchain);
  const pay = async (chainId: bigint): Promise<void> => {
    const alice = devnet.accounts.wallet(ALICE).connect(clients.get(chainId)!);
    await (await alice.sendTransaction({ to: BOB_ADDRESS, value: 5n })).wait();
  };
  /** Settles a payment, and returns the newest batch with its signers and its commit on L1. */
  const settle = async (chainId: bigint) => {
    await pay(chainId);
    const { batchNumber, l1Transactions } = (await devnet.settle(chainId)).at(-1)!;
    const chain = devnet.chains.find((each) => each.chainId === chainId)!;
    const params = [`chain-${chainId}`, batchNumber];
    const info = (await chain.provider.request({ method: "hyperchain_batch", params })) as BatchInfo;
    const transaction = await l1.getTransaction(l1Transactions.commit!);
    const { batch: commit } = commitInCall(transaction, batchNumber);
    return { guardians: info.signers?.guardians ?? [], commit, blockNumber: transaction!.blockNumber! };
  };
  let replaced: GuardianProcess | undefined;
  let waiting: Promise<unknown> | undefined;
  try {
    await t.test("two chains share one network: L1 takes both by signatures of two thirds, without data", async () => {
      const keys = network().members.map(({ key }) => key);
      for (const chainId of [STRICT, LENIENT]) {
        const { guardians, commit } = await settle(chainId);
        assert.ok(guardians.length >= 3);
        assert.ok(guardians.every((key) => keys.includes(key)));
        assert.equal(commit.pubdata, "0x");
      }
    });

    await t.test("signatures expire: the network refuses them after the second that they name", async () => {
      const { commit, blockNumber } = await settle(STRICT);
      const [validUntil] = coder.decode(["uint64", "bytes[]"], commit.policyData) as unknown as [bigint];
      const committedAt = BigInt((await l1.getBlock(blockNumber))!.timestamp);
      assert.ok(validUntil >= committedAt && validUntil <= committedAt + 3_600n);
      const { abi } = await hre.artifacts.readArtifact("GuardianNetwork");
      const contract = new Contract(network().network, abi, l1);
      const claim = {
        published: false,
        preCommitment: wordToHex(1n),
        pubdataHash: wordToHex(2n),
        transactionsHash: wordToHex(0n),
      };
      const old = coder.encode(["uint64", "bytes[]"], [committedAt - 1n, []]);
      await assert.rejects(contract.getFunction("checkAvailability").staticCall(claim, old), /SignaturesExpired/);
    });

    await t.test("the minority that is killed harms nothing: the chain continues", async () => {
      await kill(0);
      const { guardians } = await settle(STRICT);
      assert.equal(guardians.length, 3);
    });

    await t.test("half of the weight misses the quorum: one chain waits, and the other publishes on L1", async () => {
      await kill(1);
      await pay(STRICT);
      waiting = devnet.settle(STRICT);
      const reason = async () => (await devnet.status()).chains[0]!.waitsFor;
      while ((await reason()) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.match(
        (await reason())!,
        /guardians signed 50 %, needed 66.67 %; start guardians that have ended \(hyperchain:guardians\)\. A chain with anyOf: .* publishes its data on L1 instead/,
      );
      const { guardians, commit } = await settle(LENIENT);
      assert.equal(guardians.length, 0);
      assert.notEqual(commit.pubdata, "0x");
    });

    await t.test("a guardian that starts again with an empty disk receives every batch, and the chain continues", async () => {
      const wallet = devnet.accounts.wallet(ACCOUNT_NUMBERS.firstGuardian + 1);
      replaced = await GuardianProcess.start({
        key: wallet.privateKey as Hex,
        folder,
        port: Number(new URL(network().members[1]!.url).port),
      });
      const settlement = { l1Url: devnet.l1.url, network: network().network };
      await replaced.guard({
        hyperchain,
        ...settlement,
        genesis,
        fromBlock: 0,
      });
      await waiting;
      const { guardians } = await settle(STRICT);
      assert.equal(guardians.length, 3);
    });

    await t.test("a guardian that withholds data harms nothing: the chain is rebuilt from another one", async () => {
      const silent = { name: "silent", read: () => Promise.reject(new Error("withheld")) };
      const options = { l1: devnet.l1.url, hyperchain, genesis };
      await assert.rejects(reconstruct({ ...options, holders: [silent] }), { code: "DataWithheld" });
      const rebuilt = await reconstruct({ ...options, holders: [silent, remote(2)] });
      assert.equal(rebuilt.stateRoot, digestToHex(strict!.pipeline.chain.tree.root));
    });

    await t.test("a leaf dump at the executed root and later data rebuild the chain, whose operator is killed", async () => {
      const leaves = await remote(2).leaves();
      const before = BigInt(await clients.get(STRICT)!.getBalance(BOB_ADDRESS));
      await pay(STRICT);
      const later = await strict!.pipeline.seal();
      await strict!.pipeline.settled(later!.outputs.batchNumber);
      const root = digestToHex(strict!.pipeline.chain.tree.root);
      // Only L1 and the guardian answer now.
      await devnet.removeChain(STRICT, { force: true });
      const options = { l1: devnet.l1.url, hyperchain, genesis };
      const asked: bigint[] = [];
      const holder = {
        ...remote(2),
        read: (...[batch, signal]: Parameters<DataHolder["read"]>) => {
          asked.push(batch.batchNumber);
          return remote(2).read(batch, signal);
        },
      };
      const rebuilt = await reconstruct({ ...options, leaves, holders: [holder] });
      // Batches up to the leaves need no data.
      assert.deepEqual([rebuilt.stateRoot, asked], [root, [leaves.nextBatch]]);
      const bob = rebuilt.state.accounts().find(({ address }) => address === BOB_ADDRESS);
      assert.equal(bob!.balanceWei, before + 5n);
      assert.equal(proveHolding(rebuilt, BOB_ADDRESS, ETH)!.amount, before + 5n);
      // Leaves of another root, and of a state that L1 has not executed.
      const untrue = [
        { ...leaves, stateRoot: wordToHex(1n) },
        { ...leaves, nextBatch: leaves.nextBatch - 1n },
        { ...leaves, nextBatch: 1_000n },
      ];
      for (const other of untrue)
        await assert.rejects(reconstruct({ ...options, leaves: other, holders: [holder] }), { code: "RootMismatch" });
      await assert.rejects(remote(2).read({ hash: wordToHex(1n) }, AbortSignal.timeout(5_000)), { code: "DataUnknown" });
    });

    await t.test("requests of another form are refused, and the process serves on", async () => {
      const url = `${network().members[2]!.url}/${hyperchain}`;
      const post = (body: string) => fetch(`${url}/sign`, { method: "POST", body });
      for (const body of ["", "{}", "[1", '{"batch":{}}', "x".repeat(2_000_000)])
        assert.equal(
          await post(body).then(
            ({ status }) => status,
            () => 400,
          ),
          400,
        );
      for (const path of ["/data/../forms", "/data/forms", "/data/0x12", "/other"])
        assert.equal((await fetch(`${url}${path}`)).status, 400, path);
      assert.equal((await fetch(`${url}/leaves`)).status, 200);
    });
  } finally {
    for (const client of clients.values()) client.destroy();
    await replaced?.close();
    await devnet.close();
    await rm(folder, { recursive: true });
  }
});
