import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type BaseContract, concat, keccak256, toUtf8Bytes } from "ethers";
import { noProofVersionOf } from "../../../src/ground/protocol/no-proof.ts";
import { addExecutionVersion } from "../l1/support/aggregates.ts";
import { assertReverts } from "../l1/support/errors.ts";
import {
  deployEcosystem,
  eventsOf,
  furtherVersion,
  NO_EXECUTION_PROOFS,
  PROTOCOL_VERSION,
  provenVersion,
  send,
  view,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { deployFreezeScene } from "../l1/support/freezes.ts";
import { createWithoutQuorum, settleNext } from "../l1/support/settlements.ts";
import { type LocalL1, startLocalL1 } from "../../support/l1.ts";

const [PROVEN, MARKED] = [PROTOCOL_VERSION, noProofVersionOf(PROTOCOL_VERSION)];
/** Number in a record whose batch is not proven: the batch's number + 1, as for every batch of an unproven run. */
const NOT_PROVEN = (number: bigint): bigint => number + 1n;

/** Adds a version that proves no execution, with the genesis and contracts of the first one. */
async function addVersion({ verifiers }: Ecosystem, first: bigint, added: bigint): Promise<void> {
  const content = await view<{ toObject(): object }>(verifiers, "contentOf", first);
  await send(verifiers, "addVersion", added, { ...content.toObject(), ...NO_EXECUTION_PROOFS });
}

describe("markers, which any account can make", () => {
  describe("where L1 checks proofs", () => {
    let ecosystem: Ecosystem;
    before(async () => {
      ecosystem = await deployEcosystem();
    });
    after(() => ecosystem.l1.close());

    test("a proven chain upgraded to a marker version: the registry accepts no such version", async () => {
      for (const marked of [MARKED, noProofVersionOf(furtherVersion(3)), noProofVersionOf(1n)])
        await assertReverts(addVersion(ecosystem, PROVEN, marked), `ProofsMismatch(${PROVEN}, ${marked})`);
    });

    test("bit 31 with the real verifier: the number decides, not the contract", async () => {
      await assertReverts(addExecutionVersion(ecosystem, MARKED), `ProofsMismatch(${PROVEN}, ${MARKED})`);
      await addVersion(ecosystem, PROVEN, furtherVersion(1));
    });
  });

  describe("where L1 checks markers", () => {
    let ecosystem: Ecosystem;
    before(async () => {
      ecosystem = await deployEcosystem(0n, undefined, 0n, { firstVersion: MARKED });
    });
    after(() => ecosystem.l1.close());

    test("the reverse: the registry accepts no proven version", async () => {
      await assertReverts(addVersion(ecosystem, MARKED, PROVEN), `ProofsMismatch(${MARKED}, ${PROVEN})`);
    });

    test("a record's provenSince counts no marker, neither of a new chain nor behind an upgrade", async () => {
      const [, settler] = ecosystem.accounts;
      const first = await addExecutionVersion(ecosystem, noProofVersionOf(provenVersion(1)));
      const next = await addExecutionVersion(ecosystem, noProofVersionOf(provenVersion(2)));
      const chain = await createWithoutQuorum(ecosystem, first, 301n);
      const provenSince = async (content: object = {}): Promise<readonly bigint[]> => {
        const { receipt, stored } = await settleNext(chain, settler!, content);
        const [event] = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
        const { record } = event!.args as unknown as { record: { provenSince: bigint } };
        return [stored.batchNumber, record.provenSince];
      };
      assert.deepEqual(await provenSince(), [0n, NOT_PROVEN(0n)]);
      await send(ecosystem.settings, "scheduleUpgrade", 301n, next.version, 0n);
      await ecosystem.increaseTime(await view<bigint>(ecosystem.settings, "upgradeNotice", 301n));
      const second = await ecosystem.latestTimestamp();
      const upgraded = { protocolVersion: next.version, firstTimestamp: second, lastTimestamp: second };
      assert.deepEqual(await provenSince(upgraded), [1n, NOT_PROVEN(1n)]);
    });
  });

  describe("the aggregator's", () => {
    const statement = {
      batchCount: 2n,
      digest: `0x${"05".repeat(32)}`,
      point: `0x${"06".repeat(20)}`,
      evaluation: `0x${"07".repeat(20)}`,
      hubBefore: `0x${"08".repeat(32)}`,
      hubAfter: `0x${"09".repeat(32)}`,
    };
    const markerOf = (fields: object): string => {
      const encoded = AbiCoder.defaultAbiCoder().encode(
        ["tuple(uint256 batchCount, bytes32 digest, bytes20 point, bytes20 evaluation, bytes32 hubBefore, bytes32 hubAfter)"],
        [fields],
      );
      return concat([toUtf8Bytes("NOTHING IS PROVEN"), keccak256(encoded)]);
    };
    let l1: LocalL1;
    let verifier: BaseContract;
    before(async () => {
      l1 = await startLocalL1();
      verifier = await l1.deploy("NoProofAggregate");
    });
    after(() => l1.close());

    test("names its statement: that of another statement, a shorter one, a longer one and a proof are refused", async () => {
      assert.equal(await view(verifier, "verify", statement, markerOf(statement)), true);
      const own = markerOf(statement);
      const others = [
        markerOf({ ...statement, batchCount: 1n }),
        markerOf({ ...statement, digest: `0x${"06".repeat(32)}` }),
        markerOf({ ...statement, point: `0x${"07".repeat(20)}` }),
        markerOf({ ...statement, evaluation: `0x${"06".repeat(20)}` }),
        markerOf({ ...statement, hubBefore: `0x${"00".repeat(32)}` }),
        markerOf({ ...statement, hubAfter: statement.hubBefore }),
        ...[own.slice(0, -2), `${own}00`, "0x", `0x${"11".repeat(60_000)}`],
      ];
      for (const marker of others)
        await assertReverts(view(verifier, "verify", statement, marker), `AggregateMarkerMismatch(0x${own.slice(-64)})`);
    });
  });

  test("a version that proves execution is replaced only by one that does", async () => {
    const { ecosystem, council, freeze } = await deployFreezeScene();
    const { verifiers, l1 } = ecosystem;
    const [proves, alsoProves] = [
      await addExecutionVersion(ecosystem, provenVersion(7)),
      await addExecutionVersion(ecosystem, provenVersion(8)),
    ];
    const unproven = furtherVersion(9);
    await addVersion(ecosystem, PROVEN, unproven);
    await freeze([proves.version, unproven]);
    const approve = (halted: bigint, replacement: bigint) =>
      send(verifiers.connect(council) as typeof verifiers, "approveHalt", halted, replacement);
    await assertReverts(approve(proves.version, unproven), `ReplacementUnfit(${proves.version}, ${unproven})`);
    await approve(proves.version, alsoProves.version);
    await approve(unproven, proves.version);
    await l1.close();
  });
});
