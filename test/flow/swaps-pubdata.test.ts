import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import { deploy, tokensOf } from "../client/support.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, UNPROVEN } from "./support/devnet.ts";

const pools = new Interface([
  "function sync() payable",
  "function coins() view returns (uint256)",
  "function tokens() view returns (uint256)",
  "function swapExactETHForTokens(uint256,address[],address,uint256) payable returns (uint256[])",
]);
const erc20 = new Interface(["function transfer(address,uint256)"]);

/** The values of updates, in order of their leaves, by the published format: no log, code or new leaf comes with them. */
function updatesIn(pubdata: Uint8Array): readonly { readonly index: number; readonly value: bigint; readonly bytes: number }[] {
  const data = Buffer.from(pubdata);
  // Version; logs, codes, updates, insertions.
  const head = [data[0], data.readUInt16BE(1), data.readUInt16BE(3), data.readUInt16BE(7)];
  assert.deepEqual(head, [2, 0, 0, 0]);
  const updates = [];
  let at = 9;
  for (let left = data.readUInt16BE(5); left > 0; left--) {
    const bytes = data[at]!;
    const value = BigInt(`0x0${data.subarray(at + 5, at + 5 + bytes).toString("hex")}`);
    updates.push({ index: data.readUInt32BE(at + 1), value, bytes });
    at += 5 + bytes;
  }
  assert.equal(at, data.length);
  return updates;
}

test("F1: 100 swaps on one pool publish what one publishes: at most 171 bytes, which are the last state of nine leaves", async () => {
  const devnet = await startFlowDevnet([271n], UNPROVEN);
  const [chain] = devnet.chains;
  const client = clientOf(chain!);
  try {
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const token = await deploy(alice, "L2TestToken", 10n ** 24n, false, false);
    const pool = await deploy(alice, "TestPool", token);
    await (await alice.sendTransaction({ to: token, data: erc20.encodeFunctionData("transfer", [pool, 10n ** 23n]) })).wait();
    await (await alice.sendTransaction({ to: pool, data: pools.encodeFunctionData("sync"), value: ETHER })).wait();
    const ask = async (name: "coins" | "tokens") => BigInt(await client.call({ to: pool, data: pools.encodeFunctionData(name) }));
    const swapped = async (swaps: number) => {
      const data = pools.encodeFunctionData("swapExactETHForTokens", [0n, [pool, token], alice.address, 2n ** 40n]);
      let nonce = await alice.getNonce();
      for (let i = 0; i < swaps; i++) {
        const swap = await alice.sendTransaction({ to: pool, data, value: 10n ** 15n, nonce: nonce++, gasLimit: 200_000n });
        assert.equal((await swap.wait())?.status, 1);
      }
      const { batch } = await settleNow(chain!);
      const [coins, tokens] = [await ask("coins"), await ask("tokens")];
      // Balance ‖ nonce (8).
      const accounts = [(await client.getBalance(alice.address)) * 2n ** 64n + BigInt(nonce), coins * 2n ** 64n + 1n];
      const slots = [tokens, tokens, coins, await tokensOf(client, token, alice.address)];
      return { pubdata: batch.pubdata, expected: [...accounts, ...slots] };
    };
    // What is new comes before.
    await swapped(1);
    const [one, hundred] = [await swapped(1), await swapped(100)];
    for (const { pubdata, expected } of [one, hundred]) {
      const updates = updatesIn(pubdata);
      // Chain of the blocks' hashes, fees and batch's number; the sender, the pool's tokens, coins and its two reserves, the sender's
      // tokens: each with its length and index. Their order follows from the accounts' addresses. Hashes may begin with zeros.
      const ofHashes = Math.max(...updates.map(({ bytes }) => bytes));
      assert.ok(ofHashes > 28 && ofHashes <= 32, `${ofHashes}`);
      const lengths = updates.map(({ bytes }) => bytes).toSorted((a, b) => a - b);
      assert.deepEqual(lengths, [1, 8, 10, 10, 10, 14, 16, 16, ofHashes]);
      assert.equal(pubdata.length, 9 + 9 * 5 + ofHashes + 14 + 16 + 1 + 10 + 16 + 10 + 8 + 10);
      const values = updates.map(({ value }) => value);
      for (const value of expected) assert.ok(values.splice(values.indexOf(value), 1)[0] === value, `${value}`);
      assert.equal(values.length, 3);
    }
    const indices = ({ pubdata }: typeof one): readonly number[] => updatesIn(pubdata).map(({ index }) => index);
    assert.deepEqual(indices(hundred), indices(one));
  } finally {
    client.destroy();
    await devnet.close();
  }
  assert.deepEqual(devnet.faults, []);
});
