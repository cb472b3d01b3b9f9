import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FRAME_PLACES } from "../../src/proofs/circuits/shapes/instruction.ts";
import { userTransaction } from "../../src/proofs/execution-proof/batch/user-transaction.ts";
import { GAS_FIELD } from "../../src/proofs/execution-proof/memory-places.ts";
import { RunRecorder } from "../../src/proofs/execution-proof/run-recorder.ts";
import { blockHints, endHints, transactionHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { FoldedHashes } from "../machine/support/folded-hashes.ts";
import { Kernel, kernelRows, type LeafChange } from "../../src/proofs/machine/interpreter/kernel.ts";
import { KernelPanic } from "../../src/proofs/machine/interpreter/machine-error.ts";
import { FRAME_FIELDS } from "../../src/proofs/machine/kernel/names.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { Random } from "../chain/state/support/random.ts";
import { ENVIRONMENT } from "../machine/support/environment.ts";
import { comparedMeters } from "../machine/support/meters.ts";
import { type CalledContract, callOf, worldOf } from "../machine/support/contract-call.ts";
import { primitives } from "../machine/support/primitives.ts";
import { World } from "../machine/support/world.ts";
import { cellsOf, refusalsOf, type RunCells } from "./support/judge.ts";
import { provenProgram } from "./support/programs.ts";

const PROGRAM = provenProgram("the kernel", kernelRows());
const [SELFBALANCE, BLOCKHASH, NUMBER, SUB, ADD, POP, SSTORE, MSTORE, CALLDATASIZE] = [
  0x47, 0x40, 0x43, 0x03, 0x01, 0x50, 0x55, 0x52, 0x36,
];
const [JUMPDEST, JUMPI, STOP, RETURN, REVERT, GAS, ISZERO] = [0x5b, 0x57, 0x00, 0xf3, 0xfd, 0x5a, 0x15];
const [CALL, CALLCODE, DELEGATECALL, STATICCALL, CREATE, SELFDESTRUCT] = [0xf1, 0xf2, 0xf4, 0xfa, 0xf0, 0xff];
const OWN = 0xc0de01n;
const OTHER = 0xc0de02n;
const EMPTY = 0xdeadn;

/** Adds what SELFBALANCE says to the word at the slot's number, 1 more each time. */
const stores = (slot: number): Code => [SELFBALANCE, ...push(1), ADD, ...push(slot), SSTORE];
const call = (opcode: number, to: bigint | number, wei: number | undefined, inputBytes = 0): Code => [
  ...[0x5f, 0x5f, ...push(inputBytes), 0x5f, ...(wei === undefined ? [] : push(wei)), ...push(to), GAS, opcode, POP],
];
/** Called with data, code that begins so only stores its balance. */
const GUARD: Code = [CALLDATASIZE, ISZERO, ...push(13), JUMPI, ...stores(13), STOP, JUMPDEST];
/** Init code of up to 32 bytes in memory, run with so much wei. */
const create = (initCode: Code, wei: number): Code => {
  const word = BigInt(`0x${Buffer.from(Uint8Array.from(initCode)).toString("hex")}`);
  return [...push(word), 0x5f, MSTORE, ...push(initCode.length), ...push(32 - initCode.length), ...push(wei), CREATE, POP];
};

/** The chain of blocks' hashes before a block. */
interface Hashes {
  readonly hashes?: FoldedHashes;
  readonly blockNumber?: bigint;
  readonly parentHash?: bigint;
}

/** A call of a contract, run by the kernel; recorded, it can fill all tables. */
function runOf(
  contracts: ReadonlyMap<bigint, CalledContract>,
  { hashes, blockNumber = 99n, parentHash = 0n }: Hashes = {},
  isRecorded = false,
) {
  const world = new World(worldOf(contracts));
  const boundary = { ...ENVIRONMENT.boundary, blockNumber, blockHashes: hashes?.digest ?? 0n };
  hashes?.fold(parentHash);
  const environment = { ...ENVIRONMENT, boundary };
  const hints = [
    ...blockHints(boundary.timestamp, parentHash),
    ...transactionHints(userTransaction(callOf(OWN), environment.chainId)),
    ...endHints(),
  ];
  const inputs = { environment, state: world, codes: world, ...(hashes === undefined ? {} : { foldedHashes: hashes }) };
  const recorder = new RunRecorder(PROGRAM, environment);
  const result = new Kernel(primitives, PROGRAM.rows).run(inputs, hints, isRecorded ? recorder : undefined);
  return { ...result, cells: (): RunCells => cellsOf(PROGRAM, recorder.trace()) };
}

const slotOf = (leaves: readonly LeafChange[], slot: bigint): bigint | undefined =>
  leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === OWN && leaf.slot === slot)?.after;

describe("attack: a frame's places overlap", () => {
  it("has a place for each field and for gas, and none of them is the next frame's", () => {
    assert.equal(GAS_FIELD, FRAME_FIELDS.length);
    assert.ok(GAS_FIELD < FRAME_PLACES);
  });

  it("loops of SELFBALANCE, of calls three deep and of creations are accepted by all tables", () => {
    const twice = (body: Code): Code => [...body, ...body];
    const code = [
      ...twice([...Array.from({ length: 20 }, () => [SELFBALANCE, POP]).flat(), ...call(CALL, OTHER, 3)]),
      ...twice([...call(DELEGATECALL, OTHER, undefined), ...call(CALLCODE, OTHER, 2), ...call(STATICCALL, EMPTY, undefined)]),
      ...twice(create([...push(0x600b5f5260015ff3n), 0x5f, MSTORE, ...push(8), ...push(24), RETURN], 5)),
      ...stores(0),
    ];
    const contracts = new Map([
      [OWN, { code, balance: 100n }],
      [OTHER, { code: [...call(CALL, EMPTY, 1), SELFBALANCE, POP], balance: 9n }],
    ]);
    const { transactions, leaves, cells } = runOf(contracts, {}, true);
    assert.equal(transactions[0]?.status, "success");
    // Twice 3 to the other account, 1 with the other code, 1 to itself; 5 to each creation.
    assert.equal(slotOf(leaves, 0n), 100n - 2n * (3n + 1n + 1n + 5n) + 1n);
    assert.deepEqual(refusalsOf(cells()), []);
  });
});

describe("attack: balance field is stale", () => {
  const pays = (to: bigint, wei: number): Code => call(CALL, to, wei);
  const cases: readonly (readonly [title: string, own: Code, other: Code])[] = [
    ["value to an account without code", pays(EMPTY, 7), []],
    ["value to precompiled contracts, one that fails", [...pays(4n, 5), ...stores(1), ...pays(0x100n, 3), ...pays(5n, 2)], []],
    ["value that is not there", pays(EMPTY, 101), []],
    ["a callee that keeps it", pays(OTHER, 7), [SELFBALANCE, ...push(5), SSTORE]],
    ["a callee that sends some of it back", pays(OTHER, 7), call(CALL, OWN, 3, 1)],
    ["a callee that sends it back and reverts", pays(OTHER, 7), [...call(CALL, OWN, 9, 1), 0x5f, 0x5f, REVERT]],
    ["a callee that pays a third", pays(OTHER, 7), pays(EMPTY, 16)],
    ["re-entrancy: a callee that calls itself", [...call(CALL, OWN, 4, 1), ...stores(1)], []],
    ["re-entrancy: through another, with value", [...pays(OTHER, 9), ...stores(1)], call(CALL, OWN, 8, 1)],
    [
      "another's code that pays",
      [...call(DELEGATECALL, OTHER, undefined), ...call(CALLCODE, OTHER, 2)],
      [...pays(EMPTY, 5), ...stores(7)],
    ],
    ["self-destruct to the caller", pays(OTHER, 7), [0x33, SELFDESTRUCT]],
    ["a creation that destructs itself to the caller", create([0x33, SELFDESTRUCT], 9), []],
    ["a creation that destructs itself to itself", create([0x30, SELFDESTRUCT], 9), []],
    ["a creation that reverts", create([SELFBALANCE, 0x5f, 0x5f, REVERT], 9), []],
    ["a creation that keeps it", create([SELFBALANCE, 0x5f, SSTORE], 9), []],
    ["a creation that cannot be paid for", create([STOP], 200), []],
  ];
  for (const [title, own, other] of cases) {
    it(title, async () => {
      const contracts = new Map<bigint, CalledContract>([
        [OWN, { code: [...GUARD, ...stores(10), ...own, ...stores(11), ...stores(12)], balance: 100n }],
        [OTHER, { code: other, balance: 10n }],
      ]);
      const compared = await comparedMeters(worldOf(contracts), callOf(OWN, { value: 6n }));
      assert.ok(compared.kind === "ran" && compared.receipt.success);
    });
  }
});

describe("BLOCKHASH, which keeps what it has unrolled", () => {
  const COUNT = 300;
  const random = new Random(7);
  const known = Array.from({ length: COUNT }, () => random.bits(256));
  const folded = (): FoldedHashes => {
    const hashes = new FoldedHashes(primitives.compress);
    // The last one is the parent's, which the block's own step folds.
    for (const hash of known.slice(0, -1)) hashes.fold(hash);
    return hashes;
  };
  /** Stores the hashes of blocks that are so far back, in this order. */
  const asking = (back: readonly number[]): Code =>
    back.flatMap((distance, slot) => [...push(distance), NUMBER, SUB, BLOCKHASH, ...push(slot), SSTORE]);
  const run = (back: readonly number[], hashes = folded(), isRecorded = false) => {
    const chain = { hashes, blockNumber: BigInt(COUNT - 1), parentHash: known.at(-1)! };
    return runOf(new Map([[OWN, { code: asking(back) }]]), chain, isRecorded);
  };

  it("answers in any order, up to 256 blocks back, as the chain was folded", () => {
    const back = [3, 1, 256, 2, 40, 255, 256, 257, 0, 39, 41];
    const { leaves } = run(back);
    back.forEach((distance, slot) => {
      const expected = distance === 0 || distance > 256 ? 0n : known[COUNT - distance];
      assert.equal(slotOf(leaves, BigInt(slot)), expected, `${distance} blocks back`);
    });
  });

  it("takes a link off once: a hash that was asked for takes fewer than 300 rows, the first time 45 for each link", () => {
    const rowsOf = (back: readonly number[]): number => run(back).transactions[0]!.kernelSteps;
    const [none, far, farAgain, near] = [rowsOf([0]), rowsOf([250]), rowsOf([250, 250]), rowsOf([250, 3])] as const;
    assert.ok(far - none < 45 * 250, `${far - none} rows for 250 links`);
    for (const again of [farAgain, near]) {
      // A slot that is written first is some 160 rows.
      assert.ok(again - far < 300 + 160, `${again - far} rows behind them`);
    }
  });

  it("is accepted by all tables, and another hash, or another link, is refused", () => {
    assert.deepEqual(refusalsOf(run([5, 2, 7], folded(), true).cells()), []);
    for (const bit of [0n, 15n, 16n, 128n, 255n]) {
      const hashes = folded();
      const truth = hashes.lastOf.bind(hashes);
      hashes.lastOf = (digest) => ({ ...truth(digest), hash: truth(digest).hash ^ (1n << bit) });
      assert.throws(
        () => run([5], hashes),
        (error) => error instanceof KernelPanic && error.code === "false-block-hash",
      );
    }
  });
});
