import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import { closingHints, openingHints, operationHints } from "../../src/proofs/machine/hints/batch-hints.ts";
import type { RunResult } from "../../src/proofs/machine/interpreter/kernel.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { GENESIS_TIMESTAMP } from "../chain/support/engine.ts";
import { CONFIGURATION, realGenesis } from "../chain/support/predeploys.ts";
import { Random } from "../chain/state/support/random.ts";
import { byNight } from "../support/nightly.ts";
import { ReplayedChain } from "./support/replay.ts";

const [POP, JUMP, JUMPDEST, CALL, GAS, STATICCALL, NUMBER, SUB, BLOCKHASH, CREATE, MSTORE, SSTORE] = [
  0x50, 0x56, 0x5b, 0xf1, 0x5a, 0xfa, 0x43, 0x03, 0x40, 0xf0, 0x52, 0x55,
];
const TIME = GENESIS_TIMESTAMP + 10n;
const PLACE = { timestamp: TIME, parentHash: 1n };
const [SENDER, TARGET] = [1n << 100n, 0xc0de00n];
/** Maximum gas of an operation of L1's queue. */
const MOST_GAS = 8_000_000n;
const WORDS = [CONFIGURATION.l1ChainId, BigInt(CONFIGURATION.l1SharedBridge), CONFIGURATION.baseTokenOriginChainId];
const configuration = [...WORDS, BigInt(CONFIGURATION.baseTokenOriginToken), 1_700_000_123n, 0n];
const forever = (body: Code): Code => [JUMPDEST, ...body, 0x5f, JUMP];
const precompile = (address: number, bytes: number): Code => [
  ...[0x5f, 0x5f, ...push(bytes), 0x5f, ...push(address), GAS, STATICCALL, POP],
];
/** Calls itself with a byte and 53,320 gas, and writes a slot; with a byte it hashes until its units are spent. */
const GREEDY_FRAME: Code = [
  ...[0x36, ...push(21), 0x57, 0x5f, 0x5f, ...push(1), 0x5f, 0x5f, 0x30, ...push(53_320), CALL, POP],
  ...[...push(7), 0x5f, SSTORE, 0x00, JUMPDEST, ...push(4_080), 0x5f, 0x20, POP, ...push(21), JUMP],
];
const hex = (code: Code): Hex => `0x${Buffer.from(Uint8Array.from(code)).toString("hex")}`;

interface Asked {
  readonly to?: bigint;
  readonly gasLimit?: bigint;
  readonly data?: Code;
  readonly value?: bigint;
}

describe("an operation of L1's queue", () => {
  let genesis: readonly GenesisAccount[];
  before(async () => {
    genesis = await realGenesis();
  });

  /** A chain whose first batch is open, with this code at the target. */
  const opened = (code: Code): ReplayedChain => {
    const chain = new ReplayedChain(
      [...genesis, { address: `0x${TARGET.toString(16).padStart(40, "0")}`, nonce: 1n, code: hex(code) }],
      GENESIS_TIMESTAMP,
    );
    chain.run([{ hints: openingHints(PLACE, false, { coinbase: 0xfeen, configuration }) }]);
    // Of the two blocks before the operation's own.
    for (const hash of [1n, 2n]) chain.hashes.fold(hash);
    return chain;
  };
  /** Runs it and closes the batch behind it. One that does not run has one block, one that runs two. */
  const carryOut = (chain: ReplayedChain, { to = TARGET, gasLimit = MOST_GAS, data = [], value = 0n }: Asked = {}): RunResult => {
    const operation = {
      ...{ from: SENDER, to, gasLimit, gasPerPubdata: 0n, gasPrice: 0n, priorityFee: 0n, paymaster: 0n, nonce: 0n },
      ...{ value, minted: value, refundRecipient: SENDER, queuedAt: 0n, data: Uint8Array.from(data) },
    };
    const steps = (blocks: number) => [
      {
        hints: operationHints(
          operation,
          TIME,
          Array.from({ length: blocks }, (_, i) => BigInt(i) + 2n),
        ),
      },
      { hints: closingHints(PLACE) },
    ];
    const blocks = value > 0n ? 3 : 2;
    const attempts = [1, blocks].map((count) => {
      try {
        return chain.attempt(steps(count));
      } catch (error) {
        return error as Error;
      }
    });
    const ended = attempts.filter((each) => !(each instanceof Error));
    assert.equal(
      ended.length,
      1,
      `one way through: ${attempts.map((each) => (each instanceof Error ? each.message : "ended")).join("; ")}`,
    );
    const result = ended[0] as RunResult;
    assert.equal(result.verdicts.length, attempts[0] === result ? 1 : 0);
    return result;
  };

  const cases: readonly (readonly [verdict: string | undefined, what: string, code: Code, asked?: Asked])[] = [
    [undefined, "that writes a slot", [...push(7), 0x5f, SSTORE]],
    [
      "budget",
      "that calls forever",
      forever([...Array<number>(5).fill(0x5f), ...push(0xdead), GAS, CALL, POP]),
      { gasLimit: 100_000n },
    ],
    ["lone", "that loops with more gas than a step has room for", forever([0x5f, 0x54, POP])],
    [undefined, "that is paid out and asks for the hash of that block", [...push(1), NUMBER, SUB, BLOCKHASH], { value: 5n }],
    [undefined, "that asks for a pairing", precompile(8, 192)],
    [undefined, "that asks for a point of BLS12-381", precompile(0x0b, 256)],
    [undefined, "to a pairing", [], { to: 8n, data: [1] }],
    ["invalid", "with less gas than a transaction takes", [], { gasLimit: 20_999n }],
    // What earlier formats refused.
    [undefined, "that hashes by RIPEMD-160", precompile(3, 32)],
    [undefined, "that adds points", precompile(6, 128)],
    [undefined, "that raises a long number", [...push(33), 0x5f, MSTORE, ...precompile(5, 160)]],
    [undefined, "whose init code ends within a push", [], { to: 0n, data: [0x73, 0x00] }],
    [undefined, "with a frame that has a quarter of the gas and spends all its units", GREEDY_FRAME, { gasLimit: 216_667n }],
    [undefined, "to a sum of points without a proof, which fails alone", [], { to: 0x0bn, data: Array<number>(256).fill(0) }],
  ];
  for (const [verdict, what, code, asked] of cases) {
    it(`${what}: ${verdict ?? "runs"}`, () => {
      assert.deepEqual(carryOut(opened(code), asked).verdicts, verdict === undefined ? [] : [verdict]);
    });
  }

  it("attack: the unprovable operation: no operation panics, whatever it does, and the batch continues", () => {
    const random = new Random(Number(process.env["MACHINE_SEED"] ?? 7));
    const pick = <T>(list: readonly T[]): T => random.pick(list);
    const hashes = (count: number): Code =>
      Array.from({ length: count }, (_, i) => [...push(i + 1), NUMBER, SUB, BLOCKHASH, POP]).flat();
    const pieces: readonly (() => Code)[] = [
      () => hashes(pick([1, 18, 240])),
      () => forever([0x44, POP]),
      () => forever([...push(pick([0, 135, 136, 100_000])), 0x5f, 0x20, POP]),
      () => precompile(pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17, 18, 0x100]), pick([0, 1, 128, 160, 192, 213, 384])),
      () => forever(precompile(pick([1, 2, 3, 4, 5, 6, 7, 9, 0x100]), pick([0, 128, 213]))),
      () => [...push(1n << 224n), 0x5f, MSTORE, ...push(1n), ...push(pick([32, 64, 96, 212])), MSTORE],
      () => [...push(pick([0, 1, 22, 24_577])), 0x5f, 0x5f, CREATE, POP],
      () => forever([0x5f, 0x5f, 0x5f, CREATE, POP]),
      () => [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, GAS, CALL, POP],
      () => Array.from({ length: random.below(60) }, () => random.below(256)),
      () => [0x73],
    ];
    const seen = new Map<string, number>();
    for (let i = 0; i < byNight(10_000, 60); i++) {
      const code = Array.from({ length: 1 + random.below(3) }, () => pick(pieces)()).flat();
      const asDeployed = random.below(4) === 0;
      const asked: Asked = {
        ...{ gasLimit: pick([21_000n, 60_000n, 200_000n, 1_000_000n, MOST_GAS, 2n ** 24n, 2n ** 24n + 1n]) },
        ...{
          to: asDeployed ? 0n : pick([TARGET, TARGET, TARGET, 8n, 9n, 0x0bn]),
          data: asDeployed ? code : pick([[], [1], code]),
        },
      };
      const { verdicts } = carryOut(opened(code), asked);
      const verdict = verdicts[0] ?? "runs";
      seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
    }
    for (const verdict of ["runs", "budget", "lone", "invalid"])
      assert.ok(seen.has(verdict), `${verdict} among ${[...seen.keys()].join(", ")}`);
  });
});
