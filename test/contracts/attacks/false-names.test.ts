import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type Contract } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import { fromHex, keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { descriptionPosition } from "../../../src/ground/protocol/token-description.ts";
import {
  ETH,
  L1_CHAIN_ID,
  startEcosystem,
  type Ecosystem,
  type MessageInclusionProof,
  type SimulatedChain,
} from "../l2/support/ecosystem.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";

const coder = AbiCoder.defaultAbiCoder();
/** Places of one batch, by the depth of its tree of logs on the page of the protocol. */
const PLACES = 2n ** 14n;

describe("a token that a stranger has announced wrongly", () => {
  let ecosystem: Ecosystem;
  let born: SimulatedChain;
  let other: SimulatedChain;
  let through: SimulatedChain;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH, ETH]);
    [born, other, through] = [ecosystem.chains[0]!, ecosystem.chains[1]!, ecosystem.chains[2]!];
  });
  after(() => ecosystem.close());

  const vault = (chain: SimulatedChain, user = 0): Promise<Contract> => chain.predeploy("L2NativeTokenVault", chain.users[user]);
  const deploy = async (): Promise<{ readonly token: Contract; readonly address: Hex }> => {
    const token = (await born.ethers.deployContract("LateToken", born.users[0])) as unknown as Contract;
    return { token, address: (await token.getAddress()) as Hex };
  };

  /** Announces a token on a chain, by a stranger; returns the message's hash. */
  async function announce(chain: SimulatedChain, token: string): Promise<Hex> {
    const { logs } = await chain.send(await vault(chain, 3), "announce", token);
    const sent = logs.find(({ address }) => address.toLowerCase() === PREDEPLOYS.L1Messenger);
    return keccak(fromHex(coder.decode(["bytes"], sent!.data)[0] as string));
  }

  async function bring(messageHash: Hex, to: SimulatedChain): Promise<MessageInclusionProof> {
    const message = ecosystem.prove(messageHash);
    await to.send(await vault(to, 3), "importDescription", message);
    return message;
  }

  /** Reads a chain's name of an asset. */
  async function nameOn(chain: SimulatedChain, chainId: bigint, origin: Hex): Promise<readonly unknown[]> {
    const address = (await (await vault(chain)).getFunction("tokenAddress").staticCall(assetId(chainId, origin))) as string;
    const token = (await chain.ethers.getContractAt("BridgedToken", address)) as unknown as Contract;
    const views = ["name", "symbol", "decimals", "descriptionPosition"];
    return Promise.all(views.map((view) => token.getFunction(view).staticCall()));
  }

  test("attack: before it is initialised it cannot be announced, neither by a stranger nor by its owner", async () => {
    const { token, address } = await deploy();
    for (const user of [0, 3])
      await assertReverts(
        (await vault(born, user)).getFunction("announce").staticCall(address),
        "L2NativeTokenVault",
        "NamelessToken",
        [address],
      );
    for (const [name, symbol] of [
      ["Late", ""],
      ["", "LATE"],
    ]) {
      await born.send(token, "initialize", name, symbol, 6);
      await announce(born, address);
    }
  });

  test("attack: half initialised, with a name and wrong decimals, it gets the right ones by its next announcement, and keeps them whichever is brought last", async () => {
    const { token, address } = await deploy();
    await born.send(token, "initialize", "Late", "", 0);
    const wrong = await announce(born, address);
    await ecosystem.settle();
    const first = await bring(wrong, other);
    const at = (message: MessageInclusionProof): bigint => (message.l1BatchNumber + 1n) * PLACES + message.l2MessageIndex;
    assert.deepEqual(await nameOn(other, born.chainId, address), ["Late", "", 0n, at(first)]);
    // Both in one batch, so that only their places there tell which is newer.
    await born.send(token, "initialize", "Late token", "LT", 5);
    const outdated = await announce(born, address);
    await born.send(token, "initialize", "Late token", "LT", 6);
    const right = await announce(born, address);
    await ecosystem.settle();
    const newest = await bring(right, other);
    assert.equal(at(newest), descriptionPosition(newest.l1BatchNumber, Number(newest.l2MessageIndex)));
    for (const old of [wrong, outdated, right]) {
      await bring(old, other);
      assert.deepEqual(await nameOn(other, born.chainId, address), ["Late token", "LT", 6n, at(newest)]);
    }
  });

  test("attack: whatever else it calls itself later moves no amount", async () => {
    const { token, address } = await deploy();
    await born.send(token, "initialize", "Late", "LATE", 6);
    await born.send(token, "approve", PREDEPLOYS.L2NativeTokenVault, 500n);
    const recipient = other.users[1]!.address;
    const router = await born.predeploy("L2AssetRouter", born.users[0]);
    const sent = await born.send(router, "sendToChain", other.chainId, address, 400n, recipient);
    const transfer = sent.logs.find(({ address: from }) => from.toLowerCase() === PREDEPLOYS.L1Messenger);
    await born.send(token, "initialize", "x".repeat(1000), "USDC", 0);
    const announced = await announce(born, address);
    await ecosystem.settle();
    const message = ecosystem.prove(keccak(fromHex(coder.decode(["bytes"], transfer!.data)[0] as string)));
    await other.send(await other.predeploy("L2AssetRouter", other.users[0]), "deliver", message);
    await bring(announced, other);
    const id = assetId(born.chainId, address);
    const at = (await (await vault(other)).getFunction("tokenAddress").staticCall(id)) as string;
    const copy = (await other.ethers.getContractAt("BridgedToken", at)) as unknown as Contract;
    assert.equal(await copy.getFunction("balanceOf").staticCall(recipient), 400n);
    assert.equal(await copy.getFunction("totalSupply").staticCall(), 400n);
    assert.deepEqual((await nameOn(other, born.chainId, address)).slice(0, 3), ["x".repeat(64), "USDC", 0n]);
  });

  test("attack: a chain that it came through cannot take its name away again", async () => {
    const { token, address } = await deploy();
    await born.send(token, "initialize", "Before", "BEF", 18);
    const before = await announce(born, address);
    await ecosystem.settle();
    await bring(before, through);
    const id = assetId(born.chainId, address);
    const copy = (await (await vault(through)).getFunction("tokenAddress").staticCall(id)) as string;
    const passedOn = await announce(through, copy);
    await born.send(token, "initialize", "After", "AFT", 8);
    const after = await announce(born, address);
    await ecosystem.settle();
    await bring(passedOn, other);
    assert.deepEqual(await nameOn(other, born.chainId, address), ["Before", "BEF", 18n, 0n]);
    await bring(after, other);
    await bring(passedOn, other);
    assert.deepEqual((await nameOn(other, born.chainId, address)).slice(0, 3), ["After", "AFT", 8n]);
  });

  test("attack: a deposit from L1 before it is initialised there says nothing that stands", async () => {
    const origin: Hex = "0x00000000000000000000000000000000001a7e00";
    const recipient = other.users[1]!.address;
    const described = (name: string, symbol: string, decimals: number): Hex => {
      const values = [name, symbol].map((text) => coder.encode(["string"], [text]));
      const texts = [L1_CHAIN_ID, ...values, coder.encode(["uint256"], [decimals])];
      return `0x01${coder.encode(["uint256", "bytes", "bytes", "bytes"], texts).slice(2)}`;
    };
    await other.deposit(recipient, origin, 1n, described("", "", 0));
    assert.deepEqual(await nameOn(other, L1_CHAIN_ID, origin), ["", "", 0n, 0n]);
    await other.deposit(recipient, origin, 1n, described("Late", "LATE", 6));
    assert.deepEqual(await nameOn(other, L1_CHAIN_ID, origin), ["Late", "LATE", 6n, 1n]);
    await other.deposit(recipient, origin, 1n, described("", "", 0));
    await other.deposit(recipient, origin, 1n, described("Other", "OTH", 7));
    assert.deepEqual(await nameOn(other, L1_CHAIN_ID, origin), ["Late", "LATE", 6n, 1n]);
  });
});
