import assert from "node:assert/strict";
import { test } from "node:test";
import { HDNodeWallet } from "ethers";
import { DEVELOPMENT_KEYS, DEVELOPMENT_MNEMONIC } from "../../../src/ecosystem/devnet/accounts/development-phrase.ts";

test("A1: the keys of connections to chains are those that wallets derive from the public phrase", () => {
  const derived = Array.from({ length: 20 }, (_, number) =>
    HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, undefined, `m/44'/60'/0'/0/${number}`),
  );
  assert.deepEqual(
    DEVELOPMENT_KEYS,
    derived.map(({ privateKey }) => privateKey),
  );
});
