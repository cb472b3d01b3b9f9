import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Contract, Interface } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import type { ProofContracts } from "../../src/ecosystem/devnet/chains/provers.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import type { FlowDevnet } from "./support/devnet.ts";
import { Kept } from "./support/kept.ts";
import { OWN_BATCHES, programsOnL1, sealOne, WEAK_CHUNKS } from "./support/on-l1.ts";

/*
 * A chain whose batches L1 executes by one proof of their execution: the whole way from a transaction to the contract that checks the
 * proof, in a devnet as users have it. By small parameters (NOT SECURE): what is real besides is `npm run -s bench -- recursion`.
 */
const ON_L1 = { chainId: 271n, execution: "proven" } as const;
const OPTIONS = { ...OWN_BATCHES, proofs: "stark", prover: { workers: 2 } } as const;
const hyperchainInterface = new Interface(hyperchainAbi);

describe("a chain whose execution L1 checks", () => {
  let proofContracts: ProofContracts;
  let replaced: { readonly executionProving: typeof WEAK_CHUNKS; readonly proofContracts: ProofContracts };

  before(async () => {
    proofContracts = await programsOnL1(2);
    replaced = { executionProving: WEAK_CHUNKS, proofContracts };
  });

  const contractOf = ({ chains: [chain], l1 }: FlowDevnet): Contract =>
    new Contract(chain!.pipeline.created.hyperchain, hyperchainInterface, l1.provider);
  const totals = (devnet: FlowDevnet): Promise<readonly bigint[]> => {
    const names = ["getTotalBatchesCommitted", "getTotalBatchesVerified", "getTotalBatchesExecuted"];
    return Promise.all(names.map((name) => contractOf(devnet).getFunction(name)() as Promise<bigint>));
  };

  describe("that is kept", () => {
    let kept: Kept;
    before(async () => {
      kept = new Kept([ON_L1], OPTIONS, undefined, replaced);
      await kept.start();
    });
    after(() => kept.end());

    it("has a batch executed by a proof that its version's aggregator takes, and says since which batch", async () => {
      const { devnet } = kept;
      const { pipeline } = kept.chain();
      assert.equal(pipeline.created.configuration.protocolVersion, PROVEN_VERSION);
      await sealOne(devnet);
      const { receipts, stored } = await pipeline.settled(0n);
      assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);
      const events = receipts.prove!.logs.flatMap((log) => hyperchainInterface.parseLog(log)?.name ?? []);
      assert.deepEqual(events, ["BatchProven", "BlocksVerification", "ExecutionProven"]);
      assert.equal(stored.protocolVersion, PROVEN_VERSION);
      assert.deepEqual(await totals(devnet), [1n, 1n, 1n]);
      const { sentence } = devnet.info().chains[0]!.execution!;
      assert.match(sentence, /^Proven on L1 since batch 0 \(1 batch is executed so far\)/);
    });

    it("has a batch executed whose last proof a process did not live to make; the next one proves no chunk again", async () => {
      await sealOne(kept.devnet);
      const { execution } = kept.chain().pipeline;
      await execution!.outcome(1n);
      const served = execution!.served(1n);
      assert.equal((await totals(kept.devnet))[2], 1n);
      await kept.restart();
      const { pipeline } = kept.chain();
      assert.deepEqual(pipeline.execution!.served(1n), served);
      await pipeline.settled(1n);
      assert.deepEqual(await totals(kept.devnet), [2n, 2n, 2n]);
    });
  });
});
