import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { assetRouter, bridge, interopHandler } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { JOURNEY_STEPS } from "../../src/ground/protocol/cross-chain-message.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { createRandomness } from "../protocol/random-batches.ts";
import { byNight } from "../support/nightly.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { callOf, moveOn, relayerOf, tokenTransferOf, tokenWithdrawalOf, transferOf } from "./support/interop.ts";
import { depositTestToken } from "./support/tokens.ts";

const CHAIN_IDS = [271n, 272n] as const;
const ETH: Hex = `0x${"00".repeat(20)}`;
const OPERATIONS = byNight(30, 12);
const SEED = 1;
const TOKENS = 1_000_000n;
const router = new Interface(l2AssetRouterAbi);
const baseToken = new Interface(l2BaseTokenAbi);
const hyperchain = new Interface(hyperchainAbi);
const erc20 = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function totalSupply() view returns (uint256)",
]);

/**
 * Random transfers, calls that succeed and fail, withdrawals and settlements on a real ecosystem with real proofs; after each
 * round the books of L1 and of the chains are compared.
 */
describe("C2 C3 invariants under random operations", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let token: Hex;
  let bridged: Hex;
  let targets: Hex[];
  let sent = 0;

  before(async () => {
    devnet = await startFlowDevnet(CHAIN_IDS);
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    token = await depositTestToken(devnet, CHAIN_IDS[0], ALICE, TOKENS);
    const answer = await clients[0]!.call({
      to: PREDEPLOYS.L2AssetRouter,
      data: router.encodeFunctionData("l2TokenAddress", [token]),
    });
    bridged = lowerCaseAddress(router.decodeFunctionResult("l2TokenAddress", answer)[0] as string);
    const { abi, bytecode } = await hre.artifacts.readArtifact("CallTarget");
    targets = [];
    for (const client of clients) {
      const deployed = await new ContractFactory(abi, bytecode, devnet.accounts.wallet(ALICE).connect(client)).deploy();
      targets.push(lowerCaseAddress(await deployed.getAddress()));
    }
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const bridgeSays = async (method: string, chainId: bigint, asset: Hex): Promise<bigint> => {
    const data = bridge.encodeFunctionData(method, [chainId, assetId(devnet.l1.chainId, asset)]);
    return bridge.decodeFunctionResult(
      method,
      await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.bridge, data }),
    )[0] as bigint;
  };
  const sums = async (asset: Hex) => {
    const sum = async (method: string): Promise<bigint> => {
      let total = 0n;
      for (const chainId of CHAIN_IDS) total += await bridgeSays(method, chainId, asset);
      return total;
    };
    return { balances: await sum("chainBalance"), pots: await sum("claimPot"), transit: await sum("transit") };
  };
  const tokenSays = async (
    provider: { call(request: { to: string; data: string }): Promise<string> },
    address: Hex,
    method: string,
    ...args: unknown[]
  ) => {
    const answer = await provider.call({ to: address, data: erc20.encodeFunctionData(method, args) });
    return answer === "0x" ? 0n : BigInt(answer);
  };
  /** Holdings of the chains' users in an asset, all chains together. */
  const circulating = async (asset: Hex): Promise<bigint> => {
    let total = 0n;
    for (const client of clients) {
      total +=
        asset === ETH
          ? BASE_TOKEN_RESERVE_WEI - (await client.getBalance(PREDEPLOYS.L2BaseToken))
          : await tokenSays(client, bridged, "totalSupply");
    }
    return total;
  };
  const held = async (asset: Hex): Promise<bigint> => {
    const { bridge: address } = devnet.ecosystem.addresses;
    return asset === ETH ? devnet.l1.provider.getBalance(address) : tokenSays(devnet.l1.provider, token, "balanceOf", address);
  };
  /** Arrivals that a chain has logged, by message: each must be there once at most. */
  const deliveries = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const [place, client] of clients.entries()) {
      const logs = await client.getLogs({
        fromBlock: 0,
        toBlock: "latest",
        address: [PREDEPLOYS.L2AssetRouter, PREDEPLOYS.InteropHandler],
      });
      for (const log of logs) {
        const event = assetRouter.parseLog(log) ?? interopHandler.parseLog(log);
        if (event?.name === "TransferDelivered" || event?.name === "BundleExecuted")
          found.push(
            `${place} ${event.name} ${String(event.args.toObject()["messageHash"] ?? event.args.toObject()["bundleHash"])}`,
          );
      }
    }
    return found;
  };

  test(`supplies stay backed and messages arrive once, through ${OPERATIONS} operations`, async () => {
    const random = createRandomness(SEED);
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    for (let i = 0; i < OPERATIONS; i++) {
      const place = random.index(2);
      const destination = CHAIN_IDS[1 - place]!;
      const target = targets[1 - place]!;
      const signer = devnet.accounts.wallet(ALICE).connect(clients[place]!);
      const has = await tokenSays(clients[place]!, bridged, "balanceOf", signer.address);
      const amount = has === 0n ? 0n : 1n + random.below(has);
      const wei = 1n + random.below(ETHER / 100n);
      const call = { to: target, value: wei, reward: wei };
      const requests = [
        () => transferOf(destination, wei, random.index(2) === 0 ? bob : signer.address),
        () => callOf(destination, { ...call, data: callData(random.below(1n << 64n)) }),
        // No such function: the call fails there, and its value comes back.
        () => callOf(destination, { ...call, data: "0xdeadbeef" }),
        () => ({ to: PREDEPLOYS.L2BaseToken, data: baseToken.encodeFunctionData("withdraw", [bob]), value: wei }),
        ...(amount === 0n
          ? []
          : [
              () => tokenTransferOf(destination, bridged, amount, signer.address),
              () => tokenWithdrawalOf(bridged, 1n + amount / 10n, bob),
            ]),
      ];
      const kind = random.index(requests.length);
      const receipt = await (await signer.sendTransaction(requests[kind]!())).wait();
      assert.equal(receipt?.status, 1);
      if (kind !== 3 && kind !== 5) sent++;
      if (random.index(8) === 0) await moveOn(devnet, relayer);
      for (const asset of [ETH, token]) {
        const { balances, pots, transit } = await sums(asset);
        assert.equal(await held(asset), balances + pots + transit);
        assert.ok((await circulating(asset)) <= balances + transit);
      }
    }
    // A failed call's value returns by a separate message: two rounds deliver everything home.
    for (let round = 0; round < 4; round++) await moveOn(devnet, relayer);
    for (const asset of [ETH, token]) {
      const { balances, transit } = await sums(asset);
      assert.equal(transit, 0n);
      assert.equal(await circulating(asset), balances);
    }
    const arrived = await deliveries();
    assert.equal(new Set(arrived).size, arrived.length);
    const journeys = relayer.journeys();
    assert.ok(journeys.length >= sent);
    for (const { steps } of journeys) assert.deepEqual([...steps.keys()].sort(), [...JOURNEY_STEPS].sort());
    for (const { pipeline } of devnet.chains) {
      const { created, chain } = pipeline;
      const root = await devnet.l1.provider.call({
        to: created.hyperchain,
        data: hyperchain.encodeFunctionData("executedStateRoot"),
      });
      assert.equal(root, digestToHex(chain.tree.root));
    }
  });
});

const callTarget = new Interface(["function double(uint256)"]);

function callData(argument: bigint): string {
  return callTarget.encodeFunctionData("double", [argument]);
}
