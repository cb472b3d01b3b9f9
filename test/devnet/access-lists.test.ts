import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  concat,
  dataSlice,
  getCreate2Address,
  id,
  keccak256,
  toBeHex,
  zeroPadValue,
  type TransactionRequest,
  type Wallet,
  type HDNodeWallet,
} from "ethers";
import { ENTRY_POINTS } from "../../src/chain/model/entry-points.ts";
import { entryPointInterface } from "../../src/chain/rpc/bundler/entry-points.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { baseToken } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { estimateCall, estimateSend } from "../../src/ecosystem/client/transfers/estimate.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { openSession } from "../../src/ecosystem/client/ecosystem/open-session.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { senderOn, type Sender } from "../../src/ecosystem/client/sending/submit.ts";
import { acceptAdmin, offerAdmin, readTerms } from "../../src/ecosystem/client/governing/terms.ts";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { DevnetChain } from "../../src/ecosystem/devnet/devnet.ts";
import { connectInProcess } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { SINGLETONS } from "../../src/chain/predeploys/singleton-addresses.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deployEntryPoint } from "../clients/user-operations/support/entry-points.ts";
import { ALICE, BOB, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { Kept } from "../flow/support/kept.ts";

const [LISTED, OTHER] = [271n, 272n];
/** On the list of senders alone. */
const CAROL = 3;
const address = (number: number): Hex => lowerCaseAddress(createDevelopmentAccounts().wallet(number).address);
/** A contract without code in it: STOP. */
const EMPTY = "0x6001600081600b8239f300";
const MEMBER: Hex = `0x${id("a member's smart account").slice(-40)}`;
const STRANGER: Hex = `0x${id("a stranger's smart account").slice(-40)}`;
/** Says of every operation that it is valid, and does nothing. */
const WILLING_CODE = "0x60205ff3";
/** Creates an empty contract when it is called with a byte; says of every operation that it is valid. */
const CREATING_CODE = "0x36600114600b5760205ff35b5f5f5ff000";
/** On both lists: a smart account that deploys. */
const BUILDER: Hex = `0x${id("a deployer's smart account").slice(-40)}`;
const WRAPPER: Hex = `0x${id("creates, and passes on what it is called with").slice(-40)}`;
/** Creates an empty contract, then calls the EntryPoint with its own input; reverts where that reverts. */
const WRAPPER_CODE = `0x5f5f5ff050365f5f375f5f365f5f73${ENTRY_POINTS["0.7"].slice(2)}5af1602b575f5ffd5b00`;
/** Creates an empty contract whenever it is called. */
const PAID: Hex = `0x${id("creates when it is paid").slice(-40)}`;
const PAID_CODE = "0x5f5f5ff000";

interface Failure {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly code?: string };
}

describe("B3 B7: a chain takes transactions of listed senders and contracts of listed deployers alone", () => {
  let devnet: FlowDevnet;
  let listed: DevnetChain;
  let other: DevnetChain;

  before(async () => {
    devnet = await startFlowDevnet(
      [
        {
          chainId: LISTED,
          name: "listed",
          senders: [address(ALICE), address(CAROL), MEMBER, BUILDER],
          deployers: [address(ALICE), BUILDER],
        },
        { chainId: OTHER, name: "other", deployers: [lowerCaseAddress(SINGLETONS.create2Deployer)] },
      ],
      { proofs: "none", relayer: true, singletons: true, fundedAccounts: [ALICE, BOB, CAROL, RELAYER] },
    );
    [listed, other] = devnet.chains as unknown as [DevnetChain, DevnetChain];
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const ask = (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    listed.provider.request({ method, params: [...params] });
  const failure = (answer: Promise<unknown>): Promise<Failure> =>
    answer.then(
      (result) => assert.fail(`it was taken: ${String(result)}`),
      (error: unknown) => error as Failure,
    );
  /** State that a refused transaction must not change. */
  const state = async (account: Hex): Promise<unknown> => [
    await ask("eth_blockNumber"),
    await ask("eth_getBalance", account, "latest"),
    await ask("eth_getTransactionCount", account, "pending"),
    await ask("txpool_status"),
  ];
  async function refused(account: Hex, code: string, answer: () => Promise<unknown>): Promise<Failure> {
    const earlier = await state(account);
    const refusal = await failure(answer());
    assert.equal(refusal.data?.code, code, refusal.message);
    assert.deepEqual(await state(account), earlier);
    return refusal;
  }
  async function signed(wallet: Wallet | HDNodeWallet, transaction: TransactionRequest): Promise<string> {
    const from = lowerCaseAddress(wallet.address);
    const nonce = Number(await ask("eth_getTransactionCount", from, "pending"));
    return wallet.signTransaction({
      chainId: LISTED,
      type: 2,
      nonce,
      gasLimit: 200_000n,
      maxFeePerGas: 10n ** 6n,
      ...transaction,
    });
  }
  const succeeds = async (hash: unknown): Promise<void> => {
    const receipt = (await ask("eth_getTransactionReceipt", hash)) as { readonly status: Hex } | null;
    assert.equal(receipt?.status, "0x1");
  };
  const creation2 = (salt: number): string => concat([zeroPadValue(toBeHex(salt), 32), EMPTY]);

  it("an excluded sender is refused by a clear error, however it sends, and nothing changes", async () => {
    const bob = devnet.accounts.wallet(BOB);
    const [from, to] = [address(BOB), address(CAROL)];
    const raw = await signed(bob, { to, value: 1n });
    const ways: readonly (() => Promise<unknown>)[] = [
      () => ask("eth_sendRawTransaction", raw),
      () => ask("eth_sendRawTransactionSync", raw),
      () => ask("eth_sendTransaction", { from, to, value: "0x1" }),
      () => ask("eth_sendTransaction", { from, to, value: "0x1", gas: toBeHex(50_000) }),
      () => ask("eth_estimateGas", { from, to, value: "0x1" }),
      async () => {
        await ask("hardhat_impersonateAccount", STRANGER);
        await ask("eth_sendTransaction", { from: STRANGER, to });
      },
      // The account by which the relayer delivers may do nothing else.
      () => ask("eth_sendTransaction", { from: address(RELAYER), to, value: "0x1" }),
      () =>
        ask("eth_sendTransaction", {
          from: address(RELAYER),
          to: PREDEPLOYS.L2BaseToken,
          data: baseToken.encodeFunctionData("withdraw", [to]),
          value: "0x1",
        }),
    ];
    for (const way of ways) {
      const { code, message } = await refused(from, "SenderNotAllowed", way);
      assert.equal(code, -32000);
      assert.match(message, /senders/);
      assert.ok(message.includes(address(ACCOUNT_NUMBERS.firstOperator)), message);
    }
    // A question that is of no sender is answered.
    assert.match(String(await ask("eth_estimateGas", { to })), /^0x52/);
  });

  it("hyperchain_info and hyperchain_status say which lists each chain has", async () => {
    const { chains } = devnet.info();
    assert.deepEqual([chains[0]?.lists, chains[1]?.lists], [["senders", "deployers"], ["deployers"]]);
    const status = (await ask("hyperchain_status")) as { readonly chains: readonly { readonly lists?: readonly string[] }[] };
    assert.deepEqual(status.chains[0]?.lists, ["senders", "deployers"]);
  });

  it("senders on the list, the admin and the operator are served", async () => {
    for (const number of [ALICE, CAROL, ACCOUNT_NUMBERS.firstOperator])
      await succeeds(await ask("eth_sendRawTransaction", await signed(devnet.accounts.wallet(number), { to: address(BOB) })));
    await ask("hardhat_impersonateAccount", MEMBER);
    await succeeds(await ask("eth_sendTransaction", { from: MEMBER, to: address(BOB) }));
  });

  it("an excluded deployer creates nothing: neither by a transaction, nor by a contract that it calls", async () => {
    const carol = devnet.accounts.wallet(CAROL);
    const from = address(CAROL);
    const [direct, inside] = [{ data: EMPTY }, { to: SINGLETONS.create2Deployer, data: creation2(1) }];
    for (const transaction of [direct, inside]) {
      const raw = await signed(carol, transaction);
      const { message } = await refused(from, "DeployerNotAllowed", () => ask("eth_sendRawTransaction", raw));
      assert.match(message, /deployers/);
      await refused(from, "DeployerNotAllowed", () =>
        ask("eth_sendTransaction", { from, ...transaction, gas: toBeHex(200_000) }),
      );
    }
    await refused(from, "DeployerNotAllowed", () => ask("eth_estimateGas", { from, ...direct }));
    await ask("hardhat_impersonateAccount", MEMBER);
    await refused(MEMBER, "DeployerNotAllowed", () =>
      ask("eth_sendTransaction", { from: MEMBER, ...inside, gas: toBeHex(200_000) }),
    );
    const alice = devnet.accounts.wallet(ALICE);
    for (const transaction of [direct, inside])
      await succeeds(await ask("eth_sendRawTransaction", await signed(alice, transaction)));
  });

  it("a refused creation takes nothing of its block from others, and those behind it wait for its nonce", async () => {
    const [alice, carol] = [devnet.accounts.wallet(ALICE), devnet.accounts.wallet(CAROL)];
    await ask("evm_setAutomine", false);
    const nonce = Number(await ask("eth_getTransactionCount", address(CAROL), "latest"));
    const creation = await signed(carol, { to: SINGLETONS.create2Deployer, data: creation2(2), nonce });
    await ask("eth_sendRawTransaction", creation);
    const behind = await ask("eth_sendRawTransaction", await signed(carol, { to: address(BOB), nonce: nonce + 1 }));
    const other = await ask(
      "eth_sendRawTransaction",
      await signed(alice, { to: SINGLETONS.create2Deployer, data: creation2(3) }),
    );
    await ask("evm_mine");
    await succeeds(other);
    assert.equal(await ask("eth_getTransactionReceipt", behind), null);
    await ask("eth_sendRawTransaction", await signed(carol, { to: address(BOB), nonce }));
    await ask("evm_mine");
    await ask("evm_setAutomine", true);
    await succeeds(behind);
  });

  it("a contract on the list of deployers creates for every sender; others may not", async () => {
    const provider = connectInProcess(OTHER, other.provider);
    const bob = devnet.accounts.wallet(BOB).connect(provider);
    await (await bob.sendTransaction({ to: SINGLETONS.create2Deployer, data: creation2(1) })).wait();
    await assert.rejects(bob.sendTransaction({ data: EMPTY, gasLimit: 200_000n }), /deployers/);
    provider.destroy();
  });

  it("L1's queue carries an excluded account's deposit, call and withdrawal all the same", async () => {
    const bob = devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
    const { factory } = devnet.ecosystem.addresses;
    const balance = async (): Promise<bigint> => BigInt((await ask("eth_getBalance", address(BOB), "latest")) as Hex);
    const earlier = await balance();
    await requestFromL1(factory, { chainId: LISTED, to: address(BOB), valueWei: ETHER }, bob);
    await listed.pipeline.pollL1();
    assert.ok((await balance()) >= earlier + ETHER);
    // Its own money, out of the chain.
    const withdrawal = baseToken.encodeFunctionData("withdraw", [address(BOB)]) as Hex;
    await requestFromL1(factory, { chainId: LISTED, to: PREDEPLOYS.L2BaseToken, valueWei: ETHER, data: withdrawal }, bob);
    await listed.pipeline.pollL1();
    const withdrawn = (await devnet.messages()).filter(({ type }) => type === "withdrawal");
    assert.equal(withdrawn.length, 1);
  });

  it("the ecosystem's relayer, on no list, delivers what other chains send", async () => {
    const provider = connectInProcess(OTHER, other.provider);
    const receiver = `${STRANGER}@listed`;
    await send(devnet.info(), { chain: "other", to: receiver, amount: 5n }, devnet.accounts.wallet(ALICE).connect(provider));
    provider.destroy();
    await devnet.settle(OTHER);
    await devnet.relay();
    assert.equal(await ask("eth_getBalance", STRANGER, "latest"), "0x5");
  });

  it("another chain's message that creates an account does not prevent its delivery", async () => {
    const provider = connectInProcess(OTHER, other.provider);
    const data = creation2(9) as Hex;
    const request = { chain: "other", to: { chain: "listed", account: lowerCaseAddress(SINGLETONS.create2Deployer) }, data };
    await call(devnet.info(), request, devnet.accounts.wallet(BOB).connect(provider));
    provider.destroy();
    await devnet.settle(OTHER);
    await devnet.relay();
    const created = getCreate2Address(SINGLETONS.create2Deployer, dataSlice(data, 0, 32), keccak256(EMPTY));
    assert.equal(await ask("eth_getCode", created, "latest"), "0x00");
    const last = (await devnet.messages()).filter(({ type }) => type === "bundle").at(-1);
    assert.equal(
      last?.steps.some(({ step }) => step === "delivered"),
      true,
      JSON.stringify(last),
    );
  });

  it("what a send or call to the chain takes is estimated for accounts that are on no list there", async () => {
    const provider = connectInProcess(OTHER, other.provider);
    const there = connectInProcess(LISTED, listed.provider);
    const providerOf = (chainId: number) => (chainId === Number(LISTED) ? there : provider);
    const to = { chain: "listed", account: address(BOB) };
    const sent = await estimateSend(devnet.info(), { chain: "other", to, amount: 5n }, providerOf);
    assert.ok(sent.deliveryGas > 0n);
    for (const [account, data] of [
      [address(BOB), "0x"],
      [lowerCaseAddress(SINGLETONS.create2Deployer), creation2(10) as Hex],
    ] as const) {
      const request = { chain: "other", to: { chain: "listed", account }, data, sender: address(BOB) };
      assert.ok((await estimateCall(devnet.info(), request, providerOf)).gasLimit > 0n);
    }
    provider.destroy();
    there.destroy();
  });

  it("a user operation is its account's: an excluded account's is refused, also in another sender's transaction", async () => {
    const provider = connectInProcess(LISTED, listed.provider);
    const alice = devnet.accounts.wallet(ALICE).connect(provider);
    const entryPoint = await deployEntryPoint("0.8", alice);
    for (const account of [MEMBER, STRANGER]) await ask("hardhat_setCode", account, WILLING_CODE);
    const operationOf = (sender: Hex, key: bigint, changes: object = {}) => ({
      sender,
      nonce: toBeHex(key << 64n),
      ...{ callData: "0x", callGasLimit: "0x0", maxFeePerGas: "0x0", maxPriorityFeePerGas: "0x0", signature: "0x" },
      ...{ verificationGasLimit: toBeHex(100_000), preVerificationGas: toBeHex(100_000) },
      ...changes,
    });
    const sendOperation = (operation: object): Promise<unknown> => ask("eth_sendUserOperation", operation, entryPoint);
    await refused(STRANGER, "SenderNotAllowed", () => sendOperation(operationOf(STRANGER, 0n)));
    await refused(STRANGER, "SenderNotAllowed", () => ask("eth_estimateUserOperationGas", operationOf(STRANGER, 0n), entryPoint));
    const hash = await sendOperation(operationOf(MEMBER, 0n));
    assert.equal(((await ask("eth_getUserOperationReceipt", hash)) as { success: boolean } | null)?.success, true);

    const limits = toBeHex(100_000n << 128n, 32);
    const packed = (sender: Hex): readonly unknown[] => [sender, 1n << 64n, "0x", "0x", limits, 0n, toBeHex(0, 32), "0x", "0x"];
    const bundle = (sender: Hex) => entryPointInterface.encodeFunctionData("handleOps", [[packed(sender)], address(ALICE)]);
    const carry = async (sender: Hex): Promise<unknown> =>
      ask("eth_sendRawTransaction", await signed(devnet.accounts.wallet(ALICE), { to: entryPoint, data: bundle(sender) }));
    await refused(address(ALICE), "SenderNotAllowed", () => carry(STRANGER));
    await succeeds(await carry(MEMBER));

    // What an operation creates, its account must be allowed to create; the operator, which carries it, does not count.
    await ask("hardhat_setCode", MEMBER, CREATING_CODE);
    const creating = operationOf(MEMBER, 2n, { callData: "0x01", callGasLimit: toBeHex(100_000) });
    await refused(MEMBER, "DeployerNotAllowed", () => sendOperation(creating));
    await refused(MEMBER, "DeployerNotAllowed", () => ask("eth_estimateUserOperationGas", creating, entryPoint));
    provider.destroy();
  });

  it("a listed account's user operation lets nothing else be created: not by what carries it, nor by what is paid for it", async () => {
    const provider = connectInProcess(LISTED, listed.provider);
    const entryPoint = await deployEntryPoint("0.7", devnet.accounts.wallet(ALICE).connect(provider));
    provider.destroy();
    assert.equal(entryPoint.toLowerCase(), ENTRY_POINTS["0.7"]);
    for (const [account, code] of [
      [BUILDER, CREATING_CODE],
      [WRAPPER, WRAPPER_CODE],
      [PAID, PAID_CODE],
    ])
      await ask("hardhat_setCode", account, code);
    const limits = toBeHex((100_000n << 128n) | 100_000n, 32);
    const bundle = (key: bigint, callData: string, beneficiary: Hex): string => {
      const operation = [BUILDER, key << 64n, "0x", callData, limits, 0n, toBeHex(0, 32), "0x", "0x"];
      return entryPointInterface.encodeFunctionData("handleOps", [[operation], beneficiary]);
    };
    const carry = async (number: number, to: Hex, data: string): Promise<unknown> =>
      ask("eth_sendRawTransaction", await signed(devnet.accounts.wallet(number), { to, data, gasLimit: 1_000_000n }));
    const own = bundle(0n, "0x", address(CAROL));
    const refusals: readonly (readonly [Hex, string])[] = [
      [WRAPPER, own],
      [entryPoint, bundle(0n, "0x", PAID)],
    ];
    for (const [to, data] of refusals) {
      const { message } = await refused(address(CAROL), "DeployerNotAllowed", () => carry(CAROL, to, data));
      assert.ok(message.includes(address(CAROL)), message);
      await refused(address(CAROL), "DeployerNotAllowed", () => ask("eth_estimateGas", { from: address(CAROL), to, data }));
    }
    // What the operation itself creates is its account's, and a deployer may wrap it.
    await succeeds(await carry(CAROL, entryPoint, bundle(0n, "0x01", address(CAROL))));
    await succeeds(await carry(ALICE, WRAPPER, bundle(1n, "0x", address(ALICE))));
  });
});

describe("B3 B7: the admin changes a chain's lists while it runs", () => {
  const senders = [address(ALICE)];
  const chain = { chainId: LISTED, name: "listed", senders };
  const kept = new Kept([chain], { fundedAccounts: [ALICE, BOB] });
  before(() => kept.start());
  after(() => kept.end());

  interface Answer {
    readonly result?: unknown;
    readonly error?: Failure;
  }
  const post = async (method: string, params: readonly unknown[], token?: string): Promise<Answer> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    return (await fetch(kept.chain().url, { method: "POST", body, headers })).json() as Promise<Answer>;
  };
  const ask = (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    kept.chain().provider.request({ method, params: [...params] });
  const pays = (from: number): Promise<unknown> =>
    ask("eth_sendTransaction", { from: address(from), to: address(CAROL), gasPrice: "0x0", gas: "0x5208" });
  const isRefused = async (from: number): Promise<void> => {
    await assert.rejects(pays(from), { data: { code: "SenderNotAllowed" } });
  };
  const session = async (account: number): Promise<string> =>
    (await openSession(kept.devnet.info().chains[0]!, kept.devnet.accounts.wallet(account))).token;

  it("by a session that its key has signed; no other account, and no stranger, may", async () => {
    const change = [{ senders: [address(BOB)], deployers: [] }];
    for (const [token, code] of [
      [undefined, "AdminRequired"],
      ["0".repeat(43), "AdminRequired"],
    ] as const)
      assert.equal((await post("hyperchain_setAccessLists", change, token)).error?.data?.code, code);
    await assert.rejects(session(ALICE), { code: "Refused" });
    await isRefused(BOB);
    const token = await session(ACCOUNT_NUMBERS.firstOperator);
    const lists = { senders: [address(BOB)], deployers: [] };
    assert.deepEqual((await post("hyperchain_setAccessLists", change, token)).result, lists);
    assert.deepEqual((await post("hyperchain_getAccessLists", [])).result, lists);
    await pays(BOB);
    await isRefused(ALICE);
    for (const bad of [[], [{}], [{ readers: [] }], [{ senders: "x" }], [{ senders: ["0x1"] }]])
      assert.equal((await post("hyperchain_setAccessLists", bad, token)).error?.code, -32602, JSON.stringify(bad));
    assert.deepEqual(await ask("hyperchain_getAccessLists"), lists);
  });

  it("by the account that the admin has passed the chain on to, from the next look at L1 on; not by the admin before", async () => {
    const { l1, accounts } = kept.devnet;
    const sender = async (account: number): Promise<Sender> =>
      senderOn(accounts.wallet(account).connect(l1.provider), { name: "l1", chainId: Number(l1.chainId) });
    const before = await session(ACCOUNT_NUMBERS.firstOperator);
    const terms = await readTerms(kept.devnet.info().chains[0]!.hyperchain, l1.provider);
    await offerAdmin(terms, address(CAROL), await sender(ACCOUNT_NUMBERS.firstOperator));
    await kept.devnet.chains[0]!.pipeline.pollL1();
    await assert.rejects(session(CAROL), { code: "Refused" });
    await acceptAdmin(terms, await sender(CAROL));
    await kept.devnet.chains[0]!.pipeline.pollL1();
    const { admin, operator } = kept.devnet.info().chains[0]!;
    assert.deepEqual([admin, operator], [address(CAROL), address(ACCOUNT_NUMBERS.firstOperator)]);
    const change = [{ senders: [address(BOB)] }];
    // The session is still in force, but its account is no longer the admin.
    assert.equal((await post("hyperchain_setAccessLists", change, before)).error?.data?.code, "AdminRequired");
    const token = await session(CAROL);
    assert.deepEqual((await post("hyperchain_setAccessLists", change, token)).result, { senders: [address(BOB)], deployers: [] });
    // No list applies to the admin, nor to the operator.
    const estimate = (from: number): Promise<unknown> => ask("eth_estimateGas", { from: address(from), to: address(ALICE) });
    for (const account of [CAROL, ACCOUNT_NUMBERS.firstOperator]) await estimate(account);
    await assert.rejects(estimate(ALICE), { data: { code: "SenderNotAllowed" } });
  });

  it("what waits when its sender leaves the list is refused when its turn comes", async () => {
    await ask("evm_setAutomine", false);
    const hash = await pays(BOB);
    await ask("hyperchain_setAccessLists", { senders: [address(ALICE)] });
    await ask("evm_mine");
    assert.deepEqual(
      [await ask("eth_getTransactionByHash", hash), await ask("txpool_status")],
      [null, { pending: "0x0", queued: "0x0" }],
    );
    await ask("evm_setAutomine", true);
  });

  it("a return to a snapshot returns to its lists", async () => {
    const snapshot = await ask("evm_snapshot");
    await ask("hyperchain_setAccessLists", { senders: null });
    await pays(BOB);
    assert.equal(await ask("evm_revert", snapshot), true);
    await isRefused(BOB);
    await pays(ALICE);
  });

  it("they are kept over a restart, and its options hold where they say something else than before", async () => {
    await ask("hyperchain_setAccessLists", { senders: [address(BOB)] });
    await kept.restart();
    await isRefused(ALICE);
    await pays(BOB);
    chain.senders = [address(ALICE), address(CAROL)];
    await kept.restart();
    await isRefused(BOB);
    await pays(ALICE);
  });
});
