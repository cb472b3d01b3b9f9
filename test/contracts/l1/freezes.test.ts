import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import type { Provider } from "ethers";
import { GovernanceBook } from "../../../src/ecosystem/client/governing/governance.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { assetMessage, claimOf } from "./support/assets.ts";
import { operationAt, type TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  deployEcosystem,
  hexAddress,
  PROTOCOL_VERSION,
  REACTION_SECONDS,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { CYCLE_SECONDS, deployFreezeScene, FREEZE_SECONDS, NEXT_VERSION, type FreezeScene } from "./support/freezes.ts";
import { lower, scheduleTerms, setNextBlock } from "./support/terms.ts";

const SUCCESS = { type: "priorityOp", success: true } as const;

describe("freezes of protocol versions", () => {
  let scene: FreezeScene;
  let ecosystem: Ecosystem;
  before(async () => {
    scene = await deployFreezeScene();
    ({ ecosystem } = scene);
  });
  after(() => ecosystem.l1.close());

  const left = () => view<bigint>(ecosystem.verifiers, "freezeLeft");
  const begun = async (chain: TestChain, content: Parameters<TestChain["form"]>[0] = {}) => {
    const formed = await chain.form(content);
    return { formed, ...(await chain.commit(formed)) };
  };
  /** Freezes until this second. */
  const freezeUntil = async (seconds = FREEZE_SECONDS): Promise<bigint> => {
    await scene.freeze([PROTOCOL_VERSION], seconds);
    return (await ecosystem.latestTimestamp()) + seconds;
  };

  test("stop commits, proofs and executions of governed chains of the version, until they end; no other version's", async () => {
    const [chain, other] = [await scene.create(), await scene.create({ protocolVersion: NEXT_VERSION })];
    const proven = await begun(chain);
    await chain.prove(proven.stored);
    const committed = await begun(chain);
    await scene.nextCycle();
    const until = await freezeUntil();
    const formed = await chain.form();
    const refusal = `VersionFrozen(${PROTOCOL_VERSION}, ${until}, ${(await ecosystem.latestTimestamp()) + 1n})`;
    await assertReverts(chain.commit(formed), refusal);
    await assertReverts(chain.prove(committed.stored), refusal);
    await assertReverts(chain.execute(proven.stored, proven.formed), refusal);
    await other.settle({ protocolVersion: NEXT_VERSION });
    await setNextBlock(ecosystem, until);
    await chain.execute(proven.stored, proven.formed);
    await chain.prove(committed.stored);
    await chain.execute(committed.stored, committed.formed);
  });

  test("stop the batch of a frozen version in a call that begins with another version's", async () => {
    const chain = await scene.create();
    await send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, NEXT_VERSION, 0n);
    const old = await begun(chain);
    await ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", chain.configuration.chainId));
    const upgraded = await begun(chain, { protocolVersion: NEXT_VERSION });
    await chain.prove(old.stored);
    await chain.prove(upgraded.stored);
    await scene.nextCycle();
    await scene.freeze([NEXT_VERSION]);
    await assertReverts(chain.executeAll([old, upgraded]), "VersionFrozen");
    await chain.executeAll([old]);
    await assertReverts(chain.executeAll([upgraded]), "VersionFrozen");
    await send(as(ecosystem.verifiers, scene.council), "unfreeze", NEXT_VERSION);
    await chain.executeAll([upgraded]);
  });

  test("claim, refund, exit, request and revert while frozen", async () => {
    const chain = await scene.create();
    const recipient = addressOf(0xf12);
    const message = assetMessage(ecosystem, { amount: 70n, recipient });
    const funding = await chain.request();
    const paid = await chain.settle({ canonicalTxHashes: [funding], logs: [SUCCESS, message] });
    await begun(chain);
    const overdue = await chain.request();
    assert.ok(overdue.length > 0);
    await scene.nextCycle();
    const until = await freezeUntil();
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, paid.formed, 1, message));
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(recipient), 70n);
    await chain.request();
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(1n)));
    await send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, NEXT_VERSION, 0n);
    await scheduleTerms(ecosystem, chain, { isGoverned: false });
    await send(chain.contract, "activateExit");
    assert.equal(await view(chain.contract, "exited"), true);
    await send(chain.contract, "refundOperation", await operationAt(chain, 1));
    await assertReverts(send(chain.contract, "refundOperation", await operationAt(chain, 1)), "DepositAlreadyRefunded");
    // All of it while the freeze lasted.
    assert.ok((await ecosystem.latestTimestamp()) < until);
  });

  test("do not hinder a chain from choosing the frozen version for a day after the freeze", async () => {
    const chain = await scene.create();
    await scene.nextCycle();
    await scene.freeze([NEXT_VERSION]);
    await send(ecosystem.settings, "scheduleUpgrade", chain.configuration.chainId, NEXT_VERSION, 0n);
    await ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", chain.configuration.chainId));
    await chain.settle({ protocolVersion: NEXT_VERSION });
  });

  test("spend the time of a cycle once for all versions that are named, and have it again a cycle after the last one's end", async () => {
    await scene.nextCycle();
    await scene.freeze([PROTOCOL_VERSION, NEXT_VERSION], 20n);
    assert.equal(await left(), 30n);
    await assertReverts(scene.freeze([PROTOCOL_VERSION], 31n), "FreezeTooLong(30, 31)");
    await assertReverts(scene.freeze([PROTOCOL_VERSION], 0n), "FreezeTooLong(30, 0)");
    await assertReverts(scene.freeze([]), "NothingToFreeze()");
    await scene.freeze([NEXT_VERSION], 30n);
    const end = (await ecosystem.latestTimestamp()) + 30n;
    await assertReverts(scene.freeze([NEXT_VERSION], 1n), "FreezeTooLong(0, 1)");
    await setNextBlock(ecosystem, end + CYCLE_SECONDS - 1n);
    await assertReverts(scene.freeze([NEXT_VERSION], 1n), "FreezeTooLong(0, 1)");
    await setNextBlock(ecosystem, end + CYCLE_SECONDS);
    await scene.freeze([NEXT_VERSION], FREEZE_SECONDS);
  });

  test("freeze at the end of one cycle and the start of the next: never more in a cycle than its time", async () => {
    await scene.nextCycle();
    await scene.freeze([PROTOCOL_VERSION], 1n);
    const first = await ecosystem.latestTimestamp();
    // The rest, as late as possible: from then on the cycle restarts.
    await setNextBlock(ecosystem, first + CYCLE_SECONDS - 1n);
    await scene.freeze([PROTOCOL_VERSION], 49n);
    const end = (await ecosystem.latestTimestamp()) + 49n;
    await setNextBlock(ecosystem, end + CYCLE_SECONDS - 1n);
    await assertReverts(scene.freeze([PROTOCOL_VERSION], 1n), "FreezeTooLong(0, 1)");
  });

  test("end early by the council's word, which gives no time back", async () => {
    const chain = await scene.create();
    await scene.nextCycle();
    await scene.freeze([PROTOCOL_VERSION]);
    await send(as(ecosystem.verifiers, scene.council), "unfreeze", PROTOCOL_VERSION);
    await chain.settle();
    assert.equal(await left(), 0n);
    await assertReverts(
      send(as(ecosystem.verifiers, scene.council), "unfreeze", PROTOCOL_VERSION),
      `VersionNotFrozen(${PROTOCOL_VERSION})`,
    );
  });

  test("freeze while an operation is overdue: exit opens normally, live chain survives", async () => {
    const chain = await scene.create({ exitDelay: 151n });
    await scene.nextCycle();
    const overdue = await chain.request();
    const opens = await view<bigint>(chain.contract, "exitOpensAt");
    // The council freezes as long as it can, from the moment on in which the batch that left the operation out is refused.
    await setNextBlock(ecosystem, opens - 151n);
    await freezeUntil();
    assert.equal(await view<bigint>(chain.contract, "exitOpensAt"), opens);
    await setNextBlock(ecosystem, (await ecosystem.latestTimestamp()) + FREEZE_SECONDS);
    const deadline = opens - 151n - chain.configuration.priorityOpWindow;
    const formed = await chain.form({ canonicalTxHashes: [overdue], logs: [SUCCESS], timestamp: deadline });
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    await assertReverts(send(chain.contract, "activateExit"), "ExitNotOpen");
    await chain.execute(stored, formed);
  });

  test("are the council's alone, and of versions that there are", async () => {
    const { verifiers } = ecosystem;
    const refusal = `OnlyCouncil(${lower(scene.council.address)}, ${lower(ecosystem.accounts[0]!.address)})`;
    await assertReverts(send(verifiers, "freeze", [PROTOCOL_VERSION], 1n), refusal);
    await assertReverts(send(verifiers, "unfreeze", PROTOCOL_VERSION), refusal);
    await assertReverts(send(verifiers, "approveHalt", PROTOCOL_VERSION, 0n), refusal);
    await scene.nextCycle();
    await assertReverts(scene.freeze([PROTOCOL_VERSION, 77n], 1n), "UnknownProtocolVersion(77)");
  });

  test("pass to another council with the notice of a retirement; anyone has it take over", async () => {
    const { verifiers, accounts } = ecosystem;
    const next = accounts[7]!;
    await assertReverts(send(verifiers, "changeCouncil"), "NoCouncilScheduled()");
    const stranger = as(verifiers, next);
    const onlyGovernance = `OnlyGovernance(${lower(accounts[0]!.address)}, ${lower(next.address)})`;
    await assertReverts(send(stranger, "scheduleCouncil", next.address), onlyGovernance);
    const book = new GovernanceBook(await hexAddress(verifiers));
    const told = async () => (await book.look(ecosystem.l1.ethers.provider as unknown as Provider)).nextCouncil;
    assert.equal(await told(), undefined);
    await send(verifiers, "scheduleCouncil", next.address);
    const effectiveAt = (await ecosystem.latestTimestamp()) + (await view<bigint>(verifiers, "retirementNotice"));
    assert.deepEqual(await told(), { address: lower(next.address), effectiveAt });
    await setNextBlock(ecosystem, effectiveAt - 1n);
    await assertReverts(send(stranger, "changeCouncil"), `CouncilTooEarly(${effectiveAt}, ${effectiveAt - 1n})`);
    await setNextBlock(ecosystem, effectiveAt);
    await send(stranger, "changeCouncil");
    assert.equal(await told(), undefined);
    await assertReverts(scene.freeze([PROTOCOL_VERSION], 1n), "OnlyCouncil");
    await send(stranger, "freeze", [PROTOCOL_VERSION], 1n);
    await send(verifiers, "scheduleCouncil", scene.council.address);
    await ecosystem.increaseTime(await view<bigint>(verifiers, "retirementNotice"));
    await send(verifiers, "changeCouncil");
  });
});

test("no registry has a cycle that is shorter than its freezes or a notice", async () => {
  const l1 = await startLocalL1();
  try {
    const deploy = (time: bigint, cycle: bigint) =>
      l1.deploy("VerifierRegistry", [addressOf(1), addressOf(2), 100n, time, cycle]);
    await assertReverts(deploy(10n, 99n), "FreezeOutOfRange(10, 99, 100)");
    await assertReverts(deploy(100n, 100n), "FreezeOutOfRange(100, 100, 100)");
    for (const [time, cycle] of [
      [99n, 100n],
      [0n, 0n],
    ] as const)
      await deploy(time, cycle);
  } finally {
    await l1.close();
  }
});

test("no factory leaves less time to decide than may be frozen", async () => {
  const l1 = await startLocalL1();
  try {
    const freezes = { council: addressOf(2), freezeTime: REACTION_SECONDS + 1n, freezeCycle: CYCLE_SECONDS };
    await assertReverts(
      deployEcosystem(0n, async () => l1, 0n, freezes),
      `ReactionTimeTooShort(${REACTION_SECONDS + 1n}, ${REACTION_SECONDS})`,
    );
  } finally {
    await l1.close();
  }
});
