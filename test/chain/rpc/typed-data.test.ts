import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hashTypedData } from "viem";
import { typedDataHash } from "../../../src/chain/rpc/accounts/typed-data.ts";
import { RpcError } from "../../../src/chain/rpc/request/json-rpc.ts";

type Types = Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>;
const dataOf = (types: Types, message: object) => ({
  types: { EIP712Domain: [], ...types },
  primaryType: "Root",
  domain: {},
  message,
});

/** Two types a layer, each with both of the layer below: 2^layers ways lead through them. */
function layered(layers: number): Types {
  const names = ["A", "B"] as const;
  const types: Record<string, { name: string; type: string }[]> = { Root: names.map((name) => ({ name, type: `${name}1[]` })) };
  for (let layer = 1; layer <= layers; layer++) {
    const below = names.map((name) => ({ name, type: `${name}${layer + 1}` }));
    for (const name of names) types[`${name}${layer}`] = layer === layers ? [{ name: "x", type: "uint256" }] : below;
  }
  return types;
}

describe("typed data that a client has signed", () => {
  it("may name a type in many others", () => {
    const data = dataOf(layered(10), { A: [], B: [] });
    assert.equal(typedDataHash(data), hashTypedData(data as never));
  });

  it("is refused before its encoding would take longer with every two types", () => {
    for (const layers of [14, 45])
      assert.throws(() => typedDataHash(dataOf(layered(layers), { A: [], B: [] })), refusal(/more than 10000 ways/));
  });

  it("is refused where a type contains itself, or a field's type is too long to be read", () => {
    assert.throws(
      () => typedDataHash(dataOf({ Root: [{ name: "a", type: "Root[]" }] }, { a: [] })),
      refusal(/Root contains itself/),
    );
    const brackets = `${"[1]".repeat(300_000)}x`;
    assert.throws(
      () => typedDataHash(dataOf({ Root: [{ name: "a", type: brackets }] }, { a: [] })),
      refusal(/more than 256 characters/),
    );
  });
});

function refusal(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof RpcError && message.test(error.message);
}
