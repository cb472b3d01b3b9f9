import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { createPublicClient, createWalletClient, http, isAddressEqual, parseAbi, type Address } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createBundlerClient, createPaymasterClient } from "viem/account-abstraction";
import { deploySponsoring } from "../../../fixtures/sponsored-call/deploy.ts";
import { targetOf, toSimpleAccount } from "../../../fixtures/sponsored-call/simple-account.ts";
import { toSponsor, walletOf } from "../../../fixtures/sponsored-call/sponsor.ts";
import { call } from "../../../src/ecosystem/client/calls/call.ts";
import { send } from "../../../src/ecosystem/client/transfers/send.ts";
import { viemChain } from "../../../src/ecosystem/client/ecosystem/viem-chain.ts";
import { viemSigner } from "../../../src/ecosystem/client/sending/viem-signer.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { deploy as deployOurs } from "../../client/support.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../../flow/support/devnet.ts";
import { PATIENT } from "../../support/patient.ts";
import { deploy, packageContract } from "./support/entry-points.ts";

const DEPOSIT = ETHER / 2n;
const depositsAbi = parseAbi(["function balanceOf(address) view returns (uint256)"]);
const paymasterInterface = new Interface(["function deposit() payable"]);
/** A paymaster's web service, or none, as viem's bundler client takes it. */
interface Web {
  readonly paymaster: ReturnType<typeof createPaymasterClient> | undefined;
  readonly paymasterContext: unknown;
}
const leavesTheChain = ({ callData }: { readonly callData: Hex }) => isAddressEqual(targetOf(callData), PREDEPLOYS.InteropCenter);
const target = new Interface(["function double(uint256)", "event Called(address caller, uint256 argument, uint256 value)"]);

describe("B6: sponsored user operations, by the code of the recipe", () => {
  let devnet: FlowDevnet;
  let providers: JsonRpcProvider[];
  let sponsoring: Awaited<ReturnType<typeof deploySponsoring>>;
  const sponsor = privateKeyToAccount(generatePrivateKey());

  before(async () => {
    const chains = [
      { chainId: 271n, name: "a" },
      { chainId: 272n, name: "b" },
    ];
    devnet = await startFlowDevnet(chains, { relayer: true, proofs: "none", singletons: true });
    providers = devnet.chains.map(clientOf);
    const { chain, transport } = connection();
    const account = privateKeyToAccount(devnet.accounts.wallet(ALICE).privateKey as Hex);
    const wallet = createWalletClient({ account, chain, transport });
    const artifacts = {
      EntryPoint: packageContract("0.7", "EntryPoint"),
      SimpleAccountFactory: packageContract("0.7", "SimpleAccountFactory"),
      VerifyingPaymaster: packageContract("0.7", "VerifyingPaymaster"),
    };
    sponsoring = await deploySponsoring({ client: reader(), wallet, artifacts, sponsor: sponsor.address, deposit: DEPOSIT });
  });
  after(async () => {
    for (const provider of providers) provider.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  it("an account without money is created and acts; the paymaster's deposit pays what the receipt says", async () => {
    const { account, bundler, client } = await user();
    const coinbase = (await providers[0]!.send("eth_coinbase", [])) as Address;
    const earned = await client.getBalance({ address: coinbase });
    const hash = await bundler.sendUserOperation({ account, calls: [{ to: sponsor.address, value: 0n }] });
    const { success, paymaster, actualGasCost } = await bundler.waitForUserOperationReceipt({ hash });
    assert.deepEqual([success, paymaster?.toLowerCase()], [true, sponsoring.paymaster.toLowerCase()]);
    assert.ok(actualGasCost > 0n);
    assert.equal(await depositOf(sponsoring.paymaster), DEPOSIT - actualGasCost);
    assert.equal(await client.getBalance({ address: coinbase }), earned + actualGasCost);
    assert.deepEqual([await client.getBalance({ address: account.address }), await depositOf(account.address)], [0n, 0n]);
    assert.notEqual(await client.getCode({ address: account.address }), undefined);
  });

  it("an account without gas sends all that it has to another chain, where it arrives", async () => {
    const { account, signer, client } = await user();
    await (await alice(0).sendTransaction({ to: account.address, value: 3n })).wait();
    const { address: bob } = privateKeyToAccount(generatePrivateKey());
    const before = await depositOf(sponsoring.paymaster);
    await send(devnet.info(), { chain: "a", to: `${bob}@b`, amount: 3n }, signer);
    assert.equal(await client.getBalance({ address: account.address }), 0n);
    assert.ok((await depositOf(sponsoring.paymaster)) < before);
    await devnet.settle();
    await devnet.relay();
    assert.equal(await providers[1]!.getBalance(bob), 3n);
  });

  it("an account without money calls a contract on another chain, where it happens", async () => {
    const { account, signer, client } = await user({ pays: leavesTheChain });
    const counter = await deployOurs(alice(1), "CallTarget");
    const data = target.encodeFunctionData("double", [22n]) as Hex;
    await call(devnet.info(), { chain: "a", to: `${counter}@b`, data }, signer);
    await devnet.settle();
    await devnet.relay();
    const logs = await providers[1]!.getLogs({ address: counter, fromBlock: 0 });
    assert.deepEqual(
      logs.map((log) => [...target.parseLog(log)!.args].slice(1)),
      [[22n, 0n]],
    );
    assert.equal(await client.getBalance({ address: account.address }), 0n);
  });

  // The search for a limit ends near it, more or less by chance: operations of several lengths.

  it("what the sponsor does not pay for is not sent, and a stranger's signature spends nothing of the deposit", async () => {
    const before = await depositOf(sponsoring.paymaster);
    const unpaid = await user({ pays: leavesTheChain });
    const act = { calls: [{ to: sponsor.address, value: 0n }] };
    await assert.rejects(unpaid.bundler.sendUserOperation({ account: unpaid.account, ...act }), /the sponsor does not pay/);
    const forged = await user({ signer: privateKeyToAccount(generatePrivateKey()) });
    await assert.rejects(forged.bundler.sendUserOperation({ account: forged.account, ...act }), /AA34/);
    assert.equal(await depositOf(sponsoring.paymaster), before);
    assert.equal(await forged.client.getCode({ address: forged.account.address }), undefined);
  });

  it("a paymaster without a deposit sponsors nothing", async () => {
    const { entryPoint } = sponsoring;
    const paymaster = await deploy(packageContract("0.7", "VerifyingPaymaster"), alice(0), entryPoint, sponsor.address);
    const { account, bundler } = await user({ paymaster });
    await assert.rejects(bundler.sendUserOperation({ account, calls: [{ to: sponsor.address, value: 0n }] }), /AA31/);
  });

  describe("ERC-7677: the chain's own URL sponsors for a paymaster whose signer is one of its accounts", () => {
    let paymaster: Address;
    before(async () => {
      const { address } = devnet.accounts.wallet(ALICE);
      paymaster = (await deploy(
        packageContract("0.7", "VerifyingPaymaster"),
        alice(0),
        sponsoring.entryPoint,
        address,
      )) as Address;
      const data = paymasterInterface.encodeFunctionData("deposit");
      await (await alice(0).sendTransaction({ to: paymaster, data, value: DEPOSIT })).wait();
    });
    const web = () => createPaymasterClient({ transport: connection().transport });
    const service = (context: unknown = { paymaster }) => user({ paymaster: web(), paymasterContext: context });
    const act = { calls: [{ to: sponsor.address, value: 0n }] };

    it("viem's paymaster client gets what pays for an account without money", async () => {
      const { account, bundler } = await service();
      const hash = await bundler.sendUserOperation({ account, ...act });
      const { success, actualGasCost, paymaster: paid } = await bundler.waitForUserOperationReceipt({ hash });
      assert.deepEqual([success, paid?.toLowerCase()], [true, paymaster.toLowerCase()]);
      assert.equal(await depositOf(paymaster), DEPOSIT - actualGasCost);
    });

    it("what was signed for one operation pays for no other, and for none after its time", async () => {
      const { account, bundler } = await service();
      const prepared = await bundler.prepareUserOperation({ account, ...act });
      const other = await user({ paymaster: undefined, paymasterContext: undefined });
      const taken = { ...(await other.bundler.prepareUserOperation({ account: other.account, ...act })), paymaster };
      const { paymasterData, paymasterPostOpGasLimit, paymasterVerificationGasLimit } = prepared;
      const preVerificationGas = taken.preVerificationGas + 20_000n;
      const stolen = { ...taken, preVerificationGas, paymasterData, paymasterPostOpGasLimit, paymasterVerificationGasLimit };
      const signature = await other.account.signUserOperation(stolen as never);
      await assert.rejects(other.bundler.sendUserOperation({ ...stolen, signature } as never), /AA34/);
      const mark = await devnet.chains[0]!.provider.request({ method: "evm_snapshot" });
      await devnet.chains[0]!.provider.request({ method: "evm_increaseTime", params: [601] });
      await devnet.chains[0]!.provider.request({ method: "evm_mine" });
      const late = { ...prepared, signature: await account.signUserOperation(prepared as never) };
      await assert.rejects(bundler.sendUserOperation(late as never), /AA32/);
      await devnet.chains[0]!.provider.request({ method: "evm_revert", params: [mark] });
      await bundler.sendUserOperation(late as never);
    });

    it("a paymaster of another signer, no paymaster, another chain and an unknown EntryPoint are refused by name", async () => {
      const chainId = "0x10f";
      const { entryPoint } = sponsoring;
      const operation = { sender: sponsor.address, nonce: "0x0", callData: "0x" };
      const ask = (...params: readonly unknown[]) => providers[0]!.send("pm_getPaymasterData", [operation, ...params]);
      const context = { paymaster };
      await assert.rejects(ask(entryPoint, chainId, { paymaster: sponsoring.paymaster }), /has no key of 0x/);
      for (const none of [undefined, null, {}])
        await assert.rejects(ask(entryPoint, chainId, none), /the context names no paymaster/);
      for (const account of [sponsor.address, entryPoint])
        await assert.rejects(ask(entryPoint, chainId, { paymaster: account }), /there is no VerifyingPaymaster at/);
      await assert.rejects(ask(entryPoint, "0x110", context), /for chain 272, and this is chain 271/);
      await assert.rejects(ask(sponsor.address, chainId, context), /the bundler knows the EntryPoints/);
    });
  });

  function connection() {
    const [described] = devnet.info().chains;
    assert.ok(described !== undefined);
    return { chain: viemChain(described, devnet.info()), transport: http(described.url, PATIENT) };
  }
  function reader() {
    return createPublicClient({ ...connection(), pollingInterval: 20, cacheTime: 0 });
  }
  function alice(index: 0 | 1) {
    return devnet.accounts.wallet(ALICE).connect(providers[index]!);
  }
  function depositOf(account: Address): Promise<bigint> {
    return reader().readContract({
      address: sponsoring.entryPoint,
      abi: depositsAbi,
      functionName: "balanceOf",
      args: [account],
    });
  }

  /** A new user of the sponsor, as the recipe makes one. */
  async function user(changes: Partial<Parameters<typeof toSponsor>[0]> | Web = {}) {
    const client = reader();
    const { entryPoint, factory, paymaster } = sponsoring;
    const owner = privateKeyToAccount(generatePrivateKey());
    const account = await toSimpleAccount({ client, owner, factory, entryPoint: { address: entryPoint, version: "0.7" } });
    const bundler = createBundlerClient({
      client,
      ...connection(),
      pollingInterval: 20,
      ...("paymasterContext" in changes
        ? changes
        : { paymaster: toSponsor({ client, paymaster, signer: sponsor, pays: () => true, ...changes }) }),
    });
    return { account, bundler, client, signer: viemSigner(walletOf(account, bundler, client)) };
  }
});
