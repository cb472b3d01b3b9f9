import assert from "node:assert/strict";
import { getCreateAddress, Interface, type JsonRpcProvider } from "ethers";
import { hyperchainAbi } from "../../../src/ground/abi/hyperchain.ts";
import type { DevnetChain } from "../../../src/ecosystem/devnet/devnet.ts";
import type { BatchesProver } from "../../../src/proofs/l1-proof/batches-prover.ts";
import { testContract } from "../../chain/support/artifact.ts";
import { ALICE, clientOf, type FlowDevnet, startFlowDevnet } from "./devnet.ts";
import { OWN_BATCHES } from "./on-l1.ts";

const TRANSFERS = 100;
const FREE = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 2_000_000n } as const;
/** Batches of each chain; fewer than eight, at which a chain's proofs go whatever its pace says. */
const BATCHES = [7, 7, 2] as const;

/** Gas on L1 of sixteen batches that one proof executes. */
interface SixteenBatches {
  /** Gas of the transaction that checks the proof. */
  readonly verifyGas16: number;
  /** Gas of all transactions of the batches, by batch. */
  readonly gasPerBatch16: number;
  readonly transactions: number;
}

/**
 * Settles sixteen batches of 100 transfers each, of three chains, by one small proof, with the package's programs, keys and
 * contracts: some 15 minutes of two processors. Rejects with AssertionError if one transaction does not prove all.
 */
export async function settleSixteenTogether(): Promise<SixteenBatches> {
  const chain = { execution: "proven" } as const;
  const chains = [
    { ...chain, chainId: 271n, pace: { shared: true, maxAgeSeconds: 7_200 } },
    { ...chain, chainId: 272n, pace: { shared: true, maxAgeSeconds: 7_200 } },
    // Its second batch has all go.
    { ...chain, chainId: 273n, pace: { shared: true, maxAgeSeconds: 7_200, maxBatches: BATCHES[2] } },
  ];
  const ready = countReady();
  const options = { ...OWN_BATCHES, prover: { workers: 2 } } as const;
  const devnet = await startFlowDevnet(chains, { ...options, lastProof: "small" }, { l1Prover: ready.of });
  try {
    // What is not ready when the last batch is due would wait for the next proof.
    const others = BATCHES.reduce((sum, count) => sum + count, -1);
    for (const [place, count] of BATCHES.entries()) await sealTransfers(devnet, place, count, () => ready.until(others));
    const settled = await Promise.all(
      BATCHES.flatMap((count, place) =>
        Array.from({ length: count }, (_, i) => devnet.chains[place]!.pipeline.settled(BigInt(i))),
      ),
    );
    assert.deepEqual(devnet.faults, []);
    return gasOf(settled);
  } finally {
    await devnet.close();
  }
}

function gasOf(settled: readonly Awaited<ReturnType<DevnetChain["pipeline"]["settled"]>>[]): SixteenBatches {
  const proofs = new Set(settled.map(({ receipts }) => receipts.prove?.hash));
  assert.equal(proofs.size, 1, "one transaction proves all");
  const [{ receipts } = assert.fail("sixteen batches are settled")] = settled;
  const hyperchain = new Interface(hyperchainAbi);
  const proven = receipts.prove!.logs.filter((log) => hyperchain.parseLog(log)?.name === "ExecutionProven");
  assert.equal(proven.length, settled.length);
  const transactions = new Map(
    settled.flatMap((batch) => Object.values(batch.receipts).map((receipt) => [receipt.hash, receipt])),
  );
  const gas = [...transactions.values()].reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
  return {
    verifyGas16: Number(receipts.prove!.gasUsed),
    gasPerBatch16: Number(gas / BigInt(settled.length)),
    transactions: transactions.size,
  };
}

/** Counts batches whose own proofs, what stands on one batch alone, are no longer being made. */
function countReady(): { readonly of: (prover: BatchesProver) => BatchesProver; until(count: number): Promise<void> } {
  const changes = new EventTarget();
  let ended = 0;
  return {
    of: (prover) => ({
      ...prover,
      async prepare(batch, options) {
        try {
          return await prover.prepare(batch, options);
        } finally {
          ended++;
          changes.dispatchEvent(new Event("ended"));
        }
      },
    }),
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (ended >= count) resolve();
        };
        changes.addEventListener("ended", look);
        look();
      }),
  };
}

/** Batches of a chain, sealed one behind the other; the first has the token's deployment beside its transfers. */
async function sealTransfers(devnet: FlowDevnet, place: number, count: number, othersReady: () => Promise<void>): Promise<void> {
  const chain = devnet.chains[place]!;
  const client = clientOf(chain);
  try {
    const sender = devnet.accounts.wallet(ALICE).connect(client);
    const { abi, initCode } = await testContract("PlainToken");
    const token = getCreateAddress({ from: sender.address, nonce: 0 });
    await (
      await sender.sendTransaction({ data: initCode + abi.encodeDeploy([[sender.address], 10n ** 9n]).slice(2), ...FREE })
    ).wait();
    for (let batch = 0; batch < count; batch++) {
      for (let i = 0; i < TRANSFERS; i++) {
        const receiver = `0x${(0xbeef_0000 + i).toString(16).padStart(40, "0")}`;
        await sender.sendTransaction({ to: token, data: abi.encodeFunctionData("transfer", [receiver, 7n]), ...FREE });
      }
      if (place === BATCHES.length - 1 && batch === count - 1) await othersReady();
      await sealAndProve(chain, client, BigInt(batch));
    }
  } finally {
    client.destroy();
  }
}

/** A chain whose proofs wait for others seals the next batch behind the proof of this one. */
async function sealAndProve({ pipeline }: DevnetChain, client: JsonRpcProvider, batchNumber: bigint): Promise<void> {
  const sealed = await pipeline.seal();
  assert.equal(sealed?.outputs.batchNumber, batchNumber);
  assert.ok((await client.getBlockNumber()) >= TRANSFERS);
  await pipeline.execution!.outcome(batchNumber);
}
