import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Provider, Signer } from "ethers";
import { MESSAGE_GAS_MARGIN } from "../../src/chain/rpc/calls/calls.ts";
import { BATCH_GAS_MARGIN, LIST_GAS_MARGIN } from "../../src/ecosystem/client/sending/gas-margin.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { sendListed } from "../../src/ecosystem/client/transfers/transfer-list.ts";
import { withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { startClientEcosystem, type ClientEcosystem } from "./support.ts";

const ALICE = 1;
const TO = { chain: "b", account: `0x${"5e".repeat(20)}` };

describe("what enters a batch between a transaction's estimate and its inclusion", () => {
  let ecosystem: ClientEcosystem;
  let provider: Provider;
  /** Runs after the next estimate, which this returns. */
  let behindEstimate: (() => Promise<unknown>) | undefined;
  let estimate = 0n;
  before(async () => {
    ecosystem = await startClientEcosystem();
    provider = ecosystem.provider(271);
    const estimateGas = provider.estimateGas.bind(provider);
    provider.estimateGas = async (transaction) => {
      const gas = await estimateGas(transaction);
      const [happens] = [behindEstimate, (behindEstimate = undefined)];
      if (happens !== undefined) estimate = gas;
      await happens?.();
      return gas;
    };
  });
  after(() => ecosystem.close());

  const seal = (): Promise<unknown> => ecosystem.devnet.chains[0]!.pipeline.seal();
  const messages = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await sendOne();
  };
  const alice = (): Signer => ecosystem.on("a", ALICE);
  const sendOne = () => send(ecosystem.info, { chain: "a", to: TO, amount: 5n }, alice());
  const withdrawOne = () => withdraw(ecosystem.info, { chain: "a", amount: 5n }, alice());
  const used = async (hash: string): Promise<bigint> => (await provider.getTransactionReceipt(hash))!.gasUsed;

  /**
   * Gas above what was needed when it was estimated: as the third message of a batch, where a place costs least, and included
   * behind something else.
   */
  async function raced(
    what: () => Promise<{ readonly transactionHash: string }>,
    meanwhile: () => Promise<unknown>,
  ): Promise<bigint> {
    await seal();
    await messages(2);
    behindEstimate = meanwhile;
    // The chain counts messages in, too, for those who send with other tools.
    return (await used((await what()).transactionHash)) - (estimate - MESSAGE_GAS_MARGIN);
  }

  test("a send or withdrawal that becomes the first of the next batch has gas for it", async () => {
    for (const what of [sendOne, withdrawOne]) {
      const more = await raced(what, seal);
      // The first word of the count and of the lowest level (EIP-2200).
      assert.ok(more >= 2n * 17_100n - 5_000n && more <= BATCH_GAS_MARGIN, String(more));
    }
  });

  test("a send behind others' messages, at a place that closes many levels, has gas for it", async () => {
    for (const others of [1, 5]) {
      const more = await raced(sendOne, () => messages(others));
      // Place 3 or 7: the first word of a level above two or three others.
      assert.ok(more >= 17_100n && more <= BATCH_GAS_MARGIN, String(more));
    }
  });

  test("an entry of a list that becomes the first of a list in the next batch has gas for it", async () => {
    const listed = () => sendListed(ecosystem.info, { chain: "a", to: TO, amount: 5n }, alice(), ecosystem.provider(272));
    for (let i = 0; i < 2; i++) await listed();
    behindEstimate = seal;
    const more = (await used((await listed()).transactionHash)) - estimate;
    assert.ok(more > 50_000n && more <= LIST_GAS_MARGIN, String(more));
  });
});
