import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PUBLISHED } from "../../src/ground/protocol/data-choice.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { committeePolicy, createLocalCommitteeMember } from "../../src/chain/settlement/committee.ts";
import { postingOf } from "../../src/chain/settlement/data-policy.ts";
import { readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { commitBatch } from "../../src/chain/settlement/l1-sender/commit.ts";
import { executeBatch } from "../../src/chain/settlement/l1-sender/execute.ts";
import { proveBatch } from "../../src/chain/settlement/l1-sender/prove.ts";
import { storedBatchOf } from "./support/stored-batch.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { createSettledChain, plainMessage, startSettledL1, type SettledL1 } from "./support/settled-l1.ts";
import { senderContext } from "./support/sender.ts";

describe("a chain that keeps its data off L1", () => {
  const prover = createProver({ workers: 2 });
  let settled: SettledL1;
  before(async () => {
    settled = await startSettledL1();
  });
  after(async () => {
    await prover.close();
    await settled.l1.close();
  });

  test("settles with its committee's signatures and a real proof, and not without them", async () => {
    const signers = settled.accounts.slice(3, 6).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    const contract = await settled.l1.deploy(
      "CommitteePolicy",
      signers.map(({ address }) => address),
      2,
    );
    const policy = (await contract.getAddress()).toLowerCase() as Hex;
    const chain = await createSettledChain(settled, 501n, { dataAvailabilityPolicy: policy });
    const context = senderContext(chain, settled.accounts[0]!);
    const committee = { settlementChainId: settled.ecosystem.settlementChainId, policy };
    const kept: Uint8Array[] = [];
    const members = await Promise.all(
      signers.map((signer, i) =>
        createLocalCommitteeMember(signer, committee, ({ pubdata }) =>
          i === 1 ? Promise.reject(new Error("disk full")) : Promise.resolve(void kept.push(pubdata)),
        ),
      ),
    );
    const quorum = { members: chain.members, threshold: 1 };
    const batch = await chain.form({
      writes: [
        { leaf: 5, value: 50n },
        { leaf: 60, value: 1n },
      ],
      logs: [plainMessage("quiet")],
    });
    const refused = async (posting: Parameters<typeof commitBatch>[3]["posting"], name: string, shown = batch) =>
      assert.rejects(commitBatch(context, shown, chain.genesis, { quorum, posting }), (error: unknown) => {
        assert.ok(error instanceof SettlementError, String(error));
        assert.equal(error.contractError?.name ?? error.code, name, error.message);
        return true;
      });

    await refused(postingOf(committeePolicy({ ...committee, members, threshold: 3 })), "QuorumUnreachable");
    await refused(postingOf(committeePolicy({ ...committee, members, threshold: 1 })), "TooFewSignatures");
    // Publishing the data makes it another batch: its commitment says that L1 saw nothing.
    const published = { ...batch, data: PUBLISHED };
    await refused(postingOf(committeePolicy({ ...committee, members, threshold: 2 })), "CommitmentMismatch", published);

    const posting = postingOf(committeePolicy({ ...committee, members, threshold: 2 }));
    const { stored, receipt } = await commitBatch(context, batch, chain.genesis, { quorum, posting });
    assert.deepEqual(
      stored,
      storedBatchOf(batch, chain.genesis, { ...chain.contract, publishesPubdata: false, committedAt: stored.committedAt }),
    );
    const { data } = await receipt!.getTransaction();
    assert.ok(!data.includes(Buffer.from(batch.pubdata).toString("hex")));
    assert.deepEqual(kept.at(-1), batch.pubdata);
    await proveBatch(context, stored, (await prover.proveBatch(batch.job)).proof);
    await executeBatch(context, batch, stored);
    assert.deepEqual(await readTotals(context), { committed: 1n, verified: 1n, executed: 1n });
  });
});
