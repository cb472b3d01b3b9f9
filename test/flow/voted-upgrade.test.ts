import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import { senderOn } from "../../src/ecosystem/client/sending/submit.ts";
import { readUpgrades, scheduleUpgrade } from "../../src/ecosystem/client/governing/upgrade.ts";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hyperchains } from "../../src/tool/plugin/api/hyperchains.ts";
import { nextGeneration } from "../../src/ground/protocol/protocol-version.ts";
import { openUnproven } from "../plugin/connection/support/open.ts";

const HEIR = "0x00000000000000000000000000000000000f02d1";
const governor = { votingDelaySeconds: 100, votingPeriodSeconds: 1_000, timelockDelaySeconds: 200 };
const times = { priorityOpWindowSeconds: 600, exitDelaySeconds: 3_600 };
/** Notice by hand: two windows and the exit delay. */
const NOTICE_SECONDS = 2n * 600n + 3_600n;
/** L1's newest block can be some seconds ahead of the chains' clocks. */
const MARGIN_SECONDS = 60n;

describe("an upgrade on a devnet where votes govern", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  before(async () => {
    connection = await openUnproven({ governance: { governor }, chains: { alpha: times, beta: times } });
    ({ hyperchains } = connection);
  });
  after(() => connection.close());

  const upgradesOf = (name: string) =>
    readUpgrades(hyperchains.info.chains.find((each) => each.name === name)!.hyperchain, hyperchains.l1.ethers.provider);
  const now = async (): Promise<bigint> => BigInt((await hyperchains.l1.ethers.provider.getBlock("latest"))!.timestamp);
  const withdraw = async (chain: string): Promise<void> => {
    const message = await hyperchains.withdraw({ chain, amount: 5n, to: HEIR });
    await message.delivered();
  };

  test("votes add a version and end the one before; a chain moves by its admin alone, and continues after the one before has ended", async () => {
    const { governance, l1 } = hyperchains;
    const { version: first } = await upgradesOf("alpha");
    const second = nextGeneration(first);
    const deployed = await l1.ethers.deployContract("NoProofVerifier");
    const content = { ...(await governance.contentOf(first)), verifier: lowerCaseAddress(await deployed.getAddress()) };
    const begun = await now();
    const done = await governance.pass([
      { type: "addVersion", version: second, content },
      { type: "retire", version: first },
    ]);
    assert.equal(done?.state, "executed");
    // Neither delay was left out: the ecosystem's time has moved over both.
    assert.ok((await now()) - begun >= BigInt(governor.votingDelaySeconds + governor.timelockDelaySeconds));
    for (const name of ["alpha", "beta"]) {
      const { next, version } = await upgradesOf(name);
      assert.deepEqual([version, next], [first, undefined], name);
    }
    await withdraw("alpha");

    const upgrades = await upgradesOf("alpha");
    const admin = createDevelopmentAccounts().wallet(ACCOUNT_NUMBERS.firstOperator).connect(l1.ethers.provider);
    assert.equal(upgrades.admin, lowerCaseAddress(admin.address));
    await scheduleUpgrade(upgrades, second, await senderOn(admin, { name: "l1", chainId: l1.chainId }));
    const { next, now: announcedAt } = await upgradesOf("alpha");
    assert.deepEqual([next?.version, next?.effectiveAt], [second, announcedAt + NOTICE_SECONDS]);
    await l1.networkHelpers.time.increaseTo(announcedAt + NOTICE_SECONDS + MARGIN_SECONDS);
    await hyperchains.relay();
    await hyperchains.settle();
    await withdraw("alpha");
    await withdraw("beta");
    assert.deepEqual([(await upgradesOf("alpha")).version, (await upgradesOf("beta")).version], [second, first]);
    assert.equal(await l1.ethers.provider.getBalance(HEIR), 15n);

    const { versions } = await governance.look();
    const { retiresAt } = versions.find(({ version }) => version === first)!;
    await l1.networkHelpers.time.increaseTo(retiresAt! + MARGIN_SECONDS);
    await hyperchains.relay();
    await withdraw("alpha");
    assert.equal(await l1.ethers.provider.getBalance(HEIR), 20n);
    assert.equal((await upgradesOf("beta")).next, undefined);
  });
});
