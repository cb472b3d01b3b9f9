import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import { importedRootsAbi } from "../../src/ground/abi/imported-roots.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { operateChain, type OperatedChain } from "../../src/ecosystem/devnet/reconstruction/operate-chain.ts";
import {
  missingOperations,
  withOperations,
  withOperationsOf,
} from "../../src/ecosystem/devnet/reconstruction/queued-operations.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { reconstructCarried } from "../../src/ecosystem/devnet/reconstruction/reconstruct-carried.ts";
import type { SettledBatch } from "../../src/chain/node/settling/settled-batch.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { ALICE, clientOf, dependencies, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

const [A, X] = [271n, 271n + (1n << 32n)];
const CAROL = "0x00000000000000000000000000000000000ca201";
const importedRoots = new Interface(importedRootsAbi);
const PROOFS = IS_NIGHTLY ? "stark" : "none";

interface Operated extends OperatedChain {
  readonly client: JsonRpcProvider;
  readonly settled: readonly SettledBatch[];
}

describe("D3: a chain on a chain, both dead, is rebuilt from an L1 URL and continues", () => {
  let devnet: FlowDevnet;
  let queued: TransactionReceipt;
  let canonicalTxHash: Hex;
  let alpha: Operated;
  const faults: unknown[] = [];
  /** The next batch is settled, or something has stopped. */
  let told = Promise.withResolvers<undefined>();
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  const contractOf = (id: bigint): Hex => chainOf(id).pipeline.created.hyperchain;
  const deps = { connect: dependencies.connectChain, clock: systemClock };
  const balanceOf = (rebuilt: Reconstruction, account: string): bigint | undefined =>
    rebuilt.state.accounts().find(({ address }) => address === account)?.balanceWei;

  const ofAlpha = async (): Promise<Reconstruction> =>
    reconstruct({ l1: devnet.l1.url, hyperchain: contractOf(A), genesis: await genesisOf(), upTo: "executed" });
  const ofX = async (): Promise<Reconstruction> =>
    reconstructCarried({ base: await ofAlpha(), hyperchain: contractOf(X), genesis: await genesisOf(), upTo: "committed" }, deps);

  async function operate(rebuilt: Reconstruction, id: bigint, l1Url: string): Promise<Operated> {
    const settled: SettledBatch[] = [];
    const { privateKey } = devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator + chainOf(id).plan.place);
    const operated = await operateChain(
      rebuilt,
      {
        ...{ l1Url, key: privateKey as Hex, host: "127.0.0.1", port: 0, proofs: PROOFS, prover: { workers: 1 } },
        ...{ batchAgeMs: 50, pollIntervalMs: 50, minGasPriceWei: 0n, confirmations: 1 },
      },
      {
        rebuild: () => Promise.resolve(rebuilt),
        connect: dependencies.connectChain,
        clock: systemClock,
        onUpdate(update) {
          if (update.type !== "settled") return;
          settled.push(update.batch);
          told.resolve(undefined);
        },
        onStop(error) {
          faults.push(error);
          told.resolve(undefined);
        },
      },
    );
    const client = clientOf({ chainId: id, url: operated.url });
    const close = async (): Promise<void> => {
      client.destroy();
      await operated.close();
    };
    return { ...operated, client, settled, close };
  }

  /** Resolves when it is so; whether it is changes by batches that are settled, of either chain. */
  async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      told = Promise.withResolvers();
      if (await isSo()) return;
      await told.promise;
      assert.deepEqual(faults, []);
    }
  }

  /** State on L1 after it has everything that the new node of the chain below has of the chain. */
  async function onL1(): Promise<Reconstruction> {
    let rebuilt: Reconstruction | undefined;
    await until(async () => {
      rebuilt = await ofX();
      const { committed } = await readTotals({ provider: alpha.client, hyperchain: contractOf(X), fromBlock: 0 });
      return BigInt(rebuilt.batches.length) === committed;
    });
    return rebuilt!;
  }

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: X, name: "x", settlesOn: "alpha" },
      ],
      { ...(IS_NIGHTLY ? {} : UNPROVEN), fundedAccounts: [ALICE, RELAYER] },
    );
    const client = clientOf(chainOf(A));
    const alice = devnet.accounts.wallet(ALICE);
    await deposit(devnet.info(), { chain: X, amount: 3n, to: CAROL }, alice.connect(client));
    await devnet.relay();
    await devnet.settle();
    // Alpha's last batch has it in x's queue, and no batch of x takes it.
    const waiting = await deposit(devnet.info(), { chain: X, amount: 4n, to: CAROL }, alice.connect(client));
    canonicalTxHash = waiting.canonicalTxHash;
    queued = (await client.getTransactionReceipt(waiting.l1TransactionHash))!;
    const sealed = await chainOf(A).pipeline.seal();
    await chainOf(A).pipeline.settled(sealed!.outputs.batchNumber);
    client.destroy();
    await devnet.stopChain(X);
    await devnet.stopChain(A);
    alpha = await operate(await ofAlpha(), A, devnet.l1.url);
  });
  after(async () => {
    await alpha.close();
    await devnet.close();
    assert.deepEqual([devnet.faults, faults], [[], []]);
  });

  test("what waits in its queue is a hash; it is named, and only what has that hash counts", async () => {
    const rebuilt = await ofX();
    const index = rebuilt.last.priorityOpTotal;
    assert.deepEqual(missingOperations(rebuilt), [{ index, hash: canonicalTxHash }]);
    await assert.rejects(operate(rebuilt, X, alpha.url), {
      code: "OperationsUnknown",
      message:
        `of operation ${index} (${canonicalTxHash}) of its queue only the hash is on L1; bring the receipts on chain 271 ` +
        "of the transactions that queued them: --operations takes a file of them",
    });
    const others = queued.logs.map(({ topics, data }) => ({ topics, data: `${data.slice(0, 800)}ff${data.slice(802)}` }));
    const cut = queued.logs.map(({ topics, data }) => ({ topics, data: data.slice(0, 200) }));
    const topicless = queued.logs.map(({ data }) => ({ topics: [], data }));
    for (const logs of [others, cut, topicless]) assert.equal(missingOperations(withOperations(rebuilt, logs)).length, 1);
    assert.equal(missingOperations(withOperations(rebuilt, queued.logs)).length, 0);
    // A node that has alpha from L1 has no more than that.
    assert.equal(missingOperations(await withOperationsOf(rebuilt, alpha.client)).length, 1);
  });

  test("with them brought, its new operator takes them, settles on the chain below, and L1 has what it did", async () => {
    const rebuilt = withOperations(await ofX(), queued.logs);
    const x = await operate(rebuilt, X, alpha.url);
    try {
      await until(() => x.settled.length > 0);
      assert.equal(await x.client.getBalance(CAROL), 7n);
      const { newestRoot } = rebuilt.below!;
      const data = importedRoots.encodeFunctionData("rootAt", [newestRoot!.registryIndex]);
      assert.equal(await x.client.call({ to: PREDEPLOYS.ImportedRoots, data }), newestRoot!.root);
      const count = x.settled.length;
      await (await devnet.accounts.wallet(ALICE).connect(x.client).sendTransaction({ to: CAROL, value: 1n })).wait();
      await until(() => x.settled.length > count);
      // Batches of that node which L1 lacks prevent a third node from continuing concurrently.
      await assert.rejects(operate(rebuilt, X, alpha.url), { code: "BaseDiffers" });
      const later = await onL1();
      assert.equal(balanceOf(later, CAROL), 8n);
      assert.equal(later.pendingHashes.length, 0);
    } finally {
      await x.close();
    }
  });

  // By day the test before does for the same machinery.
  const skip = !IS_NIGHTLY;
  test(
    "and again, with an empty queue from L1 alone, and with one that a node of the chain below can tell",
    { skip },
    async () => {
      const x = await operate(await ofX(), X, alpha.url);
      await (await devnet.accounts.wallet(ALICE).connect(x.client).sendTransaction({ to: CAROL, value: 1n })).wait();
      await until(() => x.settled.length > 0);
      await x.close();
      // In a batch of alpha's new operator.
      const alice = devnet.accounts.wallet(ALICE).connect(alpha.client);
      await deposit(devnet.info(), { chain: X, amount: 5n, to: CAROL }, alice);
      let rebuilt = await onL1();
      await until(async () => {
        rebuilt = await ofX();
        return rebuilt.pendingHashes.length > 0;
      });
      const known = await withOperationsOf(rebuilt, alpha.client);
      assert.equal(known.pendingOperations.length, 1);
      const again = await operate(known, X, alpha.url);
      try {
        await until(() => again.settled.length > 0);
        assert.equal(await again.client.getBalance(CAROL), 14n);
        assert.equal(balanceOf(await onL1(), CAROL), 14n);
      } finally {
        await again.close();
      }
    },
  );
});
