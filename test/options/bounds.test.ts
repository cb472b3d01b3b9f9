import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readValue, type Value } from "../../scripts/options-reference/field.ts";
import { planDevnet, type DevnetOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { configSchema } from "../../src/ecosystem/options/config.ts";
import { flagName, SPAWN_FLAGS, type SpawnFlag } from "../../src/ecosystem/options/spawn-flags.ts";
import { shown } from "../../src/ecosystem/options/fields/values.ts";
import { MAX_UNEXECUTED_BATCHES } from "../../src/chain/settlement/pace/decide.ts";
import { resolveHyperchains } from "../../src/tool/plugin/config/resolve.ts";
import { validateHyperchains } from "../../src/tool/plugin/config/validate.ts";
import { spawnConfig, type SpawnArguments } from "../../src/tool/plugin/tasks/running/spawn-options.ts";
import type { REQUESTS } from "../../src/tool/plugin/api/requests.ts";
import { readRequest } from "../../src/tool/plugin/connection/read-request.ts";
import { NOTHING_SAID } from "../plugin/support/spawn-arguments.ts";

/** Locations at which an option can be written. */
interface Places {
  /** Path below `hyperchains`. */
  readonly config?: string;
  /** Path in DevnetOptions. */
  readonly devnet?: string;
  readonly flag?: SpawnFlag;
}

interface Row extends Places {
  readonly accepts: readonly unknown[];
  readonly refuses: readonly unknown[];
  /** Other options that it requires. */
  readonly beside?: Readonly<Record<string, unknown>>;
  readonly flagsBeside?: Partial<SpawnArguments>;
  /** Value for the devnet, if it differs. */
  readonly asDevnet?: (value: unknown) => unknown;
}

const ADDRESS = `0x${"aB".repeat(20)}`;
const DAY = 86_400;
const ANY_DELAY = { exitDelaySeconds: 90 * DAY };
const VALIDIUM = { dataAvailability: "validium" };
const STAKED = { "stake.unbondingSeconds": 100_000 };
const NOT_BOOLEAN = ["yes", 1, null];
const ether = (text: unknown): unknown =>
  typeof text === "string" && /^\d+$/.test(text) ? BigInt(text) * 10n ** 18n : typeof text === "number" ? text : -1n;

const accountsUpTo = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${ADDRESS.slice(0, -2)}${10 + i}`);
const MANY_ACCOUNTS = {
  accepts: [[ADDRESS], accountsUpTo(64)],
  refuses: [[], [ADDRESS, ADDRESS.toLowerCase()], ["x"], accountsUpTo(65), ADDRESS],
};

/** The bounds by hand: what L1's contracts and the documentation say. */
const ROWS: readonly Row[] = [
  { config: "name", devnet: "name", accepts: ["x", "my chains"], refuses: ["", " x", 5] },
  { config: "host", devnet: "host", flag: "host", accepts: ["::1", "0.0.0.0"], refuses: ["", "a b"] },
  { config: "data", devnet: "data", flag: "data", accepts: ["./data", "/a b"], refuses: ["", " "] },
  {
    config: "origins",
    devnet: "origins",
    accepts: [[], ["*"], ["https://a.example"]],
    refuses: ["*", [1], { 0: "*" }],
  },
  { config: "relayer", devnet: "relayer", accepts: [true, false], refuses: NOT_BOOLEAN },
  { config: "url", accepts: ["http://a:1", "https://a/b"], refuses: ["a:1", "ws://a", ""] },
  { config: "singletons", devnet: "singletons", accepts: [true, false], refuses: NOT_BOOLEAN },
  { config: "accountAbstraction", devnet: "accountAbstraction", accepts: [true, false], refuses: NOT_BOOLEAN },
  { config: "bridges.superchain", devnet: "bridges.superchain", accepts: [{}], refuses: [true, 5, { ids: {} }] },
  {
    config: "allowUnlimitedContractSize",
    devnet: "allowUnlimitedContractSize",
    accepts: [true, false],
    refuses: NOT_BOOLEAN,
  },
  { config: "development", devnet: "development", accepts: [true, false], refuses: NOT_BOOLEAN },
  { config: "reseal", devnet: "reseal", accepts: [true, false], refuses: NOT_BOOLEAN },
  { config: "allowBlocksWithSameTimestamp", accepts: [true, false], refuses: NOT_BOOLEAN },
  {
    config: "pollIntervalMs",
    devnet: "pollIntervalMs",
    accepts: [1, 3_600_000],
    refuses: [0, 3_600_001, 1.5, "1"],
  },
  { config: "page.served", accepts: [true, false], refuses: NOT_BOOLEAN },
  { config: "page.port", flag: "pagePort", accepts: [0, 65_535], refuses: [-1, 65_536, 0.5, "x"] },
  { config: "l1.port", devnet: "l1.port", flag: "port", accepts: [0, 65_535], refuses: [-1, 65_536, 0.5, "x"] },
  {
    config: "l1.url",
    devnet: "l1.url",
    flag: "settlementUrl",
    accepts: ["http://127.0.0.1:8545", "https://a"],
    refuses: ["127.0.0.1:8545", "file:///x"],
  },
  {
    config: "l1.fork.url",
    devnet: "l1.fork.url",
    flag: "fork",
    accepts: ["http://127.0.0.1:8545", "https://a"],
    refuses: ["127.0.0.1:8545", "file:///x"],
  },
  {
    config: "l1.fork.blockNumber",
    devnet: "l1.fork.blockNumber",
    accepts: [0, 1_000_000_000],
    refuses: [-1, 1_000_000_001, 0.5, "1"],
    beside: { "l1.fork.url": "http://127.0.0.1:8545" },
  },
  {
    flag: "forkBlock",
    accepts: [0, 1_000_000_000],
    refuses: ["-1", "1000000001", "0.5", "latest"],
    flagsBeside: { fork: "https://a" },
  },
  { config: "l1.confirmations", devnet: "l1.confirmations", accepts: [1, 1_000], refuses: [0, 1_001, 1.5, "1"] },
  { config: "chains.a.chainId", accepts: [1, 2 ** 32 - 1], refuses: [0, 2 ** 32, 1.5, "271", 31_337] },
  {
    devnet: "chains[0].chainId",
    accepts: [1n, 2n ** 32n - 1n, 271],
    refuses: [0n, 2n ** 32n, 0, 2 ** 32, "271", 31_337n],
  },
  // Accepted together with the chain that it names: test/options/ancestry-rules.test.ts.
  { config: "chains.a.settlesOn", devnet: "chains[0].settlesOn", accepts: [], refuses: ["", 5, "nowhere"] },
  { devnet: "chains[0].name", accepts: ["a", "chain 1"], refuses: ["", 5] },
  { config: "chains.a.port", devnet: "chains[0].port", accepts: [0, 65_535], refuses: [-1, 65_536, 0.5, "1"] },
  { config: "chains.a.blocks", accepts: ["instant", 1, 3_600_000], refuses: ["fast", 0, 3_600_001, 1.5] },
  { flag: "blockMs", accepts: [0, 1, 3_600_000], refuses: [3_600_001, "-1", "1.5", "instant"] },
  {
    devnet: "chains[0].blocks",
    accepts: [
      "instant",
      1_000,
      { type: "instant" },
      { type: "interval", intervalMs: 1, maxTransactions: 1 },
      { type: "interval", intervalMs: 3_600_000, maxTransactions: 1_000_000 },
    ],
    refuses: ["fast", 0, { type: "never" }],
  },
  {
    config: "chains.a.batches.maxAgeMs",
    devnet: "chains[0].batches.maxAgeMs",
    accepts: [1, 86_400_000],
    refuses: [0, 86_400_001, 1.5, "1"],
    beside: { priorityOpWindowSeconds: 30 * DAY, ...ANY_DELAY },
  },
  { config: "chains.a.batches.maxAgeMs", accepts: [null], refuses: [] },
  { flag: "batchMs", accepts: [0, 1, 86_400_000], refuses: [86_400_001, "-1", "x"] },
  {
    config: "chains.a.batches.maxTransactions",
    devnet: "chains[0].batches.maxTransactions",
    flag: "batchTransactions",
    accepts: [1, 100_000],
    refuses: [0, 100_001, "x", "1.5"],
  },
  {
    config: "chains.a.baseToken",
    devnet: "chains[0].baseToken",
    accepts: [ADDRESS, { name: "Gold", symbol: "GLD" }],
    refuses: ["ETH", `${ADDRESS}0`, ADDRESS.slice(0, -1), 7],
  },
  {
    config: "chains.a.filterer",
    devnet: "chains[0].filterer",
    accepts: [ADDRESS, { allow: [ADDRESS] }],
    refuses: ["all", { allow: ["bob"] }, { allow: [ADDRESS], deny: [] }, 7],
  },
  {
    config: "chains.a.dataAvailability",
    devnet: "chains[0].dataAvailability",
    flag: "da",
    accepts: ["rollup", "validium"],
    refuses: ["celestia", ""],
  },
  ...(["committee", "quorum"] as const).flatMap((field): readonly Row[] => [
    {
      config: `chains.a.${field}.members`,
      devnet: `chains[0].${field}.members`,
      accepts: [1, 16],
      refuses: [0, 17, 1.5, "2"],
      beside: { ...VALIDIUM, [`${field}.threshold`]: 1 },
    },
    {
      config: `chains.a.${field}.threshold`,
      devnet: `chains[0].${field}.threshold`,
      accepts: [1, 3],
      refuses: [0, 4, 1.5, "2"],
      beside: { ...VALIDIUM, [`${field}.members`]: 3 },
    },
  ]),
  {
    config: "chains.a.standby.accounts",
    devnet: "chains[0].standby.accounts",
    accepts: [[ADDRESS], Array.from({ length: 16 }, (_, i) => `${ADDRESS.slice(0, -2)}${10 + i}`)],
    refuses: [
      [],
      [ADDRESS, ADDRESS.toLowerCase()],
      ["x"],
      Array.from({ length: 17 }, (_, i) => `${ADDRESS.slice(0, -2)}${10 + i}`),
    ],
    beside: { "standby.threshold": 1 },
  },
  {
    config: "chains.a.standby.threshold",
    devnet: "chains[0].standby.threshold",
    accepts: [1],
    refuses: [0, 2, 1.5, "1"],
    beside: { "standby.accounts": [ADDRESS] },
  },
  {
    config: "chains.a.readers",
    devnet: "chains[0].readers",
    accepts: [[], [ADDRESS]],
    refuses: [ADDRESS, { 0: ADDRESS }],
    beside: VALIDIUM,
  },
  ...(["senders", "deployers"] as const).map((field): Row => ({
    config: `chains.a.${field}`,
    devnet: `chains[0].${field}`,
    accepts: [[], [ADDRESS]],
    refuses: [ADDRESS, { 0: ADDRESS }],
  })),
  // What "queue" goes with is in queue-rules.test.ts.
  {
    config: "chains.a.transactionOrder",
    devnet: "chains[0].transactionOrder",
    // Conflicts of "encrypted" are in encryption-rules.test.ts.
    accepts: ["arrival", "fee"],
    refuses: ["", "encrypt", 1],
  },
  {
    config: "chains.a.sequencing",
    devnet: "chains[0].sequencing",
    accepts: ["single", { by: "bft", nodes: 4 }, { by: "bft", nodes: 7, processes: true }, { by: "external", key: ADDRESS }],
    refuses: [
      "",
      "bft",
      1,
      { by: "bft" },
      { by: "bft", nodes: 3 },
      { by: "bft", nodes: 8 },
      { by: "bft", nodes: 4.5 },
      { by: "bft", nodes: 4, more: 1 },
      { by: "bft", nodes: 4, processes: 1 },
      { by: "external" },
      { by: "external", key: "0x1234" },
      { by: "external", key: ADDRESS, peers: "b" },
      { by: "external", key: ADDRESS, peers: [1] },
      { by: "external", key: ADDRESS, peers: ["none"] },
      { by: "external", key: ADDRESS, nodes: 4 },
    ],
  },
  ...(
    [
      ["balance", ["0", "0x2a", String(2n ** 192n - 1n)], [5, "-1", "0x"]],
      ["nonce", ["7", "0xff"], [7, "1.5"]],
      ["code", ["0x", "0x5f5ff3"], ["0x5", "5f", 1]],
      ["storage", [{}, { "0x0": `0x${"ff".repeat(32)}` }], ["0x0", { "0": "0x1" }, { "0x0": 1 }]],
    ] as const
  ).map(([field, accepts, refuses]) => ({
    config: `chains.a.import.${ADDRESS}.${field}`,
    devnet: `chains[0].import.${ADDRESS}.${field}`,
    ...{ accepts, refuses },
  })),
  {
    config: "chains.a.executionDelaySeconds",
    devnet: "chains[0].executionDelaySeconds",
    accepts: [0, 90 * DAY - 3_601],
    refuses: [-1, 90 * DAY + 1, 0.5, "0"],
    beside: ANY_DELAY,
  },
  {
    config: "chains.a.priorityOpWindowSeconds",
    devnet: "chains[0].priorityOpWindowSeconds",
    accepts: [1, 30 * DAY],
    refuses: [0, 30 * DAY + 1, 1.5, "1"],
    beside: ANY_DELAY,
  },
  {
    config: "chains.a.exitDelaySeconds",
    devnet: "chains[0].exitDelaySeconds",
    // Longer than the window, by a second at least.
    accepts: [2, 90 * DAY],
    refuses: [0, 1, 90 * DAY + 1, 2.5, "2"],
    beside: { priorityOpWindowSeconds: 1 },
  },
  {
    config: "chains.a.pace.maxAgeSeconds",
    devnet: "chains[0].pace.maxAgeSeconds",
    accepts: [1, 86_400],
    refuses: [0, 86_401, 1.5, "600"],
    beside: ANY_DELAY,
  },
  {
    config: "chains.a.pace.maxBatches",
    devnet: "chains[0].pace.maxBatches",
    accepts: [1, MAX_UNEXECUTED_BATCHES],
    refuses: [0, MAX_UNEXECUTED_BATCHES + 1, 1.5, "4"],
  },
  {
    config: "chains.a.pace.maxGasPriceWei",
    devnet: "chains[0].pace.maxGasPriceWei",
    accepts: [1, 10 ** 15],
    refuses: [0, 10 ** 15 + 1, 0.5, "20"],
  },
  {
    config: "chains.a.pace.atLatestSeconds",
    devnet: "chains[0].pace.atLatestSeconds",
    // Below the exit delay.
    accepts: [1, 85_800],
    refuses: [0, 86_400, 86_401, 1.5, "60"],
    beside: { "pace.maxBatches": 2 },
  },
  {
    config: "chains.a.pace.shared",
    devnet: "chains[0].pace.shared",
    // True where L1 checks the chain's execution: test/options/pace-rules.test.ts.
    accepts: [false],
    refuses: NOT_BOOLEAN,
  },
  {
    config: "chains.a.pace.aggregatorSeconds",
    devnet: "chains[0].pace.aggregatorSeconds",
    // Taken where L1 checks the chain's execution: test/options/pace-rules.test.ts.
    accepts: [],
    refuses: [0, 86_401, 1.5, "60"],
  },
  {
    config: "chains.a.facts.from",
    devnet: "chains[0].facts.from",
    // Taken if it names another chain: test/options/fact-rules.test.ts.
    accepts: [],
    refuses: ["alpha", [""], [1], 1],
  },
  {
    config: "chains.a.facts.patienceSeconds",
    devnet: "chains[0].facts.patienceSeconds",
    accepts: [1, 1_800],
    refuses: [0, 86_401, 1.5, "60"],
    beside: { "facts.from": [] },
  },
  {
    config: "chains.a.links",
    devnet: "chains[0].links",
    accepts: [[]],
    refuses: ["b", [1], [""]],
  },
  ...Object.entries({
    minStakeWei: { accepts: [1n, 2n ** 96n], refuses: [0n, 2n ** 96n + 1n, 1, "1"] },
    maxAtRiskWei: { accepts: [0n, 2n ** 96n], refuses: [-1n, 2n ** 96n + 1n, 1, "1"] },
    anyMessage: { accepts: [true, false], refuses: NOT_BOOLEAN },
  }).map(([option, { refuses }]): Row => ({
    config: `chains.a.instant.from.a.${option}`,
    devnet: `chains[0].instant.from.a.${option}`,
    // Taken if it names another chain: test/options/instant-rules.test.ts.
    accepts: [],
    refuses,
    beside: { "instant.from.a.minStakeWei": 1n, "instant.from.a.maxAtRiskWei": 1n },
  })),
  {
    config: "chains.a.instant.from",
    devnet: "chains[0].instant.from",
    accepts: [{}],
    refuses: [["b"], "b", { b: {} }, { "": { minStakeWei: 1n, maxAtRiskWei: 1n } }],
  },
  {
    config: "chains.a.fees.marginPercent",
    devnet: "chains[0].fees.marginPercent",
    accepts: [0, 1_000],
    refuses: [-1, 1_001, 0.5, "25"],
  },
  {
    config: "chains.a.fees.batchGas",
    devnet: "chains[0].fees.batchGas",
    accepts: [21_000, 10 ** 9],
    refuses: [0, 20_999, 10 ** 9 + 1, "5000000"],
  },
  {
    config: "chains.a.fees.unitPriceWei",
    devnet: "chains[0].fees.unitPriceWei",
    accepts: [0, 52_000, 10 ** 14],
    refuses: [-1, 10 ** 14 + 1, 0.5, "1"],
  },
  {
    config: "chains.a.fees.leastGasPriceWei",
    devnet: "chains[0].fees.leastGasPriceWei",
    accepts: [0, 10 ** 15],
    refuses: [-1, 10 ** 15 + 1, 0.5, "1"],
  },
  { config: "chains.a.cheats", devnet: "chains[0].cheats", accepts: [true, false], refuses: NOT_BOOLEAN },
  { config: "chains.a.secondCheck", devnet: "chains[0].secondCheck", accepts: [true, false], refuses: NOT_BOOLEAN },
  {
    config: "chains.a.openReads",
    devnet: "chains[0].openReads",
    accepts: [true, false],
    refuses: NOT_BOOLEAN,
    beside: { dataAvailability: "validium" },
  },
  {
    config: "chains.a.partition.chainId",
    devnet: "chains[0].partition.chainId",
    // Ids of an L1.
    accepts: [1, 2 ** 32 - 1],
    refuses: [0, 2 ** 32, 1.5, "1271"],
    beside: { execution: "trusted" },
  },
  {
    config: "chains.a.partition",
    devnet: "chains[0].partition",
    accepts: [{ chainId: 1271 }],
    refuses: [1271, {}, { chainId: 1271, port: 1 }],
    beside: { execution: "trusted" },
  },
  {
    config: "chains.a.partition.guardians",
    devnet: "chains[0].partition.guardians",
    accepts: ["main"],
    refuses: ["", "other", 5],
    beside: { ...STAKED, execution: "trusted", "guardians.main.members": 1, "partition.chainId": 1271 },
  },
  {
    config: "chains.a.partition.afterMs",
    devnet: "chains[0].partition.afterMs",
    accepts: [1, 60_000],
    refuses: [0, 60_001, 1.5, "1"],
    beside: { execution: "trusted", "partition.chainId": 1271 },
  },
  { config: "chains.a.porterPort", devnet: "chains[0].porterPort", accepts: [0, 65_535], refuses: [-1, 65_536, 0.5, "x"] },
  { config: "chains.a.journal", devnet: "chains[0].journal", accepts: ["x"], refuses: ["", 1] },
  {
    config: "chains.a.maxInstructions",
    devnet: "chains[0].maxInstructions",
    accepts: [1_000_000, 2 ** 24],
    refuses: [999_999, 2 ** 24 + 1, 1e6 + 0.5, "1000000"],
  },
  {
    config: "proofs",
    devnet: "proofs",
    flag: "proofs",
    accepts: ["stark", "none"],
    refuses: ["fake", ""],
  },
  { config: "lastProof", devnet: "lastProof", accepts: ["fast", "small"], refuses: ["wrap", ""] },
  {
    config: "execution",
    devnet: "execution",
    flag: "execution",
    accepts: ["proven", "trusted"],
    refuses: ["stark", ""],
  },
  {
    config: "chains.a.execution",
    devnet: "chains[0].execution",
    accepts: ["proven", "trusted"],
    refuses: ["stark", "", true],
  },
  {
    config: "prover.device",
    devnet: "prover.device",
    flag: "proverDevice",
    accepts: ["auto", "wasm", "gpu"],
    refuses: ["cpu", ""],
  },
  {
    config: "prover.gpuMemory",
    devnet: "prover.gpuMemory",
    accepts: [256, 65_536],
    refuses: [255, 65_537, 512.5, "x"],
  },
  {
    config: "prover.workers",
    devnet: "prover.workers",
    flag: "proverWorkers",
    accepts: [1, 64],
    refuses: [0, 65, "x", "1.5"],
  },
  ...(["prover.fleet.host", "prover.fleet.port", "prover.fleet.token", "prover.fleet.postgres"] as const).map((option): Row => {
    const bounds = {
      "prover.fleet.host": { accepts: ["::1", "0.0.0.0"], refuses: ["", "a b"] },
      "prover.fleet.port": { accepts: [0, 65_535], refuses: [-1, 65_536, 0.5, "x"] },
      "prover.fleet.token": { accepts: ["a".repeat(16), "A_-1".repeat(32)], refuses: [] },
      "prover.fleet.postgres": { accepts: ["postgres://a:b@10.0.0.5/proofs", "postgresql://db"], refuses: [1] },
    }[option];
    const token = option === "prover.fleet.token" ? {} : { "prover.fleet.token": "0123456789abcdef" };
    return { config: option, devnet: option, ...bounds, beside: token };
  }),
  ...Object.entries({
    "governor.holders": { accepts: MANY_ACCOUNTS.accepts, refuses: MANY_ACCOUNTS.refuses },
    "governor.votingDelaySeconds": { accepts: [0, 90 * DAY], refuses: [-1, 90 * DAY + 1, 0.5, "1"] },
    "governor.votingPeriodSeconds": { accepts: [1, 90 * DAY], refuses: [0, 90 * DAY + 1, 1.5, "1"] },
    "governor.timelockDelaySeconds": { accepts: [0, 90 * DAY], refuses: [-1, 90 * DAY + 1, 0.5, "1"] },
    "governor.quorumPercent": { accepts: [1, 67], refuses: [0, 101, 1.5, "40"] },
    "governor.superQuorumPercent": { accepts: [40, 100], refuses: [39, 101, 67.5, "67"] },
    "council.members": { accepts: MANY_ACCOUNTS.accepts, refuses: MANY_ACCOUNTS.refuses },
    "council.softThreshold": { accepts: [1, 6], refuses: [0, 65, 1.5, "3"] },
    "council.hardThreshold": { accepts: [3, 8], refuses: [0, 65, 3.5, "6"] },
    "council.softSeconds": { accepts: [0, 599], refuses: [-1, 30 * DAY + 1, 0.5, "1"] },
    // Remainder of a day's exit delay after an hour's window; the chain refuses longer ones.
    "council.freezeSeconds": { accepts: [1, DAY - 3_600 - 1], refuses: [0, 30 * DAY + 1, 1.5, "600"] },
  }).map(([option, bounds]): Row => ({ config: `governance.${option}`, devnet: `governance.${option}`, ...bounds })),
  {
    config: "stake.unbondingSeconds",
    devnet: "stake.unbondingSeconds",
    // Twice the time to send a slash, and a year.
    accepts: [7_200, 365 * DAY],
    refuses: [7_199, 365 * DAY + 1, 7_200.5, "7200"],
  },
  {
    config: "stake.depositWei",
    devnet: "stake.depositWei",
    accepts: [1n, 2n ** 96n],
    refuses: [0n, 2n ** 96n + 1n, 1],
    beside: { "stake.unbondingSeconds": 100_000 },
  },
  ...Object.entries({
    // Limit of the contract's list.
    members: { accepts: [1, 64], refuses: [0, 65, 1.5, "4"], beside: STAKED },
    stakesWei: {
      accepts: [[1n], [2n ** 96n]],
      refuses: [1n, [0n], [1], [1n, 1n]],
      beside: { ...STAKED, "guardians.a.members": 1 },
    },
    shareBps: { accepts: [1, 10_000], refuses: [0, 10_001, 66.67, "6667"], beside: STAKED },
    open: { accepts: [true, false], refuses: NOT_BOOLEAN, beside: STAKED },
  }).map(([option, bounds]): Row => ({ config: `guardians.a.${option}`, devnet: `guardians.a.${option}`, ...bounds })),
  ...Object.entries({
    aggregators: { accepts: [1, 7], refuses: [0, 8, 1.5, "4"] },
    processes: { accepts: [true, false], refuses: NOT_BOOLEAN },
    "landing.maxAgeSeconds": { accepts: [1, 86_400], refuses: [0, 86_401, 0.5, "1"] },
    "landing.maxBatches": { accepts: [1, 16], refuses: [0, 17, 1.5, "4"] },
  }).map(([option, bounds]): Row => ({
    ...{ config: `hubs.a.${option}`, devnet: `hubs.a.${option}`, ...bounds },
    beside: { proofs: "none", "hubs.a.members": [] },
  })),
  {
    config: "hubs.a.members",
    devnet: "hubs.a.members",
    accepts: [[]],
    refuses: [4, "alpha", [""]],
    beside: { proofs: "none" },
  },
  {
    config: "hubs",
    devnet: "hubs",
    accepts: [{}, { main: { members: [] }, "B_-1": { members: [], aggregators: 7 } }],
    refuses: [[], 4, { "1a": { members: [] } }, { main: {} }],
    beside: { proofs: "none" },
  },
  {
    config: "guardians",
    devnet: "guardians",
    accepts: [{}, { main: {}, "B_-1": { members: 4 } }],
    refuses: [[], 4, { "1a": {} }, { main: { count: 4 } }],
    beside: STAKED,
  },
  { config: "accounts.funded", accepts: [0, 20], refuses: [-1, 21, 1.5, "1"] },
  { devnet: "fundedAccounts", accepts: [[], [0, 2 ** 31 - 1]], refuses: [3, { 0: 1 }] },
  {
    config: "accounts.balance",
    accepts: ["0", "0.000000000000000001", "1000000000000000"],
    refuses: [100, "1000000000000000.1", "1e3", "-1", "0.0000000000000000001"],
  },
  { devnet: "fundingWei", accepts: [0n, 2n ** 126n], refuses: [-1n, 2n ** 126n + 1n, 1] },
  { config: "accounts.unlocked", devnet: "unlocked", accepts: [true, false], refuses: NOT_BOOLEAN },
  {
    config: "relayerPolicy.minRewardPercent",
    devnet: "relayerPolicy.minRewardPercent",
    accepts: [0, 1_000_000],
    refuses: [-1, 1_000_001, 0.5, "1"],
  },
  {
    config: "relayerPolicy.reserve",
    devnet: "relayerPolicy.reserveWei",
    accepts: ["0", "1"],
    refuses: [1, "-1", "x"],
    asDevnet: ether,
  },
  { flag: "load", accepts: ["./world.dump", "/a b"], refuses: ["", " "] },
  { flag: "chains", accepts: [1, 32], refuses: [0, 33, "two"] },
  { flag: "names", accepts: ["a,b", "A_-1"], refuses: ["1", "a,l1", "a b"] },
  { devnet: "inBackground", accepts: [true, false], refuses: NOT_BOOLEAN },
  { devnet: "distinctTimestamps", accepts: [true, false], refuses: NOT_BOOLEAN },
];

/** An object with a value at a path, made of fields and `[0]`. */
function put(into: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.replaceAll("[0]", ".0").split(".");
  let at = into;
  for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
  at[parts.at(-1) ?? ""] = value;
}

const isOfEcosystem = (field: string): boolean => field.includes("prover") || /^(stake|guardians)\./.test(field);
const chainOf = (path: string): string => /^chains(\.a|\[0\])\./.exec(path)?.[0] ?? "";

function configWith(path: string, { beside = {} }: Row, value: unknown): object {
  const config = {};
  for (const [field, other] of Object.entries(beside)) put(config, `${isOfEcosystem(field) ? "" : chainOf(path)}${field}`, other);
  put(config, path, value);
  return config;
}

function devnetWith(path: string, { beside = {} }: Row, value: unknown): DevnetOptions {
  const chain = { chainId: 271n };
  const options: Record<string, unknown> = { chains: [chain], fundedAccounts: [], fundingWei: 0n };
  for (const [field, other] of Object.entries(beside))
    put(options, `${isOfEcosystem(field) ? "" : chainOf(path)}${field}`, other);
  put(options, path, value);
  return options as unknown as DevnetOptions;
}

for (const row of ROWS) {
  const { config, devnet, flag, accepts, refuses, asDevnet = (value: unknown) => value } = row;
  describe(`the option ${config ?? devnet ?? flagName(flag ?? "")}`, () => {
    if (config !== undefined) {
      for (const value of accepts)
        test(`in the config takes ${shown(value)}`, () => {
          assert.deepEqual(validateHyperchains(configWith(config, row, value)), []);
        });
      for (const value of refuses)
        test(`in the config refuses ${shown(value)} by its name`, () => {
          const [error] = validateHyperchains(configWith(config, row, value));
          assert.equal(error?.path.join(".").startsWith(`hyperchains.${config}`), true, JSON.stringify(error));
          assertNames(error?.message ?? "", value);
        });
    }
    if (devnet !== undefined) {
      for (const value of accepts.map(asDevnet))
        test(`of a devnet takes ${shown(value)}`, () => {
          planDevnet(devnetWith(devnet, row, value));
        });
      for (const value of refuses.map(asDevnet))
        test(`of a devnet refuses ${shown(value)} by its name`, () => {
          assert.throws(
            () => planDevnet(devnetWith(devnet, row, value)),
            (error: Error) => {
              assert.equal(error.name, "DevnetOptionsError");
              assert.ok(error.message.startsWith(devnet), error.message);
              assertNames(error.message, value);
              return true;
            },
          );
        });
    }
    if (flag !== undefined) {
      const given = (value: unknown) => (): void => {
        spawnConfig(resolveHyperchains(), { ...NOTHING_SAID, ...row.flagsBeside, [flag]: String(value) });
      };
      for (const value of accepts) test(`on the command line takes ${shown(value)}`, given(value));
      for (const value of refuses)
        test(`on the command line refuses ${shown(value)} by its name`, () => {
          assert.throws(given(value), (error: Error) => new RegExp(`^${flagName(flag)}[ :]`).test(error.message));
        });
    }
  });
}

/** The message says what the value is, or, of a list or an object, what is wrong in it. */
function assertNames(message: string, value: unknown): void {
  if (typeof value === "object" && value !== null) return;
  assert.ok(message.includes(typeof value === "bigint" ? String(value) : shown(value)), message);
}

/** Options of the test API's requests, in addition to the required ones. */
const REQUEST_ROWS: readonly (readonly [keyof typeof REQUESTS, option: string, accepts: unknown[], refuses: unknown[]])[] = [
  ["deposit", "to", [`${ADDRESS}@a`, { chain: "a", account: ADDRESS }], [5, ""]],
  ["deposit", "chain", ["a", 271, 271n], ["", {}]],
  ["deposit", "amount", [0n, 2n ** 200n], [1, "1", -1n, undefined]],
  ["deposit", "token", ["ETH", { address: ADDRESS }, { target: ADDRESS }], [5, ""]],
  ["deposit", "from", [ADDRESS, { address: ADDRESS }], [0, ""]],
  ["deposit", "gas", [], [1n]],
  ["withdraw", "to", [ADDRESS], ["0x12", `${ADDRESS}@a`]],
  ["send", "to", [`${ADDRESS}@a`], [undefined, 5]],
  ["announce", "token", [ADDRESS, { target: ADDRESS }], [5, undefined]],
  ["describe", "announced", [{ chainId: 271, messageHash: "0x12" }], [{}, "0x12", undefined]],
  ["describe", "on", ["b", 272], [undefined, ""]],
  ["call", "data", ["0x", "0x00"], ["00", "0x0", undefined]],
  ["call", "value", [0n], [1, -1n]],
  ["call", "gasLimit", [1n], [0n, 100_000]],
  ["call", "asMessage", [true, false], ["yes"]],
  ["call", "callback", [{ gasLimit: 1n }, { gasLimit: 1n, reward: 0n }], [true, {}]],
  ["call", "tokens", [[], [{ token: "ETH", amount: 1n, recipient: ADDRESS }]], [{}, [{ token: "ETH" }]]],
  ["callTogether", "chain", ["a", "l1", 271], [undefined, ""]],
  [
    "callTogether",
    "calls",
    [[{ to: `${ADDRESS}@b`, data: "0x00" }]],
    [undefined, {}, [{ to: `${ADDRESS}@b` }], [{ data: "0x" }]],
  ],
  ["spend", "asset", ["ETH", ADDRESS, `${ADDRESS}@a`], [undefined, "", 5]],
  ["spend", "amount", [1n], [1, -1n, undefined]],
  ["spend", "to", [`${ADDRESS}@b`], [undefined, 5]],
  ["spend", "from", [ADDRESS, { address: ADDRESS }], [0]],
  ["swap", "at", [`${ADDRESS}@b`], [undefined, 5]],
  ["swap", "amount", [1n], [1, -1n, undefined]],
  ["swap", "wanted", ["ETH", ADDRESS, { target: ADDRESS }], [5, ""]],
  ["swap", "via", [[], [ADDRESS]], [ADDRESS, [5]]],
  ["swap", "minimum", [1n], [1]],
  ["swap", "slippage", [0, 9_999], [-1, 10_000, 0.5, "1"]],
  ["swap", "deadline", [1n], [1]],
  ["swap", "to", [`${ADDRESS}@b`], [5]],
];
const NEEDED = {
  deposit: { amount: 1n },
  withdraw: { chain: "a", amount: 1n },
  send: { chain: "a", to: `${ADDRESS}@b`, amount: 1n },
  announce: { chain: "a", token: ADDRESS },
  describe: { announced: { chainId: 271, messageHash: "0x12" }, on: "b" },
  call: { chain: "a", to: `${ADDRESS}@b`, data: "0x" },
  callTogether: { chain: "a", calls: [{ to: `${ADDRESS}@b`, data: "0x" }] },
  spend: { asset: "ETH", amount: 1n, to: `${ADDRESS}@b` },
  swap: { chain: "a", at: `${ADDRESS}@b`, amount: 1n },
} as const;

for (const [name, option, accepts, refuses] of REQUEST_ROWS) {
  describe(`the option ${option} of the test API's ${name}`, () => {
    for (const value of accepts)
      test(`takes ${inText(value)}`, () => void readRequest(name, { ...NEEDED[name], [option]: value }));
    for (const value of refuses)
      test(`refuses ${inText(value)} by its name`, () => {
        assert.throws(
          () => readRequest(name, { ...NEEDED[name], [option]: value }),
          (error: Error) => error.message.startsWith(`${name}: ${option}`),
        );
      });
  });
}

function inText(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}n` : each)) ?? "nothing";
}

test("every option of the config and of the command line has its row", () => {
  const written = (value: Value, prefix: string): readonly string[] =>
    value.fields.flatMap((field) => {
      const path = `${prefix}${field.name}`;
      // Of accounts the name is an address.
      const each = field.name === "import" ? ADDRESS : "a";
      if (field.value.each !== undefined) return written(field.value.each, `${path}.${each}.`);
      return field.value.fields.length > 0 ? written(field.value, `${path}.`) : [path];
    });
  const tested = new Set(ROWS.map(({ config }) => config));
  assert.deepEqual(
    written(readValue(configSchema), "").filter((path) => !tested.has(path)),
    [],
  );
  const flags = new Set(ROWS.map(({ flag }) => flag));
  assert.deepEqual(
    Object.keys(SPAWN_FLAGS).filter((flag) => !flags.has(flag as SpawnFlag)),
    [],
  );
});
