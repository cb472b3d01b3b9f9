import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createNoBatchesProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import type { ProofStage } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { FAKE_METRICS } from "../support/fake-metrics.ts";
import { startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { OWN_BATCHES, sealOne } from "../flow/support/on-l1.ts";

const CHUNK = { chunk: 1, chunks: 3, phase: "fri", fraction: 0.5, worker: "rack-7" } as const;
const treeOf = (kind: string, made: number) => ({ phase: "trace", fraction: 0, tree: { kind, made, proofs: 9 } }) as const;

/** Deploys one byte of code. */
const NOT_ASKED = { name: "NotAsked", abi: [], bytecode: "0x60015f526001601ff3" } as const;

/* Chains and settlement are real; doubles prove when the test lets them. */
describe("the status of a batch whose execution L1 checks", () => {
  let devnet: FlowDevnet;
  const executed = Promise.withResolvers<undefined>();

  before(async () => {
    const chain = { execution: "proven" } as const;
    devnet = await startFlowDevnet(
      [
        { ...chain, chainId: 271n },
        { ...chain, chainId: 272n, pace: { shared: true, maxAgeSeconds: 1_800 } },
      ],
      OWN_BATCHES,
      {
        // L1 is shown nothing here.
        proofContracts: {
          ...{ programs: "package", last: "small" },
          contracts: () => Promise.resolve({ contracts: [NOT_ASKED], executionKey: wordToHex(77n) }),
        },
        executionProver: ({ prepare }) => ({
          prepare,
          async prove(_witness, _claim, options) {
            options?.onProgress?.(CHUNK);
            await executed.promise;
            return { kind: "proven", proof: Uint8Array.of(1), metrics: { ...FAKE_METRICS, chunks: 1, provenBits: 100 } };
          },
          verify: () => Promise.resolve({ chunks: 1, provenBits: 100 }),
        }),
        l1Prover: () => ({
          async prepare(batch, options) {
            options?.onProgress?.(treeOf("list", 4));
            return createNoBatchesProver().prepare(batch);
          },
          prove(_batches, options) {
            options?.onProgress?.(treeOf("leaf", 2));
            const { signal } = options!;
            return new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason as Error)));
          },
        }),
      },
    );
  });
  after(async () => {
    await devnet?.close();
    assert.deepEqual(devnet?.faults, []);
  });

  /** Waits until the stages of each chain's first batch satisfy the condition; returns them. */
  const stages = async (are: (stages: readonly (ProofStage | undefined)[]) => boolean): Promise<readonly unknown[]> => {
    for (let look = 0; ; look++) {
      const { chains } = await devnet.status();
      const found = chains.map(({ proving }) => proving?.[0]);
      if (are(found)) return found;
      assert.ok(look < 5_000, JSON.stringify(found));
      await turn();
    }
  };

  it("says that it is not proven, with chunk and worker, then that it is and which proof for L1 is made", async () => {
    for (const place of [0, 1]) await sealOne(devnet, place);
    const isProving = (stage: ProofStage | undefined): boolean => stage?.execution?.kind === "proving";
    const waiting = { batch: 0, phase: "queued", fraction: 0, execution: { kind: "proving", ...CHUNK } };
    assert.deepEqual(await stages((all) => all.every(isProving)), [waiting, waiting]);
    executed.resolve(undefined);
    const proven = { batch: 0, execution: { kind: "proven" } };
    assert.deepEqual(await stages((all) => all.every((stage) => stage?.tree !== undefined)), [
      { ...treeOf("leaf", 2), ...proven },
      { ...treeOf("list", 4), ...proven },
    ]);
  });
});
