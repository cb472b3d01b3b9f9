import assert from "node:assert/strict";
import { test } from "node:test";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { untilIncluded } from "../../src/ecosystem/relayer/until-included.ts";
import { ALICE, BOB, clientOf, settleNow, startFlowDevnet } from "../flow/support/devnet.ts";
import { relayerOf, transferOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
const MESSAGES = 16;
/** The requirement of a delivery, on average. */
const MOST_REQUESTS = 4;

test("delivering messages takes four requests each at most, all questions of their looks included", async () => {
  const devnet = await startFlowDevnet([A, B], { proofs: "none" });
  const clients = devnet.chains.map(clientOf);
  try {
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    for (let i = 0; i < MESSAGES; i++) await (await alice.sendTransaction(transferOf(B, BigInt(i + 1), bob))).wait();
    await settleNow(devnet.chains[0]!);
    await devnet.chains[1]!.pipeline.pollL1();
    const requests: string[] = [];
    for (const client of clients) {
      const send = client.send.bind(client);
      client.send = (method, params) => {
        requests.push(method);
        return send(method, params);
      };
    }
    const relayer = relayerOf(devnet, clients);
    await relayer.observe();
    requests.length = 0;
    await relayer.poll();
    assert.equal(requests.filter((method) => method === "eth_sendRawTransaction").length, MESSAGES);
    assert.deepEqual(new Set(relayer.journeys().map(({ steps }) => steps.has("executed"))), new Set([true]));
    // What became of them is known by their events.
    assert.equal(requests.includes("eth_getTransactionReceipt"), false);
    assert.ok(requests.length <= MOST_REQUESTS * MESSAGES, `${requests.length} requests for ${MESSAGES} messages`);
  } finally {
    for (const client of clients) client.destroy();
    await devnet.close();
  }
});

test("what a node makes blocks of at once is looked for when it has answered all of it, and only then", async () => {
  let [waiting, looks] = [10, 0];
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const included = untilIncluded({
    waiting: () => waiting,
    answered: () => answered,
    makesBlocks: () => true,
    look() {
      looks++;
      waiting = 0;
      return Promise.resolve();
    },
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(looks, 0);
  answer();
  await included;
  assert.equal(looks, 1);
});

test("blocks that do not come are waited for no longer than the patience for them", async () => {
  let looks = 0;
  await untilIncluded({
    waiting: () => 1,
    answered: () => Promise.resolve(),
    makesBlocks: () => true,
    patienceMs: 0,
    look: () => Promise.resolve(void looks++),
  });
  assert.ok(looks <= 2);
});
