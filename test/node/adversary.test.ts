import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { comparedPlan } from "../../src/proofs/execution-proof/batch/compared-plan.ts";
import { countedCells } from "../../src/proofs/execution-proof/batch/step-limits.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { MAX_UNITS } from "../../src/ground/protocol/native-budget.ts";
import {
  CALLER,
  DEAR,
  DEEP,
  HOSTILE_KINDS,
  hostileOperation,
  hostileTransaction,
} from "../chain/support/hostile-transactions.ts";
import type { RequestedOperation } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { Random } from "../chain/state/support/random.ts";
import { openOwnProver } from "../execution-proof/support/own-prover.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";
import { planningTools, startFollowedChain } from "./support/followed-chain.ts";

/** RANDOM_RUNS and RANDOM_SEED make it longer, or other. */
const RUNS = Number(process.env["RANDOM_RUNS"] ?? byNight(1_000, 40));
const SEED = Number(process.env["RANDOM_SEED"] ?? 1);
const IN_BATCH = 10;
/** Maximum cells of a step: a unit is 100 cells, and padding of tables may double them. */
const MAX_CELLS = 2 * 100 * MAX_UNITS;
/** The only names by which a block refuses what a sender can pay for. */
const REFUSED = ["ProvingExceedsChunk", "PrecompileNotProven", "CallDataTooLarge", "HostileCode", "TooHeavy"];
/** NOT SECURE: small parameters. */
const PARAMETERS = smallParameters({
  minLogRows: 4,
  maxLogRows: 18,
  queryCount: 4,
  opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
});
describe("an adversary's proven chain, whose blocks its own engine makes", () => {
  it(`keeps all blocks of ${RUNS} hostile transactions and operations, refuses by name, and has a proof's plan of each batch without a label`, async () => {
    const random = new Random(SEED);
    const kinds = Object.entries(HOSTILE_KINDS);
    // What is refused is owed by its sender, so each has one to spare.
    const wallets = Array.from({ length: RUNS }, (_, i) => new TestWallet(1_000 + i));
    const accounts = [...wallets.map(({ address }) => ({ address, balanceWei: 10n ** 20n })), CALLER, DEEP, DEAR];
    const { test, seal } = await startFollowedChain({ accounts });
    const seen = { success: 0, failure: 0, refused: 0, charged: 0 };
    const operations = { ran: 0, failed: 0, notRun: 0 };
    const submit = async (name: string, i: number, raw: Hex): Promise<void> => {
      try {
        await test.chain.submit(raw);
        const { success, gasUsed, nativeUnits = 0 } = test.blocks.at(-1)?.receipts[0] ?? assert.fail("a block has it");
        seen[success ? "success" : "failure"]++;
        assert.ok(BigInt(nativeUnits) <= 6n * gasUsed, `${name} ${i}: ${nativeUnits} units are paid by ${gasUsed} gas`);
        if (BigInt(nativeUnits) > 6n * (gasUsed - 1n)) seen.charged++;
      } catch (error) {
        const { code, message } = error as { readonly code: string; readonly message: string };
        assert.ok(REFUSED.includes(code), `seed ${SEED}, ${name} ${i}: ${code} ${message}`);
        seen.refused++;
      }
    };
    const request = async (name: string, i: number, operation: RequestedOperation): Promise<void> => {
      const { success, notRun, gasUsed } = await test.request(operation);
      operations[notRun === undefined ? (success ? "ran" : "failed") : "notRun"]++;
      const { gasLimit = 0n } = operation;
      assert.ok(
        gasUsed <= gasLimit && (notRun === undefined || gasUsed === gasLimit),
        `operation ${name} ${i}: ${notRun} ${gasUsed}`,
      );
    };
    try {
      for (const [i, wallet] of wallets.entries()) {
        const [name, kind] = kinds[i % kinds.length]!;
        if (random.below(3) === 0) await request(name, i, hostileOperation(random, kind, wallet));
        else {
          const fields = hostileTransaction(random, kind, wallet);
          await submit(name, i, await wallet.signRaw({ maxFeePerGas: 10n, maxPriorityFeePerGas: 10n, ...fields }));
        }
        if (i % IN_BATCH !== IN_BATCH - 1 && i !== RUNS - 1) continue;
        const { witness, claim } = await seal();
        // Throws if the machine reaches another root, or if the batch would have a label.
        for (const weight of comparedPlan(witness, claim, planningTools()).weights)
          assert.ok(countedCells(weight) <= MAX_CELLS, `${name} ${i}: a step of ${countedCells(weight)} cells`);
      }
      assert.deepEqual(test.faults, []);
      for (const [what, count] of Object.entries({ ...seen, ...operations }))
        assert.ok(count > 0, `${what}: ${JSON.stringify({ seen, operations })}`);
    } finally {
      await test.chain.close();
    }
  });

  it(
    "has a proof of a batch with what is charged by its units and what has spent its budget",
    { skip: !IS_NIGHTLY },
    async () => {
      const wallet = new TestWallet(999);
      const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }, DEAR];
      const { test, seal } = await startFollowedChain({ accounts });
      const prover = openOwnProver({ workers: 2, parameters: PARAMETERS, acceptsWeakParameters: true });
      try {
        // The first call sets the slot, which is more gas than its units are; the others' units are more than their gas.
        for (const gasLimit of [200_000n, 200_000n, 60_000n])
          await test.chain.submit(await wallet.signRaw({ to: DEAR.address, gasLimit }));
        const { witness, claim } = await seal();
        const receipts = test.blocks.flatMap((block) => block.receipts).filter(({ nativeUnits }) => nativeUnits !== undefined);
        assert.deepEqual(
          receipts.map(({ success }) => success),
          [true, true, false],
        );
        const [, charged, spent] = receipts;
        assert.equal(charged?.gasUsed, (BigInt(charged?.nativeUnits ?? 0) + 5n) / 6n, "a sixth of the units, rounded up");
        assert.equal(spent?.gasUsed, 60_000n, "all of its gas");
        await prover.prepare(3n);
        const result = await prover.prove(witness, claim);
        assert.equal(result.kind, "proven", result.kind === "unproven" ? `${result.reason}: ${result.detail}` : "");
      } finally {
        await Promise.all([prover.close(), test.chain.close()]);
      }
    },
  );
});
