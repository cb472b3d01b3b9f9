import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract, Provider, TransactionRequest } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import hre from "hardhat";
import { prepareHolders } from "../../src/ecosystem/devnet/chains/data-holders.ts";
import { isOfParts } from "../../src/ecosystem/devnet/chains/policy-kind.ts";
import { servedPolicy } from "../../src/ecosystem/devnet/chains/served-policy.ts";
import type { DataPart } from "../../src/ecosystem/options/fields/data-policy.ts";
import { WITHHELD } from "../../src/ground/protocol/data-choice.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { CALLDATA } from "../../src/chain/settlement/data-policy.ts";
import { readPolicies } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { systemClock, type Clock } from "../../src/ground/runtime/clock.ts";
import { TestChain } from "../contracts/l1/support/chain.ts";
import { defaultConfiguration, deployEcosystem, send, view, type Ecosystem } from "../contracts/l1/support/ecosystem.ts";
import { p256Key } from "../support/p256-attestor.ts";
import { lower, quorumOf, scheduleTerms } from "../contracts/l1/support/terms.ts";

const PRE_COMMITMENT = wordToHex(0x51n);
const AVAILABILITY = { dataAvailability: "validium", committee: undefined, readers: undefined } as never;
const AVAILABILITY_OF_ANY = {
  dataAvailability: { anyOf: ["validium", "rollup"], afterMs: 60_000 },
  committee: undefined,
  readers: undefined,
} as never;
const PUBDATA = new Uint8Array([2, 7, 1, 8]);

describe("the policy that a chain's batches are shown to", () => {
  let ecosystem: Ecosystem;
  let chain: TestChain;
  let [first, second]: readonly BaseContract[] = [];
  let held: Awaited<ReturnType<Awaited<ReturnType<typeof prepareHolders>>["connect"]>>;
  let number = 0n;
  /** In the chain's process, at first the operator's alone. */
  const keys: HardhatEthersSigner[] = [];
  before(async () => {
    ecosystem = await deployEcosystem();
    const [operator, next, other] = ecosystem.accounts;
    keys.push(operator!);
    const holders = await prepare();
    first = (await ecosystem.l1.ethers.getContractAt("CommitteePolicy", holders.policy)) as unknown as BaseContract;
    second = await ecosystem.l1.deploy("CommitteePolicy", ...committee([next!, other!]));
    const configuration = await defaultConfiguration(ecosystem, 270n);
    chain = await TestChain.create(ecosystem, { ...configuration, dataAvailabilityPolicy: holders.policy });
    const contract = { settlementChainId: ecosystem.chainId as never, hyperchain: chain.address };
    held = await holders.connect(contract, {} as never, () => Promise.reject(new Error("no process asks")));
  });
  after(() => ecosystem.l1.close());

  const committee = (accounts: readonly HardhatEthersSigner[]): readonly unknown[] => {
    const { threshold, validators } = quorumOf(accounts);
    return [validators, threshold];
  };
  /** Creates a policy for a chain whose only keeper is in its process; the committee is the operator then. */
  const prepare = async () => {
    const [operator] = ecosystem.accounts;
    return prepareHolders("validium", AVAILABILITY, {
      ecosystem: { settlementChainId: ecosystem.chainId, addresses: {} } as never,
      l1: ecosystem.l1.ethers.provider as unknown as Provider,
      operator: operator as never,
      operatorAddress: lower(operator!.address),
      keys: keys as never,
      artifacts: (name) => hre.artifacts.readArtifact(name) as never,
      clock: systemClock,
      start: () => Promise.resolve([]),
      networks: [],
    });
  };
  const shown = async (firstTimestamp: bigint): Promise<Hex> => {
    const outputs = { firstTimestamp, batchNumber: number++ };
    const batch = { protocolVersion: 2n, outputs, preCommitment: PRE_COMMITMENT, pubdata: PUBDATA, data: WITHHELD };
    return held.posting.policyData!(batch as never);
  };
  /** Calls the contract's check. */
  const takes = (contract: BaseContract, policyData: Hex) =>
    view(
      contract,
      "checkAvailability",
      {
        ...{ published: false, preCommitment: PRE_COMMITMENT, pubdataHash: hashPubdata(PUBDATA) },
        transactionsHash: wordToHex(0n),
      },
      policyData,
    );

  test("is the one of the batch's first second: the former's keepers sign until the change, the next ones' keys from then on", async () => {
    await takes(first!, await shown(await ecosystem.latestTimestamp()));
    const effectiveAt = await scheduleTerms(ecosystem, chain, { dataAvailabilityPolicy: await second!.getAddress() });
    await takes(first!, await shown(effectiveAt - 1n));
    // The operator is not in the next committee, and the keys of its members are not loaded yet.
    await assert.rejects(shown(effectiveAt), { code: "QuorumUnreachable" });
    const [, next, other] = ecosystem.accounts;
    keys.push(next!, other!);
    await takes(second!, await shown(effectiveAt));
    const named = (firstTimestamp: bigint) =>
      readPolicies({ provider: ecosystem.l1.ethers.provider, hyperchain: chain.address }, firstTimestamp);
    const [before, after] = [lower(await first!.getAddress()), lower(await second!.getAddress())];
    assert.deepEqual([await named(effectiveAt - 1n), await named(effectiveAt)], [[before], [after]]);
    await ecosystem.increaseTime(effectiveAt - (await ecosystem.latestTimestamp()));
    // A batch that is later than a window has the present one.
    assert.deepEqual([await named(effectiveAt - 1n), await named(effectiveAt)], [[before, after], [after]]);
    // A batch that began before the change is shown to the former one, unchanged.
    await takes(first!, await shown(effectiveAt - 1n));
    await takes(second!, await shown(effectiveAt + 5n));
  });

  test("is refused by name where it is of another kind, in either direction", async () => {
    const rollup = lower(await ecosystem.rollupPolicy.getAddress());
    const another = (number: bigint) => ({ outputs: { firstTimestamp: number } }) as never;
    const effectiveAt = await scheduleTerms(ecosystem, chain, { dataAvailabilityPolicy: rollup });
    await assert.rejects(shown(effectiveAt), {
      code: "PolicyOfAnotherKind",
      message: new RegExp(`${rollup}, which is no "validium"`),
    });
    const asRollup = await servedPolicy(
      { part: "rollup", contract: { address: rollup, parts: [] }, serve: () => Promise.resolve(CALLDATA) },
      { provider: ecosystem.l1.ethers.provider, hyperchain: chain.address, clock: systemClock },
    );
    assert.equal(await asRollup.policyData(another(effectiveAt), [].values()), "0x");
    await assert.rejects(asRollup.policyData(another(effectiveAt - 1n), [].values()), { code: "PolicyOfAnotherKind" });
    await send(ecosystem.settings, "cancelTerms", chain.configuration.chainId);
  });

  test("is recognized by its answers: a contract has its parts, and no others", async () => {
    const { l1 } = ecosystem;
    const rollup = await ecosystem.rollupPolicy.getAddress();
    const { x, y } = p256Key();
    const attested = await l1.deploy("AttestedPolicy", x, y, PRE_COMMITMENT);
    const committeeAddress = await first!.getAddress();
    const both = [rollup, committeeAddress];
    const contracts: readonly (readonly [DataPart, BaseContract | string])[] = [
      ["rollup", rollup],
      ["validium", committeeAddress],
      [{ attested: { root: "test" } }, attested],
      [{ allOf: ["rollup", "validium"] }, await l1.deploy("AllOfPolicy", both)],
      [{ anyOf: ["rollup", "validium"] }, await l1.deploy("AnyOfPolicy", both)],
      [{ anyOf: ["validium", "rollup"] }, await l1.deploy("AnyOfPolicy", both.toReversed())],
      [{ anyOf: ["rollup", "rollup", "validium"] }, await l1.deploy("AnyOfPolicy", [rollup, ...both])],
    ];
    const addresses = await Promise.all(
      contracts.map(async ([, it]) => lower(typeof it === "string" ? it : await it.getAddress())),
    );
    for (const [row, [part]] of contracts.entries()) {
      const known = await Promise.all(addresses.map((address) => isOfParts(part, address, l1.ethers.provider)));
      assert.deepEqual(
        known,
        addresses.map((_, column) => column === row),
        JSON.stringify(part),
      );
    }
    assert.equal(await isOfParts("rollup", lower(ecosystem.accounts[5]!.address), l1.ethers.provider), false);
  });

  test("is the former one again once the change is withdrawn", async () => {
    const effectiveAt = await scheduleTerms(ecosystem, chain, { dataAvailabilityPolicy: await first!.getAddress() });
    await takes(first!, await shown(effectiveAt));
    await send(ecosystem.settings, "cancelTerms", chain.configuration.chainId);
    await takes(second!, await shown(effectiveAt));
  });
});

describe("what is chosen for a batch whose policy leaves a choice", () => {
  let ecosystem: Ecosystem;
  let chain: TestChain;
  let next: HardhatEthersSigner;
  let nextPolicy: BaseContract;
  let held: Awaited<ReturnType<Awaited<ReturnType<typeof prepareHolders>>["connect"]>>;
  const keys: HardhatEthersSigner[] = [];
  let l1Does: "answers" | "refuses" | "is silent" = "answers";
  /** Clock whose waits take time while L1 answers, and none after it stops. */
  const clock: Clock = {
    nowMs: () => systemClock.nowMs(),
    after(ms, callback) {
      if (l1Does === "answers") return systemClock.after(ms, callback);
      setImmediate(callback);
      return () => undefined;
    },
  };
  before(async () => {
    ecosystem = await deployEcosystem();
    const [operator, other] = ecosystem.accounts as [HardhatEthersSigner, HardhatEthersSigner];
    next = other;
    keys.push(operator);
    const { rollupPolicy, l1 } = ecosystem;
    const provider = l1.ethers.provider as unknown as Provider;
    const ask = (request: TransactionRequest): Promise<string> => {
      if (l1Does === "answers") return provider.call(request);
      return l1Does === "refuses" ? Promise.reject(new Error("away")) : new Promise(() => undefined);
    };
    const holders = await prepareHolders({ anyOf: ["validium", "rollup"], afterMs: 60_000 }, AVAILABILITY_OF_ANY, {
      ecosystem: {
        settlementChainId: ecosystem.chainId,
        addresses: { rollupPolicy: lower(await rollupPolicy.getAddress()) },
      } as never,
      l1: new Proxy(provider, { get: (target, name) => (name === "call" ? ask : Reflect.get(target, name, target)) }),
      ...{ operator: operator as never, operatorAddress: lower(operator.address), keys: keys as never, clock },
      artifacts: (name) => hre.artifacts.readArtifact(name) as never,
      start: () => Promise.resolve([]),
      networks: [],
    });
    chain = await TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, 271n)),
      dataAvailabilityPolicy: holders.policy,
    });
    const contract = { settlementChainId: ecosystem.chainId as never, hyperchain: chain.address };
    held = await holders.connect(contract, {} as never, () => Promise.reject(new Error("no process asks")));
    const committee = await l1.deploy("CommitteePolicy", [next.address], 1n);
    nextPolicy = await l1.deploy("AnyOfPolicy", [await committee.getAddress(), await rollupPolicy.getAddress()]);
  });
  after(() => ecosystem.l1.close());

  let number = 0n;
  const batchAt = (firstTimestamp: bigint) => {
    const outputs = { firstTimestamp, batchNumber: number++ };
    return { protocolVersion: 2n, outputs, preCommitment: wordToHex(number), pubdata: PUBDATA };
  };
  const chosen = async (firstTimestamp: bigint) => (await held.chooseData(batchAt(firstTimestamp) as never)).path;

  test("is the signature of its epoch's keepers, not of those at the chain's creation", async () => {
    assert.deepEqual(await chosen(await ecosystem.latestTimestamp()), [0]);
    const effectiveAt = await scheduleTerms(ecosystem, chain, { dataAvailabilityPolicy: await nextPolicy.getAddress() });
    // The former keepers would still sign; no key of the next ones is loaded.
    assert.deepEqual([await chosen(effectiveAt - 1n), await chosen(effectiveAt)], [[0], [1]]);
    keys.push(next);
    const batch = batchAt(effectiveAt);
    const data = await held.chooseData(batch as never);
    assert.deepEqual(data.path, [0]);
    const shown = await held.posting.policyData!({ ...batch, data } as never);
    const claim = {
      ...{ published: false, preCommitment: batch.preCommitment, pubdataHash: hashPubdata(PUBDATA) },
      transactionsHash: wordToHex(0n),
    };
    assert.equal(await view(nextPolicy, "checkAvailability", claim, shown), data.bound);
  });

  test("is the last member while L1 refuses or is silent: batches are sealed without it", async () => {
    const now = await ecosystem.latestTimestamp();
    for (const does of ["refuses", "is silent"] as const) {
      l1Does = does;
      assert.deepEqual(await chosen(now), [1]);
    }
    l1Does = "answers";
    assert.deepEqual(await chosen(now), [0]);
  });
});
