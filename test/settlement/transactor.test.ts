import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  BrowserProvider,
  Interface,
  toBeHex,
  Transaction,
  Wallet,
  type HDNodeWallet,
  type JsonRpcProvider,
  type Provider,
  type TransactionReceipt,
} from "ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { broadcastSigned } from "../../src/chain/settlement/l1-sender/signed-transaction.ts";
import { createTransactor } from "../../src/chain/settlement/l1-sender/transactor.ts";
import { createL1Retry, type L1Trouble } from "../../src/chain/settlement/l1-sender/l1-retry.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { connectHttp } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { l1Request } from "../../src/ecosystem/devnet/l1/request/l1-request.ts";
import type { SequencerError } from "../../src/chain/sequencer/sequencer-error.ts";
import type { TransactionFormatError } from "../../src/ground/transaction/transaction-format-error.ts";
import { serveFaultyL1 } from "../support/faulty-l1.ts";
import { startSettledL1, type SettledL1 } from "./support/settled-l1.ts";
import { alteredProvider, transactorOf, walletOf } from "./support/sender.ts";

/** The wallet, reaching an L1 some of whose methods are replaced, or which gets transactions as is said here. */
function altered(
  wallet: HDNodeWallet,
  methods: Partial<Record<keyof Provider, unknown>>,
  broadcast?: (raw: Hex) => Promise<Hex>,
): HDNodeWallet {
  return wallet.connect(alteredProvider(wallet.provider!, methods, broadcast));
}

describe("sending transactions to L1", () => {
  const target: Hex = `0x${"99".repeat(20)}`;
  const call = (data: Hex) => ({ label: data, to: target, data });
  const impatient = { delay: () => Promise.reject(new Error("no need to wait")) };
  let settled: SettledL1;
  let signer: HDNodeWallet;
  before(async () => {
    settled = await startSettledL1();
    signer = walletOf(settled.accounts[7]!);
  });
  after(() => settled.l1.close());
  const mining = async (automine: boolean) => settled.l1.ethers.provider.send("evm_setAutomine", [automine]);
  const mine = async () => settled.l1.ethers.provider.send("evm_mine", []);

  test("broadcasts in the order of the calls, with nonces in order", async () => {
    const transactor = transactorOf(signer);
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

  test("A6: outlasts an unreachable L1: waits longer each time, up to a bound, and reports the start and the end once", async () => {
    const waits: number[] = [];
    const said: (L1Trouble | undefined)[] = [];
    let failures = 9;
    const flaky = altered(signer, {}, (raw) =>
      failures-- > 0 ? Promise.reject(new Error("socket hang up")) : broadcastSigned(signer.provider!, raw),
    );
    const delay = (ms: number) => (waits.push(ms), Promise.resolve());
    const nonce = await signer.getNonce();
    const options = { retryDelayMs: 10, longestRetryDelayMs: 100 };
    await transactorOf(flaky, options, { delay, onTrouble: (trouble) => said.push(trouble) }).send(call("0x04"));
    assert.deepEqual(waits, [10, 20, 40, 80, 100, 100, 100, 100, 100]);
    assert.equal(await signer.getNonce(), nonce + 1);
    assert.deepEqual(said, [
      { code: "L1Unreachable", message: "0x04: L1 does not answer as it should (socket hang up)" },
      undefined,
    ]);
  });

  test("A6: one lost answer is not told", async () => {
    const said: unknown[] = [];
    let failures = 2;
    const flaky = altered(signer, {
      getFeeData: () => (failures-- > 0 ? Promise.reject(new Error("429 Too Many Requests")) : signer.provider!.getFeeData()),
    });
    const delay = () => Promise.resolve();
    await transactorOf(flaky, {}, { delay, onTrouble: (trouble) => said.push(trouble) }).send(call("0x24"));
    assert.deepEqual(said, []);
  });

  test("A6: sends nothing twice where the node took a transaction and its answer was lost", async () => {
    let times = 0;
    const forgetful = altered(signer, {}, async (raw) => {
      const hash = await broadcastSigned(signer.provider!, raw);
      if (times++ < 2) throw new Error("socket hang up");
      return hash;
    });
    const nonce = await signer.getNonce();
    const told: Hex[] = [];
    const transactor = transactorOf(forgetful);
    const receipt = await transactor.send({ ...call("0x34"), onBroadcast: ({ hash }) => (told.push(hash), Promise.resolve()) });
    assert.ok(told.includes(receipt.hash as Hex));
    assert.equal(await signer.getNonce(), nonce + 1);
    // Not mined yet: the node knows the transaction, and says so.
    times = 0;
    await mining(false);
    try {
      const sending = transactor.send(call("0x44"));
      while (times === 0) await signer.getNonce();
      await mining(true);
      await mine();
      await sending;
    } finally {
      await mining(true);
    }
    assert.equal(await signer.getNonce(), nonce + 2);
  });

  test("A6: knows by the nonce, and by its transactions, what a node means whose words it does not know", async () => {
    let lost = 0;
    const wordy = altered(signer, {}, async (raw) => {
      const { nonce } = Transaction.from(raw);
      const current = await signer.getNonce("latest");
      if (nonce < current || lost > 0) throw new Error(`OldNonce, Current nonce: ${current}, nonce of rejected tx: ${nonce}`);
      const hash = await broadcastSigned(signer.provider!, raw);
      if (lost++ === 0) throw new Error("socket hang up");
      return hash;
    });
    const nonce = await signer.getNonce();
    const transactor = transactorOf(wordy);
    await transactor.send(call("0x35"));
    assert.equal(await signer.getNonce(), nonce + 1);
    // Another account takes the next nonce.
    await (await signer.sendTransaction({ to: target })).wait();
    lost = -1;
    const receipt = await transactor.send(call("0x36"));
    assert.equal((await receipt.getTransaction()).nonce, nonce + 2);
  });

  test("A6: waits for a transaction that an earlier process sent, and sends none", async () => {
    await mining(false);
    try {
      const nonce = await signer.getNonce();
      const { hash } = await signer.sendTransaction({ to: target, data: "0x54" });
      const sent: unknown[] = [];
      const delay = async () => void (await mine());
      const transactor = transactorOf(signer, {}, { delay });
      const onBroadcast = (transaction: unknown) => (sent.push(transaction), Promise.resolve());
      const receipt = await transactor.send({ ...call("0x54"), earlier: [`0x${"11".repeat(32)}`, hash as Hex], onBroadcast });
      assert.equal(receipt.hash, hash);
      assert.deepEqual(sent, []);
      assert.equal(await signer.getNonce(), nonce + 1);
      // Mined, it has not done what is asked for now.
      const again = await transactor.send({ ...call("0x54"), earlier: [hash as Hex], onBroadcast });
      assert.notEqual(again.hash, hash);
      assert.equal(sent.length, 1);
    } finally {
      await mining(true);
    }
  });

  test("A6: does not take an earlier transaction that failed for the one that waits", async () => {
    const refusing = "0x5f5ffd";
    const setCode = (code: string) => settled.l1.ethers.provider.send("hardhat_setCode", [target, code]);
    await mining(false);
    try {
      await setCode(refusing);
      const failed = await signer.sendTransaction({ to: target, data: "0x56", gasLimit: 100_000n });
      await mine();
      assert.equal((await signer.provider!.getTransactionReceipt(failed.hash))?.status, 0);
      await setCode("0x");
      const waiting = await signer.sendTransaction({ to: target, data: "0x56", gasLimit: 100_000n });
      const transactor = transactorOf(signer, {}, { delay: async () => void (await mine()) });
      const receipt = await transactor.send({ ...call("0x56"), earlier: [failed.hash as Hex, waiting.hash as Hex] });
      assert.equal(receipt.hash, waiting.hash);
    } finally {
      await setCode("0x");
      await mining(true);
    }
  });

  test("A6: repeats a call that a lagging node may have refused, up to the given number of times", async () => {
    const setCode = (code: string) => settled.l1.ethers.provider.send("hardhat_setCode", [target, code]);
    const options = { refusalsUntilBelieved: 4, refusalDelayMs: 70 };
    try {
      for (const gas of [{}, { gasLimit: 100_000n }]) {
        await setCode("0x5f5ffd");
        const waits: number[] = [];
        const delay = async (ms: number) => void (waits.push(ms) === 3 && (await setCode("0x")));
        const nonce = await signer.getNonce();
        await transactorOf(signer, options, { delay }).send({ ...call("0x66"), ...gas });
        assert.deepEqual(waits, [70, 70, 70]);
        assert.equal(await signer.getNonce(), nonce + 1);
        await setCode("0x5f5ffd");
        waits.length = 0;
        const only = (ms: number) => Promise.resolve(void waits.push(ms));
        await assert.rejects(transactorOf(signer, options, { delay: only }).send({ ...call("0x67"), ...gas }), {
          code: "Reverted",
        });
        assert.deepEqual(waits, [70, 70, 70]);
      }
    } finally {
      await setCode("0x");
    }
  });

  test("limits a transaction's gas to EIP-7825's maximum, and refuses one that needs more", async () => {
    const limit = 2n ** 24n;
    /** An L1 that estimates this gas, and takes any call. */
    const estimating = (estimate: bigint): HDNodeWallet => {
      const provider = signer.provider as JsonRpcProvider;
      const answers: Readonly<Record<string, string>> = { eth_estimateGas: toBeHex(estimate), eth_call: "0x" };
      const send = (method: string, params: unknown[]): Promise<unknown> =>
        Promise.resolve(answers[method] ?? provider.send(method, params));
      const own = alteredProvider(provider, {});
      return signer.connect(
        new Proxy(own, { get: (target, name) => (name === "send" ? send : (Reflect.get(target, name, own) as unknown)) }),
      );
    };
    const options = { gasMarginPercent: 20 };
    for (const [estimate, expected] of [
      [1_000_000n, 1_200_000n],
      // With a margin of a fifth it would have more than the limit.
      [(limit * 9n) / 10n, limit],
      [limit, limit],
    ] as const) {
      const receipt = await transactorOf(estimating(estimate), options, impatient).send(call("0x68"));
      assert.equal((await receipt.getTransaction()).gasLimit, expected);
    }
    const nonce = await signer.getNonce();
    await assert.rejects(transactorOf(estimating(limit + 1n), options, impatient).send(call("0x69")), {
      code: "GasLimitExceeded",
      message: /^0x69 needs \d+ gas, a transaction has at most 16777216$/,
    });
    const named = { ...call("0x6a"), gasLimit: limit + 1n };
    await assert.rejects(transactorOf(estimating(0n), {}, impatient).send(named), { code: "GasLimitExceeded" });
    assert.equal(await signer.getNonce(), nonce);
  });

  test("A146: a refusal of a base's node that no wait changes ends by name, and the next call has the same nonce", async () => {
    const refusals: readonly (readonly [SequencerError["code"] | TransactionFormatError["code"] | undefined, string])[] = [
      ["TooHeavy", "the transaction's work is more than 3000000 units"],
      ["TooManySteps", "the transaction runs more than 1000 instructions"],
      ["ProvingExceedsChunk", "the transaction takes more than 1300000 units to prove"],
      ["PrecompileNotProven", "no proof covers it"],
      ["CallDataTooLarge", "the transaction's calls pass on more data"],
      ["ExceedsBatch", "the transaction exceeds an empty batch"],
      ["HostileCode", "the transaction runs or deploys code"],
      ["GasAboveCap", "the gas limit exceeds the cap"],
      ["TooLarge", "the transaction has 200000 bytes"],
      [undefined, "oversized data: transaction size 140000, limit 131072"],
      [undefined, "Transaction gas limit is 16777216 and exceeds block gas limit of 16000000"],
    ];
    const nonce = await signer.getNonce();
    const { chainId } = await signer.provider!.getNetwork();
    for (const method of ["eth_estimateGas", "eth_call", "eth_sendRawTransaction"])
      for (const [code, message] of refusals) {
        const base = await serveFaultyL1((asked, params) =>
          asked === method
            ? Promise.reject(Object.assign(new Error(message), { code: -32_003, data: code && { code } }))
            : ((signer.provider as JsonRpcProvider).send(asked, [...params]) as Promise<unknown>),
        );
        const provider = connectHttp(chainId, l1Request(base.url));
        const gas = method === "eth_call" ? { gasLimit: 100_000n } : {};
        const sending = transactorOf(signer.connect(provider), {}, impatient).send({ ...call("0x6b"), ...gas });
        const error: unknown = await sending.catch((thrown: unknown) => thrown);
        provider.destroy();
        await base.close();
        assert.ok(error instanceof SettlementError, `${code ?? message} to ${method}: ${String(error)}`);
        assert.equal(error.code, "Refused");
        assert.ok(error.message.startsWith("0x6b: the node refuses the transaction: "), error.message);
        assert.ok(error.message.endsWith(message), error.message);
      }
    await transactorOf(signer, {}, impatient).send(call("0x6c"));
    assert.equal(await signer.getNonce(), nonce + 1);
  });

  /** A base over HTTP that answers the given requests of a method with a refusal, and all others as the L1 does. */
  async function refusingBase(isRefused: (method: string) => boolean, code: SequencerError["code"] | "QuestionTooLong") {
    const base = await serveFaultyL1((method, params) =>
      isRefused(method)
        ? Promise.reject(Object.assign(new Error(`refused with ${code}`), { code: -32_003, data: { code } }))
        : ((signer.provider as JsonRpcProvider).send(method, [...params]) as Promise<unknown>),
    );
    const provider = connectHttp((await signer.provider!.getNetwork()).chainId, l1Request(base.url));
    return {
      signer: signer.connect(provider),
      async close() {
        provider.destroy();
        await base.close();
      },
    };
  }

  test("estimates once more if the gas pays for fewer units than the proof takes, and ends by name the second time", async () => {
    for (const [refusals, gas, expected] of [
      [1, {}, undefined],
      [1, { gasLimit: 50_000n }, undefined],
      [2, {}, "Refused"],
    ] as const) {
      const asked: string[] = [];
      let left = refusals;
      const isRefused = (method: string) => (asked.push(method), method === "eth_sendRawTransaction" && left-- > 0);
      const base = await refusingBase(isRefused, "ProvingExceedsGas");
      const nonce = await signer.getNonce();
      const sending = transactorOf(base.signer, {}, impatient).send({ ...call("0x6d"), ...gas });
      const outcome = await sending.then(
        () => undefined,
        (error: unknown) => error,
      );
      await base.close();
      assert.equal((outcome as SettlementError | undefined)?.code, expected, String(outcome));
      assert.equal(await signer.getNonce(), nonce + (expected === undefined ? 1 : 0));
      const estimates = asked.filter((method) => method === "eth_estimateGas").length;
      assert.equal(estimates, "gasLimit" in gas ? 1 : 2);
    }
  });

  test("waits by name while a list of the base leaves the operator out, and continues after its admin added it", async () => {
    for (const code of ["SenderNotAllowed", "DeployerNotAllowed"] as const)
      for (const method of ["eth_estimateGas", "eth_sendRawTransaction"]) {
        const told: (L1Trouble | undefined)[] = [];
        let refusals = 5;
        const base = await refusingBase((asked) => asked === method && refusals-- > 0, code);
        const waiting = { delay: () => Promise.resolve(), onTrouble: (trouble: L1Trouble | undefined) => told.push(trouble) };
        await transactorOf(base.signer, {}, waiting).send(call("0x6e"));
        await base.close();
        assert.deepEqual(
          told.map((trouble) => trouble?.code),
          ["OperatorExcluded", undefined],
        );
        assert.match(told[0]!.message, new RegExp(`^0x6e: .*refused with ${code}`));
      }
  });

  test("repeats a question that the base's clock ends, and rejects by name after eight in sequence", async () => {
    for (const [late, expected] of [
      [7, undefined],
      [8, "NodeTooSlow"],
    ] as const) {
      let left: number = late;
      const base = await refusingBase((method) => method === "eth_estimateGas" && left-- > 0, "QuestionTooLong");
      const sending = transactorOf(base.signer, {}, { delay: () => Promise.resolve() }).send(call("0x6f"));
      const outcome = await sending.then(
        () => undefined,
        (error: unknown) => error,
      );
      await base.close();
      assert.equal((outcome as SettlementError | undefined)?.code, expected, String(outcome));
    }
  });

  test("A6: waits for money, reports the account that needs it, and continues after it arrives", async () => {
    const poor = Wallet.createRandom().connect(signer.provider);
    const said: (L1Trouble | undefined)[] = [];
    let waits = 0;
    const delay = async () => {
      if (++waits === 5) await (await signer.sendTransaction({ to: poor.address, value: 10n ** 18n })).wait();
    };
    const receipt = await transactorOf(poor, {}, { delay, onTrouble: (trouble) => said.push(trouble) }).send({
      ...call("0x64"),
      gasLimit: 100_000n,
    });
    assert.equal(receipt.status, 1);
    assert.deepEqual(
      said.map((trouble) => trouble?.code),
      ["InsufficientFunds", undefined],
    );
    assert.match(said[0]!.message, new RegExp(`^0x64: ${poor.address} cannot pay for it; fund it \\(`));
  });

  test("names a refusal at once, and sends the next call with the same nonce", async () => {
    const factory = new Interface(chainFactoryAbi);
    const data = factory.encodeFunctionData("baseToken", [123_456n]) as Hex;
    const transactor = transactorOf(signer, {}, impatient);
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

  test("waits until the transaction has enough confirmations", async () => {
    let looks = 0;
    const transactor = transactorOf(signer, { confirmations: 3 }, { delay: async () => ((looks += 1), void (await mine())) });
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
      const observed = altered(signer, {}, (raw) => {
        fees.push(Transaction.from(raw).maxFeePerGas!);
        return broadcastSigned(signer.provider!, raw);
      });
      const transactor = transactorOf(
        observed,
        { pollsUntilResend: 2 },
        { delay: async () => (++looks === 3 ? void (await mine()) : undefined) },
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
      const transactor = transactorOf(
        signer,
        { pollsUntilResend: 3 },
        {
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

  test("waits only a bounded time for a transaction that L1 has reverted", async () => {
    const { provider } = settled.l1.ethers;
    const mark: unknown = await provider.send("evm_snapshot", []);
    let looks = 0;
    const delay = async () => {
      if (++looks === 1) {
        await provider.send("evm_revert", [mark]);
        await mining(false);
      }
    };
    const transactor = transactorOf(signer, { pollsUntilResend: 3 }, { delay });
    const nonce = await signer.getNonce();
    const taken = await transactor.send(call("0x19"));
    await mining(false);
    try {
      await assert.rejects(transactor.send(call("0x1a")), { code: "TransactionLost", message: /has reverted/ });
      assert.equal(await provider.getTransactionReceipt(taken.hash), null);
      // The next one has the nonce of the removed one.
      await mining(true);
      const next = await transactor.send(call("0x1b"));
      assert.equal((await next.getTransaction()).nonce, nonce);
    } finally {
      await mining(true);
    }
  });

  test("sends with the nonce of a transaction that L1 has reverted if the node takes none that is ahead", async () => {
    const { provider } = settled.l1.ethers;
    const mark: unknown = await provider.send("evm_snapshot", []);
    const transactor = transactorOf(signer);
    const taken = await transactor.send(call("0x1c"));
    await provider.send("evm_revert", [mark]);
    const next = await transactor.send(call("0x1d"));
    assert.equal(await provider.getTransactionReceipt(taken.hash), null);
    const nonceOf = async (receipt: TransactionReceipt) => (await receipt.getTransaction()).nonce;
    assert.equal(await nonceOf(next), (await signer.getNonce()) - 1);
  });

  test("takes no receipt for final if L1 reorganizes between it and the height", async () => {
    const { provider } = settled.l1.ethers;
    const mark: unknown = await provider.send("evm_snapshot", []);
    let dropped: string | undefined;
    const reorganizing = altered(signer, {
      async getTransactionReceipt(hash: string) {
        const receipt = await provider.getTransactionReceipt(hash);
        if (receipt === null || dropped !== undefined) return receipt;
        dropped = hash;
        await provider.send("evm_revert", [mark]);
        await provider.send("hardhat_mine", ["0x5"]);
        return receipt;
      },
    });
    const options = { confirmations: 3, pollsUntilResend: 2 };
    const receipt = await transactorOf(reorganizing, options, { delay: async () => void (await mine()) }).send(call("0x1e"));
    assert.ok(dropped !== undefined);
    assert.equal((await provider.getTransactionReceipt(receipt.hash))?.blockHash, receipt.blockHash);
  });

  test("stops waiting for a transaction on request", async () => {
    await mining(false);
    try {
      const abort = new AbortController();
      const delay = (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          signal?.addEventListener("abort", () => resolve());
          setImmediate(() => abort.abort());
        });
      const transactor = transactorOf(signer, {}, { delay, signal: abort.signal });
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
      const transactor = transactorOf(wallet);
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
      for (const gas of [{ gasLimit: 100_000n }, {}]) {
        const said: (L1Trouble | undefined)[] = [];
        const abort = new AbortController();
        const patience = createL1Retry(
          { failuresUntilTold: 1 },
          { delay: () => Promise.resolve(), signal: abort.signal, onTrouble: (trouble) => (said.push(trouble), abort.abort()) },
        );
        await assert.rejects(createTransactor({}, { signer: poor, patience }).send({ ...call("0x0c"), ...gas }), {
          code: "SettlementStopped",
        });
        assert.equal(said[0]?.code, "InsufficientFunds");
      }
    } finally {
      browser.destroy();
    }
  });
});
