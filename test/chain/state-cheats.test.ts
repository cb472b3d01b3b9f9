import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chainMethods } from "../../src/chain/rpc/served/methods.ts";
import type { StateCheat } from "../../src/ground/protocol/state-cheat.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { keccak, fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { BOOTLOADER_ADDRESS } from "../../src/ground/protocol/l2-log.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { startTestChain, type TestChain } from "./support/chain.ts";
import { TestWallet } from "./support/wallet.ts";
import { ask as askChain } from "./support/ask.ts";

const RICH: Hex = `0x${"a1".repeat(20)}`;
const CONTRACT: Hex = `0x${"c0".repeat(20)}`;
const SINK: Hex = `0x${"ee".repeat(20)}`;
/** Returns slot 1: PUSH1 1 SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 RETURN. */
/** EIP-2935's own code: what Ethereum's system calls writes its input into the slot of the block before. */
const BLOCK_HASHES =
  "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
const READER: Hex = "0x6001545f5260205ff3";

async function withChain(
  cheatsAllowed: boolean,
  use: (test: TestChain, wallet: TestWallet, ask: Ask) => Promise<void>,
): Promise<void> {
  const wallet = new TestWallet(3);
  const test = await startTestChain({
    genesis: [{ address: wallet.address, balanceWei: 10n ** 20n }],
    sequencer: { cheatsAllowed },
  });
  const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
  const ask: Ask = async (method, ...params) => methods.get(method)!(params, undefined);
  try {
    await use(test, wallet, ask);
  } finally {
    await test.chain.close();
  }
}

type Ask = (method: string, ...params: unknown[]) => Promise<unknown>;

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "CheatRefused" && message.test(error.message);

describe("B4: state cheats are sequenced, witnessed and counted", () => {
  it("sets balance, nonce, code and storage in both engines, and in the batch's changes", async () => {
    await withChain(true, async ({ chain, faults }, _wallet, ask) => {
      assert.equal(await ask("hardhat_setBalance", RICH, "0x64"), true);
      assert.equal(await ask("hardhat_setNonce", RICH, "0x7"), true);
      assert.equal(await ask("hardhat_setCode", CONTRACT, READER), true);
      assert.equal(
        await ask(
          "hardhat_setStorageAt",
          CONTRACT,
          "0x0000000000000000000000000000000000000000000000000000000000000001",
          `0x${"00".repeat(31)}2a`,
        ),
        true,
      );
      assert.equal(await ask("eth_getBalance", RICH, "latest"), "0x64");
      assert.equal(await ask("eth_getTransactionCount", RICH, "latest"), "0x7");
      assert.equal(BigInt((await ask("eth_call", { to: CONTRACT }, "latest")) as Hex), 42n);
      const batch = await chain.seal();
      assert.equal(batch?.outputs.cheatCount, 4n);
      const value = (leafKind: LeafKind, address: Hex, slot = 0n): bigint | undefined =>
        batch?.writes.find((write) => write.leafKind === leafKind && write.address === BigInt(address) && write.slot === slot)
          ?.value;
      assert.equal(value(LeafKind.account, RICH), 100n * 2n ** 64n + 7n);
      assert.equal(value(LeafKind.codeHash, CONTRACT), BigInt(keccak(fromHex(READER))));
      assert.equal(value(LeafKind.storage, CONTRACT, 1n), 42n);
      assert.deepEqual(
        batch?.bytecodes.filter((code) => code === READER),
        [READER],
      );
      assert.deepEqual(faults, []);
      assert.equal((await chain.seal())?.outputs.cheatCount, undefined, "no batch is open");
    });
  });

  it("lets a cheated balance be spent at once", async () => {
    await withChain(true, async ({ chain }, _wallet, ask) => {
      const poor = new TestWallet(4);
      const raw = await poor.signRaw({ to: SINK, value: 5n });
      await assert.rejects(chain.submit(raw), /insufficient funds/);
      await ask("hardhat_setBalance", poor.address, "0xde0b6b3a7640000");
      await chain.submit(raw);
      await ask("hardhat_setBalance", poor.address, "0x0");
      await assert.rejects(chain.submit(await poor.signRaw({ to: SINK, value: 5n })), /insufficient funds/);
      assert.equal((await chain.seal())?.outputs.cheatCount, 2n);
    });
  });

  it("sends for accounts that did not sign, contracts too, and counts it", async () => {
    await withChain(true, async ({ chain, blocks }, _wallet, ask) => {
      await assert.rejects(ask("eth_sendTransaction", { from: CONTRACT, to: SINK }), /hardhat_impersonateAccount/);
      await ask("hardhat_setCode", CONTRACT, READER);
      await ask("hardhat_setBalance", CONTRACT, "0x64");
      await ask("hardhat_impersonateAccount", CONTRACT);
      const hash = await ask("eth_sendTransaction", { from: CONTRACT, to: SINK, value: "0x14" });
      assert.equal(blocks.at(-1)?.receipts[0]?.transactionHash, hash);
      assert.equal(await ask("eth_getRawTransactionByHash", hash), null, "it has no signature");
      assert.equal(await ask("eth_getBalance", SINK, "latest"), "0x14");
      assert.equal(await ask("eth_getBalance", CONTRACT, "latest"), "0x50", "it pays no fee");
      const receipt = (await ask("eth_getTransactionReceipt", hash)) as { readonly from: string; readonly status: string };
      assert.deepEqual([receipt.from, receipt.status], [CONTRACT, "0x1"]);
      await assert.rejects(ask("eth_sendTransaction", { from: CONTRACT, to: SINK, nonce: "0x9" }), /nonce/);
      await assert.rejects(ask("eth_sendTransaction", { from: CONTRACT, to: SINK, value: "0xffff" }), refused(/not valid/));
      // It sees its own code, and so do others: only the check of the sender is passed over.
      assert.equal(BigInt((await ask("eth_call", { from: CONTRACT, to: CONTRACT }, "latest")) as Hex), 0n);
      await ask("eth_sendTransaction", { from: CONTRACT, to: CONTRACT });
      assert.equal(await ask("hardhat_stopImpersonatingAccount", CONTRACT), true);
      await assert.rejects(ask("eth_sendTransaction", { from: CONTRACT, to: SINK }), /hardhat_impersonateAccount/);
      const batch = await chain.seal();
      assert.deepEqual([batch?.outputs.cheatCount, batch?.transactionCount], [4n, 2]);
    });
  });

  it("rewinds cheats with the state, and no longer counts them", async () => {
    await withChain(true, async ({ chain }, _wallet, ask) => {
      await ask("hardhat_setBalance", RICH, "0x1");
      const id = await ask("evm_snapshot");
      await ask("hardhat_setBalance", RICH, "0x2");
      await ask("hardhat_setCode", RICH, READER);
      await ask("hardhat_setStorageAt", RICH, "0x1", "0x5");
      assert.equal(await ask("evm_revert", id), true);
      assert.deepEqual([await ask("eth_getBalance", RICH, "latest"), await ask("eth_getCode", RICH, "latest")], ["0x1", "0x"]);
      assert.equal((await chain.seal())?.outputs.cheatCount, 1n);
    });
  });

  it("keeps the engines together where an account without anything gets storage and is touched", async () => {
    await withChain(true, async ({ chain }, wallet, ask) => {
      await ask("hardhat_setStorageAt", SINK, "0x1", "0x5");
      await chain.submit(await wallet.signRaw({ to: SINK, value: 0n }));
      assert.ok(await chain.seal());
    });
  });

  it("refuses impossible values, and continues", async () => {
    await withChain(true, async ({ chain, faults }, wallet, ask) => {
      const cheat = (one: StateCheat) => chain.sequencer.cheat(one);
      await assert.rejects(cheat({ type: "balance", address: RICH, balanceWei: 2n ** 192n }), refused(/2\^192/));
      await assert.rejects(cheat({ type: "code", address: RICH, code: "0x73ff" }), refused(/PUSH20/));
      await assert.rejects(cheat({ type: "code", address: RICH, code: `0x${"00".repeat(24_577)}` }), refused(/24576/));
      await chain.submit(await wallet.signRaw({ to: SINK }));
      await assert.rejects(
        cheat({ type: "nonce", address: wallet.address, nonce: 0n }),
        refused(/is 1 and cannot become smaller/),
      );
      await chain.submit(await wallet.signRaw({ to: SINK, nonce: 5 }));
      await assert.rejects(cheat({ type: "nonce", address: wallet.address, nonce: 9n }), refused(/wait/));
      await assert.rejects(
        chain.sequencer.impersonate({ from: RICH, to: undefined, valueWei: 0n, data: "0x73", gasLimit: 100_000n }),
        refused(/PUSH20/),
      );
      await assert.rejects(ask("hardhat_setCode", RICH, "0x0"), /hexadecimal/);
      assert.equal((await chain.seal())?.outputs.cheatCount, 0n);
      assert.deepEqual(faults, []);
    });
  });

  for (const [what, address] of [
    ["the first address", "0x0000000000000000000000000000000000000000"],
    ["a precompiled contract", "0x0000000000000000000000000000000000000001"],
    ["the bootloader", BOOTLOADER_ADDRESS],
    ["the system context, with the outputs slot and the chain's configuration", PREDEPLOYS.SystemContext],
    ["the code behind bridged tokens", PREDEPLOYS.BridgedToken],
    ["the last address for precompiled contracts", "0x00000000000000000000000000000000000001ff"],
    ["the first for predeployed contracts", "0x0000000000000000000000000000000000010000"],
    ["the last address below 0x30000", "0x000000000000000000000000000000000002ffff"],
  ] as const) {
    it(`are refused for ${what}: attack 8, the outputs slot written otherwise`, async () => {
      await withChain(true, async ({ chain, faults }, _wallet, ask) => {
        const reserved = refused(
          /0x\w+ to 0x\w+ are the protocol's own addresses \(.+\); take another account, 0x30000 or above/,
        );
        await assert.rejects(ask("hardhat_setBalance", address, "0x1"), reserved);
        await assert.rejects(ask("hardhat_setNonce", address, "0x7"), reserved);
        await assert.rejects(ask("hardhat_setCode", address, READER), reserved);
        await assert.rejects(ask("hardhat_setStorageAt", address, "0x0", "0x5"), reserved);
        await ask("hardhat_impersonateAccount", address);
        await assert.rejects(ask("eth_sendTransaction", { from: address, to: SINK }), reserved);
        assert.equal((await chain.seal())?.outputs.cheatCount, undefined, "no batch was opened for them");
        assert.deepEqual(faults, []);
      });
    });
  }

  it("put the contract of EIP-2935 where hardhat-predeploy, with which OpenZeppelin's tests run, puts it; nothing calls it", async () => {
    await withChain(true, async ({ chain, faults }, wallet, ask) => {
      const address = "0x0000f90827f1c53a10cb7a02335b175320002935";
      await ask("hardhat_setCode", address, BLOCK_HASHES);
      assert.equal(await ask("eth_getCode", address, "latest"), BLOCK_HASHES);
      for (let block = 0; block < 3; block++) await ask("eth_sendRawTransaction", await wallet.signRaw({ to: SINK, value: 1n }));
      // As Ethereum it would keep each block's parent in the slot of its number.
      const height = Number(await ask("eth_blockNumber"));
      for (let slot = 0; slot <= height; slot++) {
        assert.equal(
          BigInt((await ask("eth_getStorageAt", address, `0x${slot.toString(16)}`, "latest")) as string),
          0n,
          `${slot}`,
        );
      }
      assert.equal((await chain.seal())?.outputs.cheatCount, 1n);
      assert.deepEqual(faults, []);
    });
  });

  for (const [what, address] of [
    ["from 0x30000 on", "0x0000000000000000000000000000000000030000"],
    ["at 0x…dEaD, where people burn tokens", "0x000000000000000000000000000000000000dead"],
    ["at 0x200, behind the precompiled contracts", "0x0000000000000000000000000000000000000200"],
    ["at 0xffff, before the predeployed contracts", "0x000000000000000000000000000000000000ffff"],
  ] as const)
    it(`are taken ${what}`, async () => {
      await withChain(true, async ({ chain, faults }, _wallet, ask) => {
        await ask("hardhat_setBalance", address, "0x5");
        await ask("hardhat_setCode", address, READER);
        await ask("hardhat_setStorageAt", address, "0x1", "0x2a");
        await ask("hardhat_impersonateAccount", address);
        await ask("eth_sendTransaction", { from: address, to: SINK });
        assert.equal((await chain.seal())?.outputs.cheatCount, 4n);
        assert.deepEqual(faults, []);
      });
    });

  it("are refused where the chain's contract on L1 does not allow them", async () => {
    await withChain(false, async ({ chain }, wallet, ask) => {
      await assert.rejects(ask("hardhat_setBalance", RICH, "0x1"), refused(/takes no state cheats/));
      await assert.rejects(ask("hardhat_impersonateAccount", RICH), refused(/impersonates no account: its contract on L1/));
      await assert.rejects(ask("anvil_autoImpersonateAccount", true), refused(/impersonates no account/));
      assert.equal(await ask("anvil_autoImpersonateAccount", false), null);
      await chain.submit(await wallet.signRaw({ to: SINK }));
      assert.equal((await chain.seal())?.outputs.cheatCount, 0n);
    });
  });

  it("seals a batch that has no room for more", async () => {
    await withChain(true, async ({ chain, batches }) => {
      for (let i = 0; i < 6; i++) {
        const code: Hex = `0x${(i + 1).toString(16).padStart(2, "0").repeat(24_000)}`;
        await chain.sequencer.cheat({ type: "code", address: `0x${"d".repeat(39)}${i}`, code });
      }
      assert.ok(batches.length > 0);
      await chain.seal();
      assert.equal(
        batches.reduce((sum, { outputs }) => sum + outputs.cheatCount, 0n),
        6n,
      );
    });
  });
});

describe("B4: BLOCKHASH after a return to a mark", () => {
  it("is the same for both engines, however many blocks were reverted", async () => {
    await withChain(true, async ({ chain }, wallet) => {
      // Stores the hash of the block whose number it is called with: PUSH0 CALLDATALOAD BLOCKHASH PUSH0 SSTORE.
      await chain.sequencer.cheat({ type: "code", address: CONTRACT, code: "0x5f35405f55" });
      for (let i = 0; i < 10; i++) await chain.sequencer.mine();
      const mark = await chain.snapshot();
      for (let i = 0; i < 270; i++) await chain.sequencer.mine();
      await chain.revert(mark);
      await chain.submit(await wallet.signRaw({ to: CONTRACT, data: `0x${(3).toString(16).padStart(64, "0")}` }));
      assert.ok(await chain.seal());
      const stored = (await askChain(chain, "eth_getStorageAt", [CONTRACT, "0x0", "latest"])) as Hex;
      const block = (await askChain(chain, "eth_getBlockByNumber", ["0x3", false])) as { readonly hash: Hex };
      assert.equal(stored, block.hash);
    });
  });
});

describe("B4: blocks on demand", () => {
  it("are made by evm_mine alone while automine is off, and hold what waits", async () => {
    await withChain(true, async ({ chain, blocks }, wallet, ask) => {
      assert.equal(await ask("hardhat_getAutomine"), true);
      await ask("evm_setAutomine", false);
      assert.equal(await ask("hardhat_getAutomine"), false);
      const raws = [await wallet.signRaw({ to: SINK, value: 1n }), await wallet.signRaw({ to: SINK, value: 2n })];
      for (const raw of raws) await ask("eth_sendRawTransaction", raw);
      assert.equal(await ask("eth_getBalance", SINK, "latest"), "0x0");
      await ask("evm_mine");
      assert.equal(blocks.at(-1)?.receipts.length, 2);
      assert.equal(await ask("eth_getBalance", SINK, "latest"), "0x3");
      await ask("eth_sendRawTransaction", await wallet.signRaw({ to: SINK, value: 4n }));
      await ask("evm_setAutomine", true);
      await chain.sequencer.skipTime(0n);
      assert.equal(await ask("eth_getBalance", SINK, "latest"), "0x7");
      await assert.rejects(ask("evm_setAutomine", "no"), /true or false/);
    });
  });

  it("estimates for a sender with code, which may be impersonated", async () => {
    await withChain(true, async (_test, wallet, ask) => {
      // RETURN of one byte of init code: the chain has a contract that creates, so estimates go through the witness.
      await ask("hardhat_setCode", `0x${"cc".repeat(20)}`, "0x5f5f5ff0");
      await ask("hardhat_setCode", CONTRACT, "0x5f5f5ff0");
      await ask("hardhat_setBalance", CONTRACT, "0x64");
      assert.ok(BigInt((await ask("eth_estimateGas", { from: CONTRACT, to: CONTRACT })) as Hex) > 21_000n);
      const plain = BigInt((await ask("eth_estimateGas", { from: CONTRACT, to: wallet.address, value: "0x1" })) as Hex);
      assert.ok(plain >= 21_000n && plain < 21_300n);
    });
  });
});
