import assert from "node:assert/strict";
import { test } from "node:test";
import { AbstractSigner, id, JsonRpcProvider, Transaction, Wallet, type TransactionRequest } from "ethers";
import { signedTransaction } from "../../src/chain/settlement/l1-sender/signed-transaction.ts";

/** Completes nothing, so that what is signed is what the test says. */
class CompleteWallet extends Wallet {
  override populateTransaction(request: TransactionRequest) {
    return Promise.resolve({ ...request, from: this.address } as never);
  }
}

const FIELDS = { type: 2, chainId: 31_337n, nonce: 7, gasLimit: 16_777_216n, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n };
const TO = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

test("signs the bytes that ethers signs: creations, calls, values, no data and much, with keys whose signatures differ", async () => {
  const requests: TransactionRequest[] = [
    { ...FIELDS, data: `0x${"5b".repeat(24_576)}` },
    { ...FIELDS, to: TO, data: "0x", value: 0n },
    { ...FIELDS, to: TO, value: 2n ** 100n },
    { ...FIELDS, to: TO, data: "0x00", nonce: 0 },
    { ...FIELDS, to: TO, data: `0x${"00ff".repeat(28)}`, maxFeePerGas: 2n ** 64n, chainId: 2n ** 40n },
    // More than ethereumjs' rules can name.
    { ...FIELDS, to: TO, chainId: 2n ** 60n },
  ];
  const parities = new Set<number | undefined>();
  for (const name of ["a", "b", "c", "d"]) {
    const wallet = new CompleteWallet(id(name));
    for (const request of requests) {
      const raw = await signedTransaction(wallet, request);
      assert.equal(raw, await new Wallet(wallet.privateKey).signTransaction(request));
      const { from, signature } = Transaction.from(raw);
      assert.equal(from, wallet.address);
      parities.add(signature?.yParity);
    }
  }
  assert.deepEqual([...parities].sort(), [0, 1]);
});

test("asks no node about a transaction that is complete, and asks for what one lacks", async () => {
  let asked = 0;
  class Asking extends Wallet {
    override populateTransaction(request: TransactionRequest) {
      asked++;
      return Promise.resolve({ ...FIELDS, ...request, from: this.address } as never);
    }
  }
  const wallet = new Asking(id("a"));
  const expected = await new Wallet(wallet.privateKey).signTransaction({ ...FIELDS, to: TO });
  assert.equal(await signedTransaction(wallet, { ...FIELDS, to: TO }), expected);
  assert.equal(asked, 0);
  for (const lacking of Object.keys(FIELDS)) {
    const request: TransactionRequest = Object.fromEntries(
      Object.entries({ ...FIELDS, to: TO }).filter(([name]) => name !== lacking),
    );
    assert.equal(await signedTransaction(wallet, request), expected, lacking);
  }
  assert.equal(asked, Object.keys(FIELDS).length);
  // A name is resolved, and another's account is refused, by the signer.
  await signedTransaction(wallet, { ...FIELDS, to: TO, from: wallet.address });
  await assert.rejects(signedTransaction(wallet, { ...FIELDS, to: "bob.eth" }));
  assert.equal(asked, Object.keys(FIELDS).length + 2);
});

test("leaves to the signer transactions of other types, with an access list, or whose key is not available", async () => {
  const wallet = new CompleteWallet(id("a"));
  const { maxFeePerGas: gasPrice, maxPriorityFeePerGas: _, ...legacy } = FIELDS;
  for (const request of [
    { ...legacy, type: 0, gasPrice, to: TO },
    { ...FIELDS, to: TO, accessList: [{ address: TO, storageKeys: [id("slot")] }] },
  ])
    assert.equal(await signedTransaction(wallet, request), await new Wallet(wallet.privateKey).signTransaction(request));

  class Elsewhere extends AbstractSigner {
    getAddress = () => Promise.resolve(wallet.address);
    connect = () => this;
    signTransaction = () => Promise.resolve("0x51");
    signMessage = () => assert.fail("no message is signed");
    signTypedData = () => assert.fail("no typed data is signed");
    override populateTransaction = (request: TransactionRequest) => Promise.resolve(request as never);
  }
  assert.equal(await signedTransaction(new Elsewhere(new JsonRpcProvider()), { ...FIELDS, to: TO }), "0x51");
});
