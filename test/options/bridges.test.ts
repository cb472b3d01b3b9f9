import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { validateHyperchains } from "../../src/tool/plugin/config/validate.ts";
import { bridgeId, bridgeProblems } from "../../src/ecosystem/options/bridges.ts";

const chains = [
  { name: "alpha", chainId: 271 },
  { name: "beta", chainId: 272 },
];
const problems = (ids: Record<string, number>, l1 = {}) =>
  bridgeProblems({ layerzero: { ids } }, chains, l1).map(({ path, message }) => `${path.join(".")} ${message}`);

describe("C14 the ids of members in bridges of others", () => {
  test("are those of the config, and each other member's chain id", () => {
    const option = { ids: { alpha: 40231 } };
    assert.deepEqual([bridgeId(option, chains[0]!), bridgeId(option, chains[1]!)], [40231n, 272n]);
    assert.deepEqual(problems({ l1: 40161, alpha: 40231, beta: 40245 }), []);
  });

  test("equal ids: refused, also where one is the chain id of another", () => {
    assert.match(problems({ alpha: 40231, beta: 40231 })[0]!, /ids\.beta is 40231, which alpha has/);
    assert.match(problems({ alpha: 272 })[0]!, /ids\.beta is 272, which alpha has/);
  });

  test("public ids with a remote L1: refused", () => {
    assert.match(problems({ alpha: 40231 }, { url: "http://127.0.0.1:1" })[0]!, /must be left out with a remote L1/);
    assert.deepEqual(bridgeProblems({ layerzero: {} }, chains, { url: "http://127.0.0.1:1" }), []);
  });

  test("a chain id that has no room in 32 bits: refused until it gets an id", () => {
    const nested = [{ name: "gamma", chainId: 2 ** 32 + 271 }];
    assert.match(bridgeProblems({ layerzero: {} }, nested, {})[0]!.message, /have 32 bits/);
    assert.deepEqual(bridgeProblems({ layerzero: { ids: { gamma: 7 } } }, nested, {}), []);
  });

  test("each bridge has separate ids, and errors that name it", () => {
    const both = { layerzero: { ids: { alpha: 7 } }, hyperlane: { ids: { alpha: 272 } } };
    const [only, ...none] = bridgeProblems(both, chains, {});
    assert.deepEqual([only!.path, none], [["bridges", "hyperlane", "ids", "beta"], []]);
    const far = [{ name: "gamma", chainId: 2 ** 32 + 1 }];
    assert.match(bridgeProblems({ hyperlane: {} }, far, {})[0]!.message, /Hyperlane's ids have 32 bits/);
  });

  test("selectors of CCIP have 64 bits, and are accepted verbatim", () => {
    const chosen = { ids: { alpha: "10344971235874465080" } };
    assert.equal(bridgeId(chosen, chains[0]!), 10_344_971_235_874_465_080n);
    const ofCcip = (ids: Record<string, string>) => bridgeProblems({ ccip: { ids } }, chains, {}).map(({ message }) => message);
    assert.deepEqual(ofCcip({ alpha: "10344971235874465080", beta: "10344971235874465081", l1: "18446744073709551615" }), []);
    assert.match(ofCcip({ l1: "18446744073709551616" })[0]!, /CCIP's ids have 64 bits; name one of at most 18446744073709551615/);
  });

  test("the Superchain has chain ids alone, and is imported by proven chains but not by validiums", () => {
    assert.equal(bridgeId({}, chains[0]!), 271n);
    const said = (chain: object) =>
      validateHyperchains({ bridges: { superchain: {} }, chains: { alpha: chain } }).map(({ path }) => path.join("."));
    assert.deepEqual(said({}), []);
    assert.deepEqual(said({ execution: "proven" }), []);
    const validium = { execution: "proven", dataAvailability: "validium" };
    assert.deepEqual(said(validium), ["hyperchains.chains.alpha.execution"]);
    const import_ = { "0x4200000000000000000000000000000000000023": { nonce: "1" } };
    assert.deepEqual(said({ import: import_ }), ["hyperchains.chains.alpha.import"]);
  });

  test("without a bridge nothing is looked at", () => {
    assert.deepEqual(bridgeProblems(undefined, [...chains, ...chains], {}), []);
  });
});
