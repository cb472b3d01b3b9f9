import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, dataSlice, getAddress, hexlify, toBeHex } from "ethers";
import { pathBetween } from "../../src/ecosystem/client/ecosystem/settlement-base.ts";
import type { Ecosystem } from "../../src/ecosystem/client/ecosystem/ecosystem.ts";
import { AssetMessageKind } from "../../src/ground/protocol/asset-message.ts";
import { interoperableAddress } from "../../src/ground/protocol/interoperable-address.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { forwarderAddress, readHops, withHops, type ForwardingHop } from "../../src/ecosystem/relayer/forwarding.ts";
import { ForwardingBook } from "../../src/ecosystem/relayer/forwarding-book.ts";
import { createRandomness } from "../protocol/random-batches.ts";

const account = (digit: number): Hex => `0x${digit.toString(16).padStart(40, "0")}`;
const [CONTRACT, FACTORY] = [account(0xf0), account(0xf1)];
const L4_ON_X = 2 ** 44 + 2 ** 32 + 271;
const [L1, A, B, X, Y, Z] = [1, 271, 272, 271 + 2 ** 32, 271 + 2 * 2 ** 32, 272 + 2 ** 32] as const;

const hop: ForwardingHop = {
  chainId: BigInt(A),
  forwarding: {
    to: interoperableAddress(1n, account(0xb0b)),
    factory: account(0),
    refundTo: account(0xa),
    token: PREDEPLOYS.L2BaseToken,
    fee: 10n,
  },
};

describe("D3: the way of money over chains between", () => {
  test("goes up from a chain on a chain, across, and down, and is a single hop wherever there is one", () => {
    const contracts = { factory: account(1), bridge: account(2), roots: account(3) };
    const layer = (chainId: number) => ({ name: String(chainId), chainId, contracts });
    const chain = (chainId: number, below?: number) => ({
      ...{ name: String(chainId), chainId, hyperchain: account(4), baseToken: { l1Address: account(0), symbol: "ETH" } },
      ...(below === undefined ? {} : { settlesOn: layer(below) }),
    });
    const ecosystem: Ecosystem = {
      l1: layer(L1),
      chains: [chain(A), chain(B), chain(X, A), chain(Y, A), chain(Z, B), chain(L4_ON_X, X)],
    };
    const expected: readonly (readonly number[])[] = [
      ...[
        [A, A],
        [A, B],
        [L1, A],
        [A, L1],
        [X, A],
        [A, X],
        [X, Y],
        [X, X],
      ],
      ...[
        [X, A, L1],
        [L1, A, X],
        [X, A, B],
        [B, A, X],
        [X, A, B, Z],
      ],
      ...[
        [L4_ON_X, X, A, L1],
        [L1, A, X, L4_ON_X],
        [L4_ON_X, X, Y],
        [L4_ON_X, X, A],
        [Z, B, A, X, L4_ON_X],
      ],
    ];
    for (const path of expected) assert.deepEqual(pathBetween(ecosystem, path[0]!, path.at(-1)!), path);
  });

  test("is read back from behind any calldata, and from nothing else", () => {
    const other = { ...hop, chainId: 5n };
    for (const data of ["0x", "0x1234", `0x${"ff".repeat(100)}`])
      assert.deepEqual(readHops(withHops(data, [hop, other])), [hop, other]);
    assert.equal(withHops("0x1234", []), "0x1234");
    assert.deepEqual(readHops("0x"), []);
    const whole = withHops("0x", [hop]);
    const bytes = (whole.length - 2) / 2;
    for (let cut = 1; cut < bytes; cut += 7) {
      assert.deepEqual(readHops(dataSlice(whole, 0, bytes - cut)), []);
      // What is left behind the cut says that it is longer than it is.
      if (cut < bytes - 12) assert.deepEqual(readHops(dataSlice(whole, cut)), []);
    }
    const mark = dataSlice(whole, bytes - 8);
    assert.deepEqual(readHops(concat([toBeHex(2n ** 32n - 1n, 4), mark])), []);
    assert.deepEqual(
      readHops(
        withHops(
          "0x",
          Array.from({ length: 5 }, () => hop),
        ),
      ),
      [],
    );
    // ABI encoding may name one place often, so what is longer than 4 hops is not decoded.
    const hops = Array.from({ length: 4 }, () => hop);
    assert.deepEqual(readHops(withHops("0x", hops)), hops);
    const long = { ...hop, forwarding: { ...hop.forwarding, to: `0x${"00".repeat(2_048)}` as Hex } };
    assert.deepEqual(readHops(withHops("0x", [long])), []);
    const random = createRandomness(7);
    for (let i = 0; i < 200; i++) {
      const noise = hexlify(Uint8Array.from({ length: random.index(300) }, () => random.index(256)));
      const length = toBeHex((noise.length - 2) / 2, 4);
      readHops(concat([noise, length, mark]));
    }
  });

  test("a stranger's terms are another address: they take no part in what a forwarder gets", () => {
    const book = new ForwardingBook(new Map([[BigInt(A), { forwarders: CONTRACT, factory: FACTORY }]]));
    const forged = { ...hop, forwarding: { ...hop.forwarding, refundTo: account(0xbad) } };
    book.learn([forged, { ...hop, chainId: 999n }]);
    const recipient = forwarderAddress(CONTRACT, hop.forwarding);
    const transfer = {
      ...{ kind: AssetMessageKind.withdrawal, destinationChainId: BigInt(A), originChainId: BigInt(A), originToken: account(0) },
      ...{ amount: 11n, recipient, sender: account(0xa), nonce: 0n },
    };
    const named = { sourceChainId: BigInt(X), sender: PREDEPLOYS.L2BaseToken, messageHash: `0x${"11".repeat(32)}` as Hex };
    const leaving = { ...named, transactionHash: `0x${"22".repeat(32)}` as Hex };
    book.take({ ...leaving, transfer });
    assert.deepEqual(book.tasks(), []);
    book.learn([hop]);
    book.take({ ...leaving, transfer });
    // Neither an amount up to the fee nor another token pays it.
    book.take({ ...leaving, transfer: { ...transfer, amount: 10n } });
    book.take({ ...leaving, transfer: { ...transfer, originToken: account(0x70) } });
    assert.deepEqual(
      book.tasks().map((task) => task.type === "forward" && [task.forwarder, task.paysFee, task.hop]),
      [true, false, false].map((paysFee) => [recipient, paysFee, hop]),
    );
  });

  test("a relayer carries nothing to a factory of a stranger's, whose code could let its transactions fail", () => {
    const book = new ForwardingBook(new Map([[BigInt(A), { forwarders: CONTRACT, factory: FACTORY }]]));
    const to = (factory: Hex): ForwardingHop => ({ ...hop, forwarding: { ...hop.forwarding, factory } });
    const [known, strange] = [to(FACTORY), to(account(0xbad))];
    book.learn([known, strange]);
    for (const each of [known, strange]) book.expect(each);
    assert.equal(book.hopAt(BigInt(A), forwarderAddress(CONTRACT, strange.forwarding)), undefined);
    assert.deepEqual(
      book.tasks().map((task) => task.hop),
      [known],
    );
  });

  test("a relayer claims what it was paid for, not what a contract that its transaction called had sent on", () => {
    const book = new ForwardingBook(new Map([[BigInt(A), { forwarders: CONTRACT, factory: FACTORY }]]));
    const withdrawal = { sourceChainId: BigInt(A), sender: PREDEPLOYS.L2BaseToken, messageHash: `0x${"33".repeat(32)}` as Hex };
    const own = getAddress(account(0xabc));
    const follow = (from: string, to: string | null): void => book.follow(hop, withdrawal, { from, to }, own);
    follow(own, getAddress(PREDEPLOYS.InteropHandler));
    follow(own, null);
    follow(getAddress(account(0xdef)), getAddress(CONTRACT));
    assert.deepEqual(book.tasks(), []);
    follow(own, getAddress(CONTRACT));
    assert.deepEqual(book.tasks(), [{ type: "claim", hop, withdrawal }]);
  });
});
