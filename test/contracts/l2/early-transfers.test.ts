import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, interoperable, messagesOf } from "./support/bundles.ts";
import { ETH, FIRST_TIMESTAMP, L1_CHAIN_ID, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { assertReverts } from "./support/revert-reason.ts";

/** Chain b is created in the second in which the first batches begin. */
const BORN_AT = FIRST_TIMESTAMP;

describe("what was sent to a chain's id before the chain existed", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH], [0n, BORN_AT]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
    await a.deposit(a.users[0]!.address, ETH, 1_000n);
  });
  after(() => ecosystem.close());

  const recipient: Hex = `0x${"ab".repeat(20)}`;
  async function transfer(amount: bigint): Promise<Hex> {
    const router = await a.predeploy("L2AssetRouter", a.users[0]);
    const receipt = await a.send(router, "sendToChain", b.chainId, PREDEPLOYS.L2BaseToken, amount, recipient, { value: amount });
    return messagesOf(receipt)[0]!.hash;
  }

  test("is refused by it, so that its delivery cannot make a batch that L1 must refuse", async () => {
    const early = await transfer(5n);
    const to = interoperable(b.chainId, recipient);
    const calls = [{ to, data: "0x", callAttributes: [attribute("interopCallValue", 7n), attribute("shadowAccount")] }];
    const center = await a.predeploy("InteropCenter", a.users[0]);
    const [value, bundle] = messagesOf(await a.send(center, "sendBundle", interoperable(b.chainId), calls, [], { value: 7n }));
    await ecosystem.settle();
    const router = await b.predeploy("L2AssetRouter", b.users[0]);
    const handler = await b.predeploy("InteropHandler", b.users[0]);
    await assertReverts(router.getFunction("deliver").staticCall(ecosystem.prove(early)), "L2AssetRouter", "SentBeforeChain", [
      FIRST_TIMESTAMP,
      BORN_AT,
    ]);
    await assertReverts(
      handler.getFunction("executeBundle").staticCall(ecosystem.prove(bundle!.hash), [ecosystem.prove(value!.hash)]),
      "L2AssetRouter",
      "SentBeforeChain",
      [FIRST_TIMESTAMP, BORN_AT],
    );
    assert.equal(await router.getFunction("isDelivered").staticCall(a.chainId, early), false);
  });

  test("does not hold up what is sent from the chain's creation on", async () => {
    const first = await transfer(11n);
    await ecosystem.settle();
    // The second batch begins ten seconds later.
    const proof = ecosystem.prove(first);
    assert.equal(BigInt(proof.proof.at(-2)!), BORN_AT + 10n);
    const before = await b.ethers.provider.getBalance(recipient);
    await b.send(await b.predeploy("L2AssetRouter", b.users[0]), "deliver", proof);
    assert.equal((await b.ethers.provider.getBalance(recipient)) - before, 11n);
    await b.sealBatch();
    assert.equal(ecosystem.settlement.heldFor(b.chainId, assetId(L1_CHAIN_ID, ETH)), 11n);
  });
});
