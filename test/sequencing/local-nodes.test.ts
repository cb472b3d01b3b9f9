import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { computeAddress } from "ethers";
import { chainMethods } from "../../src/chain/rpc/served/methods.ts";
import type { OtherLeaders } from "../../src/chain/sequencer/leader-turns.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { LocalNodes } from "../../src/ecosystem/sequencing/local/local-nodes.ts";
import { NO_FAULTS_OF_NODES } from "../../src/ecosystem/sequencing/local/node-faults.ts";
import { ask } from "../chain/support/ask.ts";
import { startTestChain, type TestChain } from "../chain/support/chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { until } from "../support/until.ts";

const SINK: Hex = `0x${"ee".repeat(20)}`;
const OTHER: Hex = `0x${"dd".repeat(20)}`;
const PAYMENT = { to: SINK, value: 1n, gasLimit: 21_000n };
const DOMAIN = { name: "Hyperchain", version: "1", chainId: 31_337n, verifyingContract: `0x${"11".repeat(20)}` } as const;
const NODES = [0, 1, 2, 3];

function keyOf(index: number): { readonly address: Hex; readonly privateKey: Hex } {
  const privateKey: Hex = `0x${String(index + 1).padStart(64, "0")}`;
  return { privateKey, address: computeAddress(privateKey).toLowerCase() as Hex };
}

describe("a chain whose blocks four nodes of one process decide", () => {
  const wallet = new TestWallet(211);
  const keys = NODES.map(keyOf);
  let test: TestChain;
  let nodes: LocalNodes;

  const pay = async (): Promise<unknown> => test.chain.submit(await wallet.signRaw(PAYMENT));
  const balance = (of: Hex = SINK): Promise<unknown> => ask(test.chain, "eth_getBalance", [of, "latest"]);
  const height = (): bigint => test.chain.sequencer.head.number;

  before(async () => {
    nodes = new LocalNodes({ keys, clock: systemClock, nowSeconds: () => 7 }, DOMAIN);
    const leaders: OtherLeaders = nodes;
    test = await startTestChain({
      genesis: [{ address: wallet.address, balanceWei: 10n ** 20n }],
      sequencer: { blocks: { type: "instant" }, cheatsAllowed: true },
      rewindable: true,
      leaders,
    });
    nodes.start(test.chain);
  });
  beforeEach(() => nodes.setFaults(NO_FAULTS_OF_NODES));
  after(async () => {
    await test.chain.close();
    await nodes.close();
    assert.deepEqual(test.faults, []);
  });

  it("answers a caller when its transaction is decided, under leaders that rotate", async () => {
    const leaders = new Set<number>();
    for (let i = 1; i <= 8; i++) {
      leaders.add(nodes.status.leader);
      await pay();
      assert.equal(await balance(), `0x${i.toString(16)}`);
    }
    assert.deepEqual([...leaders].toSorted(), NODES);
    assert.ok(test.chain.mempool.size === 0 && test.chain.spine.decided === test.chain.spine.executed);
  });

  it("executes requests for blocks, changed state, unsigned transactions and a batch's end in leaders' turns", async () => {
    const { sequencer } = test.chain;
    const first = height();
    await sequencer.mine();
    await sequencer.mineMany(3, 5n);
    assert.equal(height(), first + 4n);
    await sequencer.cheat({ type: "balance", address: OTHER, balanceWei: 9n });
    await sequencer.impersonate({ from: OTHER, to: SINK, valueWei: 4n, data: "0x", gasLimit: 21_000n });
    assert.equal(await balance(OTHER), "0x5");
    const batches = test.batches.length;
    const sealed = await sequencer.seal();
    assert.ok(sealed !== undefined && !sequencer.hasOpenBatch);
    assert.equal(await sequencer.seal(), undefined);
    await pay();
    assert.equal(test.batches.length, batches + 1);
  });

  it("refuses an unsigned transaction without money, and continues", async () => {
    const { sequencer } = test.chain;
    const request = { from: OTHER, to: SINK, valueWei: 10n ** 30n, data: "0x", gasLimit: 21_000n } as const;
    await assert.rejects(sequencer.impersonate(request), { code: "CheatRefused" });
    await pay();
  });

  it("undone block decided again: never, after a return", async () => {
    const mark = await test.chain.snapshot();
    const paid = await balance();
    const { view } = nodes.status;
    const first = height();
    for (const raw of [await wallet.signRaw(PAYMENT), await wallet.signRaw(PAYMENT)]) await test.chain.submit(raw);
    await pay();
    await test.chain.revert(mark);
    wallet.nonce -= 3;
    assert.deepEqual([await balance(), height()], [paid, first]);
    await test.chain.sequencer.mine();
    assert.deepEqual([await balance(), height()], [paid, first + 1n]);
    assert.ok(nodes.status.view > view);
    await pay();
    assert.notEqual(await balance(), paid);
  });

  it("decides blocks after batches that L1 refused", async () => {
    await pay();
    const { batchNumber } = test.chain.sequencer;
    const paid = await balance();
    await test.chain.rewind(batchNumber, [], () => undefined);
    assert.equal(await balance(), paid);
    await pay();
  });

  it("decides though one node is silent or dead, and waits if two are", async () => {
    nodes.setFaults({ ...NO_FAULTS_OF_NODES, conditions: new Map([[2, "silent"]]) });
    for (let i = 0; i < 4; i++) await pay();
    nodes.setFaults({ ...NO_FAULTS_OF_NODES, conditions: new Map([[1, "crashed"]]) });
    for (let i = 0; i < 4; i++) await pay();
    const [paid, first] = [await balance(), height()];
    nodes.setFaults({
      ...NO_FAULTS_OF_NODES,
      groups: [
        [0, 2],
        [1, 3],
      ],
    });
    let isAnswered = false;
    const waiting = pay().then(() => (isAnswered = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual([isAnswered, await balance()], [false, paid]);
    // Clients end a request after 10 seconds: the sender has its hash before, and the transaction waits.
    test.clock.advance(8_000);
    await waiting;
    assert.equal(await balance(), paid);
    nodes.setFaults(NO_FAULTS_OF_NODES);
    await until(() => height() > first);
    await until(() => new Set(nodes.status.members.map(({ view }) => view)).size === 1);
  });

  it("answers requests with an error after 20 seconds without a quorum, and executes them with the next one", async () => {
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 0n }, development: true });
    const [first, batches] = [height(), test.batches.length];
    nodes.setFaults({
      ...NO_FAULTS_OF_NODES,
      groups: [
        [0, 1],
        [2, 3],
      ],
    });
    const requests = [
      methods.get("evm_mine")!([], undefined),
      methods.get("hardhat_setBalance")!([OTHER, "0x2a"], undefined),
      methods.get("hyperchain_sealBatch")!([], undefined),
    ];
    const expected = { code: "Undecided", message: /20 seconds.*no quorum/ };
    const refused = Promise.all(requests.map((request) => assert.rejects(request as Promise<unknown>, expected)));
    test.clock.advance(19_999);
    assert.equal(await Promise.race([Promise.race(requests).catch(() => "refused"), turn("waits")]), "waits");
    test.clock.advance(1);
    await refused;
    nodes.setFaults(NO_FAULTS_OF_NODES);
    await until(() => test.batches.length > batches);
    assert.deepEqual([height() > first, await balance(OTHER)], [true, "0x2a"]);
  });

  it("decides though a node withholds its messages from others, and though one is late", async () => {
    nodes.setFaults({ ...NO_FAULTS_OF_NODES, withheld: new Map([[0, [1, 2, 3]]]) });
    const { view } = nodes.status;
    for (let i = 0; i < 4; i++) await pay();
    // The others nullify the views that node 0 leads.
    assert.ok(nodes.status.view > view + 4);
    nodes.setFaults({ ...NO_FAULTS_OF_NODES, lags: new Map([0, 1].map((index) => [index, 100])) });
    const start = performance.now();
    await pay();
    // A quorum has one of the late nodes: proposal, notarization and finalization take 100 ms each.
    assert.ok(performance.now() - start >= 190);
    nodes.setFaults(NO_FAULTS_OF_NODES);
    await pay();
  });

  it("has evidence of a leader that proposes two decisions, and continues", async () => {
    nodes.setFaults({ ...NO_FAULTS_OF_NODES, conditions: new Map([[3, "equivocating"]]) });
    for (let i = 0; i < 4; i++) await pay();
    await until(() => nodes.status.evidence.length > 0);
    assert.equal(nodes.status.evidence[0]?.signer, keys[3]?.address);
  });
});
