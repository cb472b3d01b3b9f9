import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { DevnetOptionsError, planDevnet } from "../../src/ecosystem/devnet/described/options.ts";
import type { BatchInfo } from "../../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import type { EcosystemStatus, FeeStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { feeLine } from "../../src/tool/plugin/tasks/running/fee-line.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const CHAIN = 281n;
const GWEI = 1_000_000_000n;
const BATCH_GAS = 100_000n;
const LEAST = 7_000_000n;
/** For a unit of a proof, of which a gas pays for six. */
const UNIT_PRICE = 50_000n;
const PROVING = 300_000n;

describe("I10: a chain's gas price follows L1's and what its batches cost there", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  /** L1's gas of all executed batches, as the ecosystem's receipts tell it. */
  const l1Gas: bigint[] = [];
  /** Users' gas in each of them. */
  const gas: bigint[] = [];

  before(async () => {
    const prices = { unitPriceWei: Number(UNIT_PRICE), leastGasPriceWei: Number(LEAST) };
    const fees = { marginPercent: 20, batchGas: Number(BATCH_GAS), ...prices };
    devnet = await startFlowDevnet([{ chainId: CHAIN, batches: { maxAgeMs: undefined }, fees }], {
      proofs: "none",
      fundedAccounts: [ALICE],
    });
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const priceOf = async (method: string): Promise<bigint> => BigInt((await client.send(method, [])) as string);
  const feesNow = async (): Promise<FeeStatus> =>
    ((await client.send("hyperchain_status", [])) as EcosystemStatus).chains[0]!.fees!;
  const settle = async (userGas: bigint): Promise<void> => {
    for (const batch of await devnet.settle()) {
      const { commit = 0, prove = 0, execute = 0 } = batch.l1Gas;
      l1Gas.push(BigInt(commit + prove + execute));
      gas.push(batch.transactions === 0 ? 0n : userGas);
    }
  };
  const moveL1 = async (baseFee: bigint): Promise<bigint> => {
    await devnet.l1.request("hardhat_setNextBlockBaseFeePerGas", [`0x${baseFee.toString(16)}`]);
    await devnet.l1.request("evm_mine");
    await devnet.chains[0]!.pipeline.pollL1();
    return BigInt((await devnet.l1.request("eth_gasPrice")) as string);
  };
  const send = (price: bigint, count = 1) =>
    devnet.accounts
      .wallet(ALICE)
      .connect(client)
      .sendTransaction({
        ...{ to: devnet.accounts.wallet(BOB).address, value: BigInt(count), gasLimit: 21_000n },
        ...{ maxFeePerGas: price, maxPriorityFeePerGas: price },
      });
  const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
  const roundedUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;
  /**
   * Minimum fee by hand: the average batch's gas on L1 at L1's price, divided by the average batch's users' gas or the
   * expected minimum, and the cost of proving.
   */
  const expectedLeast = (l1Price: bigint): bigint => {
    const count = BigInt(l1Gas.length);
    const shared = sum(gas) / count > BATCH_GAS ? sum(gas) / count : BATCH_GAS;
    return roundedUp((sum(l1Gas) / count) * l1Price, shared) + PROVING;
  };

  test("before L1 has executed a batch with this cost, clients receive the minimum", async () => {
    const { batches, provingPrice, leastGasPrice } = await feesNow();
    assert.equal(provingPrice, String(PROVING));
    if (batches === 0) assert.deepEqual([await priceOf("eth_gasPrice"), leastGasPrice], [LEAST, String(PROVING)]);
    // What the proof costs is asked for before any batch's cost is known.
    await assert.rejects(send(PROVING - 1n), /the least that the chain takes now/);
    await (await send(LEAST)).wait();
  });

  test("it is the batches' cost on L1 with the margin, wherever clients ask for it", async () => {
    await settle(21_000n);
    const known = await feesNow();
    assert.equal(known.batches, l1Gas.length);
    const least = expectedLeast(await moveL1(7n * GWEI));
    const told = roundedUp(least * 120n, 100n);
    assert.equal((await feesNow()).leastGasPrice, String(least));
    assert.equal(await priceOf("eth_gasPrice"), told);
    assert.equal(await priceOf("eth_maxPriorityFeePerGas"), told);
    const { reward } = (await client.send("eth_feeHistory", ["0x1", "latest", [50]])) as { reward: string[][] };
    assert.equal(BigInt(reward[0]![0]!), told);
    assert.equal((await feesNow()).transfer, String(21_000n * told));
  });

  test("the status has the cost of a batch at L1's next floor of calldata, by hand: 64 gas a byte", async () => {
    const { batches } = await feesNow();
    const hashes: string[] = [];
    for (let number = 0; number < batches; number++) {
      const { l1 } = (await client.send("hyperchain_batch", ["281", number])) as BatchInfo;
      hashes.push(...(["commit", "prove", "execute"] as const).map((stage) => l1[stage]!.transactionHash));
    }
    let total = 0n;
    for (const hash of hashes) {
      const { data } = (await devnet.l1.provider.getTransaction(hash))!;
      const { gasUsed } = (await devnet.l1.provider.getTransactionReceipt(hash))!;
      const floor = 21_000n + 64n * BigInt((data.length - 2) / 2);
      const sharing = BigInt(hashes.filter((each) => each === hash).length);
      total += (gasUsed > floor ? gasUsed : floor) / sharing;
    }
    for (let looks = 0; (await feesNow()).l1GasPerBatchAtNextFloor === undefined; looks++) assert.ok(looks < 1_000, "in time");
    const { l1GasPerBatchAtNextFloor: next, l1GasPerBatch } = await feesNow();
    assert.equal(next, Number(total / BigInt(batches)));
    assert.ok(next >= l1GasPerBatch);
  });

  test("it moves with L1's price, at once", async () => {
    const before = await priceOf("eth_gasPrice");
    const [low, high] = [expectedLeast(await moveL1(GWEI)), expectedLeast(await moveL1(50n * GWEI))];
    assert.equal(await priceOf("eth_gasPrice"), roundedUp(high * 120n, 100n));
    assert.ok(high > 10n * low && (await priceOf("eth_gasPrice")) > before);
  });

  test("a payment below the cost is refused by name, and a client's default is accepted", async () => {
    const least = BigInt((await feesNow()).leastGasPrice);
    await assert.rejects(
      send(least - 1n),
      /below .* the least that the chain takes now; send at least what eth_gasPrice answers/,
    );
    await (await send(least)).wait();
    const wallet = devnet.accounts.wallet(ALICE).connect(client);
    const receipt = await (await wallet.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
    assert.ok(receipt!.gasPrice >= least);
  });

  test("a fuller batch costs each of its users less", async () => {
    const before = BigInt((await feesNow()).leastGasPrice);
    for (let i = 0; i < 30; i++) await (await send(await priceOf("eth_gasPrice"), i)).wait();
    await settle(32n * 21_000n);
    assert.equal((await feesNow()).leastGasPrice, String(expectedLeast(await moveL1(50n * GWEI))));
    assert.ok(BigInt((await feesNow()).leastGasPrice) < before);
  });

  test("status tells a transfer's fee in cents at a stated price", () => {
    const fees = {
      gasPrice: "1000000000",
      leastGasPrice: "0",
      provingPrice: "0",
      transfer: "21000000000000",
      batches: 2,
    } as const;
    const costs = { ...fees, l1GasPrice: "2000000000", l1GasPerBatch: 3_000_000, gasPerBatch: 42_000 };
    assert.equal(
      feeLine({ name: "alpha", fees: costs }, 3_000),
      "Gas of alpha: 1.0 gwei, so a transfer costs 0.000021 ETH (6.3 cents at 3000 dollars for 1 ETH); L1's gas is at 2.0 gwei, a batch takes 3000000 of it and has 42000 of users' (average of 2)",
    );
    assert.match(
      feeLine({ name: "x", fees: { ...costs, provingPrice: "312000" } }),
      /^Gas of x: 1\.0 gwei \(0\.000312 for its proof\), so a transfer/,
    );
    assert.match(
      feeLine({ name: "x", fees: { ...costs, l1GasPerBatchAtNextFloor: 5_000_000 } }),
      /a batch takes 3000000 of it \(5000000 at 64 gas a byte of calldata, EIP-7976\) and has 42000/,
    );
    // 2 gwei are asked for by the chain below: its name is said.
    assert.match(feeLine({ name: "x", fees: costs, settlesOn: "alpha" }), /^Gas of x: .*; alpha's gas is at 2\.0 gwei, a batch/);
  });

  test("a chain whose gas another token pays for cannot follow L1's price", () => {
    const options = {
      fundedAccounts: [0],
      fundingWei: 1n,
      chains: [{ chainId: 282n, fees: {}, baseToken: { name: "Gold", symbol: "GLD" } }],
    };
    assert.throws(
      () => planDevnet(options),
      (error) => error instanceof DevnetOptionsError && /leave fees or baseToken out/.test(error.message),
    );
  });
});
