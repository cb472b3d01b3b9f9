import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { KeySharing, type ShareMessage } from "../../src/ecosystem/sequencing/encrypted/key-sharing.ts";
import { OpeningWorker } from "../../src/ecosystem/sequencing/encrypted/opening-worker.ts";
import { OwedEnvelopes } from "../../src/ecosystem/sequencing/encrypted/owed-envelopes.ts";
import type { CommandResult } from "../../src/chain/ordering/batch-reducer.ts";
import { decodeTransaction } from "../../src/ground/transaction/decode-transaction.ts";
import { chainRules } from "../../src/proofs/rules/chain-rules.ts";
import { dealKey } from "../../src/chain/threshold/key-shares.ts";
import { encrypt } from "../../src/chain/threshold/encryption.ts";
import { combineShares, keyShareOf, open } from "../../src/chain/threshold/opening.ts";
import { CHAIN_ID } from "../chain/support/engine.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { until } from "../support/until.ts";
import { postEncrypted, seal, TEST_CHAIN, type Sealed } from "./support/envelopes.ts";

const KEY = dealKey(fromHex(wordToHex(3n)), { holders: 4, threshold: 2 });
const LIFE = wordToHex(1n);
const rules = chainRules(CHAIN_ID);

describe("nodes that share keys of envelopes", () => {
  const worker = new OpeningWorker();
  after(() => worker.close());

  /** Nodes with one envelope of Bob in an executed block. `altered`: transaction of Alice in it. */
  async function start(altered: Parameters<typeof seal>[1] = {}) {
    const [alice, bob] = [new TestWallet(241), new TestWallet(242)];
    const sealed = await seal(alice, altered, { life: LIFE, payer: bob.address, salt: 1n });
    const raw = await postEncrypted(bob, sealed, KEY.publicKey);
    const envelopes = new OwedEnvelopes({ chainId: TEST_CHAIN, newLife: () => LIFE });
    const transaction = decodeTransaction(raw, rules, { replayProtection: "required" });
    const block = { transactions: [transaction] };
    envelopes.on({ command: { type: "block" }, blocks: [block] } as unknown as CommandResult);
    const sent: (readonly [from: number, message: ShareMessage])[] = [];
    let opened = 0;
    const failures: unknown[] = [];
    const sharing = new KeySharing({
      ...{ chainId: TEST_CHAIN, key: KEY, envelopes, worker },
      send: (from, message) => void sent.push([from, message]),
      onOpened: () => void opened++,
      onFailure: (error) => void failures.push(error),
    });
    for (let index = 0; index < 4; index++) sharing.start(index, 5);
    const certify = (index: number, view = 6, transactions: readonly Hex[] = [raw]): void =>
      sharing.decided(index, { view, transactions });
    return { sealed, alice, envelopes, sharing, sent, certify, raw, failures, opened: () => opened };
  }

  const shareOf = ({ identity }: Sealed, holder: number): ShareMessage => ({
    identity,
    share: toHex(keyShareOf(fromHex(identity), KEY.secretShares[holder] ?? 0n)),
  });

  it("shares early: none is sent before its holder has the certificate of the envelope's decision or of a later one", async () => {
    const { sent, certify, sealed, opened } = await start();
    certify(0, 4, []);
    certify(1, 5, []);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(sent, []);
    certify(2, 6);
    await until(() => sent.length === 1);
    assert.deepEqual(sent, [[2, shareOf(sealed, 2)]]);
    // Node 1 has a certificate of an earlier decision, node 3 of a later one.
    certify(1, 5, []);
    certify(3, 7, []);
    await until(() => sent.length === 2);
    assert.deepEqual(sent[1], [3, shareOf(sealed, 3)]);
    assert.equal(opened(), 0);
  });

  it("open an envelope when a node has two shares, also its local one", async () => {
    const { envelopes, sharing, certify, sealed, alice, opened, failures } = await start();
    certify(0);
    sharing.receive(0, shareOf(sealed, 3), 3);
    await until(() => opened() === 1);
    const transaction = envelopes.opened?.transaction;
    assert.deepEqual([transaction?.from, transaction?.valueWei], [alice.address, 5n]);
    assert.deepEqual(failures, []);
  });

  it("shares forged, withheld: the envelope is opened", async () => {
    const { sharing, certify, sealed, opened, envelopes, failures } = await start();
    const forged = shareOf({ ...sealed, identity: wordToHex(99n) }, 3).share;
    certify(0);
    // Malformed, not a point, and a point of another identity.
    sharing.receive(0, { identity: sealed.identity, share: "0x12" }, 1);
    sharing.receive(0, { identity: sealed.identity, share: `0x${"ff".repeat(48)}` }, 2);
    sharing.receive(0, { identity: sealed.identity, share: forged }, 3);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(envelopes.isOpen(sealed.identity), false);
    // The forger's second message does not count.
    sharing.receive(0, shareOf(sealed, 3), 3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(opened(), 0);
    sharing.receive(0, shareOf(sealed, 1), 1);
    await until(() => opened() === 1);
    assert.notEqual(envelopes.opened?.transaction, undefined);
    assert.deepEqual(failures, []);
  });

  it("replacement of an ordered envelope: stays closed, though it has the payer, nonce and sender of the ordered one", async () => {
    const { sealed, alice } = await start();
    const bob = new TestWallet(242);
    const second = await seal(alice, { valueWei: 6n }, { life: LIFE, payer: bob.address, salt: 2n });
    const [ciphertext, replacement] = [sealed, second].map(({ message, identity }) =>
      encrypt({ message, identity: fromHex(identity), publicKey: KEY.publicKey }),
    ) as [Uint8Array, Uint8Array];
    const shares = [0, 3].map((holder) => ({ holder, share: fromHex(shareOf(sealed, holder).share) }));
    const key = combineShares(shares);
    assert.ok(key !== undefined);
    assert.deepEqual(open(ciphertext, key), sealed.message);
    assert.equal(open(replacement, key), undefined);
  });

  it("ignore shares of envelopes that the chain does not owe", async () => {
    const { sharing, certify, sealed, opened } = await start();
    certify(0);
    sharing.receive(0, shareOf({ ...sealed, identity: keccak() }, 3), 3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(opened(), 0);
  });

  it("find no transaction in an envelope that pays more for its gas than the transaction", async () => {
    const { sharing, certify, sealed, opened, envelopes } = await start({ maxPriorityFeePerGasWei: 0n });
    certify(0);
    sharing.receive(0, shareOf(sealed, 1), 1);
    await until(() => opened() === 1);
    assert.deepEqual(envelopes.opened, { identity: sealed.identity, transaction: undefined });
  });

  it("send their shares again when messages may have been lost, and none after a stop", async () => {
    const { sharing, certify, sent } = await start();
    certify(0);
    certify(1);
    await until(() => sent.length === 2);
    sharing.stop(1);
    sharing.resend();
    assert.deepEqual(
      sent.slice(2).map(([from]) => from),
      [0],
    );
  });
});
