import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory, Interface } from "ethers";
import type { JsonRpcProvider, TransactionReceipt } from "ethers";
import hre from "hardhat";
import { l2AssetRouterAbi } from "../../src/abi/l2-asset-router.ts";
import { l2BaseTokenAbi } from "../../src/abi/l2-base-token.ts";
import { l1MessengerAbi } from "../../src/abi/l1-messenger.ts";
import { predeployGenesis } from "../../src/chain/predeploys/genesis.ts";
import { lowerCaseAddress } from "../../src/devnet/accounts.ts";
import { depositToken, requestFromL1 } from "../../src/devnet/deposit.ts";
import { reconstruct } from "../../src/devnet/reconstruction/reconstruct.ts";
import type { ReconstructionOptions } from "../../src/devnet/reconstruction/reconstruct.ts";
import type { ReconstructionSummary } from "../../src/devnet/reconstruction/summary.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import { wordToHex } from "../../src/protocol/hex.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/protocol/predeploys.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet } from "./support/devnet.ts";
import type { FlowDevnet } from "./support/devnet.ts";
import { tokenWithdrawalOf } from "./support/interop.ts";

const CHAIN_ID = 271n;
const TOKENS = 1_000n;
const messenger = new Interface(l1MessengerAbi);
const baseToken = new Interface(l2BaseTokenAbi);
const router = new Interface(l2AssetRouterAbi);
const erc20 = new Interface([
  "function approve(address,uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function mint(address,uint256)",
]);

/** What the other process prints. */
interface RebuiltElsewhere {
  readonly summary: ReconstructionSummary;
  readonly reports: number;
  /** The transaction that it executed. */
  readonly raw: string;
  readonly workload: Hex;
  readonly status: number;
  readonly gasUsed: string;
  readonly blockNumber: number;
  readonly topics: readonly string[];
  readonly counter: string;
}

describe("A7: a rollup is rebuilt from L1 alone after a random workload", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let alice: Hex;
  let hyperchain: Hex;
  let token: Hex;
  let workload: Contract;
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = mulberry32(seed);
  const bigRandom = (): bigint => BigInt(Math.floor(random() * 2 ** 48));

  before(async () => {
    devnet = await startFlowDevnet([CHAIN_ID]);
    client = clientOf(devnet.chains[0]!);
    alice = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
    hyperchain = devnet.chains[0]!.pipeline.created.hyperchain;
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const signer = () => devnet.accounts.wallet(ALICE).connect(client);
  const onL1 = () => devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
  const send = async (request: { to: string; data?: string; value?: bigint }): Promise<TransactionReceipt> => {
    const receipt = await (await signer().sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  };
  const sendOnL1 = async (request: { to?: string; data: string }) => (await (await onL1().sendTransaction(request)).wait())!;
  const settle = () => settleNow(devnet.chains[0]!);
  const poll = () => devnet.chains[0]!.pipeline.pollL1();
  const genesis = () => predeployGenesis(async (name) => (await hre.artifacts.readArtifact(name)).deployedBytecode as Hex);

  const rebuildFrom = async (l1: ReconstructionOptions["l1"], options: Partial<ReconstructionOptions> = {}) =>
    reconstruct({ l1, hyperchain, genesis: await genesis(), ...options });

  async function work(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      const response = await workload.getFunction("work")(bigRandom(), 6n, { gasLimit: 8_000_000n, value: bigRandom() % 100n });
      // A failure is part of the workload: it must be repeated as well.
      await client.waitForTransaction(response.hash);
    }
    await send({ to: `0x${bigRandom().toString(16).padStart(40, "7")}`, value: 1n + (bigRandom() % 1_000n) });
  }

  test("a token is deposited, contracts are deployed and worked with, a batch is executed", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const { bytecode } = await hre.artifacts.readArtifact("TokenDouble");
    token = lowerCaseAddress((await sendOnL1({ data: bytecode })).contractAddress!);
    const { bridge, factory } = devnet.ecosystem.addresses;
    await sendOnL1({ to: token, data: erc20.encodeFunctionData("mint", [alice, TOKENS]) });
    await sendOnL1({ to: token, data: erc20.encodeFunctionData("approve", [bridge, TOKENS]) });
    await depositToken(factory, { chainId: CHAIN_ID, bridge, token, amount: TOKENS, recipient: alice }, onL1());
    await poll();
    const { abi, bytecode: code } = await hre.artifacts.readArtifact("Workload");
    for (let i = 0; i < 2; i++) {
      const deployed = await new ContractFactory(abi, code, signer()).deploy({ value: 1_000n });
      await deployed.waitForDeployment();
      workload = new Contract(await deployed.getAddress(), abi, signer());
    }
    await work();
    await settle();
  });

  test("messages, withdrawals and priority operations, one of which fails, are executed in further batches", async () => {
    await work();
    await send({ to: PREDEPLOYS.L1Messenger, data: messenger.encodeFunctionData("sendToL1", ["0x1234567890"]) });
    await send({ to: PREDEPLOYS.L2BaseToken, data: baseToken.encodeFunctionData("withdraw", [alice]), value: ETHER / 4n });
    await settle();
    const answer = await client.call({ to: PREDEPLOYS.L2AssetRouter, data: router.encodeFunctionData("l2TokenAddress", [token]) });
    const bridged = String(router.decodeFunctionResult("l2TokenAddress", answer)[0]);
    await send(tokenWithdrawalOf(bridged, 300n, alice));
    const { factory } = devnet.ecosystem.addresses;
    const to = lowerCaseAddress(await workload.getAddress());
    const refuse = workload.interface.encodeFunctionData("refuse", [5n]) as Hex;
    await requestFromL1(factory, { chainId: CHAIN_ID, to: alice, valueWei: 12_345n }, onL1());
    await requestFromL1(factory, { chainId: CHAIN_ID, to, valueWei: 7n, data: refuse }, onL1());
    await poll();
    await work();
    await settle();
  });

  test("another process, given the L1's URL and the contract's address, rebuilds the executed root and goes on", async (t) => {
    const script = fileURLToPath(new URL("./support/rebuild-process.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, devnet.l1.url, hyperchain], { encoding: "utf8" });
    const rebuilt = JSON.parse(stdout) as RebuiltElsewhere;
    t.diagnostic(JSON.stringify(rebuilt.summary));
    const { pipeline } = devnet.chains[0]!;
    assert.equal(rebuilt.summary.stateRoot, digestToHex(pipeline.chain.tree.root));
    assert.equal(rebuilt.summary.leaves, pipeline.chain.tree.leafCount);
    assert.equal(rebuilt.summary.isExecuted, true);
    assert.equal(rebuilt.summary.batches, 3);
    assert.ok(rebuilt.reports >= 3);

    // The chain that never stopped does the same with the same transaction.
    assert.equal(rebuilt.status, 1);
    assert.equal(rebuilt.blockNumber, rebuilt.summary.lastBlock + 2);
    const receipt = await (await client.broadcastTransaction(rebuilt.raw)).wait();
    assert.equal(receipt?.to?.toLowerCase(), rebuilt.workload);
    assert.equal(receipt.blockNumber, rebuilt.blockNumber);
    assert.equal(String(receipt.gasUsed), rebuilt.gasUsed);
    assert.deepEqual(receipt.logs.map(({ topics }) => topics[0]), rebuilt.topics);
    const counter = (await workload.attach(rebuilt.workload).getFunction("counter")()) as bigint;
    assert.equal(String(counter), rebuilt.counter);
  });

  test("the state is the chain's own: every account, slot and code", async () => {
    await settle();
    const { state } = await rebuildFrom(devnet.l1.provider);
    const accounts = state.accounts();
    assert.ok(accounts.length > 20, String(accounts.length));
    for (const { address, nonce = 0n, balanceWei = 0n, code = "0x", storage = [] } of accounts) {
      assert.equal(BigInt(await client.getTransactionCount(address)), nonce, address);
      assert.equal(await client.getBalance(address), balanceWei, address);
      assert.equal(await client.getCode(address), code, address);
      for (const { slot, value } of storage) assert.equal(await client.getStorage(address, slot), wordToHex(value), `${address} ${slot}`);
    }
  });
});

/** A small generator, so that a failing run can be repeated from its seed. */
function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
