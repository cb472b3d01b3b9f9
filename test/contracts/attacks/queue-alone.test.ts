import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { chainExtensionsOnL1 } from "../../support/extensions.ts";
import { addExecutionVersion, type Aggregator } from "../l1/support/aggregates.ts";
import type { TestChain } from "../l1/support/chain.ts";
import {
  addressOf,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  hexAddress,
  PROTOCOL_VERSION,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { activateExit } from "../l1/support/exits.ts";
import {
  createWithoutQuorum,
  formFor,
  sendSettlement,
  settlementOf,
  settleNext,
  WITHOUT_QUORUM,
} from "../l1/support/settlements.ts";
import { quorumOf, scheduleTerms } from "../l1/support/terms.ts";

const QUEUE_ALONE = { sequencingMode: 1n };
const SUCCESS = { type: "priorityOp", success: true } as const;
/** Version whose execution is proven. */
const VERSION = 0x403n;

/** L1's part of chains whose order is the queue: the kernel's is in test/machine/openings.test.ts. */
describe("a chain whose order is L1's queue alone", () => {
  let ecosystem: Ecosystem;
  let aggregator: Aggregator;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    aggregator = await addExecutionVersion(ecosystem, VERSION);
  });
  after(() => ecosystem.l1.close());

  const create = (): Promise<TestChain> => createWithoutQuorum(ecosystem, aggregator, nextChainId++, QUEUE_ALONE);
  const account = (number: number) => ecosystem.accounts[number]!;
  const [settler, other] = [6, 7];

  test("is settled by any account, with each operation of its queue in order, and by none who takes them in another", async () => {
    const chain = await create();
    const operations = [await chain.request(), await chain.request(), await chain.request()] as const;
    const logs = [SUCCESS, SUCCESS];
    for (const wrong of [
      [operations[1], operations[0]],
      [operations[0], operations[2]],
    ]) {
      const formed = await formFor(chain, account(settler).address, { canonicalTxHashes: wrong, logs });
      await assertReverts(sendSettlement(chain, account(settler), settlementOf(chain, formed)), "CommitmentMismatch");
    }
    await settleNext(chain, account(settler), { canonicalTxHashes: operations.slice(0, 2), logs });
    const last = { canonicalTxHashes: operations.slice(2), logs: [SUCCESS] };
    await settleNext(chain, account(other), last);
    assert.equal(await view<bigint>(chain.contract, "getTotalBatchesExecuted"), 2n);
  });

  test("attack: a settler takes the fees, and so makes another state than all derive: refused", async () => {
    const chain = await create();
    const formed = await formFor(chain, account(settler).address, { coinbase: account(settler).address.toLowerCase() as Hex });
    const refusal = `CoinbaseOfQueue(${account(settler).address.toLowerCase()})`;
    await assertReverts(sendSettlement(chain, account(settler), settlementOf(chain, formed)), refusal);
  });

  test("attack: batches without operations void others' proofs and move the numbers of blocks: refused, also the first one", async () => {
    const chain = await create();
    const empty = async (): Promise<unknown> => {
      const formed = await formFor(chain, account(settler).address);
      return sendSettlement(chain, account(settler), settlementOf(chain, formed));
    };
    await assertReverts(empty(), "BatchWithoutOperation(0)");
    for (const number of [1, 2]) {
      const operation = await chain.request();
      await settleNext(chain, account(settler), { canonicalTxHashes: [operation], logs: [SUCCESS] });
      await assertReverts(empty(), `BatchWithoutOperation(${number})`);
    }
  });

  test("attack: a batch of another mode of sequencing, in which a settler's own transactions have proofs: refused", async () => {
    const chain = await create();
    const taken = { canonicalTxHashes: [await chain.request()], logs: [SUCCESS] };
    const formed = await formFor(chain, account(settler).address, { ...taken, extensions: await ofMode0(chain) });
    await assertReverts(sendSettlement(chain, account(settler), settlementOf(chain, formed)), "CommitmentMismatch");
  });

  test("has no validators, no filterer and no cheats, not later either, and a proven version", async () => {
    const filterer = await hexAddress(await ecosystem.l1.deploy("SenderList", [addressOf(5)]));
    const configuration = {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      ...WITHOUT_QUORUM,
      ...QUEUE_ALONE,
      protocolVersion: VERSION,
    };
    const refuse = (overrides: Partial<ChainConfiguration>, refusal: string) =>
      assertReverts(createChain(ecosystem, { ...configuration, ...overrides }), refusal);
    const { validators } = quorumOf([ecosystem.accounts[0]!]);
    await refuse({ validators, validatorThreshold: 1n }, "QuorumOfQueue(1)");
    await refuse({ transactionFilterer: filterer }, `FiltererOfQueue(${filterer})`);
    await refuse({ cheatsAllowed: true }, "CheatsWithoutQuorum()");
    await refuse({ sequencer: addressOf(7) }, "SequencerUnused()");
    await refuse({ protocolVersion: PROTOCOL_VERSION }, `ModeNeedsProofs(1, ${PROTOCOL_VERSION})`);
    const chain = await create();
    await assertReverts(scheduleTerms(ecosystem, chain, { transactionFilterer: filterer }), `FiltererOfQueue(${filterer})`);
    await assertReverts(scheduleTerms(ecosystem, chain, { quorum: quorumOf([ecosystem.accounts[0]!]) }), "NoQuorum()");
  });

  test("cannot be stopped by its admin: without a settlement in time its exit opens", async () => {
    const chain = await create();
    await chain.request();
    await activateExit(ecosystem, chain);
    assert.equal(await view(chain.contract, "exited"), true);
    await assertReverts(send(chain.contract, "commitBatches", ...(await commitOf(chain))), "ChainExited");
  });

  async function ofMode0({ configuration: { chainId } }: TestChain): Promise<Hex> {
    return chainExtensionsOnL1({
      ...{ settlementChainId: ecosystem.chainId, bridge: await hexAddress(ecosystem.bridge), baseToken: addressOf(1) },
      bornAt: await view<bigint>(ecosystem.factory, "bornAt", chainId),
    }).installing;
  }

  async function commitOf(chain: TestChain): Promise<readonly unknown[]> {
    const formed = await chain.form();
    const approval = await chain.sign(formed.expected.commitment, []);
    return [formed.previous, [{ batch: formed.commit, approval }]];
  }
});
