import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { MCLBLS, NobleBN254 } from "@ethereumjs/evm";
import type { BlockEnvironment, MinedBlock } from "../../../src/chain/model/block.ts";
import { DEFAULT_MAX_INSTRUCTIONS } from "../../../src/chain/model/instruction-limits.ts";
import { mostWork } from "../../../src/chain/model/work-limits.ts";
import type { SignedTransaction } from "../../../src/ground/transaction/transaction.ts";
import { BatchWitness } from "../../../src/chain/witness/batch-witness.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { loop, push, staticCall } from "../support/assembler.ts";
import { CHAIN_ID, environmentOf, openEngine } from "../support/engine.ts";
import { precompileCalls } from "../support/precompile-inputs.ts";
import { TestWallet } from "../support/wallet.ts";
import { worstOperations } from "../support/worst-operations.ts";

/** A tenth of the gas of a transaction and a tenth of what it may do by default: so the tests take a tenth. */
const MOST_GAS = 2n ** 24n / 10n;
const MOST_WORK = mostWork(DEFAULT_MAX_INSTRUCTIONS) / 10;
const BOUNDS = { maxInstructions: DEFAULT_MAX_INSTRUCTIONS / 10, maxWork: MOST_WORK };
/** 24 kB of PUSH1 behind a jump, so that all of it is looked at. */
const LONG: Hex = `0x${"bb".repeat(20)}`;
const LONG_CODE: Hex = `0x6003565b00${"60ff".repeat(12_285)}`;

/** Calls a precompiled contract with the valid input of that name, over and over. */
function calling(name: string): Hex {
  const { address, input } = precompileCalls().find(({ what }) => what === name)!;
  return loop(staticCall(address, fromHex(input).length), { input, reserve: 100_000 });
}

function worst(name: string): Hex {
  return worstOperations().find(({ what }) => what === name)!.code;
}

const ATTACKS: readonly (readonly [what: string, code: Hex])[] = [
  ["a loop of ECMUL", calling("bn254 mul")],
  ["pairings on BN254", calling("bn254 pairing, 8")],
  ["pairings on BLS12-381", calling("bls12 pairing, 8")],
  ["additions on BLS12-381's second group", calling("bls12 g2 add")],
  ["signatures on P-256", calling("p256")],
  ["point evaluations", calling("point evaluation")],
  ["calls of SHA-256", calling("sha256, 32 bytes")],
  ["BLAKE2 of many rounds", calling("blake2f, 10,000 rounds")],
  ["cheap calls of themselves", worst("calls of itself, twice each")],
  ["cheap calls of an empty account", worst("CALL of an empty account, warm")],
  ["calls of 24 kB of code", loop(staticCall(BigInt(LONG), 0), { reserve: 100_000 })],
  ["copies of zeros from behind the code", worst("CODECOPY of 64 kB")],
  ["words written to memory", worst("MSTORE, unaligned")],
];
/** Calls of the identity that pass on 8 kB each. */
const COPYING: Hex = `0x${"bd".repeat(20)}`;
const COPIES = loop(staticCall(4, 8192), { reserve: 30_000 });
/** Code that gas alone bounds: 2^24 gas of it ends in time. */
const HARMLESS: readonly (readonly [what: string, code: Hex])[] = [
  ["modular powers", calling("modexp, 32 bytes")],
  ["hashes of large memory", loop([...push(65_536), 0x5f, 0x20, 0x50], { reserve: 100_000 })],
];

describe("a payment waits at most a second: transactions of 2^24 gas", () => {
  const wallet = new TestWallet(181);
  const at = (index: number): Hex => `0x${"be".repeat(19)}${index.toString(16).padStart(2, "0")}`;
  const all = [...ATTACKS, ...HARMLESS];
  const genesis = [
    { address: wallet.address, balanceWei: 10n ** 20n },
    { address: LONG, code: LONG_CODE, nonce: 1n },
    { address: COPYING, code: COPIES, nonce: 1n },
    ...all.map(([, code], i) => ({ address: at(i), code, nonce: 1n })),
  ];

  const preview = async (to: Hex, gasLimit = MOST_GAS, bounds = BOUNDS) => {
    const witness = await BatchWitness.create(CHAIN_ID, genesis);
    const transaction = await new TestWallet(181).sign({ to, gasLimit });
    return witness.preview({ transaction, environment: environmentOf(1n) }, bounds);
  };

  for (const [index, [what]] of ATTACKS.entries()) {
    it(`of ${what} are broken off as too heavy`, async () => {
      const { receipt, isHeavy, reason } = await preview(at(index));
      assert.deepEqual([receipt, isHeavy], [undefined, true], reason);
    });
  }

  for (const [index, [what]] of HARMLESS.entries()) {
    it(`of ${what} run, as they take little`, async () => {
      const { receipt, isHeavy } = await preview(at(ATTACKS.length + index));
      assert.deepEqual([receipt?.success, isHeavy], [true, false]);
    });
  }

  it("of copies of identity are broken off for the data that they pass on", async () => {
    const { exceedsCallData, isHeavy } = await preview(COPYING, 2n ** 24n, { ...BOUNDS, maxWork: 10 * MOST_WORK });
    assert.deepEqual([exceedsCallData, isHeavy], [true, false]);
  });

  it("do at most the work that their limit pays for before they are aborted", async () => {
    const multiplications = mock.method(NobleBN254.prototype, "mul");
    await preview(at(0));
    // 400,000 units: 6,000 gas at 2.5 units, 290 for the call, and fourteen instructions.
    assert.equal(multiplications.mock.callCount(), Math.floor(MOST_WORK / (15_000 + 290 + 14)));
    multiplications.mock.restore();
    const additions = mock.method(MCLBLS.prototype, "addG2");
    await preview(at(3));
    // 600 gas at 0.47 units.
    assert.equal(additions.mock.callCount(), Math.floor(MOST_WORK / (282 + 290 + 14)));
    additions.mock.restore();
  });

  it("run once where they are included in the block in which they were previewed, and twice in another", async () => {
    const engine = await openEngine(genesis);
    const multiplications = mock.method(NobleBN254.prototype, "mul");
    const count = () => multiplications.mock.callCount();
    const witness = await BatchWitness.create(CHAIN_ID, genesis);
    try {
      const mine = async (transaction: SignedTransaction, environment: BlockEnvironment) => {
        const { block, included } = await engine.mine([transaction], environment);
        return { ...block, transactions: included };
      };
      const first = await wallet.sign({ to: at(0), gasLimit: 200_000n });
      const { receipt } = await witness.preview({ transaction: first, environment: environmentOf(1n) }, BOUNDS);
      const once = count();
      assert.ok(once > 0);
      const { size } = await witness.execute(await mine(first, environmentOf(1n)));
      assert.deepEqual([count(), size.diffs > 0], [once, true]);
      // A receipt of the first engine that says otherwise is still a disagreement.
      const second = await wallet.sign({ to: at(0), gasLimit: 200_000n });
      await witness.preview({ transaction: second, environment: environmentOf(2n) }, BOUNDS);
      const mined = await mine(second, environmentOf(2n));
      const forged: MinedBlock["receipts"] = mined.receipts.map((each) => ({ ...each, gasUsed: each.gasUsed + 1n }));
      const before = witness.snapshot();
      await assert.rejects(witness.execute({ ...mined, receipts: forged }), { name: "WitnessError" });
      witness.revert(before);
      await witness.preview({ transaction: second, environment: { ...environmentOf(2n), timestamp: 1n } }, BOUNDS);
      const previewed = count();
      await witness.execute(mined);
      assert.equal(count() - previewed, once);
      // The same in a state that has changed since.
      const third = await wallet.sign({ to: at(0), gasLimit: 200_000n });
      await witness.preview({ transaction: third, environment: environmentOf(3n) }, BOUNDS);
      await witness.cheat({ type: "balance", address: LONG, balanceWei: 1n });
      await engine.cheat({ type: "balance", address: LONG, balanceWei: 1n });
      const then = count();
      await witness.execute(await mine(third, environmentOf(3n)));
      assert.equal(count() - then, once);
      assert.equal(receipt?.success, true);
    } finally {
      multiplications.mock.restore();
      await engine.close();
    }
  });
});
