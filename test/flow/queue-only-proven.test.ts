import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { hyperchainAbi } from "../../src/abi/hyperchain.ts";
import { requestFromL1 } from "../../src/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/devnet/accounts/accounts.ts";
import { checkExecution } from "../../src/devnet/execution/check-execution.ts";
import { readServedExecution } from "../../src/devnet/execution/served-execution.ts";
import type { BatchProofInfo } from "../../src/devnet/view/batches/proof-info.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import { fromHex } from "../../src/protocol/hex.ts";
import { encodeShown } from "../../src/protocol/shown-execution.ts";
import { recordProof } from "../support/recorded-proofs.ts";
import { BOB, clientOf, ETHER, type FlowDevnet, startFlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { OWN_BATCHES } from "./support/on-l1.ts";
import { failingChecks } from "./support/shown-proof.ts";

const CHAIN_ID = 271n;

/* As users have it: the package's programs, keys and contracts, with at least 100 proven bits. Some 80 CPU seconds. */
describe("a chain whose order is L1's queue alone, by what the package has", () => {
  let devnet: FlowDevnet;
  const hyperchain = new Interface(hyperchainAbi);

  before(async () => {
    const chain = { chainId: CHAIN_ID, protocolVersion: 3, prover: { execution: "onL1" }, sequencing: "queue" } as const;
    devnet = await startFlowDevnet([chain], { ...OWN_BATCHES, prover: { mode: "stark", workers: 2 } });
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("settles a deposit by one call with one proof, which commits, proves and executes", async (context) => {
    const { pipeline } = devnet.chains[0]!;
    const bob = devnet.accounts.wallet(BOB);
    const to = lowerCaseAddress(bob.address);
    const request = { chainId: CHAIN_ID, to, valueWei: ETHER };
    await requestFromL1(devnet.ecosystem.addresses.factory, request, bob.connect(devnet.l1.provider));
    await pipeline.pollL1();
    await devnet.settle(CHAIN_ID);
    const { stored, receipts, proof } = await pipeline.settled(0n);
    assert.equal(stored.newStateRoot, digestToHex(pipeline.chain.tree.root));
    const { execute } = receipts;
    assert.equal(execute?.to?.toLowerCase(), pipeline.created.hyperchain);
    const events = execute!.logs.flatMap((log) => hyperchain.parseLog(log)?.name ?? []);
    for (const name of ["BatchStored", "ExecutionProven", "BlockExecution"]) assert.ok(events.includes(name), name);
    context.diagnostic(`gas of the settlement: ${execute!.gasUsed}; bytes of the proof: ${proof.bytes}`);
  });
  test("shows that proof with its record; chunks' proofs are checked by anyone against what L1 has, as hyperchain:verify does", async () => {
    const { provider, pipeline } = devnet.chains[0]!;
    const { hyperchain } = pipeline.created;
    const { stored, proof } = await pipeline.settled(0n);
    const shown = (await provider.request({ method: "hyperchain_proof", params: [271, 0] })) as BatchProofInfo;
    assert.ok(shown.kind === "execution");
    const { digest, proof: bytes } = shown;
    recordProof("queue-only", { batches: [{ chainId: CHAIN_ID, batch: stored }], digest, proof: bytes });
    assert.equal(encodeShown({ digest: shown.digest, proof: fromHex(shown.proof) }).length, proof.bytes);
    const l1 = clientOf({ chainId: devnet.l1.chainId, url: devnet.l1.url });
    assert.deepEqual(await failingChecks(shown, { l1, hyperchain }), []);
    l1.destroy();
    const served = await provider.request({ method: "hyperchain_getExecutionProof", params: [0] });
    const checked = await checkExecution({
      ...{ l1: devnet.l1.provider, hyperchain, batchNumber: 0n, genesis: await genesisOf(), bridges: [] },
      served: readServedExecution(served),
    });
    assert.deepEqual([checked.isProvenOnL1, checked.stage, checked.newStateRoot], [true, "executed", stored.newStateRoot]);
  });
});
