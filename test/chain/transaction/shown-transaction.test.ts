import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Transaction, Wallet, type TransactionLike } from "ethers";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { decodeTransaction } from "../../../src/ground/transaction/decode-transaction.ts";
import { pendingTransaction } from "../../../src/ground/transaction/shown-transaction.ts";
import { hexQuantity, type Hex } from "../../../src/ground/protocol/hex.ts";

const CHAIN = 271;
const rules = chainRules(CHAIN);
const wallet = new Wallet(`0x${"4c".repeat(32)}`);
const to = `0x${"ab".repeat(20)}`;
const accessList = [
  { address: `0x${"c1".repeat(20)}`, storageKeys: [`0x${"00".repeat(32)}`, `0x${"d2".repeat(32)}`] },
  { address: `0x${"00".repeat(19)}01`, storageKeys: [] },
];
const fees = { maxFeePerGas: 1_000_000n, maxPriorityFeePerGas: 0n };
const common = { to, nonce: 0, gasLimit: 400_000n, value: 0n, data: "0x00c0ffee" };
const quantity = (value: bigint | number | string) => hexQuantity(BigInt(value));

describe("what a transaction's signed bytes tell, as ethers reads them", () => {
  const shown = (raw: string) =>
    pendingTransaction(decodeTransaction(raw as Hex, rules, { replayProtection: "optional" }), CHAIN);
  const kinds: Readonly<Record<string, () => Promise<TransactionLike>>> = {
    legacy: async () => ({ ...common, type: 0, chainId: CHAIN, gasPrice: 1_000_000n }),
    "legacy without a chain": async () => ({ ...common, type: 0, chainId: 0, gasPrice: 1_000_000n }),
    "with an access list": async () => ({ ...common, type: 1, chainId: CHAIN, gasPrice: 1_000_000n, accessList }),
    "with fees": async () => ({ ...common, ...fees, type: 2, chainId: CHAIN, accessList: [] }),
    "with fees, an access list and a new contract": async () => ({
      ...{ ...common, ...fees, to: null, type: 2, chainId: CHAIN, accessList },
    }),
    "with authorizations": async () => ({
      ...{ ...common, ...fees, type: 4, chainId: CHAIN, accessList },
      authorizationList: [
        await wallet.authorize({ address: to, chainId: 0, nonce: 0 }),
        await wallet.authorize({ address: to, chainId: CHAIN, nonce: 1_000 }),
      ],
    }),
  };
  for (const [kind, request] of Object.entries(kinds))
    test(kind, async () => {
      // Over several nonces, so that both parities come, and a word that begins with zeros.
      for (let nonce = 0; nonce < 300; nonce += kind === "with fees" ? 1 : 29) {
        const raw = await wallet.signTransaction({ ...(await request()), nonce });
        const { type, chainId, accessList: listed, authorizationList, signature } = Transaction.from(raw);
        const { r, s, networkV, v, yParity } = signature ?? assert.fail("it is signed");
        const expected = {
          ...(chainId === 0n ? {} : { chainId: quantity(chainId) }),
          ...(listed === null
            ? {}
            : { accessList: listed.map(({ address, storageKeys }) => ({ address: address.toLowerCase(), storageKeys })) }),
          ...(authorizationList === null
            ? {}
            : {
                authorizationList: authorizationList.map((each) => ({
                  chainId: quantity(each.chainId),
                  address: each.address.toLowerCase(),
                  nonce: quantity(each.nonce),
                  yParity: quantity(each.signature.yParity),
                  r: quantity(each.signature.r),
                  s: quantity(each.signature.s),
                })),
              }),
          r: quantity(r),
          s: quantity(s),
          ...(type === 0 ? { v: quantity(networkV ?? v) } : { v: quantity(yParity), yParity: quantity(yParity) }),
        };
        const fields = shown(raw);
        assert.deepEqual(
          Object.fromEntries(Object.keys(expected).map((field) => [field, fields[field]])),
          expected,
          `${kind}, nonce ${nonce}`,
        );
        for (const field of ["chainId", "accessList", "authorizationList", "yParity"])
          assert.equal(field in fields, field in expected, `${kind}: ${field}`);
      }
    });
});
