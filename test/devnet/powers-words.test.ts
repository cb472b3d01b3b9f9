import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChainPowersInfo } from "../../src/ecosystem/devnet/view/governing/chain-powers.ts";
import type { GovernanceInfo } from "../../src/ecosystem/devnet/view/governing/governance-info.ts";
import { governedBy } from "../../src/ecosystem/devnet/view/governing/governance-words.ts";
import { announcedOf, powersOver } from "../../src/ecosystem/devnet/view/governing/powers-words.ts";

const [ADMIN, GOVERNANCE, COUNCIL] = [`0x${"a1".repeat(20)}`, `0x${"60".repeat(20)}`, `0x${"c0".repeat(20)}`] as const;
/** 2026-01-01T00:00:00Z. */
const NOW = 1_767_225_600;

test("names the next council, and says that a due one takes office after any account's call", () => {
  const said = (nextCouncil: GovernanceInfo["nextCouncil"]) => {
    const info = { registry: COUNCIL, governance: GOVERNANCE, retirementNoticeSeconds: 999, versions: [], now: NOW };
    return governedBy({ ...info, nextCouncil } as GovernanceInfo).slice(2);
  };
  assert.deepEqual(said(undefined), []);
  const later = { address: COUNCIL, effectiveAt: NOW + 1 } as const;
  assert.deepEqual(said(later), [`${COUNCIL} becomes the council from 2026-01-01T00:00:01.000Z on, by a call of anyone`]);
  assert.deepEqual(said({ ...later, effectiveAt: NOW }), [`${COUNCIL} becomes the council at once, by a call of anyone`]);
  assert.deepEqual(said({ effectiveAt: NOW }), ["no council follows the present one, at once, by a call of anyone"]);
});

const known: ChainPowersInfo = {
  ...{ name: "alpha", chainId: 271, admin: ADMIN, governance: GOVERNANCE, now: NOW, announced: [] },
  ...{ noticeSeconds: 777, reactionSeconds: 55, retirementNoticeSeconds: 999, isGoverned: true, takesReplacements: false },
};

test("says what each account can change, and how soon", () => {
  const [byAdmin, byGovernance, ...more] = powersOver(known);
  assert.match(byAdmin!, new RegExp(`admin ${ADMIN} .* notice of 777 s, which leaves users 55 s to decide`));
  assert.match(byGovernance!, new RegExp(`governance ${GOVERNANCE} ends its version, with a notice of 999 s`));
  assert.deepEqual(more, []);
  const frozen = { ...known, council: COUNCIL, freezeSeconds: 33 };
  assert.match(powersOver(frozen)[2]!, new RegExp(`council ${COUNCIL} freezes its version at once, for 33 s in all`));
  assert.equal(powersOver(frozen).length, 3);
  assert.match(powersOver({ ...frozen, takesReplacements: true })[3]!, /no time to leave before/);
  assert.match(powersOver({ ...known, reactionSeconds: 0 })[0]!, /leaves users no time to decide/);
});

test("says in hours or days what are many seconds", () => {
  const said = (noticeSeconds: number): string => powersOver({ ...known, noticeSeconds })[0]!;
  assert.match(said(7_199), /a notice of 7199 s, /);
  assert.match(said(93_600), /a notice of 93600 s \(26 h\), /);
  assert.match(said(94_200), /a notice of 94200 s \(about 26 h\), /);
  assert.match(said(20_736_000), /a notice of 20736000 s \(240 d\), /);
});

test("says of a chain that has left that nothing which is said of versions reaches it", () => {
  const said = powersOver({ ...known, isGoverned: false, council: COUNCIL, freezeSeconds: 33 });
  assert.equal(said.length, 2);
  assert.match(said[1]!, /no retirement, freeze or halt .* reaches it/);
});

test("names the last second to leave, and that it is past where it is", () => {
  const announced = [
    { version: 5, effectiveAt: NOW + 86_400, lastToLeave: NOW + 3_600 },
    { terms: ["quorum", "isGoverned"], effectiveAt: NOW + 60, lastToLeave: NOW - 1 },
    { version: 4, effectiveAt: NOW, lastToLeave: NOW - 3_600 },
  ];
  assert.deepEqual(announcedOf({ ...known, announced, stopsAt: NOW + 2 * 86_400 }, "L1"), [
    "from 2026-01-02T00:00:00.000Z of L1's time on: version 5; to be out before, ask the queue for a withdrawal by 2026-01-01T01:00:00.000Z",
    "from 2026-01-01T00:01:00.000Z of L1's time on: another set of validators and another rule on governance; to be out before, one had to ask the queue for a withdrawal by 2025-12-31T23:59:59.000Z",
    "in effect: version 4; to be out before, one had to ask the queue for a withdrawal by 2025-12-31T23:00:00.000Z",
    "its version ends at 2026-01-03T00:00:00.000Z; without another version it then pauses, and its exit opens",
  ]);
  assert.deepEqual(announcedOf(known, "L1"), []);
});
