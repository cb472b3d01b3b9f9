import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import { messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { SYSTEM_CONTEXT_CODE } from "../machine/support/context-code.ts";
import { noProofVersionOf } from "../../src/ground/protocol/no-proof.ts";
import { isProvenOnL1, PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, takenBy, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { moveOn, relayerOf, tokenTransferOf, tokenWithdrawalOf, transferOf } from "./support/interop.ts";
import { depositToken } from "./support/tokens.ts";
import { Upgrades } from "./support/upgrades.ts";

const [A, B] = [271n, 272n];
const TOKENS = 1_000n;
const FRIEND: Hex = `0x${"f1".repeat(20)}`;
const erc20 = new Interface([
  "function approve(address,uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function mint(address,uint256)",
]);
const router = new Interface(l2AssetRouterAbi);
const baseToken = new Interface(l2BaseTokenAbi);

describe("a trusted chain of a running ecosystem becomes a proven one, and another one stays trusted", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let upgrades: Upgrades;
  let alice: Hex;
  let token: Hex;
  let bridged: Hex;
  /** Sent in a trusted batch, and claimed after the upgrade. */
  let olderWithdrawal: TransactionReceipt;
  let contractsBefore: readonly Hex[];

  before(async () => {
    devnet = await startFlowDevnet([A, B], UNPROVEN);
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    upgrades = new Upgrades(devnet);
    alice = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
    contractsBefore = devnet.chains.map(({ pipeline }) => pipeline.created.hyperchain);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** A place of a chain, or L1 below 0. */
  const on = (place: number) => devnet.accounts.wallet(ALICE).connect(place < 0 ? devnet.l1.provider : clients[place]!);
  const send = async (place: number, request: { to: string; data: string; value?: bigint }): Promise<TransactionReceipt> => {
    const receipt = await (await on(place).sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  };
  const balance = async (place: number, of: Hex = alice): Promise<bigint> => {
    const [provider, to] = place < 0 ? [devnet.l1.provider, token] : [clients[place]!, bridged];
    return BigInt(await provider.call({ to, data: erc20.encodeFunctionData("balanceOf", [of]) }));
  };
  const deposit = async (amount: bigint): Promise<void> => {
    const { factory, bridge } = devnet.ecosystem.addresses;
    await send(-1, { to: token, data: erc20.encodeFunctionData("mint", [alice, amount]) });
    await send(-1, { to: token, data: erc20.encodeFunctionData("approve", [bridge, amount]) });
    await depositToken(factory, { chainId: A, bridge, token, amount, recipient: alice }, on(-1));
    assert.deepEqual(await takenBy(devnet.chains[0]!.pipeline), { operations: 1, roots: 0 });
  };
  const claim = async (receipt: TransactionReceipt): Promise<void> => {
    const sent = receipt.logs.find(({ address }) => address.toLowerCase() === PREDEPLOYS.L1Messenger);
    const messageHash = keccak(fromHex(String(messenger.parseLog(sent!)!.args["message"])));
    const collector = devnet.accounts.wallet(0).connect(devnet.l1.provider);
    const { state } = await finalizeWithdrawal(devnet.info(), { chain: A, messageHash }, collector, relayer.l1View);
    assert.equal(state, "paid");
  };

  test("before it: a deposit, a transfer to the other chain, and a withdrawal without a claim yet", async () => {
    const { abi, bytecode } = await hre.artifacts.readArtifact("TokenDouble");
    token = lowerCaseAddress(await (await new ContractFactory(abi, bytecode, on(-1)).deploy()).getAddress());
    await deposit(TOKENS);
    const answer = await clients[0]!.call({
      to: PREDEPLOYS.L2AssetRouter,
      data: router.encodeFunctionData("l2TokenAddress", [token]),
    });
    bridged = lowerCaseAddress(router.decodeFunctionResult("l2TokenAddress", answer)[0] as string);
    await send(0, tokenTransferOf(B, bridged, 100n, alice));
    olderWithdrawal = await send(0, tokenWithdrawalOf(bridged, 50n, alice));
    await moveOn(devnet, relayer);
    assert.deepEqual([await balance(0), await balance(1)], [850n, 100n]);
  });

  test("attack A150: another program's key under the number of proven chains is refused by name, and no chain is created", async () => {
    const before = await devnet.snapshot();
    const version = noProofVersionOf(PROVEN_VERSION);
    await upgrades.addForeign(version);
    await assert.rejects(devnet.addChain({ name: "joined", execution: "proven" }), {
      code: "BadOptions",
      message: /another genesis or other programs than this software's; run the software that added it/,
    });
    assert.equal(await devnet.revert(before), true);
    assert.equal(devnet.chains.length, 2);
  });

  test("a proven chain that joins adds the version; after a return to a snapshot the next one does", async () => {
    const before = await devnet.snapshot();
    const join = async (): Promise<Hex> => {
      const joined = await devnet.addChain({ name: "joined", execution: "proven" });
      assert.equal(isProvenOnL1(joined.pipeline.created.configuration.protocolVersion), true);
      const { aggregator } = devnet.ecosystem.versions.proven!;
      assert.notEqual(await devnet.l1.provider.getCode(aggregator), "0x");
      return aggregator;
    };
    const first = await join();
    assert.equal(await devnet.revert(before), true);
    assert.equal(await devnet.l1.provider.getCode(first), "0x");
    await join();
    const [, , joined] = devnet.chains;
    const { batch } = await settleNow(joined!);
    assert.equal(isProvenOnL1(batch.protocolVersion), true);
    await devnet.removeChain(joined!.chainId);
  });

  test("the first batch of the new version installs the predeploys, and L1 executes it", async () => {
    const { pipeline } = devnet.chains[0]!;
    const notice = await upgrades.schedule(await upgrades.proven());
    // A batch that is open at the effect keeps its version.
    const open = await pipeline.seal();
    if (open !== undefined) await pipeline.settled(open.outputs.batchNumber);
    await upgrades.pass(notice);
    await send(0, transferOf(B, ETHER, FRIEND));
    const { batch } = await settleNow(devnet.chains[0]!);
    assert.deepEqual([isProvenOnL1(batch.protocolVersion), batch.outputs.cheatCount], [true, 0n]);
    assert.deepEqual(batch.bytecodes, []);
    assert.equal(batch.outputs.coinbase, pipeline.created.configuration.admin.toLowerCase(), "its operator");
    assert.equal(await clients[0]!.getCode(PREDEPLOYS.SystemContext), SYSTEM_CONTEXT_CODE);
    await pipeline.pollL1();
  });

  test("behind it: the same addresses, and what was sent and held before is claimed, delivered and moved on", async () => {
    await moveOn(devnet, relayer);
    assert.equal(await clients[1]!.getBalance(FRIEND), ETHER, "a message of the converting batch");
    await claim(olderWithdrawal);
    assert.equal(await balance(-1), 50n);
    await deposit(500n);
    assert.equal(await balance(0), 1_350n);
    await send(1, tokenTransferOf(A, bridged, 40n, alice));
    const withdrawals = [
      await send(0, tokenWithdrawalOf(bridged, 300n, alice)),
      await send(0, { to: PREDEPLOYS.L2BaseToken, data: baseToken.encodeFunctionData("withdraw", [FRIEND]), value: ETHER }),
    ];
    await moveOn(devnet, relayer);
    for (const receipt of withdrawals) await claim(receipt);
    assert.deepEqual([await balance(-1), await balance(0), await balance(1)], [350n, 1_090n, 60n]);
    assert.equal(await devnet.l1.provider.getBalance(FRIEND), ETHER);
    assert.deepEqual(
      devnet.chains.map(({ pipeline }) => pipeline.created.hyperchain),
      contractsBefore,
    );
    await send(1, transferOf(A, 1n, FRIEND));
    const { batch: ofOther } = await settleNow(devnet.chains[1]!);
    assert.equal(isProvenOnL1(ofOther.protocolVersion), false, "the other chain stays");
  });

  test("who has L1 alone rebuilds it across the upgrade", async () => {
    await send(0, transferOf(B, 1n, FRIEND));
    const { batch } = await settleNow(devnet.chains[0]!);
    const { hyperchain } = devnet.chains[0]!.pipeline.created;
    const rebuilt = await reconstruct({ l1: devnet.l1.provider, hyperchain, genesis: await genesisOf() });
    assert.equal(rebuilt.stateRoot, digestToHex(batch.newStateRoot));
    const areProven = rebuilt.batches.map(({ stored }) => isProvenOnL1(stored.protocolVersion));
    assert.deepEqual([areProven[0], areProven.at(-1)], [false, true]);
  });

  test("list proof on a base above LONE: it takes no chain on it, for whose verifier its batches prove too little", async () => {
    const settlesOn = devnet.chains[0]!.name;
    await assert.rejects(devnet.addChain({ name: "above", settlesOn }), {
      code: "BadOptions",
      message: /exceeds the units of a transaction/,
    });
    assert.equal(devnet.chains.length, 2);
  });
});
