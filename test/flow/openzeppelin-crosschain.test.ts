import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  AbiCoder,
  Contract,
  ContractFactory,
  getCreateAddress,
  Interface,
  solidityPacked,
  type ContractRunner,
  type JsonRpcProvider,
} from "ethers";
import hre from "hardhat";
import { interopCenterAbi } from "../../src/ground/abi/interop-center.ts";
import { interopHandlerAbi } from "../../src/ground/abi/interop-handler.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { attribute, interoperable } from "../contracts/l2/support/bundles.ts";
import { ALICE, BOB, clientOf, RELAYER, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { moveOn, relayerOf } from "./support/interop.ts";
import { compileOpenZeppelin } from "./support/openzeppelin.ts";

const CHAINS = [271n, 272n] as const;
const SUPPLY = 1_000_000n;
const handler = new Interface(interopHandlerAbi);
const openZeppelin = compileOpenZeppelin();

interface Side {
  readonly client: JsonRpcProvider;
  readonly alice: ContractRunner;
  readonly token: Contract;
  readonly bridge: Contract;
}

// CrosschainLinked and RemoteExecutor take messages from the one gateway that they are linked to, the one they send through.
describe("C3 OpenZeppelin's cross-chain contracts, unchanged, linked to the interop center", () => {
  let devnet: FlowDevnet;
  let relayer: Relayer;
  const sides: Side[] = [];
  let bob: string;
  before(async () => {
    devnet = await startFlowDevnet(CHAINS, { proofs: "none", fundedAccounts: [ALICE, BOB, RELAYER] });
    const clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    bob = devnet.accounts.wallet(BOB).address;
    const { abi, bytecode } = await hre.artifacts.readArtifact("L2TestToken");
    for (const [i, client] of clients.entries()) {
      const alice = devnet.accounts.wallet(ALICE).connect(client);
      const token = new Contract(await deployed(new ContractFactory(abi, bytecode, alice), SUPPLY, false, false), abi, alice);
      // Both sides deploy the same contracts in the same order, so the other bridge will have this address too.
      const counterpart = getCreateAddress({ from: alice.address, nonce: await alice.getNonce() });
      const links = [{ gateway: PREDEPLOYS.InteropCenter, counterpart: interoperable(CHAINS[1 - i]!, counterpart) }];
      const factory = new ContractFactory(openZeppelin.Bridge.abi as [], openZeppelin.Bridge.bytecode, alice);
      const bridge = new Contract(await deployed(factory, await token.getAddress(), links), openZeppelin.Bridge.abi as [], alice);
      assert.equal(await bridge.getAddress(), counterpart);
      await (await token.getFunction("transfer").send(counterpart, SUPPLY / 2n)).wait();
      await (await token.getFunction("approve").send(counterpart, SUPPLY)).wait();
      sides.push({ client, alice, token, bridge });
    }
  });
  after(async () => {
    for (const { client } of sides) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  async function deployed(factory: ContractFactory, ...args: unknown[]): Promise<string> {
    const contract = await factory.deploy(...args);
    await contract.waitForDeployment();
    return contract.getAddress();
  }

  /** Outcomes of the bundles that the chain has executed, oldest first. */
  async function outcomes({ client }: Side): Promise<{ readonly success: boolean; readonly result: string }[]> {
    const logs = await client.getLogs({ address: PREDEPLOYS.InteropHandler, fromBlock: 0 });
    return logs.flatMap((log) => {
      const event = handler.parseLog(log);
      return event?.name === "BundleExecuted"
        ? [{ success: event.args["success"] as boolean, result: event.args["result"] as string }]
        : [];
    });
  }

  const balanceOf = ({ token }: Side, account: string): Promise<unknown> => token.getFunction("balanceOf").staticCall(account);

  async function delivered(): Promise<void> {
    await moveOn(devnet, relayer);
    await moveOn(devnet, relayer);
    assert.deepEqual(
      relayer
        .journeys()
        .map(({ refusal }) => refusal)
        .filter((refusal) => refusal !== undefined),
      [],
    );
  }

  test("BridgeERC20 moves tokens from either side to the other", async () => {
    for (const [i, amount] of [25n, 60n].entries()) {
      const [from, to] = [sides[i]!, sides[1 - i]!];
      const held = (await balanceOf(from, await from.bridge.getAddress())) as bigint;
      await (await from.bridge.getFunction("crosschainTransfer").send(interoperable(CHAINS[1 - i]!, bob), amount)).wait();
      assert.equal(await balanceOf(from, await from.bridge.getAddress()), held + amount);
      await delivered();
      assert.equal(await balanceOf(to, bob), amount);
      assert.equal((await outcomes(to)).at(-1)?.success, true);
    }
  });

  test("CrosschainRemoteExecutor does what its controller on the other chain says", async () => {
    const [a, b] = sides as [Side, Side];
    const alice = devnet.accounts.wallet(ALICE).address;
    const factory = new ContractFactory(openZeppelin.RemoteExecutor.abi as [], openZeppelin.RemoteExecutor.bytecode, b.alice);
    const executor = await deployed(factory, PREDEPLOYS.InteropCenter, interoperable(CHAINS[0], alice));
    await (await b.token.getFunction("transfer").send(executor, 100n)).wait();
    const before = (await balanceOf(b, bob)) as bigint;
    const pay = b.token.interface.encodeFunctionData("transfer", [bob, 40n]);
    // ERC-7579: one call, which must not fail.
    const mode = `0x${"00".repeat(32)}`;
    const payload = `${mode}${solidityPacked(["address", "uint256", "bytes"], [await b.token.getAddress(), 0n, pay]).slice(2)}`;
    const center = new Contract(PREDEPLOYS.InteropCenter, interopCenterAbi, a.alice);
    await (await center.getFunction("sendMessage").send(interoperable(CHAINS[1], executor), payload, [])).wait();
    const notController = new Contract(PREDEPLOYS.InteropCenter, interopCenterAbi, devnet.accounts.wallet(BOB).connect(a.client));
    await (await notController.getFunction("sendMessage").send(interoperable(CHAINS[1], executor), payload, [])).wait();
    await delivered();
    assert.equal(await balanceOf(b, bob), before + 40n);
    assert.deepEqual(
      (await outcomes(b)).slice(-2).map(({ success }) => success),
      [true, false],
    );
  });

  test("neither takes a message from a stranger, nor from an account that calls as if it were the gateway", async () => {
    const [a, b] = sides as [Side, Side];
    const bridge = await b.bridge.getAddress();
    const transfer = AbiCoder.defaultAbiCoder().encode(["bytes", "bytes", "uint256"], [interoperable(CHAINS[0], bob), bob, 9n]);
    const before = await balanceOf(b, bob);
    const center = new Contract(PREDEPLOYS.InteropCenter, interopCenterAbi, devnet.accounts.wallet(BOB).connect(a.client));
    await (await center.getFunction("sendMessage").send(interoperable(CHAINS[1], bridge), transfer, [])).wait();
    const counterpart = interoperable(CHAINS[0], await a.bridge.getAddress());
    const posing = b.bridge.interface.encodeFunctionData("receiveMessage", [`0x${"00".repeat(32)}`, counterpart, transfer]);
    const call = { to: interoperable(CHAINS[1], bridge), data: posing, callAttributes: [attribute("shadowAccount")] };
    await (await center.getFunction("sendBundle").send(interoperable(CHAINS[1]), [call], [])).wait();
    await delivered();
    const refused = (await outcomes(b)).slice(-2);
    for (const { success, result } of refused) {
      assert.equal(success, false);
      assert.equal(b.bridge.interface.parseError(result)?.name, "ERC7786RecipientUnauthorizedGateway");
    }
    assert.equal(await balanceOf(b, bob), before);
  });
});
