import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { EdrEngine } from "../../../src/chain/execution/edr-engine.ts";
import { EngineError } from "../../../src/chain/execution/engine.ts";
import { wordToHex, type Hex } from "../../../src/protocol/hex.ts";
import { CHAIN_ID, COINBASE, connect, environmentOf, GENESIS_TIMESTAMP, openEngine } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c2".repeat(20)}`;
/** Returns number, timestamp, prevrandao, coinbase, base fee and blob base fee. */
const ENVIRONMENT_READER: Hex = `0x${"d0".repeat(20)}`;
const ENVIRONMENT_CODE: Hex = "0x435f5542600155446002554160035548600455";

describe("EDR as an execution engine", () => {
  let engine: EdrEngine;
  const wallet = new TestWallet(10);
  const poor = new TestWallet(11);
  let height = 0n;
  const next = () => environmentOf(++height);

  before(async () => {
    engine = await openEngine([
      { address: wallet.address, balanceWei: 100n * ETHER, nonce: 0n },
      { address: ENVIRONMENT_READER, code: ENVIRONMENT_CODE, nonce: 1n, storage: [{ slot: 7n, value: 9n }] },
    ]);
  });
  after(() => engine.close());

  it("starts with the given state and no other account", async () => {
    assert.equal(await engine.request("eth_getBalance", [wallet.address, "latest"]), `0x${(100n * ETHER).toString(16)}`);
    assert.equal(await engine.request("eth_getCode", [ENVIRONMENT_READER, "latest"]), ENVIRONMENT_CODE);
    assert.equal(await engine.request("eth_getStorageAt", [ENVIRONMENT_READER, "0x7", "latest"]), wordToHex(9n));
    assert.equal(await engine.request("eth_getTransactionCount", [ENVIRONMENT_READER, "latest"]), "0x1");
    assert.deepEqual(await engine.request("eth_accounts", []), []);
    // Hardhat's first default account: nobody has money that the genesis does not give.
    assert.equal(await engine.request("eth_getBalance", ["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", "latest"]), "0x0");
  });

  it("mines exactly the given transactions in order, with the given environment", async () => {
    const transactions = [
      await wallet.sign({ to: ENVIRONMENT_READER, gasLimit: 200_000n }),
      await wallet.sign({ to: SINK, value: 3n, type: 0 }),
    ];
    const environment = next();
    const { block, included, refused } = await engine.mine(transactions, environment);
    assert.deepEqual([...included], transactions);
    assert.deepEqual([...refused], []);
    assert.deepEqual(
      block.receipts.map(({ transactionHash }) => transactionHash),
      transactions.map(({ hash }) => hash),
    );
    const slot = async (n: number) =>
      BigInt((await engine.request("eth_getStorageAt", [ENVIRONMENT_READER, `0x${n}`, "latest"])) as Hex);
    assert.equal(await slot(0), environment.number);
    assert.equal(await slot(1), environment.timestamp);
    assert.equal(await slot(2), BigInt(environment.prevRandao));
    assert.equal(await slot(3), BigInt(COINBASE));
    assert.equal(await slot(4), 0n);
  });

  it("writes nothing into the block-start contracts that Ethereum has", async () => {
    await engine.mine([], next());
    for (const address of ["0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02", "0x0000F90827F1C53a10cb7A02335B175320002935"]) {
      assert.equal(await engine.request("eth_getCode", [address, "latest"]), "0x");
      const slot = `0x${((GENESIS_TIMESTAMP + height) % 8191n).toString(16)}`;
      assert.equal(await engine.request("eth_getStorageAt", [address, slot, "latest"]), wordToHex(0n));
    }
  });

  it("gives back a transaction that cannot be paid and mines the others", async () => {
    const unpaid = await poor.sign({ to: SINK, value: 1n });
    const paid = await wallet.sign({ to: SINK, value: 1n });
    const { included, refused } = await engine.mine([unpaid, paid], next());
    assert.deepEqual([...included], [paid]);
    assert.equal(refused[0]?.transaction, unpaid);
    assert.match(refused[0]?.reason ?? "", /enough funds/);
    poor.nonce = 0;
  });

  it("gives back a block's transactions where one cannot be paid after the others, and keeps none of them", async () => {
    const heir = new TestWallet(77);
    await engine.mine([await wallet.sign({ to: heir.address, value: 10n ** 18n })], next());
    const half = { to: SINK, value: 6n * 10n ** 17n, gasLimit: 21_000n };
    const both = [await heir.sign(half), await heir.sign(half)];
    const spent = await engine.mine(both, next());
    assert.deepEqual(
      spent.refused.map(({ transaction }) => transaction),
      both,
    );
    assert.deepEqual(spent.block.receipts, []);
    assert.match(spent.refused[1]?.reason ?? "", /enough funds/);
    const { included } = await engine.mine(both.slice(0, 1), next());
    assert.equal(included.length, 1);
    assert.equal((await engine.mine(both.slice(1), next())).refused.length, 1);
  });

  it("keeps a timestamp when two blocks share a second", async () => {
    const environment = next();
    await engine.mine([], environment);
    const { block } = await engine.mine([], { ...next(), timestamp: environment.timestamp });
    assert.equal(block.environment.timestamp, environment.timestamp);
  });

  it("returns to a snapshot once", async () => {
    const mark = await engine.snapshot();
    const before = height;
    await engine.mine([], next());
    await engine.revert(mark);
    height = before;
    assert.equal(await engine.request("eth_blockNumber", []), `0x${height.toString(16)}`);
    await assert.rejects(engine.revert(mark), (error) => error instanceof EngineError && error.code === "UnknownSnapshot");
  });

  it("reports a block that came out otherwise than it was told", async () => {
    const mark = await engine.snapshot();
    await assert.rejects(
      engine.mine([], environmentOf(height + 2n)),
      (error) => error instanceof EngineError && error.code === "UnexpectedBlock",
    );
    await engine.revert(mark);
  });

  it("survives recursion that fails at a great depth", async () => {
    // Calls itself with all the gas it has, then hits an invalid opcode, 1,024 levels deep.
    const code: Hex = "0x60006000600060006000305af1fe";
    const target: Hex = `0x${"d1".repeat(20)}`;
    await engine.request("hardhat_setCode", [target, code]);
    const { block } = await engine.mine([await wallet.sign({ to: target, gasLimit: 2n ** 24n })], next());
    assert.equal(block.receipts[0]?.success, false);
  });

  it("refuses a transaction above the gas cap and a genesis with hostile code", async () => {
    const transaction = {
      kind: "unsigned",
      from: SINK,
      to: SINK,
      valueWei: 0n,
      data: "0x",
      nonce: 0n,
      gasLimit: 2n ** 24n + 1n,
    } as const;
    const { refused } = await engine.mine([transaction], next());
    assert.match(refused[0]?.reason ?? "", /16777217/);
    const options = { chainId: CHAIN_ID, coinbase: COINBASE, genesisTimestamp: GENESIS_TIMESTAMP };
    await assert.rejects(
      EdrEngine.open({ ...options, genesis: [{ address: SINK, code: "0x73" }] }, { connect }),
      (error) => error instanceof EngineError && error.code === "HostileCode",
    );
  });
});
