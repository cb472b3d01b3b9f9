import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { interoperableOf, interoperableWords } from "../../page/contract/interoperable.ts";
import { exactlyNamed, type NamedAddress } from "../../page/named-address.ts";
import type { EcosystemInfo } from "../../page/answers.ts";

const COUNTER = "0xd8da6bf26964af9d7eed9e03e53415d37aa96045";
const OTHER = "0x00000000000000000000000000000000000b0b00";

describe("I11: what is typed for an account of a chain", () => {
  const info = {
    l1: { name: "l1", chainId: 31_337 },
    chains: [
      { name: "alpha", chainId: 271 },
      { name: "beta", chainId: 272 },
    ],
  } as unknown as EcosystemInfo;
  const all: readonly NamedAddress[] = [
    { kind: "contract", name: "Counter", chain: "alpha", address: OTHER },
    { kind: "contract", name: "Counter", chain: "beta", address: COUNTER },
    { kind: "account", name: "account 1", address: OTHER },
  ];
  const names = {
    all,
    of: (chain: string, address: string) => all.find((each) => each.chain === chain && each.address === address)?.name,
  };
  // ERC-7930: version 1, type EVM, two bytes of the chain's id (272 is 0x0110), 20 bytes of the account.
  const onBeta = `0x0001000002011014${COUNTER.slice(2)}`;

  test("is the address of ERC-7930 in a field of bytes, by the chain's name or id or by the contract's name", () => {
    for (const text of [`beta:${COUNTER}`, `272:${COUNTER}`, "Counter on beta"])
      assert.equal(interoperableOf(info, names, text), onBeta);
    assert.equal(interoperableOf(info, names, "1 on beta"), `0x0001000002011014${OTHER.slice(2)}`);
    for (const text of [
      "",
      "0x1234",
      COUNTER,
      `gamma:${COUNTER}`,
      "Token on beta",
      "Counter on gamma",
      "Counter on l1",
      "Counter",
    ])
      assert.equal(interoperableOf(info, names, text), undefined, text);
    assert.equal(interoperableWords(info, names, onBeta), "Counter on beta");
    assert.equal(interoperableWords(info, names, "0x1234"), "");
  });

  test("is the contract on the chain that is chosen, where several have one name", () => {
    const addresses = (chain?: string) => exactlyNamed(names, "counter", chain).map(({ address }) => address);
    assert.deepEqual(addresses("beta"), [COUNTER]);
    assert.deepEqual(addresses("alpha"), [OTHER]);
    assert.deepEqual(addresses("l1"), [OTHER, COUNTER]);
    assert.deepEqual(addresses(), [OTHER, COUNTER]);
  });
});
