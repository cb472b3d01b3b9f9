import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { id, Interface, ZeroAddress, type JsonRpcProvider } from "ethers";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { settlementCreatorAbi } from "../../src/ground/abi/settlement-creator.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { l1AccountOf } from "../../src/ecosystem/client/calls/chain-accounts.ts";
import { messageGateway } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { deliverGatewayMessage, gatewayMessagesIn } from "../../src/ecosystem/client/messages/gateway-messages.ts";
import { deployMessageGateways } from "../../src/ecosystem/client/messages/message-gateway.ts";
import { interoperableAddress } from "../../src/ground/protocol/interoperable-address.ts";
import { executeL1Call } from "../../src/ecosystem/client/calls/l1-calls.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { walletView } from "../../src/ecosystem/client/wallet/wallet-view.ts";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { createChain, localChainConfiguration } from "../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy } from "../client/support.ts";
import { expectedSettlement, type Terms } from "../contracts/l1/support/creator.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [A, B] = [271n, 272n];
/** Their lowest 32 bits are alpha's id (contracts/l1/ChainIds.sol). */
const [X, Y] = [4_294_967_567n, 8_589_934_863n];
const CAROL = "0x00000000000000000000000000000000000ca201";
const factory = new Interface(chainFactoryAbi);
const target = new Interface([
  "function double(uint256) payable returns (uint256)",
  "event Called(address caller, uint256 argument, uint256 value)",
]);
const creator = new Interface(settlementCreatorAbi);

describe("D3: a chain settles on another chain", () => {
  let devnet: FlowDevnet;
  const clients = new Map<bigint, JsonRpcProvider>();
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  const clientFor = (id: bigint): JsonRpcProvider => {
    const client = clients.get(id) ?? clientOf(chainOf(id));
    clients.set(id, client);
    return client;
  };
  const alice = (id: bigint) => devnet.accounts.wallet(ALICE).connect(clientFor(id));
  const moveOn = async (): Promise<void> => {
    for (let i = 0; i < 2; i++) {
      await devnet.settle();
      await devnet.relay();
    }
  };

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: X, name: "x", settlesOn: "alpha" },
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, BOB, RELAYER] },
    );
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("its contracts are on the other chain, under an id that names it; it is a rollup, whose data alpha carries", async () => {
    const info = devnet.info();
    assert.deepEqual(
      info.chains.map(({ name, settlesOn, dataAvailability }) => [name, settlesOn?.name, dataAvailability]),
      [
        ["alpha", undefined, "rollup"],
        ["beta", undefined, "rollup"],
        ["x", "alpha", "rollup"],
      ],
    );
    const [x] = info.chains.filter(({ name }) => name === "x");
    const call = { to: x!.settlesOn!.contracts.factory, data: factory.encodeFunctionData("getHyperchain", [X]) };
    const [hyperchain] = factory.decodeFunctionResult("getHyperchain", await clientFor(A).call(call));
    assert.equal(String(hyperchain).toLowerCase(), x!.hyperchain);
    assert.equal(await devnet.l1.provider.getCode(x!.hyperchain), "0x");
    const status = await devnet.status();
    assert.deepEqual(
      status.chains.map(({ settlesOn }) => settlesOn),
      [undefined, undefined, "alpha"],
    );
  });

  test("what it shares there with others is where its codes and the terms that it told say", async () => {
    const { ecosystem } = chainOf(X).base;
    const topics = creator.encodeFilterTopics("SettlementPlanned", [ecosystem.addresses.factory]);
    const [log] = await clientFor(A).getLogs({ fromBlock: 0, topics });
    const { args } = creator.parseLog(log!)!;
    const expected = await expectedSettlement(args["terms"] as Terms);
    assert.equal(log!.address, expected.creator);
    const { bridge, stateExit, implementation, factory: at } = ecosystem.addresses;
    const names = ["SharedBridge", "StateExit", "ChainContract", "ChainFactory"] as const;
    assert.deepEqual(
      names.map((name) => expected.addressOf(name)),
      [bridge, stateExit, implementation, at],
    );
  });

  test("a batch is committed, proven and executed on the other chain, without a block on L1", async () => {
    const blocks = await devnet.l1.provider.getBlockNumber();
    await (await alice(X).sendTransaction({ to: CAROL, value: 5n })).wait();
    const { receipts } = await settleNow(chainOf(X));
    for (const receipt of [receipts.commit, receipts.prove, receipts.execute])
      assert.equal((await clientFor(A).getTransactionReceipt(receipt!.hash))?.status, 1);
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
    assert.equal(await clientFor(X).getBalance(CAROL), 5n);
  });

  test("a deposit comes from the other chain, a withdrawal is claimed there, and the wallet shows both", async () => {
    const blocks = await devnet.l1.provider.getBlockNumber();
    await deposit(devnet.info(), { chain: X, amount: 3n, to: CAROL }, alice(A));
    await devnet.relay();
    assert.equal(await clientFor(X).getBalance(CAROL), 8n);
    const { messageHash } = await withdraw(devnet.info(), { chain: X, amount: 2n * ETHER, to: CAROL }, alice(X));
    const view = await walletView(devnet.info(), CAROL, (id) => (id === 31_337 ? devnet.l1.provider : clientFor(BigInt(id))));
    assert.deepEqual(
      view.inFlight.map(({ type, sourceChainId, destinationChainId }) => [type, sourceChainId, destinationChainId]),
      [["withdrawal", Number(X), Number(A)]],
    );
    await devnet.settle(X);
    const claim = await finalizeWithdrawal(devnet.info(), { chain: X, messageHash }, alice(A));
    assert.equal(claim.state, "paid");
    assert.equal(await clientFor(A).getBalance(CAROL), 2n * ETHER);
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
    assert.equal((await finalizeWithdrawal(devnet.info(), { chain: X, messageHash }, alice(A))).state, "paidBefore");
  });

  test("the account that pays on the other chain waits for its own money, whatever others send it", async (t) => {
    const { base } = chainOf(X);
    const payer = await base.funder.getAddress();
    const { pipeline } = chainOf(A);
    const poll = pipeline.pollL1.bind(pipeline);
    let looks = 0;
    t.mock.method(pipeline, "pollL1", async () => {
      if (looks++ > 0) return poll();
      await (await alice(A).sendTransaction({ to: payer, value: 1n })).wait();
    });
    const before = await clientFor(A).getBalance(payer);
    await base.bringMoney(ETHER);
    assert.equal(looks, 2);
    assert.ok((await clientFor(A).getBalance(payer)) >= before + ETHER);
  });

  test("calls between members without a common layer are refused by name, with the way", async () => {
    const to = `${CAROL}@beta`;
    await assert.rejects(call(devnet.info(), { chain: X, to, data: "0x" }, alice(X)), {
      code: "OtherSettlementLayer",
      message: "x and beta have no layer in common on which they meet: send to alpha first, and from there on",
    });
    await assert.rejects(call(devnet.info(), { chain: "l1", to: `${CAROL}@x`, data: "0x" }, alice(A)), {
      message: "l1 and x have no layer in common on which they meet: send to alpha first, and from there on",
    });
  });

  test("C7: a call from it reaches a contract on the other chain, as one from there reaches L1", async () => {
    const info = devnet.info();
    // It contains the data of x's batches, and is sent to L1 automatically when its batch is full: this one begins empty.
    await devnet.settle(A);
    const blocks = await devnet.l1.provider.getBlockNumber();
    const contract = await deploy(alice(A), "CallTarget");
    const data = target.encodeFunctionData("double", [4n]) as Hex;
    const sent = await call(info, { chain: X, to: `${contract}@alpha`, data, value: 3n }, alice(X));
    await devnet.settle(X);
    const name = { chain: X, sender: sent.sender, messageHash: sent.messageHash };
    assert.equal((await executeL1Call(info, name, alice(A))).state, "executed");
    const [log] = await clientFor(A).getLogs({ address: contract, fromBlock: 0 });
    const [caller, , value] = target.parseLog(log!)!.args as unknown as readonly [string, bigint, bigint];
    assert.deepEqual([caller.toLowerCase(), value], [l1AccountOf(info, { chain: X, sender: alice(X).address }), 3n]);
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
    const told = (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash);
    assert.deepEqual([told?.type, told?.steps.at(-1)?.step], ["l1Call", "executed"]);
  });

  test("C3: messages are sent both ways between it and the other chain, by separate gateways", async () => {
    const info = devnet.info();
    const gateways = await deployMessageGateways(info, X.toString(), (chainId) => alice(BigInt(chainId)));
    // The next batch is empty at first also.
    await devnet.settle(A);
    const blocks = await devnet.l1.provider.getBlockNumber();
    for (const [from, to, end] of [
      [A, X, gateways.onL1],
      [X, A, gateways.onChain],
    ] as const) {
      const recipient = await deploy(alice(to), "InteropRecipient");
      const data = messageGateway.encodeFunctionData("sendMessage", [interoperableAddress(to, recipient), "0x01", []]);
      const receipt = await (await alice(from).sendTransaction({ to: end, data })).wait();
      const [message] = gatewayMessagesIn(info, Number(from), receipt!);
      if (from === A) await chainOf(X).pipeline.pollL1();
      else await devnet.settle(X);
      assert.equal((await deliverGatewayMessage(info, message!, alice(to))).state, "delivered");
      assert.equal(BigInt(await clientFor(to).call({ to: recipient, data: id("count()").slice(0, 10) })), 1n);
    }
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
  });

  test("a second comes while they run, gets the next id, and trades with its sibling on the chain below", async () => {
    const y = await devnet.addChain({ name: "y", settlesOn: "alpha" });
    assert.equal(y.chainId, Y);
    assert.equal(y.base, chainOf(X).base);
    const blocks = await devnet.l1.provider.getBlockNumber();
    const sent = await send(devnet.info(), { chain: X, to: { chain: Y, account: CAROL }, amount: 7n }, alice(X));
    for (const id of [X, Y, X, Y]) {
      await devnet.settle(id);
      await devnet.relay();
    }
    assert.equal(await clientFor(Y).getBalance(CAROL), 7n);
    assert.equal(await devnet.l1.provider.getBlockNumber(), blocks);
    const told = (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash);
    assert.deepEqual(
      told?.steps.map(({ step, chainId }) => [step, BigInt(chainId)]),
      [
        ["initiated", X],
        ["settled", A],
        ["inTransactionRoot", A],
        ["imported", Y],
        ["delivered", Y],
        ["executed", Y],
        ["importSettled", A],
      ],
    );
  });

  test("what a neighbour sends to the chain below is relayed for what it costs, or not at all", async () => {
    const dave = "0x00000000000000000000000000000000000da4e1";
    const free = await send(devnet.info(), { chain: B, to: `${dave}@alpha`, amount: 5n }, alice(B));
    const paid = { chain: B, to: { chain: A, account: dave }, data: "0x", value: 7n, reward: ETHER / 100n } as const;
    await call(devnet.info(), paid, alice(B));
    const back = await send(devnet.info(), { chain: A, to: `${dave}@beta`, amount: 9n }, alice(A));
    await moveOn();
    assert.equal(await clientFor(A).getBalance(dave), 7n);
    assert.equal(await clientFor(B).getBalance(dave), 9n);
    const messages = await devnet.messages();
    const told = (hash: string) => messages.find(({ messageHash }) => messageHash === hash);
    assert.match(told(free.messageHash)?.refusal ?? "", /^its reward of 0 is less than 100% of what its gas costs, \d+$/);
    assert.ok(told(back.messageHash)?.steps.some(({ step }) => step === "executed"));
  });

  test("the chain below cannot stop, leave or reseal batches before those on it leave; one on it leaves alone", async () => {
    const onTop = { code: "ChainsOnTop", message: /^x and y settle on alpha; / };
    await assert.rejects(devnet.stopChain(A), onTop);
    await assert.rejects(devnet.removeChain(A, { force: true }), onTop);
    const blocks = await clientFor(A).getBlockNumber();
    await assert.rejects(devnet.reseal(A), {
      code: "ChainsOnTop",
      message: /a reorg that they do not survive; remove x, y first/,
    });
    assert.equal(await clientFor(A).getBlockNumber(), blocks);
    await devnet.stopChain(Y);
    await devnet.startChain(Y);
    await moveOn();
    assert.equal((await devnet.removeChain(Y, { force: true })).name, "y");
    assert.equal(devnet.chains.length, 3);
  });

  test("they come to rest: what settles on a chain is a batch of it, which is the cause of no other", async () => {
    await (await alice(X).sendTransaction({ to: CAROL, value: 1n })).wait();
    const rounds: number[] = [];
    do {
      rounds.push((await devnet.settle()).length);
      await devnet.relay();
    } while (rounds.at(-1) !== 0 && rounds.length < 8);
    assert.equal(rounds.at(-1), 0, rounds.join(", "));
    assert.deepEqual(await devnet.settle(), []);
  });

  test("a return to a snapshot includes chains on other chains, and they continue", async () => {
    await moveOn();
    const before = [await clientFor(A).getBalance(CAROL), await clientFor(X).getBalance(CAROL)];
    const id = await devnet.snapshot();
    await (await alice(X).sendTransaction({ to: CAROL, value: 11n })).wait();
    await deposit(devnet.info(), { chain: X, amount: 3n, to: CAROL }, alice(A));
    await moveOn();
    assert.equal(await clientFor(X).getBalance(CAROL), before[1]! + 14n);
    assert.equal(await devnet.revert(id), true);
    assert.deepEqual([await clientFor(A).getBalance(CAROL), await clientFor(X).getBalance(CAROL)], before);
    await (await alice(X).sendTransaction({ to: CAROL, value: 1n })).wait();
    await moveOn();
    const { sealed, executed } = chainOf(X).pipeline.progress();
    assert.equal(executed, sealed);
    assert.equal(await clientFor(X).getBalance(CAROL), before[1]! + 1n);
  });

  test("what cannot settle there is refused before anything is deployed", async () => {
    const refused = async (described: object, message: RegExp): Promise<void> => {
      await assert.rejects(devnet.addChain(described), { code: "BadOptions", message });
    };
    await refused(
      { name: "z", settlesOn: "nowhere" },
      /there is no chain "nowhere"; name one of alpha, beta, x, or leave it out/,
    );
    await refused({ name: "z", settlesOn: "z" }, /is the chain itself/);
    await refused({ name: "z", settlesOn: "beta", chainId: Number(Y) }, /its lowest bits must be 272, such as 4294967568/);
    await refused({ name: "z", chainId: Number(Y) }, /name that one in settlesOn/);
    assert.equal(devnet.chains.length, 3);
  });

  test("what strangers ask of the chain below costs what its queue on L1 asks for gas; ids and deadlines are not free", async () => {
    const { ecosystem } = chainOf(X).base;
    const stranger = devnet.accounts.wallet(BOB).connect(clientFor(A));
    const { l2GasPrice } = chainOf(A).pipeline.created.configuration;
    const told = async (id: bigint): Promise<bigint> => BigInt((await clientFor(id).send("eth_gasPrice", [])) as string);
    assert.deepEqual([l2GasPrice, await told(A), await told(B)], [1_000_000_000n, l2GasPrice, 1_000_000n]);
    const knock = factory.encodeFunctionData("requestL2TransactionDirect", [
      {
        ...{ chainId: X, mintValue: 0n, l2Contract: ZeroAddress, l2Value: 0n, l2Calldata: "0x", l2GasLimit: 100_000n },
        ...{ l2GasPerPubdataByteLimit: 800n, factoryDeps: [], refundRecipient: ZeroAddress },
      },
    ]);
    const queued = async (gasPrice: bigint) =>
      (await stranger.sendTransaction({ to: ecosystem.addresses.factory, data: knock, gasPrice, gasLimit: 300_000n })).wait();
    for (const gasPrice of [0n, l2GasPrice - 1n])
      await assert.rejects(queued(gasPrice), /below 1000000000, the least that the chain takes now/);
    const waiting = await chainOf(X).pipeline.pollL1();
    assert.deepEqual(waiting.operations, []);
    const receipt = await queued(l2GasPrice);
    assert.equal(receipt?.fee, receipt!.gasUsed * l2GasPrice);
    // An operation that is free in alpha's queue on L1 has not so much.
    assert.ok(receipt!.gasUsed > 100_000n, String(receipt!.gasUsed));
    const before = await clientFor(A).getBalance(stranger.address);
    const configuration = localChainConfiguration(ecosystem, A + (100n << 32n), [
      stranger.address.toLowerCase() as `0x${string}`,
    ]);
    const { gasUsed } = await createChain(ecosystem, configuration, stranger);
    assert.equal(before - (await clientFor(A).getBalance(stranger.address)), gasUsed * l2GasPrice);
    // All the ids that there are.
    assert.ok(4_095n * gasUsed * l2GasPrice > 2n * ETHER, String(gasUsed));
  });

  test("what waited for the price to be low is dropped when it rises", async () => {
    const { pipeline } = chainOf(B);
    const wallet = devnet.accounts.wallet(BOB).connect(clientFor(B));
    const nonce = (await wallet.getNonce()) + 1;
    const send = (gasPrice: bigint, behind: number) =>
      wallet.sendTransaction({ to: CAROL, nonce: nonce + behind, gasPrice, gasLimit: 21_000n });
    const [cheap, paid] = [await send(6n, 0), await send(7n, 1)];
    pipeline.raiseGasPrice(7n);
    pipeline.raiseGasPrice(5n);
    const held = [cheap, paid].map(({ hash }) => pipeline.chain.mempool.find(hash as `0x${string}`)?.hash);
    assert.deepEqual(held, [undefined, paid.hash]);
    await assert.rejects(send(6n, 0), /below 7, the least that the chain takes now/);
  });

  test("a stranger gets no chain of a foreign id on the factory of the chain below", async () => {
    const { ecosystem } = chainOf(X).base;
    const stranger = devnet.accounts.wallet(BOB).connect(clientFor(A));
    for (const chainId of [B, 273n, Y + 1n]) {
      const configuration = localChainConfiguration(ecosystem, chainId, [stranger.address.toLowerCase() as `0x${string}`]);
      await assert.rejects(createChain(ecosystem, configuration, stranger), /ChainIdOutOfRange/);
    }
  });
});
