import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BASE_TOKEN_RESERVE_WEI } from "../../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { messagesOf } from "./support/bundles.ts";
import { ETH, L1_TOKEN, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { assertReverts } from "./support/revert-reason.ts";

/** Maximum of a base token that L1 accepts into one chain's balance. */
const MOST_DEPOSITED = 2n ** 126n;

describe("a base token that can be minted without limit", () => {
  let ecosystem: Ecosystem;
  /** The token is a bridged one on a, and pays for gas on b. */
  let a: SimulatedChain;
  let b: SimulatedChain;
  before(async () => {
    ecosystem = await startEcosystem([ETH, L1_TOKEN]);
    [a, b] = [ecosystem.chains[0]!, ecosystem.chains[1]!];
  });
  after(() => ecosystem.close());

  test("cannot be delivered from elsewhere until a deposit that L1 has taken meets an empty reserve", async () => {
    const [sender] = a.users;
    const recipient: Hex = `0x${"ab".repeat(20)}`;
    await a.deposit(sender!.address, L1_TOKEN, 2n ** 127n);
    const router = await a.predeploy("L2AssetRouter", sender);
    const token = (await router.getFunction("l2TokenAddress").staticCall(L1_TOKEN)) as string;
    const hashes: Hex[] = [];
    for (const amount of [MOST_DEPOSITED, 1n]) {
      hashes.push(messagesOf(await a.send(router, "sendToChain", b.chainId, token, amount, recipient))[0]!.hash);
    }
    await ecosystem.settle();
    const delivering = await b.predeploy("L2AssetRouter", b.users[0]);
    await b.send(delivering, "deliver", ecosystem.prove(hashes[0]!));
    await assertReverts(
      delivering.getFunction("deliver").staticCall(ecosystem.prove(hashes[1]!)),
      "L2BaseToken",
      "ReserveExhausted",
      [0n, 1n],
    );
    // The maximum sum of L1 fits.
    await b.deposit(recipient, L1_TOKEN, MOST_DEPOSITED);
    assert.equal(await b.ethers.provider.getBalance(recipient), BASE_TOKEN_RESERVE_WEI);
    assert.equal(await b.ethers.provider.getBalance(PREDEPLOYS.L2BaseToken), 0n);
  });
});
