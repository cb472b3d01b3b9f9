import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import type { JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { l2BaseTokenAbi } from "../../src/abi/l2-base-token.ts";
import { l2AssetRouterAbi } from "../../src/abi/l2-asset-router.ts";
import { lowerCaseAddress } from "../../src/devnet/accounts.ts";
import { finalizeWithdrawal } from "../../src/client/withdraw.ts";
import { assetId } from "../../src/protocol/asset-message.ts";
import { fromHex, keccak } from "../../src/protocol/hex.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../src/protocol/genesis.ts";
import { PREDEPLOYS } from "../../src/protocol/predeploys.ts";
import { bridge, messenger } from "../../src/client/contract-interfaces.ts";
import type { Relayer } from "../../src/relayer/relayer.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, takenBy, UNPROVEN } from "./support/devnet.ts";
import type { FlowDevnet } from "./support/devnet.ts";
import { journeyStatus, moveOn, relayerOf, tokenTransferOf, tokenWithdrawalOf, transferOf } from "./support/interop.ts";
import { depositToken } from "./support/tokens.ts";

const [A, B, C] = [271n, 272n, 273n];
const ETH: Hex = `0x${"00".repeat(20)}`;
const TOKENS = 1_000n;
const router = new Interface(l2AssetRouterAbi);
const baseToken = new Interface(l2BaseTokenAbi);
const erc20 = new Interface([
  "function approve(address,uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function totalSupply() view returns (uint256)",
  "function mint(address,uint256)",
]);

describe("C2 a round trip from A over B and C to L1 preserves the supply", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let alice: Hex;
  let token: Hex;
  /** The token's address on the chains, the same on each. */
  let bridged: Hex;

  before(async () => {
    devnet = await startFlowDevnet([A, B, C], UNPROVEN);
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    alice = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const send = async (place: number, request: { to: string; data: string; value?: bigint }) => {
    const signer = devnet.accounts.wallet(ALICE).connect(place < 0 ? devnet.l1.provider : clients[place]!);
    const receipt = await (await signer.sendTransaction(request)).wait();
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
  /** What the bridge owes all chains together, in an asset of L1. */
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
    for (const [place, chainId] of [A, B, C].entries())
      assert.ok((await inUse(place)) <= (await bridgeSays("chainBalance", chainId, ETH)));
  };

  test("an ERC-20 token is deposited to A", async () => {
    const deployed = await devnet.accounts
      .wallet(ALICE)
      .connect(devnet.l1.provider)
      .sendTransaction({ data: await initCode("TokenDouble") });
    token = lowerCaseAddress((await deployed.wait())!.contractAddress!);
    const { factory, bridge: bridgeAddress } = devnet.ecosystem.addresses;
    await send(-1, { to: token, data: erc20.encodeFunctionData("mint", [alice, TOKENS]) });
    await send(-1, { to: token, data: erc20.encodeFunctionData("approve", [bridgeAddress, TOKENS]) });
    const signer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    await depositToken(factory, { chainId: A, bridge: bridgeAddress, token, amount: TOKENS, recipient: alice }, signer);
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

  for (const [place, from, to] of [
    [0, "A", B],
    [1, "B", C],
  ] as const) {
    test(`ETH and tokens go from ${from} to ${to}`, async () => {
      await send(place, transferOf(to, ETHER, alice));
      await send(place, tokenTransferOf(to, bridged, TOKENS, alice));
      assert.equal(await ask(place, bridged, "totalSupply"), 0n);
      const before = await inUse(place + 1);
      await moveOn(devnet, relayer);
      assert.equal(await ask(place + 1, bridged, "balanceOf", alice), TOKENS);
      assert.equal(await ask(place + 1, bridged, "totalSupply"), TOKENS);
      assert.equal((await inUse(place + 1)) - before, ETHER);
      await moveOn(devnet, relayer);
      await checkBacking();
    });
  }

  test("both are withdrawn from C and claimed on L1", async () => {
    const withdrawEther = baseToken.encodeFunctionData("withdraw", [alice]);
    const receipts = [
      await send(2, { to: PREDEPLOYS.L2BaseToken, data: withdrawEther, value: ETHER }),
      await send(2, tokenWithdrawalOf(bridged, TOKENS, alice)),
    ];
    await moveOn(devnet, relayer);
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
    assert.deepEqual(
      relayer.journeys().map(journeyStatus),
      Array.from({ length: 4 }, () => "importSettled"),
    );
  });
});

async function initCode(artifact: string): Promise<string> {
  return (await hre.artifacts.readArtifact(artifact)).bytecode;
}
