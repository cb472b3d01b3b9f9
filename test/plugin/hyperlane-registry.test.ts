import assert from "node:assert/strict";
import { test } from "node:test";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { hyperlaneRegistry } from "../../src/tool/plugin/tasks/running/hyperlane-registry.ts";

test("C14 a registry for Hyperlane's command line has each member's domain, URL and coin, and leaves out names that it refuses", () => {
  const [mailbox, hook, requiredHook] = ["0x01", "0x02", "0x03"] as const;
  const members = [
    { name: "l1", chainId: 31_337, id: 31_337 },
    { name: "alpha", chainId: 271, id: 84_532 },
    { name: "my-chain", chainId: 272, id: 272 },
  ];
  const chains = [{ chainId: 271, url: "http://127.0.0.1:3", baseToken: { symbol: "SHOP: #1" } }];
  const info = { l1: { url: "http://127.0.0.1:2" }, chains } as unknown as EcosystemInfo;
  const { files, refused } = hyperlaneRegistry({ contracts: { mailbox, hook, requiredHook }, members }, info);
  assert.deepEqual(refused, ["my-chain"]);
  const at = (path: string) => files.find((file) => file.path === path)?.text ?? "";
  assert.deepEqual(
    files.map(({ path }) => path),
    ["l1", "alpha"].flatMap((name) => [`chains/${name}/metadata.yaml`, `chains/${name}/addresses.yaml`]),
  );
  assert.match(
    at("chains/alpha/metadata.yaml"),
    /^chainId: 271$[^]*^domainId: 84532$[^]*^ {2}symbol: "SHOP: #1"$[^]*^ {2}- http: "http:\/\/127\.0\.0\.1:3"$/m,
  );
  assert.match(at("chains/l1/metadata.yaml"), /^ {2}symbol: "ETH"$[^]*:2"$/m);
  assert.equal(at("chains/l1/addresses.yaml"), 'interchainSecurityModule: "0x02"\nmailbox: "0x01"\n');
});
