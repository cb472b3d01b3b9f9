import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { chainSettingsAbi } from "../../src/ground/abi/chain-settings.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { ApprovalTerms } from "../../src/ground/protocol/quorum.ts";
import { toHex, wordToHex } from "../../src/ground/protocol/hex.ts";
import { createMemoryJournal } from "../../src/chain/settlement/journal/journal.ts";
import { approvalsIn, reduceJournal } from "../../src/chain/settlement/journal/progress.ts";
import { createL1Retry } from "../../src/chain/settlement/l1-sender/l1-retry.ts";
import { readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { broadcastSigned } from "../../src/chain/settlement/l1-sender/signed-transaction.ts";
import { commitBatch } from "../../src/chain/settlement/l1-sender/commit.ts";
import { revertBatches } from "../../src/chain/settlement/l1-sender/revert.ts";
import { createLocalMember, type QuorumMember } from "../../src/chain/settlement/signing/quorum.ts";
import { openSettlement } from "../../src/chain/settlement/settlement.ts";
import { SigningRecord } from "../../src/chain/settlement/signing/signing-record.ts";
import { CALLDATA_POSTING } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { createSettledChain, plainMessage, startSettledL1, type SettledChain, type SettledL1 } from "./support/settled-l1.ts";
import { alteredProvider, senderContext, transactorOf, walletOf } from "./support/sender.ts";

describe("settlement of a chain", () => {
  const prover = createProver({ workers: 2 });
  const proofs: bigint[] = [];
  const prove = async (batch: FormedBatch): Promise<Uint8Array> => {
    proofs.push(batch.outputs.batchNumber);
    return (await prover.proveBatch(batch.job)).proof;
  };
  const refuseToProve = (): Promise<Uint8Array> => Promise.reject(new Error("no proof is needed"));
  let settled: SettledL1;
  before(async () => {
    settled = await startSettledL1();
  });
  after(async () => {
    await prover.close();
    await settled.l1.close();
  });

  const optionsOf = (chain: SettledChain) => ({
    quorum: { members: chain.members, threshold: chain.members.length },
    posting: CALLDATA_POSTING,
  });

  test("takes batches through all stages in order, and resumes from journal and L1 without a second proof", async () => {
    const chain = await createSettledChain(settled, 301n);
    const batches = [
      await chain.form({ writes: [{ leaf: 1, value: 5n }] }),
      await chain.form({ writes: [{ leaf: 50, value: 6n }], logs: [plainMessage("hello")] }),
    ];
    const journal = createMemoryJournal();
    const stages: string[] = [];
    const settlement = await openSettlement(optionsOf(chain), {
      context: senderContext(chain, settled.accounts[0]!),
      journal,
      proofs: { prove },
      onUpdate: (update) => update.type === "stage" && stages.push(`${update.stage} ${update.batchNumber}`),
    });
    const handles = batches.map((batch) => settlement.submit(batch));
    assert.deepEqual(settlement.backlog(), { uncommitted: 2, unproven: 2, unexecuted: 2 });
    const [first, second] = await Promise.all(handles.map(({ executed }) => executed));
    assert.equal(second!.priorityOpTotal, first!.priorityOpTotal);
    assert.deepEqual(await readTotals(senderContext(chain, settled.accounts[0]!)), { committed: 2n, verified: 2n, executed: 2n });
    assert.deepEqual(settlement.backlog(), { uncommitted: 0, unproven: 0, unexecuted: 0 });
    for (const stage of ["commit", "prove", "execute"]) {
      assert.ok(stages.indexOf(`${stage} 0`) < stages.indexOf(`${stage} 1`), stages.join());
    }
    await settlement.close();
    const progress = reduceJournal(journal.appended);
    assert.equal(progress.get(1n)?.stages.execute.state, "confirmed");
    assert.deepEqual(progress.get(1n)?.stored, second);

    // The same batches again, and a third whose proof the journal has, as after a crash between proof and L1.
    const third = await chain.form({ writes: [{ leaf: 50, value: 7n }] });
    const proof = await prover.proveBatch(third.job);
    const kept = createMemoryJournal([
      ...journal.appended,
      { type: "proof", batchNumber: 2n, commitment: third.commitment, proof: `0x${Buffer.from(proof.proof).toString("hex")}` },
    ]);
    const resumed = await openSettlement(optionsOf(chain), {
      context: senderContext(chain, settled.accounts[0]!),
      journal: kept,
      proofs: { prove: refuseToProve },
    });
    assert.deepEqual(resumed.totals, { committed: 2n, verified: 2n, executed: 2n });
    assert.deepEqual(resumed.last, second);
    const again = [...batches, third].map((batch) => resumed.submit(batch));
    assert.deepEqual((await Promise.all(again.map(({ executed }) => executed))).slice(0, 2), [first, second]);
    await resumed.close();
    assert.deepEqual(proofs, [0n, 1n]);
  });

  test("repeats once a proof of an earlier process that L1 refuses", async () => {
    const chain = await createSettledChain(settled, 309n);
    const batch = await chain.form({ writes: [{ leaf: 3, value: 8n }] });
    const { proof } = await prover.proveBatch(batch.job);
    const broken = proof.with(proof.length >> 1, proof[proof.length >> 1]! ^ 1);
    const entry = { type: "proof", batchNumber: 0n, commitment: batch.commitment, proof: toHex(broken) } as const;
    const open = (answer: Uint8Array, journal = createMemoryJournal([entry])) =>
      openSettlement(optionsOf(chain), {
        context: senderContext(chain, settled.accounts[0]!),
        journal,
        proofs: { prove: () => (made++, Promise.resolve(answer)) },
      });
    let made = 0;
    const stubborn = await open(broken);
    await assert.rejects(stubborn.submit(batch).proven, { code: "Reverted" });
    assert.equal(made, 1);
    const journal = createMemoryJournal([entry]);
    const mended = await open(proof, journal);
    await mended.submit(batch).executed;
    await mended.close();
    assert.equal(made, 2);
    assert.equal(reduceJournal([entry, ...journal.appended]).get(0n)?.proof?.proof, toHex(proof));
  });

  test("stops with a report after a validator's refusal, and requests nothing further from L1", async () => {
    const chain = await createSettledChain(settled, 302n, { validatorThreshold: 2n }, 2);
    const suspicious = await createLocalMember(settled.accounts[2]!, chain.contract, {
      batch: ({ outputs }) =>
        outputs.logCount === 0n ? Promise.resolve() : Promise.reject(new Error("re-execution gives other logs")),
    });
    const reports: unknown[] = [];
    const settlement = await openSettlement(
      { quorum: { members: [chain.members[0]!, suspicious] }, posting: CALLDATA_POSTING },
      {
        context: senderContext(chain, settled.accounts[0]!),
        journal: createMemoryJournal(),
        proofs: { prove: () => Promise.resolve(new Uint8Array()) },
        onUpdate: (update) => update.type === "stopped" && reports.push(update.error),
      },
    );
    const handle = settlement.submit(await chain.form({ logs: [plainMessage("forged")] }));
    for (const promise of [handle.committed, handle.proven, handle.executed]) {
      await assert.rejects(promise, (error: unknown) => {
        assert.ok(error instanceof SettlementError);
        assert.equal(error.code, "QuorumUnreachable");
        assert.match(error.message, /2 of 2 must sign; refused: .*re-execution gives other logs/);
        return true;
      });
    }
    const [report] = reports;
    assert.equal(reports.length, 1);
    await assert.rejects(settlement.submit(await chain.form()).committed, (error) => error === report);
    await settlement.close();
    assert.equal((await readTotals(senderContext(chain, settled.accounts[0]!))).committed, 0n);
  });

  test("asks validators again that could only not read L1, and not those that disagree", async () => {
    const chain = await createSettledChain(settled, 308n, { validatorThreshold: 2n }, 2);
    const [first, second] = chain.members;
    let asked = 0;
    const away: QuorumMember = {
      ...second!,
      signBatch: (batch, terms) =>
        asked++ < 4
          ? Promise.reject(new SettlementError("L1Unreachable", "connect ECONNREFUSED"))
          : second!.signBatch(batch, terms),
    };
    const batch = await chain.form();
    const quorum = { members: [first!, away], threshold: 2 };
    const { stored } = await commitBatch(senderContext(chain, settled.accounts[0]!), batch, chain.genesis, {
      quorum,
      posting: CALLDATA_POSTING,
    });
    assert.equal(stored.commitment, batch.commitment);
    assert.equal(asked, 5);
    asked = 0;
    const disagreeing: QuorumMember = { ...first!, signBatch: () => Promise.reject(new Error("re-execution gives other logs")) };
    const both = { members: [disagreeing, away], threshold: 2 };
    await assert.rejects(
      commitBatch(senderContext(chain, settled.accounts[0]!), await chain.form(), stored, {
        quorum: both,
        posting: CALLDATA_POSTING,
      }),
      { code: "QuorumUnreachable" },
    );
    assert.equal(asked, 1);
  });

  test("A8: shows validators no batch of another protocol version than L1 gives it, and asks none on that L1 has taken the version from", async () => {
    const chain = await createSettledChain(settled, 399n);
    const batch = await chain.form();
    let asked = 0;
    const behind: QuorumMember = {
      ...chain.members[0]!,
      signBatch: () => {
        asked++;
        return Promise.reject(new SettlementError("L1Unreachable", "VersionMismatch: by this validator's view"));
      },
    };
    const quorum = { members: [behind], threshold: 1 };
    const context = senderContext(chain, settled.accounts[0]!);
    const sent = { ...batch, protocolVersion: batch.protocolVersion + 1n };
    const terms = { quorum, posting: CALLDATA_POSTING };
    await assert.rejects(commitBatch(context, sent, chain.genesis, terms), { code: "VersionChanged" });
    assert.equal(asked, 0);

    // L1 says otherwise from the third question on.
    const selector = new Interface(chainSettingsAbi).getFunction("versionOfBatch")!.selector;
    const provider = new Proxy(context.provider, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        if (name !== "call") return value.bind(target) as unknown;
        return async (request: { readonly data: string }) =>
          request.data.startsWith(selector) && asked >= 3
            ? wordToHex(batch.protocolVersion + 1n)
            : target.call(request as Parameters<typeof target.call>[0]);
      },
    });
    await assert.rejects(commitBatch({ ...context, provider }, batch, chain.genesis, terms), { code: "VersionChanged" });
    assert.equal(asked, 3);
    assert.equal((await readTotals(context)).committed, 0n);
  });

  test("waits for L1's clock: for a batch of the future, and for the execution delay", async () => {
    const chain = await createSettledChain(settled, 303n, { executionDelay: 50n });
    const waits: number[] = [];
    const delay = async (ms: number): Promise<void> => {
      waits.push(ms);
      // Hardhat's clock runs on as well, so one more second is enough for what was asked.
      await settled.increaseTime(Math.max(1, ms / 1000));
    };
    const settlement = await openSettlement(optionsOf(chain), {
      context: senderContext(chain, settled.accounts[0]!, { delay }),
      journal: createMemoryJournal(),
      proofs: { prove },
    });
    const timestamp = (await settled.latestTimestamp()) + 30n;
    const stored = await settlement.submit(await chain.form({ timestamp })).executed;
    assert.ok(stored.committedAt >= timestamp);
    assert.ok((await settled.latestTimestamp()) >= stored.committedAt + 50n);
    assert.ok(waits.length >= 2);
    await settlement.close();
  });

  test("asks for the same batch's signatures again when they expire on the way, and L1 takes it", async () => {
    const chain = await createSettledChain(settled, 321n, { priorityOpWindow: 600n, exitDelay: 86_400n });
    const [member] = chain.members;
    const asked: ApprovalTerms[] = [];
    const slow: QuorumMember = {
      ...member!,
      async signBatch(batch, terms) {
        asked.push(terms);
        const signature = await member!.signBatch(batch, terms);
        // The first is signed, and then L1 is away for longer than it holds.
        if (asked.length === 1) await settled.increaseTime(601);
        return signature;
      },
    };
    const quorum = { members: [slow], threshold: 1 };
    const { stored } = await commitBatch(senderContext(chain, settled.accounts[0]!), await chain.form(), chain.genesis, {
      quorum,
      posting: CALLDATA_POSTING,
    });
    assert.equal(asked.length, 2);
    assert.ok(stored.committedAt > asked[0]!.validUntil && stored.committedAt <= asked[1]!.validUntil);
  });

  test("a second batch of a number is approved only after the first one's signatures have expired, which is reported once; L1 then accepts it", async () => {
    const chain = await createSettledChain(settled, 322n, { priorityOpWindow: 600n, exitDelay: 86_400n });
    const delays: number[] = [];
    const delay = async (ms: number): Promise<void> => {
      delays.push(ms);
      await settled.increaseTime(ms / 1000);
    };
    const told: (string | undefined)[] = [];
    const patience = createL1Retry({}, { delay, onTrouble: (trouble) => told.push(trouble?.message) });
    const context = senderContext(chain, settled.accounts[0]!, { delay, patience });
    const lost = new Error("L1 is away for good");
    const away = { ...context, transactor: { send: () => Promise.reject(lost) } };
    const mark = chain.snapshot();
    const first = await chain.form({ writes: [{ leaf: 2, value: 9n }] });
    await assert.rejects(commitBatch(away, first, chain.genesis, optionsOf(chain)), lost);
    chain.revert(mark);
    const second = await chain.form({ writes: [{ leaf: 2, value: 10n }] });
    assert.notEqual(second.commitment, first.commitment);
    const before = await settled.latestTimestamp();
    const { stored } = await commitBatch(context, second, chain.genesis, optionsOf(chain));
    assert.equal(stored.commitment, second.commitment);
    // By hand: three quarters of the window.
    assert.ok(stored.committedAt > before + 440n, `${stored.committedAt - before}`);
    assert.ok(delays.length > 1);
    assert.deepEqual(
      told.map((message) => message?.replace(/\d{10}/g, "…")),
      [
        "commit of batch 0: validators were asked to sign another batch of this number, so L1 takes this one from its second … on; it is at …",
        undefined,
      ],
    );
  });

  test("a process that was started again with its journal remembers which batch validators were asked to approve", async () => {
    const chain = await createSettledChain(settled, 323n, { priorityOpWindow: 600n, exitDelay: 86_400n });
    const journal = createMemoryJournal();
    const lost = new Error("the process ends");
    const away = { ...senderContext(chain, settled.accounts[0]!), transactor: { send: () => Promise.reject(lost) } };
    const settlement = await openSettlement(optionsOf(chain), { context: away, journal, proofs: { prove: refuseToProve } });
    const mark = chain.snapshot();
    await assert.rejects(settlement.submit(await chain.form({ writes: [{ leaf: 2, value: 9n }] })).committed);
    chain.revert(mark);
    const second = await chain.form({ writes: [{ leaf: 2, value: 10n }] });

    const approvals = new SigningRecord(approvalsIn(journal.appended, chain.contract.hyperchain));
    const delay = (ms: number): Promise<void> => settled.increaseTime(ms / 1000);
    // The validator's process was started again too, and has forgotten what it signed.
    const members = [await createLocalMember(settled.accounts[1]!, chain.contract)];
    const before = await settled.latestTimestamp();
    const { stored } = await commitBatch(
      senderContext(chain, settled.accounts[0]!, { delay, approvals }),
      second,
      chain.genesis,
      { ...optionsOf(chain), quorum: { members } },
    );
    // By hand: three quarters of the window.
    assert.ok(stored.committedAt > before + 440n, `${stored.committedAt - before}`);
    assert.deepEqual(approvalsIn(journal.appended, `0x${"00".repeat(20)}`), []);
  });

  test("an approval that no validator gave does not keep another batch waiting", async () => {
    const chain = await createSettledChain(settled, 324n, { priorityOpWindow: 600n, exitDelay: 86_400n });
    const tooOld = await createLocalMember(settled.accounts[1]!, chain.contract, {
      batch: ({ outputs }) =>
        outputs.logCount === 0n ? Promise.resolve() : Promise.reject(new SettlementError("BatchTooOld", "it ended long ago")),
    });
    const quorum = { members: [tooOld] };
    const journal = createMemoryJournal();
    const context = senderContext(chain, settled.accounts[0]!);
    const settlement = await openSettlement(
      { ...optionsOf(chain), quorum },
      { context, journal, proofs: { prove: refuseToProve } },
    );
    const mark = chain.snapshot();
    const refused = settlement.submit(await chain.form({ logs: [plainMessage("late")] }));
    await assert.rejects(refused.committed, (error) => error instanceof SettlementError && error.code === "BatchTooOld");
    chain.revert(mark);
    assert.deepEqual(approvalsIn(journal.appended, chain.contract.hyperchain), []);
    // Its clock does not wait: a batch whose approval began later would be refused again and again.
    const before = await settled.latestTimestamp();
    const { stored } = await commitBatch(context, await chain.form(), chain.genesis, { ...optionsOf(chain), quorum });
    assert.ok(stored.committedAt < before + 60n, `${stored.committedAt - before}`);
  });

  test("refuses to continue while L1 has another batch, until the quorum reverts it", async () => {
    const chain = await createSettledChain(settled, 304n);
    const twin = await createSettledChain(settled, 305n);
    const context = senderContext(chain, settled.accounts[0]!);
    const ours = await chain.form({ writes: [{ leaf: 2, value: 9n }] });
    const { quorum } = optionsOf(chain);
    await commitBatch(context, ours, chain.genesis, optionsOf(chain));
    const other = { ...ours, commitment: (await twin.form()).commitment };
    await assert.rejects(commitBatch(context, other, chain.genesis, optionsOf(chain)), (error: unknown) => {
      assert.ok(error instanceof SettlementError);
      return error.code === "BatchReplaced";
    });
    await revertBatches(context, 0n, quorum);
    assert.deepEqual(await readTotals(context), { committed: 0n, verified: 0n, executed: 0n });
    const { stored } = await commitBatch(context, ours, chain.genesis, optionsOf(chain));
    assert.equal(stored.commitment, ours.commitment);
  });

  test("finds a batch whose commit was mined although the node's answer was lost", async () => {
    const chain = await createSettledChain(settled, 307n);
    const signer = walletOf(settled.accounts[0]!);
    const provider = signer.provider!;
    let lost = 0;
    const forgetful = alteredProvider(provider, {}, async (raw) => {
      const hash = await broadcastSigned(provider, raw);
      if (lost++ === 0) throw new Error("socket hang up");
      return hash;
    });
    const batch = await chain.form({ writes: [{ leaf: 4, value: 4n }] });
    const nonce = await signer.getNonce();
    const context = senderContext(chain, settled.accounts[0]!, { transactor: transactorOf(signer.connect(forgetful)) });
    const { stored, receipt } = await commitBatch(context, batch, chain.genesis, optionsOf(chain));
    assert.equal(lost, 1);
    assert.equal(receipt?.status, 1);
    assert.equal(stored.commitment, batch.commitment);
    assert.equal(await signer.getNonce(), nonce + 1);
    assert.equal((await readTotals(context)).committed, 1n);
  });

  test("gives open promises up when it is closed", async () => {
    const chain = await createSettledChain(settled, 306n);
    const settlement = await openSettlement(optionsOf(chain), {
      context: senderContext(chain, settled.accounts[0]!),
      journal: createMemoryJournal(),
      proofs: { prove: () => new Promise<never>(() => undefined) },
    });
    const handle = settlement.submit(await chain.form());
    await handle.committed;
    const given = assert.rejects(handle.proven, { code: "SettlementStopped" });
    await settlement.close();
    await given;
  });
});
