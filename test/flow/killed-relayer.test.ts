import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { Transaction, type JsonRpcProvider } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { serveFaultyL1, type FaultyL1 } from "../support/faulty-l1.ts";
import { ALICE, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, takenBy, type FlowDevnet } from "./support/devnet.ts";
import { transferOf } from "./support/interop.ts";
import type { RelayingReport, RelayingTask } from "./support/relayer-process.ts";

const [A, B] = [271n, 272n];
const COMPETITOR = 5;
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";

describe("C6 with real proofs: two relayers in separate processes", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  /** Link between the processes and B, which forwards requests and answers unchanged by default. */
  let wayToB: FaultyL1;

  before(async () => {
    devnet = await startFlowDevnet([A, B]);
    clients = devnet.chains.map(clientOf);
    wayToB = await serveFaultyL1((method, params) => clients[1]!.send(method, [...params]));
    const payer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    const to = lowerCaseAddress(devnet.accounts.wallet(COMPETITOR).address);
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: B, to, valueWei: ETHER }, payer);
    await devnet.chains[1]!.pipeline.pollL1();
  });
  after(async () => {
    await wayToB.close();
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  function start(account: number) {
    const [a, b] = devnet.chains;
    const task: RelayingTask = {
      l1: { chainId: devnet.l1.chainId, url: devnet.l1.url },
      registry: devnet.ecosystem.addresses.roots,
      fromBlock: devnet.ecosystem.fromBlock,
      chains: [
        { chainId: A, hyperchain: a!.pipeline.created.hyperchain, url: a!.url },
        { chainId: B, hyperchain: b!.pipeline.created.hyperchain, url: wayToB.url },
      ],
      account,
    };
    const child = fork(new URL("./support/relayer-process.ts", import.meta.url), [], { serialization: "advanced", execArgv: [] });
    child.send(task);
    const report = once(child, "message").then(([message]) => message as RelayingReport);
    return { child, report, ended: once(child, "exit") };
  }
  const addressOf = (account: number): string => devnet.accounts.wallet(account).address;

  test("the first that delivers is killed before B sees it, the other delivers: the balance moves once, and a later look sends nothing", async () => {
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await alice.sendTransaction(transferOf(B, ETHER, BOB))).wait();
    assert.ok((await settleNow(devnet.chains[0]!)).proof !== undefined);
    assert.deepEqual(await takenBy(devnet.chains[1]!.pipeline), { operations: 0, roots: 1 });

    const accounts = [RELAYER, COMPETITOR] as const;
    const running = accounts.map(start);
    const senders: number[] = [];
    let told: (killed: number) => void = () => {};
    const killed = new Promise<number>((resolve) => (told = resolve));
    wayToB.decide = async (method, params) => {
      if (method !== "eth_sendRawTransaction") return "answered";
      const sender = accounts.findIndex((account) => addressOf(account) === Transaction.from(String(params[0])).from);
      senders.push(sender);
      if (senders.length > 1) {
        // The other is dead by now, whatever the order in which the two came here.
        await running[senders[0]!]!.ended;
        return "answered";
      }
      running[sender]!.child.kill("SIGKILL");
      told(sender);
      return "unseen";
    };
    const bothEnded = Promise.all(running.map(({ ended }) => ended)).then(() => assert.fail("neither has sent anything"));
    const dead = await Promise.race([killed, bothEnded]);
    const [gone, alive] = [running[dead]!, running[1 - dead]!];
    assert.deepEqual(await gone.ended, [null, "SIGKILL"]);
    assert.deepEqual(await alive.ended, [0, null]);
    const report = await alive.report;
    assert.equal(report.length, 1);
    assert.ok(report[0]!.includes("executed"), String(report[0]));
    assert.deepEqual(senders, [dead, 1 - dead], "one transaction of each");
    assert.equal(await clients[1]!.getBalance(BOB), ETHER);
    const nonces = () => Promise.all(accounts.map((account) => clients[1]!.getTransactionCount(addressOf(account))));
    const expected = accounts.map((_, place) => (place === dead ? 0 : 1));
    assert.deepEqual(await nonces(), expected);

    // The dead one comes back, knows nothing, and finds it done.
    wayToB.decide = () => "answered";
    const back = start(accounts[dead]!);
    assert.deepEqual(await back.ended, [0, null]);
    const [found] = await back.report;
    assert.ok(found!.includes("executed"), String(found));
    assert.deepEqual(await nonces(), expected);
    assert.equal(await clients[1]!.getBalance(BOB), ETHER);

    const { batch, proof } = await settleNow(devnet.chains[1]!);
    assert.ok(proof !== undefined);
    assert.equal(batch.importedRoots.length, 1);
    assert.equal(await clients[1]!.getBalance(BOB), ETHER);
  });
});
