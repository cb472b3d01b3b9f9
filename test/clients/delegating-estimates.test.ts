import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import { createPublicClient, createWalletClient, custom, defineChain, encodeFunctionData, http, type Transport } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { testContract } from "../chain/support/artifact.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { PATIENT } from "../support/patient.ts";

const NOWHERE = "0x00000000000000000000000000000000000a11ce";

describe("A6: gas of transactions with an authorization list, which clients leave to the node", () => {
  let devnet: FlowDevnet;
  let target: Hex;
  before(async () => {
    devnet = await startFlowDevnet([271n], { proofs: "none" });
    const { abi, initCode } = await testContract("CallTarget");
    const { writer, reader } = clients(http(devnet.chains[0]!.url, PATIENT));
    const hash = await writer.deployContract({ abi: JSON.parse(abi.formatJson()) as [], bytecode: initCode as Hex });
    target = (await reader.waitForTransactionReceipt({ hash })).contractAddress!;
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  function clients(transport: Transport, key = devnet.accounts.wallet(ALICE).privateKey as Hex) {
    const { url } = devnet.chains[0]!;
    const chain = defineChain({
      id: 271,
      name: "alpha",
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    });
    return {
      writer: createWalletClient({ chain, transport, account: privateKeyToAccount(key) }),
      reader: createPublicClient({ chain, transport, pollingInterval: 10 }),
    };
  }

  const routes: readonly [string, () => Transport][] = [
    ["over HTTP", () => http(devnet.chains[0]!.url, PATIENT)],
    [
      "in this process",
      () =>
        custom({
          request: ({ method, params }: { method: string; params?: unknown[] }) =>
            devnet.chains[0]!.provider.request({ method, params: params ?? [] }),
        }),
    ],
  ];
  for (const [route, transport] of routes) {
    test(`${route}: viem sends one that runs the code it delegates to, with the estimated gas`, async () => {
      const abi = JSON.parse((await testContract("CallTarget")).abi.formatJson()) as [];
      const key = Wallet.createRandom().privateKey as Hex;
      const owner = clients(transport(), key).writer;
      const { writer, reader } = clients(transport());
      const authorization = await owner.signAuthorization({ contractAddress: target });
      const data = encodeFunctionData({ abi, functionName: "double", args: [21n * 2n] } as never);
      const hash = await writer.sendTransaction({ to: owner.account.address, data, authorizationList: [authorization] });
      const receipt = await reader.waitForTransactionReceipt({ hash });
      assert.deepEqual([receipt.status, receipt.type, receipt.logs.length], ["success", "eip7702", 1]);
      assert.equal(receipt.logs[0]?.address.toLowerCase(), owner.account.address.toLowerCase());
      const { gas } = await reader.getTransaction({ hash });
      assert.ok(gas >= receipt.gasUsed && gas < (receipt.gasUsed * 5n) / 4n, `${gas} for ${receipt.gasUsed}`);
    });

    test(`${route}: tells why one fails, and leaves out authorizations that are not for this chain`, async () => {
      const abi = JSON.parse((await testContract("CallTarget")).abi.formatJson()) as [];
      const owner = clients(transport(), Wallet.createRandom().privateKey as Hex).writer;
      const { reader } = clients(transport());
      const { address: account } = devnet.accounts.wallet(ALICE);
      const odd = encodeFunctionData({ abi, functionName: "double", args: [3n] } as never);
      const here = await owner.signAuthorization({ contractAddress: target });
      const elsewhere = await owner.signAuthorization({ contractAddress: target, chainId: 1 });
      const estimate = (authorizationList: readonly unknown[]) =>
        reader.estimateGas({ account: account as Hex, to: owner.account.address, data: odd, authorizationList } as never);
      await assert.rejects(estimate([here]), /reverted/);
      const even = encodeFunctionData({ abi, functionName: "double", args: [4n] } as never);
      const call = (authorizationList: readonly unknown[]) =>
        reader
          .call({ account: account as Hex, to: owner.account.address, data: even, authorizationList } as never)
          .then(({ data }) => data);
      assert.equal(await call([here]), `0x${"08".padStart(64, "0")}`);
      assert.equal(await call([elsewhere]), undefined);
      // Without code the account takes any call: the cost of a transaction, of its 36 bytes and of the authorization.
      const zeros = [...Buffer.from(odd.slice(2), "hex")].filter((byte) => byte === 0).length;
      assert.equal(await estimate([elsewhere]), 21_000n + 16n * BigInt(36 - zeros) + 4n * BigInt(zeros) + 25_000n);
      const plain = reader.estimateGas({ account: account as Hex, to: NOWHERE, authorizationList: [here, elsewhere] } as never);
      assert.equal(await plain, 21_000n + 50_000n);
    });
  }
});
