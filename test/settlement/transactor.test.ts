import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BrowserProvider, Interface, Wallet } from "ethers";
import type { Signer, TransactionRequest } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Hex } from "../../src/protocol/hex.ts";
import { chainFactoryAbi } from "../../src/abi/chain-factory.ts";
import { createTransactor } from "../../src/settlement/l1-sender/transactor.ts";
import { SettlementError } from "../../src/settlement/settlement-error.ts";
import { startSettledL1 } from "./support/settled-l1.ts";
import type { SettledL1 } from "./support/settled-l1.ts";

/** A signer some of whose methods are replaced. */
function altered(signer: HardhatEthersSigner, methods: Partial<Record<keyof Signer, unknown>>): Signer {
  return new Proxy(signer, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return methods[name as keyof Signer];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("sending transactions to L1", () => {
  const target: Hex = `0x${"99".repeat(20)}`;
  const call = (data: Hex) => ({ label: data, to: target, data });
  const noWait = () => Promise.resolve();
  let settled: SettledL1;
  let signer: HardhatEthersSigner;
  before(async () => {
    settled = await startSettledL1();
    signer = settled.accounts[7]!;
  });
  after(() => settled.l1.close());
  const mining = async (automine: boolean) => settled.l1.ethers.provider.send("evm_setAutomine", [automine]);
  const mine = async () => settled.l1.ethers.provider.send("evm_mine", []);

  test("broadcasts in the order of the calls, with nonces in order", async () => {
    const transactor = createTransactor({}, { signer, delay: noWait });
    const first = await signer.getNonce();
    const calls: Hex[] = ["0x01", "0x02", "0x03"];
    const nonces: number[] = [];
    const receipts = await Promise.all(
      calls.map((data) =>
        transactor.send({ ...call(data), onBroadcast: ({ nonce }) => (nonces.push(nonce), Promise.resolve()) }),
      ),
    );
    assert.deepEqual(nonces, [first, first + 1, first + 2]);
    const sent = await Promise.all(receipts.map(async (receipt) => (await receipt.getTransaction()).data));
    assert.deepEqual(sent, calls);
  });

  test("repeats a request that is not answered, waiting longer each time, and gives up at last", async () => {
    const waits: number[] = [];
    const delay = (ms: number) => (waits.push(ms), Promise.resolve());
    let failures = 2;
    const flaky = altered(signer, {
      sendTransaction: (request: TransactionRequest) =>
        failures-- > 0 ? Promise.reject(new Error("socket hang up")) : signer.sendTransaction(request),
    });
    const nonce = await signer.getNonce();
    await createTransactor({ retryDelayMs: 10 }, { signer: flaky, delay }).send(call("0x04"));
    assert.deepEqual(waits, [10, 20]);
    assert.equal(await signer.getNonce(), nonce + 1);
    failures = 100;
    await assert.rejects(createTransactor({ attempts: 3 }, { signer: flaky, delay }).send(call("0x05")), (error: unknown) => {
      assert.ok(error instanceof SettlementError);
      assert.equal(error.code, "L1Unreachable");
      assert.match(error.message, /socket hang up/);
      return true;
    });
  });

  test("names a refusal at once, and sends the next call with the same nonce", async () => {
    const factory = new Interface(chainFactoryAbi);
    const data = factory.encodeFunctionData("baseToken", [123_456n]) as Hex;
    const transactor = createTransactor({}, { signer, delay: () => Promise.reject(new Error("no need to wait")) });
    const nonce = await signer.getNonce();
    await assert.rejects(transactor.send({ label: "query", to: settled.ecosystem.addresses.factory, data }), (error: unknown) => {
      assert.ok(error instanceof SettlementError);
      assert.equal(error.contractError?.name, "UnknownChain");
      assert.deepEqual(error.contractError.args, [123_456n]);
      return true;
    });
    await transactor.send(call("0x06"));
    assert.equal(await signer.getNonce(), nonce + 1);
  });

  test("waits until enough blocks stand on the transaction", async () => {
    let looks = 0;
    const transactor = createTransactor(
      { confirmations: 3 },
      { signer, delay: async () => ((looks += 1), void (await mine())) },
    );
    const receipt = await transactor.send(call("0x07"));
    assert.equal((await settled.l1.ethers.provider.getBlockNumber()) - receipt.blockNumber, 2);
    assert.equal(looks, 2);
  });

  test("sends a transaction that is not mined again, with the same nonce and a higher fee", async () => {
    await mining(false);
    try {
      const fees: bigint[] = [];
      const nonces: number[] = [];
      let looks = 0;
      const observed = altered(signer, {
        sendTransaction: async (request: TransactionRequest) => {
          const response = await signer.sendTransaction(request);
          fees.push(response.maxFeePerGas!);
          return response;
        },
      });
      const transactor = createTransactor(
        { pollsUntilResend: 2 },
        { signer: observed, delay: async () => (++looks === 3 ? void (await mine()) : undefined) },
      );
      const receipt = await transactor.send({
        ...call("0x08"),
        onBroadcast: ({ nonce }) => (nonces.push(nonce), Promise.resolve()),
      });
      assert.equal(receipt.status, 1);
      assert.equal(fees.length, 2);
      assert.ok(fees[1]! * 10n >= fees[0]! * 11n, fees.join());
      assert.equal(nonces[0], nonces[1]);
    } finally {
      await mining(true);
    }
  });

  test("reports a transaction whose nonce another one took", async () => {
    await mining(false);
    try {
      let looks = 0;
      const transactor = createTransactor(
        { pollsUntilResend: 3 },
        {
          signer,
          delay: async () => {
            if (++looks !== 1) return;
            const nonce = await signer.getNonce("latest");
            await signer.sendTransaction({ to: target, nonce, maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 11n });
            await mine();
          },
        },
      );
      await assert.rejects(transactor.send(call("0x09")), { code: "TransactionLost" });
    } finally {
      await mining(true);
    }
  });

  test("stops waiting for a transaction when it is told to", async () => {
    await mining(false);
    try {
      const abort = new AbortController();
      const delay = (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          signal?.addEventListener("abort", () => resolve());
          setImmediate(() => abort.abort());
        });
      const transactor = createTransactor({}, { signer, delay, signal: abort.signal });
      await assert.rejects(transactor.send(call("0x0a")), { code: "SettlementStopped" });
    } finally {
      await mining(true);
      await mine();
    }
  });

  test("works through any EIP-1193 provider, and names refusals there too", async () => {
    const { provider } = settled.l1.ethers;
    const transport = {
      request: ({ method, params }: { method: string; params?: unknown[] | Record<string, unknown> }) =>
        provider.send(method, Array.isArray(params) ? params : []) as Promise<unknown>,
    };
    const browser = new BrowserProvider(transport, undefined, { cacheTimeout: -1 });
    try {
      const wallet = Wallet.createRandom().connect(browser);
      await (await signer.sendTransaction({ to: wallet.address, value: 10n ** 18n })).wait();
      const transactor = createTransactor({}, { signer: wallet, delay: noWait });
      const receipt = await transactor.send(call("0x0b"));
      assert.equal(receipt.status, 1);
      const factory = new Interface(chainFactoryAbi);
      const to = settled.ecosystem.addresses.factory;
      const data = factory.encodeFunctionData("baseToken", [5n]) as Hex;
      const refused = { message: /the contract refuses with UnknownChain\(5\)/ };
      await assert.rejects(transactor.send({ label: "estimated", to, data }), refused);
      await assert.rejects(transactor.send({ label: "tried", to, data, gasLimit: 100_000n }), refused);
      assert.equal(await wallet.getNonce(), 1);
      const poor = Wallet.createRandom().connect(browser);
      const broke = createTransactor({}, { signer: poor, delay: () => Promise.reject(new Error("no need to wait")) });
      await assert.rejects(broke.send({ ...call("0x0c"), gasLimit: 100_000n }), { code: "InsufficientFunds" });
      await assert.rejects(broke.send(call("0x0c")), { code: "InsufficientFunds" });
    } finally {
      browser.destroy();
    }
  });
});
