import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mergeAccounts } from "../../../src/chain/model/genesis.ts";
import { SYSTEM_CONTEXT_3_CODE } from "../../../src/protocol/generated/system-contexts.ts";
import { fromHex, toHex } from "../../../src/protocol/hex.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { compareReceipts, ReplayedChain, stepsOf } from "../../machine/support/replay.ts";
import { type Code, push } from "../support/assembler.ts";
import { ask } from "../support/ask.ts";
import { GENESIS_TIMESTAMP } from "../support/engine.ts";
import { CONFIGURATION, realGenesis } from "../support/predeploys.ts";
import { startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

const BORN_AT = 1_700_000_123n;
const WORDS = [
  CONFIGURATION.l1ChainId,
  BigInt(CONFIGURATION.l1SharedBridge),
  CONFIGURATION.baseTokenOriginChainId,
  0n,
  BORN_AT,
  0n,
] as const;
const [POP, CALL, SSTORE, SLOAD, JUMPI, JUMPDEST, JUMP, GAS] = [0x50, 0xf1, 0x55, 0x54, 0x57, 0x5b, 0x56, 0x5a];
const [NUMBER, SUB, BLOCKHASH] = [0x43, 0x03, 0x40];
const repeated = (count: number, code: Code): Code => Array.from({ length: count }, () => code).flat();
const address = (number: number): Hex => `0x${"d0".repeat(19)}${number.toString(16).padStart(2, "0")}`;
const contract = (number: number, code: Code) => ({
  ...{ address: address(number), nonce: 1n, code: toHex(Uint8Array.from(code)), digestFormat: 3 as const },
});
const call = (to: number, bytes: number): Code => [0x5f, 0x5f, ...push(bytes), 0x5f, 0x5f, ...push(to), GAS, CALL, POP];
/** Each takes more to prove than the EVM's gas pays for: warm calls, BLAKE2b at a gas a round, and a hook that another switches on. */
const [CALLS, ROUNDS, HOOK, ENDLESS, PAIRING, ORDINARY, EXACT, BOUNDED, HASHER] = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const DEAR = repeated(200, call(0xd0d0, 0));
const CONTRACTS = [
  contract(CALLS, DEAR),
  contract(ROUNDS, [...push(12n << 224n), 0x5f, 0x52, ...call(9, 213)]),
  // A value switches it on: from then on it is dear.
  contract(HOOK, [
    0x34,
    0x61,
    0,
    14,
    JUMPI,
    0x5f,
    SLOAD,
    0x61,
    0,
    20,
    JUMPI,
    0,
    0,
    0,
    JUMPDEST,
    0x60,
    1,
    0x5f,
    SSTORE,
    0,
    JUMPDEST,
    ...DEAR,
  ]),
  contract(ENDLESS, [JUMPDEST, 0x5f, SLOAD, POP, 0x5f, JUMP]),
  contract(PAIRING, call(8, 192)),
  contract(ORDINARY, [0x60, 0x07, 0x5f, SSTORE]),
  // Keeps whether RIPEMD-160 of a word ran with its own price, 720, and whether a callee did with enough for the EVM's BLOCKHASH.
  contract(EXACT, [0x5f, 0x5f, ...push(32), 0x5f, 0x5f, ...push(3), ...push(720), CALL, 0x5f, SSTORE]),
  contract(BOUNDED, [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x73, ...fromHex(address(HASHER)), ...push(60), CALL, 0x5f, SSTORE]),
  contract(HASHER, [...push(1), NUMBER, SUB, BLOCKHASH, POP]),
];

interface Tested {
  readonly test: VerifiedChain;
  readonly send: (wallet: TestWallet, to: number, fields?: object) => Promise<void>;
}

/** A chain of format 3; at its end the machine runs its batch, and comes to the same receipts and state. */
async function onChain(wallets: readonly TestWallet[], run: (tested: Tested) => Promise<void>): Promise<void> {
  const accounts = [...wallets.map((wallet) => ({ address: wallet.address, balanceWei: 10n ** 20n })), ...CONTRACTS];
  const test = await startVerifiedChain({ accounts, format: 3, bornAt: BORN_AT });
  try {
    const send: Tested["send"] = async (wallet, to, fields = {}) => {
      const { nonce } = wallet;
      const raw = await wallet.signRaw({ to: address(to), gasLimit: 1_000_000n, ...fields });
      await test.chain.submit(raw).catch((error: unknown) => {
        // What is refused leaves its nonce.
        wallet.nonce = nonce;
        throw error;
      });
    };
    await run({ test, send });
    const batch = await test.sealAndVerify();
    const machine = new ReplayedChain(mergeAccounts(await realGenesis(3), accounts), GENESIS_TIMESTAMP, 3);
    machine.state.addCode(fromHex(SYSTEM_CONTEXT_3_CODE));
    const blocks = test.blocks.filter(({ batchNumber }) => batchNumber === batch.outputs.batchNumber);
    const start = machine.state.copy();
    const result = machine.run(stepsOf(blocks, test.inputs(batch.outputs.batchNumber).parentHash, { configuration: WORDS }));
    compareReceipts(result, blocks);
    machine.state.compare(start, batch.writes, BigInt(batch.outputsHash));
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}

describe("a chain of format 3 whose blocks EDR makes", () => {
  it("refuses by name, with numbers, what takes more to prove than it pays; all else is in a batch that the machine runs alike", async () => {
    const wallet = new TestWallet(501);
    await onChain([wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      for (const [to, code, message] of [
        [
          CALLS,
          "ProvingExceedsGas",
          /takes \d+ units to prove, which are \d+ gas at 6 units a gas, with a limit of 1000000; the EVM takes \d+ gas/,
        ],
        [ROUNDS, "ProvingExceedsGas", /a precompiled contract in it takes more of them than its own gas pays for/],
        // The EVM runs both, the machine ends a frame of each: what it takes in that frame is not in the sum of units.
        [EXACT, "ProvingExceedsGas", /in it takes more of them than its own gas pays for/],
        [BOUNDED, "ProvingExceedsGas", /in it takes more of them than its own gas pays for/],
        [ENDLESS, "ProvingExceedsChunk", /more than 1300000 units/],
        [PAIRING, "NotProvable", /0x08/],
      ] as const) {
        const gasLimit = to === ENDLESS ? 16_000_000n : 1_000_000n;
        await assert.rejects(send(wallet, to, { gasLimit }), { name: "SequencerError", code, message }, `${to}`);
        test.clock.advance(3_600_000);
      }
      await send(wallet, ORDINARY);
      await send(wallet, ORDINARY, { data: "0x1234" });
    });
  });

  it("says so to a sender, too, who has what its limit costs and no more", async () => {
    const [poor, payer] = [508, 509].map((number) => new TestWallet(number)) as [TestWallet, TestWallet];
    await onChain([payer], async ({ test, send }) => {
      const price = 1_000_000_000n;
      // Its units are more gas than its limit.
      const fields = { gasLimit: 60_000n, maxFeePerGas: price, maxPriorityFeePerGas: price };
      await test.chain.submit(await payer.signRaw({ to: poor.address, value: 60_000n * price, gasLimit: 21_000n }));
      await assert.rejects(send(poor, CALLS, fields), { code: "ProvingExceedsGas", message: /with a limit of 60000/ });
    });
  });

  it("an estimate is refused by the same name", async () => {
    const wallet = new TestWallet(502);
    await onChain([wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      const estimate = (to: number) => ask(test.chain, "eth_estimateGas", [{ from: wallet.address, to: address(to) }]);
      assert.ok(BigInt((await estimate(ORDINARY)) as Hex) > 21_000n);
      await assert.rejects(estimate(CALLS), /ProvingExceedsGas|units to prove/);
    });
  });

  it("attack: state changed between admission and inclusion: what turned dear is refused, the block goes on", async () => {
    const [first, second, third] = [503, 504, 505].map((number) => new TestWallet(number)) as [
      TestWallet,
      TestWallet,
      TestWallet,
    ];
    await onChain([first, second, third], async ({ test, send }) => {
      await ask(test.chain, "eth_estimateGas", [{ from: second.address, to: address(HOOK) }]);
      await send(first, HOOK, { value: 1n });
      await assert.rejects(send(second, HOOK), { code: "ProvingExceedsGas" });
      await send(third, ORDINARY);
    });
  });

  it("attack: refused is not free work: its sender waits, others do not", async () => {
    const [attacker, payer] = [506, 507].map((number) => new TestWallet(number)) as [TestWallet, TestWallet];
    await onChain([attacker, payer], async ({ test, send }) => {
      await assert.rejects(send(attacker, CALLS), { code: "ProvingExceedsGas" });
      let isOver = false;
      const again = send(attacker, CALLS).catch(() => (isOver = true));
      await send(payer, ORDINARY);
      assert.equal(isOver, false);
      test.clock.advance(3_600_000);
      await again;
      assert.equal(isOver, true);
    });
  });
});
