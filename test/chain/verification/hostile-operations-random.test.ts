import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Witness } from "../../../src/chain/witness/witness.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { byNight } from "../../support/nightly.ts";
import { COINBASE } from "../support/engine.ts";
import { HostileOperations, KINDS, scopedContracts } from "../support/hostile-operations.ts";
import { CodeWriter } from "../support/random-code.ts";
import { startVerifiedChain, type VerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { Random } from "../state/support/random.ts";
import { ask } from "../support/ask.ts";

/** `HOSTILE_OPERATIONS=5000 HOSTILE_SEED=7 npm test -- test/chain/verification/hostile-operations-random.test.ts` runs longer. */
const COUNT = Number(process.env["HOSTILE_OPERATIONS"] ?? byNight(1_000, 80));
const SEED = Number(process.env["HOSTILE_SEED"] ?? 2);
/** Maximum operations of a batch, so that limits are reached in the middle of a batch. */
const MOST_IN_BATCH = 12;
const ETHER = 10n ** 18n;

/** Lets time pass between an inspection and what follows, now and then. */
function letTimePass({ chain, clock }: VerifiedChain, random: Random): void {
  const { witness } = chain;
  const request = witness.request.bind(witness);
  const slow: Witness["request"] = async (operation, parameters) => {
    const result = await request(operation, parameters);
    if (operation === "preview") clock.advance(random.pick([0, 400, 1000]));
    return result;
  };
  Object.assign(witness, { request: slow });
}

function contractAddress(place: number): Hex {
  return `0x${(0xc0de00 + place).toString(16).padStart(40, "0")}`;
}

describe("a chain whose validators run every batch again", () => {
  it(`continues through ${COUNT} random hostile operations, and its validators agree (seed ${SEED})`, async (context) => {
    const random = new Random(SEED);
    const wallets = Array.from({ length: 3 }, (_, i) => new TestWallet(800 + i));
    // A code that begins like one that no engine may run could not be in a genesis either.
    const contracts = Array.from({ length: 24 }, (_, i) => ({
      address: contractAddress(i),
      nonce: 1n,
      code: CodeWriter.of(random, 1 + random.below(6)),
    }));
    const test = await startVerifiedChain({
      accounts: [
        ...contracts,
        ...scopedContracts(),
        ...wallets.map(({ address }) => ({ address, balanceWei: 1_000_000n * ETHER })),
      ],
    });
    letTimePass(test, random);
    const addresses = contracts.map(({ address }) => address);
    const operations = await HostileOperations.create(
      random,
      addresses,
      wallets.map(({ address }) => address),
    );
    const outcomes = {
      succeeded: 0,
      failed: 0,
      invalid: 0,
      callData: 0,
      batches: 0,
    };
    const ofProvenChains = { budget: 0, lone: 0 };
    const counts = { ...outcomes, ...ofProvenChains };
    for (let done = 0; done < COUNT;) {
      await delegate(test, random.pick(wallets), random.pick(addresses));
      for (let inBatch = random.below(MOST_IN_BATCH); inBatch >= 0 && done < COUNT; inBatch--, done++) {
        const kind = KINDS[done % KINDS.length] ?? "creation";
        const operation = operations.next(kind);
        try {
          const { success, notRun } = await test.request(operation);
          counts[notRun ?? (success ? "succeeded" : "failed")]++;
          assert.equal(test.chain.sequencer.fault, undefined);
        } catch (error) {
          throw new Error(`seed ${SEED}, operation ${done}, ${kind}: ${describeOperation(operation)}`, { cause: error });
        }
      }
      try {
        await test.sealAndVerify();
      } catch (error) {
        throw new Error(`seed ${SEED}, before operation ${done}`, { cause: error });
      }
      counts.batches++;
    }
    context.diagnostic(`seed ${SEED}: ${JSON.stringify(counts)}`);
    for (const [outcome, count] of Object.entries(counts))
      assert.ok(outcome in ofProvenChains ? count === 0 : count >= COUNT / 120, `${outcome}: ${count}`);
    await test.chain.close();
  });
});

/** An account with a key takes a contract's code for its own (EIP-7702), unless operations have taken all that it had. */
async function delegate({ chain }: VerifiedChain, wallet: TestWallet, address: Hex): Promise<void> {
  const balance = await ask(chain, "eth_getBalance", [wallet.address, "latest"]);
  if (BigInt(String(balance)) < ETHER) return;
  // Operations of the same account have used nonces.
  wallet.nonce = Number(await ask(chain, "eth_getTransactionCount", [wallet.address, "latest"]));
  const authorizationList = [wallet.authorize(address, wallet.nonce + 1)];
  await chain.submit(await wallet.signRaw({ type: 4, to: COINBASE, authorizationList, gasLimit: 300_000n }));
}

function describeOperation(operation: object): string {
  return JSON.stringify(operation, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}
