import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { id, keccak256, Signature, toBeHex, Transaction, TypedDataEncoder, ZeroHash, type JsonRpcProvider } from "ethers";
import type { HardhatEthersProvider } from "@nomicfoundation/hardhat-ethers/types";
import { createPublicClient, http, parseAbi } from "viem";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { viemChain } from "../../src/ecosystem/client/ecosystem/viem-chain.ts";
import { MULTICALL3_CODE } from "../../src/chain/predeploys/multicall3-code.ts";
import { PERMIT2_CODE } from "../../src/chain/predeploys/permit2-code.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { startLocalL1 } from "../support/l1.ts";
import { PATIENT } from "../support/patient.ts";

/** Addresses as the projects publish them. */
const CREATE2_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
const SAFE_FACTORY = "0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7";
const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";
const PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
/** Deploys 30,000 zeros: PUSH2 PUSH0 RETURN. */
const LARGE_INIT_CODE = "0x6175305ff3";
const GWEI = 10n ** 9n;
/** Deployment transactions that no key signed: of Arachnid's proxy, and of Multicall3. Each signature makes an account. */
const DEPLOYER_INIT_CODE =
  "0x604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";
const KEYLESS = {
  deployer: {
    from: "0x3fAB184622Dc19b6109349B94811493BF2a45362",
    gasLimit: 100_000n,
    data: DEPLOYER_INIT_CODE,
    signature: Signature.from({ r: `0x${"22".repeat(32)}`, s: `0x${"22".repeat(32)}`, v: 27 }),
  },
  multicall3: {
    from: "0x05f32B3cC3888453ff71B01135B34FF8e41263F2",
    gasLimit: 1_000_000n,
    data: `0x608060405234801561001057600080fd5b50610ee0806100206000396000f3fe${MULTICALL3_CODE}`,
    signature: Signature.from({
      r: "0xedce47092c0f398cebf3ffc267f05c8e7076e3b89445e0fe50f6332273d4569b",
      s: "0x1b0b9d000e19b24c5869b0fc3b22b0d6fa47cd63316875cbbd577d76e6fde086",
      v: 28,
    }),
  },
} as const;
const PERMIT2_SALT = "0x0000000000000000000000000000000000000000d3af2663da51c10215000000";
/** Permit2's constructor, in front of its runtime code. */
const PERMIT2_CONSTRUCTOR =
  "60c0346100bb574660a052602081017f8cad95687ba82c2ce50e74f7b754645e5117c3a5bec8151c0726d5857980a86681527f9ac997416e8ff9d2ff6bebeb7149f65cdae5e32e2b90440b566bb3044041d36a" +
  "60408301524660608301523060808301526080825260a082019180831060018060401b038411176100a557826040525190206080526123c090816100c1823960805181611b47015260a05181611b210152" +
  "f35b634e487b7160e01b600052604160045260246000fd5b600080fdfe";

/** Permit2's code on chain 271 with zeros for the two words that name the chain: its id, and the domain's hash. */
function withoutChain(code: string): string {
  const domain = TypedDataEncoder.hashDomain({ name: "Permit2", chainId: 271, verifyingContract: PERMIT2 });
  const words = [toBeHex(271, 32), domain].map((word) => `7f${word.slice(2)}`);
  assert.deepEqual(
    words.map((word) => code.split(word).length),
    [2, 2],
  );
  return words.reduce((left, word) => left.replace(word, `7f${"0".repeat(64)}`), code);
}

async function sendKeyless(
  client: JsonRpcProvider | HardhatEthersProvider,
  { from, gasLimit, data, signature }: (typeof KEYLESS)[keyof typeof KEYLESS],
): Promise<void> {
  const transaction = Transaction.from({ type: 0, nonce: 0, gasPrice: 100n * GWEI, gasLimit, value: 0n, data, to: null });
  transaction.signature = signature;
  // A byte of the code that was another would make another account.
  assert.equal(transaction.from, from);
  await client.send("hardhat_setBalance", [from, `0x${ETHER.toString(16)}`]);
  const hash = (await client.send("eth_sendRawTransaction", [transaction.serialized])) as string;
  const receipt = await client.getTransactionReceipt(hash);
  assert.deepEqual([receipt?.status, hash], [1, transaction.hash]);
}

describe("A10: the public's singletons", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n, quorum: { members: 1, threshold: 1 } }], {
      singletons: true,
      allowUnlimitedContractSize: true,
    });
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("exist from the start as their public transactions, which need no replay protection, deploy them", async () => {
    // Hardhat's network, which has none.
    const bare = await startLocalL1({ chainId: 271 });
    const { provider: own } = bare.ethers;
    try {
      assert.equal(await own.getCode(CREATE2_DEPLOYER), "0x");
      await sendKeyless(own, KEYLESS.deployer);
      await sendKeyless(own, KEYLESS.multicall3);
      const permit2 = { to: CREATE2_DEPLOYER, data: `${PERMIT2_SALT}${PERMIT2_CONSTRUCTOR}${PERMIT2_CODE}` };
      await (await devnet.accounts.wallet(ALICE).connect(own).sendTransaction(permit2)).wait();
      for (const address of [CREATE2_DEPLOYER, MULTICALL3, PERMIT2]) {
        const deployed = await own.getCode(address);
        assert.notEqual(deployed, "0x", address);
        // All chains have one genesis, so Permit2 computes its domain at each call there.
        const expected = address === PERMIT2 ? withoutChain(deployed) : deployed;
        assert.equal(await client.getCode(address), expected, address);
        assert.equal(await client.getTransactionCount(address), 1);
      }
      assert.equal(await client.getCode(SAFE_FACTORY), await own.getCode(CREATE2_DEPLOYER));
      // The L1 that is started has them as its own public transactions would leave them there.
      const { provider } = devnet.l1;
      for (const address of [CREATE2_DEPLOYER, SAFE_FACTORY, MULTICALL3])
        assert.equal(await provider.getCode(address), await client.getCode(address), address);
      const separator = await provider.call({ to: PERMIT2, data: id("DOMAIN_SEPARATOR()").slice(0, 10) });
      const domain = { name: "Permit2", chainId: devnet.l1.chainId, verifyingContract: PERMIT2 };
      assert.equal(separator, TypedDataEncoder.hashDomain(domain));
      assert.equal(await provider.getTransactionCount(PERMIT2), 1);
    } finally {
      await bare.close();
    }
  });

  test("work, by the chain definition that viem takes", async () => {
    const info = devnet.info();
    const chain = viemChain(info.chains[0]!, info);
    assert.deepEqual([chain.id, chain.name, chain.nativeCurrency.symbol], [271, "chain-271", "ETH"]);
    const reader = createPublicClient({ chain: chain as never, transport: http(undefined, PATIENT) });
    const address = devnet.accounts.wallet(ALICE).address as Hex;
    const abi = parseAbi([
      "function getEthBalance(address) view returns (uint256)",
      "function DOMAIN_SEPARATOR() view returns (bytes32)",
    ]);
    const [balance, separator] = await reader.multicall({
      allowFailure: false,
      contracts: [
        { address: MULTICALL3, abi, functionName: "getEthBalance", args: [address] },
        { address: PERMIT2, abi, functionName: "DOMAIN_SEPARATOR" },
      ],
    });
    assert.equal(balance, await reader.getBalance({ address }));
    assert.equal(separator, TypedDataEncoder.hashDomain({ name: "Permit2", chainId: 271, verifyingContract: PERMIT2 }));
    // Safe's factory: a contract of one byte, at the address that EIP-1014 gives.
    const initCode = "0x60015f5360015ff3";
    const created = `0x${keccak256(`0xff${SAFE_FACTORY.slice(2)}${ZeroHash.slice(2)}${keccak256(initCode).slice(2)}`).slice(-40)}`;
    await (
      await devnet.accounts
        .wallet(ALICE)
        .connect(client)
        .sendTransaction({ to: SAFE_FACTORY, data: `${ZeroHash}${initCode.slice(2)}` })
    ).wait();
    assert.equal(await client.getCode(created), "0x01");
  });

  test("A13: code above Ethereum's limit is deployed where the options allow it", async () => {
    const [info] = devnet.info().chains;
    assert.equal(info?.allowUnlimitedContractSize, true);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const receipt = await (await alice.sendTransaction({ data: LARGE_INIT_CODE })).wait();
    assert.equal((await client.getCode(receipt!.contractAddress!)).length, 2 + 2 * 30_000);
  });

  test("settle with the first batch, which a validator executes again and L1 verifies", async () => {
    assert.equal((await settleNow(devnet.chains[0]!)).batch.outputs.batchNumber, 0n);
  });
});
