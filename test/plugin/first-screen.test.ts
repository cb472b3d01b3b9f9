import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceReport } from "../../src/proofs/devices/device-report.ts";
import { SINGLETONS } from "../../src/chain/predeploys/singleton-addresses.ts";
import type { ChainInfo, EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { firstScreen } from "../../src/tool/plugin/tasks/running/first-screen.ts";
import { warning } from "../../src/tool/plugin/tasks/session/output.ts";

const ADDRESS = `0x${"ab".repeat(20)}` as const;

function info(
  allowUnlimitedContractSize: boolean,
  versions: readonly (Partial<ChainInfo> & Pick<ChainInfo, "protocolVersion">)[] = [{ protocolVersion: 3 }],
): EcosystemInfo {
  return {
    name: "x",
    version: "0.1.0",
    proven: "what is proven",
    prover: { mode: "stark", workers: 1 },
    l1: {
      name: "l1",
      chainId: 31337,
      url: "http://127.0.0.1:1",
      fromBlock: 1,
      contracts: { factory: ADDRESS, bridge: ADDRESS, roots: ADDRESS, verifier: ADDRESS },
      hasSingletons: false,
    },
    chains: versions.map((version, i) => ({
      name: ["alpha", "beta"][i]!,
      chainId: 271 + i,
      url: `http://127.0.0.1:${i + 2}`,
      hyperchain: ADDRESS,
      operator: ADDRESS,
      admin: ADDRESS,
      baseToken: { l1Address: ADDRESS, symbol: "ETH" },
      dataAvailability: "rollup",
      quorum: { members: [ADDRESS], threshold: 1 },
      signsHere: true,
      executionDelaySeconds: 0,
      allowUnlimitedContractSize,
      ...version,
    })),
    singletons: SINGLETONS,
    accounts: { funded: [] },
  };
}

test("B10: members and URLs come before any key, which only the first screen has; both say what each account is for", () => {
  const mnemonic = "test test test test test test test test test test test junk";
  const running = { ...info(false), accounts: { mnemonic, funded: [0, 1] }, relayer: { address: ADDRESS } };
  // Of the phrase's first two accounts, as Hardhat publishes them.
  const keys = [
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  ];
  const [first, status] = [firstScreen(running), firstScreen(running, { keys: false })];
  for (const key of keys) assert.ok(first.indexOf(key) > first.indexOf("http://127.0.0.1:2"), key);
  assert.match(first, /Everybody knows these keys: never send real money to them/);
  assert.ok(status.includes("http://127.0.0.1:2"));
  for (const key of keys) assert.ok(!status.includes(key.slice(2)));
  for (const screen of [first, status])
    assert.match(screen, /Account 0 deployed the contracts, 9 is the relayer's, 20 the chain's operator\./);
});

test("A13: the first screen and the status say where contract sizes are not limited, and only there", () => {
  assert.match(firstScreen(info(true)), /CONTRACT SIZE IS NOT LIMITED on these chains \(allowUnlimitedContractSize\)/);
  assert.doesNotMatch(firstScreen(info(false)), /CONTRACT SIZE/);
});

test("H1: the first screen and the status say which last proof L1 checks, with its gas", () => {
  const sentence = "Last proof: fast, about 5.8 M gas on L1.";
  const lastProof = { kind: "fast", key: `0x${"12".repeat(32)}`, sentence } as const;
  assert.ok(
    firstScreen({ ...info(false), prover: { mode: "stark", workers: 1, lastProof } })
      .split("\n")
      .includes(sentence),
  );
  assert.doesNotMatch(firstScreen(info(false)), /Last proof/);
});

test("H2: the first screen and the status say on what proofs are made and why, and warn of a card that is given up", () => {
  const screen = (device: DeviceReport): string => firstScreen({ ...info(false), prover: { mode: "stark", workers: 1, device } });
  const card = "nvidia ada";
  const why = `${card} makes a proof 4.2 times as fast as WebAssembly`;
  assert.match(
    screen({ on: "gpu", state: "used", card, gain: 4.2, why }),
    new RegExp(`^Proofs are made on the graphics card: ${why}.$`, "m"),
  );
  const absent = { on: "wasm", state: "absent", why: "no graphics card was found" } as const;
  assert.match(screen(absent), /^Proofs are made by WebAssembly: no graphics card was found\.$/m);
  const wrong = { on: "wasm", state: "wrong", card, why: `a proof of ${card} does not hold: MerkleMismatch` } as const;
  assert.ok(screen(wrong).includes(warning(`Proofs are made by WebAssembly: ${wrong.why}.`)));
});

test("the first screen has the porter's URL and id, and all parts of a composed policy", () => {
  const porter = { chainId: 1271, url: "http://127.0.0.1:99", sentence: "x" };
  const screen = (chain: Partial<ChainInfo>): string => firstScreen(info(false, [{ protocolVersion: 3, ...chain }]));
  assert.match(screen({ porter }), /^porter of alpha +1271 +http:\/\/127\.0\.0\.1:99/m);
  const anyOf = [{ guardians: "main" }, "rollup"] as const;
  assert.match(screen({ dataAvailability: "guardians", dataPolicy: { anyOf } }), /^alpha .* guardians or rollup +0x/m);
  assert.match(screen({ dataAvailability: "guardians", dataPolicy: { guardians: "main" } }), /^alpha .* guardians +0x/m);
  const allOf = ["rollup", { anyOf }, { committee: { members: 3, threshold: 2 } }] as const;
  assert.match(screen({ dataPolicy: { allOf } }), /^alpha .* rollup and \(guardians or rollup\) and committee +0x/m);
});

test("D3: says of a chain on a chain whether its data get to L1", () => {
  const known = info(false);
  const settlesOn = { ...known.l1, name: "alpha" };
  const screen = (dataAvailability: ChainInfo["dataAvailability"]): string =>
    firstScreen({ ...known, chains: [{ ...known.chains[0]!, name: "x", settlesOn, dataAvailability }] }).replaceAll("\n", " ");
  assert.match(screen("rollup"), /x settles on alpha, whose batches carry its data to L1\. The operator of alpha controls/);
  assert.doesNotMatch(screen("rollup"), /NOT A ROLLUP/);
  assert.match(screen("chain"), /x settles on alpha and publishes its data on alpha alone: it is NOT A ROLLUP/);
});

test("A8: the first screen and the status say which protocol version is in force, and which one comes when", () => {
  const effectiveAt = Date.UTC(2027, 0, 2, 3, 4, 5) / 1_000;
  assert.match(firstScreen(info(false)), /What is proven \S*\(protocol version 3, 1 prover thread\)/);
  assert.doesNotMatch(firstScreen(info(false)), /takes protocol version/);
  const both = firstScreen(
    info(false, [{ protocolVersion: 4 }, { protocolVersion: 3, upgrade: { version: 4, effectiveAt, operations: 7 } }]),
  );
  assert.match(both, /\(protocol versions: alpha 4, beta 3, 1 prover thread\)/);
  assert.match(both, /beta takes protocol version 4 with the batches that begin at 2027-01-02T03:04:05\.000Z/);
  assert.doesNotMatch(both, /alpha takes protocol version/);
});

test("the first screen names the chains whose execution is not proven", () => {
  const one = (chain: Parameters<typeof info>[1]): string => firstScreen(info(false, chain)).replace(/\s+/g, " ");
  const version = { protocolVersion: 2 };
  assert.match(one([version, version]), /execution: trusted \(1 signer, this process\)\./);
  assert.match(
    one([version, { ...version, execution: { sentence: "x", provenUpTo: 0 } }]),
    /execution of alpha: trusted \(1 signer, this process\)\./,
  );
});

test("the first screen separates chains with markers instead of proofs of execution from trusted ones", () => {
  const screen = firstScreen(info(false, [{ protocolVersion: 2 ** 31 + 0x203 }, { protocolVersion: 2 ** 31 + 2 }]));
  const text = screen.replace(/\s+/g, " ");
  assert.match(text, /execution of alpha: as of a proven chain, with proofs: "none" \(L1 takes a marker .* proves nothing\)\./);
  assert.match(text, /execution of beta: trusted \(1 signer, this process\)\./);
});

test("the first screen names the number of signers, and whether they are in this process", () => {
  const known = info(false);
  const { signsHere: _, ...alpha } = known.chains[0]!;
  const of = (chain: Partial<ChainInfo>): string => firstScreen({ ...known, chains: [{ ...alpha, ...chain }] });
  const quorum = { members: [ADDRESS, ADDRESS, ADDRESS], threshold: 2 };
  assert.match(of({ quorum }), /execution: trusted \(2 of 3 signers, other processes\)\./);
  const orderedBy = { kind: "queue", sentence: "L1's queue" } as const;
  assert.match(of({ quorum: { members: [], threshold: 0 }, orderedBy }), /execution: trusted \(any account that settles\)\./);
});
