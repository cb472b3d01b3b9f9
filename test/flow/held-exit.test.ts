import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Contract, type HDNodeWallet, type JsonRpcProvider } from "ethers";
import { heldAccountsAbi } from "../../src/ground/abi/held-accounts.ts";
import type { Ecosystem } from "../../src/ecosystem/client/ecosystem/ecosystem.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { viewL1 } from "../../src/ecosystem/client/messages/withdraw.ts";
import { senderOn } from "../../src/ecosystem/client/sending/submit.ts";
import { HeldAccountFile } from "../../src/ecosystem/held-accounts/account-file.ts";
import { CollectorClient } from "../../src/ecosystem/held-accounts/collector-client.ts";
import { serveCollector, type CollectorServer } from "../../src/ecosystem/held-accounts/collector-server.ts";
import { Collector } from "../../src/ecosystem/held-accounts/collector.ts";
import { deployHeldAccounts } from "../../src/ecosystem/held-accounts/deploy-held-accounts.ts";
import { ClaimWatcher } from "../../src/ecosystem/held-accounts/exit/claim-watcher.ts";
import { createHeldExit, encodeClaim } from "../../src/ecosystem/held-accounts/exit/exit-contract.ts";
import { HeldExit } from "../../src/ecosystem/held-accounts/exit/held-exit.ts";
import { HeldRecord } from "../../src/ecosystem/held-accounts/exit/held-record.ts";
import { HeldContract } from "../../src/ecosystem/held-accounts/held-contract.ts";
import { HeldWallet } from "../../src/ecosystem/held-accounts/held-wallet.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../src/ground/protocol/held-accounts-address.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ALICE, BOB, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const CHAIN_ID = 271n;
const WINDOW_SECONDS = 600;
const EXIT_DELAY_SECONDS = 3_600;
const CHAIN = {
  chainId: CHAIN_ID,
  execution: "proven",
  dataAvailability: "owners",
  priorityOpWindowSeconds: WINDOW_SECONDS,
  exitDelaySeconds: EXIT_DELAY_SECONDS,
} as const;
const COIN: Hex = `0x${"00".repeat(20)}`;
const WEEK_SECONDS = 7 * 86_400;
const BOND = 5n * 10n ** 16n;
const CAROL = 3;
const PLAN = { roundMs: 1_000, signMs: 10_000, maxActs: 8, maxWaiting: 20, silentMs: 60_000 };

describe("F5: owners leave a stopped chain whose operator has lost its disk", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let server: CollectorServer;
  let collector: Collector;
  let folder: string;
  /** State before the loss of the chain. */
  let ecosystem: Ecosystem;
  const files = new Map<number, HeldAccountFile>();

  const onL1 = (account: number): HDNodeWallet => devnet.accounts.wallet(account).connect(devnet.l1.provider) as HDNodeWallet;
  const fileOf = (account: number): HeldAccountFile => files.get(account)!;
  const heirOf = (account: number): Hex => `0x${(0xe100 + account).toString(16).padStart(40, "0")}`;
  const balanceOf = (account: Hex) => devnet.l1.provider.getBalance(account);
  const later = async (seconds: number): Promise<void> => {
    await devnet.l1.request("evm_increaseTime", [seconds]);
    await devnet.l1.request("evm_mine", []);
  };
  const exitOf = (account: number) => HeldExit.connect(ecosystem, Number(CHAIN_ID), onL1(account));

  before(async () => {
    devnet = await startFlowDevnet([{ ...CHAIN, openReads: true }, 272n], { ...UNPROVEN, singletons: true });
    client = clientOf(devnet.chains[0]!);
    folder = await mkdtemp(join(tmpdir(), "held-exit-"));
  });
  after(async () => {
    await Promise.all([...files.values()].map((file) => file.close()));
    await rm(folder, { recursive: true });
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("the chain settles acts, then is lost with its disk, and stops", async () => {
    ecosystem = devnet.info();
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await deployHeldAccounts(ecosystem, Number(CHAIN_ID), alice);
    const contract = await HeldContract.connect(alice);
    collector = new Collector(PLAN, { chain: contract, clock: systemClock });
    server = await serveCollector({ collector, chain: contract }, { host: "127.0.0.1", port: 0 });
    const wallets = new Map<number, HeldWallet>();
    for (const account of [ALICE, BOB, CAROL]) {
      const owner = devnet.accounts.wallet(account);
      const { number } = await contract.register(owner.address.toLowerCase() as Hex);
      const name = { chainId: CHAIN_ID, contract: HELD_ACCOUNTS_ADDRESS, number, owner: owner.address.toLowerCase() as Hex };
      files.set(account, await HeldAccountFile.create(join(folder, `${account}`), name));
      wallets.set(
        account,
        new HeldWallet({ file: fileOf(account), owner, chain: contract, collector: new CollectorClient(server.url) }),
      );
    }
    const numberOf = (account: number): number => fileOf(account).name.number;
    const held = new Contract(HELD_ACCOUNTS_ADDRESS, heldAccountsAbi, alice);
    const give = async (to: number, value: bigint): Promise<void> => {
      await (await held.getFunction("give").send(numberOf(to), COIN, value, { value })).wait();
    };
    await give(ALICE, 1_000n);
    await give(BOB, 70n);
    await wallets.get(ALICE)!.redeemLargest(COIN);
    // A copy of Alice's file before she spent: a thief would claim its contents.
    await copyFile(join(folder, `${ALICE}`), join(folder, "stale"));
    const proof = await wallets.get(ALICE)!.burn(COIN, 300n, numberOf(CAROL));
    await wallets.get(CAROL)!.redeem(proof);
    await give(ALICE, 5n);
    await devnet.chains[0]!.pipeline.seal();
    await devnet.settle(CHAIN_ID);
    // L1 never executes this act.
    await wallets.get(ALICE)!.pay(COIN, 100n, heirOf(9));
    await collector.close();
    await server.close();
    await devnet.removeChain(CHAIN_ID, { force: true });
    assert.deepEqual(
      devnet.chains.map(({ chainId }) => chainId),
      [272n],
    );
    const order = { chainId: CHAIN_ID, to: heirOf(9), valueWei: 1n, gasLimit: 300_000n };
    await requestFromL1(devnet.ecosystem.addresses.factory, order, onL1(ALICE));
    const exit = await exitOf(BOB);
    await assert.rejects(exit.activate(fileOf(ALICE)), { code: "FileMismatch" });
    await assert.rejects(exit.activate(fileOf(BOB)), {
      code: "ExitNotOpen",
      message: /the exit of .* opens after 20\d\d-.*Z, in \d+ s/,
    });
    await later(2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS + 60);
    await exit.activate(fileOf(BOB));
  });

  test("a stale claim is refuted by a watcher, from L1's data alone, for the bond", async () => {
    const stale = await HeldAccountFile.open(join(folder, "stale"));
    const thief = await exitOf(ALICE);
    await assert.rejects(thief.claim(stale), { code: "UnknownOpening" });
    // The thief skips the client's check.
    const [act] = stale.acts;
    assert.ok(act);
    const record = await HeldRecord.read(viewL1(ecosystem, devnet.l1.provider), CHAIN_ID);
    const listing = record.listingOf(act);
    assert.ok(listing);
    const to = await createHeldExit(ecosystem.l1.contracts.bridge, await senderOn(onL1(ALICE), ecosystem.l1));
    const account = { chainId: Number(CHAIN_ID), number: stale.name.number, opening: act.opening };
    await (await onL1(ALICE).sendTransaction({ to, data: encodeClaim(account, act, listing), value: BOND })).wait();
    await stale.close();
    const watcher = await ClaimWatcher.connect(ecosystem, Number(CHAIN_ID), onL1(RELAYER));
    const [refuted, ...others] = await watcher.refuteStale();
    assert.deepEqual([refuted?.number, refuted?.bondWei, others], [fileOf(ALICE).name.number, BOND, []]);
    assert.equal(await thief.claimOf(fileOf(ALICE).name.number), undefined);
    assert.deepEqual(await watcher.refuteStale(), []);
  });

  test("honest claims are paid to the unit after a week: holdings, notes, gifts and bonds", async () => {
    for (const account of [ALICE, BOB, CAROL]) await (await exitOf(account)).claim(fileOf(account));
    const watcher = await ClaimWatcher.connect(ecosystem, Number(CHAIN_ID), onL1(RELAYER));
    assert.deepEqual(await watcher.refuteStale(), []);
    await assert.rejects((await exitOf(ALICE)).pay(fileOf(ALICE), heirOf(ALICE)), { code: "NotPayable" });
    await later(WEEK_SECONDS);
    const paid = async (account: number) => {
      const payments = await (await exitOf(account)).pay(fileOf(account), heirOf(account));
      return payments.map(({ source, amount }) => [source, amount]);
    };
    assert.deepEqual(await paid(ALICE), [
      ["holding", 700n],
      ["gift", 5n],
      ["bond", BOND],
    ]);
    assert.deepEqual(await paid(BOB), [
      ["gift", 70n],
      ["bond", BOND],
    ]);
    assert.deepEqual(await paid(CAROL), [
      ["note", 300n],
      ["bond", BOND],
    ]);
    assert.equal(await balanceOf(heirOf(ALICE)), 705n + BOND);
    assert.equal(await balanceOf(heirOf(BOB)), 70n + BOND);
    assert.equal(await balanceOf(heirOf(CAROL)), 300n + BOND);
    assert.deepEqual(await paid(ALICE), []);
  });
});
