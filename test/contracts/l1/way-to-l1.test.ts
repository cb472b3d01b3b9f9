import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import type { ContractTransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { batchLimits, fits, l1LoadOf, provenLimits } from "../../../src/chain/ordering/limits.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import {
  hasRoomFor,
  l1CostOf,
  l1TotalOf,
  MAX_PROOF_BYTES,
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_GAS,
  SETTLE_AT_ONCE,
  type L1Transaction,
} from "../../../src/ground/protocol/way-to-l1.ts";
import { Random } from "../../chain/state/support/random.ts";
import { addExecutionVersion, DIGEST, itemOf, type Aggregator } from "./support/aggregates.ts";
import { proofOfAggregate } from "../../support/aggregate-proof.ts";
import { IS_NIGHTLY } from "../../support/nightly.ts";
import { assetMessage } from "./support/assets.ts";
import { TestChain, type BatchContent, type FormedBatch } from "./support/chain.ts";
import { DearBatches, NOTHING, times, usageOf, type Mixture } from "./support/dear-batches.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  deployEcosystem,
  provenVersion,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { VERIFIER_GAS } from "./support/verifier-gas.ts";
import { createWithoutQuorum, formFor, sendSettlement, settleNext } from "./support/settlements.ts";

const LEAVES = 4_096;
const IMPORTS = 24;
const OPERATIONS = 24;
/** Random batches of each kind of chain. */
const ROUNDS = IS_NIGHTLY ? 4 : 1;

/** The dearest contents of each kind, and the ones that need most of two stages or of gas and bytes alike. */
const MIXTURES: Readonly<Record<string, Partial<Mixture>>> = {
  "sends to chains that do not exist": { sends: 400 },
  "contracts of new codes": { contracts: 600 },
  "sends and new codes": { sends: 396, contracts: 504 },
  "one long message": { messageBytes: 100_000 },
  "short messages": { messages: 4_200 },
  "new slots": { newSlots: 4_200 },
  "changed slots": { changedSlots: 4_200 },
  "something of all": {
    ...{ sends: 360, contracts: 300, newSlots: 300, changedSlots: 300, messages: 300, messageBytes: 27_000 },
    ...{ operations: 6 * OPERATIONS, imports: 6 * IMPORTS },
  },
};

const KINDS = {
  "validators approve, and changes are proven": batchLimits({ hasQuorum: true, carryingLayers: 0 }),
  "validators approve, and execution is proven": provenLimits(batchLimits({ hasQuorum: true, carryingLayers: 0 })),
  "any account settles": provenLimits(batchLimits({ hasQuorum: false, carryingLayers: 0 })),
};
type Kind = keyof typeof KINDS;
const ANY: Kind = "any account settles";

/** Largest part of the mixture that the sequencer puts into one batch. */
function filled(kind: Kind, mixture: Partial<Mixture>): Mixture {
  const all = { ...NOTHING, ...mixture };
  const limited = (factor: number): Mixture => {
    const { operations, imports, ...rest } = times(all, factor);
    return { ...rest, operations: Math.min(operations, OPERATIONS), imports: Math.min(imports, IMPORTS) };
  };
  let [low, high] = [0, 1];
  for (let step = 0; step < 20; step++) {
    const middle = (low + high) / 2;
    if (fits(usageOf(limited(middle)), KINDS[kind], LEAVES)) low = middle;
    else high = middle;
  }
  return limited(low);
}

describe("the way of a full batch to L1", () => {
  let ecosystem: Ecosystem;
  let aggregator: Aggregator;
  let settler: HardhatEthersSigner;
  let chains: Readonly<Record<Kind, TestChain>>;
  let dear: DearBatches;
  let roots: readonly ImportedRoot[] = [];

  before(async () => {
    ecosystem = await deployEcosystem();
    aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    settler = ecosystem.accounts[6]!;
    dear = new DearBatches(ecosystem);
    const proven = { ...(await defaultConfiguration(ecosystem, 273n)), protocolVersion: aggregator.version };
    chains = {
      "validators approve, and changes are proven": await TestChain.create(
        ecosystem,
        await defaultConfiguration(ecosystem, 271n),
      ),
      "validators approve, and execution is proven": await TestChain.create(ecosystem, proven),
      "any account settles": await createWithoutQuorum(ecosystem, aggregator, 272n),
    };
    // Leaves, which slots change; and roots to import.
    for (const kind of Object.keys(KINDS) as Kind[])
      for (let i = 0; i < 5; i++) await settled(kind, await formed(kind, { ...NOTHING, newSlots: 1_000 }));
    for (let i = 0; i < IMPORTS; i++) await settleNext(chains[ANY], settler);
    const latest = await view<bigint>(ecosystem.roots, "latestRootIndex");
    roots = await Promise.all(
      Array.from({ length: IMPORTS }, async (_, i) => {
        const registryIndex = latest - BigInt(i);
        return { registryIndex, root: await view<Hex>(ecosystem.roots, "rootAt", registryIndex) };
      }),
    );
  });
  after(() => ecosystem.l1.close());

  /** The next batch with these contents. */
  async function formed(kind: Kind, mixture: Mixture): Promise<FormedBatch> {
    const queued: Hex[] = [];
    for (let i = 0; i < mixture.operations; i++) queued.push(await chains[kind].request());
    return formedOf(kind, dear.content(mixture, { queued, roots: roots.slice(0, mixture.imports) }));
  }

  function formedOf(kind: Kind, content: BatchContent): Promise<FormedBatch> {
    return kind === ANY ? formFor(chains[kind], settler.address, content) : chains[kind].form(content);
  }

  /** Takes the batch to L1. Returns the receipt of each transaction on its way. */
  async function settled(kind: Kind, batch: FormedBatch): Promise<readonly ContractTransactionReceipt[]> {
    const chain = chains[kind];
    if (kind !== ANY) {
      const { stored, receipt } = await chain.commit(batch);
      const isExecution = kind === "validators approve, and execution is proven";
      const proven = isExecution ? await aggregator.prove([itemOf(chain, stored)]) : await chain.prove(stored);
      return [receipt, proven, await chain.execute(stored, batch)];
    }
    const proof = proofOfAggregate([itemOf(chain, batch.expected)], DIGEST);
    // L1 alone knows the rest of the record.
    const stored = await send(aggregator.contract, "storeProof", [itemOf(chain, batch.expected)], DIGEST, proof);
    const receipt = await sendSettlement(chain, settler, [
      ...[batch.previous, batch.commit, DIGEST, "0x", batch.importedRoots, batch.flows],
    ]);
    chain.last = { ...batch.expected, committedAt: BigInt((await receipt.getBlock()).timestamp) };
    chain.batchCount++;
    return [stored, receipt];
  }

  /** Gas of the one call that does all, with the verifier's double. */
  async function gasAtOnce(batch: FormedBatch): Promise<number> {
    const chain = chains[ANY];
    const proof = proofOfAggregate([itemOf(chain, batch.expected)], DIGEST);
    const args = [batch.previous, batch.commit, DIGEST, proof, batch.importedRoots, batch.flows];
    return Number(
      await as(chain.contract, settler)
        .getFunction("settle")
        .estimateGas(...args),
    );
  }

  /** Gas and bytes of L1's transactions against what was reserved for them. */
  async function assertWithin(kind: Kind, mixture: Mixture, batch?: FormedBatch): Promise<string> {
    const { way } = KINDS[kind];
    const receipts = await settled(kind, batch ?? (await formed(kind, mixture)));
    assert.equal(receipts.length, way.length);
    // Parts without the double have separate transactions, or room in the others' (below).
    const load = { ...l1LoadOf(usageOf(mixture)), diffs: usageOf(mixture).diffs + 1, proofBytes: 32 };
    const parts = await Promise.all(
      way.map((transaction, i) => assertCost(transaction, receipts[i]!, l1CostOf(transaction, load))),
    );
    return parts.join("; ");
  }

  async function assertCost(
    transaction: L1Transaction,
    receipt: ContractTransactionReceipt,
    contents: ReturnType<typeof l1CostOf>,
  ): Promise<string> {
    const sent = await ecosystem.l1.ethers.provider.getTransaction(receipt.hash);
    const bytes = (sent!.data.length - 2) / 2;
    const estimated = l1TotalOf(transaction, contents);
    const text = `${transaction.stages.join(" and ")}: ${receipt.gasUsed} of ${estimated.gas} gas, ${bytes} of ${estimated.bytes} bytes`;
    assert.ok(Number(receipt.gasUsed) <= estimated.gas && bytes <= estimated.bytes, text);
    assert.ok(estimated.gas <= transaction.gas && transaction.gas < MAX_TRANSACTION_GAS, text);
    assert.ok(estimated.bytes <= transaction.bytes && transaction.bytes < MAX_TRANSACTION_BYTES, text);
    return text;
  }

  for (const kind of Object.keys(KINDS) as Kind[])
    for (const [name, mixture] of Object.entries(MIXTURES))
      it(`takes no transaction beyond its limits where ${kind}: ${name}`, async (context) => {
        const most = filled(kind, mixture);
        assert.ok(
          !fits(usageOf(times({ ...NOTHING, ...mixture }, 1)), KINDS[kind], LEAVES),
          "the mixture is larger than a batch",
        );
        context.diagnostic(`${inspect(most, { breakLength: Infinity })}: ${await assertWithin(kind, most)}`);
      });

  for (const kind of ["validators approve, and execution is proven", ANY] as const)
    it(`takes no transaction beyond its limits where ${kind}: deliveries of as many assets, of which some stay in transit`, async (context) => {
      const source: Kind = "validators approve, and changes are proven";
      const mixture = filled(kind, { sends: 400 });
      const route = { destinationChainId: chains[kind].configuration.chainId, originChainId: 271n };
      const tokens = Array.from({ length: mixture.sends }, (_, i) => addressOf(0xffff_0000 + i));
      const messages = (kindOfMessage: 2 | 3, amount: bigint) =>
        tokens.map((originToken) => assetMessage(ecosystem, { ...route, kind: kindOfMessage, originToken, amount }));
      await settled(source, await formedOf(source, { logs: messages(2, 2n ** 90n + 1n) }));
      const batch = await formedOf(kind, { logs: messages(3, 2n ** 90n) });
      assert.equal(batch.flows.length, mixture.sends);
      context.diagnostic(`${mixture.sends}: ${await assertWithin(kind, mixture, batch)}`);
    });

  it("costs no more than estimated, whatever is in it", async (context) => {
    const random = new Random(67);
    const most: Mixture = {
      ...NOTHING,
      sends: 300,
      contracts: 300,
      newSlots: 800,
      changedSlots: 2_000,
      messages: 2_000,
      messageBytes: 60_000,
    };
    for (const kind of Object.keys(KINDS) as Kind[])
      for (let round = 0; round < ROUNDS; round++) {
        const parts = Object.entries(most).map(([key, count]) => [
          key,
          random.below(3) === 0 ? 0 : random.below((count as number) + 1),
        ]);
        const mixture = filled(kind, {
          ...(Object.fromEntries(parts) as unknown as Mixture),
          operations: random.below(OPERATIONS),
        });
        context.diagnostic(`${kind}: ${inspect(mixture, { breakLength: Infinity })}: ${await assertWithin(kind, mixture)}`);
      }
  });

  it("has room for the longest proof in a separate transaction", () => {
    for (const { way } of Object.values(KINDS)) {
      const transaction = way.find(({ stages }) => stages.join() === "prove")!;
      const contents = l1CostOf(transaction, { ...l1LoadOf(usageOf(NOTHING)), proofBytes: MAX_PROOF_BYTES });
      assert.ok(hasRoomFor(transaction, contents));
    }
  });

  it("attack: the results of ten operations fit no transaction, and the batch is not sealed", async (context) => {
    const mixture: Mixture = { ...NOTHING, sends: 198, contracts: 252, operations: 10 };
    assert.ok(!fits(usageOf(mixture), KINDS[ANY], LEAVES));
    const gas = await gasAtOnce(await formed(ANY, mixture));
    context.diagnostic(`${gas} gas besides the verifier's`);
    assert.ok(gas + VERIFIER_GAS.min > MAX_TRANSACTION_GAS, `${gas}`);
  });

  it("takes one transaction only where that has room for the verifier too", async () => {
    const roomAtOnce = (mixture: Mixture): boolean =>
      hasRoomFor(SETTLE_AT_ONCE, l1CostOf(SETTLE_AT_ONCE, { ...l1LoadOf(usageOf(mixture)), proofBytes: 82_000 }));
    for (const one of [{ sends: 1, contracts: 1 }, { sends: 1 }, { contracts: 1 }]) {
      let count = 1;
      while (roomAtOnce(times({ ...NOTHING, ...one }, count + 1))) count++;
      const mixture = times({ ...NOTHING, ...one }, count);
      const gas = await gasAtOnce(await formed(ANY, mixture));
      assert.ok(gas + VERIFIER_GAS.max <= MAX_TRANSACTION_GAS, `${gas} for ${inspect(mixture)}`);
    }
  });
});
