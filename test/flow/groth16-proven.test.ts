import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory } from "ethers";
import { decodeBatchProof } from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { compileGroth16Verifier, GROTH16_PROOF, GROTH16_VERIFIER } from "../machine/support/groth16.ts";
import { recordProofOf } from "../support/recorded-proofs.ts";
import { ALICE, clientOf, type FlowDevnet, startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES } from "./support/on-l1.ts";

const FEES = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } as const;
/* As users have it: the package's programs, keys and contracts. */
describe("a batch that verifies a Groth16 proof with three public inputs", () => {
  let devnet: FlowDevnet;
  before(async () => {
    const chain = { chainId: 271n, execution: "proven" } as const;
    devnet = await startFlowDevnet([chain], { ...OWN_BATCHES, prover: { workers: 2 } });
    assert.equal(devnet.chains[0]!.pipeline.created.configuration.protocolVersion, PROVEN_VERSION);
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("is executed by L1 by one proof of its execution", async (context) => {
    const { pipeline } = devnet.chains[0]!;
    const client = clientOf(devnet.chains[0]!);
    const sender = devnet.accounts.wallet(ALICE).connect(client);
    const { creation } = compileGroth16Verifier(true);
    const deployed = await new ContractFactory(GROTH16_VERIFIER, creation, sender).deploy({ ...FEES, gasLimit: 2_000_000n });
    await deployed.waitForDeployment();
    const { a, b, c, inputs } = GROTH16_PROOF;
    const verifyProof = deployed.getFunction("verifyProof");
    assert.equal(await verifyProof.staticCall(a, b, c, inputs), true);
    const receipt = (await (await verifyProof.send(a, b, c, inputs, { ...FEES, gasLimit: 400_000n })).wait())!;
    assert.equal(receipt.status, 1);
    context.diagnostic(`gas of the verification: ${receipt.gasUsed}`);
    client.destroy();

    const { batchNumber } = (await pipeline.seal())!.outputs;
    const { receipts } = await pipeline.settled(batchNumber);
    assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);
    await recordProofOf("groth16", receipts.prove!);
    const { chunks } = decodeBatchProof(pipeline.execution!.served(batchNumber)!.proof);
    context.diagnostic(`gas of the proof's transaction: ${receipts.prove!.gasUsed}; chunks: ${chunks.length}`);
  });
});
