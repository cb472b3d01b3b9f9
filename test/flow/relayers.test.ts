import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider, type Provider } from "ethers";
import { contractErrorsAbi } from "../../src/ground/abi/contract-errors.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { assetRouter } from "../../src/ecosystem/relayer/contract-interfaces.ts";
import { proveMessage } from "../../src/ecosystem/relayer/inclusion-proof.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { journeyStatus, relayerOf, transferOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const errors = new Interface(contractErrorsAbi);
const COMPETITOR = 5;

describe("C6 anyone may relay", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let competitor: Relayer;
  let bob: Hex;

  before(async () => {
    devnet = await startFlowDevnet([A, B], UNPROVEN);
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    competitor = relayerOf(devnet, clients, COMPETITOR);
    bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    const payer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    const to = lowerCaseAddress(devnet.accounts.wallet(COMPETITOR).address);
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: B, to, valueWei: ETHER }, payer);
    await devnet.chains[1]!.pipeline.pollL1();
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  async function transferAndImport(amount: bigint): Promise<void> {
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await alice.sendTransaction(transferOf(B, amount, bob))).wait();
    await settleNow(devnet.chains[0]!);
    await devnet.chains[1]!.pipeline.pollL1();
  }

  test("two relayers race: one delivers, the other finds it done, and nothing arrives twice", async () => {
    await transferAndImport(3n);
    await Promise.all([relayer.poll(), competitor.poll()]);
    await Promise.all([relayer.poll(), competitor.poll()]);
    assert.equal(await clients[1]!.getBalance(bob), 3n);
    for (const { journeys } of [relayer, competitor]) assert.deepEqual(journeys().map(journeyStatus), ["executed"]);
  });

  test("refuses a proof with a wrong sibling, and the right proof for another amount", async () => {
    await transferAndImport(4n);
    const view = competitor.l1View;
    await view.poll();
    const [first] = view.messages(A, PREDEPLOYS.L2AssetRouter, relayer.journeys()[0]!.messageHash);
    const { content } = view.batch(A, first!.batch.batchNumber + 1n)!;
    assert.ok(content.state === "known");
    const log = content.logs.find(({ type }) => type === "message");
    assert.ok(log?.type === "message");
    const [place] = view.messages(A, log.sender, log.messageHash);
    const good = proveMessage(view, place!, BigInt(view.registry.leafCount))!;
    const wrongSibling = { ...good, proof: good.proof.map((word, i) => (i === 3 ? (`0x${"11".repeat(32)}` as Hex) : word)) };
    // The amount is bytes 86 to 117 of the message: 4 becomes 5.
    const data = `${good.message.data.slice(0, 2 + 2 * 117)}05${good.message.data.slice(2 + 2 * 118)}` as Hex;
    const otherAmount = { ...good, message: { ...good.message, data } };
    const from = devnet.accounts.wallet(COMPETITOR).address;
    const call = (proof: object) =>
      clients[1]!.call({
        from,
        to: "0x0000000000000000000000000000000000010003",
        data: assetRouter.encodeFunctionData("deliver", [proof]),
      });
    for (const forged of [wrongSibling, otherAmount]) {
      await assert.rejects(
        call(forged),
        (error: { data?: string }) => errors.parseError(error.data ?? "0x")?.name === "InvalidMessageProof",
      );
    }
    assert.equal(await call(good), "0x");
  });

  test("while one is dead, another delivers; the first finds it done when it is back", async () => {
    await competitor.poll();
    assert.equal(await clients[1]!.getBalance(bob), 7n);
    const [, second] = competitor.journeys();
    const transaction = await clients[1]!.getTransaction(second!.steps.get("delivered")!.transactionHash);
    assert.equal(transaction?.from, devnet.accounts.wallet(COMPETITOR).address);
    const nonce = await clients[1]!.getTransactionCount(devnet.accounts.wallet(RELAYER).address);
    const revived = relayerOf(devnet, clients);
    await revived.poll();
    assert.deepEqual(revived.journeys().map(journeyStatus), ["executed", "executed"]);
    assert.equal(await clients[1]!.getTransactionCount(devnet.accounts.wallet(RELAYER).address), nonce);
  });

  test("one without money delivers once it has some, however often it has looked", async () => {
    const POOR = 6;
    await transferAndImport(5n);
    const poor = relayerOf(devnet, clients, POOR);
    for (let look = 0; look < 6; look++) await poor.poll();
    assert.match(poor.journeys()[2]!.refusal ?? "", /funds/i);
    const alice = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    const to = lowerCaseAddress(devnet.accounts.wallet(POOR).address);
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: B, to, valueWei: ETHER }, alice);
    await devnet.chains[1]!.pipeline.pollL1();
    await poor.poll();
    assert.deepEqual(journeyStatus(poor.journeys()[2]!), "executed");
    assert.equal(await clients[1]!.getBalance(bob), 12n);
  });

  test("one that L1 or a chain did not answer in the middle of a look loses nothing and counts nothing twice", async () => {
    await transferAndImport(6n);
    /** Every `getBlock`, `getLogs` and `getTransaction` in turn fails once. */
    const faulty = <Client extends Provider>(client: Client): Client => {
      let calls = 0;
      let failAt = 1;
      return new Proxy(client, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== "function") return value;
          const method = value.bind(target) as (...args: unknown[]) => unknown;
          if (!["getBlock", "getLogs", "getTransaction"].includes(String(name))) return method;
          return (...args: unknown[]) => {
            if (++calls < failAt) return method(...args);
            [calls, failAt] = [0, failAt + 1];
            return Promise.reject(new Error("connect ECONNREFUSED"));
          };
        },
      });
    };
    const unlucky = relayerOf(devnet, clients.map(faulty), RELAYER, faulty(devnet.l1.provider));
    for (let failed = true; failed;)
      failed = await unlucky.poll().then(
        () => false,
        () => true,
      );
    assert.deepEqual(unlucky.journeys().map(journeyStatus), ["executed", "executed", "executed", "executed"]);
    assert.equal(await clients[1]!.getBalance(bob), 18n);
    assert.equal(unlucky.l1View.registry.leafCount, relayerLeaves(await refreshed(competitor)));
  });

  const refreshed = async (one: Relayer): Promise<Relayer> => (await one.poll(), one);
  const relayerLeaves = ({ l1View }: Relayer): number => l1View.registry.leafCount;
});
