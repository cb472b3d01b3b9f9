import assert from "node:assert/strict";
import { test } from "node:test";
import { networkInfo } from "../../src/ecosystem/devnet/guardian/describe-network.ts";
import type { RunningNetwork } from "../../src/ecosystem/devnet/guardian/guardian-networks.ts";
import { guardedChain } from "../../src/ecosystem/devnet/leaf-requests/leaf-requests.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { sentenceOfPorter } from "../../src/ecosystem/devnet/view/books/porter-sentence.ts";

const NETWORK = {
  name: "main",
  address: `0x${"22".repeat(20)}`,
  terms: { shareBps: 6_667, open: false },
  members: [],
  onChains: () => [],
} as unknown as RunningNetwork;

test("the list of guardians names the hours after a commit in which stake answers for a batch, and what it never answers for", () => {
  const { sentences } = networkInfo({ ...NETWORK, retention: 90_100 });
  assert.ok(
    sentences.includes(
      "L1 takes requests for 25 h after the commit of a batch. Stake answers neither for a batch that L1 executes later, nor for a chain that stops: a running one ends a batch after half the hours.",
    ),
  );
  assert.match(sentences.join("\n"), /nor for accounts of a porter: L1 takes no request for them/);
  // Rounded down, because a request after the end is refused.
  assert.match(networkInfo({ ...NETWORK, retention: 7_199 }).sentences.join("\n"), /requests for 1\.9 h/);
});

test("the status of a chain with a porter says that no stake answers for the porter, and a request for it is refused by name", () => {
  const partition = { chainId: 1271, guardians: "main", afterMs: 500 };
  assert.match(sentenceOfPorter(partition), /no stake answers for the porter's data, because L1 takes no request for them/);
  const chains = [
    { name: "volition", chainId: 271, dataPolicy: "rollup", porter: { chainId: 1271, url: "http://127.0.0.1:1271" } },
    { name: "guarded", chainId: 272, dataPolicy: { guardians: "main" } },
  ];
  const info = { name: "local", chains } as unknown as EcosystemInfo;
  assert.throws(() => guardedChain(info, "main", "volition"), {
    code: "NotGuarded",
    message: /^L1 takes no request for accounts of the porter of volition, .* read the accounts at http:\/\/127\.0\.0\.1:1271$/,
  });
  assert.equal(guardedChain(info, "main", "guarded").chainId, 272);
});
