import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { resolveHyperchains } from "../../src/tool/plugin/config/resolve.ts";
import { deployedGovernance } from "../../src/tool/plugin/tasks/running/deployed-governance.ts";
import type { HyperchainsGovernanceUserConfig } from "../../src/ecosystem/options/generated/user-config.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const [A, B, C]: readonly Hex[] = ["1", "2", "3"].map((digit): Hex => `0x${digit.repeat(40)}`);
const DAY = 86_400;
const governor = { holders: [A!, B!], votingDelaySeconds: DAY, votingPeriodSeconds: 14 * DAY, timelockDelaySeconds: DAY };
const council = { members: [C!, A!, B!], softSeconds: DAY / 2, freezeSeconds: 7 * DAY + DAY / 2 };

describe("governance of contracts on a network other than a devnet", () => {
  const deployed = (
    governance: HyperchainsGovernanceUserConfig | undefined,
    { account, retirementNotice }: { readonly account?: Hex; readonly retirementNotice?: number } = {},
  ) => deployedGovernance(resolveHyperchains({ governance }).governance, governance, { account, retirementNotice });

  test("is the deployer's or an account's where the option names none, with a week to react and 30 days' notice", () => {
    const plain = { council: undefined, governor: undefined, reactionSeconds: 604_800n, retirementNoticeSeconds: 2_592_000n };
    assert.deepEqual(deployed(undefined), { governance: undefined, ...plain });
    assert.deepEqual(deployed({}, { account: A! }), { governance: A, ...plain });
  });

  test("has the votes of the option, and a council whose freezes are added to what users have to react in", () => {
    const { governor: votes, council: freezing, ...times } = deployed({ governor, council });
    // By hand: 7 d and 7.5 d; 30 d and twice 7.5 d.
    assert.deepEqual(times, { governance: undefined, reactionSeconds: 1_252_800n, retirementNoticeSeconds: 3_888_000n });
    assert.deepEqual(votes, { ...governor, quorumPercent: 40, superQuorumPercent: 67 });
    // Ascending, and of three members two for a short freeze and three for all else: three in eight, three in four, rounded up.
    assert.deepEqual(freezing, {
      members: [A, B, C],
      ...{ soft: 2, hard: 3, softSeconds: 43_200n, freezeSeconds: 648_000n, cycleSeconds: 3_888_000n },
    });
    assert.equal(deployed({ council }, { retirementNotice: 60 * DAY }).council?.cycleSeconds, BigInt(60 * DAY));
  });

  test("takes neither accounts nor times from a devnet's defaults", () => {
    const { holders: _, ...unheld } = governor;
    assert.throws(() => deployed({ governor: unheld }), /governance\.governor has to name holders before/);
    assert.throws(() => deployed({ council: {} }), /governance\.council has to name members, softSeconds, freezeSeconds before/);
  });

  test("is one of the two, account or votes, and a notice longer than all freezes", () => {
    assert.throws(() => deployed({ governor }, { account: A! }), /--governance names 0x1+, and by .* votes decide; leave one/);
    assert.throws(
      () => deployed({ council }, { retirementNotice: council.freezeSeconds }),
      /--retirement-notice is 648000 s, and freezes last 648000 s/,
    );
  });
});
