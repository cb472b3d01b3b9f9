import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import type { Account } from "@ethereumjs/util";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import type { UnsignedEngineTransaction } from "../../../src/ground/transaction/transaction.ts";
import { ShownBlocks } from "../../../src/chain/verification/shown-blocks.ts";
import { BatchWitness } from "../../../src/chain/witness/batch-witness.ts";
import { MapLedger } from "../../../src/chain/witness/ledger.ts";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { push } from "../support/assembler.ts";
import { CHAIN_ID, environmentOf } from "../support/engine.ts";
import type { DelegationLine } from "../support/judge-thread.ts";

const SENDER: Hex = `0x${"b3".repeat(20)}`;
const TARGET: Hex = `0x${"b4".repeat(20)}`;
/** An account of which the ledger below cannot be asked. */
const FAULTY: Hex = `0x${"fa".repeat(20)}`;
/** BALANCE of that account, in a frame of the target. */
const ASKS: Hex = toHex(Uint8Array.from([...push(BigInt(FAULTY)), 0x31, 0x50, 0x00]));
const GENESIS: readonly GenesisAccount[] = [{ address: TARGET, code: ASKS, nonce: 1n }];
const NO_SIZE = { diffs: 0, insertions: 0, diffBytes: 0, codes: 0, codeBytes: 0 };

const asking = (fields: Partial<UnsignedEngineTransaction> = {}): UnsignedEngineTransaction => ({
  kind: "unsigned",
  from: SENDER,
  to: TARGET,
  valueWei: 0n,
  data: "0x",
  gasLimit: 100_000n,
  nonce: 0n,
  ...fields,
});

/** A ledger of a machine whose stack or memory is at its end. */
class FaultyLedger extends MapLedger {
  isFaulty = true;

  override account(address: string): Account | undefined {
    if (address === FAULTY && this.isFaulty) throw new RangeError("Maximum call stack size exceeded");
    return super.account(address);
  }
}

const execute = async (): Promise<{ readonly execution: Reexecution; readonly ledger: FaultyLedger }> => {
  const ledger = new FaultyLedger();
  return { execution: await Reexecution.create(CHAIN_ID, GENESIS, undefined, ledger), ledger };
};

const judged = (operation: UnsignedEngineTransaction) => ({
  payout: [],
  payoutEnvironment: environmentOf(1n),
  operation,
  environment: environmentOf(1n),
});

/** Verdict that a thread with half of the usual stack reaches. */
async function verdictOnSmallStack(line: DelegationLine): Promise<unknown> {
  const thread = new Worker(new URL("../support/judge-thread.ts", import.meta.url), {
    workerData: line,
    resourceLimits: { stackSizeMb: 0.5 },
  });
  const [verdict] = (await once(thread, "message")) as [unknown];
  await thread.terminate();
  return verdict;
}

describe("the verdict on an operation to a line of 6,000 delegations", () => {
  for (const isMetered of [false, true])
    it(`follows from the state on a ${isMetered ? "proven" : "trusted"} chain, not from the thread's stack`, async () => {
      assert.equal(await verdictOnSmallStack({ length: 6_000, isMetered }), "runs");
    });
});

describe("a fault while a transaction runs", () => {
  const fault = { name: "RangeError", message: /Maximum call stack/ };

  it("does not count as a verdict on an operation", async () => {
    const { execution, ledger } = await execute();
    await assert.rejects(execution.judge(judged(asking())), fault);
    ledger.isFaulty = false;
    assert.equal((await execution.judge(judged(asking()))).notRun, undefined);
  });

  it("does not count as a verdict during the sender's check, before the first message", async () => {
    const { execution } = await execute();
    await assert.rejects(execution.judge(judged(asking({ from: FAULTY }))), fault);
    await assert.rejects(execution.run(asking({ from: FAULTY }), environmentOf(1n)), fault);
    assert.equal((await execution.judge(judged(asking({ nonce: 3n })))).notRun, "invalid");
    await assert.rejects(execution.run(asking({ nonce: 3n }), environmentOf(1n)), { name: "InvalidTransaction" });
  });

  it("refuses no transaction of the pool, and answers no call", async () => {
    const { execution } = await execute();
    const environment = environmentOf(1n);
    const faulty = asking();
    await assert.rejects(
      execution.preview({ transaction: faulty, environment }, () => NO_SIZE),
      fault,
    );
    const behind = { transaction: asking({ to: SENDER, nonce: 1n }), environment, after: [faulty] };
    await assert.rejects(
      execution.preview(behind, () => NO_SIZE),
      fault,
    );
    const call = { ...faulty, gasPriceWei: 0n, accessList: [], authorizations: [] };
    await assert.rejects(execution.ask(call, environment), fault);
  });

  it("does not count as a validator's refusal", async () => {
    const { execution, ledger } = await execute();
    const environment = environmentOf(1n);
    const blocks = new ShownBlocks({ number: 0n, timestamp: 0n, hash: wordToHex(0n) }, execution, 1n);
    const run = () => {
      blocks.beginUnseen();
      return blocks.run({ environment, transactions: [asking()], areSafe: true, purpose: "is tested" });
    };
    await assert.rejects(run(), fault);
    ledger.isFaulty = false;
    assert.equal((await run()).included.length, 1);
  });

  it("removes no transaction from a block, and does not count as a disagreement of two engines", async (t) => {
    const witness = await BatchWitness.create(CHAIN_ID, GENESIS);
    const own = MapLedger.prototype.account;
    t.mock.method(MapLedger.prototype, "account", function (this: MapLedger, address: string) {
      if (address === FAULTY) throw new RangeError("Maximum call stack size exceeded");
      return own.call(this, address);
    });
    const ordered = { transactions: [asking()], environment: environmentOf(1n), parentHash: wordToHex(0n), isWhole: false };
    await assert.rejects(witness.make(ordered), fault);
    const block = { environment: environmentOf(1n), hash: wordToHex(1n), receipts: [], transactions: [asking()] };
    await assert.rejects(witness.execute(block), fault);
    t.mock.restoreAll();
    const { refused } = await witness.make({ ...ordered, transactions: [asking({ nonce: 3n })] });
    assert.match(refused[0]?.reason ?? "", /correct nonce/);
  });
});
