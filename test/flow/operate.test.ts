import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import { l1MessengerAbi } from "../../src/ground/abi/l1-messenger.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import type { SettledBatch } from "../../src/chain/node/settling/settled-batch.ts";
import { operateChain } from "../../src/ecosystem/devnet/reconstruction/operate-chain.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { ALICE, BOB, clientOf, dependencies } from "./support/devnet.ts";
import { CHAIN_ID, RebuiltRollup } from "./support/rebuilt-rollup.ts";

const messenger = new Interface(l1MessengerAbi);

interface HeardLog {
  readonly transactionHash: Hex;
}

/** First log of a contract that a client of the chain's WebSocket receives. */
function firstLog(url: string, address: Hex): { readonly subscribed: Promise<undefined>; readonly heard: Promise<HeardLog> } {
  const subscribed = Promise.withResolvers<undefined>();
  const heard = Promise.withResolvers<HeardLog>();
  const socket = new WebSocket(url.replace("http", "ws"));
  socket.addEventListener("open", () =>
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["logs", { address }] })),
  );
  socket.addEventListener("error", () => heard.reject(new Error(`no WebSocket at ${url}`)));
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as { readonly id?: number; readonly params?: { readonly result: HeardLog } };
    if (message.id === 1) subscribed.resolve(undefined);
    if (message.params === undefined) return;
    heard.resolve(message.params.result);
    socket.close();
  });
  return { subscribed: subscribed.promise, heard: heard.promise };
}

test("A7: a rebuilt chain is operated by another account: its users continue at another URL, and L1 executes their transactions", async () => {
  const rollup = await RebuiltRollup.start(3, [], { proofs: "none" });
  try {
    const { devnet } = rollup;
    await rollup.settle();
    const rebuilt = await rollup.rebuild();
    const faults: unknown[] = [];
    const settled: SettledBatch[] = [];
    const operated = await operateChain(
      rebuilt,
      {
        l1Url: devnet.l1.url,
        confirmations: 1,
        key: rollup.operator().privateKey as Hex,
        host: "127.0.0.1",
        port: 0,
        batchAgeMs: 50,
        pollIntervalMs: 50,
        minGasPriceWei: 0n,
        proofs: "stark",
        prover: { workers: 1, fleet: { host: "127.0.0.1", port: 0, token: "of the test" } },
        pace: { maxBatches: 2 },
      },
      {
        rebuild: () => rollup.rebuild(),
        connect: dependencies.connectChain,
        clock: systemClock,
        onUpdate: (update) => update.type === "settled" && settled.push(update.batch),
        onStop: (error) => faults.push(error),
      },
    );
    const client = clientOf({ chainId: rebuilt.contract.configuration.chainId, url: operated.url });
    try {
      const joining = await fetch(operated.fleet?.url ?? "");
      assert.equal(joining.status, 401, "a worker joins with the token");
      const to = devnet.accounts.wallet(BOB).address;
      const before = await client.getBalance(to);
      const alice = devnet.accounts.wallet(ALICE).connect(client);
      const receipt = await (await alice.sendTransaction({ to, value: 5n })).wait();
      assert.equal(receipt?.status, 1);
      assert.equal((await client.getBalance(to)) - before, 5n);
      // The first proof waits for the second, as the pace says.
      while (operated.continued.waitsFor() === undefined && faults.length === 0) await client.getBlockNumber();
      assert.match(operated.continued.waitsFor() ?? "", /^1 proof .*kept back by the chain's pace/);
      assert.equal(settled.length, 0);
      await (await alice.sendTransaction({ to, value: 1n })).wait();
      while (settled.length < 2 && faults.length === 0) await client.getBlockNumber();
      assert.deepEqual(faults, []);
      const after = await rollup.rebuild();
      assert.equal(after.stateRoot, digestToHex(settled.at(-1)!.batch.newStateRoot));
      assert.ok(after.batches.length > rebuilt.batches.length);
      // What L1 knows of the batch, the chain's readers learn.
      const details = (await client.send("zks_getL1BatchDetails", [rebuilt.batches.length])) as {
        readonly executeTxHash: string;
      };
      assert.equal(details.executeTxHash, settled[0]!.receipts.execute?.hash);
      // An operation of L1's queue that sends a message: the engine knows it under another hash than its sender.
      const sending = {
        chainId: CHAIN_ID,
        to: PREDEPLOYS.L1Messenger,
        valueWei: 0n,
        data: messenger.encodeFunctionData("sendToL1", ["0x0a"]) as Hex,
      };
      const log = firstLog(operated.url, PREDEPLOYS.L1Messenger);
      await log.subscribed;
      const { canonicalTxHash } = await requestFromL1(
        rebuilt.contract.factory,
        sending,
        devnet.accounts.wallet(ALICE).connect(devnet.l1.provider),
      );
      assert.equal((await log.heard).transactionHash, canonicalTxHash);
    } finally {
      client.destroy();
      await operated.close();
    }
  } finally {
    await rollup.close();
  }
});
