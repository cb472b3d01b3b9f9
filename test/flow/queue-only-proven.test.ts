import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getCreateAddress, Interface } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { proofAggregatorAbi } from "../../src/ground/abi/proof-aggregator.ts";
import { requestFromL1, type L1Request } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { checkBatch } from "../../src/ecosystem/devnet/proofs/check-batch.ts";
import type { BatchProofInfo } from "../../src/ecosystem/devnet/view/batches/proof-on-l1.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, hashTag, type Hex } from "../../src/ground/protocol/hex.ts";
import { encodeShown } from "../../src/ground/protocol/shown-execution.ts";
import { l1TotalOf, MAX_PROOF_BYTES, MAX_TRANSACTION_BYTES } from "../../src/ground/protocol/way-to-l1.ts";
import type { SettledBatch } from "../../src/chain/node/settling/settled-batch.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { recordProof } from "../support/recorded-proofs.ts";
import { BOB, clientOf, ETHER, type FlowDevnet, startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES } from "./support/on-l1.ts";
import { failingChecks } from "./support/shown-proof.ts";

const CHAIN_ID = 271n;
/**
 * Sends a message of 51,200 zeros to L1 by `sendToL1(bytes)`: less than a batch may publish, and with a proof more than nodes take
 * of a transaction. The words of the call, CALL, a revert if that fails; before them a code that deploys the 42 bytes.
 */
const SENDER: Hex = `0x602a600a5f39602a5ff3${[
  `63${hashTag("sendToL1(bytes)").slice(2, 10)}60e01b5f52`,
  "6020600452",
  "61c800602452",
  "5f5f61c8445f5f6180085af1",
  "15602657005b5f5ffd",
].join("")}`;
const aggregator = new Interface(proofAggregatorAbi);

/* As users have it: the package's programs, keys and contracts, with at least 100 proven bits. Some 80 CPU seconds. */
describe("a chain whose order is L1's queue alone, by what the package has", () => {
  let devnet: FlowDevnet;
  const hyperchain = new Interface(hyperchainAbi);

  before(async () => {
    const chain = { chainId: CHAIN_ID, execution: "proven", sequencing: "queue" } as const;
    devnet = await startFlowDevnet([chain], { ...OWN_BATCHES, prover: { workers: 2 }, lastProof: "small" });
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Queues operations of Bob's and settles the batch that takes them. */
  async function settled(
    ...requests: readonly Pick<L1Request, "to" | "valueWei" | "data" | "gasLimit">[]
  ): Promise<SettledBatch> {
    const { pipeline } = devnet.chains[0]!;
    const number = pipeline.chain.archive.last === undefined ? 0n : pipeline.chain.archive.last.number + 1n;
    const bob = devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
    for (const request of requests)
      await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, ...request }, bob);
    await pipeline.pollL1();
    await devnet.settle(CHAIN_ID);
    return pipeline.settled(number);
  }

  test("settles a deposit by one call with one proof, which commits, proves and executes", async (context) => {
    const { pipeline } = devnet.chains[0]!;
    const to = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    const { stored, receipts, proof } = await settled({ to, valueWei: ETHER });
    assert.equal(stored.newStateRoot, digestToHex(pipeline.chain.tree.root));
    const { execute } = receipts;
    assert.equal(execute?.to?.toLowerCase(), pipeline.created.hyperchain);
    const events = execute!.logs.flatMap((log) => hyperchain.parseLog(log)?.name ?? []);
    for (const name of ["BatchStored", "ExecutionProven", "BlockExecution"]) assert.ok(events.includes(name), name);
    context.diagnostic(`gas of the settlement: ${execute!.gasUsed}; bytes of the proof: ${proof.bytes}`);
  });
  test("shows that proof with its record, which any machine checks by L1's data, as hyperchain:verify does", async () => {
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
    const place = { l1, l1ChainId: devnet.l1.chainId, chainId: CHAIN_ID, hyperchain, fromBlock: 0 };
    const checked = await checkBatch(place, 0n);
    assert.deepEqual([checked.kind, checked.stage, checked.newStateRoot], ["execution", "executed", stored.newStateRoot]);
    l1.destroy();
  });

  test(
    "settles a long message, which has no room next to the proof, by two transactions; the proof is shown as well",
    { skip: !IS_NIGHTLY },
    async (context) => {
      const { provider, pipeline } = devnet.chains[0]!;
      const from = devnet.accounts.wallet(BOB).address;
      const sender = lowerCaseAddress(getCreateAddress({ from, nonce: 1 }));
      const { receipts, proof } = await settled(
        { to: `0x${"00".repeat(20)}`, valueWei: 0n, data: SENDER },
        { to: sender, valueWei: 0n, gasLimit: 7_000_000n },
      );
      const { prove, execute } = receipts;
      assert.notEqual(prove!.hash, execute!.hash);
      const [storing, settling] = await Promise.all(
        [prove, execute].map(async (receipt) => (await devnet.l1.provider.getTransaction(receipt!.hash))!.data as Hex),
      );
      assert.deepEqual(
        [aggregator.parseTransaction({ data: storing! })?.name, hyperchain.parseTransaction({ data: settling! })?.args["proof"]],
        ["storeProof", "0x"],
      );
      for (const input of [storing!, settling!]) assert.ok(input.length / 2 < MAX_TRANSACTION_BYTES);
      assert.ok(storing!.length / 2 + settling!.length / 2 > MAX_TRANSACTION_BYTES);
      const estimated = l1TotalOf({ stages: ["prove"] }, { gas: 50 * proof.bytes, bytes: proof.bytes, units: 0 });
      assert.ok(Number(prove!.gasUsed) <= estimated.gas && proof.bytes <= MAX_PROOF_BYTES, `${prove!.gasUsed}`);
      const shown = (await provider.request({ method: "hyperchain_proof", params: [271, 1] })) as BatchProofInfo;
      assert.ok(shown.kind === "execution");
      assert.deepEqual([shown.proofTransactionHash, fromHex(shown.proof).length + 32], [prove!.hash, proof.bytes]);
      const l1 = clientOf({ chainId: devnet.l1.chainId, url: devnet.l1.url });
      assert.deepEqual(await failingChecks(shown, { l1, hyperchain: pipeline.created.hyperchain }), []);
      l1.destroy();
      context.diagnostic(`gas: ${prove!.gasUsed} and ${execute!.gasUsed}; bytes of the proof: ${proof.bytes}`);
    },
  );
});
