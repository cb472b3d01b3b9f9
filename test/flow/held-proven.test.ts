import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Contract, Wallet } from "ethers";
import { heldAccountsAbi } from "../../src/ground/abi/held-accounts.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../src/ground/protocol/held-accounts-address.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { HeldAccountFile } from "../../src/ecosystem/held-accounts/account-file.ts";
import { CollectorClient } from "../../src/ecosystem/held-accounts/collector-client.ts";
import { serveCollector } from "../../src/ecosystem/held-accounts/collector-server.ts";
import { Collector } from "../../src/ecosystem/held-accounts/collector.ts";
import { deployHeldAccounts } from "../../src/ecosystem/held-accounts/deploy-held-accounts.ts";
import { HeldContract } from "../../src/ecosystem/held-accounts/held-contract.ts";
import { HeldWallet } from "../../src/ecosystem/held-accounts/held-wallet.ts";
import { recordProofOf } from "../support/recorded-proofs.ts";
import { ALICE, clientOf, startFlowDevnet } from "./support/devnet.ts";

const CHAIN_ID = 271n;
const COIN: Hex = `0x${"00".repeat(20)}`;
const OWNERS = 2;
const GIFT = 1_000n;
/** A round is long enough for both owners on a busy machine. */
const PLAN = { roundMs: 4_000, signMs: 60_000, maxActs: OWNERS, maxWaiting: 100, silentMs: 60_000 };

/* As users have it: the package's programs, keys and contracts. */
test("F5: L1 executes a batch with payments between two held accounts by one proof", async (context) => {
  const chain = { chainId: CHAIN_ID, execution: "proven", dataAvailability: "owners", openReads: true } as const;
  const devnet = await startFlowDevnet([chain], { singletons: true, fundedAccounts: [ALICE], prover: { workers: 2 } });
  context.after(() => devnet.close());
  const client = clientOf(devnet.chains[0]!);
  const { pipeline } = devnet.chains[0]!;
  const folder = await mkdtemp(join(tmpdir(), "held-proven-"));
  const alice = devnet.accounts.wallet(ALICE).connect(client);
  await deployHeldAccounts(devnet.info(), Number(CHAIN_ID), alice);
  const contract = await HeldContract.connect(alice);
  const collector = new Collector(PLAN, { chain: contract, clock: systemClock });
  const server = await serveCollector({ collector, chain: contract }, { host: "127.0.0.1", port: 0 });
  const held = new Contract(HELD_ACCOUNTS_ADDRESS, heldAccountsAbi, alice);
  const keys = [devnet.accounts.wallet(ALICE), Wallet.createRandom()];
  for (const { address } of keys) await (await held.getFunction("register")(address, { gasLimit: 300_000n })).wait();
  for (const number of [1, 2])
    await (await held.getFunction("give")(number, COIN, GIFT, { value: GIFT, gasLimit: 300_000n })).wait();
  const files: HeldAccountFile[] = [];
  const wallets: HeldWallet[] = [];
  for (const [i, owner] of keys.entries()) {
    const name = { chainId: CHAIN_ID, contract: HELD_ACCOUNTS_ADDRESS, number: i + 1, owner: owner.address.toLowerCase() as Hex };
    const file = await HeldAccountFile.create(join(folder, `${i + 1}`), name);
    files.push(file);
    wallets.push(new HeldWallet({ file, owner, chain: contract, collector: new CollectorClient(server.url) }));
  }
  const [one, two] = wallets as [HeldWallet, HeldWallet];
  const [burn] = await Promise.all([one.burn(COIN, 300n, 2), two.burn(COIN, 200n, 1)]);
  const batch = (await pipeline.seal())!;
  assert.equal(batch.outputs.batchNumber, 0n);
  const { receipts } = await pipeline.settled(0n);
  assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);
  await recordProofOf("held-accounts", receipts.prove!);
  const names = receipts.execute!.logs.flatMap((log) => hyperchainInterface.parseLog(log)?.name ?? []);
  assert.ok(names.includes("BlockExecution"));
  assert.equal(await two.redeem(burn), 300n);
  assert.equal(await two.balance(COIN), GIFT + 100n);
  context.diagnostic(`gas of the proof: ${receipts.prove!.gasUsed}`);
  await collector.close();
  await server.close();
  for (const file of files) await file.close();
  await rm(folder, { recursive: true });
  client.destroy();
});
