import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import { Transaction, Wallet } from "ethers";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { decodeTransaction } from "../../../src/ground/transaction/decode-transaction.ts";
import { nestsTooDeep } from "../../../src/ground/transaction/rlp-depth.ts";
import { toHex } from "../../../src/ground/protocol/hex.ts";

const rules = chainRules(271);
const decode = (raw: string, by = rules): unknown => decodeTransaction(raw, by, { replayProtection: "required" });

type Nested = Uint8Array | readonly Nested[];

/** Nests lists up to this depth, with a text in the innermost one and after each. */
function nested(depth: number, text: Uint8Array): Nested {
  return depth === 0 ? text : [nested(depth - 1, text), text];
}

describe("bytes of a transaction whose lists are nested", () => {
  it("count their depth for texts of each length, short and long lists", () => {
    for (const length of [0, 1, 55, 56, 255, 256, 70_000])
      for (let depth = 1; depth <= 6; depth++) {
        const bytes = RLP.encode(nested(depth, new Uint8Array(length).fill(0xff)) as never);
        assert.equal(nestsTooDeep(bytes), depth > 4, `${depth} lists of texts of ${length} bytes`);
      }
  });

  it("end where their bytes end", () => {
    for (const head of [0x80, 0xb7, 0xb8, 0xbf, 0xc0, 0xf7, 0xf8, 0xff])
      for (const bytes of [[head], [head, 0xff], [head, ...Array<number>(8).fill(0xff)]])
        assert.equal(nestsTooDeep(Uint8Array.from(bytes)), false);
  });

  it("are read where the lists are a transaction's: accesses and authorizations", async () => {
    const wallet = new Wallet(`0x${"11".repeat(32)}`);
    const to = `0x${"22".repeat(20)}`;
    const authorization = { address: to, nonce: 0n, chainId: 271n, signature: wallet.signingKey.sign(`0x${"33".repeat(32)}`) };
    for (const fields of [{ type: 1, gasPrice: 1n }, { type: 2 }, { type: 4, authorizationList: [authorization] }]) {
      const accessList = [{ address: to, storageKeys: [`0x${"44".repeat(32)}`, `0x${"55".repeat(32)}`] }];
      const transaction = Transaction.from({ to, chainId: 271n, gasLimit: 100_000n, accessList, ...fields });
      const raw = await wallet.signTransaction(transaction);
      assert.equal((decode(raw) as { readonly from: string }).from, wallet.address.toLowerCase());
    }
  });

  it("are refused by name before a decoder's stack could end", () => {
    const heads: (readonly number[])[] = [];
    for (let size = 0; size < 60_000; size += heads.at(-1)?.length ?? 0)
      heads.push(size < 56 ? [0xc0 + size] : size < 256 ? [0xf8, size] : [0xf9, size >> 8, size & 0xff]);
    const lists = heads.toReversed().flat();
    for (const type of [[], [1], [2], [4], [0x71]])
      assert.throws(
        () => decode(toHex(Uint8Array.from([...type, ...lists]))),
        (error: Error) => error.name === "TransactionFormatError" && /nested/.test(error.message) && error.cause === undefined,
      );
  });

  it("say nothing where the decoder meets a fault", () => {
    const faulty = rules.copy();
    Object.assign(faulty, {
      param: () => {
        throw new RangeError("Array buffer allocation failed");
      },
    });
    const raw = toHex(RLP.encode(["0x", "0x01", "0x5208", `0x${"22".repeat(20)}`, "0x", "0x", "0x1b", "0x01", "0x01"]));
    assert.throws(() => decode(raw, faulty), RangeError);
  });
});
