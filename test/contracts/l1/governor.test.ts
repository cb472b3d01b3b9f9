import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress, ZeroHash, type BaseContract } from "ethers";
import { as, send, view } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import {
  AGAINST,
  callOf,
  deployGovernance,
  deployGovernorScene,
  FOR,
  MIN_DELAY,
  NOTICE,
  STATE,
  VERSIONS,
  VOTES_EACH,
  VOTING_DELAY,
  VOTING_PERIOD,
  type GovernorScene,
  type Proposal,
} from "./support/governor.ts";
import { lower } from "./support/terms.ts";

/** Sets of states and of a timelock's operations, as OpenZeppelin's errors have them: one bit for each. */
const SUCCEEDED_ONLY = 2n ** STATE.succeeded;
const READY_ONLY = 4n;

describe("governance by votes", () => {
  let scene: GovernorScene;
  before(async () => {
    scene = await deployGovernorScene();
  });
  after(() => scene.l1.close());

  const retiresAt = async (version: bigint): Promise<bigint> =>
    (await view<{ retiresAt: bigint }>(scene.registry, "standingOf", version)).retiresAt;
  const retirement = (version: bigint): Promise<Proposal> => scene.propose(scene.registry, "scheduleRetirement", version);
  const unexpected = (proposal: Proposal, state: bigint) =>
    `GovernorUnexpectedProposalState(${proposal.id}, ${state}, ${hex32(SUCCEEDED_ONLY)})`;
  const hex32 = (value: bigint): string => `0x${value.toString(16).padStart(64, "0")}`;
  const latest = async (): Promise<bigint> => BigInt((await scene.l1.ethers.provider.getBlock("latest"))!.timestamp);
  const mineAt = async (second: bigint): Promise<void> => {
    await scene.at(second);
    await scene.l1.ethers.provider.send("evm_mine", []);
  };
  const role = (name: string): Promise<string> => view<string>(scene.timelock, `${name}_ROLE`);

  test("what most vote for waits in the timelock, then anyone executes it", async () => {
    const [version] = VERSIONS;
    const proposal = await retirement(version!);
    assert.equal(await scene.stateOf(proposal), STATE.pending);
    await scene.vote(proposal, FOR, [0, 1]);
    await scene.vote({ ...proposal, snapshot: proposal.snapshot + 10n }, AGAINST, [2]);
    assert.equal(await scene.stateOf(proposal), STATE.active);
    await mineAt(proposal.snapshot + VOTING_PERIOD + 1n);
    assert.equal(await scene.stateOf(proposal), STATE.succeeded);
    const eta = await scene.queue(proposal);
    assert.equal(eta, (await latest()) + MIN_DELAY);
    assert.equal(await scene.stateOf(proposal), STATE.queued);
    await scene.at(eta);
    await scene.execute(proposal);
    assert.equal(await scene.stateOf(proposal), STATE.executed);
    assert.equal(await retiresAt(version!), eta + NOTICE);
  });

  test("deployer keeps a role: after the hand-over it neither acts nor proposes nor administers, nor does any other account", async () => {
    const { timelock, governor, deployer, registry } = scene;
    const done = `AccessControlUnauthorizedAccount(${lower(deployer.address)}, ${ZeroHash})`;
    const data = await callOf(registry, "scheduleRetirement", VERSIONS[1]);
    await assertReverts(send(timelock, "act", registry, data), done);
    await assertReverts(send(timelock, "handOver", governor, 0n), done);
    await assertReverts(send(registry, "scheduleRetirement", VERSIONS[1]), "OnlyGovernance");

    const changes = async (name: "RoleGranted" | "RoleRevoked") =>
      (await timelock.queryFilter(timelock.filters[name]!())).map((event) => {
        const args = "args" in event ? event.args : [];
        return `${String(args[0])} ${lower(String(args[1]))}`;
      });
    const revoked = new Set(await changes("RoleRevoked"));
    assert.deepEqual([...revoked], [`${ZeroHash} ${lower(deployer.address)}`]);
    const held = (await changes("RoleGranted")).filter((granted) => !revoked.has(granted));
    const [self, voted] = [lower(await timelock.getAddress()), lower(await governor.getAddress())];
    const expected = [
      `${ZeroHash} ${self}`,
      `${await role("PROPOSER")} ${voted}`,
      `${await role("CANCELLER")} ${voted}`,
      `${await role("EXECUTOR")} ${ZeroAddress}`,
    ];
    assert.deepEqual(held.toSorted(), expected.toSorted());
  });

  test("proposer other than the governor: neither deployer nor holder puts a call into the timelock, or takes one out", async () => {
    const { timelock, registry, deployer, holders } = scene;
    const data = await callOf(registry, "scheduleRetirement", VERSIONS[1]);
    const refused = async (by: { readonly address: string }, name: string) =>
      `AccessControlUnauthorizedAccount(${lower(by.address)}, ${await role(name)})`;
    for (const account of [deployer, holders[0]!]) {
      const own = as(timelock, account);
      const call = [ZeroHash, ZeroHash, MIN_DELAY] as const;
      const noProposer = await refused(account, "PROPOSER");
      const noCanceller = await refused(account, "CANCELLER");
      await assertReverts(send(own, "schedule", registry, 0n, data, ...call), noProposer);
      await assertReverts(send(own, "scheduleBatch", [registry], [0n], [data], ...call), noProposer);
      await assertReverts(send(own, "cancel", ZeroHash), noCanceller);
      const grant = send(own, "grantRole", await role("PROPOSER"), account.address);
      await assertReverts(grant, `RolesFollowVotes(${lower(account.address)})`);
      await assertReverts(send(own, "updateDelay", 0n), `TimelockUnauthorizedCaller(${lower(account.address)})`);
    }
  });

  test("before the hand-over the deployer gives the governor no order, and takes neither the timelock's roles nor the executors'", async () => {
    const { l1, deployer, outsider } = scene;
    const { timelock, governor } = await deployGovernance(l1, outsider.address, [outsider.address]);
    const act = async (target: BaseContract, name: string, ...args: unknown[]) =>
      send(timelock, "act", target, await callOf(target, name, ...args));
    // Panic 0x31: the governor obeys the timelock only in a call that a vote has queued.
    await assertReverts(act(governor, "setVotingPeriod", 1n), "Panic(49)");
    await assertReverts(act(governor, "updateTimelock", deployer.address), "Panic(49)");
    const byVotes = `RolesFollowVotes(${lower(deployer.address)})`;
    const taken = [
      [ZeroHash, await timelock.getAddress()],
      [await role("EXECUTOR"), ZeroAddress],
    ] as const;
    for (const [name, account] of taken) {
      await assertReverts(send(timelock, "revokeRole", name, account), byVotes);
      await assertReverts(act(timelock, "revokeRole", name, account), byVotes);
      assert.equal(await view<boolean>(timelock, "hasRole", name, account), true);
    }
  });

  test("votes borrowed for a block: what is returned in the block of the snapshot, or bought a second later, does not vote", async () => {
    const { l1, token, governor, holders, outsider } = scene;
    const proposal = await retirement(VERSIONS[2]!);
    await send(as(token, outsider), "delegate", outsider.address);
    const { provider } = l1.ethers;
    await provider.send("evm_setAutomine", [false]);
    const gasLimit = 200_000n;
    for (const voter of [1, 2, 3])
      await as(token, holders[voter]!).getFunction("transfer")(outsider.address, VOTES_EACH, { gasLimit });
    for (const voter of [1, 2, 3])
      await as(token, outsider).getFunction("transfer")(holders[voter]!.address, VOTES_EACH, { gasLimit });
    await mineAt(proposal.snapshot);
    await provider.send("evm_setAutomine", [true]);
    const block = (await provider.getBlock("latest"))!;
    assert.deepEqual([block.transactions.length, BigInt(block.timestamp)], [6, proposal.snapshot]);
    await scene.at(proposal.snapshot + 1n);
    await send(as(token, holders[1]!), "transfer", outsider.address, VOTES_EACH);
    assert.equal(await view<bigint>(token, "getVotes", outsider.address), VOTES_EACH);

    await send(as(governor, outsider), "castVote", proposal.id, FOR);
    assert.deepEqual([...(await view<bigint[]>(governor, "proposalVotes", proposal.id))], [0n, 0n, 0n]);
    // The seller's votes are those of the snapshot.
    await send(as(governor, holders[1]!), "castVote", proposal.id, AGAINST);
    assert.deepEqual([...(await view<bigint[]>(governor, "proposalVotes", proposal.id))], [VOTES_EACH, 0n, 0n]);
    await send(as(token, outsider), "transfer", holders[1]!.address, VOTES_EACH);
  });

  test("an account without votes proposes nothing, and one without a quorum decides nothing", async () => {
    const { governor, registry, outsider } = scene;
    const data = await callOf(registry, "scheduleRetirement", VERSIONS[2]);
    const propose = send(as(governor, outsider), "propose", [registry], [0n], [data], "without votes");
    await assertReverts(propose, `GovernorInsufficientProposerVotes(${lower(outsider.address)}, 0, 1)`);
    const proposal = await retirement(VERSIONS[2]!);
    await scene.vote(proposal, FOR, [0]);
    await mineAt(proposal.snapshot + VOTING_PERIOD + 1n);
    assert.equal(await scene.stateOf(proposal), STATE.defeated);
    await assertReverts(scene.queue(proposal), unexpected(proposal, STATE.defeated));
  });

  test("queue before success: while the vote is to come, and while it runs", async () => {
    const proposal = await retirement(VERSIONS[2]!);
    await assertReverts(scene.queue(proposal), unexpected(proposal, STATE.pending));
    await scene.vote(proposal, FOR, [0, 1]);
    await assertReverts(scene.queue(proposal), unexpected(proposal, STATE.active));
    await assertReverts(scene.execute(proposal), "GovernorUnexpectedProposalState");
    assert.equal(await retiresAt(VERSIONS[2]!), 0n);
  });

  test("execute early: not a second before the end of the timelock's delay, by the governor or by the timelock", async () => {
    const { timelock, governor, outsider } = scene;
    const proposal = await retirement(VERSIONS[3]!);
    await scene.vote(proposal, FOR, [0, 1, 2]);
    const eta = await scene.queue(proposal);
    const [targets, values, calls, hash] = proposal.args;
    const salt = hex32((BigInt(await governor.getAddress()) << 96n) ^ BigInt(hash));
    const operation = await view<string>(timelock, "hashOperationBatch", targets, values, calls, ZeroHash, salt);
    const early = `TimelockUnexpectedOperationState(${operation}, ${hex32(READY_ONLY)})`;
    await scene.at(eta - 2n);
    await assertReverts(scene.execute(proposal), early);
    const direct = () => send(as(timelock, outsider), "executeBatch", targets, values, calls, ZeroHash, salt);
    await scene.at(eta - 1n);
    await assertReverts(direct(), early);
    await scene.at(eta);
    await direct();
    assert.equal(await retiresAt(VERSIONS[3]!), eta + NOTICE);
    assert.equal(await scene.stateOf(proposal), STATE.executed);
  });

  test("a super quorum ends the vote, so that a version is halted within the freeze", async () => {
    const { registry, council, deployer } = scene;
    const version = VERSIONS[4]!;
    const freeze = 2n * (VOTING_DELAY + MIN_DELAY);
    await send(as(registry, council), "freeze", [version], freeze);
    await send(as(registry, council), "approveHalt", version, VERSIONS[5]);
    const frozenAt = await latest();
    await assertReverts(send(as(registry, deployer), "halt", version, VERSIONS[5]), "OnlyGovernance");
    const proposal = await scene.propose(registry, "halt", version, VERSIONS[5]);
    await scene.vote(proposal, FOR, [0, 1]);
    assert.equal(await scene.stateOf(proposal), STATE.active);
    await send(as(scene.governor, scene.holders[2]!), "castVote", proposal.id, FOR);
    assert.equal(await scene.stateOf(proposal), STATE.succeeded);
    const eta = await scene.queue(proposal);
    await scene.at(eta);
    await scene.execute(proposal);
    assert.ok(eta < frozenAt + freeze);
    const standing = await view<{ haltedAt: bigint; replacement: bigint }>(registry, "standingOf", version);
    assert.deepEqual([standing.haltedAt, standing.replacement], [eta, VERSIONS[5]]);
  });

  test("timelock delay voted to 0: notices stand", async () => {
    const { timelock } = scene;
    const shorter = await scene.propose(timelock, "updateDelay", 0n);
    await scene.vote(shorter, FOR, [0, 1, 2]);
    await scene.at(await scene.queue(shorter));
    await scene.execute(shorter);
    assert.equal(await view<bigint>(timelock, "getMinDelay"), 0n);
    const proposal = await retirement(VERSIONS[5]!);
    await scene.vote(proposal, FOR, [0, 1, 2]);
    await scene.queue(proposal);
    await scene.execute(proposal);
    assert.equal(await retiresAt(VERSIONS[5]!), (await latest()) + NOTICE);
  });
});
