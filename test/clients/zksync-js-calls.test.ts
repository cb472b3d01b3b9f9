import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AbiCoder, Contract, id, JsonRpcProvider, Wallet, type TransactionReceipt } from "ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ETHER } from "../flow/support/devnet.ts";
import { CHAIN_ID, startClientBench, TOKENS, type ClientBench } from "./support/bench.ts";

/**
 * zksync-js cannot always be installed. This test makes the calls of its version 0.0.19 over ethers, in its order and with
 * its ABIs, recorded from its traffic and its public sources.
 */
const HUB = [
  "function assetRouter() view returns (address)",
  "function baseToken(uint256) view returns (address)",
  "function l2TransactionBaseCost(uint256,uint256,uint256,uint256) view returns (uint256)",
  "function requestL2TransactionDirect((uint256 chainId,uint256 mintValue,address l2Contract,uint256 l2Value,bytes l2Calldata,uint256 l2GasLimit,uint256 l2GasPerPubdataByteLimit,bytes[] factoryDeps,address refundRecipient)) payable returns (bytes32)",
  "function requestL2TransactionTwoBridges((uint256 chainId,uint256 mintValue,uint256 l2Value,uint256 l2GasLimit,uint256 l2GasPerPubdataByteLimit,address refundRecipient,address secondBridgeAddress,uint256 secondBridgeValue,bytes secondBridgeCalldata)) payable returns (bytes32)",
];
const ROUTER = [
  "function L1_NULLIFIER() view returns (address)",
  "function getDepositCalldata(address,bytes32,bytes) view returns (bytes)",
];
const NULLIFIER = [
  "function l1NativeTokenVault() view returns (address)",
  "function isWithdrawalFinalized(uint256,uint256,uint256) view returns (bool)",
  "function finalizeDeposit((uint256 chainId,uint256 l2BatchNumber,uint256 l2MessageIndex,address l2Sender,uint16 l2TxNumberInBatch,bytes message,bytes32[] merkleProof))",
];
const VAULT_L1 = [
  "function assetId(address) view returns (bytes32)",
  "function tokenAddress(bytes32) view returns (address)",
  "function originChainId(bytes32) view returns (uint256)",
  "function WETH_TOKEN() view returns (address)",
  "function getERC20Getters(address,uint256) view returns (bytes)",
];
const VAULT_L2 = [
  "function l2TokenAddress(address) view returns (address)",
  "function originChainId(bytes32) view returns (uint256)",
  "function WETH_TOKEN() view returns (address)",
  "function L1_CHAIN_ID() view returns (uint256)",
  "function BASE_TOKEN_ASSET_ID() view returns (bytes32)",
  "function ensureTokenIsRegistered(address) returns (bytes32)",
];
const ROUTER_L2 = [
  "function l1TokenAddress(address) view returns (address)",
  "function withdraw(bytes32,bytes) returns (bytes32)",
];
const BASE_TOKEN_L2 = ["function withdraw(address) payable"];
const ERC20 = [
  "function allowance(address,address) view returns (uint256)",
  "function approve(address,uint256) returns (bool)",
  "function balanceOf(address) view returns (uint256)",
];

const ETH_FORMAL = "0x0000000000000000000000000000000000000001";
const L1_MESSENGER = "0x0000000000000000000000000000000000008008";
const GAS_PER_PUBDATA = 800n;
const abi = AbiCoder.defaultAbiCoder();

/** L2 gas of a deposit by zksync-js: the floor of Era's validator for an operation of `encodedBytes` bytes, and 40% on top. */
function gasLimitFor(encodedBytes: bigint): bigint {
  const body = 167_157n + (encodedBytes * 11_656n + 543n) / 544n;
  const floor = (body > 173_484n ? body : 173_484n) + 88n * GAS_PER_PUBDATA;
  const overhead = 10n * encodedBytes > 10_000n ? 10n * encodedBytes : 10_000n;
  return ((floor + overhead) * 140n) / 100n;
}

interface Proof {
  readonly id: number;
  readonly batchNumber: number;
  readonly batch_number: number;
  readonly proof: readonly Hex[];
}

interface RawReceipt {
  readonly to: string;
  readonly transactionIndex: Hex;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
  readonly l2ToL1Logs: readonly { readonly sender: string }[];
}

describe("B2: the calls of zksync-js", () => {
  let bench: ClientBench;
  let l1: JsonRpcProvider;
  let l2: JsonRpcProvider;
  let signerL1: Wallet;
  let signerL2: Wallet;
  let hub: Contract;
  let routerL1: Contract;
  let nullifier: Contract;
  let vaultL1: Contract;
  let token: Hex;
  let bridged: string;
  const withdrawals: string[] = [];

  before(async () => {
    bench = await startClientBench();
    l1 = new JsonRpcProvider(bench.devnet.l1.url, undefined, { cacheTimeout: -1 });
    l2 = new JsonRpcProvider(bench.chain.url, undefined, { cacheTimeout: -1 });
    for (const provider of [l1, l2]) provider.pollingInterval = 20;
    signerL1 = new Wallet(bench.privateKey, l1);
    signerL2 = new Wallet(bench.privateKey, l2);
    token = await bench.makeToken();
  });
  after(async () => {
    l1.destroy();
    l2.destroy();
    await bench.devnet.close();
    assert.deepEqual(bench.devnet.faults, []);
  });

  /** A deposit's transaction on L1, with gas and fees as the client sets them, and the operation's receipt on L2. */
  async function deposit(method: string, request: readonly unknown[], value: bigint): Promise<TransactionReceipt> {
    const tx = { to: hub.target, data: hub.interface.encodeFunctionData(method, [request]), value, from: signerL1.address };
    const gasLimit = ((await l1.estimateGas(tx)) * 120n) / 100n;
    const nonce = await l1.getTransactionCount(signerL1.address, "latest");
    const receipt = await (await signerL1.sendTransaction({ ...tx, gasLimit, nonce })).wait();
    const queued = receipt!.logs.find(({ topics }) => topics[0] === id("NewPriorityRequestId(uint256,bytes32)"));
    await bench.takeFromL1();
    return (await l2.waitForTransaction(queued!.topics[2]!))!;
  }

  /** Requests of the client about any token before it uses it. */
  async function resolve(l1Token: string): Promise<{ readonly assetId: string; readonly l2: string }> {
    const vaultL2 = new Contract("0x0000000000000000000000000000000000010004", VAULT_L2, l2);
    const [l2Token, assetId] = await Promise.all([vaultL2["l2TokenAddress"]!(l1Token), vaultL1["assetId"]!(l1Token)]);
    for (const vault of [vaultL1, vaultL2]) await vault["WETH_TOKEN"]!();
    await Promise.all([vaultL2["originChainId"]!(assetId), vaultL2["L1_CHAIN_ID"]!(), vaultL2["BASE_TOKEN_ASSET_ID"]!()]);
    return { assetId, l2: l2Token };
  }

  it("B2: find the ecosystem", async () => {
    hub = new Contract((await l2.send("zks_getBridgehubContract", [])) as string, HUB, l1);
    routerL1 = new Contract(await hub["assetRouter"]!(), ROUTER, l1);
    nullifier = new Contract(await routerL1["L1_NULLIFIER"]!(), NULLIFIER, signerL1);
    vaultL1 = new Contract(await nullifier["l1NativeTokenVault"]!(), VAULT_L1, l1);
    assert.equal(await hub["baseToken"]!(CHAIN_ID), ETH_FORMAL);
    assert.equal(String(routerL1.target).toLowerCase(), bench.devnet.ecosystem.addresses.bridge);
    const { assetId } = await resolve(ETH_FORMAL);
    assert.equal(await vaultL1["tokenAddress"]!(assetId), ETH_FORMAL);
  });

  it("B2: deposit ETH", async () => {
    const before = await l2.getBalance(signerL2.address);
    const gasLimit = gasLimitFor(19n * 32n);
    const { maxFeePerGas } = await l1.getFeeData();
    const mintValue =
      ((await hub["l2TransactionBaseCost"]!(CHAIN_ID, maxFeePerGas, gasLimit, GAS_PER_PUBDATA)) as bigint) + ETHER;
    const request = [CHAIN_ID, mintValue, signerL2.address, ETHER, "0x", gasLimit, GAS_PER_PUBDATA, [], signerL2.address];
    const receipt = await deposit("requestL2TransactionDirect", request, mintValue);
    assert.equal(receipt.status, 1);
    assert.ok((await l2.getBalance(signerL2.address)) >= before + ETHER);
  });

  it("B2: deposit a token, in the encoding without a first byte", async () => {
    const { assetId, l2: l2Token } = await resolve(token);
    assert.equal(await vaultL1["originChainId"]!(assetId), 0n);
    const metadata = (await vaultL1["getERC20Getters"]!(token, bench.devnet.l1.chainId)) as string;
    const transfer = abi.encode(
      ["address", "address", "address", "uint256", "bytes"],
      [signerL1.address, signerL2.address, token, 100n, metadata],
    );
    const calldata = (await routerL1["getDepositCalldata"]!(signerL1.address, assetId, transfer)) as string;
    const gasLimit = gasLimitFor(19n * 32n + BigInt(calldata.length - 2) / 2n);
    const baseCost = (await hub["l2TransactionBaseCost"]!(CHAIN_ID, 1n, gasLimit, GAS_PER_PUBDATA)) as bigint;
    const erc20 = new Contract(token, ERC20, signerL1);
    assert.equal(await erc20["allowance"]!(signerL1.address, routerL1.target), 0n);
    await (await erc20["approve"]!(routerL1.target, 100n)).wait();
    const second = abi.encode(["address", "uint256", "address"], [token, 100n, signerL2.address]);
    const request = [CHAIN_ID, baseCost, 0n, gasLimit, GAS_PER_PUBDATA, signerL2.address, routerL1.target, 0n, second];
    const receipt = await deposit("requestL2TransactionTwoBridges", request, baseCost);
    assert.equal(receipt.status, 1);
    bridged = l2Token;
    assert.equal(await new Contract(bridged, ERC20, l2)["balanceOf"]!(signerL2.address), 100n);
  });

  it("B2: withdraw ETH and the token", async () => {
    // What the client makes of a base fee of 0: type 2, whose fee goes nowhere. The chain must take it.
    const { gasPrice } = await l2.getFeeData();
    const fees = { type: 2, maxFeePerGas: gasPrice, maxPriorityFeePerGas: 0n };
    const base = new Contract("0x000000000000000000000000000000000000800A", BASE_TOKEN_L2, signerL2);
    withdrawals.push((await (await base["withdraw"]!(signerL2.address, { value: ETHER / 2n, ...fees })).wait()).hash);

    const erc20 = new Contract(bridged, ERC20, signerL2);
    const vaultAddress = "0x0000000000000000000000000000000000010004";
    if ((await erc20["allowance"]!(signerL2.address, vaultAddress)) < 40n)
      await (await erc20["approve"]!(vaultAddress, 40n, { ...fees })).wait();
    const vault = new Contract(vaultAddress, VAULT_L2, signerL2);
    const assetId = (await vault["ensureTokenIsRegistered"]!.staticCall(bridged)) as string;
    const router = new Contract("0x0000000000000000000000000000000000010003", ROUTER_L2, signerL2);
    assert.equal(String(await router["l1TokenAddress"]!(bridged)).toLowerCase(), token.toLowerCase());
    const assetData = abi.encode(["uint256", "address", "address"], [40n, signerL2.address, bridged]);
    withdrawals.push((await (await router["withdraw"]!(assetId, assetData, { ...fees })).wait()).hash);
    // Not ready: the client reads null as "try again later".
    for (const hash of withdrawals) assert.equal(await l2.send("zks_getL2ToL1LogProof", [hash, 0]), null);
  });

  it("B2: finalise both withdrawals", async () => {
    await bench.settle();
    const etherBefore = await l1.getBalance(signerL1.address);
    let fees = 0n;
    for (const hash of withdrawals) {
      const receipt = (await l2.send("eth_getTransactionReceipt", [hash])) as RawReceipt;
      const sent = receipt.logs.find(
        ({ address, topics }) => address === L1_MESSENGER && topics[0] === id("L1MessageSent(address,bytes32,bytes)"),
      );
      const position = receipt.l2ToL1Logs.findIndex(({ sender }) => sender.toLowerCase() === L1_MESSENGER);
      const proof = (await l2.send("zks_getL2ToL1LogProof", [hash, position])) as Proof;
      assert.equal(proof.batch_number, proof.batchNumber);
      const parameters = {
        chainId: (await l2.getNetwork()).chainId,
        l2BatchNumber: proof.batchNumber,
        l2MessageIndex: proof.id,
        l2Sender: receipt.to,
        l2TxNumberInBatch: Number(receipt.transactionIndex),
        message: abi.decode(["bytes"], sent!.data)[0] as string,
        merkleProof: proof.proof,
      };
      const key = [parameters.chainId, proof.batchNumber, proof.id];
      assert.equal(await nullifier["isWithdrawalFinalized"]!(...key), false);
      await nullifier["finalizeDeposit"]!.staticCall(parameters);
      fees += (await (await nullifier["finalizeDeposit"]!(parameters)).wait()).fee as bigint;
      assert.equal(await nullifier["isWithdrawalFinalized"]!(...key), true);
      await assert.rejects(nullifier["finalizeDeposit"]!.staticCall(parameters));
    }
    assert.equal(await l1.getBalance(signerL1.address), etherBefore + ETHER / 2n - fees);
    assert.equal(await bench.balanceOnL1(token), TOKENS - 60n);
  });

  it("B2: stop waiting on a chain that mines on demand once there is a receipt", async () => {
    const sent = await signerL2.sendTransaction({ to: signerL2.address, value: 1n });
    assert.equal((await l2.waitForTransaction(sent.hash, 1))?.status, 1);
  });
});
