import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planDevnet, type DevnetChainOptions, type DevnetOptions } from "../../src/ecosystem/devnet/described/options.ts";

type Governance = DevnetOptions["governance"];

const options = (governance: Governance, chain: Partial<DevnetChainOptions> = {}): DevnetOptions => ({
  ...{ chains: [{ chainId: 271n, ...chain }], fundedAccounts: [], fundingWei: 0n, relayer: false },
  governance,
});
const refused = (given: DevnetOptions, message: RegExp): void =>
  assert.throws(() => planDevnet(given), { name: "DevnetOptionsError", message });
const addressOf = (number: number) => `0x${String(number).padStart(40, "0")}` as const;

describe("which accounts govern", () => {
  test("is an account without a council where nothing is said", () => {
    assert.deepEqual(planDevnet(options(undefined)).options.governance, {});
  });

  test("defaults to votes with delays of seconds, and a council of eight", () => {
    const { governor, council } = planDevnet(options({ governor: {}, council: {} })).options.governance;
    assert.deepEqual(governor, {
      votingDelaySeconds: 1,
      votingPeriodSeconds: 60,
      timelockDelaySeconds: 10,
      quorumPercent: 40,
      superQuorumPercent: 67,
    });
    assert.deepEqual(council, { freezeSeconds: 600 });
  });

  test("refuses votes whose two delays last as long as a freeze together with a council: they could halt nothing", () => {
    const given = (votingDelaySeconds: number): DevnetOptions =>
      options({ governor: { votingDelaySeconds, timelockDelaySeconds: 40 }, council: { freezeSeconds: 100 } });
    assert.doesNotThrow(() => planDevnet(given(59)));
    refused(given(60), /^governance\.governor: votingDelaySeconds and timelockDelaySeconds are 100 together.*lasts 100 at most/);
    assert.doesNotThrow(() => planDevnet(options({ governor: { votingDelaySeconds: 60, timelockDelaySeconds: 40 } })));
  });

  test("a super quorum below the quorum, thresholds that a council cannot reach, and soft freezes as long as all of them, are refused", () => {
    refused(
      options({ governor: { quorumPercent: 50, superQuorumPercent: 49 } }),
      /^governance\.governor\.superQuorumPercent must be at least quorumPercent \(50\); got 49/,
    );
    const members = [addressOf(1), addressOf(2)];
    refused(
      options({ council: { members, hardThreshold: 3 } }),
      /^governance\.council: .*hardThreshold 3, and there are 2 members/,
    );
    refused(options({ council: { softThreshold: 7 } }), /^governance\.council: softThreshold is 7, hardThreshold 6/);
    assert.doesNotThrow(() => planDevnet(options({ council: { softSeconds: 99, freezeSeconds: 100 } })));
    refused(
      options({ council: { softSeconds: 100, freezeSeconds: 100 } }),
      /^governance\.council: softSeconds is 100, .*must be less/,
    );
    refused(
      options({ council: { members: [addressOf(1), addressOf(1)] } }),
      /^governance\.council\.members must be 1 to 64 addresses/,
    );
    refused(options({ governor: { holders: [] } }), /^governance\.governor\.holders must be 1 to 64 addresses/);
  });

  test("a freeze is part of the least exit delay, and of no chain's that settles on a chain", () => {
    const times = { priorityOpWindowSeconds: 100, exitDelaySeconds: 201 };
    const council = (freezeSeconds: number): Governance => ({ council: { freezeSeconds } });
    assert.doesNotThrow(() => planDevnet(options(council(100), times)));
    refused(
      options(council(101), times),
      /^chains\[0\]\.exitDelaySeconds: 201 is not longer.*201, with 101 of a freeze on this L1/,
    );
    const x = { chainId: 4_294_967_567n, name: "x", settlesOn: "alpha", ...times };
    const both = options(council(101));
    assert.doesNotThrow(() => planDevnet({ ...both, chains: [{ chainId: 271n, name: "alpha" }, x] }));
    const standby = { accounts: [addressOf(7)], threshold: 1 };
    refused(
      options(council(100), { ...times, priorityOpWindowSeconds: 40, executionDelaySeconds: 51, standby }),
      /^chains\[0\]\.exitDelaySeconds: 201 is not longer than twice executionDelaySeconds with 100 of a freeze \(202\)/,
    );
  });

  test("is not said of contracts that were deployed before", () => {
    const deployed = {} as NonNullable<NonNullable<DevnetOptions["l1"]>["deployed"]>;
    const given = { ...options({ governor: {} }), l1: { url: "http://127.0.0.1:1", deployed } };
    refused(given, /^governance\.governor is of contracts that are deployed/);
  });
});
