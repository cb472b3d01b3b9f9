import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { superchainAccounts } from "../../src/chain/predeploys/superchain.ts";
import { checkExecution, type CheckedExecution } from "../../src/devnet/execution/check-execution.ts";
import { readServedExecution } from "../../src/devnet/execution/served-execution.ts";
import { bundledArtifact } from "../../src/plugin/contract-artifacts.ts";
import { startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { genesisOf } from "../flow/support/genesis.ts";
import { crossAndAnswer, options, SuperchainWorld } from "./support/superchain-world.ts";

const [A, B] = [271n, 272n];

describe("C14 the Superchain on chains whose execution is proven", () => {
  let devnet: FlowDevnet | undefined;
  after(() => devnet?.close());

  /** As anyone checks it, who has L1, this package and a proof that anyone may have served. */
  async function verified(chain: number, batchNumber: bigint): Promise<CheckedExecution> {
    const { pipeline, provider } = devnet!.chains[chain]!;
    const served = await provider.request({ method: "hyperchain_getExecutionProof", params: [Number(batchNumber)] });
    return checkExecution({
      ...{ l1: devnet!.l1.provider, hyperchain: pipeline.created.hyperchain, batchNumber },
      ...{ served: readServedExecution(served), genesis: await genesisOf() },
      bridges: await superchainAccounts(bundledArtifact),
    });
  }

  test("anyone verifies the batch that sent a message and the one that relayed it, of a chain of either version", async () => {
    const proven = { prover: { execution: "proven" } } as const;
    devnet = await startFlowDevnet(
      [
        { chainId: A, ...proven },
        { chainId: B, ...proven, protocolVersion: 3 },
      ],
      { ...options, prover: { workers: 2 } },
    );
    const world = new SuperchainWorld(devnet);
    await crossAndAnswer(world);
    await devnet.settle(undefined, { execution: true });
    const { chains } = await devnet.status();
    for (const [place, { execution }] of chains.entries()) {
      assert.deepEqual(execution!.labelled, []);
      assert.ok(execution!.provenUpTo! > 0);
      const numbers = Array.from({ length: execution!.provenUpTo! + 1 }, (_, number) => BigInt(number));
      for (const number of numbers) {
        const { cheatCount, stage, provenBits } = await verified(place, number);
        assert.deepEqual([cheatCount, stage], [0n, "executed"]);
        assert.ok(provenBits >= 100, `${provenBits}`);
      }
    }
    for (const client of world.clients) client.destroy();
    assert.deepEqual(devnet.faults, []);
  });
});
