import assert from "node:assert/strict";
import { test } from "node:test";
import {
  encodeChainAddress,
  formatChainAddress,
  parseAccount,
  parseChainAddress,
} from "../../src/ecosystem/client/ecosystem/chain-address.ts";
import { findChain, type Ecosystem } from "../../src/ecosystem/client/ecosystem/ecosystem.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const zero: Hex = `0x${"00".repeat(20)}`;
const chain = (name: string, chainId: number) => ({
  name,
  chainId,
  hyperchain: zero,
  baseToken: { l1Address: zero, symbol: "ETH" },
});
const ecosystem: Ecosystem = {
  l1: { name: "l1", chainId: 31337, contracts: { factory: zero, bridge: zero, roots: zero } },
  chains: [chain("a", 271), chain("b", 272)],
};
// EIP-55's first example.
const checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const account = checksummed.toLowerCase() as Hex;

test("C9: 0x…@chain names an account by the chain's name or id", () => {
  for (const chainName of ["b", "272", "0x110"])
    assert.deepEqual(parseChainAddress(ecosystem, `${checksummed}@${chainName}`), { chainId: 272, account });
  assert.deepEqual(parseChainAddress(ecosystem, `${account}@l1`), { chainId: 31337, account });
  assert.deepEqual(parseChainAddress(ecosystem, { chain: 271n, account: checksummed }), { chainId: 271, account });
  assert.deepEqual(parseChainAddress(ecosystem, account, "a"), { chainId: 271, account });
});

test("C9: the same account in ERC-7930 bytes", () => {
  // version 1, chain type 0, two bytes of chain id 0x0110, twenty of address: by hand from the ERC.
  const bytes = `0x00010000020110` + `14${account.slice(2)}`;
  assert.deepEqual(parseChainAddress(ecosystem, bytes), { chainId: 272, account });
  assert.equal(encodeChainAddress({ chainId: 272, account }), bytes);
  // Without a chain, the default one.
  assert.deepEqual(parseChainAddress(ecosystem, `0x0001000000` + `14${account.slice(2)}`, "b"), { chainId: 272, account });
});

test("C9: is written with checksum and name", () => {
  assert.equal(formatChainAddress(ecosystem, { chainId: 271, account }), `${checksummed}@a`);
});

test("I5: says what is wrong with an address, and what to write", () => {
  const refused = (address: string, code: string, message: RegExp) =>
    assert.throws(
      () => parseChainAddress(ecosystem, address),
      (error: Error & { code: string }) => error.code === code && message.test(error.message),
    );
  refused(account, "MalformedAddress", /does not say on which chain; write "0x5aaeb.*@<chain name or id>"/);
  refused(`${account}@c`, "UnknownChain", /there is no chain c in this ecosystem; name one of: a \(271\), b \(272\)/);
  refused("0x1234@a", "MalformedAddress", /an address is 0x and 40 hexadecimal digits/);
  refused(`${checksummed.replace("aA", "AA")}@a`, "MalformedAddress", /its checksum does not fit/);
  // A leading zero byte in the chain id, and a byte too many.
  refused(`0x0001000002000f14${account.slice(2)}`, "MalformedAddress", /does not say on which chain/);
  refused(`0x00010000020110` + `14${account.slice(2)}00`, "MalformedAddress", /does not say on which chain/);
  assert.throws(() => findChain(ecosystem, "l1"), /l1 is L1, and this needs a chain/);
  assert.throws(() => parseAccount("bob"), { code: "MalformedAddress" });
});
