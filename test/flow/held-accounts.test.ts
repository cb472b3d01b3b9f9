import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Contract, Interface, Wallet, type HDNodeWallet, type JsonRpcProvider, type TransactionRequest } from "ethers";
import { heldAccountsAbi } from "../../src/ground/abi/held-accounts.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { deployHeldAccounts } from "../../src/ecosystem/held-accounts/deploy-held-accounts.ts";
import { HeldAccountFile } from "../../src/ecosystem/held-accounts/account-file.ts";
import { CollectorClient } from "../../src/ecosystem/held-accounts/collector-client.ts";
import { serveCollector, type CollectorServer } from "../../src/ecosystem/held-accounts/collector-server.ts";
import { Collector } from "../../src/ecosystem/held-accounts/collector.ts";
import { encodePost, HeldContract } from "../../src/ecosystem/held-accounts/held-contract.ts";
import { decodeBurnProof, encodeBurnProof } from "../../src/ecosystem/held-accounts/held-json.ts";
import { HeldWallet } from "../../src/ecosystem/held-accounts/held-wallet.ts";
import { registerHeldAccount } from "../../src/ecosystem/held-accounts/register-account.ts";
import { proveRegistration, verifyRegistration } from "../../src/ecosystem/held-accounts/registration.ts";
import { calledCommits } from "../../src/chain/settlement-layer/reader/commit-call.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../src/ground/protocol/held-accounts-address.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const CHAIN_ID = 271n;
const CHAIN = { chainId: CHAIN_ID, execution: "proven", dataAvailability: "owners", openReads: true } as const;
const COIN: Hex = `0x${"00".repeat(20)}`;
/** Acts of the measured transaction. */
const OWNERS = 32;
const GIFT = 1_000n;
const HELD = new Interface(heldAccountsAbi);
const PLAN = { roundMs: 2_000, signMs: 10_000, maxActs: OWNERS, maxWaiting: 100, silentMs: 60_000 };

interface Owner {
  readonly number: number;
  readonly key: Wallet | HDNodeWallet;
  readonly wallet: HeldWallet;
  readonly registered: Hex;
}

describe("F5: accounts whose data their owners store", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let server: CollectorServer;
  let collector: Collector;
  let folder: string;
  let owners: readonly Owner[];
  const files: HeldAccountFile[] = [];

  const chain = () => devnet.chains[0]!;
  const alice = () => devnet.accounts.wallet(ALICE).connect(client);
  const factory = () => devnet.ecosystem.addresses.factory;

  before(async () => {
    devnet = await startFlowDevnet([CHAIN], { ...UNPROVEN, singletons: true });
    client = clientOf(chain());
    folder = await mkdtemp(join(tmpdir(), "held-flow-"));
    assert.equal(await deployHeldAccounts(devnet.info(), Number(CHAIN_ID), alice()), HELD_ACCOUNTS_ADDRESS);
    const contract = await HeldContract.connect(alice());
    collector = new Collector(PLAN, { chain: contract, clock: systemClock });
    server = await serveCollector({ collector, chain: contract }, { host: "127.0.0.1", port: 0 });
    owners = await registered(contract);
  });
  after(async () => {
    await collector.close();
    await server.close();
    await Promise.all(files.map((file) => file.close()));
    await rm(folder, { recursive: true });
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Registers the owners, each with an amount, by transactions that are pending at the same time. */
  async function registered(contract: HeldContract): Promise<readonly Owner[]> {
    const keys = Array.from({ length: OWNERS }, (_, i) => (i === 0 ? devnet.accounts.wallet(ALICE) : Wallet.createRandom()));
    const held = new Contract(HELD_ACCOUNTS_ADDRESS, HELD, alice());
    let nonce = await client.getTransactionCount(alice().address);
    const sent: Hex[] = [];
    for (const { address } of keys) {
      const { hash } = await held.getFunction("register").send(address, { nonce: nonce++, gasLimit: 300_000n });
      sent.push(hash as Hex);
    }
    for (let number = 1; number <= OWNERS; number++)
      await held.getFunction("give").send(number, COIN, GIFT, { nonce: nonce++, value: GIFT, gasLimit: 300_000n });
    const collecting = new CollectorClient(server.url);
    const opened: Owner[] = [];
    for (const [i, key] of keys.entries()) {
      const number = i + 1;
      const name = { chainId: CHAIN_ID, contract: HELD_ACCOUNTS_ADDRESS, number, owner: key.address.toLowerCase() as Hex };
      const file = await HeldAccountFile.create(join(folder, `${number}`), name);
      files.push(file);
      const wallet = new HeldWallet({ file, owner: key, chain: contract, collector: collecting });
      opened.push({ number, key, wallet, registered: sent[i]! });
    }
    return opened;
  }

  /** Bytes of logs that the commit of the open batch publishes. */
  async function settledLogBytes(): Promise<number> {
    const batch = (await chain().pipeline.seal())!;
    const { l1Transactions } = (await devnet.settle(CHAIN_ID)).at(-1)!;
    const [call] = (await calledCommits(devnet.l1.provider, l1Transactions.commit!, batch.commitment))!;
    assert.equal(call!.pubdata.length, 0);
    return call!.withheldLogs.length;
  }

  test("32 acts take 199 bytes on L1, 6.22 an act, and a burn is redeemed by the act that spends it", async (t) => {
    await Promise.all(owners.map(({ wallet }) => wallet.redeemLargest(COIN)));
    await settledLogBytes();
    const burns = owners.map(({ wallet, number }) => wallet.burn(COIN, 300n, (number % OWNERS) + 1));
    const proofs = (await Promise.all(burns)).map(encodeBurnProof);
    const bytes = await settledLogBytes();
    assert.equal(new Set(proofs.map((text) => decodeBurnProof(text).root)).size, 1);
    t.diagnostic(`${bytes} bytes of logs for ${OWNERS} acts`);
    // The count takes 2 bytes, a log's head 4, the root and its kind 33, a number 5. One transaction cannot prove 40 burns.
    assert.equal(bytes, 2 + 4 + 33 + 5 * OWNERS);
    assert.ok(bytes / OWNERS <= 6.5);
    // Recipients need no transaction, and were not asked.
    const [first, second] = owners;
    assert.ok(first && second);
    assert.equal(await second.wallet.redeem(decodeBurnProof(proofs[0]!)), 300n);
    assert.equal(await second.wallet.balance(COIN), GIFT);
    await second.wallet.burn(COIN, GIFT, first.number);
    assert.equal(await second.wallet.balance(COIN), 0n);
    await assert.rejects(second.wallet.redeem(decodeBurnProof(proofs[0]!)), { code: "AlreadyRedeemed" });
  });

  test("a silent owner has its old contents, and the others do not sign twice", async () => {
    const [, , silent, other] = owners;
    assert.ok(silent && other);
    const mute = { signTypedData: () => new Promise<string>(() => undefined) };
    const before = await silent.wallet.balance(COIN);
    const file = files[silent.number - 1]!;
    const joining = new HeldWallet({
      file,
      owner: {
        signTypedData: (domain, types, value) =>
          "Join" in types ? silent.key.signTypedData(domain, types, value) : mute.signTypedData(),
      },
      chain: await HeldContract.connect(client),
      collector: new CollectorClient(server.url),
    });
    void joining.burn(COIN, 1n, other.number).catch(() => undefined);
    assert.ok(await other.wallet.burn(COIN, 1n, silent.number));
    assert.equal(await silent.wallet.balance(COIN), before);
  });

  test("an owner acts by L1's queue without a collector", async () => {
    const [first] = owners;
    assert.ok(first);
    const payee: Hex = `0x${"77".repeat(20)}`;
    const spending = { burned: [], payments: [{ to: payee, token: COIN, amount: 5n }] };
    const before = await first.wallet.balance(COIN);
    const { leaves, acts } = await first.wallet.actAlone(spending);
    const call = {
      chainId: CHAIN_ID,
      to: HELD_ACCOUNTS_ADDRESS,
      valueWei: 0n,
      data: encodePost(leaves, acts),
      gasLimit: 2_000_000n,
    };
    await requestFromL1(factory(), call, devnet.accounts.wallet(ALICE).connect(devnet.l1.provider));
    await chain().pipeline.pollL1();
    await chain().pipeline.seal();
    await devnet.settle(CHAIN_ID);
    assert.equal(await client.getBalance(payee), 5n);
    assert.equal(await first.wallet.balance(COIN), before - 5n);
  });

  test("an interrupted registration continues with its file, and registers once", async () => {
    const contract = new Contract(HELD_ACCOUNTS_ADDRESS, HELD, client);
    const count = async () => Number(await contract.getFunction("accountCount").staticCall());
    const crash = new Error("crash");
    /** Signer of a program that ends before or after its transaction leaves. */
    class Dying extends Wallet {
      readonly sends: boolean;
      constructor(key: string, sends: boolean) {
        super(key, client);
        this.sends = sends;
      }
      override async sendTransaction(transaction: TransactionRequest): Promise<never> {
        if (this.sends) await (await super.sendTransaction(transaction)).wait();
        throw crash;
      }
    }
    const before = await count();
    const owner: Hex = `0x${"0e".repeat(20)}`;
    const key = devnet.accounts.wallet(ALICE).privateKey;
    const path = join(folder, "interrupted");
    await assert.rejects(registerHeldAccount(path, owner, new Dying(key, false)), crash);
    await assert.rejects(HeldAccountFile.open(path), { code: "NotRegistered" });
    assert.equal(await count(), before);
    await assert.rejects(registerHeldAccount(path, owner, new Dying(key, true)), crash);
    assert.equal(await count(), before + 1);
    await assert.rejects(registerHeldAccount(path, COIN, alice()), { code: "FileMismatch" });
    // Another account of the owner is not mistaken for the file's.
    const other = await registerHeldAccount(join(folder, "other"), owner, alice());
    const { name } = await registerHeldAccount(path, owner, alice());
    assert.deepEqual([name.number, other.name.number], [before + 1, before + 2]);
    await assert.rejects(registerHeldAccount(path, owner, alice()), { code: "FileExists" });
    assert.equal(await count(), before + 2);
    const file = await HeldAccountFile.open(path);
    assert.deepEqual(file.name, name);
    await file.close();
  });

  test("a recipient's registration is proven on L1, and another number or owner is refused", async () => {
    const [, owner] = owners;
    assert.ok(owner);
    const address = owner.key.address.toLowerCase() as Hex;
    const registration = await proveRegistration(client, {
      number: owner.number,
      owner: address,
      transactionHash: owner.registered,
    });
    assert.ok(registration);
    const expected = { chainId: CHAIN_ID, owner: address };
    const l1 = { l1: devnet.l1.provider, factory: factory() };
    assert.equal(await verifyRegistration(registration, expected, l1), owner.number);
    await assert.rejects(verifyRegistration({ ...registration, number: 1 }, expected, l1), { code: "InvalidProof" });
    const strangers = { ...expected, owner: COIN };
    await assert.rejects(verifyRegistration(registration, strangers, l1), { code: "InvalidProof" });
    await assert.rejects(verifyRegistration({ ...registration, owner: COIN }, strangers, l1), { code: "InvalidProof" });
  });
});
