import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { noProofMarker } from "../../src/ground/protocol/no-proof.ts";
import { l1Request } from "../../src/ecosystem/devnet/l1/request/l1-request.ts";
import { connectHttp } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { createMemoryJournal } from "../../src/chain/settlement/journal/journal.ts";
import { patientReader, readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { createL1Retry, type L1Trouble } from "../../src/chain/settlement/l1-sender/l1-retry.ts";
import { createTransactor } from "../../src/chain/settlement/l1-sender/transactor.ts";
import { openSettlement } from "../../src/chain/settlement/settlement.ts";
import { CALLDATA_POSTING } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { SigningRecord } from "../../src/chain/settlement/signing/signing-record.ts";
import { serveFaultyL1, type FaultyL1, type Fate } from "../support/faulty-l1.ts";
import { createSettledChain, plainMessage, startSettledL1, type SettledL1 } from "./support/settled-l1.ts";
import { walletOf } from "./support/sender.ts";

const STAGES = ["commit", "prove", "execute"] as const;
/** Moments around a stage's transaction at which L1 becomes unreachable. */
const MOMENTS = {
  "before it arrives": "unseen",
  "when it has arrived, and before the answer": "answerLost",
  "after the answer, and before the receipt": "answered",
} as const satisfies Readonly<Record<string, Fate>>;
/** Requests that fail until L1 is back: more than settlement ever gave up after. */
const FAILURES = 12;

describe("A6: an L1 that goes away and comes back", () => {
  let settled: SettledL1;
  let l1: FaultyL1;
  let nextChainId = 401n;

  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
    l1 = await serveFaultyL1((method, params) => settled.l1.ethers.provider.send(method, [...params]) as Promise<unknown>);
  });
  after(async () => {
    await l1.close();
    await settled.l1.close();
  });

  /** Settles one batch; L1 is away after `isLast` has said so of a request, which still has that fate. */
  async function settleWith(isLast: (method: string) => Fate | undefined) {
    const chain = await createSettledChain(settled, nextChainId++);
    const { settlementChainId } = chain.contract;
    const provider = connectHttp(settlementChainId, l1Request(l1.url));
    const signer = walletOf(settled.accounts[0]!).connect(provider);
    const nonceBefore = await signer.getNonce();
    const said: (L1Trouble | undefined)[] = [];
    let failuresLeft: number | undefined;
    l1.decide = (method) => {
      if (failuresLeft !== undefined) return failuresLeft-- <= 0 ? "answered" : failuresLeft % 2 === 0 ? "unseen" : "limited";
      const last = isLast(method);
      if (last !== undefined) failuresLeft = FAILURES;
      return last ?? "answered";
    };
    const delay = (): Promise<void> => Promise.resolve();
    const patience = createL1Retry({}, { delay, onTrouble: (trouble) => said.push(trouble) });
    try {
      const settlement = await openSettlement<FormedBatch>(
        { quorum: { members: chain.members }, posting: CALLDATA_POSTING },
        {
          context: {
            ...chain.contract,
            provider: patientReader(provider, patience),
            fromBlock: chain.created.fromBlock,
            delay,
            patience,
            approvals: new SigningRecord(),
            confirmations: 1,
            transactor: createTransactor({}, { signer, patience }),
          },
          journal: createMemoryJournal(),
          proofs: { prove: ({ commitment }) => Promise.resolve(noProofMarker(commitment)) },
        },
      );
      await settlement.submit(await chain.form({ logs: [plainMessage("patience")] })).executed;
      await settlement.close();
      const reader = { ...chain.contract, provider, fromBlock: chain.created.fromBlock };
      return {
        said,
        totals: await readTotals(reader),
        transactions: (await signer.getNonce()) - nonceBefore,
        wasAway: failuresLeft !== undefined,
      };
    } finally {
      l1.decide = () => "answered";
      provider.destroy();
    }
  }

  const assertSettledOnce = ({ said, totals, transactions, wasAway }: Awaited<ReturnType<typeof settleWith>>): void => {
    assert.ok(wasAway, "L1 has been away");
    assert.deepEqual(totals, { committed: 1n, verified: 1n, executed: 1n });
    assert.equal(transactions, 3, "one transaction for each stage");
    assert.deepEqual(
      said.map((trouble) => trouble?.code),
      ["L1Unreachable", undefined],
      "one report of the start, and one of the end",
    );
    assert.match(
      said[0]!.message,
      /L1 does not answer as it should \((socket hang up|read ECONNRESET|server response 429 .*)\)$/,
    );
  };

  test("when settlement is opened", async () => {
    assertSettledOnce(await settleWith((method) => (method === "eth_call" ? "unseen" : undefined)));
  });

  for (const [place, stage] of STAGES.entries()) {
    for (const [moment, fate] of Object.entries(MOMENTS)) {
      test(`around the ${stage}'s transaction: ${moment}`, async () => {
        let sent = 0;
        assertSettledOnce(
          await settleWith((method) => (method === "eth_sendRawTransaction" && sent++ === place ? fate : undefined)),
        );
      });
    }
  }
});
