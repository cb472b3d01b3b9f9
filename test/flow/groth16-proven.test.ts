import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { ContractFactory, type InterfaceAbi } from "ethers";
import { decodeBatchProof } from "../../src/execution-proof/batch/batch-proof.ts";
import { PROVEN_VERSION } from "../../src/protocol/protocol-version.ts";
import { compileSolidity } from "../contracts/verifier/support/compile.ts";
import { recordProofOf } from "../support/recorded-proofs.ts";
import { ALICE, clientOf, type FlowDevnet, startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES } from "./support/on-l1.ts";

const PROJECT = new URL("../../fixtures/example-project/", import.meta.url);
const VERIFIER_ABI: InterfaceAbi = [
  "function verifyProof(uint256[2], uint256[2][2], uint256[2], uint256[3]) view returns (bool)",
];
/** As Hardhat's production profile. */
const OPTIMIZED = { evmVersion: "osaka", optimizer: { enabled: true, runs: 200 } };
const FEES = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } as const;
/** Groth16 proof of the example project, with the inputs that it is about. */
const PROOF = [
  [
    0x0ba173a9155665e0f39b925d3118c2e68a63e5da3563e34603ffc5eb3e638584n,
    0x0aaaec7094034f7386ae9046767b098d7fe39ec072143e2721fb094c527caa35n,
  ],
  [
    [
      0x1f070c201c9b6ed3c406bde5962b6b2bb66da0acd291bc17dadc3d6f9e8d75fan,
      0x0c01147cdd4828a63b6616e4b3986ef1dead9a8a41b66a4ff38b3f35e45c2ec8n,
    ],
    [
      0x08cf85a8c9e25c9862496a2aef7bc729e0caa043d1dce1994e70112cf8bf80ecn,
      0x1a55c9c15c0ca13e7b0c83bc5c39c6fac3b0006432b1a124d92545f19da9abdfn,
    ],
  ],
  [
    0x1ef171c32a5ec9fa75afa93bec00b0400a056296dbf3cd2e8d3605edca88172dn,
    0x01628e37ed440256adf0e15682df5db2b9bdcf7f98d6d994279a21cd26006d4dn,
  ],
  [101n, 202n, 303n],
] as const;

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
    const source = readFileSync(new URL("contracts/Groth16Verifier.sol", PROJECT), "utf8");
    const { creation } = compileSolidity({ "Groth16Verifier.sol": source }, OPTIMIZED)["Groth16Verifier"]!;
    const deployed = await new ContractFactory(VERIFIER_ABI, creation, sender).deploy({ ...FEES, gasLimit: 2_000_000n });
    await deployed.waitForDeployment();
    const verifyProof = deployed.getFunction("verifyProof");
    assert.equal(await verifyProof.staticCall(...PROOF), true);
    const receipt = (await (await verifyProof.send(...PROOF, { ...FEES, gasLimit: 400_000n })).wait())!;
    assert.equal(receipt.status, 1);
    context.diagnostic(`gas of the verification: ${receipt.gasUsed}`);
    client.destroy();

    const { batchNumber } = (await pipeline.seal())!.outputs;
    const { receipts } = await pipeline.settled(batchNumber);
    assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.proven?.aggregator);
    await recordProofOf("groth16", receipts.prove!);
    const { chunks } = decodeBatchProof(pipeline.execution!.served(batchNumber)!.proof);
    context.diagnostic(`gas of the proof's transaction: ${receipts.prove!.gasUsed}; chunks: ${chunks.length}`);
  });
});
