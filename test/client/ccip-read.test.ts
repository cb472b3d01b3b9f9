import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, id, Interface, JsonRpcProvider } from "ethers";
import { createPublicClient, http, type PublicClient } from "viem";
import { crossChainViewsAbi } from "../../src/ground/abi/cross-chain-views.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const ALICE = 1;
const STRANGER: Hex = "0x00000000000000000000000000000000000a11ce";
const token = new Interface(["function transfer(address,uint256) returns (bool)"]);
const messenger = new Interface(["function sendToL1(bytes) returns (bytes32)"]);
const views = new Interface(crossChainViewsAbi);
const gateway = new Interface(["function viewSlot(uint256,address,uint256,uint64)"]);

/** Slot of an account's balance: mapping `balanceOf` is the token's first variable. */
const balanceSlot = (account: string): bigint => BigInt(keccak(fromHex(wordToHex(BigInt(account)), 32), new Uint8Array(32)));

describe("C5, ERC-3668: clients read a slot of another chain by the gateway of the chain that they ask", () => {
  let ecosystem: ClientEcosystem;
  let url: string;
  let ethers: JsonRpcProvider;
  let viem: PublicClient;
  let contract: Hex;
  let alice: string;

  before(async () => {
    ecosystem = await startClientEcosystem();
    url = ecosystem.info.chains.find(({ name }) => name === "b")!.url;
    ethers = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
    viem = createPublicClient({ transport: http(url) });
    alice = ecosystem.on("a", ALICE).address;
    contract = await deploy(ecosystem.on("a", ALICE), "PlainToken", [alice], 100n);
    await ecosystem.moveOn();
  });
  after(async () => {
    ethers.destroy();
    await ecosystem.close();
  });

  const byPath = (): string[] => [`${url}/views/{sender}/{data}`];
  const byBody = (): string[] => [`${url}/views`];
  const question = (account: string, gateways: string[], notBefore = 0n) =>
    [271n, contract, balanceSlot(account), notBefore, gateways] as const;
  async function byEthers(...asked: Parameters<typeof question>): Promise<bigint> {
    const data = views.encodeFunctionData("read", question(...asked));
    const answer = await ethers.call({ to: PREDEPLOYS.CrossChainViews, data, enableCcipRead: true });
    const [{ value }] = views.decodeFunctionResult("read", answer) as unknown as [{ readonly value: bigint }];
    return value;
  }
  async function byContract(...asked: Parameters<typeof question>): Promise<bigint> {
    const read = new Contract(PREDEPLOYS.CrossChainViews, crossChainViewsAbi, ethers).getFunction("read");
    return ((await read(...question(...asked), { enableCcipRead: true })) as { readonly value: bigint }).value;
  }
  async function byViem(...asked: Parameters<typeof question>): Promise<bigint> {
    const read = { address: PREDEPLOYS.CrossChainViews, abi: crossChainViewsAbi, functionName: "read" } as const;
    const { value } = await viem.readContract({ ...read, args: question(...asked) });
    return value;
  }

  test("ethers and viem, by GET and POST: written, never written, and empty again", async () => {
    for (const gateways of [byPath(), byBody()])
      for (const client of [byEthers, byContract, byViem]) {
        assert.equal(await client(alice, gateways), 100n);
        assert.equal(await client(STRANGER, gateways), 0n);
      }

    const sender = ecosystem.on("a", ALICE);
    const data = token.encodeFunctionData("transfer", [STRANGER, 100n]);
    await (await sender.sendTransaction({ to: contract, data })).wait();
    // A chain imports roots of batches that said something.
    const word = messenger.encodeFunctionData("sendToL1", ["0x11"]);
    await (await sender.sendTransaction({ to: PREDEPLOYS.L1Messenger, data: word })).wait();
    await ecosystem.moveOn();
    for (const client of [byEthers, byViem]) {
      assert.equal(await client(alice, byPath()), 0n);
      assert.equal(await client(STRANGER, byPath()), 100n);
    }
  });

  test("reports the reason of a missing answer, and detects a gateway that answers with another slot", async () => {
    const future = 10n ** 12n;
    await assert.rejects(
      byEthers(alice, byPath(), future),
      /newest batch of chain 271 that chain 272 can see was executed at \d+/,
    );
    // viem reads no reason in JSON, only the status.
    await assert.rejects(byViem(alice, byBody(), future), /Status: 422/);
    const another = gateway.encodeFunctionData("viewSlot", [271n, contract, balanceSlot(STRANGER), 0n]);
    const mismatch = id("StateRootMismatch(bytes32,bytes32)").slice(0, 10);
    await assert.rejects(byEthers(alice, [`${url}/views/{sender}/${another}#{data}`]), new RegExp(mismatch));
  });

  test("names an unknown chain in the error", async () => {
    const data = gateway.encodeFunctionData("viewSlot", [999n, contract, 0n, 0n]);
    const answer = await fetch(`${url}/views/${PREDEPLOYS.CrossChainViews}/${data}`);
    const { error } = (await answer.json()) as { readonly error: { readonly code: string } };
    assert.deepEqual([answer.status, error.code], [400, "UnknownChain"]);
  });
});
