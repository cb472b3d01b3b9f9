import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeHeldMessage } from "../../../src/ground/protocol/held-accounts/messages.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { readHeldVectors } from "./vectors.ts";

const { registration, gift, listing, partialListing } = readHeldVectors().messages;
const decode = (body: Hex) => decodeHeldMessage(fromHex(body));

describe("messages of held accounts to L1", () => {
  test("are decoded to the fields of an independent derivation", () => {
    const { body: _registration, ...registered } = registration;
    assert.deepEqual(decode(registration.body), { kind: "registration", ...registered });
    const { body: _gift, ...given } = gift;
    assert.deepEqual(decode(gift.body), { kind: "gift", ...given });
    const acts = listing.numbers.map((number, position) => ({ position, number }));
    assert.deepEqual(decode(listing.body), { kind: "listing", root: listing.root, acts });
    const some = partialListing.numbers.map((number, i) => ({ position: partialListing.positions[i], number }));
    assert.deepEqual(decode(partialListing.body), { kind: "listing", root: partialListing.root, acts: some });
  });

  test("of another length or kind are refused", () => {
    for (const { body } of [registration, gift, listing, partialListing]) {
      assert.equal(decode(`${body}00`), undefined);
      assert.equal(decode(body.slice(0, -2) as Hex), undefined);
      assert.equal(decode(`0x04${body.slice(4)}`), undefined);
    }
    assert.equal(decode("0x"), undefined);
    assert.equal(decode(`0x00${"11".repeat(32)}`), undefined);
  });
});
