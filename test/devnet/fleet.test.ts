import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { httpQueue } from "../../src/proofs/proving/queue-http.ts";
import { statePort } from "../../src/proofs/proving/state-port.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { until } from "../support/until.ts";

const TOKEN = "0123456789abcdef-token";

describe("H4: an ecosystem whose batches a worker proves", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n }], {
      prover: { workers: 1, fleet: { token: TOKEN } },
      fundedAccounts: [ALICE],
    });
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("L1 takes the worker's proof, and the settled batch and the status name the worker", async () => {
    const [first] = await devnet.settle();
    assert.equal(first?.proof?.worker, undefined, "no worker had joined");
    const client = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
    client.destroy();
    const prover = createProver({ workers: 1 });
    const wait = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);
    const address = { url: devnet.info().prover.fleet!.url, token: TOKEN };
    const working = httpQueue(address, { pause: wait }).work(statePort(prover), { name: "laptop" });
    await until(() => devnet.info().prover.fleet!.workers.length > 0);
    const [batch] = await devnet.settle();
    await working.stop();
    await prover.close();
    assert.equal(batch?.proof?.worker, "laptop");
    assert.ok((batch?.proof?.seconds ?? 0) > 0);
    const [info] = devnet.info().prover.fleet!.workers;
    assert.deepEqual([info?.name, info?.proofs, info?.refused], ["laptop", 1, 0]);
    assert.equal(JSON.stringify(devnet.info()).includes(TOKEN), false, "everybody may ask for the info");
  });
});
