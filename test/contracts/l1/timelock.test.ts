import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { AbiCoder, id, ZeroAddress, ZeroHash, type BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { addressOf, as, send, view } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const [PROPOSER, CANCELLER] = [id("PROPOSER_ROLE"), id("CANCELLER_ROLE")];
const ADMIN = ZeroHash;
const DELAY = 100n;

describe("the timelock of a governor", () => {
  let l1: LocalL1;
  let [deployer, accomplice, governor]: HardhatEthersSigner[] = [];
  let timelock: BaseContract;
  let verifiers: BaseContract;
  before(async () => {
    l1 = await startLocalL1();
    [deployer, accomplice] = await l1.ethers.getSigners();
    // Any contract: what it is, its deployer is trusted with.
    const contract = await (await l1.deploy("VerifierDouble")).getAddress();
    governor = await l1.ethers.getImpersonatedSigner(contract);
    await l1.ethers.provider.send("hardhat_setBalance", [contract, `0x${(10n ** 18n).toString(16)}`]);
  });
  after(() => l1.close());
  beforeEach(async () => {
    timelock = await l1.deploy("GovernanceTimelock", deployer!.address);
    verifiers = await l1.deploy("VerifierRegistry", [await timelock.getAddress(), ZeroAddress, 50n, 0n, 0n]);
  });

  const unknownVersion = () => verifiers.interface.encodeFunctionData("scheduleRetirement", [77n]);
  const council = (next: string) => verifiers.interface.encodeFunctionData("scheduleCouncil", [next]);
  const queued = async (data: string) => [await verifiers.getAddress(), 0n, data, ZeroHash, ZeroHash] as const;
  /** Expects an error of OpenZeppelin's, with these arguments. */
  const refused = (sent: Promise<unknown>, name: string, ...args: readonly (string | bigint)[]): Promise<void> =>
    assert.rejects(sent, (error) => {
      const told = args.map((value) => (typeof value === "bigint" ? String(value) : `"${value}"`)).join(", ");
      assert.ok(error instanceof Error && error.message.includes(`'${name}(${told})'`), String(error));
      return true;
    });
  const lacks = (sent: Promise<unknown>, { address }: HardhatEthersSigner, role: string): Promise<void> =>
    refused(sent, "AccessControlUnauthorizedAccount", address, role);

  test("lets its deployer act at once, as governance, until it hands over", async () => {
    const target = await verifiers.getAddress();
    await send(timelock, "act", target, council(addressOf(9)));
    assert.equal((await view<{ next: string }>(verifiers, "nextCouncil")).next, addressOf(9));
    await assertReverts(send(timelock, "act", target, unknownVersion()), "UnknownProtocolVersion(77)");
    await lacks(send(as(timelock, accomplice!), "act", target, council(addressOf(8))), accomplice!, ADMIN);
    await send(timelock, "handOver", governor!.address, DELAY);
    await lacks(send(timelock, "act", target, council(addressOf(8))), deployer!, ADMIN);
    await lacks(send(timelock, "handOver", deployer!.address, 0n), deployer!, ADMIN);
  });

  test("is handed over to a contract alone, and stays the deployer's where that was refused", async () => {
    const missing = `GovernorWithoutCode(${accomplice!.address.toLowerCase()})`;
    await assertReverts(send(timelock, "handOver", accomplice!.address, DELAY), missing);
    await send(timelock, "act", await verifiers.getAddress(), council(addressOf(9)));
    await send(timelock, "handOver", governor!.address, DELAY);
  });

  test("has nothing in its queue from before, and stores no account that the deployer has named in addition to the governor", async () => {
    const own = await timelock.getAddress();
    await lacks(send(timelock, "schedule", ...(await queued(council(addressOf(9)))), 0n), deployer!, PROPOSER);
    const byVotes = (sent: Promise<unknown>) => refused(sent, "RolesFollowVotes", deployer!.address);
    for (const role of [PROPOSER, CANCELLER, ADMIN]) await byVotes(send(timelock, "grantRole", role, accomplice!.address));
    const granting = timelock.interface.encodeFunctionData("grantRole", [PROPOSER, accomplice!.address]);
    await byVotes(send(timelock, "act", own, granting));
    await send(timelock, "handOver", governor!.address, DELAY);
    for (const account of [deployer!, accomplice!])
      for (const role of [PROPOSER, CANCELLER, ADMIN])
        assert.equal(await view<boolean>(timelock, "hasRole", role, account.address), false);
  });

  test("takes the governor's proposals, with its delay, and roles by them alone", async () => {
    await send(timelock, "handOver", governor!.address, DELAY);
    const ours = as(timelock, governor!);
    const call = await queued(council(addressOf(7)));
    await refused(send(ours, "schedule", ...call, DELAY - 1n), "TimelockInsufficientDelay", DELAY - 1n, DELAY);
    await send(ours, "schedule", ...call, DELAY);
    await assert.rejects(send(as(timelock, accomplice!), "execute", ...call), /TimelockUnexpectedOperationState/);
    await l1.ethers.provider.send("evm_increaseTime", [Number(DELAY)]);
    await send(as(timelock, accomplice!), "execute", ...call);
    assert.equal((await view<{ next: string }>(verifiers, "nextCouncil")).next, addressOf(7));
    await refused(send(ours, "grantRole", CANCELLER, accomplice!.address), "RolesFollowVotes", governor!.address);
    const granting = AbiCoder.defaultAbiCoder().encode(["bytes32", "address"], [CANCELLER, accomplice!.address]);
    const voted = [
      await timelock.getAddress(),
      0n,
      `${id("grantRole(bytes32,address)").slice(0, 10)}${granting.slice(2)}`,
      ZeroHash,
      ZeroHash,
    ];
    await send(ours, "schedule", ...voted, DELAY);
    await l1.ethers.provider.send("evm_increaseTime", [Number(DELAY)]);
    await send(ours, "execute", ...voted);
    assert.equal(await view<boolean>(timelock, "hasRole", CANCELLER, accomplice!.address), true);
  });
});
