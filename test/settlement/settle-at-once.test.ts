import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { TransactionReceipt, TransactionResponse } from "ethers";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { settlersData } from "../../src/ecosystem/devnet/chains/settlers-data.ts";
import { ASSET_ROUTER_ADDRESS, AssetMessageKind, encodeAssetMessage } from "../../src/ground/protocol/asset-message.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { PubdataLog } from "../../src/ground/protocol/pubdata.ts";
import { encodeShown } from "../../src/ground/protocol/shown-execution.ts";
import { hyperchainInterface, proofAggregatorInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { createMemoryJournal } from "../../src/chain/settlement/journal/journal.ts";
import type { L1Trouble } from "../../src/chain/settlement/l1-sender/l1-retry.ts";
import { storedBatchOfReceipt } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import type { ProofForBatch } from "../../src/chain/settlement/proof-for-batch.ts";
import { openSettlement } from "../../src/chain/settlement/settlement.ts";
import { addProvingVersion, SettlingChain } from "../flow/support/settling-chain.ts";
import { senderContext } from "./support/sender.ts";
import { startSettledL1, type SettledL1 } from "./support/settled-l1.ts";

const NOTHING = { writes: [] };

/** A send of a token to a chain of this id. */
function sendTo(destinationChainId: bigint): PubdataLog {
  const body = encodeAssetMessage({
    kind: AssetMessageKind.hyperbridgeSend,
    destinationChainId,
    originChainId: 271n,
    originToken: `0x${"70".repeat(20)}`,
    amount: 1n,
    recipient: `0x${"ee".repeat(20)}`,
    sender: `0x${"ff".repeat(20)}`,
    nonce: destinationChainId,
  });
  return { type: "message", sender: ASSET_ROUTER_ADDRESS, body };
}

type Opened = Omit<Parameters<typeof openSettlement<FormedBatch>>[1], "proofs"> & ProofForBatch<FormedBatch>;

/* Contracts are real, and the verifier of aggregates is a double; nodes that settle so are in test/flow/queue-only.test.ts. */
describe("settlement of a chain without a quorum", () => {
  let settled: SettledL1;
  let own: HardhatEthersSigner;
  let other: HardhatEthersSigner;
  let nextId = 800n;

  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
    await addProvingVersion(settled);
    [own, other] = settled.accounts.slice(6, 8) as [HardhatEthersSigner, HardhatEthersSigner];
  });
  after(() => settled.l1.close());

  const create = (): Promise<SettlingChain> => SettlingChain.create(settled, nextId++);
  const shownOf = (chain: SettlingChain, batch: FormedBatch): Uint8Array => {
    const { digest, proof } = chain.shown(batch);
    return encodeShown({ digest, proof: fromHex(proof) });
  };
  const open = (
    chain: SettlingChain,
    { prove, awaitDue, ...given }: Partial<Opened> = {},
    overrides: Parameters<typeof senderContext>[2] = {},
  ) => {
    const { posting } = settlersData(own.address.toLowerCase() as Hex);
    const { hyperchain } = chain;
    const contract = { hyperchain, settlementChainId: settled.ecosystem.settlementChainId };
    const context = senderContext({ contract, created: { fromBlock: 0 } } as Parameters<typeof senderContext>[0], own, overrides);
    const proofs = {
      prove: prove ?? ((batch: FormedBatch) => Promise.resolve(shownOf(chain, batch))),
      ...(awaitDue && { awaitDue }),
    };
    return openSettlement({ quorum: undefined, posting }, { context, journal: createMemoryJournal(), proofs, ...given });
  };

  test("takes each batch to L1 by one call, and tells all three stages of it with that call's receipt", async () => {
    const chain = await create();
    const stages: string[] = [];
    const settlement = await open(chain, {
      onUpdate(update) {
        if (update.type === "stage") stages.push(`${update.batchNumber} ${update.stage} ${update.receipt?.to?.toLowerCase()}`);
      },
    });
    for (const number of [0n, 1n]) {
      const batch = await chain.form(own, NOTHING);
      const { executed } = settlement.submit(batch);
      chain.last = await executed;
      assert.deepEqual([chain.last.batchNumber, chain.last.commitment], [number, batch.commitment]);
    }
    assert.deepEqual(
      stages,
      ["0", "1"].flatMap((number) => ["commit", "prove", "execute"].map((stage) => `${number} ${stage} ${chain.hyperchain}`)),
    );
    assert.deepEqual(settlement.backlog(), { uncommitted: 0, unproven: 0, unexecuted: 0 });
    await settlement.close();
  });

  test("a process that ended with a proof sends that one, and makes no other; what L1 has executed it only finds", async () => {
    const chain = await create();
    const batch = await chain.form(own, NOTHING);
    const first = createMemoryJournal();
    const held = new Promise<never>(() => undefined);
    const ended = await open(chain, { journal: first, awaitDue: () => held });
    ended.submit(batch).executed.catch(() => undefined);
    while (!first.appended.some(({ type }) => type === "proof")) await new Promise(setImmediate);
    await ended.close();
    const prove = (): Promise<Uint8Array> => assert.fail("the proof is kept");
    for (let start = 0; start < 2; start++) {
      const again = await open(chain, { journal: createMemoryJournal(first.appended), prove });
      assert.equal((await again.submit(batch).executed).commitment, batch.commitment);
      await again.close();
    }
  });

  describe("a batch for which one transaction has no room", () => {
    /** Sends of a token to as many chains, and a long message: 54 + 40 kB of pubdata, 40 of flows. */
    const LARGE = {
      ...NOTHING,
      logs: [
        ...Array.from({ length: 250 }, (_, i) => sendTo(10_000n + BigInt(i))),
        { type: "message", sender: `0x${"ab".repeat(20)}`, body: new Uint8Array(40_000).fill(7) } as const,
      ],
    };
    const isLeft = ({ type, stage }: { readonly type: string; readonly stage?: string }, left: string): boolean =>
      type === "broadcast" && stage === left;

    test("has its proof stored first, and is settled without one: each stage is reported with its transaction", async () => {
      const chain = await create();
      const receipts = new Map<string, TransactionReceipt | undefined>();
      const settlement = await open(chain, {
        onUpdate: (update) => update.type === "stage" && receipts.set(update.stage, update.receipt),
      });
      const batch = await chain.form(own, LARGE);
      chain.last = await settlement.submit(batch).executed;
      assert.equal(chain.last.commitment, batch.commitment);
      const [commit, prove, execute] = ["commit", "prove", "execute"].map((stage) => receipts.get(stage)!);
      assert.equal(commit, execute);
      assert.equal(commit!.to!.toLowerCase(), chain.hyperchain);
      const stored = prove!.logs.map((log) => proofAggregatorInterface.parseLog(log)?.name);
      assert.deepEqual(stored, ["ProofStored"]);
      const sent = await settled.l1.ethers.provider.getTransaction(commit!.hash);
      assert.equal(hyperchainInterface.parseTransaction(sent!)!.args["proof"], "0x");
      // The next one is small again.
      const next = await chain.form(own, NOTHING);
      chain.last = await settlement.submit(next).executed;
      assert.equal(receipts.get("prove"), receipts.get("execute"));
      await settlement.close();
    });

    test("a process that ended behind the stored proof stores no other", async () => {
      const chain = await create();
      const batch = await chain.form(own, LARGE);
      const first = createMemoryJournal();
      const ended = await open(chain, {
        journal: {
          ...first,
          append: (entry) => {
            if (isLeft(entry, "execute")) throw new Error("the process ends");
            return first.append(entry);
          },
        },
      });
      await assert.rejects(ended.submit(batch).executed, { code: "JournalUnwritable" });
      assert.equal(first.appended.filter((entry) => isLeft(entry, "prove")).length, 1);
      const again = createMemoryJournal(first.appended);
      const settlement = await open(chain, { journal: again });
      assert.equal((await settlement.submit(batch).executed).commitment, batch.commitment);
      assert.deepEqual(
        again.appended.flatMap((entry) => (entry.type === "broadcast" ? [entry.stage] : [])),
        ["execute"],
      );
      await settlement.close();
    });

    test("is given up where another account settles behind the stored proof", async () => {
      const chain = await create();
      const batch = await chain.form(own, LARGE);
      const theirs = chain.forOther(other, batch);
      const given: bigint[] = [];
      const journal = createMemoryJournal();
      const settlement = await open(chain, {
        journal: {
          ...journal,
          async append(entry) {
            if (isLeft(entry, "execute")) await chain.post(other, theirs);
            await journal.append(entry);
          },
        },
        onUpdate: (update) => update.type === "settledByOther" && given.push(update.batchNumber),
      });
      const record = await settlement.submit(batch).executed;
      assert.deepEqual([record.commitment, given], [theirs.commitment, [0n]]);
      await settlement.close();
    });

    test("stops where L1 refuses the proof that is to be stored", async () => {
      const chain = await create();
      const batch = await chain.form(own, LARGE);
      const prove = (): Promise<Uint8Array> =>
        Promise.resolve(encodeShown({ digest: chain.shown(batch).digest, proof: new Uint8Array(32) }));
      const settlement = await open(chain, { prove });
      // Error of the double, which no contract of the package has.
      await assert.rejects(settlement.submit(batch).executed, /^SettlementError: prove of batch 0: the contract refuses/);
    });
  });

  test("another account settles the batch first: the proof is cancelled, L1's record counts, and the next batch builds on it", async () => {
    const chain = await create();
    const batch = await chain.form(own, NOTHING);
    const given: bigint[] = [];
    const settlement = await open(chain, {
      prove: () => new Promise<never>(() => undefined),
      onUpdate: (update) => update.type === "settledByOther" && given.push(update.batchNumber),
    });
    const { executed } = settlement.submit(batch);
    await chain.post(other, chain.forOther(other, batch));
    const record = await executed;
    assert.equal(record.commitment, chain.last.commitment);
    assert.notEqual(record.commitment, batch.commitment);
    assert.deepEqual(given, [0n]);
    await settlement.close();
    const next = await open(chain);
    assert.equal((await next.submit(await chain.form(own, NOTHING)).executed).batchNumber, 1n);
    await next.close();
  });

  /** Settles a batch in competition with another account, whose transaction is sent on command and not mined automatically. */
  const besideAnother = async (context: TestContext) => {
    const chain = await create();
    const batch = await chain.form(own, NOTHING);
    const l1 = settled.l1.ethers.provider;
    context.after(() => l1.send("evm_setAutomine", [true]));
    const send = async (): Promise<TransactionResponse> => {
      await l1.send("evm_setAutomine", [false]);
      return chain.send(other, chain.forOther(other, batch));
    };
    return { chain, batch, l1, send };
  };

  for (const when of ["before its own proof is made", "while its own proof is made"] as const)
    test(`waits for another settler's transaction that comes ${when}, and pays for none itself`, async (context) => {
      const { chain, batch, l1, send } = await besideAnother(context);
      const balance = await l1.getBalance(own.address);
      const isFirst = when === "before its own proof is made";
      let theirs = isFirst ? await send() : undefined;
      const [paused, mined] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
      const prove = async (): Promise<Uint8Array> => {
        if (isFirst) assert.fail("a proof is made for nothing");
        const shown = shownOf(chain, batch);
        theirs = await send();
        return shown;
      };
      const delay = (): Promise<void> => {
        if (theirs !== undefined) paused.resolve(undefined);
        return mined.promise;
      };
      const settlement = await open(chain, { prove }, { delay });
      const { executed } = settlement.submit(batch);
      await Promise.race([paused.promise, executed.then(() => assert.fail("it has not waited"))]);
      await l1.send("evm_mine", []);
      const receipt = (await theirs!.wait())!;
      mined.resolve(undefined);
      assert.equal((await executed).commitment, storedBatchOfReceipt(receipt).commitment);
      assert.equal(await l1.getBalance(own.address), balance);
      await settlement.close();
    });

  for (const end of ["is dropped", "is mined first"] as const)
    test(`waits half a minute before its own proof, one behind it and one where L1's node refuses its call, then sends it in addition to another's that ${end}`, async (context) => {
      const { chain, batch, l1, send } = await besideAnother(context);
      const shown = shownOf(chain, batch);
      const theirs = await send();
      const since = new Date(1_000 * (await l1.getBlock("latest"))!.timestamp).toISOString();
      const told: (L1Trouble | undefined)[] = [];
      let [looks, atProof] = [0, 0];
      const prove = (): Promise<Uint8Array> => {
        atProof = looks;
        return Promise.resolve(shown);
      };
      const waiting = async (): Promise<readonly string[]> =>
        ((await l1.send("eth_pendingTransactions", [])) as readonly { readonly hash: string }[]).map(({ hash }) => hash);
      let sent: string | undefined;
      const delay = async (ms: number): Promise<void> => {
        // Hardhat's node estimates a call's gas behind what waits to be mined, and refuses it.
        const hashes = await waiting();
        sent ??= hashes.find((hash) => hash !== theirs.hash);
        assert.ok(looks <= 90, "it waits for a bounded time");
        if (sent === undefined) return void (looks += Number(ms === 1_000));
        if (end === "is dropped") await l1.send("hardhat_dropTransaction", [theirs.hash]);
        await l1.send("evm_mine", []);
      };
      const settlement = await open(chain, { prove }, { delay, onTrouble: (trouble) => void told.push(trouble) });
      const record = await settlement.submit(batch).executed;
      assert.deepEqual([atProof, looks], [30, 90]);
      const [ofOther, ofOwn] = await Promise.all([theirs.hash, sent!].map((hash) => l1.getTransactionReceipt(hash)));
      assert.deepEqual([ofOther?.status, ofOwn?.status], end === "is dropped" ? [undefined, 1] : [1, 0]);
      assert.equal(record.commitment === batch.commitment, end === "is dropped");
      assert.deepEqual(
        told.map((trouble) => trouble?.code),
        ["OtherPending", undefined, "OtherPending", undefined, "OtherPending", undefined],
      );
      assert.equal(
        told[0]!.message,
        `execute of batch 0: another account's transaction is about to do it, and is not mined since ${since} of L1's time; if that stays so, this account sends its own in 15 seconds`,
      );
      await settlement.close();
    });

  test("stops where L1 refuses the proof, with the error's name, and where a batch is not the next one", async () => {
    const chain = await create();
    const batch = await chain.form(own, NOTHING);
    const stops: unknown[] = [];
    const false_ = await open(chain, {
      prove: () => Promise.resolve(encodeShown({ digest: chain.shown(batch).digest, proof: new Uint8Array(32) })),
      onUpdate: (update) => update.type === "stopped" && stops.push(update.error),
    });
    await assert.rejects(false_.submit(batch).executed, { code: "Reverted" });
    assert.equal(stops.length, 1);
    await assert.rejects(false_.submit(batch).executed, { code: "Reverted" });
    const late = await open(chain);
    const skipping = { ...batch, outputs: { ...batch.outputs, batchNumber: 1n } };
    await assert.rejects(late.submit(skipping).executed, { code: "BatchReplaced" });
  });
});
