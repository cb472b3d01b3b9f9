import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { AbiCoder, keccak256, toUtf8Bytes, ZeroAddress, type Contract, type TransactionReceipt } from "ethers";
import { interopHandlerAbi } from "../../../src/ground/abi/interop-handler.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { eventsOf, interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { startInteropFixture, type InteropFixture, type SentBundle } from "./support/interop-fixture.ts";
import { assertReverts } from "./support/revert-reason.ts";

const coder = AbiCoder.defaultAbiCoder();
const ID = `0x${"00".repeat(32)}`;
const ANSWER_GAS = 200_000n;
const ERROR_STRING = "0x08c379a0";

/** Fields of a request; a test sets those that matter to it. */
const NOTHING = {
  chainId: 0n,
  target: ZeroAddress,
  value: 0n,
  amount: 1n,
  paid: 0n,
  refundTo: ZeroAddress,
  answerGas: 0n,
  answerReward: 0n,
  reward: 0n,
  gasLimit: 0n,
  deadline: 0n,
  destinationToken: ZeroAddress,
};

const message = (account: string, amount: bigint): string => coder.encode(["address", "uint256"], [account, amount]);
const reasonOf = (data: string): string => coder.decode(["string"], `0x${data.slice(ERROR_STRING.length)}`)[0] as string;

describe("contracts built on contracts/Hyperchain.sol", () => {
  let fixture: InteropFixture;
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let c: SimulatedChain;
  let bankA: Contract;
  let bankB: Contract;
  let till: Contract;
  let alice: string;
  before(async () => {
    fixture = await startInteropFixture();
    ({ ecosystem, a, b, c } = fixture);
  });
  after(() => ecosystem.close());
  beforeEach(async () => {
    [bankA, bankB] = [await deploy(a, "Bank"), await deploy(b, "Bank")];
    await a.send(bankA, "setPeer", b.chainId, await bankB.getAddress());
    await b.send(bankB, "setPeer", a.chainId, await bankA.getAddress());
    till = await deploy(b, "Till");
    alice = b.users[2]!.address;
  });

  const deploy = async (chain: SimulatedChain, name: string, ...args: unknown[]): Promise<Contract> =>
    (await chain.ethers.deployContract(name, args, chain.users[0])) as unknown as Contract;
  const view = async <T>(contract: Contract, name: string, ...args: unknown[]): Promise<T> =>
    (await contract.getFunction(name).staticCall(...args)) as T;
  const request = (fields: Partial<typeof NOTHING>) => ({ ...NOTHING, chainId: b.chainId, ...fields });
  const ask = async (fields: Partial<typeof NOTHING>, value = 0n): Promise<SentBundle> =>
    fixture.bundleOf(await a.send(bankA, "ask", request(fields), { value }));

  /** Delivers a bundle to a chain; its transaction there. */
  async function deliver(bundle: SentBundle, to = b): Promise<TransactionReceipt> {
    await ecosystem.settle();
    return fixture.execute(to, bundle);
  }

  /** Delivers the message of a transaction and answers how that ended. */
  async function outcome(bundle: SentBundle, to = b): Promise<[success: boolean, result: string]> {
    return fixture.outcomeOf(await deliver(bundle, to));
  }

  /** Delivers the outcome of a bundle, which a transaction executed, to its sender. */
  async function tell(bundle: SentBundle, delivered: TransactionReceipt): Promise<TransactionReceipt> {
    await ecosystem.settle();
    return a.send(await fixture.handler(a, 3), "executeCallback", bundle.body, resultOf(delivered));
  }

  const resultOf = (delivered: TransactionReceipt) => ecosystem.prove(messagesOf(delivered).at(-1)!.hash);

  /** Delivers all refunds of a delivery to the source chain. */
  async function refund(delivered: TransactionReceipt): Promise<number> {
    await ecosystem.settle();
    const refunds = await eventsOf(delivered, "InteropHandler", "BundleRefunded");
    for (const [, , hash] of refunds)
      await a.send(await a.predeploy("L2AssetRouter", a.users[3]), "deliver", ecosystem.prove(hash as string));
    return refunds.length;
  }

  test("a message of the peer arrives once, under the id that its sender computes", async () => {
    const sent = fixture.bundleOf(await a.send(bankA, "tell", b.chainId, alice, 5n, 0n));
    assert.equal(await view(bankA, "lastCallId"), sent.hash);
    assert.deepEqual((await outcome(sent))[0], true);
    assert.equal(await view(bankB, "credit", alice), 5n);
    assert.equal(await view(bankB, "lastReceiveId"), await view(bankA, "receiveIdOf", sent.hash));
    const again = (await fixture.handler(b)).getFunction("executeBundle").staticCall(...sent.arguments());
    await assertReverts(again, "InteropHandler", "AlreadyReceived");
  });

  test("a caller other than the gateway, and an outcome from another caller than the handler, are refused", async () => {
    const from = interoperable(a.chainId, await bankA.getAddress());
    const receive = bankB.getFunction("receiveMessage").staticCall(ID, from, message(alice, 5n));
    await assertReverts(receive, "Bank", "NotTheGateway", [b.users[0]!.address]);
    const told = bankB.getFunction("onInteropResult").staticCall(ID, true, coder.encode(["bytes[]"], [[]]));
    await assertReverts(told, "Bank", "NotTheHandler", [b.users[0]!.address]);
  });

  test("a stranger on the peer's chain is refused", async () => {
    const stranger = await deploy(a, "Stranger");
    const sent = await a.send(stranger, "send", b.chainId, await bankB.getAddress(), message(alice, 5n));
    const [success, result] = await outcome(fixture.bundleOf(sent));
    assert.deepEqual([success, await view(bankB, "credit", alice)], [false, 0n]);
    assert.equal(result, bankB.interface.encodeErrorResult("NotThePeer", [a.chainId, await stranger.getAddress()]));
  });

  test("the contract's address on a chain without a peer is refused", async () => {
    const twins: Contract[] = [];
    for (const chain of [a, b, c])
      twins.push((await chain.ethers.deployContract("Bank", [], chain.users[4])) as unknown as Contract);
    const address = await twins[1]!.getAddress();
    assert.deepEqual(await Promise.all(twins.map((twin) => twin.getAddress())), [address, address, address]);
    await b.send(twins[1]!, "setPeer", a.chainId, address);
    await c.send(twins[2]!, "setPeer", b.chainId, address);
    const sent = fixture.bundleOf(await c.send(twins[2]!, "tell", b.chainId, alice, 5n, 0n));
    const [success, result] = await outcome(sent);
    assert.deepEqual([success, result], [false, bankB.interface.encodeErrorResult("NotThePeer", [c.chainId, address])]);
  });

  test("an encoding that is not the sender's single one is refused", async () => {
    const gateway = b.users[0]!.address;
    const bank = await deploy(b, "BankWithGateway", 271n, gateway);
    const peer = "11".repeat(20);
    await b.send(bank, "setPeer", 271n, `0x${peer}`);
    const receive = (sender: string) => bank.getFunction("receiveMessage").staticCall(ID, sender, message(alice, 5n));
    const wrong = {
      "no bytes": "0x",
      "no chain": "0x00010000",
      "a chain without digits": "0x000100000000",
      "an account without a chain": `0x00010000_00_14_${peer}`,
      "a leading zero": `0x00010000_03_00010f_14_${peer}`,
      "a byte after its end": `0x00010000_02_010f_14_${peer}_00`,
      "an account of 21 bytes": `0x00010000_02_010f_15_${peer}_11`,
      "an account of 19 bytes": `0x00010000_02_010f_13_${peer.slice(2)}`,
      "another version": `0x00020000_02_010f_14_${peer}`,
      "another type of chain": `0x00010001_02_010f_14_${peer}`,
      "a length beyond its bytes": `0x00010000_ff_010f_14_${peer}`,
      "no length of the account": "0x00010000_02_010f",
    };
    for (const [title, encoding] of Object.entries(wrong)) {
      const sender = encoding.replaceAll("_", "");
      await assertReverts(receive(sender), "InteroperableForms", "NotInteroperable", [sender]).catch((error: unknown) => {
        throw new Error(title, { cause: error });
      });
    }
    await assertReverts(receive("0x0001000002010f00"), "Bank", "NotThePeer", [271n, ZeroAddress]);
    assert.equal(await receive(`0x0001000002010f14${peer}`), "0x2432ef26");
  });

  test("ERC-7930 forms are those of the standard, in both directions", async () => {
    const forms = await deploy(a, "InteroperableForms");
    // Example 1 of ERC-7930: Ethereum's account; then ids of 1, 2, 3 and 32 bytes by its rule.
    const vitalik = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
    const cases: [bigint, string][] = [
      [1n, "0101"],
      [255n, "01ff"],
      [256n, "020100"],
      [0xaa36a7n, "03aa36a7"],
      [2n ** 256n - 1n, `20${"ff".repeat(32)}`],
    ];
    for (const [chainId, digits] of cases) {
      const [chain, account] = [`0x00010000${digits}00`, `0x00010000${digits}14${vitalik.slice(2).toLowerCase()}`];
      assert.equal(await view(forms, "chain", chainId), chain);
      assert.equal(await view(forms, "account", chainId, vitalik), account);
      assert.deepEqual([...(await view<unknown[]>(forms, "parse", chain))], [chainId, ZeroAddress]);
      assert.deepEqual([...(await view<unknown[]>(forms, "parse", account))], [chainId, vitalik]);
    }
  });

  test("an answer and a failure are distinguished, whatever the call reverts with", async () => {
    const answered = await ask({ target: await till.getAddress(), amount: 9n, answerGas: ANSWER_GAS });
    await tell(answered, await deliver(answered));
    assert.equal(await view(bankA, "lastAnswer"), 9n);
    const lied = await ask({ target: await (await deploy(b, "LyingTill")).getAddress(), answerGas: ANSWER_GAS });
    await tell(lied, await deliver(lied));
    assert.equal(await view(bankA, "lastAnswer"), 9n);
    const results = coder.encode(["bytes[]"], [[coder.encode(["uint256"], [777n])]]);
    assert.equal(await view(bankA, "lastFailure"), results);
  });

  test("answers of two bundles of one transaction arrive once each, under their ids", async () => {
    const target = await till.getAddress();
    const requests = [3n, 4_000n].map((amount) => request({ target, amount, answerGas: ANSWER_GAS }));
    const sent = await a.send(bankA, "askTwice", ...requests);
    const bundles = messagesOf(sent).map(
      (body) => ({ ...body, arguments: () => [ecosystem.prove(body.hash), []] }) as SentBundle,
    );
    await ecosystem.settle();
    const delivered = [await fixture.execute(b, bundles[0]!), await fixture.execute(b, bundles[1]!)];
    for (const [i, bundle] of bundles.entries()) await tell(bundle, delivered[i]!);
    assert.deepEqual(
      [await view(bankA, "timesTold", bundles[0]!.hash), await view(bankA, "timesTold", bundles[1]!.hash)],
      [1n, 1n],
    );
    assert.equal(await view(bankA, "lastAnswer"), 3n);
    assert.equal(reasonOf(await view(bankA, "lastFailure")), "above the limit");
    const handler = await fixture.handler(a, 3);
    for (const [i, { body }] of bundles.entries()) {
      const again = handler.getFunction("executeCallback").staticCall(body, resultOf(delivered[i]!));
      await assertReverts(again, "InteropHandler", "NoCallbackPending");
    }
  });

  test("a send spends exactly the stated sum, whatever the contract holds", async () => {
    await a.deposit(await bankA.getAddress(), ETH, 1_000n);
    const target = await till.getAddress();
    const asked = (paid: bigint, value: bigint) =>
      bankA.getFunction("ask").staticCall(request({ target, value: 100n, refundTo: alice, paid }), { value });
    for (const paid of [0n, 99n, 101n]) await assertReverts(asked(paid, paid), "CrossChainCalls", "WrongPayment", [100n, paid]);
    await ask({ target, value: 100n, refundTo: alice, paid: 100n }, 100n);
    assert.equal(await fixture.ethBalance(a, await bankA.getAddress()), 1_000n);
  });

  test("a send without an account for refunds is refused if something travels, and only then", async () => {
    const target = await till.getAddress();
    for (const moved of [{ value: 100n }, { reward: 100n }, { answerGas: ANSWER_GAS, answerReward: 100n }]) {
      const asked = bankA.getFunction("ask").staticCall(request({ target, ...moved, paid: 100n }), { value: 100n });
      await assertReverts(asked, "CrossChainCalls", "NoRefundAccount");
    }
    const moved = { target, value: 1n, destinationToken: PREDEPLOYS.L1Messenger };
    await assertReverts(bankA.getFunction("ask").staticCall(request(moved)), "CrossChainCalls", "NoRefundAccount");
    const token = await deploy(a, "L2TestToken", 10n, false, false);
    const withToken = bankA.getFunction("askWithToken").staticCall(request({ target }), target, await token.getAddress(), 1n);
    await assertReverts(withToken, "CrossChainCalls", "NoRefundAccount");
    assert.equal((await outcome(await ask({ target, amount: 2n })))[0], true);
  });

  test("every field arrives in the bundle", async () => {
    const [target, refundTo, deadline] = [await till.getAddress(), a.users[3]!.address, 4_000_000_000n];
    const fields = {
      target,
      value: 7n,
      refundTo,
      answerGas: 300_000n,
      answerReward: 5n,
      reward: 3n,
      gasLimit: 900_000n,
      deadline,
    };
    const { body } = await ask({ ...fields, paid: 15n }, 15n);
    const { inputs } = interopHandlerAbi.find((entry) => entry.type === "function" && entry.name === "executeCalls")!;
    const [bundle] = coder.decode([tupleType(inputs[1])], `0x${body.slice(4)}`) as unknown as [Record<string, unknown>];
    const { value, relayerReward, gasLimit, refundRecipient, callbackGasLimit, callbackReward, expiresAt } = bundle;
    assert.deepEqual(
      { value, relayerReward, gasLimit, refundRecipient, callbackGasLimit, callbackReward, expiresAt },
      {
        ...{ value: 7n, relayerReward: 3n, gasLimit: 900_000n, refundRecipient: refundTo },
        ...{ callbackGasLimit: 300_000n, callbackReward: 5n, expiresAt: deadline },
      },
    );
  });

  test("two calls and a token arrive together", async () => {
    const second = await deploy(b, "Till");
    const token = await deploy(a, "L2TestToken", 100n, false, false);
    await a.send(token, "transfer", await bankA.getAddress(), 60n);
    const moved = request({ target: await till.getAddress(), value: 2n, amount: 6n, paid: 2n, refundTo: alice });
    const args = [moved, await second.getAddress(), await token.getAddress(), 40n] as const;
    await assert.rejects(bankA.getFunction("askWithToken").staticCall(...args, { value: 2n }), "the vault has no approval");
    const bankAsSigner = await a.impersonate(await bankA.getAddress());
    await a.send(token.connect(bankAsSigner) as Contract, "approve", PREDEPLOYS.L2NativeTokenVault, 40n);
    const sent = fixture.bundleOf(await a.send(bankA, "askWithToken", ...args, { value: 2n }));
    assert.equal((await outcome(sent))[0], true);
    const there = await view<string>(bankB, "tokenOf", a.chainId, await token.getAddress());
    const bridged = (await b.ethers.getContractAt("BridgedToken", there)) as unknown as Contract;
    assert.equal(await view(bridged, "balanceOf", await second.getAddress()), 40n);
    assert.deepEqual([await view(till, "total"), await view(token, "balanceOf", await bankA.getAddress())], [2n, 20n]);
  });

  test("value for a chain with another base token returns, and arrives with the destination's token", async () => {
    const tillC = await deploy(c, "Till");
    const fields = { chainId: c.chainId, target: await tillC.getAddress(), value: 100n };
    const before = await fixture.ethBalance(a, alice);
    const failed = await deliver(await ask({ ...fields, refundTo: alice, paid: 100n }, 100n), c);
    assert.equal((await fixture.outcomeOf(failed))[0], false);
    assert.equal(await refund(failed), 1);
    assert.equal((await fixture.ethBalance(a, alice)) - before, 100n);

    await a.deposit(await bankA.getAddress(), L1_TOKEN, 500n);
    const destinationToken = await view<string>(bankA, "tokenOf", L1_CHAIN_ID, L1_TOKEN);
    const sent = await ask({ ...fields, refundTo: alice, destinationToken });
    assert.equal((await outcome(sent, c))[0], true);
    assert.equal(await view(tillC, "total"), 100n);
  });

  test("a refund arrives at a contract that takes no coins; a reward that no account earned does not", async () => {
    const asker = await deploy(a, "AskerWithoutReceive");
    const target = await till.getAddress();
    const failing = fixture.bundleOf(await a.send(asker, "ask", b.chainId, target, 9n, 5_000n, { value: 9n }));
    const delivered = await deliver(failing);
    assert.equal(reasonOf((await fixture.outcomeOf(delivered))[1]), "above the limit");
    assert.equal(await refund(delivered), 1);
    assert.equal(await fixture.ethBalance(a, await asker.getAddress()), 9n);

    const { body } = fixture.bundleOf(await a.send(asker, "ask", b.chainId, target, 0n, 1n, { value: 50n }));
    await a.ethers.provider.send("evm_increaseTime", [31 * 86_400]);
    await a.ethers.provider.send("evm_mine", []);
    const reclaim = (await fixture.handler(a, 3)).getFunction("reclaimCallbackReward").staticCall(body);
    await assertReverts(reclaim, "InteropCenter", "RewardRefused", [await asker.getAddress(), 50n]);
  });

  test("an answer without enough gas never arrives, and one that reverts can be repeated", async () => {
    const target = await till.getAddress();
    const short = await ask({ target, amount: 6n, answerGas: 25_000n });
    const shortDelivered = await deliver(short);
    await tell(short, shortDelivered);
    await tell(short, shortDelivered);
    assert.equal(await view(bankA, "timesTold", short.hash), 0n);

    await a.send(bankA, "setDeaf", true);
    const refused = await ask({ target, amount: 7n, answerGas: ANSWER_GAS });
    const delivered = await deliver(refused);
    await tell(refused, delivered);
    assert.equal(await view(bankA, "timesTold", refused.hash), 0n);
    await a.send(bankA, "setDeaf", false);
    await tell(refused, delivered);
    assert.deepEqual([await view(bankA, "timesTold", refused.hash), await view(bankA, "lastAnswer")], [1n, 7n]);
  });

  test("a target without code answers nothing, and one that returns 5,000 bytes fails", async () => {
    const nothing = await ask({ target: `0x${"ab".repeat(20)}`, answerGas: ANSWER_GAS });
    await tell(nothing, await deliver(nothing));
    assert.deepEqual([await view(bankA, "timesTold", nothing.hash), await view(bankA, "lastAnswer")], [1n, 0n]);
    const long = await ask({ target: await (await deploy(b, "TalkativeTill")).getAddress(), answerGas: ANSWER_GAS });
    const delivered = await deliver(long);
    const { interface: handler } = await fixture.handler(b);
    assert.equal(handler.parseError((await fixture.outcomeOf(delivered))[1])?.name, "ResultTooLong");
    await tell(long, delivered);
    assert.equal(handler.parseError(await view(bankA, "lastFailure"))?.name, "ResultTooLong");
  });

  test("all calls of a contract come from one account, for every caller", async () => {
    const account = await view<string>(bankB, "accountOf", a.chainId, await bankA.getAddress());
    for (const user of [0, 2]) {
      const sent = await a.send(bankA.connect(a.users[user]!) as Contract, "ask", request({ target: await till.getAddress() }));
      assert.equal((await outcome(fixture.bundleOf(sent)))[0], true);
      assert.equal(await view(till, "lastPayer"), account);
    }
  });

  test("a message of a replaced peer fails, and its sender learns it if it requested an answer", async () => {
    const sent = fixture.bundleOf(await a.send(bankA, "tell", b.chainId, alice, 5n, ANSWER_GAS));
    await b.send(bankB, "setPeer", a.chainId, alice);
    const delivered = await deliver(sent);
    const refused = bankB.interface.encodeErrorResult("NotThePeer", [a.chainId, await bankA.getAddress()]);
    assert.deepEqual(await fixture.outcomeOf(delivered), [false, refused]);
    await tell(sent, delivered);
    assert.deepEqual([await view(bankA, "timesTold", sent.hash), await view(bankA, "lastFailure")], [1n, refused]);
  });

  for (const { name, isGuarded } of [
    { name: "Bank", isGuarded: false },
    { name: "GuardedBank", isGuarded: true },
  ])
    test(`a ${name} ${isGuarded ? "refuses" : "takes"} a message that is delivered from inside its payment`, async () => {
      const [sender, bank] = [await deploy(a, name), await deploy(b, name)];
      await a.send(sender, "setPeer", b.chainId, await bank.getAddress());
      await b.send(bank, "setPeer", a.chainId, await sender.getAddress());
      await b.users[0]!.sendTransaction({ to: await bank.getAddress(), value: 10n });
      const bundle = fixture.bundleOf(await a.send(sender, "tell", b.chainId, alice, 5n, 0n));
      await ecosystem.settle();
      const handler = await fixture.handler(b);
      const payee = await deploy(b, "DeliveringPayee");
      await b.send(payee, "load", handler.interface.encodeFunctionData("executeBundle", bundle.arguments()));
      await b.send(payee, "take", await bank.getAddress(), { gasLimit: 8_000_000n });
      assert.equal(await view(payee, "delivered"), !isGuarded);
      assert.equal(await view(bank, "wasCreditedWhilePaying"), !isGuarded);
      if (!isGuarded) return;
      assert.equal(handler.interface.parseError(await view(payee, "reason"))?.name, "FailingRunOfContract");
      // Nothing was used up: an account delivers it now.
      assert.equal((await fixture.outcomeOf(await fixture.execute(b, bundle)))[0], true);
      assert.equal(await view(bank, "credit", alice), 5n);
    });

  test("peers survive the upgrade of a proxy, in the slot of ERC-7201", async () => {
    const first = await deploy(b, "InitializedBank");
    const initialize = first.interface.encodeFunctionData("initialize", [a.chainId, await bankA.getAddress()]);
    const proxy = await deploy(b, "OpenProxy", await first.getAddress(), initialize);
    const bank = bankB.attach(await proxy.getAddress()) as Contract;
    const root = BigInt(
      keccak256(coder.encode(["uint256"], [BigInt(keccak256(toUtf8Bytes("hyperchain.CrossChainContract"))) - 1n])),
    );
    const slot = keccak256(coder.encode(["uint256", "uint256"], [a.chainId, root & ~0xffn]));
    assert.equal(BigInt(await b.ethers.provider.getStorage(proxy, slot)), BigInt(await bankA.getAddress()));
    assert.equal(await view(first, "peerOn", a.chainId), ZeroAddress);
    await b.send(proxy, "upgrade", await bankB.getAddress());
    assert.equal(await view(bank, "peerOn", a.chainId), await bankA.getAddress());
    await a.send(bankA, "setPeer", b.chainId, await proxy.getAddress());
    const sent = fixture.bundleOf(await a.send(bankA, "tell", b.chainId, alice, 5n, 0n));
    assert.equal((await outcome(sent))[0], true);
    assert.equal(await view(bank, "credit", alice), 5n);
  });

  test("gateways of two chains are not mixed up", async () => {
    const gateway = await deploy(a, "RecordingGateway");
    const bank = await deploy(a, "BankWithGateway", L1_CHAIN_ID, await gateway.getAddress());
    const tell_ = (chainId: bigint) => bank.getFunction("tell").staticCall(chainId, alice, 5n, 0n);
    await assertReverts(tell_(b.chainId), "Bank", "NoPeerOn", [b.chainId]);
    await assertReverts(tell_(L1_CHAIN_ID), "Bank", "AnotherGateway", [L1_CHAIN_ID, await gateway.getAddress()]);
    await a.send(bank, "setPeer", L1_CHAIN_ID, alice);
    await a.send(bank, "sendPayload", L1_CHAIN_ID, "0x1234", { value: 9n });
    assert.deepEqual(
      [await view(gateway, "recipient"), await view(gateway, "payload"), await view(gateway, "value")],
      [interoperable(L1_CHAIN_ID, alice), "0x1234", 9n],
    );
    // The interop center cannot deliver messages of L1.
    const center = await a.impersonate(PREDEPLOYS.InteropCenter);
    const fromL1 = [ID, interoperable(L1_CHAIN_ID, alice), message(alice, 1n)] as const;
    const byCenter = (bank.connect(center) as Contract).getFunction("receiveMessage").staticCall(...fromL1);
    await assertReverts(byCenter, "Bank", "NotTheGateway", [a.ethers.getAddress(PREDEPLOYS.InteropCenter)]);
  });
});

interface Parameter {
  readonly type: string;
  readonly name: string;
  readonly components?: readonly Parameter[];
}

/** Type of a parameter, as the coder reads it, with the names of its fields. */
function tupleType({ type, name, components }: Parameter): string {
  if (components === undefined) return `${type} ${name}`;
  return `${type.replace("tuple", `tuple(${components.map(tupleType).join(",")})`)} ${name}`;
}
