import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";
import { createRandomness } from "../../protocol/random-batches.ts";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Forwarding } from "../../../src/ecosystem/relayer/forwarding.ts";
import { ETH, L1_CHAIN_ID } from "./support/ecosystem.ts";
import { COIN, startForwarderFixture, type ForwarderFixture } from "./support/forwarder-fixture.ts";

const OPERATIONS = 100;
/** Fees of the forwarders: without one, a small one, one above most amounts. */
const FEES = [0n, 7n, 60n];

describe("D3: forwarders under random payments, calls and refunds", () => {
  let fixture: ForwarderFixture;
  let token: Contract;
  let ways: Forwarding[];
  before(async () => {
    fixture = await startForwarderFixture();
    token = (await fixture.a.ethers.deployContract("L2TestToken", [10n ** 18n, false, true])) as unknown as Contract;
    ways = FEES.map((fee, i) => fixture.forwardingOf({ fee, refundTo: `0x${(0xbac0 + i).toString(16).padStart(40, "0")}` }));
  });
  after(() => fixture.ecosystem.close());

  const tokensOf = async (account: string): Promise<bigint> =>
    (await token.getFunction("balanceOf").staticCall(account)) as bigint;

  test(`a forwarder's receipts are with it, its recipient, its refund's account or its callers, in ${OPERATIONS} operations`, async () => {
    const { a, ecosystem, forwarders } = fixture;
    const random = createRandomness(20261123);
    const tokenAddress = (await token.getAddress()) as Hex;
    /**
     * Sums per forwarder: coins held and forwarded; coins and tokens refunded. The token was not created on L1, so that it
     * cannot go there.
     */
    const model = ways.map(() => ({ held: 0n, gone: 0n, back: 0n, tokens: 0n, tokensBack: 0n }));
    const done = new Map<string, number>();
    const count = (what: string): void => void done.set(what, (done.get(what) ?? 0) + 1);
    const attempt = async (name: "forward" | "refund", way: Forwarding, asset: string): Promise<boolean> => {
      const stranger = forwarders.connect(a.users[1 + random.index(3)]!) as Contract;
      const passes = await stranger
        .getFunction(name)
        .staticCall(way, asset)
        .then(
          () => true,
          () => false,
        );
      if (passes) await a.send(stranger, name, way, asset);
      return passes;
    };
    const ether = assetId(L1_CHAIN_ID, ETH);
    for (let i = 0; i < OPERATIONS; i++) {
      const which = random.index(ways.length);
      const [way, state] = [ways[which]!, model[which]!];
      const amount = 1n + BigInt(random.index(80));
      const kind = random.index(6);
      if (kind <= 1) {
        await fixture.fund(way, amount);
        state.held += amount;
        count("coin");
      } else if (kind === 2) {
        await a.send(token, "transfer", fixture.addressOf(way), amount);
        state.tokens += amount;
        count("token");
      } else if (kind === 3) {
        assert.equal(await attempt("forward", way, COIN), state.held > way.fee, `forward ${i}`);
        if (state.held > way.fee) {
          state.gone += state.held - way.fee;
          state.held = 0n;
          count("forwarded");
        }
      } else if (kind === 4) {
        assert.equal(await attempt("refund", way, COIN), state.held <= way.fee, `refund ${i}`);
        if (state.held <= way.fee) {
          state.back += state.held;
          state.held = 0n;
          count("refunded");
        }
      } else {
        assert.equal(await attempt("forward", way, tokenAddress), false);
        assert.ok(await attempt("refund", way, tokenAddress));
        state.tokensBack += state.tokens;
        state.tokens = 0n;
        count("tokens refunded");
      }
      for (const [each, expected] of model.entries()) {
        const forwarder = fixture.addressOf(ways[each]!);
        const { refundTo } = ways[each]!;
        assert.equal(await fixture.ethBalance(a, forwarder), expected.held, `held: ${i}`);
        assert.equal(await fixture.ethBalance(a, refundTo), expected.back, `back: ${i}`);
        assert.equal(await tokensOf(forwarder), expected.tokens, `tokens: ${i}`);
        assert.equal(await tokensOf(refundTo), expected.tokensBack, `tokens back: ${i}`);
      }
      assert.equal(await fixture.ethBalance(a, await forwarders.getAddress()), 0n);
      assert.equal(await tokensOf(await forwarders.getAddress()), 0n);
    }
    await ecosystem.settle();
    assert.equal(
      ecosystem.settlement.claimableOf(ether),
      model.reduce((sum, { gone }) => sum + gone, 0n),
    );
    for (const what of ["coin", "token", "forwarded", "refunded", "tokens refunded"])
      assert.ok((done.get(what) ?? 0) >= 3, JSON.stringify([...done]));
  });
});
