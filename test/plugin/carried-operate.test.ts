import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { HDNodeWallet, JsonRpcProvider, Wallet } from "ethers";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const CAROL = "0x00000000000000000000000000000000000ca201";
const KEY_1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
/** A contract that counts its calls in slot 0: PUSH0 SLOAD PUSH1 1 ADD DUP1 PUSH0 SSTORE …, and the code that deploys it. */
const COUNTER_INIT = "0x6d5f54600101805f555f5260205ff35f52600e6012f3";

describe("D3: tasks for a chain on a chain", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  const folder = mkdtempSync(join(tmpdir(), "hyperchain-receipts-"));
  const receipts = join(folder, "receipts.json");
  const providers: JsonRpcProvider[] = [];
  const connect = (url: string): JsonRpcProvider => {
    const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
    providers.push(provider);
    return provider;
  };
  const keyOf = (place: number): { readonly environment: Readonly<Record<string, string>> } => {
    const path = `m/44'/60'/0'/0/${ACCOUNT_NUMBERS.firstOperator + place}`;
    return {
      environment: {
        HYPERCHAIN_PRIVATE_KEY: HDNodeWallet.fromPhrase(ecosystem.info.accounts.mnemonic ?? "", undefined, path).privateKey,
      },
    };
  };

  before(async () => {
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "200", "--no-relayer"], {
      config: { chains: { alpha: {}, x: { settlesOn: "alpha" } }, accounts: { funded: 4, balance: "10" } },
    });
  });
  after(async () => {
    for (const provider of providers) provider.destroy();
    rmSync(folder, { recursive: true });
    await workplace.close();
  });

  async function stopBoth(): Promise<void> {
    for (const name of ["x", "alpha"]) assert.equal((await workplace.run(["hyperchain:settle", name])).code, 0);
    // Each stopped instance of the ecosystem simulates a dead operator.
    assert.equal((await workplace.run(["hyperchain:stop", "x"])).code, 0);
    const deposit = await workplace.run(["hyperchain:deposit", "0.5", `${CAROL}@x`, "--no-wait", "--json"]);
    assert.equal(deposit.code, 0, deposit.stderr);
    const { l1TransactionHash } = JSON.parse(deposit.stdout) as { readonly l1TransactionHash: string };
    const alpha = connect(ecosystem.info.chains[0]?.url ?? "");
    const answer: unknown = await alpha.send("eth_getTransactionReceipt", [l1TransactionHash]);
    writeFileSync(receipts, JSON.stringify({ jsonrpc: "2.0", id: 1, result: answer }));
    assert.equal((await workplace.run(["hyperchain:settle", "alpha"])).code, 0);
    assert.equal((await workplace.run(["hyperchain:stop", "alpha"])).code, 0);
  }

  test("C7: hyperchain:call reaches a contract on L1 over the base, and hyperchain:claim brings each step", async () => {
    const l1 = connect(ecosystem.info.l1.url);
    const contract = (await (await new Wallet(KEY_1, l1).sendTransaction({ data: COUNTER_INIT })).wait())?.contractAddress ?? "";
    const call = ["hyperchain:call", `${contract}@l1`, "visit(uint256)", "7", "--from", "2@x"];
    const { gasLimit } = JSON.parse((await workplace.run([...call, "--estimate", "--json"])).stdout) as { gasLimit: string };
    const made = await workplace.run([...call, "--gas", gasLimit, "--json"]);
    assert.equal(made.code, 0, made.stderr);
    const told = JSON.parse(made.stdout) as { executed: boolean; claimed: readonly { chainId: number }[] };
    assert.deepEqual([told.executed, told.claimed.length], [true, 2]);
    assert.equal(BigInt(await l1.getStorage(contract, 0)), 1n);
    const later = await workplace.run([...call, "--no-wait"]);
    const hash = /hyperchain:claim x (0x[0-9a-f]{64})/.exec(later.stdout)?.[1] ?? "";
    const claimed = await workplace.run(["hyperchain:claim", "x", hash, "--from", "3"]);
    const onAlpha = /^made on alpha: (0x[0-9a-f]{64})\nmade on l1: 0x[0-9a-f]{64}/.exec(claimed.stdout)?.[1];
    assert.notEqual(onAlpha, undefined, `${claimed.stdout}${claimed.stderr}`);
    assert.equal(BigInt(await l1.getStorage(contract, 0)), 2n);
    // The forwarded call is also a separate call of alpha's.
    const again = await workplace.run(["hyperchain:claim", "alpha", onAlpha ?? "", "--from", "3"]);
    assert.match(again.stdout, /^made on l1 before, 0x[0-9a-f]{64}$/m, again.stderr);
    const valued = await workplace.run([...call, "--value", "0.5"]);
    assert.match(valued.stderr, /a call over chains between brings no value: send 500000000000000000 wei to 0x\w+@l1/);
  });

  test("B9: hyperchain:bring of a chain on a chain names what it settles on, and a chain that cannot keep it", async () => {
    const { stderr } = await workplace.run(["hyperchain:bring", `${CAROL}@x`, "0", "--to", "alpha"]);
    assert.match(stderr, /once alpha has executed a batch that has it/);
    assert.match(stderr, /alpha cannot be shown the slot of x: it is that chain itself, is paused, or settles elsewhere/);
  });

  test("hyperchain:reconstruct --operate continues it and its base, from L1's URL and a file of its queue's pending operations", async () => {
    await stopBoth();
    const [alpha, x] = ecosystem.info.chains;
    const { url: l1 } = ecosystem.info.l1;
    const serving = ["--serve-port", "0", "--operate", "--json"];
    const base = await workplace.start(
      ["hyperchain:reconstruct", alpha?.hyperchain ?? "", "--settlement-url", l1, ...serving],
      keyOf(0),
    );
    const { url: baseUrl } = JSON.parse(base.first) as { readonly url: string };
    const named = ["hyperchain:reconstruct", x?.hyperchain ?? "", "--base", alpha?.hyperchain ?? "", "--base-url", l1];
    const told = JSON.parse((await workplace.run([...named, "--json"])).stdout) as {
      readonly priorityOps: { readonly waiting: number; readonly unknown: readonly object[] };
    };
    assert.deepEqual([told.priorityOps.waiting, told.priorityOps.unknown.length], [1, 1]);
    const alone = await workplace.run([...named, ...serving], keyOf(1));
    assert.match(alone.stderr, /with --operate, name a running node of the base/);
    const on = [...named, "--settlement-url", baseUrl];
    const missing = await workplace.run([...on, ...serving], keyOf(1));
    assert.match(
      missing.stderr,
      /of its queue only the hash is on L1; bring the receipts on chain 271 .* --operations takes a file/,
    );
    const odd = await workplace.run([...on, ...serving, "--operations", join(folder, "nothing.json")], keyOf(1));
    assert.match(odd.stderr, /nothing\.json cannot be read: ENOENT/);
    const operated = await workplace.start([...on, ...serving, "--operations", receipts], keyOf(1));
    const { url } = JSON.parse(operated.first) as { readonly url: string };
    const client = connect(url);
    for (const begun = Date.now(); (await client.getBalance(CAROL)) === 0n;)
      assert.ok(Date.now() - begun < 60_000, "the operation is taken");
    for (const begun = Date.now(); ;) {
      const { stdout } = await workplace.run([...named, "--json"]);
      const { priorityOps } = JSON.parse(stdout) as { readonly priorityOps: { readonly waiting: number } };
      if (priorityOps.waiting === 0) break;
      assert.ok(Date.now() - begun < 60_000, "L1 has the batch that takes it");
    }
    assert.equal(await operated.interrupt(), 0);
    assert.equal(await base.interrupt(), 0);
  });
});
