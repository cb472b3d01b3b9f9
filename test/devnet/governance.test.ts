import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, id, ZeroHash } from "ethers";
import hre from "hardhat";
import { actToSign, signAct, type CouncilAct } from "../../src/ecosystem/client/governing/council.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { readUpgrades } from "../../src/ecosystem/client/governing/upgrade.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Prepared } from "../../src/ecosystem/devnet/view/acts/prepare.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deployLayer } from "../../src/ecosystem/devnet/deployment/deploy-layer.ts";
import { bundledArtifact } from "../../src/tool/plugin/contract-artifacts.ts";
import { ALICE, clientOf, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";

const CHAIN = 271n;
const [PROPOSER, CANCELLER, EXECUTOR] = [id("PROPOSER_ROLE"), id("CANCELLER_ROLE"), id("EXECUTOR_ROLE")];
const ADMIN = ZeroHash;
const FREEZE_SECONDS = 500;
/** A devnet's longest windows and delays, 2 × 30, 90 and 90 days, and the reaction time twice. */
const NOTICE = 240n * 86_400n + 2n * BigInt(FREEZE_SECONDS);

describe("a devnet that votes govern, with a council", () => {
  let devnet: FlowDevnet;
  before(async () => {
    const governor = { votingDelaySeconds: 3, votingPeriodSeconds: 40, timelockDelaySeconds: 20, quorumPercent: 30 };
    const council = { freezeSeconds: FREEZE_SECONDS, softSeconds: 100 };
    devnet = await startFlowDevnet([CHAIN], { ...UNPROVEN, governance: { governor, council } });
  });
  after(() => devnet.close());

  const addresses = (first: number, count: number): readonly string[] =>
    Array.from({ length: count }, (_, i) => devnet.accounts.wallet(first + i).address);
  const contract = async (role: "timelock" | "governor" | "governanceToken" | "council" | "verifiers", name: string) => {
    const address = devnet.ecosystem.addresses[role];
    assert.ok(address !== undefined);
    return new Contract(address, (await hre.artifacts.readArtifact(name)).abi, devnet.l1.provider);
  };
  const ask = async <T>(of: Contract, name: string, ...args: readonly unknown[]): Promise<T> =>
    (await of.getFunction(name)(...args)) as T;

  test("has a registry that the timelock governs, with the terms of the options", async () => {
    const registry = await contract("verifiers", "VerifierRegistry");
    const { timelock, council } = devnet.ecosystem.addresses;
    assert.equal((await ask<string>(registry, "governance")).toLowerCase(), timelock);
    assert.equal((await ask<string>(registry, "council")).toLowerCase(), council);
    const terms = await Promise.all(["freezeTime", "freezeCycle", "retirementNotice"].map((each) => ask<bigint>(registry, each)));
    assert.deepEqual(terms, [BigInt(FREEZE_SECONDS), NOTICE, NOTICE]);
    const governor = await contract("governor", "HyperchainGovernor");
    const [delay, period, numerator, superNumerator] = await Promise.all(
      ["votingDelay", "votingPeriod", "quorumNumerator()", "superQuorumNumerator()"].map((each) => ask<bigint>(governor, each)),
    );
    assert.deepEqual([delay, period, numerator, superNumerator], [3n, 40n, 30n, 67n]);
    assert.equal(await ask<bigint>(await contract("timelock", "GovernanceTimelock"), "getMinDelay"), 20n);
  });

  test("refuses a proven chain that is added later, because no vote has added its version", async () => {
    await assert.rejects(devnet.addChain({ name: "later", execution: "proven" }), {
      code: "BadOptions",
      message: /^execution: only 0x[0-9a-f]{40} adds version .* begin with an ecosystem that has a proven chain/,
    });
    assert.equal(devnet.chains.length, 1);
  });

  test("was handed over: the governor alone proposes and cancels, anyone executes, the deployer has no say", async () => {
    const timelock = await contract("timelock", "GovernanceTimelock");
    const has = (role: string, account: string): Promise<boolean> => ask<boolean>(timelock, "hasRole", role, account);
    const governor = devnet.ecosystem.addresses.governor!;
    const deployer = devnet.accounts.wallet(ACCOUNT_NUMBERS.deployer);
    assert.deepEqual([await has(PROPOSER, governor), await has(CANCELLER, governor)], [true, true]);
    for (const role of [PROPOSER, CANCELLER, ADMIN]) assert.equal(await has(role, deployer.address), false);
    assert.equal(await has(EXECUTOR, `0x${"00".repeat(20)}`), true);
    const act = timelock.connect(deployer.connect(devnet.l1.provider)) as Contract;
    await assert.rejects(act.getFunction("act").staticCall(devnet.ecosystem.addresses.verifiers, "0x"));
  });

  test("has votes and members among the development accounts", async () => {
    const token = await contract("governanceToken", "GovernanceToken");
    const supply = await ask<bigint>(token, "totalSupply");
    for (const holder of addresses(1, 4)) assert.equal(await ask<bigint>(token, "getVotes", holder), supply / 4n);
    const council = await contract("council", "SecurityCouncil");
    const members = [...(await ask<readonly string[]>(council, "members"))];
    assert.deepEqual(members.toSorted(), [...addresses(10, 8)].toSorted());
    // By hand: three in eight and three in four of eight.
    assert.deepEqual([...(await ask<readonly bigint[]>(council, "terms"))], [3n, 6n, 100n]);
  });

  test("creates chains whose notices bear a freeze, which take money and settle", async () => {
    const [chain] = devnet.chains;
    const { noticeSeconds, governance } = await readUpgrades(chain!.pipeline.created.hyperchain, devnet.l1.provider);
    // Two windows, the exit delay, and a freeze's time to react.
    assert.equal(noticeSeconds, 2n * 3_600n + 86_400n + BigInt(FREEZE_SECONDS));
    assert.equal(governance, devnet.ecosystem.addresses.timelock);
    const alice = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    await deposit(devnet.info(), { chain: Number(CHAIN), amount: 5n, to: alice.address as Hex }, alice);
    await chain!.pipeline.pollL1();
    assert.ok((await settleNow(chain!)).receipts.execute !== undefined);
  });

  test("prepares the transaction by which any account brings what members have signed, for each act", async (t) => {
    const { provider } = devnet.l1;
    const { council } = devnet.ecosystem.addresses;
    const registry = await contract("verifiers", "VerifierRegistry");
    const { version } = await readUpgrades(devnet.chains[0]!.pipeline.created.hyperchain, provider);
    const alice = devnet.accounts.wallet(ALICE).connect(provider);
    const onChain = clientOf(devnet.chains[0]!);
    t.after(() => onChain.destroy());
    /** Submits an act signed by `members` members, from an account that is not a member. */
    const bring = async (act: CouncilAct, members: number): Promise<void> => {
      const toSign = await actToSign(council!, act, provider);
      const signers = addresses(10, members).map((_, i) => devnet.accounts.wallet(10 + i));
      const signatures = await Promise.all(signers.map((member) => signAct(toSign, member)));
      const { type, ...fields } = act;
      const asked = JSON.parse(
        JSON.stringify(
          { action: type, chain: Number(CHAIN), ...fields, deadline: toSign.deadline, signatures },
          (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
        ),
      ) as object;
      const prepared = (await onChain.send("hyperchain_prepare", [alice.address, asked])) as Prepared;
      const { to, data, gas } = prepared.transaction;
      assert.deepEqual([prepared.step, prepared.isLast, to], [type, true, council]);
      const sent = await alice.sendTransaction({ to: to!, data, gasLimit: gas });
      assert.equal((await provider.waitForTransaction(sent.hash))?.status, 1);
    };
    const frozenUntil = async () => (await ask<{ readonly frozenUntil: bigint }>(registry, "standingOf", version)).frozenUntil;
    await bring({ type: "softFreeze", versions: [version], seconds: 60n }, 3);
    const softly = await frozenUntil();
    await assert.rejects(bring({ type: "freeze", versions: [version], seconds: 300n }, 5), /TooFewCouncilSignatures/);
    await bring({ type: "freeze", versions: [version], seconds: 300n }, 6);
    assert.ok((await frozenUntil()) > softly);
    await bring({ type: "approveHalt", version, replacement: 0n }, 6);
    await bring({ type: "unfreeze", version }, 6);
    assert.ok((await frozenUntil()) <= BigInt((await provider.getBlock("latest"))!.timestamp));
  });
});

describe("the contracts that chains share", () => {
  test("are not deployed where an account and votes are to govern, or where no vote could halt a version within a freeze", async () => {
    const { ethers } = await hre.network.create({ network: "local" });
    const [signer] = await ethers.getSigners();
    const version = { protocolVersion: 2n, genesisStateRoot: `0x${"00".repeat(32)}`, genesisLeafCount: 2n } as const;
    const times = { retirementNoticeSeconds: 1_000n, revealDelaySeconds: 0n, recoverySeconds: 0n, reactionSeconds: 30n };
    const holders = [signer!.address as Hex];
    const terms = { votingPeriodSeconds: 9, quorumPercent: 4, superQuorumPercent: 67 };
    const governor = { ...terms, holders, votingDelaySeconds: 10, timelockDelaySeconds: 20 };
    const council = { members: holders, soft: 1, hard: 1, softSeconds: 1n, freezeSeconds: 30n, cycleSeconds: 1_000n };
    const deploying = (governance: object) =>
      deployLayer({ versions: { trusted: version }, ...times, ...governance }, { signer: signer!, artifacts: bundledArtifact });
    const before = await signer!.getNonce();
    const named = (code: string) => ({ name: "GovernanceTermsError", code });
    await assert.rejects(deploying({ governor, council }), named("VoteOutlastsFreeze"));
    await assert.rejects(deploying({ governor, governance: holders[0] }), named("TwoGovernances"));
    assert.equal(await signer!.getNonce(), before);
  });
});
