import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { TransactionResponse } from "ethers";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { settlersData } from "../../src/devnet/chains/settlers-data.ts";
import { fromHex, type Hex } from "../../src/protocol/hex.ts";
import { encodeShown } from "../../src/protocol/shown-execution.ts";
import { createMemoryJournal } from "../../src/settlement/journal/journal.ts";
import { storedBatchOfReceipt } from "../../src/settlement/l1-sender/chain-reader.ts";
import { openSettlementAtOnce } from "../../src/settlement/settle-at-once.ts";
import { addProvingVersion, SettlingChain } from "../flow/support/settling-chain.ts";
import { senderContext } from "./support/sender.ts";
import { startSettledL1, type SettledL1 } from "./support/settled-l1.ts";

const NOTHING = { writes: [] };

type Opened = Parameters<typeof openSettlementAtOnce<FormedBatch>>[1];

/* Contracts are real, and the verifier of aggregates is a double; nodes that settle so are in test/flow/queue-only.test.ts. */
describe("settlement of a chain without a quorum", () => {
  let settled: SettledL1;
  let own: HardhatEthersSigner;
  let other: HardhatEthersSigner;
  let nextId = 800n;

  before(async () => {
    settled = await startSettledL1({ withNoProofVersion: true });
    await addProvingVersion(settled);
    [own, other] = settled.accounts.slice(6, 8) as [HardhatEthersSigner, HardhatEthersSigner];
  });
  after(() => settled.l1.close());

  const create = (): Promise<SettlingChain> => SettlingChain.create(settled, nextId++);
  const shownOf = (chain: SettlingChain, batch: FormedBatch): Uint8Array => {
    const { digest, proof } = chain.shown(batch);
    return encodeShown({ digest, proof: fromHex(proof) });
  };
  const open = (chain: SettlingChain, given: Partial<Opened> = {}, overrides: Parameters<typeof senderContext>[2] = {}) => {
    const { posting } = settlersData(own.address.toLowerCase() as Hex);
    const { hyperchain } = chain;
    const contract = { hyperchain, settlementChainId: settled.ecosystem.settlementChainId };
    const context = senderContext({ contract, created: { fromBlock: 0 } } as Parameters<typeof senderContext>[0], own, overrides);
    const prove = (batch: FormedBatch): Promise<Uint8Array> => Promise.resolve(shownOf(chain, batch));
    return openSettlementAtOnce<FormedBatch>({ posting }, { context, journal: createMemoryJournal(), prove, ...given });
  };

  test("takes each batch to L1 by one call, and tells all three stages of it with that call's receipt", async () => {
    const chain = await create();
    const stages: string[] = [];
    const settlement = await open(chain, {
      onStage: ({ stage, batchNumber, receipt }) => stages.push(`${batchNumber} ${stage} ${receipt?.to?.toLowerCase()}`),
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
    const ended = await open(chain, { journal: first, pace: () => held });
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

  test("another account settles the batch first: the proof is given up, L1's record counts, and the next batch stands on it", async () => {
    const chain = await create();
    const batch = await chain.form(own, NOTHING);
    const given: bigint[] = [];
    const settlement = await open(chain, {
      prove: () => new Promise<never>(() => undefined),
      onSettledByOther: ({ outputs }) => given.push(outputs.batchNumber),
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

  /** A batch that another account settles by a transaction that is sent when that is said, and not mined by itself. */
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

  test("waits half a minute before its own proof and half a minute behind it, then settles by itself once L1's node takes the call", async (context) => {
    const { chain, batch, l1, send } = await besideAnother(context);
    const shown = shownOf(chain, batch);
    const theirs = await send();
    const waits: number[] = [];
    let atProof = 0;
    const prove = (): Promise<Uint8Array> => {
      atProof = waits.length;
      return Promise.resolve(shown);
    };
    // Hardhat's node tries a call behind what waits to be mined, and refuses it: settlement goes on when that is gone.
    const delay = async (ms: number): Promise<void> => {
      waits.push(ms);
      if (waits.length === 100) {
        await l1.send("hardhat_dropTransaction", [theirs.hash]);
        await l1.send("evm_setAutomine", [true]);
      }
      await new Promise(setImmediate);
    };
    const settlement = await open(chain, { prove }, { delay });
    const record = await settlement.submit(batch).executed;
    assert.deepEqual([record.commitment, atProof], [batch.commitment, 30]);
    assert.ok(waits.length >= 100);
    await settlement.close();
  });

  test("stops where L1 refuses the proof, with the error's name, and where a batch is not the next one", async () => {
    const chain = await create();
    const batch = await chain.form(own, NOTHING);
    const stops: unknown[] = [];
    const false_ = await open(chain, {
      prove: () => Promise.resolve(encodeShown({ digest: chain.shown(batch).digest, proof: new Uint8Array(32) })),
      onStop: (error) => stops.push(error),
    });
    await assert.rejects(false_.submit(batch).executed, { code: "Reverted" });
    assert.equal(stops.length, 1);
    await assert.rejects(false_.submit(batch).executed, { code: "Reverted" });
    const late = await open(chain);
    const skipping = { ...batch, outputs: { ...batch.outputs, batchNumber: 1n } };
    await assert.rejects(late.submit(skipping).executed, { code: "BatchReplaced" });
  });
});
