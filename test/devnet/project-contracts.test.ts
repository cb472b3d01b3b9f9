import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { getCreateAddress, Transaction, Wallet, type JsonRpcProvider } from "ethers";
import { createPublicClient, defineChain, http } from "viem";
import { createBundlerClient } from "viem/account-abstraction";
import { privateKeyToAccount } from "viem/accounts";
import { toSimpleAccount } from "../../fixtures/sponsored-call/simple-account.ts";
import { createXOf, type CreateXCreation } from "../../src/ecosystem/devnet/project-contracts/create-x.ts";
import { entryPointOf } from "../../src/ecosystem/devnet/project-contracts/entry-point.ts";
import { putOnChains } from "../../src/ecosystem/devnet/chains/put-contracts.ts";
import type { ServedChain } from "../../src/ecosystem/devnet/chains/served-chain.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, packageContract } from "../clients/user-operations/support/entry-points.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";
import { PATIENT } from "../support/patient.ts";

/** Public addresses (github.com/eth-infinitism/account-abstraction, releases 0.7.0 and 0.8.0). */
const [ENTRY_POINT_7, ENTRY_POINT_8] = [
  "0x0000000071727De22E5E9d8BAf0edAc6f37da032",
  "0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108",
] as const;
const projectWith = (release: string): string =>
  fileURLToPath(new URL(`../../node_modules/.account-abstraction-${release}`, import.meta.url));
/** Returns 7. */
const SEVEN = "0x60075f5260205ff3";
/** Creates code that returns 7. */
const CREATES_SEVEN = `0x67${SEVEN.slice(2)}5f5260086018f3` as const;
/** A default chain, a proven one whose blocks come by interval, one with lists, and one that is added. */
const [INSTANT, SLOW, LISTED, LATE] = [271n, 272n, 273n, 274n];

/** Creation of another contract in the form of CreateX's: signed for no chain, at 100 gwei. */
async function creationBy({ address, signingKey }: Wallet): Promise<CreateXCreation> {
  const gasPrice = 100n * 10n ** 9n;
  const transaction = Transaction.from({ type: 0, nonce: 0, gasLimit: 300_000n, gasPrice, to: null, data: CREATES_SEVEN });
  transaction.signature = signingKey.sign(transaction.unsignedHash);
  return {
    raw: transaction.serialized as Hex,
    sender: address.toLowerCase() as Hex,
    initCode: CREATES_SEVEN,
    gasPriceWei: gasPrice,
    costWei: 300_000n * gasPrice,
  };
}

describe("contracts of a project's packages", () => {
  let devnet: FlowDevnet;
  const clients = new Map<bigint, JsonRpcProvider>();

  before(async () => {
    devnet = await startFlowDevnet(
      [
        INSTANT,
        { chainId: SLOW, execution: "proven", blocks: { type: "interval", intervalMs: 3_600_000, maxTransactions: 100 } },
        { chainId: LISTED, senders: [], deployers: [] },
      ],
      { ...UNPROVEN, singletons: true, accountAbstraction: true },
      { projectFolder: projectWith("0.8.0") },
    );
    for (const chain of devnet.chains) clients.set(chain.chainId, clientOf(chain));
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const served = (): readonly ServedChain[] => devnet.chains as readonly ServedChain[];

  it("are the EntryPoint at its public address, on each chain and on one that is added", async () => {
    await devnet.addChain({ name: "late", chainId: Number(LATE) });
    for (const chain of devnet.chains) {
      if (!clients.has(chain.chainId)) clients.set(chain.chainId, clientOf(chain));
      const client = clients.get(chain.chainId)!;
      assert.notEqual(await client.getCode(ENTRY_POINT_8), "0x", `${chain.chainId}`);
      assert.deepEqual(await client.send("eth_supportedEntryPoints", []), [ENTRY_POINT_8]);
      // Accounts of users have sent nothing.
      assert.equal(await client.getTransactionCount(devnet.accounts.wallet(ALICE).address), 0);
    }
  });

  it("serve the first user operation without a step before", async () => {
    const { url } = devnet.chains[0]!;
    const signer = devnet.accounts.wallet(ALICE).connect(clients.get(INSTANT)!);
    const factory = await deploy(packageContract("0.8", "SimpleAccountFactory"), signer, ENTRY_POINT_8);
    const chain = defineChain({
      id: Number(INSTANT),
      name: "Hyperchain",
      rpcUrls: { default: { http: [url] } },
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    });
    const client = createPublicClient({ chain, transport: http(url, PATIENT), pollingInterval: 20, cacheTime: 0 });
    const bundler = createBundlerClient({ client, chain, transport: http(url, PATIENT), pollingInterval: 20 });
    const owner = privateKeyToAccount(`0x${"51".repeat(32)}`);
    const account = await toSimpleAccount({ client, owner, factory, entryPoint: { address: ENTRY_POINT_8, version: "0.8" } });
    await (await signer.sendTransaction({ to: account.address, value: ETHER })).wait();
    const hash = await bundler.sendUserOperation({ account, calls: [{ to: signer.address as Hex, value: 1n }] });
    assert.equal((await bundler.getUserOperationReceipt({ hash })).success, true);
  });

  it("are created by a transaction that is signed for no chain, if price and lists let it", async () => {
    const wallet = new Wallet(`0x${"52".repeat(32)}`);
    const createX = await creationBy(wallet);
    const address = getCreateAddress({ from: wallet.address, nonce: 0 });
    await putOnChains(served(), { createX, entryPoint: undefined }, devnet.accounts);
    for (const [chainId, client] of clients)
      assert.equal(await client.getCode(address), chainId === LISTED ? "0x" : SEVEN, `${chainId}`);
    for (const chain of served()) if (chain.chainId !== LISTED) await settleNow(chain);
  });

  it("are left out of a chain whose order is L1's queue alone", async () => {
    const wallet = new Wallet(`0x${"54".repeat(32)}`);
    const [instant] = served();
    assert.ok(instant !== undefined);
    const { plan } = instant;
    const queued = { ...instant, plan: { ...plan, ordering: { ...plan.ordering, sequencing: "queue" as const } } };
    await putOnChains([queued], { createX: await creationBy(wallet), entryPoint: undefined }, devnet.accounts);
    assert.equal(await clients.get(INSTANT)!.getBalance(wallet.address), 0n);
  });

  it("are read of the versions that bundlers serve, others are refused by name", () => {
    const folder = mkdtempSync(join(tmpdir(), "project-"));
    try {
      assert.equal(entryPointOf(projectWith("0.7.0")).address, ENTRY_POINT_7.toLowerCase());
      assert.throws(() => entryPointOf(folder), {
        code: "PackageMissing",
        message: /npm install --save-dev @account-abstraction/,
      });
      const place = join(folder, "node_modules/@account-abstraction/contracts");
      mkdirSync(join(place, "artifacts"), { recursive: true });
      writeFileSync(join(place, "package.json"), '{"version":"0.9.0"}');
      assert.throws(() => entryPointOf(folder), { code: "PackageUnfit", message: /version 0\.9\.0/ });
      writeFileSync(join(place, "artifacts/EntryPoint.json"), JSON.stringify({ bytecode: CREATES_SEVEN }));
      assert.throws(() => entryPointOf(folder), { code: "PackageUnfit" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("need the CREATE2 deployer, which an ecosystem without singletons has not", async () => {
    await assert.rejects(startFlowDevnet([INSTANT], { ...UNPROVEN, accountAbstraction: true }), {
      code: "BadOptions",
      message: /set singletons to true/,
    });
  });

  it("are not CreateX if the project has no Ignition, or its transaction is of another key", async () => {
    const folder = mkdtempSync(join(tmpdir(), "project-"));
    try {
      assert.equal(createXOf(folder), undefined);
      const core = join(folder, "node_modules/@nomicfoundation/hardhat-ignition/node_modules/@nomicfoundation/ignition-core");
      const strategy = join(core, "dist/src/internal/execution/strategy");
      mkdirSync(strategy, { recursive: true });
      for (const place of [core, join(core, "../../..")]) writeFileSync(join(place, "package.json"), '{"version":"3.1.9"}');
      assert.equal(createXOf(folder), undefined);
      const { raw } = await creationBy(new Wallet(`0x${"53".repeat(32)}`));
      writeFileSync(join(strategy, "createx-artifact.js"), `export const presignedTx = "${raw}";`);
      assert.equal(createXOf(folder), undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
