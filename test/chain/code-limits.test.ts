import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { getCreateAddress } from "ethers";
import { chainMethods } from "../../src/chain/rpc/served/methods.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../src/ground/protocol/genesis.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "./support/chain.ts";
import { TestWallet } from "./support/wallet.ts";
import { ask as askChain } from "./support/ask.ts";

const { address: SYSTEM_CONTEXT, slot: WORD } = UNLIMITED_CONTRACT_SIZE;
const UNLIMITED = [{ address: SYSTEM_CONTEXT, storage: [{ slot: BigInt(WORD), value: 1n }] }];
/** EIP-170's limit, and EIP-3860's. */
const MOST_CODE = 24_576;
const MOST_INIT_CODE = 49_152;
/** 2^24 gas at 200 a byte. */
const MOST_PAYABLE = 83_886;
/** Creates a contract from its calldata: CALLDATASIZE PUSH0 PUSH0 CALLDATACOPY CALLDATASIZE PUSH0 PUSH0 CREATE PUSH0 SSTORE. */
const CREATOR: Hex = "0x365f5f37365f5ff05f5500";
const FACTORY: Hex = `0x${"fa".repeat(20)}`;
const GAS = 16_000_000n;

/** Init code of some length that deploys zeros: PUSH3 PUSH0 RETURN and unreachable bytes. */
const initCode = (codeBytes: number, initBytes = 6): Hex =>
  `0x62${codeBytes.toString(16).padStart(6, "0")}5ff3${"00".repeat(initBytes - 6)}`;

type Ask = (method: string, ...params: unknown[]) => Promise<unknown>;

async function withChain(isUnlimited: boolean, use: (test: TestChain, wallet: TestWallet, ask: Ask) => Promise<void>) {
  const wallet = new TestWallet(3);
  const started = await startTestChain({
    genesis: [
      { address: wallet.address, balanceWei: 10n ** 20n },
      { address: FACTORY, code: CREATOR },
    ],
    initialState: isUnlimited ? UNLIMITED : [],
    sequencer: { cheatsAllowed: true },
  });
  const methods = chainMethods(started.chain, { gasPrice: { toldWei: 1n }, development: true });
  try {
    await use(started, wallet, async (method, ...params) => methods.get(method)!(params, undefined));
    await started.chain.seal();
    assert.deepEqual(started.faults, []);
  } finally {
    await started.chain.close();
  }
}

async function send({ chain }: TestChain, wallet: TestWallet, data: Hex, to?: Hex): Promise<{ status: Hex; gasUsed: Hex }> {
  const hash = await chain.submit(await wallet.signRaw({ data, gasLimit: GAS, ...(to === undefined ? {} : { to }) }));
  return (await askChain(chain, "eth_getTransactionReceipt", [hash])) as { status: Hex; gasUsed: Hex };
}

describe("A13: limits of code", () => {
  test("a chain whose first state says so deploys code of any size, in both engines and its batch", async () => {
    await withChain(true, async (test, wallet, ask) => {
      const large = initCode(MOST_CODE + 1, MOST_INIT_CODE + 1);
      const request = { from: wallet.address, data: large };
      const estimate = BigInt((await ask("eth_estimateGas", request)) as Hex);
      const created = getCreateAddress({ from: wallet.address, nonce: 0 });
      const { status, gasUsed } = await send(test, wallet, large);
      assert.deepEqual([status, BigInt(gasUsed) <= estimate], ["0x1", true]);
      const code = (await ask("eth_getCode", created, "latest")) as Hex;
      assert.equal(fromHex(code).length, MOST_CODE + 1);
      // By CREATE, of both lengths above the limits.
      assert.equal((await send(test, wallet, large, FACTORY)).status, "0x1");
      const child = getCreateAddress({ from: FACTORY, nonce: 0 });
      assert.equal(await ask("eth_getCode", child, "latest"), code);
      // A call that deploys is answered by the engine that answers questions, with what it deployed.
      assert.equal(await ask("eth_call", request, "latest"), code);
      const batch = await test.chain.seal();
      assert.ok(Buffer.from(batch!.pubdata).includes(Buffer.from(fromHex(code))));
      assert.ok(test.batches.length === 1);
    });
  });

  test("any other chain has Ethereum's limits", async () => {
    await withChain(false, async (test, wallet, ask) => {
      assert.equal((await send(test, wallet, initCode(MOST_CODE))).status, "0x1");
      assert.equal((await send(test, wallet, initCode(MOST_CODE + 1))).status, "0x0");
      assert.equal((await send(test, wallet, initCode(1, MOST_INIT_CODE))).status, "0x1");
      await assert.rejects(send(test, wallet, initCode(1, MOST_INIT_CODE + 1)), /max initcode size exceeded: it has \d+ bytes/);
      wallet.nonce--;
      await assert.rejects(ask("eth_estimateGas", { from: wallet.address, data: initCode(MOST_CODE + 1) }));
      assert.equal((await send(test, wallet, initCode(MOST_CODE + 1), FACTORY)).status, "0x1");
      assert.equal(await ask("eth_getStorageAt", FACTORY, "0x0", "latest"), wordToHex(0n));
    });
  });

  test("code that is set is bounded by the size of a payable deployment, and no client sets the rule", async () => {
    const zeros = (count: number): Hex => `0x${"00".repeat(count)}`;
    await withChain(true, async (_test, _wallet, ask) => {
      await assert.rejects(ask("hardhat_setCode", FACTORY, zeros(MOST_PAYABLE + 1)), /at most 83886 bytes/);
      assert.equal(await ask("hardhat_setCode", FACTORY, zeros(MOST_PAYABLE)), true);
      assert.equal(keccak(fromHex((await ask("eth_getCode", FACTORY, "latest")) as Hex)), keccak(fromHex(zeros(MOST_PAYABLE))));
      await assert.rejects(ask("hardhat_setStorageAt", SYSTEM_CONTEXT, WORD, wordToHex(0n)), /protocol's own addresses/);
    });
    await withChain(false, async (_test, _wallet, ask) => {
      await assert.rejects(ask("hardhat_setStorageAt", SYSTEM_CONTEXT, WORD, wordToHex(1n)), /protocol's own addresses/);
    });
  });
});
