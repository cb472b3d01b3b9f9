import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Transaction, Wallet, type JsonRpcProvider } from "ethers";
import { addressOfKey, signDigest } from "../../src/ground/transaction/digest-signature.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { startForeignL1, type ForeignL1 } from "./support/foreign-l1.ts";
import { SequencerProcess, type BundleAnswer } from "./support/sequencer-process.ts";

const KEY: Hex = `0x${"73".repeat(32)}`;
/** Account without money on either chain. */
const CAROL = 3;
const CONFIRMATIONS = 3;

const chainOf = (chainId: bigint, name: string, peer: string) => ({
  ...{ chainId, name },
  sequencing: { by: "external" as const, key: addressOfKey(KEY), peers: [peer] },
});

describe("E5: two chains whose bundles a process outside decides, on an L1 that reorganizes", () => {
  const folder = mkdtempSync(join(tmpdir(), "slots-"));
  let l1: ForeignL1;
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  let sequencer: SequencerProcess;
  before(async () => {
    l1 = await startForeignL1();
    // Transactions of the start must become deep.
    const mining = setInterval(() => void l1.mine(1), 50);
    devnet = await startFlowDevnet([chainOf(271n, "alpha", "beta"), chainOf(272n, "beta", "alpha")], {
      ...UNPROVEN,
      l1: { url: l1.url, deployerKey: l1.deployerKey, confirmations: CONFIRMATIONS },
      fundedAccounts: [ALICE, BOB],
      fundingWei: ETHER,
    });
    clearInterval(mining);
    clients = devnet.chains.map(clientOf);
    await passBlocks();
    sequencer = new SequencerProcess(
      join(folder, "slots.jsonl"),
      KEY,
      devnet.chains.map(({ url }) => url),
    );
  });
  after(async () => {
    await sequencer.kill();
    for (const client of clients) client.destroy();
    await devnet.close();
    await l1.close();
    rmSync(folder, { recursive: true });
  });

  const addressOf = (account: number): Hex => lowerCaseAddress(devnet.accounts.wallet(account).address);
  const balanceOf = (account: number, place: number): Promise<bigint> =>
    clients[place]?.getBalance(addressOf(account)) ?? assert.fail(`chain ${place}`);
  /** Everything on L1 becomes as deep as the chains need it, and they read it. */
  async function passBlocks(): Promise<void> {
    await l1.mine(CONFIRMATIONS);
    for (const { pipeline } of devnet.chains) await pipeline.pollL1();
  }
  /** Deposits an ether for Carol on the first chain. */
  async function deposit(): Promise<void> {
    const signer = new Wallet(l1.deployerKey, devnet.l1.provider);
    await requestFromL1(
      devnet.ecosystem.addresses.factory,
      { chainId: devnet.chains[0]!.chainId, to: addressOf(CAROL), valueWei: ETHER },
      signer,
    );
  }
  async function signed(from: number, place: number, valueWei: bigint): Promise<Hex> {
    const { privateKey, address } = devnet.accounts.wallet(from);
    const nonce = (await clients[place]?.getTransactionCount(address)) ?? 0;
    const transaction = Transaction.from({
      ...{ type: 2, chainId: devnet.chains[place]!.chainId, nonce, gasLimit: 21_000n },
      ...{ maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, to: `0x${"ee".repeat(20)}`, value: valueWei },
    });
    transaction.signature = signDigest(privateKey as Hex, transaction.unsignedHash as Hex);
    return transaction.serialized as Hex;
  }
  /** This account pays on the first chain, and Bob on the second one. */
  const bundle = async (from: number, valueWei: bigint): Promise<BundleAnswer | undefined> =>
    sequencer.bundle([[await signed(from, 0, valueWei)], [await signed(BOB, 1, valueWei)]]);
  const paid = async (): Promise<readonly (bigint | undefined)[]> =>
    Promise.all(clients.map((client) => client.getBalance(`0x${"ee".repeat(20)}`)));

  test("a leg that needs a deposit which L1 can still drop: neither chain has the bundle, before and after the reorg", async () => {
    const fork = await l1.fork();
    await deposit();
    await devnet.chains[0]!.pipeline.pollL1();
    assert.equal((await bundle(CAROL, 5n))?.isTaken, false);
    await l1.reorganize(fork);
    await passBlocks();
    assert.deepEqual([await balanceOf(CAROL, 0), await paid()], [0n, [0n, 0n]]);
    // Both continue.
    assert.equal((await bundle(ALICE, 7n))?.isTaken, true);
    assert.deepEqual(await paid(), [7n, 7n]);
    assert.deepEqual(devnet.faults, []);
  });

  test("reorg under one leg, deeper than the confirmations: that chain stops by name, both have the bundle, and neither the next", async () => {
    const fork = await l1.fork();
    await deposit();
    await passBlocks();
    assert.equal(await balanceOf(CAROL, 0), ETHER);
    assert.equal((await bundle(CAROL, 11n))?.isTaken, true);
    assert.deepEqual(await paid(), [18n, 18n]);
    await l1.reorganize(fork);
    await l1.mine(2 * CONFIRMATIONS);
    await assert.rejects(devnet.chains[0]!.pipeline.pollL1(), { code: "L1Reorg" });
    await devnet.chains[1]!.pipeline.pollL1();
    const { chains } = await devnet.status();
    assert.match(chains[0]?.fault ?? "", /reverted a priorityOperation that the chain had taken/);
    assert.equal(chains[1]?.fault, undefined);
    // Beta could settle its leg of the next bundle, and alpha could not.
    const next = await bundle(ALICE, 13n);
    assert.equal(next?.isTaken, undefined);
    assert.match(next?.reason ?? "", /chain 271 has stopped, and takes no bundles/);
    assert.deepEqual(await paid(), [18n, 18n]);
    assert.ok(devnet.chains.every(({ pipeline }) => pipeline.external?.isBetweenSlots));
  });

  test("after the cut the other chain orders alone", async () => {
    await devnet.chains[1]!.provider.request({ method: "hyperchain_cutSlot", params: [] });
    await (await clients[1]!.broadcastTransaction(await signed(BOB, 1, 2n))).wait();
    assert.equal((await paid())[1], 20n);
  });
});
