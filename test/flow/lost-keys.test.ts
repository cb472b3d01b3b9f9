import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract } from "ethers";
import { chainSettingsAbi } from "../../src/abi/chain-settings.ts";
import { hyperchainAbi } from "../../src/abi/hyperchain.ts";
import { requestFromL1 } from "../../src/client/ether-request.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../../src/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { mayStandbyRevert } from "../../src/settlement/l1-sender/chain-reader.ts";
import { ALICE, ETHER, settleNow, startFlowDevnet, UNPROVEN } from "./support/devnet.ts";
import type { FlowDevnet } from "./support/devnet.ts";
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
    devnet = await startFlowDevnet([{ chainId: CHAIN_ID, ...times }], UNPROVEN);
  });
  after(() => devnet.close());

  const chain = () => devnet.chains[0]!;
  const onL1 = (address: Hex, abi: ConstructorParameters<typeof Contract>[1]) =>
    new Contract(address, abi, devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).connect(devnet.l1.provider));
  const settings = () => onL1(devnet.ecosystem.addresses.settings, chainSettingsAbi);
  const contract = () => onL1(chain().pipeline.created.hyperchain, hyperchainAbi);
  const account = (number: number): Hex => lowerCaseAddress(devnet.accounts.wallet(number).address);
  const deposit = async (): Promise<void> => {
    const wallet = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    const request = { chainId: CHAIN_ID, to: account(ALICE), valueWei: ETHER };
    await requestFromL1(devnet.ecosystem.addresses.factory, request, wallet);
    await chain().pipeline.pollL1();
  };

  test("goes on by the standby's signature once an operation is overdue, and its exit stays shut", async () => {
    await deposit();
    await settleNow(chain());
    const terms = {
      quorum: { threshold: 1n, validators: [account(LOST)] },
      standby: { threshold: 1n, validators: [account(STANDBY)] },
      dataAvailabilityPolicy: devnet.ecosystem.addresses.rollupPolicy,
      transactionFilterer: `0x${"00".repeat(20)}`,
      isGoverned: true,
      takesReplacements: false,
    };
    const notice = (await settings().getFunction("upgradeNotice")(CHAIN_ID)) as bigint;
    await (await settings().getFunction("scheduleTerms")(CHAIN_ID, terms)).wait();
    await new Upgrades(devnet).pass(notice);
    await chain().pipeline.signers.admit(devnet.accounts.wallet(STANDBY));

    await deposit();
    await new Upgrades(devnet).pass(2n * BigInt(WINDOW_SECONDS));
    await settleNow(chain());
    assert.equal(await contract().getFunction("isValidator")(account(STANDBY)), false);
    assert.equal(await contract().getFunction("exitOpensAt")(), NEVER);
    assert.equal(await contract().getFunction("getTotalBatchesExecuted")(), 2n);
    assert.equal(await contract().getFunction("getPriorityQueueSize")(), 0n);
  });

  test("says before that whose signature is missing, and that the standby's comes", async () => {
    await deposit();
    await assert.rejects(settleNow(chain()), (error: Error & { code?: unknown }) => {
      assert.equal(error.code, "QuorumUnreachable");
      assert.match(
        error.message,
        new RegExp(`${account(LOST)} must sign.*standby signs once an operation of the queue is overdue`),
      );
      return true;
    });
    assert.equal(await contract().getFunction("getTotalBatchesCommitted")(), 2n);
  });

  test("sees from when on the standby may take batches back: a window and the execution delay after the oldest deadline", async () => {
    const { hyperchain, configuration } = chain().pipeline.created;
    const l1 = { provider: devnet.l1.provider, hyperchain, fromBlock: devnet.ecosystem.fromBlock };
    const head = (await contract().getFunction("getFirstUnprocessedPriorityTx")()) as bigint;
    const { deadline } = (await contract().getFunction("priorityOperation")(head)) as { deadline: bigint };
    const from = (deadline >> 32n) + configuration.priorityOpWindow + configuration.executionDelay;
    assert.deepEqual([await mayStandbyRevert(l1, from - 1n), await mayStandbyRevert(l1, from)], [false, true]);
  });
});
