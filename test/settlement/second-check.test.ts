import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { announceTerms, readTerms } from "../../src/ecosystem/client/governing/terms.ts";
import { senderOn } from "../../src/ecosystem/client/sending/submit.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hashStoredBatch, type StoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { noProofMarker } from "../../src/ground/protocol/no-proof.ts";
import { CALLDATA_POSTING } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import type { JournalEntry } from "../../src/chain/settlement/journal/journal-entry.ts";
import { createMemoryJournal } from "../../src/chain/settlement/journal/journal.ts";
import { reduceJournal } from "../../src/chain/settlement/journal/progress.ts";
import { readContract, readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { commitBatch } from "../../src/chain/settlement/l1-sender/commit.ts";
import { confirmBatch, isSecondCheckMissing } from "../../src/chain/settlement/l1-sender/confirm.ts";
import { executeBatch } from "../../src/chain/settlement/l1-sender/execute.ts";
import { proveBatch } from "../../src/chain/settlement/l1-sender/prove.ts";
import { revertBatches } from "../../src/chain/settlement/l1-sender/revert.ts";
import type { SenderContext } from "../../src/chain/settlement/l1-sender/sender-context.ts";
import { openSettlement } from "../../src/chain/settlement/settlement.ts";
import { senderContext, walletOf } from "./support/sender.ts";
import { createSettledChain, startSettledL1, type SettledChain, type SettledL1 } from "./support/settled-l1.ts";

/** Runtime code that returns true, whatever it is called with: PUSH1 1, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN. */
const ACCEPTS_ALL = "0x60015f5260205ff3";

describe("settlement of a chain that requires a second check", () => {
  let settled: SettledL1;
  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
  });
  after(() => settled.l1.close());

  const create = (chainId: bigint, on = settled): Promise<SettledChain> =>
    createSettledChain(on, chainId, { requiresSecondCheck: true });
  const contextOf = (chain: SettledChain, on = settled): SenderContext => senderContext(chain, on.accounts[0]!);
  /** Marker of a batch: real proofs are in test/flow/second-check. */
  const proofOf = (batch: FormedBatch): Promise<Uint8Array> => Promise.resolve(noProofMarker(batch.commitment));
  const commit = async (chain: SettledChain, batch: FormedBatch): Promise<StoredBatch> => {
    const quorum = { members: chain.members };
    return (await commitBatch(contextOf(chain), batch, chain.genesis, { quorum, posting: CALLDATA_POSTING })).stored;
  };
  /** Opens settlement and takes one batch to its execution; the stages that L1 did, or was found to have done, in order. */
  const settle = async (
    chain: SettledChain,
    batch: FormedBatch,
    earlier: readonly JournalEntry[] = [],
    prove: (batch: FormedBatch) => Promise<Uint8Array> = proofOf,
  ) => {
    const journal = createMemoryJournal(earlier);
    const stages: string[] = [];
    const settlement = await openSettlement(
      { quorum: { members: chain.members }, posting: CALLDATA_POSTING },
      {
        ...{ context: contextOf(chain), journal, proofs: { prove } },
        onUpdate(update) {
          if (update.type === "stage") stages.push(update.receipt === undefined ? `${update.stage} found` : update.stage);
        },
      },
    );
    await settlement.submit(batch).executed;
    await settlement.close();
    return { stages, journal };
  };
  const noProof = (): Promise<Uint8Array> => Promise.reject(new Error("no proof is needed"));

  test("shows one proof to both verifiers, and finds all stages done after a restart", async () => {
    const chain = await create(601n);
    const batch = await chain.form({ writes: [{ leaf: 1, value: 5n }] });
    let made = 0;
    const first = await settle(chain, batch, [], (each) => (made++, proofOf(each)));
    assert.deepEqual([first.stages, made], [["commit", "prove", "secondCheck", "execute"], 1]);
    const { stages } = reduceJournal(first.journal.appended).get(0n)!;
    assert.equal(stages.secondCheck.state, "confirmed");
    const again = await settle(chain, batch, first.journal.appended, noProof);
    assert.deepEqual(again.stages, ["commit found", "prove found", "execute found"]);
  });

  test("resumes between proof and confirmation, with the journal's proof or a new one", async () => {
    for (const [chainId, hasJournal] of [
      [602n, true],
      [603n, false],
    ] as const) {
      const chain = await create(chainId);
      const batch = await chain.form({ writes: [{ leaf: 2, value: 6n }] });
      const proof = await proofOf(batch);
      await proveBatch(contextOf(chain), await commit(chain, batch), proof);
      const entry = { type: "proof", batchNumber: 0n, commitment: batch.commitment, proof: toHex(proof) } as const;
      let made = 0;
      const resumed = await settle(chain, batch, hasJournal ? [entry] : [], () => (made++, Promise.resolve(proof)));
      assert.deepEqual(resumed.stages, ["commit found", "prove found", "secondCheck", "execute"]);
      assert.equal(made, hasJournal ? 0 : 1);
    }
  });

  test("resumes after another account has confirmed the batch", async () => {
    const chain = await create(604n);
    const batch = await chain.form({ writes: [{ leaf: 2, value: 7n }] });
    const proof = await proofOf(batch);
    const stored = await commit(chain, batch);
    assert.equal((await confirmBatch(contextOf(chain), stored, proof))?.status, 1);
    assert.equal(await confirmBatch(contextOf(chain), stored, proof), undefined);
    const { stages } = await settle(chain, batch, [], () => Promise.resolve(proof));
    assert.deepEqual(stages, ["commit found", "prove", "execute"]);
  });

  test("replaces a proof of an earlier process that the second verifier alone refuses", async () => {
    const chain = await create(605n);
    const batch = await chain.form({ writes: [{ leaf: 3, value: 8n }] });
    const proof = await proofOf(batch);
    await proveBatch(contextOf(chain), await commit(chain, batch), proof);
    const broken = proof.with(proof.length >> 1, proof[proof.length >> 1]! ^ 1);
    const entry = { type: "proof", batchNumber: 0n, commitment: batch.commitment, proof: toHex(broken) } as const;
    const { stages } = await settle(chain, batch, [entry], () => Promise.resolve(proof));
    assert.deepEqual(stages, ["commit found", "prove found", "secondCheck", "execute"]);
    // A new proof that is refused ends settlement.
    const other = await create(606n);
    const next = await other.form({ writes: [{ leaf: 3, value: 9n }] });
    await proveBatch(contextOf(other), await commit(other, next), await proofOf(next));
    await assert.rejects(
      settle(other, next, [], () => Promise.resolve(broken)),
      { code: "Reverted" },
    );
  });

  test("confirms the next batch of a number whose confirmed one was reverted", async () => {
    const chain = await create(607n);
    const mark = chain.snapshot();
    const first = await chain.form({ writes: [{ leaf: 4, value: 1n }] });
    const proof = await proofOf(first);
    const stored = await commit(chain, first);
    await confirmBatch(contextOf(chain), stored, proof);
    await revertBatches(contextOf(chain), 0n, { members: chain.members });
    chain.revert(mark);
    const next = await chain.form({ writes: [{ leaf: 4, value: 2n }] });
    assert.equal(await readContract<Hex>(contextOf(chain), "confirmedBatchHash", 0n), hashStoredBatch(stored));
    const { stages } = await settle(chain, next);
    assert.deepEqual(stages, ["commit", "prove", "secondCheck", "execute"]);
  });

  test("executes a batch without the check one window after its admin has dropped it", async () => {
    const chain = await create(610n);
    const { hyperchain } = chain.contract;
    const l1 = settled.l1.ethers.provider;
    const { settlementChainId } = chain.contract;
    const admin = await senderOn(walletOf(settled.accounts[1]!), { name: "L1", chainId: Number(settlementChainId) });
    await announceTerms(await readTerms(hyperchain, l1), { requiresSecondCheck: false }, admin);
    const { next, now } = await readTerms(hyperchain, l1);
    assert.equal(next!.effectiveAt - now, chain.configuration.priorityOpWindow);
    const first = await settle(chain, await chain.form());
    assert.deepEqual(first.stages, ["commit", "prove", "secondCheck", "execute"]);
    await settled.increaseTime(Number(chain.configuration.priorityOpWindow));
    const { stages } = await settle(chain, await chain.form(), first.journal.appended);
    assert.deepEqual(stages, ["commit", "prove", "execute"]);
  });

  test("a fault planted in either verifier is caught by the other: a false proof executes nothing", async () => {
    const real = await startSettledL1();
    const { verifier, secondVerifier } = real.ecosystem.addresses;
    const { provider } = real.l1.ethers;
    for (const [chainId, faulty] of [
      [608n, verifier!],
      [609n, secondVerifier!],
    ] as const) {
      const chain = await create(chainId, real);
      const context = contextOf(chain, real);
      const batch = await chain.form({ writes: [{ leaf: 5, value: 3n }] });
      const quorum = { members: chain.members };
      const { stored } = await commitBatch(context, batch, chain.genesis, { quorum, posting: CALLDATA_POSTING });
      const code = await provider.getCode(faulty);
      await provider.send("hardhat_setCode", [faulty, ACCEPTS_ALL]);
      const shows = { prove: proveBatch, confirm: confirmBatch };
      const refused = faulty === verifier ? "confirm" : "prove";
      const accepted = faulty === verifier ? "prove" : "confirm";
      const falseProof = new Uint8Array(50_000);
      assert.equal((await shows[accepted](context, stored, falseProof))?.status, 1);
      await assert.rejects(shows[refused](context, stored, falseProof), (error) => {
        assert.ok(error instanceof SettlementError);
        return error.contractError?.name === "MalformedProof";
      });
      await assert.rejects(executeBatch(context, batch, stored), (error) => {
        assert.ok(error instanceof SettlementError);
        return faulty === verifier ? isSecondCheckMissing(error) : error.contractError?.name === "BatchNotProven";
      });
      assert.equal((await readTotals(context)).executed, 0n);
      await provider.send("hardhat_setCode", [faulty, code]);
    }
    await real.l1.close();
  });
});
