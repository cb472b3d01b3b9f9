import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { checkExecution } from "../../src/devnet/execution/check-execution.ts";
import { readServedExecution } from "../../src/devnet/execution/served-execution.ts";
import { genesisOf } from "../flow/support/genesis.ts";
import { COURIERS } from "./support/couriers.ts";
import { CourierWorld, receivedBy } from "./support/courier-world.ts";

const [LAYERZERO] = COURIERS;

describe("C14 LayerZero's published contracts on chains whose execution is proven", () => {
  let world: CourierWorld | undefined;
  after(() => world?.close());

  test("anyone verifies the batches that created them, that sent a packet and that executed it", async (t) => {
    const from = performance.now();
    world = await CourierWorld.start([LAYERZERO!], [0, 1], { prover: { workers: 2, execution: "proven" } });
    const started = performance.now();
    const { devnet } = world;
    await devnet.settle(undefined, { execution: true });
    const setUp = performance.now();
    const pair = await world.pair(LAYERZERO!);
    await world.send(pair, "proven");
    await world.finish();
    await devnet.settle(undefined, { execution: true });
    assert.equal(await receivedBy(pair), 1);
    const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
    t.diagnostic(
      `start ${seconds(started - from)} s, its batches' proofs ${seconds(setUp - started)} s, a message with its contracts ${seconds(performance.now() - setUp)} s`,
    );

    const { chains } = await devnet.status();
    for (const [place, { execution }] of chains.entries()) {
      assert.deepEqual(execution!.labelled, []);
      assert.ok(execution!.provenUpTo! > 0);
      const { pipeline, provider } = devnet.chains[place]!;
      for (let number = 0; number <= execution!.provenUpTo!; number++) {
        const served = await provider.request({ method: "hyperchain_getExecutionProof", params: [number] });
        const { cheatCount, stage, provenBits } = await checkExecution({
          ...{ l1: devnet.l1.provider, hyperchain: pipeline.created.hyperchain, batchNumber: BigInt(number) },
          ...{ served: readServedExecution(served), genesis: await genesisOf(), bridges: [] },
        });
        assert.deepEqual([cheatCount, stage], [0n, "executed"]);
        assert.ok(provenBits >= 100, `${provenBits}`);
      }
    }
    assert.deepEqual(devnet.faults, []);
  });
});
