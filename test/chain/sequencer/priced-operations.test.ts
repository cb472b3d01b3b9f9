import assert from "node:assert/strict";
import { it } from "node:test";
import { mergeAccounts } from "../../../src/chain/model/genesis.ts";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { SYSTEM_CONTEXT_CODE } from "../../machine/support/context-code.ts";
import { ReplayedChain, stepsOf } from "../../machine/support/replay.ts";
import { type Code, push } from "../support/assembler.ts";
import { GENESIS_TIMESTAMP } from "../support/engine.ts";
import { CONFIGURATION, realGenesis } from "../support/predeploys.ts";
import { startVerifiedChain } from "../support/verified-chain.ts";

const BORN_AT = 1_700_000_123n;
const WORDS = [
  CONFIGURATION.l1ChainId,
  BigInt(CONFIGURATION.l1SharedBridge),
  CONFIGURATION.baseTokenOriginChainId,
  0n,
  BORN_AT,
  0n,
] as const;
const [POP, CALL, SSTORE, NUMBER, BLOCKHASH] = [0x50, 0xf1, 0x55, 0x43, 0x40];
const KEEPER: Hex = `0x${"d1".repeat(20)}`;
const HASHER: Hex = `0x${"d2".repeat(20)}`;
const SENDER: Hex = `0x${"b7".repeat(20)}`;
/** Calls with so much gas and input, and keeps in a slot whether that worked. */
const kept = (slot: number, to: Code, gas: number, bytes: number): Code => [
  ...[0x5f, 0x5f, ...push(bytes), 0x5f, 0x5f, ...to, ...push(gas), CALL, ...push(slot), SSTORE],
];

it("attack: an operation whose callee has gas enough for the EVM's price, and not for its units, does what the machine says", async () => {
  const hasher: Code = [0x73, ...fromHex(HASHER)];
  const contracts: readonly (readonly [Hex, Code])[] = [
    // RIPEMD-160 of a word takes 720 gas of the EVM, a hash of a block 20: without and with gas for their units.
    [
      KEEPER,
      [...kept(1, push(3), 720, 32), ...kept(2, push(3), 60_000, 32), ...kept(3, hasher, 60, 0), ...kept(4, hasher, 900, 0)],
    ],
    [HASHER, [NUMBER, BLOCKHASH, POP]],
  ];
  const accounts = contracts.map(([address, code]) => ({
    ...{ address, nonce: 1n, code: toHex(Uint8Array.from(code)) },
  }));
  const test = await startVerifiedChain({ accounts, isProven: true, bornAt: BORN_AT });
  try {
    const operation = test.queueUnseen({ from: SENDER, to: KEEPER, gasLimit: 1_000_000n });
    assert.ok(operation.queued !== undefined);
    const { success } = await test.chain.sequencer.runPriorityOp(operation);
    const batch = await test.sealAndVerify();
    const blocks = test.blocks.filter(({ batchNumber }) => batchNumber === batch.outputs.batchNumber);
    const { parentHash } = test.inputs(batch.outputs.batchNumber);
    const machine = new ReplayedChain(mergeAccounts(await realGenesis(), accounts), GENESIS_TIMESTAMP);
    machine.state.addCode(fromHex(SYSTEM_CONTEXT_CODE));
    const before = machine.state.copy();
    machine.run(stepsOf(blocks, parentHash, { configuration: WORDS, operations: [operation.queued] }));
    const words = [1n, 2n, 3n, 4n].map((slot) => machine.state.read(0, BigInt(KEEPER), slot));
    assert.deepEqual([success, ...words], [true, 0n, 1n, 0n, 1n]);
    machine.state.compare(before, batch.writes, BigInt(batch.outputsHash));
  } finally {
    await test.chain.close();
  }
});
