import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { address, CALLS, onDearChain, ORDINARY } from "../support/dear-chain.ts";
import { TestWallet } from "../support/wallet.ts";

type Send = Parameters<Parameters<typeof onDearChain>[1]>[0]["send"];

/** Twelve rounds of BLAKE2b on zeros. */
const TWELVE_ROUNDS = `0x0000000c${"00".repeat(209)}`;

/** Code that other code at its target would have to prevent from running, and the obstacle. */
interface SpentTarget {
  readonly name: string;
  /** Preparation of the chain. */
  readonly prepare?: (send: Send, wallet: TestWallet, other: TestWallet) => Promise<unknown>;
  readonly fields: (wallet: TestWallet, other: TestWallet) => object;
}

/** Each takes no more than an ordinary transaction to prove. */
const delegate = async (send: Send, wallet: TestWallet, authority: TestWallet): Promise<void> => {
  const nonce = authority === wallet ? wallet.nonce + 1 : authority.nonce;
  await send(wallet, ORDINARY, { type: 4, authorizationList: [authority.authorize(address(CALLS), nonce)] });
  authority.nonce++;
};

const CASES: readonly SpentTarget[] = [
  {
    name: "a recipient that is in the transaction's own list of delegations",
    fields: (_, other) => ({
      ...{ type: 4, to: other.address },
      authorizationList: [other.authorize(address(CALLS), other.nonce++)],
    }),
  },
  {
    name: "a sender that is its recipient",
    prepare: (send, wallet) => delegate(send, wallet, wallet),
    fields: (wallet) => ({ to: wallet.address }),
  },
  {
    name: "a precompiled contract",
    fields: () => ({ to: `0x${"00".repeat(19)}09`, data: TWELVE_ROUNDS }),
  },
  {
    name: "a delegate that sender and recipient share",
    prepare: async (send, wallet, other) => {
      await delegate(send, wallet, wallet);
      await delegate(send, wallet, other);
    },
    fields: (_, other) => ({ to: other.address }),
  },
];

describe("attack: 0xfe in four cases: a transaction that cannot pay for its units is not made to fail by other code at its target", () => {
  for (const [i, { name, prepare, fields }] of CASES.entries()) {
    it(`${name}: it has failed, and the machine does the same`, async () => {
      const [wallet, other] = [new TestWallet(720 + 2 * i), new TestWallet(721 + 2 * i)];
      await onDearChain([wallet], async ({ send }) => {
        await prepare?.(send, wallet, other);
        const paid = await send(wallet, CALLS, fields(wallet, other));
        assert.equal(paid.status, "0x1");
        const gasLimit = BigInt(paid.gasUsed) - 1_000n;
        const short = await send(wallet, CALLS, { ...fields(wallet, other), gasLimit });
        assert.deepEqual([short.status, BigInt(short.gasUsed as Hex)], ["0x0", gasLimit]);
      });
    });
  }
});
