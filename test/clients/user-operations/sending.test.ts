import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { createPublicClient, defineChain, http } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createBundlerClient, toSimple7702SmartAccount } from "viem/account-abstraction";
import { signAuthorization } from "viem/actions";
import { toSimpleAccount } from "../../../fixtures/sponsored-call/simple-account.ts";
import { ENTRY_POINTS } from "../../../src/chain/model/entry-points.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "../../flow/support/devnet.ts";
import { PATIENT } from "../../support/patient.ts";
import { deploy, deployEntryPoint, packageContract, type Version } from "./support/entry-points.ts";

const CHAIN_ID = 271n;
const ADDRESS: Hex = `0x${"11".repeat(20)}`;

/** viem's clients with nothing but what its documentation tells to configure. */
function connect(url: string) {
  const chain = defineChain({
    id: Number(CHAIN_ID),
    name: "Hyperchain",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  });
  const client = createPublicClient({ chain, transport: http(url, PATIENT), pollingInterval: 20, cacheTime: 0 });
  return { client, bundler: createBundlerClient({ client, chain, transport: http(url, PATIENT), pollingInterval: 20 }) };
}

describe("B6: viem's bundler client on a served chain", () => {
  let devnet: FlowDevnet;
  let provider: JsonRpcProvider;
  let clients: ReturnType<typeof connect>;

  before(async () => {
    devnet = await startFlowDevnet([CHAIN_ID], { proofs: "none", singletons: true });
    const [chain] = devnet.chains;
    assert.ok(chain !== undefined);
    provider = clientOf(chain);
    clients = connect(chain.url);
  });
  after(async () => {
    provider.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  it("supports no EntryPoint where none is deployed, and says how to deploy one", async () => {
    assert.deepEqual(await clients.bundler.getSupportedEntryPoints(), []);
    const operation = { sender: ADDRESS, nonce: "0x0", callData: "0x", signature: "0x" };
    await assert.rejects(provider.send("eth_estimateUserOperationGas", [operation, ENTRY_POINTS["0.8"]]), /docs\/clients\.md/);
  });

  for (const version of ["0.7", "0.8"] as const) {
    it(`EntryPoint ${version}: an account is created and pays for a transfer, with estimated limits`, async () => {
      const { bundler, client } = clients;
      const signer = devnet.accounts.wallet(ALICE).connect(provider);
      const entryPoint = await deployEntryPoint(version, signer);
      assert.ok((await bundler.getSupportedEntryPoints()).includes(entryPoint));
      const account = await simpleAccount(version, entryPoint);
      await (await signer.sendTransaction({ to: account.address, value: ETHER })).wait();

      const { address: to } = privateKeyToAccount(generatePrivateKey());
      const hash = await bundler.sendUserOperation({ account, calls: [{ to, value: 5n }] });
      // Blocks are instant, so it is in one when the client has its answer.
      const receipt = await bundler.getUserOperationReceipt({ hash });
      assert.equal(receipt.success, true);
      assert.equal(receipt.sender, account.address);
      assert.equal(receipt.entryPoint, entryPoint);
      assert.equal(receipt.receipt.status, "success");
      assert.equal(await client.getBalance({ address: to }), 5n);
      assert.equal(
        await client.getBalance({ address: account.address }),
        ETHER - 5n - (await locked(account, entryPoint)) - receipt.actualGasCost,
      );
      assert.ok(
        receipt.actualGasUsed >= receipt.receipt.gasUsed,
        `${receipt.actualGasUsed} paid, ${receipt.receipt.gasUsed} used`,
      );

      const found = await bundler.getUserOperation({ hash });
      assert.equal(found.transactionHash, receipt.receipt.transactionHash);
      assert.equal(found.userOperation.sender, account.address);

      const again = await bundler.sendUserOperation({ account, calls: [{ to, value: 7n }] });
      assert.equal((await bundler.waitForUserOperationReceipt({ hash: again })).success, true);
      assert.equal(await client.getBalance({ address: to }), 12n);

      // A call that reverts has no estimate; with limits of the client's own it is in a block, and pays.
      const reverting = { account, calls: [{ to: entryPoint, data: "0xdeadbeef" }] } as const;
      await assert.rejects(bundler.estimateUserOperationGas(reverting), (error: Error) => /-32521|reverted/.test(error.message));
      const limits = { callGasLimit: 100_000n, verificationGasLimit: 200_000n, preVerificationGas: 100_000n };
      const failed = await bundler.sendUserOperation({ ...reverting, ...limits });
      const { success, actualGasCost } = await bundler.getUserOperationReceipt({ hash: failed });
      assert.deepEqual([success, actualGasCost > 0n], [false, true]);
    });

    it(`EntryPoint ${version}: a wrong signature is refused as one`, async () => {
      const { bundler, client } = clients;
      const signer = devnet.accounts.wallet(ALICE).connect(provider);
      const entryPoint = ENTRY_POINTS[version];
      const account = await simpleAccount(version, entryPoint as Hex);
      await (await signer.sendTransaction({ to: account.address, value: ETHER })).wait();
      const operation = await bundler.prepareUserOperation({ account, calls: [{ to: ADDRESS, value: 1n }] });
      const signature = await account.getStubSignature();
      await assert.rejects(bundler.sendUserOperation({ ...operation, account, signature }), /AA24/);
      assert.equal(await client.getCode({ address: account.address }), undefined);
    });
  }

  it("EIP-7702: an account with a key delegates to viem's smart account in its first operation, which makes two calls", async () => {
    const { bundler, client } = clients;
    const signer = devnet.accounts.wallet(ALICE).connect(provider);
    const implementation = await deploy(packageContract("0.8", "Simple7702Account"), signer);
    const owner = privateKeyToAccount(generatePrivateKey());
    const account = await toSimple7702SmartAccount({ client, owner, implementation });
    await (await signer.sendTransaction({ to: owner.address, value: ETHER })).wait();
    const { address: to } = privateKeyToAccount(generatePrivateKey());
    const calls = [
      { to, value: 2n },
      { to, value: 3n },
    ];
    const authorization = await signAuthorization(client, account.authorization);
    const delegating = await bundler.sendUserOperation({ account, calls, authorization });
    const { success, sender } = await bundler.getUserOperationReceipt({ hash: delegating });
    assert.deepEqual([success, sender], [true, owner.address]);
    const again = await bundler.sendUserOperation({ account, calls });
    assert.equal((await bundler.getUserOperationReceipt({ hash: again })).success, true);
    assert.equal(await client.getBalance({ address: to }), 10n);
    // EIP-7702's designator.
    assert.equal(await client.getCode({ address: owner.address }), `0xef0100${implementation.slice(2).toLowerCase()}`);
  });

  it("batches with user operations settle", async () => {
    const [chain] = devnet.chains;
    assert.ok(chain !== undefined);
    await settleNow(chain);
  });

  async function simpleAccount(version: Version, entryPoint: Hex) {
    const signer = devnet.accounts.wallet(ALICE).connect(provider);
    const factory = await deploy(packageContract(version, "SimpleAccountFactory"), signer, entryPoint);
    const owner = privateKeyToAccount(generatePrivateKey());
    return toSimpleAccount({ client: clients.client, owner, factory, entryPoint: { address: entryPoint, version } });
  }

  /** Rest of the account's advance payment in the EntryPoint. */
  async function locked({ address }: { readonly address: Hex }, entryPoint: Hex): Promise<bigint> {
    const abi = [
      {
        type: "function",
        name: "balanceOf",
        stateMutability: "view",
        inputs: [{ type: "address" }],
        outputs: [{ type: "uint256" }],
      },
    ] as const;
    return clients.client.readContract({ address: entryPoint, abi, functionName: "balanceOf", args: [address] });
  }
});
