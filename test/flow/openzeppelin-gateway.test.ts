import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  Contract,
  ContractFactory,
  getCreateAddress,
  solidityPacked,
  type Provider,
  type TransactionReceipt,
  type Wallet,
} from "ethers";
import hre from "hardhat";
import { messageGatewayAbi } from "../../src/ground/abi/message-gateway.ts";
import { deliverGatewayMessage, gatewayMessagesIn } from "../../src/ecosystem/client/messages/gateway-messages.ts";
import { deployMessageGateways, type MessageGateways } from "../../src/ecosystem/client/messages/message-gateway.ts";
import { interoperable } from "../contracts/l2/support/bundles.ts";
import { ALICE, BOB, clientOf, RELAYER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { compileOpenZeppelin } from "./support/openzeppelin.ts";

const CHAIN = 271n;
const SUPPLY = 1_000_000n;
const openZeppelin = compileOpenZeppelin();

/** L1, or the chain. */
interface Side {
  readonly chainId: bigint;
  readonly provider: Provider;
  readonly gateway: string;
  readonly token: Contract;
  readonly bridge: Contract;
}

describe("C3 OpenZeppelin's cross-chain contracts, unchanged, linked to the gateway between L1 and a chain, with real proofs", () => {
  let devnet: FlowDevnet;
  let client: ReturnType<typeof clientOf>;
  let sides: readonly [Side, Side];
  before(async () => {
    devnet = await startFlowDevnet([CHAIN], { fundedAccounts: [ALICE, BOB, RELAYER] });
    client = clientOf(devnet.chains[0]!);
    const l1 = { chainId: BigInt(devnet.info().l1.chainId), provider: devnet.l1.provider };
    const chain = { chainId: CHAIN, provider: client };
    const gateways = await deployMessageGateways(devnet.info(), 271, (chainId) =>
      walletOn(chainId === 271 ? chain : l1, RELAYER),
    );
    sides = await openSides(l1, chain, gateways);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const walletOn = ({ provider }: Pick<Side, "provider">, account: number) => devnet.accounts.wallet(account).connect(provider);

  async function deployed(factory: ContractFactory, ...args: unknown[]): Promise<string> {
    const contract = await factory.deploy(...args);
    await contract.waitForDeployment();
    return contract.getAddress();
  }

  /** Deploys a token and a bridge of Alice's on either side, each bridge linked to the other by the gateway of its side. */
  async function openSides(
    l1: Pick<Side, "chainId" | "provider">,
    chain: Pick<Side, "chainId" | "provider">,
    { onL1, onChain }: MessageGateways,
  ): Promise<readonly [Side, Side]> {
    const { abi, bytecode } = await hre.artifacts.readArtifact("L2TestToken");
    const open = async (here: typeof l1, gateway: string, there: typeof l1, counterpart: string): Promise<Side> => {
      const alice: Wallet = walletOn(here, ALICE) as unknown as Wallet;
      const token = new Contract(await deployed(new ContractFactory(abi, bytecode, alice), SUPPLY, false, false), abi, alice);
      const links = [{ gateway, counterpart: interoperable(there.chainId, counterpart) }];
      const factory = new ContractFactory(openZeppelin.Bridge.abi as [], openZeppelin.Bridge.bytecode, alice);
      const bridge = new Contract(await deployed(factory, await token.getAddress(), links), openZeppelin.Bridge.abi as [], alice);
      const address = await bridge.getAddress();
      await (await token.getFunction("transfer").send(address, SUPPLY / 2n)).wait();
      await (await token.getFunction("approve").send(address, SUPPLY)).wait();
      return { ...here, gateway, token, bridge };
    };
    // The second contract that Alice creates on each side.
    const bridgeOn = async (side: typeof l1): Promise<string> => {
      const alice = walletOn(side, ALICE);
      return getCreateAddress({ from: alice.address, nonce: (await alice.getNonce()) + 1 });
    };
    const [onL1Bridge, onChainBridge] = [await bridgeOn(l1), await bridgeOn(chain)];
    const both = [await open(l1, onL1, chain, onChainBridge), await open(chain, onChain, l1, onL1Bridge)] as const;
    assert.deepEqual([await both[0].bridge.getAddress(), await both[1].bridge.getAddress()], [onL1Bridge, onChainBridge]);
    return both;
  }

  const balanceOf = ({ token }: Side, account: string): Promise<unknown> => token.getFunction("balanceOf").staticCall(account);

  /** Executes on the chain L1's queue and on L1 the chain's batch, by a real proof, and lets a stranger deliver the message. */
  async function delivered(from: Side, to: Side, receipt: TransactionReceipt): Promise<void> {
    const messages = gatewayMessagesIn(devnet.info(), Number(from.chainId), receipt);
    assert.equal(messages.length, 1);
    await devnet.chains[0]!.pipeline.pollL1();
    assert.ok((await settleNow(devnet.chains[0]!)).proof !== undefined);
    const made = await deliverGatewayMessage(devnet.info(), messages[0]!, walletOn(to, RELAYER));
    assert.equal(made.state, "delivered");
  }

  test("BridgeERC20 moves tokens from either side to the other", async () => {
    const bob = devnet.accounts.wallet(BOB).address;
    for (const [i, amount] of [25n, 60n].entries()) {
      const [from, to] = [sides[i]!, sides[1 - i]!];
      const held = (await balanceOf(from, await from.bridge.getAddress())) as bigint;
      const receipt = await (
        await from.bridge.getFunction("crosschainTransfer").send(interoperable(to.chainId, bob), amount)
      ).wait();
      assert.equal(await balanceOf(from, await from.bridge.getAddress()), held + amount);
      await delivered(from, to, receipt as TransactionReceipt);
      assert.equal(await balanceOf(to, bob), amount);
    }
  });

  test("CrosschainRemoteExecutor does what its controller on the other side says, and nothing for another sender", async () => {
    const bob = devnet.accounts.wallet(BOB).address;
    for (const [from, to] of [
      [sides[0], sides[1]],
      [sides[1], sides[0]],
    ] as const) {
      const alice = walletOn(from, ALICE);
      const { abi, bytecode } = openZeppelin.RemoteExecutor;
      const factory = new ContractFactory(abi as [], bytecode, walletOn(to, ALICE));
      const executor = await deployed(factory, to.gateway, interoperable(from.chainId, alice.address));
      await (await to.token.getFunction("transfer").send(executor, 100n)).wait();
      const held = (await balanceOf(to, bob)) as bigint;
      const pay = to.token.interface.encodeFunctionData("transfer", [bob, 40n]);
      // ERC-7579: one call, which must not fail.
      const mode = `0x${"00".repeat(32)}`;
      const call = solidityPacked(["address", "uint256", "bytes"], [await to.token.getAddress(), 0n, pay]);
      const send = async (account: number): Promise<TransactionReceipt> => {
        const gateway = new Contract(from.gateway, messageGatewayAbi, walletOn(from, account));
        const order = gateway.getFunction("sendMessage");
        return (
          await order.send(interoperable(to.chainId, executor), `${mode}${call.slice(2)}`, [])
        ).wait() as Promise<TransactionReceipt>;
      };
      await delivered(from, to, await send(ALICE));
      assert.equal(await balanceOf(to, bob), held + 40n);
      await assert.rejects(delivered(from, to, await send(BOB)), { code: "Failed" });
      assert.equal(await balanceOf(to, bob), held + 40n);
    }
  });

  test("attack: neither takes a message that did not come by the gateway", async () => {
    for (const side of sides) {
      const posing = side.bridge.getFunction("receiveMessage");
      const counterpart = interoperable(sides.find((each) => each !== side)!.chainId, await side.bridge.getAddress());
      const call = posing.staticCall(`0x${"00".repeat(32)}`, counterpart, "0x");
      await assert.rejects(call, /ERC7786RecipientUnauthorizedGateway/);
    }
  });
});
