import assert from "node:assert/strict";
import { mergeAccounts } from "../../../src/chain/model/genesis.ts";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { SYSTEM_CONTEXT_CODE } from "../../machine/support/context-code.ts";
import { compareReceipts, ReplayedChain, stepsOf } from "../../machine/support/replay.ts";
import { ask } from "./ask.ts";
import { type Code, push } from "./assembler.ts";
import { GENESIS_TIMESTAMP } from "./engine.ts";
import { BORN_AT, configurationWords, realGenesis } from "./predeploys.ts";
import { startVerifiedChain, type VerifiedChain } from "./verified-chain.ts";
import type { TestWallet } from "./wallet.ts";

const [POP, CALL, SSTORE, SLOAD, JUMPI, JUMPDEST, JUMP, GAS] = [0x50, 0xf1, 0x55, 0x54, 0x57, 0x5b, 0x56, 0x5a] as const;
const [NUMBER, SUB, BLOCKHASH] = [0x43, 0x03, 0x40];
const repeated = (count: number, code: Code): Code => Array.from({ length: count }, () => code).flat();
/** Address of a contract by its number. */
export const address = (number: number): Hex => `0x${"d0".repeat(19)}${number.toString(16).padStart(2, "0")}`;
const contract = (number: number, code: Code) => ({
  ...{ address: address(number), nonce: 1n, code: toHex(Uint8Array.from(code)) },
});
const call = (to: number, bytes: number): Code => [0x5f, 0x5f, ...push(bytes), 0x5f, 0x5f, ...push(to), GAS, CALL, POP];
/**
 * Numbers of the contracts. Each costs more to prove than the EVM's gas pays for: warm calls, BLAKE2b at a gas a round, and
 * a hook that another switches on.
 */
export const [CALLS, ROUNDS, HOOK, ENDLESS, PAIRING, ORDINARY, EXACT, BOUNDED, HASHER, GREEDY] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
] as const;
const DEAR = repeated(300, call(0xd0d0, 0));
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
  contract(PAIRING, call(0x0f, 384)),
  contract(ORDINARY, [0x60, 0x07, 0x5f, SSTORE]),
  // Keeps whether RIPEMD-160 of a word ran with its own price, 720, and whether a callee did with enough for the EVM's BLOCKHASH.
  contract(EXACT, [0x5f, 0x5f, ...push(32), 0x5f, 0x5f, ...push(3), ...push(720), CALL, 0x5f, SSTORE]),
  contract(BOUNDED, [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x73, ...fromHex(address(HASHER)), ...push(60), CALL, 0x5f, SSTORE]),
  // Stores, and is dear: what is stored is undone where its units are not paid for.
  contract(GREEDY, [0x60, 0x07, 0x5f, SSTORE, ...DEAR]),
  contract(HASHER, [...push(1), NUMBER, SUB, BLOCKHASH, POP]),
];

interface Tested {
  readonly test: VerifiedChain;
  /** Sends to a contract; resolves with the receipt. */
  readonly send: (wallet: TestWallet, to: number, fields?: object) => Promise<ShownReceipt>;
}

/** Answer of `eth_getTransactionReceipt`. */
interface ShownReceipt {
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly nativeUnits?: Hex;
  readonly transactionHash: Hex;
}

/** Runs a proven chain; at its end the machine runs its batch, and must have the same receipts, units and state. */
export async function onDearChain(wallets: readonly TestWallet[], run: (tested: Tested) => Promise<void>): Promise<void> {
  const accounts = [...wallets.map((wallet) => ({ address: wallet.address, balanceWei: 10n ** 20n })), ...CONTRACTS];
  const test = await startVerifiedChain({ accounts, isProven: true, bornAt: BORN_AT });
  try {
    const send: Tested["send"] = async (wallet, to, fields = {}) => {
      const { nonce } = wallet;
      const raw = await wallet.signRaw({ to: address(to), gasLimit: 1_000_000n, ...fields });
      const hash = await test.chain.submit(raw).catch((error: unknown) => {
        // What is refused leaves its nonce.
        wallet.nonce = nonce;
        throw error;
      });
      return (await ask(test.chain, "eth_getTransactionReceipt", [hash])) as ShownReceipt;
    };
    await run({ test, send });
    const batch = await test.sealAndVerify();
    const machine = new ReplayedChain(mergeAccounts(await realGenesis(), accounts), GENESIS_TIMESTAMP);
    machine.state.addCode(fromHex(SYSTEM_CONTEXT_CODE));
    const blocks = test.blocks.filter(({ batchNumber }) => batchNumber === batch.outputs.batchNumber);
    const start = machine.state.copy();
    const { parentHash } = test.inputs(batch.outputs.batchNumber);
    const result = machine.run(
      stepsOf(blocks, parentHash, { configuration: configurationWords(BORN_AT), operations: test.queued }),
    );
    compareReceipts(result, blocks);
    machine.state.compare(start, batch.writes, BigInt(batch.outputsHash));
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}
