import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract } from "ethers";
import { chainSettingsAbi } from "../../src/ground/abi/chain-settings.ts";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { mayStandbyRevert } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { until } from "../support/until.ts";
import { ALICE, ETHER, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { Upgrades } from "./support/upgrades.ts";

const CHAIN_ID = 271n;
const WINDOW_SECONDS = 600;
/** A development account whose key no process of the chain has. */
const LOST = 8;
const STANDBY = 7;
const NEVER = (1n << 256n) - 1n;

describe("a chain whose validators have lost their keys", () => {
  let devnet: FlowDevnet;
  before(async () => {
    const times = { priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: 3_600 };
    // Its accounts are development accounts, whose keys this process has.
    const standby = { accounts: [createDevelopmentAccounts().wallet(STANDBY).address], threshold: 1 };
    devnet = await startFlowDevnet([{ chainId: CHAIN_ID, ...times, standby }], UNPROVEN);
  });
  after(() => devnet.close());

  const chain = () => devnet.chains[0]!;
  const onL1 = (address: Hex, abi: ConstructorParameters<typeof Contract>[1]) =>
    new Contract(address, abi, devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).connect(devnet.l1.provider));
  const settings = () => onL1(devnet.ecosystem.addresses.settings, chainSettingsAbi);
  const contract = () => onL1(chain().pipeline.created.hyperchain, hyperchainAbi);
  /** Each look takes an answer of the chain's. */
  const waitsFor = () => chain().pipeline.waitsFor();
  const account = (number: number): Hex => lowerCaseAddress(devnet.accounts.wallet(number).address);
  const deposit = async (): Promise<void> => {
    const wallet = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    const request = { chainId: CHAIN_ID, to: account(ALICE), valueWei: ETHER };
    await requestFromL1(devnet.ecosystem.addresses.factory, request, wallet);
    await chain().pipeline.pollL1();
  };

  test("continues by the standby's signature after an operation is overdue, and its exit stays shut", async () => {
    await deposit();
    await settleNow(chain());
    const terms = {
      quorum: { threshold: 1n, validators: [account(LOST)] },
      standby: { threshold: 1n, validators: [account(STANDBY)] },
      dataAvailabilityPolicy: devnet.ecosystem.addresses.rollupPolicy,
      transactionFilterer: `0x${"00".repeat(20)}`,
      isGoverned: true,
      takesReplacements: false,
      requiresSecondCheck: false,
    };
    const notice = (await settings().getFunction("upgradeNotice")(CHAIN_ID)) as bigint;
    await (await settings().getFunction("scheduleTerms")(CHAIN_ID, terms)).wait();
    await new Upgrades(devnet).pass(notice);

    await deposit();
    const settling = settleNow(chain());
    await until(() => waitsFor() !== undefined);
    assert.match(
      waitsFor() ?? "",
      new RegExp(`${account(LOST)} must sign, and of these 0 can be asked here.*standby signs once an operation`),
    );
    assert.equal(await contract().getFunction("getTotalBatchesCommitted")(), 1n);
    await new Upgrades(devnet).pass(2n * BigInt(WINDOW_SECONDS));
    await settling;
    assert.equal(waitsFor(), undefined);
    assert.equal(await contract().getFunction("isValidator")(account(STANDBY)), false);
    assert.equal(await contract().getFunction("exitOpensAt")(), NEVER);
    assert.equal(await contract().getFunction("getTotalBatchesExecuted")(), 2n);
    assert.equal(await contract().getFunction("getPriorityQueueSize")(), 0n);
  });

  test("waits for missing keys, and continues directly after they are available", async () => {
    await deposit();
    const settling = settleNow(chain());
    await until(() => waitsFor() !== undefined);
    await chain().pipeline.signers.admit(devnet.accounts.wallet(LOST));
    await settling;
    assert.equal(await contract().getFunction("getTotalBatchesExecuted")(), 3n);
    assert.deepEqual(devnet.faults, []);
  });

  test("shows its quorum and its standby, and those of the terms that wait", async () => {
    const members = [account(LOST)];
    const { quorum, standby, nextQuorum, nextStandby } = devnet.info().chains[0]!;
    assert.deepEqual(
      [quorum, standby],
      [
        { members, threshold: 1 },
        { members: [account(STANDBY)], threshold: 1 },
      ],
    );
    assert.deepEqual([nextQuorum, nextStandby], [undefined, undefined]);
  });

  test("sees from when on the standby may take batches back: a window and the execution delay after the oldest deadline", async () => {
    const { hyperchain, configuration } = chain().pipeline.created;
    const l1 = { provider: devnet.l1.provider, hyperchain, fromBlock: devnet.ecosystem.fromBlock };
    await deposit();
    const head = (await contract().getFunction("getFirstUnprocessedPriorityTx")()) as bigint;
    const { deadline } = (await contract().getFunction("priorityOperation")(head)) as { deadline: bigint };
    const from = (deadline >> 32n) + configuration.priorityOpWindow + configuration.executionDelay;
    assert.deepEqual([await mayStandbyRevert(l1, from - 1n), await mayStandbyRevert(l1, from)], [false, true]);
  });
});
