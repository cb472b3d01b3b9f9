import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { GovernanceInfo } from "../../src/ecosystem/devnet/view/governing/governance-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { versionInWords } from "../../src/ground/protocol/protocol-version.ts";
import { createWorkplace, type SpawnedEcosystem, type TaskResult } from "./support/run-task.ts";

const GOVERNOR = { votingDelaySeconds: 1_000, votingPeriodSeconds: 5_000, timelockDelaySeconds: 2_000 };
const COUNCIL = { freezeSeconds: 4_000 };
const WINDOW = { priorityOpWindowSeconds: 600, exitDelaySeconds: 10_000 };
/** Notice, calculated by hand: two windows, the exit delay, and a freeze's time to react. */
const NOTICE_SECONDS = 1_200 + 10_000 + 4_000;
/** The protocol's first version, where nothing is proven, and one of the same format that the registry does not have. */
const [FIRST, OTHER] = [0x8000_0002, 0x8000_0502];
const wallet = (number: number) => createDevelopmentAccounts().wallet(number);
const account = (number: number): Hex => lowerCaseAddress(wallet(number).address);
/** The first chain's operator and admin. */
const ADMIN = 20;

interface Shown extends GovernanceInfo {
  readonly proposal?: string;
  readonly transactionHash?: string;
}
interface Terms {
  readonly terms: {
    readonly standby: { readonly threshold: string; readonly validators: readonly string[] };
    readonly isGoverned: boolean;
    readonly requiresSecondCheck: boolean;
  };
  readonly next: { readonly effectiveAt: string; readonly terms: Terms["terms"] } | null;
  readonly now: string;
}

describe("hyperchain:governance and hyperchain:terms where votes govern", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;
  before(async () => {
    const config = { governance: { governor: GOVERNOR, council: COUNCIL }, chains: { alpha: WINDOW } };
    ecosystem = await workplace.spawn(["--proofs", "none", "--batch-ms", "0", "--no-relayer"], { config });
  });
  after(() => workplace.close());

  const ran = async <T>(...args: readonly string[]): Promise<T> => {
    const { code, stdout, stderr }: TaskResult = await workplace.run([...args, "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as T;
  };
  const governance = (...args: readonly string[]) => ran<Shown>("hyperchain:governance", "alpha", ...args);
  const terms = (...args: readonly string[]) => ran<Terms>("hyperchain:terms", "alpha", ...args);
  const refused = async (pattern: RegExp, task: string, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await workplace.run([`hyperchain:${task}`, "alpha", ...args]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, pattern);
  };
  const l1 = async (method: string, ...params: readonly unknown[]): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    await fetch(ecosystem.info.l1.url, { method: "POST", headers: { "content-type": "application/json" }, body });
  };
  const wait = async (seconds: number): Promise<void> => {
    await l1("evm_increaseTime", seconds);
    await l1("evm_mine");
  };

  test("shows the governing accounts, the council and the versions' status, as text and as JSON, and the node returns the same", async () => {
    const { stdout, code, stderr } = await workplace.run(["hyperchain:governance", "alpha"]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /governed by votes of 0x[0-9a-f]{40}, counted by 0x[0-9a-f]{40}, through the timelock 0x[0-9a-f]{40}: a vote begins 1000 s after its proposal, lasts 5000 s, and what was decided waits 2000 s; 40 % of all votes decide, and 67 % in favour end the vote at once/,
    );
    assert.match(
      stdout,
      /the council 0x[0-9a-f]{40} freezes versions by 6 of 8 signatures: 4000 s of freezes are left, of which 3 signatures can have 2000 s/,
    );
    assert.match(stdout, /^version 2147483650 \(2\^31 \+ 2: nothing is proven\): stands$/m);
    const { now: _, ...shown } = await governance();
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "hyperchain_governance", params: ["alpha"] });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(ecosystem.info.chains[0]!.url, { method: "POST", headers, body });
    const { result } = (await answer.json()) as { readonly result: GovernanceInfo };
    const { now: __, ...told } = result;
    assert.deepEqual(shown, told);
    assert.deepEqual(told.votes?.proposals, []);
  });

  test("an act is proposed, voted on, queued and executed, each by a command that tells the proposal as it stands then", async () => {
    await refused(
      /l1 refuses it with GovernorInsufficientProposerVotes/i,
      "governance",
      "--retire",
      String(FIRST),
      "--from",
      "7",
    );
    const { proposal = "" } = await governance("--retire", String(FIRST), "--description", "old", "--from", "1");
    const standing = async () => (await governance()).votes!.proposals.find(({ id }) => id === proposal)!;
    const created = await standing();
    assert.deepEqual(
      [created.state, created.acts, created.description, created.proposer],
      ["pending", [`ends version ${versionInWords(FIRST)}, with the registry's notice`], "old", account(1)],
    );
    await wait(GOVERNOR.votingDelaySeconds + 1);
    const short = proposal.slice(0, 12);
    await governance("--vote", short, "--from", "1");
    await governance("--vote", short, "--support", "against", "--from", "2");
    const { stdout } = await workplace.run(["hyperchain:governance", "alpha"]);
    assert.match(
      stdout,
      /proposal \d+ ends version .* \("old"\): votes are cast until \S+Z; for 1000000, against 1000000, abstain 0/,
    );
    await governance("--vote", proposal, "--from", "3");
    await governance("--vote", proposal, "--from", "4");
    // Three quarters in favour are a super quorum: the vote has ended.
    assert.equal((await standing()).state, "succeeded");
    assert.ok((await governance("--queue", proposal, "--from", "7")).transactionHash !== undefined);
    await wait(GOVERNOR.timelockDelaySeconds + 1);
    const { versions, retirementNoticeSeconds, now } = await governance("--execute", proposal, "--from", "7");
    assert.equal((await standing()).state, "executed");
    const { retiresAt } = versions.find(({ version }) => version === FIRST)!;
    assert.equal(retiresAt, now + retirementNoticeSeconds);
  });

  test("says what to do where it cannot", async () => {
    await refused(/--vote and --queue exclude each other/, "governance", "--vote", "1", "--queue", "1");
    await refused(/--vote and --retire exclude each other/, "governance", "--vote", "1", "--retire", "2");
    await refused(/--verifier belongs to --add/, "governance", "--verifier", account(0));
    await refused(/--add \d+ needs --verifier/, "governance", "--add", String(OTHER), "--from", "1");
    await refused(/--description belongs to what is proposed/, "governance", "--description", "why");
    await refused(/'77' does not name exactly one proposal; there are \d+/, "governance", "--vote", "77");
    await refused(/--support is against, for, abstain; got 'maybe'/, "governance", "--vote", "", "--support", "maybe");
    await refused(/--calldata is 0x and two hex digits/, "governance", "--call", account(0), "--calldata", "me", "--from", "1");
    await refused(/waits for no other terms, so there is nothing to withdraw/, "terms", "--withdraw");
    await refused(/--governed is yes or no; got 'maybe'/, "terms", "--governed", "maybe");
    await refused(/--withdraw withdraws pending terms/, "terms", "--withdraw", "--governed", "no");
  });

  test("hyperchain:upgrade says which act to propose for a version that the votes have not added", async () => {
    const verifier = ecosystem.info.l1.contracts.verifier!;
    const act = new RegExp(
      `hyperchain:governance alpha --add ${OTHER} --verifier ${verifier} --from <holder>.*--to ${OTHER}`,
      "s",
    );
    await refused(act, "upgrade", "--to", String(OTHER), "--verifier", verifier);
    const { proposal } = await governance("--add", String(OTHER), "--verifier", verifier, "--from", "2");
    const { acts } = (await governance()).votes!.proposals[0]!;
    assert.ok(proposal !== undefined);
    assert.deepEqual(acts, [`adds version ${versionInWords(OTHER)} with the verifier ${verifier}`]);
  });

  test("terms are shown, announced with the chain's notice, and withdrawn by its admin", async () => {
    const before = await terms();
    assert.deepEqual([before.terms.isGoverned, before.next], [true, null]);
    await refused(/only the admin of chain 271 may do this/, "terms", "--governed", "no", "--from", "3");
    const standby = `${account(5)},${account(6)}`;
    const { next, now } = await terms("--governed", "no", "--standby", standby, "--standby-threshold", "1");
    assert.equal(Number(next?.effectiveAt), Number(now) + NOTICE_SECONDS);
    assert.equal(next?.terms.isGoverned, false);
    assert.deepEqual(next?.terms.standby.threshold, "1");
    assert.deepEqual(next?.terms.standby.validators.toSorted(), [account(5), account(6)].toSorted());
    await refused(/waits for other terms already: withdraw them with --withdraw/, "terms", "--governed", "yes");
    const { stdout } = await workplace.run(["hyperchain:terms", "alpha"]);
    assert.match(stdout, /standby +none\n[^]*until then --withdraw takes them back:\n[^]*governed +no: no retirement/);
    assert.equal((await terms("--withdraw")).next, null);
    const { next: checked } = await terms("--second-check", "yes");
    assert.equal(checked?.terms.requiresSecondCheck, true);
    assert.equal((await terms("--withdraw")).next, null);
  });

  test("both work from L1 alone, by the chain's contract and an account's key", async () => {
    const { l1: layer, chains } = ecosystem.info;
    const alone = [chains[0]!.hyperchain, "--settlement-url", layer.url] as const;
    const { votes, council } = await ran<Shown>("hyperchain:governance", ...alone);
    assert.deepEqual([votes?.proposals.length, council?.members.length], [2, 8]);
    const environment = { HYPERCHAIN_PRIVATE_KEY: wallet(ADMIN).privateKey };
    const announced = await workplace.run(["hyperchain:terms", ...alone, "--takes-replacements", "yes", "--json"], {
      environment,
    });
    assert.equal(announced.code, 0, announced.stderr);
    assert.notEqual((JSON.parse(announced.stdout) as Terms).next, null);
  });
});
