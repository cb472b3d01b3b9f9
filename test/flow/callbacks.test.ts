import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, ContractFactory, getAddress, Interface } from "ethers";
import type { JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { lowerCaseAddress } from "../../src/devnet/accounts.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/protocol/predeploys.ts";
import type { Relayer } from "../../src/relayer/relayer.ts";
import { attribute, interoperable } from "../contracts/l2/support/bundles.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, UNPROVEN } from "./support/devnet.ts";
import type { FlowDevnet } from "./support/devnet.ts";
import { journeyStatus, moveOn, relayerOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const CALLBACK_REWARD = ETHER / 50n;
const callTarget = new Interface(["function double(uint256) payable returns (uint256)", "error Odd(uint256)"]);

describe("C4 a contract on A calls one on B and gets the result, and the revert, back", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let caller: Hex;
  let target: Hex;
  let callerAbi: Interface;

  before(async () => {
    devnet = await startFlowDevnet([A, B], UNPROVEN);
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    caller = await deploy("InteropCaller", clients[0]!, PREDEPLOYS.InteropCenter);
    target = await deploy("CallTarget", clients[1]!);
    callerAbi = new Interface((await hre.artifacts.readArtifact("InteropCaller")).abi);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  async function deploy(name: string, client: JsonRpcProvider, ...args: unknown[]): Promise<Hex> {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const contract = await new ContractFactory(abi, bytecode, devnet.accounts.wallet(ALICE).connect(client)).deploy(...args);
    return lowerCaseAddress(await contract.getAddress());
  }

  async function callFromContract(argument: bigint, value: bigint): Promise<void> {
    const call = {
      to: interoperable(B, target),
      data: callTarget.encodeFunctionData("double", [argument]),
      callAttributes: [attribute("interopCallValue", value), attribute("shadowAccount")],
    };
    const data = callerAbi.encodeFunctionData("send", [
      interoperable(B),
      [call],
      [attribute("callback", 300_000n, CALLBACK_REWARD)],
    ]);
    const alice = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await alice.sendTransaction({ to: caller, data, value: value + CALLBACK_REWARD })).wait();
  }

  async function resultOf(place: number) {
    const journey = relayer.journeys().filter(({ content }) => content.type === "result")[place];
    assert.ok(journey !== undefined);
    assert.equal(journey.refusal, undefined);
    const receipt = await clients[0]!.getTransactionReceipt(journey.steps.get("executed")!.transactionHash);
    const log = receipt!.logs.find(({ address }) => address.toLowerCase() === caller);
    return { journey, args: callerAbi.parseLog(log!)!.args, fee: receipt!.fee };
  }

  test("the return value comes back, and who brings it is paid", async () => {
    await callFromContract(21n * 2n, ETHER);
    await moveOn(devnet, relayer);
    assert.equal(await clients[1]!.getBalance(target), ETHER);
    const before = await clients[0]!.getBalance(devnet.accounts.wallet(RELAYER).address);
    await moveOn(devnet, relayer);
    const { args, fee } = await resultOf(0);
    assert.deepEqual([args["caller"], args["success"]], [getAddress(PREDEPLOYS.InteropHandler), true]);
    const [[returned]] = AbiCoder.defaultAbiCoder().decode(["bytes[]"], String(args["result"])) as unknown as [[string]];
    assert.equal(callTarget.decodeFunctionResult("double", returned)[0], 84n);
    assert.equal((await clients[0]!.getBalance(devnet.accounts.wallet(RELAYER).address)) - before, CALLBACK_REWARD - fee);
  });

  test("the revert comes back, and so does the value", async () => {
    await callFromContract(5n, ETHER);
    assert.equal(await clients[0]!.getBalance(caller), 0n);
    await moveOn(devnet, relayer);
    await moveOn(devnet, relayer);
    const { args } = await resultOf(1);
    assert.equal(args["success"], false);
    assert.equal(callTarget.parseError(String(args["result"]))?.args[0], 5n);
    assert.equal(await clients[0]!.getBalance(caller), ETHER);
    assert.equal(await clients[1]!.getBalance(target), ETHER);
  });

  test("everything settles, and every message was delivered once", async () => {
    await moveOn(devnet, relayer);
    assert.deepEqual(
      relayer
        .journeys()
        .map(({ content }) => content.type)
        .sort(),
      ["bundle", "bundle", "result", "result", "transfer"],
    );
    assert.deepEqual(new Set(relayer.journeys().map(journeyStatus)), new Set(["importSettled"]));
  });
});
