import assert from "node:assert/strict";
import { test } from "node:test";
import { callInWords, callOfAct } from "../../src/ecosystem/client/governing/registry-acts.ts";
import type { GovernanceInfo } from "../../src/ecosystem/devnet/view/governing/governance-info.ts";
import { standingsOf } from "../../src/ecosystem/devnet/view/governing/governance-words.ts";
import type { ChainInfo, MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { StepNews } from "../../src/tool/plugin/tasks/session/step-news.ts";
import {
  batchLine,
  layerOf,
  stepLine,
  type TitledMembers,
  upgradeLine,
} from "../../src/tool/plugin/tasks/session/event-lines.ts";

const HASH = `0x${"ab".repeat(32)}` as const;
const ADDRESS = `0x${"cd".repeat(20)}` as const;
const [A, X] = [271, 271 + 2 ** 32];
const l1 = {
  ...{ name: "l1", chainId: 31337, url: "", fromBlock: 0 },
  contracts: { factory: ADDRESS, bridge: ADDRESS, roots: ADDRESS, verifier: ADDRESS },
  hasSingletons: true,
};
const chain: Omit<ChainInfo, "name" | "chainId"> = {
  ...{
    url: "",
    hyperchain: ADDRESS,
    operator: ADDRESS,
    admin: ADDRESS,
    executionDelaySeconds: 0,
    allowUnlimitedContractSize: false,
  },
  dataAvailability: "rollup",
  ...{ baseToken: { l1Address: ADDRESS, symbol: "ETH" }, protocolVersion: 1 },
  quorum: { members: [ADDRESS], threshold: 1 },
};
const info: TitledMembers = {
  l1,
  chains: [
    { ...chain, name: "alpha", chainId: A },
    { ...chain, name: "x", chainId: X, settlesOn: { ...l1, name: "alpha", chainId: A } },
  ],
};

test("D3: steps of a message and batches name what their chain settles on: L1, or the chain below", () => {
  assert.deepEqual([layerOf(info, A).name, layerOf(info, X).name], ["L1", "alpha"]);
  const line = (type: "transfer" | "withdrawal" | "l1Call", from: number, to: number, step: string): string => {
    const place = { step, chainId: to, transactionHash: HASH };
    const message = { messageHash: HASH, sender: ADDRESS, type, sourceChainId: from, destinationChainId: to, steps: [] };
    return stepLine(info, message, place)
      .replace(/^.*?: /, "")
      .replace(/ \(.*$/, "");
  };
  assert.equal(line("withdrawal", A, 31337, "executed"), "paid on L1");
  assert.equal(line("withdrawal", X, A, "executed"), "paid on alpha");
  assert.equal(line("l1Call", X, A, "inTransactionRoot"), "alpha has executed its batch");
  assert.equal(line("transfer", X, X + 2 ** 32, "settled"), "2/7 its batch is settled: alpha has accepted it");
  assert.equal(line("transfer", A, 272, "importSettled"), "7/7 the import is settled: L1 has checked the root");
  assert.equal(line("transfer", X, 272, "importSettled"), "7/7 the import is settled: L1 has checked the root");
  assert.equal(line("transfer", 272, X, "importSettled"), "7/7 the import is settled: alpha has checked the root");
  const batch = {
    batchNumber: 3,
    protocolVersion: 1,
    transactions: 1,
    pubdataBytes: 10,
    l1Gas: { commit: 1_000 },
    l1Transactions: {},
  };
  const of = (chainId: number): string => batchLine(info, { ...batch, chainId });
  assert.match(of(A), /gas of L1: commit 1,000$/);
  assert.match(of(X), /^x batch 3: .*gas of alpha: commit 1,000$/);
  assert.match(of(A), /1 transaction, 10 bytes of data; /);
  const inputs: TitledMembers = { l1, chains: [{ ...chain, name: "inp", chainId: A, dataAvailability: "inputs" }] };
  assert.match(
    batchLine(inputs, { ...batch, chainId: A }),
    /1 transaction, its inputs published, and not its 10 bytes of changes; /,
  );
  const other = `0x${"12".repeat(32)}` as const;
  const gas = { commit: 354_169, prove: 354_169, execute: 354_169 };
  const settledLine = (execute: `0x${string}`): string =>
    batchLine(info, { ...batch, chainId: A, l1Gas: gas, l1Transactions: { commit: HASH, prove: HASH, execute } });
  assert.match(settledLine(HASH), /gas of L1: commit \+ prove \+ execute 354,169$/);
  assert.match(settledLine(other), /gas of L1: commit \+ prove 354,169, execute 354,169$/);
});

test("describes a message that a fact proves as verified against the fact, which its layer checks later", () => {
  const message: MessageInfo = {
    ...{ messageHash: HASH, sender: ADDRESS, sourceChainId: A, destinationChainId: 272, steps: [] },
    ...{ type: "transfer", imported: "fact" },
  };
  const line = (step: string): string => stepLine(info, message, { step, chainId: 272, transactionHash: HASH });
  assert.match(line("imported"), /: 4\/7 the receiving chain has imported a fact about its batch, before L1 has executed it \(/);
  assert.match(line("executed"), /: 6\/7 executed, verified against the imported fact \(/);
  assert.match(line("importSettled"), /: 7\/7 the import is settled: L1 has checked the fact \(/);
});

test("a message that a promise proves names the promise, and its steps are shown once in any order", () => {
  const message: MessageInfo = {
    ...{ messageHash: HASH, sender: ADDRESS, sourceChainId: A, destinationChainId: 272, steps: [] },
    ...{ type: "transfer", imported: "promise" },
  };
  const line = (step: string): string => stepLine(info, message, { step, chainId: 272, transactionHash: HASH });
  assert.match(line("imported"), /: 4\/7 the receiving chain has imported its batch by a promise of its validators, before L1 /);
  assert.match(line("executed"), /: 6\/7 executed, verified against the promised batch \(/);
  const unseen = new StepNews();
  const news = (...steps: readonly string[]): readonly string[] =>
    unseen
      .next(
        HASH,
        steps.map((step) => ({ step, chainId: 272, transactionHash: HASH })),
      )
      .map(({ step }) => step);
  assert.deepEqual(news("initiated", "imported"), ["initiated", "imported"]);
  assert.deepEqual(news("initiated", "settled", "imported"), ["settled"]);
  assert.deepEqual(news("initiated", "settled", "imported", "delivered"), ["delivered"]);
});

test("marks a version under which nothing is proven, also for a chain that waits for it", () => {
  const unproven = 2 ** 31 + 258;
  const waits = upgradeLine("alpha", { version: unproven, effectiveAt: 0, operations: 0 });
  assert.equal(
    waits,
    "alpha takes protocol version 2147483906 (2^31 + 258: nothing is proven) with the batches that begin at 1970-01-01T00:00:00.000Z or later",
  );
  assert.match(upgradeLine("alpha", { version: 258, effectiveAt: 0, operations: 0 }), /protocol version 258 with/);
  const standing = standingsOf({ versions: [{ version: unproven }] } as unknown as GovernanceInfo);
  assert.deepEqual(standing, ["version 2147483906 (2^31 + 258: nothing is proven): stands"]);
  const verifiers = `0x${"11".repeat(20)}` as const;
  const halt = callOfAct(verifiers, { type: "halt", version: BigInt(unproven), replacement: 258n });
  assert.equal(
    callInWords(verifiers, halt),
    "halts version 2147483906 (2^31 + 258: nothing is proven) for good, with version 258 in its place",
  );
});
