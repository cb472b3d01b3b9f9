import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { callInWords, callOfAct } from "../../../src/ecosystem/client/governing/registry-acts.ts";
import { createDevelopmentAccounts, lowerCaseAddress } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Governance } from "../../../src/tool/plugin/api/governance.ts";
import type { Hyperchains } from "../../../src/tool/plugin/api/hyperchains.ts";
import { nextGeneration, versionInWords } from "../../../src/ground/protocol/protocol-version.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { openUnproven } from "./support/open.ts";

const governor = { votingDelaySeconds: 30, votingPeriodSeconds: 400, timelockDelaySeconds: 60, quorumPercent: 40 };
const council = { freezeSeconds: 1_000, softSeconds: 300 };
const WINDOW = { priorityOpWindowSeconds: 3_600, exitDelaySeconds: 86_400 };
/** Notice, calculated by hand: two windows, the exit delay, and a freeze's time to react. */
const NOTICE_SECONDS = 2n * 3_600n + 86_400n + 1_000n;
/** A million tokens. */
const VOTES_EACH = 10n ** 24n;
const account = (number: number): Hex => lowerCaseAddress(createDevelopmentAccounts().wallet(number).address);
const [ALICE, HEIR, OUTSIDER] = [account(1), account(5), account(8)];
const named = (code: string) => ({ name: "ClientError", code });
const refusedWith = (error: string) => (thrown: { readonly details?: { readonly error?: unknown } }) => {
  assert.equal(thrown.details?.error, error);
  return true;
};

describe("hyperchains.governance where votes govern, with a council", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  let governance: Governance;
  let first: bigint;
  let second: bigint;
  before(async () => {
    connection = await openUnproven({ governance: { governor, council }, chains: { alpha: WINDOW } });
    ({ hyperchains } = connection);
    ({ governance } = hyperchains);
    const known = await governance.look();
    first = known.versions[0]!.version;
    second = nextGeneration(first);
  });
  after(() => connection.close());

  const moveTo = (time: bigint) => hyperchains.l1.networkHelpers.time.increaseTo(time);
  const stateOf = async (proposal: bigint) => (await governance.look()).votes?.proposals.find(({ id }) => id === proposal);
  const standingOf = async (version: bigint) =>
    (await governance.look()).versions.find((standing) => standing.version === version);
  /** Accepts what any proof says: batches here are not proven either. */
  const another = async (): Promise<Hex> => {
    const deployed = await hyperchains.l1.ethers.deployContract("NoProofVerifier");
    return lowerCaseAddress(await deployed.getAddress());
  };

  test("tells governor, timelock, council, the versions' standing and the terms of the vote", async () => {
    const { votes, governance: timelock, council: freezing, versions, retirementNoticeSeconds } = await governance.look();
    assert.deepEqual(
      [votes?.votingDelaySeconds, votes?.votingPeriodSeconds, votes?.timelockDelaySeconds, votes?.quorumPercent],
      [30n, 400n, 60n, 40n],
    );
    assert.equal(votes?.superQuorumPercent, 67n);
    assert.notEqual(votes.governor, timelock);
    assert.deepEqual(freezing?.members.toSorted(), Array.from({ length: 8 }, (_, i) => account(10 + i)).toSorted());
    assert.deepEqual(
      [freezing?.soft, freezing?.hard, freezing?.softSeconds, freezing?.freezeLeftSeconds],
      [3n, 6n, 300n, 1_000n],
    );
    assert.ok(versions.every(({ retiresAt, frozenUntil, haltedAt }) => !retiresAt && !frozenUntil && !haltedAt));
    // By hand: 240 days and twice a freeze.
    assert.equal(retirementNoticeSeconds, 20_736_000n + 2_000n);
  });

  test("propose, vote, queue and execute are a step each, and refuse where it is not their time", async () => {
    const content = { ...(await governance.contentOf(first)), verifier: await another() };
    const act = { type: "addVersion", version: second, content } as const;
    await assert.rejects(governance.propose(act, { from: OUTSIDER }), refusedWith("GovernorInsufficientProposerVotes"));
    const proposal = await governance.propose(act, { description: "a second version" });
    const created = (await stateOf(proposal))!;
    assert.deepEqual(
      [created.state, created.proposer, created.description, created.votesUntil - created.votesFrom],
      ["pending", ALICE, "a second version", 400n],
    );
    const { verifiers } = await governance.look();
    assert.deepEqual(
      created.calls.map((call) => callInWords(verifiers, call)),
      [`adds version ${versionInWords(second)} with the verifier ${content.verifier}`],
    );
    await assert.rejects(governance.vote(proposal), refusedWith("GovernorUnexpectedProposalState"));
    await moveTo(created.votesFrom + 1n);
    await governance.vote(proposal, "for", { from: account(1) });
    await governance.vote(proposal, "against", { from: account(2) });
    await governance.vote(proposal, "abstain", { from: account(3) });
    await assert.rejects(governance.vote(proposal, "for", { from: account(1) }), refusedWith("GovernorAlreadyCastVote"));
    const { votes, state } = (await stateOf(proposal))!;
    assert.deepEqual([state, votes], ["active", { for: VOTES_EACH, against: VOTES_EACH, abstain: VOTES_EACH }]);
    await assert.rejects(governance.queue(proposal), refusedWith("GovernorUnexpectedProposalState"));
    await governance.vote(proposal, "for", { from: account(4) });
    await moveTo(created.votesUntil + 1n);
    await governance.queue(proposal);
    const { executableFrom, state: waiting } = (await stateOf(proposal))!;
    assert.equal(waiting, "queued");
    await assert.rejects(governance.execute(proposal), refusedWith("TimelockUnexpectedOperationState"));
    await moveTo(executableFrom!);
    await governance.execute(proposal, { from: OUTSIDER });
    assert.equal((await stateOf(proposal))?.state, "executed");
    assert.deepEqual(await governance.contentOf(second), content);
    await assert.rejects(governance.vote(1n), named("Refused"));
    await assert.rejects(governance.execute(1n), named("UnknownProposal"));
  });

  test("pass does all of it; too few votes lose", async () => {
    const lost = governance.pass({ type: "retire", version: first }, { voters: [account(1)], description: "alone" });
    await assert.rejects(lost, named("VoteLost"));
    assert.equal((await standingOf(first))?.retiresAt, undefined);
    const done = await governance.pass({ type: "retire", version: first });
    // Three quarters of all votes end it: the fourth holder was not asked.
    assert.deepEqual([done?.state, done?.votes.for], ["executed", 3n * VOTES_EACH]);
    const { retiresAt } = (await standingOf(first))!;
    const { now, retirementNoticeSeconds } = await governance.look();
    assert.equal(retiresAt, now + retirementNoticeSeconds);
  });

  test("any call can be voted on: of the timelock's own delay, which then is another", async () => {
    const { governance: timelock } = await governance.look();
    const data = new Interface(["function updateDelay(uint256)"]).encodeFunctionData("updateDelay", [5n]) as Hex;
    const done = await governance.pass({ to: timelock, data });
    const { verifiers, votes } = await governance.look();
    assert.equal(votes?.timelockDelaySeconds, 5n);
    assert.equal(callInWords(verifiers, done!.calls[0]!), `calls ${timelock}: updateDelay(5)`);
    const paid = { to: verifiers, value: 7n, data: callOfAct(verifiers, { type: "retire", version: second }).data };
    assert.match(callInWords(verifiers, paid), /^calls 0x[0-9a-f]{40}: 0x[0-9a-f]+, with 7 wei$/);
  });

  test("the council freezes, ends a freeze and agrees to a halt, which votes then make within it", async () => {
    const few = [account(10), account(11)];
    await assert.rejects(governance.council.softFreeze([second], 100n, { signers: few }), refusedWith("TooFewCouncilSignatures"));
    await governance.council.softFreeze([second], 100n);
    assert.equal((await governance.look()).council?.softLeftSeconds, 200n);
    assert.ok((await standingOf(second))?.frozenUntil !== undefined);
    await governance.council.unfreeze(second);
    assert.equal((await standingOf(second))?.frozenUntil, undefined);
    await governance.council.freeze([second], 800n);
    const halt = { type: "halt", version: second, replacement: 0n } as const;
    await assert.rejects(governance.pass(halt, { description: "without the council" }), refusedWith("HaltNotApproved"));
    await governance.council.approveHalt(second);
    await governance.pass(halt);
    const { haltedAt, replacement, frozenUntil } = (await standingOf(second))!;
    assert.ok(haltedAt !== undefined && frozenUntil !== undefined && replacement === undefined);
  });

  test("terms of a chain are announced with its notice and withdrawn; its admin passes it on in two steps", async () => {
    const { terms, admin, noticeSeconds, next, epoch } = await governance.terms("alpha");
    assert.deepEqual([noticeSeconds, next, epoch, terms.isGoverned], [NOTICE_SECONDS, undefined, 0n, true]);
    const standby = { threshold: 2n, validators: [HEIR, OUTSIDER, ALICE] };
    const announced = await governance.announceTerms("alpha", { isGoverned: false, standby });
    assert.deepEqual(
      [announced.next?.effectiveAt, announced.next?.terms.isGoverned, announced.next?.terms.quorum],
      [announced.now + NOTICE_SECONDS, false, terms.quorum],
    );
    const ascending = standby.validators.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    assert.deepEqual(announced.next?.terms.standby, { threshold: 2n, validators: ascending });
    assert.equal((await governance.withdrawTerms("alpha")).next, undefined);
    await assert.rejects(governance.acceptAdmin("alpha", HEIR), named("Refused"));
    await governance.offerAdmin("alpha", HEIR);
    assert.equal((await governance.terms("alpha")).admin, admin);
    await governance.acceptAdmin("alpha", HEIR);
    assert.equal((await governance.terms("alpha")).admin, HEIR);
    // Signed by the present admin: the one before is refused.
    await governance.announceTerms("alpha", { takesReplacements: true });
    assert.equal((await governance.withdrawTerms("alpha")).terms.takesReplacements, false);
  });
});

describe("hyperchains.governance where an account governs", () => {
  test("pass acts as that account, at once; there is nothing to propose, and no council", async () => {
    const connection = await openUnproven({ chains: { alpha: {} } });
    try {
      const { governance } = connection.hyperchains;
      const { governance: governing, votes, council: none, versions } = await governance.look();
      assert.deepEqual([governing, votes, none], [account(0), undefined, undefined]);
      const { version } = versions[0]!;
      await assert.rejects(governance.propose({ type: "retire", version }), named("NoVotes"));
      await assert.rejects(governance.council.unfreeze(version), named("NoCouncil"));
      assert.equal(await governance.pass({ type: "retire", version }), undefined);
      const { versions: after, now, retirementNoticeSeconds } = await governance.look();
      assert.equal(after[0]?.retiresAt, now + retirementNoticeSeconds);
    } finally {
      await connection.close();
    }
  });
});
