import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, ContractFactory, getAddress, Interface, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { announceName, takeName } from "../../src/ecosystem/client/names/names.ts";
import { deployNames } from "../../src/ecosystem/client/names/names-contract.ts";
import { resolveChainAddress } from "../../src/ecosystem/client/names/resolve-name.ts";
import { send as sendMoney } from "../../src/ecosystem/client/transfers/send.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../src/ground/protocol/genesis.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { bridge, messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { attribute, interoperable } from "../contracts/l2/support/bundles.ts";
import { ALICE, clientOf, ETHER, RELAYER, settleNow, startFlowDevnet, takenBy, type FlowDevnet } from "./support/devnet.ts";
import { journeyStatus, relayerOf, tokenTransferOf, tokenWithdrawalOf, transferOf } from "./support/interop.ts";
import { depositToken } from "./support/tokens.ts";

const [A, B, C] = [271n, 272n, 273n];
const ETH: Hex = `0x${"00".repeat(20)}`;
const TOKENS = 1_000n;
const CALLBACK_REWARD = ETHER / 50n;
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";
const callTarget = new Interface(["function double(uint256) payable returns (uint256)", "error Odd(uint256)"]);
const router = new Interface(l2AssetRouterAbi);
const baseToken = new Interface(l2BaseTokenAbi);
const erc20 = new Interface([
  "function approve(address,uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function totalSupply() view returns (uint256)",
  "function mint(address,uint256)",
]);

describe("C2, C4 and C9 with real proofs: money goes from A over B and C to L1, calls come back to A, and a name is paid", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let alice: Hex;
  let token: Hex;
  /** The token's address on the chains, the same on each. */
  let bridged: Hex;
  /** On A, and has a contract on B called. */
  let caller: Hex;
  let callerAbi: Interface;
  let target: Hex;

  before(async () => {
    devnet = await startFlowDevnet([A, B, C]);
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    alice = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
    caller = await deploy(0, "InteropCaller", PREDEPLOYS.InteropCenter);
    callerAbi = new Interface((await hre.artifacts.readArtifact("InteropCaller")).abi);
    target = await deploy(1, "CallTarget");
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** A place of a chain, or L1 below 0. */
  const on = (place: number) => devnet.accounts.wallet(ALICE).connect(place < 0 ? devnet.l1.provider : clients[place]!);
  async function deploy(place: number, name: string, ...args: unknown[]): Promise<Hex> {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    return lowerCaseAddress(await (await new ContractFactory(abi, bytecode, on(place)).deploy(...args)).getAddress());
  }
  /** L1 verifies the proof of a chain's batch and executes it; all chains look at L1, and the relayer delivers. */
  async function settle(place: number): Promise<void> {
    const { proof, receipts } = await settleNow(devnet.chains[place]!);
    assert.ok(proof !== undefined);
    assert.equal(receipts.prove?.status, 1);
    for (const { pipeline } of devnet.chains) await pipeline.pollL1();
    await relayer.poll();
  }
  const send = async (place: number, request: { to: string; data: string; value?: bigint }) => {
    const receipt = await (await on(place).sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  };
  const ask = async (place: number, to: string, method: string, ...args: unknown[]): Promise<bigint> => {
    const provider = place < 0 ? devnet.l1.provider : clients[place]!;
    const answer = await provider.call({ to, data: erc20.encodeFunctionData(method, args) });
    return erc20.decodeFunctionResult(method, answer)[0] as bigint;
  };
  const bridgeSays = async (method: string, chainId: bigint, asset: Hex): Promise<bigint> => {
    const data = bridge.encodeFunctionData(method, [chainId, assetId(devnet.l1.chainId, asset)]);
    const answer = await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data });
    return bridge.decodeFunctionResult(method, answer)[0] as bigint;
  };
  /** Debt of the bridge to all chains together, in an asset of L1. */
  const owed = async (asset: Hex): Promise<bigint> => {
    let sum = 0n;
    for (const chainId of [A, B, C]) {
      for (const method of ["chainBalance", "claimPot", "transit"]) sum += await bridgeSays(method, chainId, asset);
    }
    return sum;
  };
  /** Base token in use on a chain: all of it came out of the reserve. */
  const inUse = async (place: number): Promise<bigint> =>
    BASE_TOKEN_RESERVE_WEI - (await clients[place]!.getBalance(PREDEPLOYS.L2BaseToken));
  const checkBacking = async (): Promise<void> => {
    const { bridge: address } = devnet.ecosystem.addresses;
    assert.equal(await devnet.l1.provider.getBalance(address), await owed(ETH));
    assert.equal(await ask(-1, token, "balanceOf", address), await owed(token));
    // What has arrived is in transit until the receiver's own batch settles.
    for (const [place, chainId] of [A, B, C].entries()) {
      const backing = (await bridgeSays("chainBalance", chainId, ETH)) + (await bridgeSays("transit", chainId, ETH));
      assert.ok((await inUse(place)) <= backing, `chain ${chainId}: ${await inUse(place)} of ${backing}`);
    }
  };

  test("an ERC-20 token is deposited to A", async () => {
    token = await deploy(-1, "TokenDouble");
    const { factory, bridge: bridgeAddress } = devnet.ecosystem.addresses;
    await send(-1, { to: token, data: erc20.encodeFunctionData("mint", [alice, TOKENS]) });
    await send(-1, { to: token, data: erc20.encodeFunctionData("approve", [bridgeAddress, TOKENS]) });
    await depositToken(factory, { chainId: A, bridge: bridgeAddress, token, amount: TOKENS, recipient: alice }, on(-1));
    assert.deepEqual(await takenBy(devnet.chains[0]!.pipeline), { operations: 1, roots: 0 });
    const addresses = await Promise.all(
      clients.map(async (client) => {
        const answer = await client.call({
          to: PREDEPLOYS.L2AssetRouter,
          data: router.encodeFunctionData("l2TokenAddress", [token]),
        });
        return lowerCaseAddress(router.decodeFunctionResult("l2TokenAddress", answer)[0] as string);
      }),
    );
    assert.equal(new Set(addresses).size, 1);
    bridged = addresses[0]!;
    assert.equal(await ask(0, bridged, "balanceOf", alice), TOKENS);
    assert.equal(await ask(0, bridged, "totalSupply"), TOKENS);
    await checkBacking();
  });

  /** The contract on A calls one on B with value, and asks for what becomes of it. */
  async function callFromContract(argument: bigint, value: bigint): Promise<void> {
    const call = {
      to: interoperable(B, target),
      data: callTarget.encodeFunctionData("double", [argument]),
      callAttributes: [attribute("interopCallValue", value), attribute("shadowAccount")],
    };
    const callback = attribute("callback", 300_000n, CALLBACK_REWARD);
    const data = callerAbi.encodeFunctionData("send", [interoperable(B), [call], [callback]]);
    await send(0, { to: caller, data, value: value + CALLBACK_REWARD });
  }
  async function resultOf(argument: bigint) {
    const results = relayer.journeys().filter(({ content }) => content.type === "result");
    for (const { steps } of results) {
      const receipt = await clients[0]!.getTransactionReceipt(steps.get("executed")!.transactionHash);
      const log = receipt!.logs.find(({ address }) => address.toLowerCase() === caller);
      const { args } = callerAbi.parseLog(log!)!;
      if (args["success"] === (argument % 2n === 0n)) return { args, fee: receipt!.fee };
    }
    return assert.fail(`${results.length} results, none of ${argument}`);
  }

  test("ETH and tokens go from A to B, with two calls and a payment by name", async () => {
    await send(0, transferOf(B, ETHER, alice));
    await send(0, tokenTransferOf(B, bridged, TOKENS, alice));
    assert.equal(await ask(0, bridged, "totalSupply"), 0n);
    await callFromContract(42n, ETHER);
    await callFromContract(5n, ETHER);
    assert.equal(await clients[0]!.getBalance(caller), 0n);

    const info = devnet.info();
    const name = { chain: Number(B), label: "bob", account: BOB };
    await deployNames(info, on(-1));
    const { secret } = await announceName(info, name, on(-1));
    await takeName(info, { ...name, secret }, on(-1));
    const place = await resolveChainAddress(info, `bob@${B}`, devnet.l1.provider);
    await sendMoney(info, { chain: Number(A), to: { chain: place.chainId, account: place.account }, amount: 7n }, on(0));

    const before = await inUse(1);
    const ofRelayer = await clients[1]!.getBalance(devnet.accounts.wallet(RELAYER).address);
    await settle(0);
    assert.equal(await ask(1, bridged, "balanceOf", alice), TOKENS);
    assert.equal(await ask(1, bridged, "totalSupply"), TOKENS);
    assert.equal(await clients[1]!.getBalance(target), ETHER, "the call that reverted took nothing");
    assert.equal(await clients[1]!.getBalance(BOB), 7n);
    assert.equal(await clients[0]!.getBalance(BOB), 0n);
    // What the failed call gave back has left B again. Fees only go from account to account there.
    assert.equal((await inUse(1)) - before, 2n * ETHER + 7n);
    assert.ok((await clients[1]!.getBalance(devnet.accounts.wallet(RELAYER).address)) < ofRelayer);
    await checkBacking();
  });

  test("B's batch brings tokens to C, and to A what became of its calls: a result, and a revert with its value", async () => {
    await send(1, transferOf(C, ETHER, alice));
    await send(1, tokenTransferOf(C, bridged, TOKENS, alice));
    const before = await clients[0]!.getBalance(devnet.accounts.wallet(RELAYER).address);
    await settle(1);
    assert.equal(await ask(1, bridged, "totalSupply"), 0n);
    assert.equal(await ask(2, bridged, "balanceOf", alice), TOKENS);

    const [good, bad] = [await resultOf(42n), await resultOf(5n)];
    assert.deepEqual([good.args["caller"], good.args["success"]], [getAddress(PREDEPLOYS.InteropHandler), true]);
    const [[returned]] = AbiCoder.defaultAbiCoder().decode(["bytes[]"], String(good.args["result"])) as unknown as [[string]];
    assert.equal(callTarget.decodeFunctionResult("double", returned)[0], 84n);
    assert.equal(bad.args["success"], false);
    assert.equal(callTarget.parseError(String(bad.args["result"]))?.args[0], 5n);
    assert.equal(await clients[0]!.getBalance(caller), ETHER, "the refund");
    // Both callbacks are paid; the relayer delivers the refund too, and pays what that takes.
    const refund = relayer
      .journeys()
      .find(({ content, destinationChainId }) => content.type === "transfer" && destinationChainId === A);
    const refunded = await clients[0]!.getTransactionReceipt(refund!.steps.get("executed")!.transactionHash);
    const fees = good.fee + bad.fee + refunded!.fee;
    const after = await clients[0]!.getBalance(devnet.accounts.wallet(RELAYER).address);
    assert.equal(after - before, 2n * CALLBACK_REWARD - fees);
    await checkBacking();
  });

  test("both are withdrawn from C and claimed on L1", async () => {
    const withdrawEther = baseToken.encodeFunctionData("withdraw", [alice]);
    const receipts = [
      await send(2, { to: PREDEPLOYS.L2BaseToken, data: withdrawEther, value: ETHER }),
      await send(2, tokenWithdrawalOf(bridged, TOKENS, alice)),
    ];
    await settle(2);
    await checkBacking();
    const collector = devnet.accounts.wallet(0).connect(devnet.l1.provider);
    const etherBefore = await devnet.l1.provider.getBalance(alice);
    for (const receipt of receipts) {
      const sent = receipt.logs.find(({ address }) => address.toLowerCase() === PREDEPLOYS.L1Messenger);
      const messageHash = keccak(fromHex(String(messenger.parseLog(sent!)!.args["message"])));
      const claim = await finalizeWithdrawal(devnet.info(), { chain: C, messageHash }, collector, relayer.l1View);
      assert.equal(claim.state, "paid");
    }
    assert.equal((await devnet.l1.provider.getBalance(alice)) - etherBefore, ETHER);
    assert.equal(await ask(-1, token, "balanceOf", alice), TOKENS);
    assert.equal(await owed(token), 0n);
    await checkBacking();
  });

  test("A's next batch settles what came back, and every message was delivered once", async () => {
    await settle(0);
    const journeys = relayer.journeys();
    const kinds = journeys.map(({ content }) => content.type).sort();
    // ETH and tokens on two ways, the payment by name, the refund.
    assert.deepEqual(kinds, ["bundle", "bundle", "result", "result", ...Array.from({ length: 6 }, () => "transfer")]);
    assert.deepEqual(new Set(journeys.map(journeyStatus)), new Set(["importSettled"]));
    assert.equal(await clients[1]!.getBalance(BOB), 7n);
    for (const chainId of [A, B, C]) assert.equal(await bridgeSays("transit", chainId, ETH), 0n);
    await checkBacking();
  });
});
