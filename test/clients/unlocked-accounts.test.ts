import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import {
  HDNodeWallet,
  hashMessage,
  Interface,
  recoverAddress,
  toBeHex,
  toQuantity,
  verifyMessage,
  verifyTypedData,
  type JsonRpcProvider,
} from "ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { createPublicClient, createWalletClient, defineChain, hashTypedData, http, type TypedDataDefinition } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import { chainConfig, legacyEthAddress, publicActionsL1, walletActionsL1, walletActionsL2 } from "viem/zksync";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import hyperchain from "../../src/index.ts";
import { DEVELOPMENT_MNEMONIC } from "../../src/ecosystem/devnet/accounts/development-phrase.ts";
import { testContract } from "../chain/support/artifact.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { PATIENT } from "../support/patient.ts";

const TO = "0x00000000000000000000000000000000000a11ce";
const FUNDED = [0, ALICE, BOB];
/** Derived here, by the path that wallets use. */
const [FIRST, SECOND] = FUNDED.map((number) =>
  HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, undefined, `m/44'/60'/0'/0/${number}`),
) as [HDNodeWallet, HDNodeWallet, HDNodeWallet];
const fails = new Interface(["error NotToday(uint256 day)"]);
/** Reverts with NotToday(5). */
const FAILING_CODE = `0x7f${fails.encodeErrorResult("NotToday", [5]).slice(2, 66)}5f52600560045260245ffd`;

/** EIP-712's own example. */
const MAIL = {
  domain: { name: "Ether Mail", version: "1", chainId: 1n, verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC" },
  types: {
    EIP712Domain: [
      { name: "name", type: "string" },
      { name: "version", type: "string" },
      { name: "chainId", type: "uint256" },
      { name: "verifyingContract", type: "address" },
    ],
    Person: [
      { name: "name", type: "string" },
      { name: "wallet", type: "address" },
    ],
    Mail: [
      { name: "from", type: "Person" },
      { name: "to", type: "Person" },
      { name: "contents", type: "string" },
    ],
  },
  primaryType: "Mail",
  message: {
    from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
    to: { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
    contents: "Hello, Bob!",
  },
} as const;
/** The signing hash that EIP-712's example states. */
const MAIL_HASH = "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2";

describe("the development accounts are unlocked over HTTP", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  const send = (method: string, ...params: unknown[]) => client.send(method, params);
  before(async () => {
    devnet = await startFlowDevnet([271n], { proofs: "none", fundedAccounts: FUNDED });
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("a transaction that names no sender is the first account's, as on Hardhat's node", async () => {
    const hash = (await send("eth_sendTransaction", { to: TO, value: toQuantity(3n) })) as string;
    const { from } = (await client.getTransaction(hash))!;
    assert.equal(from, FIRST.address);
  });

  test("eth_accounts names those that have money, in their order", async () => {
    assert.deepEqual(
      await send("eth_accounts"),
      FUNDED.map((number) => devnet.accounts.wallet(number).address.toLowerCase()),
    );
    assert.equal(((await send("eth_accounts")) as string[])[0], FIRST.address.toLowerCase());
  });

  test("a project with networks.alpha = { type: 'http', url } has signers that deploy and send", async () => {
    const hre = await createHardhatRuntimeEnvironment({
      plugins: [hardhatEthers],
      networks: { alpha: { type: "http", url: devnet.chains[0]!.url } },
    });
    const { ethers, close } = await hre.network.create<"generic">({ network: "alpha" });
    const [signer, other] = await ethers.getSigners();
    assert.deepEqual([signer?.address, other?.address], [FIRST.address, SECOND.address]);
    const { abi, initCode } = await testContract("TokenDouble");
    const token = await new ethers.ContractFactory(abi as never, initCode, signer).deploy();
    await token.waitForDeployment();
    assert.notEqual(await ethers.provider.getCode(await token.getAddress()), "0x");
    const receipt = await (await other!.sendTransaction({ to: TO, value: 3n })).wait();
    assert.deepEqual([receipt?.status, receipt?.from], [1, SECOND.address]);
    await close();
  });

  test("ethers' JsonRpcSigner signs messages and typed data, and sends", async () => {
    const signer = await client.getSigner(1);
    assert.equal(verifyMessage("hello", await signer.signMessage("hello")), SECOND.address);
    const { Mail, Person } = MAIL.types;
    const types = { Mail: [...Mail], Person: [...Person] };
    const signature = await signer.signTypedData(MAIL.domain, types, MAIL.message);
    assert.equal(verifyTypedData(MAIL.domain, types, MAIL.message, signature), SECOND.address);
    assert.equal(signature, SECOND.signingKey.sign(MAIL_HASH).serialized);
    assert.equal((await (await signer.sendTransaction({ to: TO, value: 1n })).wait())?.status, 1);
  });

  test("an authorization is taken with its signature's parity as yParity, and as v counted from 0 or from 27", async () => {
    const key = HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, undefined, "m/44'/60'/1'/0/1");
    const forms = [
      (parity: number) => ({ yParity: toQuantity(parity) }),
      (parity: number) => ({ v: toQuantity(parity) }),
      (parity: number) => ({ v: toQuantity(27 + parity) }),
    ];
    let nonce = 0;
    for (const form of forms) {
      const seen = new Set<number>();
      for (let target = 1; seen.size < 2; target++) {
        const address = toBeHex(target, 20);
        const { signature } = key.authorizeSync({ address, chainId: 271n, nonce: BigInt(nonce) });
        const { r, s: second, yParity } = signature;
        if (seen.has(yParity)) continue;
        seen.add(yParity);
        const entry = { address, chainId: "0x10f", nonce: toQuantity(nonce++), r, s: second, ...form(yParity) };
        const hash = await send("eth_sendTransaction", { from: FIRST.address, to: TO, authorizationList: [entry] });
        await client.waitForTransaction(String(hash));
        assert.equal(await send("eth_getCode", key.address, "latest"), `0xef0100${address.slice(2)}`, JSON.stringify(entry));
      }
    }
  });

  test("viem's wallet client sends each type without a key, and signs", async () => {
    const { url } = devnet.chains[0]!;
    const chain = defineChain({
      id: 271,
      name: "alpha",
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    });
    const account = FIRST.address as Hex;
    const writer = createWalletClient({ chain, transport: http(undefined, PATIENT), account });
    const reader = createPublicClient({ chain, transport: http(undefined, PATIENT), pollingInterval: 10 });
    const authorization = await createWalletClient({
      chain,
      transport: http(undefined, PATIENT),
      account: privateKeyToAccount(SECOND.privateKey as Hex),
    }).signAuthorization({ contractAddress: TO });
    const accessList = [{ address: TO, storageKeys: [`0x${"00".repeat(32)}`] }];
    const requests = [
      [{}, "eip1559"],
      [{ gasPrice: 5n }, "legacy"],
      [{ type: "legacy" }, "legacy"],
      [{ type: "eip2930", accessList }, "eip2930"],
      [{ accessList }, "eip1559"],
      [{ maxFeePerGas: 7n }, "eip1559"],
      [{ maxPriorityFeePerGas: 3_000_000n }, "eip1559"],
      [{ authorizationList: [authorization] }, "eip7702"],
    ] as const;
    for (const [fields, type] of requests) {
      const hash = await writer.sendTransaction({ to: TO, value: 1n, ...fields } as never);
      const receipt = await reader.waitForTransactionReceipt({ hash });
      assert.deepEqual([receipt.status, receipt.type], ["success", type], JSON.stringify(Object.keys(fields)));
    }
    assert.equal(await reader.getCode({ address: SECOND.address as Hex }), `0xef0100${TO.slice(2)}`);
    assert.ok(
      await reader.verifyMessage({
        address: account,
        message: "hello",
        signature: await writer.signMessage({ message: "hello" }),
      }),
    );
    const { primaryType: _, ...mail } = MAIL;
    // A type that the message does not use, and a domain without a field that is usual.
    const data = {
      ...mail,
      types: {
        ...mail.types,
        EIP712Domain: [
          { name: "salt", type: "bytes32" },
          { name: "name", type: "string" },
        ],
        Unused: [{ name: "x", type: "uint8" }],
      },
      domain: { name: "own", salt: `0x${"07".repeat(32)}` },
      primaryType: "Person",
      message: mail.message.to,
    } as const;
    const signature = (await send("eth_signTypedData_v4", account, JSON.stringify(data))) as Hex;
    assert.equal(recoverAddress(hashTypedData(data as unknown as TypedDataDefinition), signature), FIRST.address);
    assert.equal(
      recoverAddress(
        MAIL_HASH,
        (await send("eth_signTypedData_v4", account, { ...MAIL, domain: { ...MAIL.domain, chainId: 1 } })) as string,
      ),
      FIRST.address,
    );
  });

  test("A12: a withdrawal sent from an unlocked account, without a key, is claimed on L1 from an unlocked account there", async () => {
    const chain = devnet.chains[0]!;
    const fast = { pollingInterval: 20, cacheTime: 0 };
    const on = <Chain extends Parameters<typeof defineChain>[0]>(definition: Chain, url: string) => ({
      ...{ chain: defineChain(definition), transport: http(url, { retryCount: 0 }), account: FIRST.address as Hex, ...fast },
    });
    const l1 = on({ ...hardhat, id: Number(devnet.l1.chainId) }, devnet.l1.url);
    const l2 = on(
      {
        ...chainConfig,
        id: 271,
        name: "alpha",
        nativeCurrency: hardhat.nativeCurrency,
        rpcUrls: { default: { http: [chain.url] } },
      },
      chain.url,
    );
    const walletL1 = createWalletClient(l1).extend(walletActionsL1());
    const walletL2 = createWalletClient(l2).extend(walletActionsL2());
    const publicL1 = createPublicClient(l1).extend(publicActionsL1());
    const publicL2 = createPublicClient(l2);
    const amount = 3n * 10n ** 17n;
    const hash = await walletL2.withdraw({ token: legacyEthAddress, amount, to: TO });
    assert.equal((await publicL2.waitForTransactionReceipt({ hash })).status, "success");
    await send("hyperchain_settle");
    const claim = await walletL1.finalizeWithdrawal({ client: walletL2, hash });
    assert.equal((await publicL1.waitForTransactionReceipt({ hash: claim })).status, "success");
    assert.equal(await publicL1.getBalance({ address: TO }), amount);
  });

  test("eth_sign and personal_sign sign bytes as EIP-191 has it; eth_signTransaction gives what eth_sendRawTransaction takes", async () => {
    const bytes = "0xdeadbeef";
    for (const signature of [await send("eth_sign", FIRST.address, bytes), await send("personal_sign", bytes, FIRST.address)]) {
      assert.equal(recoverAddress(hashMessage(Uint8Array.of(0xde, 0xad, 0xbe, 0xef)), signature as string), FIRST.address);
    }
    const raw = (await send("eth_signTransaction", { from: FIRST.address, to: TO, value: "0x5" })) as string;
    const hash = (await send("eth_sendRawTransaction", raw)) as string;
    assert.equal((await client.getTransaction(hash))?.value, 5n);
  });

  test("gives each of several transactions at once the next nonce, and honours one that is named", async () => {
    const before = await client.getTransactionCount(FIRST.address);
    const hashes = await Promise.all(
      Array.from(
        { length: 5 },
        () => send("eth_sendTransaction", { from: FIRST.address, to: TO, value: "0x1" }) as Promise<string>,
      ),
    );
    const nonces = await Promise.all(hashes.map(async (hash) => (await client.getTransaction(hash))?.nonce));
    assert.deepEqual(
      nonces.sort(),
      [0, 1, 2, 3, 4].map((i) => before + i),
    );
    await assert.rejects(send("eth_sendTransaction", { from: FIRST.address, to: TO, nonce: "0x0" }), /nonce too low/);
  });

  test("reports why a transaction would fail, instead of sending it; with explicit gas it is sent", async () => {
    const contract = "0x000000000000000000000000000000000a11fa11";
    await send("hardhat_setCode", contract, FAILING_CODE);
    const request = { from: FIRST.address, to: contract };
    await assert.rejects(send("eth_sendTransaction", request), (error: { error?: { code: number; data: string } }) => {
      assert.equal(error.error?.code, 3);
      assert.deepEqual(fails.parseError(error.error!.data)?.args.toArray(), [5n]);
      return true;
    });
    const hash = (await send("eth_sendTransaction", { ...request, gas: "0x186a0" })) as string;
    assert.equal((await client.getTransactionReceipt(hash))?.status, 0);
  });

  test("refuses accounts without a key, other chains' transactions, blobs and malformed typed data, and reports the reason", async () => {
    const stranger = `0x${"5e".repeat(20)}`;
    const refusals: readonly (readonly [string, readonly unknown[], RegExp])[] = [
      ["eth_sendTransaction", [{ from: stranger, to: TO }], /no key of 0x5e.*not among eth_accounts.*impersonate/],
      ["personal_sign", ["0x00", stranger], /no key/],
      ["personal_sign", ["hello", FIRST.address], /hexadecimal/],
      ["eth_sendTransaction", [{ from: FIRST.address, to: TO, chainId: "0x1" }], /for chain 1, this is chain 271/],
      ["eth_sendTransaction", [{ from: FIRST.address, to: TO, type: "0x3" }], /blob/],
      ["eth_sendTransaction", [{ from: FIRST.address, to: TO, type: "0x71", gas: "0x5208" }], /type 113/],
      [
        "eth_sendTransaction",
        [{ from: FIRST.address, to: TO, gasPrice: "0x1", maxFeePerGas: "0x1" }],
        /gasPrice, or maxFeePerGas/,
      ],
      ["eth_signTypedData_v4", [FIRST.address, { ...MAIL, domain: {}, primaryType: "Letter" }], /primaryType/],
      ["eth_signTypedData_v4", [FIRST.address, "{"], /JSON/],
    ];
    for (const [method, params, reason] of refusals) await assert.rejects(client.send(method, [...params]), reason, method);
  });

  test("an impersonated account still sends without a fee", async () => {
    const stranger = `0x${"5f".repeat(20)}`;
    await send("hardhat_setBalance", stranger, `0x${ETHER.toString(16)}`);
    await send("hardhat_impersonateAccount", stranger);
    await send("eth_sendTransaction", { from: stranger, to: TO, value: "0x1" });
    assert.equal(await client.getBalance(stranger), ETHER - 1n);
  });

  test("a price of 0 counts as not stated where the chain asks for one: unlocked accounts pay it, and Hardhat's with their keys", async () => {
    const { pipeline, url } = devnet.chains[0]!;
    pipeline.raiseGasPrice(7_000_000n);
    const price = BigInt((await send("eth_gasPrice")) as string);
    assert.ok(price >= 7_000_000n);
    const caps = { maxFeePerGas: "0x0", maxPriorityFeePerGas: "0x0" };
    for (const fields of [caps, { gasPrice: "0x0" }]) {
      const hash = (await send("eth_sendTransaction", { from: FIRST.address, to: TO, ...fields })) as string;
      assert.equal((await client.getTransactionReceipt(hash))?.gasPrice, price);
    }
    const given = { from: FIRST.address, to: TO, maxFeePerGas: "0x5", maxPriorityFeePerGas: "0x0" };
    await assert.rejects(send("eth_sendTransaction", given), /least that the chain takes now/);
    const hre = await createHardhatRuntimeEnvironment({
      plugins: [hyperchain],
      networks: { alpha: { type: "http", url, accounts: [SECOND.privateKey] } },
    });
    const { provider, close } = await hre.network.create({ network: "alpha" });
    const hash = (await provider.request({
      method: "eth_sendTransaction",
      params: [{ from: SECOND.address, to: TO, ...caps }],
    })) as string;
    const receipt = await client.getTransactionReceipt(hash);
    assert.deepEqual([receipt?.status, receipt?.from], [1, SECOND.address]);
    assert.ok(receipt!.gasPrice >= 7_000_000n, String(receipt?.gasPrice));
    await close();
  });
});

for (const [where, options] of [
  ["unless asked on an open host", { host: "0.0.0.0" }],
  ["where the options say so", { unlocked: false }],
] as const) {
  test(`the accounts stay locked ${where}`, async () => {
    const devnet = await startFlowDevnet([271n], { proofs: "none", ...options });
    const client = clientOf(devnet.chains[0]!);
    try {
      assert.deepEqual(await client.send("eth_accounts", []), []);
      const sent = client.send("eth_sendTransaction", [{ from: devnet.accounts.wallet(ALICE).address, to: TO }]);
      await assert.rejects(sent, /no unlocked accounts \(option accounts\.unlocked\)/);
    } finally {
      client.destroy();
      await devnet.close();
    }
  });
}
