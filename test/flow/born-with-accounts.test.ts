import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HDNodeWallet } from "ethers";
import { readBornState } from "../../src/ecosystem/devnet/chain-on-l1/imported-state.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { ETHER, settleNow } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { Kept } from "./support/kept.ts";

/** Adds one to its first slot. */
const COUNT: Hex = "0x5f546001015f5500";
const COUNTER: Hex = `0x${"c0".repeat(20)}`;
/** One of the public's singletons, which every chain has. */
const CREATE2_DEPLOYER: Hex = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
/** Development account 3, which is not funded. */
const HOLDER = 3;

describe("B8: chains of an ecosystem start with accounts of another chain", () => {
  const kept = new Kept([271n], { relayer: false, singletons: true });
  let holder: HDNodeWallet;
  before(async () => {
    await kept.start();
    holder = kept.devnet.accounts.wallet(HOLDER);
  });
  after(() => kept.end());
  const beta = () => kept.devnet.chains[1]!;
  const ask = (method: string, ...params: unknown[]): Promise<unknown> => beta().provider.request({ method, params });
  const add = (accounts: object, others: object = {}) =>
    kept.devnet.addChain({ name: "beta", import: accounts, batches: { maxAgeMs: null }, ...others });
  const alloc = (): object => ({
    [holder.address]: { balance: String(3n * ETHER), nonce: "0x7" },
    [COUNTER]: { nonce: "1", code: COUNT, storage: { "0x0": "0x29", "0x9": `0x${"ff".repeat(32)}`, "0xa": "0x0" } },
    // As anvil's dumps have it.
    [CREATE2_DEPLOYER]: { nonce: "0x1", code: "0x7fff" },
  });
  const count = async (): Promise<void> => {
    const nonce = Number(await ask("eth_getTransactionCount", holder.address, "latest"));
    const signed = await holder.signTransaction({ to: COUNTER, gasLimit: 100_000, nonce, gasPrice: 0n, chainId: beta().chainId });
    const hash = await ask("eth_sendRawTransaction", signed);
    const receipt = (await ask("eth_getTransactionReceipt", hash)) as { readonly status: Hex };
    assert.equal(receipt.status, "0x1");
  };

  test("accounts that no first state can have are refused by name, and no id is spent", async () => {
    const context: Hex = "0x000000000000000000000000000000000000800b";
    for (const [accounts, message] of [
      [{ [context]: { storage: { "0x2": "0x1" } } }, /^import: .*800b: 0x8000 to 0x80ff are the protocol's own addresses/],
      [{ [COUNTER]: { balance: String(2n ** 192n) } }, /^import: nonce 0 or balance \d+ does not fit an account header/],
      [{ [COUNTER]: {}, [COUNTER.toUpperCase().replace("0X", "0x")]: {} }, /^import: .* is listed twice/],
      [{ [COUNTER]: { code: "0x1" } }, /code must be a contract's code/],
      [{}, /^import: has no account/],
      [{ [COUNTER]: {} }, /^import: none of its accounts has a balance, a nonce, code or storage/],
      [{ [COUNTER]: { storage: { "0x1": "0x1", "0x01": "0x2" } } }, /^import: slot 1 of 0xc0c0.* is listed twice/],
      // The engine ends at this code: a chain that was created with it would never start.
      [{ [COUNTER]: { code: "0x73" } }, /^import: code 0x73 of 0xc0c0.* is a PUSH20 cut short/],
      [{ [COUNTER]: { code: `0x${"00".repeat(24_577)}` } }, /^import: has 24577 bytes of code at 0xc0/],
    ] as const)
      await assert.rejects(add(accounts), { name: "DevnetOptionsError", message });
    assert.equal(kept.devnet.chains.length, 1);
  });

  test("a validator in a separate process runs its batches from the initial state that it reads from L1", async () => {
    await add(alloc(), { quorum: { members: 1, threshold: 1 } });
    const { created, signers } = beta().pipeline;
    assert.ok(created.bornAt > 0n);
    assert.equal(beta().chainId, 272n, "the next id: none was spent");
    assert.equal(created.configuration.importBatches, 1n);
    assert.equal(signers.quorum.members.length, 1);
    assert.equal(BigInt((await ask("eth_getBalance", holder.address, "latest")) as Hex), 3n * ETHER);
    assert.equal(await ask("eth_getCode", COUNTER, "latest"), COUNT);
    await count();
    assert.equal(BigInt((await ask("eth_getStorageAt", COUNTER, "0x0", "latest")) as Hex), 42n);
    assert.equal(BigInt((await ask("eth_getStorageAt", COUNTER, "0x9", "latest")) as Hex), 2n ** 256n - 1n);
    await settleNow(beta());
  });

  test("anyone rebuilds it from L1 alone", async () => {
    const { hyperchain } = beta().pipeline.created;
    const rebuilt = await reconstruct({ l1: kept.devnet.l1.provider, hyperchain, genesis: await genesisOf() });
    assert.equal(rebuilt.stateRoot, digestToHex(beta().pipeline.chain.tree.root));
    const found = rebuilt.state.accounts().find(({ address }) => lowerCaseAddress(address) === lowerCaseAddress(holder.address));
    assert.equal(found?.nonce, 8n);
  });

  test("a start reads L1 up to its birth, however long ago that was", async () => {
    const { provider } = kept.devnet.l1;
    const { created } = beta().pipeline;
    const { number } = (await provider.getBlock("latest"))!;
    let pages = 0;
    const older = new Proxy(provider, {
      get: (target, name) => {
        if (name === "getBlockNumber") return async () => number + 1_000_000;
        if (name === "getLogs") pages++;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const born = await readBornState(created, await genesisOf(), { provider: older, fromBlock: created.fromBlock });
    assert.equal(digestToHex(born!.copy().tree.root), created.configuration.importStateRoot);
    assert.equal(pages, 1);
  });

  test("continues after a restart, without the list of accounts", async () => {
    await count();
    await kept.restart();
    assert.equal(BigInt((await ask("eth_getStorageAt", COUNTER, "0x0", "latest")) as Hex), 43n);
    await count();
    const { batch } = await settleNow(beta());
    const { hyperchain } = beta().pipeline.created;
    const rebuilt = await reconstruct({ l1: kept.devnet.l1.provider, hyperchain, genesis: await genesisOf() });
    assert.equal(rebuilt.stateRoot, digestToHex(batch.newStateRoot));
  });
});
