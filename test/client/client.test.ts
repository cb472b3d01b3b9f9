import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { getAddress, Interface, JsonRpcProvider, Wallet } from "ethers";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { bridgedToken } from "../../src/ecosystem/client/tokens/token.ts";
import { walletView } from "../../src/ecosystem/client/wallet/wallet-view.ts";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, ETHER, startClientEcosystem, tokensOf, type ClientEcosystem } from "./support.ts";

/** Account 0 has all GAS on L1; account 1 has ETH everywhere and GAS on its chain. */
const [DEPLOYER, ALICE] = [0, 1];
const NOBODY: Hex = "0x00000000000000000000000000000000000a11ce";
const SUPPLY = 10n ** 21n;
const target = new Interface(["function double(uint256) payable returns (uint256)"]);

describe("A3, C2, C9: what a user does with an ecosystem", () => {
  let ecosystem: ClientEcosystem;
  let info: ClientEcosystem["info"];
  let token: Hex;
  let gasCoin: Hex;

  before(async () => {
    ecosystem = await startClientEcosystem();
    info = ecosystem.info;
    gasCoin = info.chains[2]!.baseToken.l1Address;
    token = await deploy(ecosystem.on("l1", DEPLOYER), "L2TestToken", SUPPLY, false, false);
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const balance = (chain: number, account: string = NOBODY) => ecosystem.provider(chain).getBalance(account);
  const on = (member: string, account: number) => ecosystem.on(member, account);

  test("ETH is deposited, and the hash of its transaction on the chain is known before", async () => {
    const { canonicalTxHash, approvals } = await deposit(info, { chain: "a", amount: 3n, to: `${NOBODY}@a` }, on("l1", ALICE));
    await assert.rejects(deposit(info, { chain: "a", amount: 3n, to: `${NOBODY}@b` }, on("l1", ALICE)), {
      code: "WrongChain",
      message: `the deposit is to chain ${info.chains[0]?.chainId}, and its recipient is ${getAddress(NOBODY)}@b; name one chain`,
    });
    assert.deepEqual(approvals, []);
    assert.equal(await ecosystem.provider(271).getTransactionReceipt(canonicalTxHash), null);
    await ecosystem.devnet.relay();
    assert.equal((await ecosystem.provider(271).getTransactionReceipt(canonicalTxHash))?.status, 1);
    assert.equal(await balance(271), 3n);
  });

  test("A10: a deposit names the chain's contract, and L1 refuses it for another's", async () => {
    const [a, b] = info.chains;
    const forged = { ...info, chains: [{ ...a!, hyperchain: b!.hyperchain }] };
    const payer = on("l1", ALICE);
    const before = await ecosystem.provider(info.l1.chainId).getBalance(payer.address);
    await assert.rejects(deposit(forged, { chain: "a", amount: 3n }, payer), { code: "Refused", message: /WrongHyperchain/ });
    await assert.rejects(deposit(forged, { chain: "a", amount: 3n, token: gasCoin }, on("l1", DEPLOYER)), {
      code: "Refused",
      message: /WrongHyperchain/,
    });
    assert.equal(await ecosystem.provider(info.l1.chainId).getBalance(payer.address), before);
  });

  test("A10: the id of a chain that settles on another chain is refused, with the way to it", async () => {
    const l3 = 271n + (5n << 32n);
    const refused = {
      code: "OtherSettlementLayer",
      message: `chain ${l3} does not settle on l1: its id says that its contracts are on chain 271. Bring the money to a first, and deposit it from there through that chain's own factory`,
    };
    await assert.rejects(deposit(info, { chain: l3, amount: 3n }, on("l1", ALICE)), refused);
    await assert.rejects(deposit(info, { chain: String(l3 + (7n << 44n)), amount: 3n }, on("l1", ALICE)), {
      code: "OtherSettlementLayer",
      message: new RegExp(`contracts are on chain ${l3}\\.`),
    });
  });

  test("a token is approved once, deposited, sent on, and taken home", async () => {
    const first = await deposit(info, { chain: 271, amount: 100n, token }, on("l1", DEPLOYER));
    assert.equal(first.approvals.length, 1);
    await ecosystem.devnet.relay();
    const here = await bridgedToken(info, token, ecosystem.provider(271));
    assert.ok(here !== undefined);
    const owner = on("a", DEPLOYER).address;
    assert.equal(await tokensOf(ecosystem.provider(271), here, owner), 100n);
    // The account has no coin on "a" yet.
    await deposit(info, { chain: "a", amount: ETHER }, on("l1", DEPLOYER));
    await deposit(info, { chain: "b", amount: ETHER }, on("l1", DEPLOYER));
    await ecosystem.devnet.relay();

    // Named by its address on the chain, and by that on L1.
    await send(info, { chain: "a", to: `${owner}@b`, amount: 30n, token: here }, on("a", DEPLOYER));
    const sent = await send(info, { chain: "a", to: `${owner}@b`, amount: 10n, token }, on("a", DEPLOYER));
    assert.deepEqual([sent.type, sent.destinationChainId, sent.approvals], ["transfer", 272, []]);
    await ecosystem.moveOn();
    const there = await bridgedToken(info, token, ecosystem.provider(272));
    assert.equal(await tokensOf(ecosystem.provider(272), there!, owner), 40n);

    const withdrawal = await withdraw(info, { chain: "b", amount: 25n, token, to: NOBODY }, on("b", DEPLOYER));
    const name = { chain: "b", messageHash: withdrawal.messageHash };
    assert.deepEqual(await finalizeWithdrawal(info, name, on("l1", ALICE)), { state: "unknown" });
    await ecosystem.devnet.settle();
    assert.equal((await finalizeWithdrawal(info, name, on("l1", ALICE))).state, "paid");
    assert.equal(await tokensOf(ecosystem.devnet.l1.provider, token, NOBODY), 25n);
  });

  test("B10: the wallet shows what is known while L1 is away", async () => {
    const alice = on("a", ALICE).address;
    const nowhere = new JsonRpcProvider("http://127.0.0.1:1", 31337, { staticNetwork: true });
    const view = await walletView(info, alice, (chainId) =>
      chainId === info.l1.chainId ? nowhere : ecosystem.provider(chainId),
    );
    nowhere.destroy();
    const [l1, a] = view.members;
    assert.deepEqual(l1?.tokens, []);
    assert.match(l1?.unavailable ?? "", /ECONNREFUSED|bad port|fetch failed/);
    assert.equal(a?.unavailable, undefined);
    assert.equal(a?.tokens[0]?.amount, await ecosystem.provider(271).getBalance(alice));
  });

  test("queries chains in parallel, so that a silent chain delays no wallet", async (t) => {
    const alice = on("a", ALICE).address;
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const silent = new JsonRpcProvider("http://127.0.0.1:1", 272, { staticNetwork: true });
    t.mock.method(silent, "getBlock", () => {
      isAsked();
      return new Promise(() => undefined);
    });
    // The first chain answers only after the second one was asked.
    const first = ecosystem.provider(271);
    const getBlock = first.getBlock.bind(first);
    t.mock.method(first, "getBlock", async (...parameters: Parameters<typeof getBlock>) => {
      await asked;
      return getBlock(...parameters);
    });
    const providerOf = (chainId: number) => (chainId === 272 ? silent : chainId === 271 ? first : ecosystem.provider(chainId));
    const view = await walletView(info, alice, providerOf, undefined, { withinMs: 2_000 });
    silent.destroy();
    const [, a, b] = view.members;
    assert.deepEqual([b?.tokens, b?.unavailable], [[], "b has not answered for 2 s: what is known of it is older"]);
    assert.equal(a?.tokens[0]?.amount, await ecosystem.provider(271).getBalance(alice));
  });

  test("a token of a chain goes to another and back, but not to L1", async () => {
    const native = await deploy(on("a", ALICE), "L2TestToken", 500n, false, false);
    const alice = on("a", ALICE).address;
    const sent = await send(info, { chain: "a", to: `${alice}@b`, amount: 200n, token: native }, on("a", ALICE));
    assert.equal(sent.approvals.length, 1);
    await ecosystem.moveOn();
    const view = await walletView(info, alice, ecosystem.provider);
    const there = view.members[2]!.tokens.find(({ origin }) => origin.token === native);
    assert.deepEqual([there?.amount, there?.origin.chainId], [200n, 271]);
    await assert.rejects(withdraw(info, { chain: "b", amount: 1n, token: there!.address }, on("b", ALICE)), {
      code: "NotWithdrawable",
      message: /originates on chain 271, not on L1/,
    });
    await send(info, { chain: "b", to: `${alice}@a`, amount: 50n, token: there!.address }, on("b", ALICE));
    await ecosystem.moveOn();
    assert.equal(await tokensOf(ecosystem.provider(271), native, alice), 350n);
  });

  test("a chain with a custom base token accepts its coin, and ETH as a token, and returns both", async () => {
    const payer = on("l1", DEPLOYER);
    const coin = await deposit(info, { chain: "gas", amount: 5n * ETHER, to: NOBODY }, payer);
    assert.equal(coin.approvals.length, 1);
    const ether = await deposit(info, { chain: "gas", amount: 2n * ETHER, token: "ETH", to: on("l1", ALICE).address }, payer);
    await ecosystem.devnet.relay();
    assert.equal(await balance(273), 5n * ETHER);
    assert.equal((await ecosystem.provider(273).getTransactionReceipt(ether.canonicalTxHash))?.status, 1);
    const alice = on("gas", ALICE).address;
    const etherThere = (await walletView(info, alice, ecosystem.provider)).members[3]!.tokens.find(
      ({ symbol }) => symbol === "ETH",
    );
    assert.equal(etherThere?.amount, 2n * ETHER);

    await withdraw(info, { chain: "gas", amount: ETHER, token: "ETH", to: NOBODY }, on("gas", ALICE));
    const back = await withdraw(info, { chain: "gas", amount: 3n, token: "GAS", to: NOBODY }, on("gas", ALICE));
    await ecosystem.devnet.settle();
    await finalizeWithdrawal(info, { chain: 273, messageHash: back.messageHash }, on("l1", ALICE));
    assert.equal(await tokensOf(ecosystem.devnet.l1.provider, gasCoin, NOBODY), 3n);
  });

  test("a call carries the other chain's coin, also where it is another one, and tokens", async () => {
    const there = await deploy(on("gas", ALICE), "CallTarget");
    // GAS on chain "a" is a token there: it comes from its own chain.
    await send(info, { chain: "gas", to: `${on("a", ALICE).address}@a`, amount: 50n }, on("gas", ALICE));
    await ecosystem.moveOn();
    const sent = await call(
      info,
      {
        chain: "a",
        to: `${there}@gas`,
        data: target.encodeFunctionData("double", [4n]) as Hex,
        value: 7n,
        reward: 2n,
        tokens: [{ token: "ETH", amount: 6n, recipient: NOBODY }],
      },
      on("a", ALICE),
    );
    assert.equal(sent.type, "bundle");
    await ecosystem.moveOn();
    assert.equal(await balance(273, there), 7n);
    const etherThere = (await walletView(info, NOBODY, ecosystem.provider)).members[3]!.tokens.find(
      ({ symbol }) => symbol === "ETH",
    );
    assert.equal(etherThere?.amount, 6n);
  });

  test("the wallet shows what is on its way until it has arrived", async () => {
    const waiting = async () =>
      (await walletView(info, NOBODY, ecosystem.provider)).inFlight.map(({ type, amount, destinationChainId, waitingFor }) => [
        type,
        amount,
        destinationChainId,
        waitingFor,
      ]);
    const before = await waiting();
    await deposit(info, { chain: "b", amount: 11n, to: NOBODY }, on("l1", ALICE));
    await send(info, { chain: "a", to: `${NOBODY}@b`, amount: 12n }, on("a", ALICE));
    const { messageHash } = await withdraw(info, { chain: "a", amount: 13n, to: NOBODY }, on("a", ALICE));
    assert.deepEqual((await waiting()).slice(0, -before.length), [
      ["transfer", 12n, 272, "its delivery on b"],
      ["withdrawal", 13n, info.l1.chainId, "the execution of its batch on L1"],
      ["deposit", 11n, 272, "b to look at L1"],
    ]);
    await ecosystem.moveOn();
    assert.deepEqual((await waiting()).slice(0, -before.length), [["withdrawal", 13n, info.l1.chainId, "its claim on L1"]]);
    await finalizeWithdrawal(info, { chain: "a", messageHash }, on("l1", ALICE));
    assert.deepEqual(await waiting(), before);
  });

  test("I5: what cannot work is refused by name", async () => {
    const refused = async (attempt: Promise<unknown>, code: string, message: RegExp): Promise<void> =>
      assert.rejects(attempt, { name: "ClientError", code, message });
    const request = { chain: "a", amount: 1n };
    await refused(deposit(info, request, on("b", ALICE)), "WrongChain", /connected to chain 272; this is sent from l1 \(31337\)/);
    await refused(deposit(info, request, Wallet.createRandom()), "NoProvider", /connect it to l1/);
    await refused(
      deposit(info, { chain: "a", amount: 10n, token }, on("l1", ALICE)),
      "InsufficientFunds",
      /^0x[0-9a-f]{40} lacks \S+ \S+ on l1: it has 0 of token 0x[0-9a-f]{40} and needs \S+; send it \S+ there first, use another account, or send less$/,
    );
    const [poor, some] = [Wallet.createRandom().connect(ecosystem.provider(info.l1.chainId)), 10n ** 15n];
    await (await on("l1", ALICE).sendTransaction({ to: poor.address, value: some })).wait();
    const advice = "send it ETH there first, use another account, or send less$";
    const lacking = new RegExp(
      `^${poor.address.toLowerCase()} lacks 1\\.?\\d* ETH on l1: it has 0\\.001 ETH and needs 1\\.001\\d*, and more for gas; ${advice}`,
    );
    await refused(deposit(info, { chain: "a", amount: ETHER + some }, poor), "InsufficientFunds", lacking);
    // Enough for the deposit and not for the gas that L1 wants.
    const { value } = await (async () => {
      const { l1TransactionHash } = await deposit(info, { chain: "a", amount: 1n }, on("l1", ALICE));
      return (await ecosystem.devnet.l1.provider.getTransaction(l1TransactionHash))!;
    })();
    await refused(
      deposit(info, { chain: "a", amount: some - value + 1n }, poor),
      "InsufficientFunds",
      new RegExp(`lacks 0\\.\\d+ ETH on l1: it has 0\\.001 ETH and needs 0\\.\\d+, up to 0\\.\\d+ of it for gas; ${advice}`),
    );
    await refused(
      withdraw(info, { chain: "a", amount: 10n ** 30n }, on("a", ALICE)),
      "InsufficientFunds",
      /lacks \d+(\.\d+)? ETH on a: it has .* bring more there first \(a deposit from L1, or a send from another chain\)/,
    );
    await refused(withdraw(info, { chain: "a", amount: -1n }, on("a", ALICE)), "ZeroAmount", /is -1; it must be above 0/);
    await refused(
      send(info, { chain: "a", to: `${PREDEPLOYS.InteropHandler}@b`, amount: 1n }, on("a", ALICE)),
      "MalformedAddress",
      /0x0{35}1000e@b belongs to no account/i,
    );
    // The contract's own error, by name and with its values.
    await refused(
      call(info, { chain: "a", to: `${NOBODY}@b`, data: "0x", gasLimit: 10n ** 9n }, on("a", ALICE)),
      "Refused",
      /^a refuses it with GasLimitTooHigh\(5000000, 1000000000\); give the call a gas limit of at most 5000000$/,
    );
  });
});
