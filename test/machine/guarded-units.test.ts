import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Interface } from "ethers";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { testContract } from "../chain/support/artifact.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { callOf, type CalledContract, worldOf } from "./support/contract-call.ts";
import { comparedMeters } from "./support/meters.ts";

const [RELAYER, SPENDER, RECIPIENT, GUARD] = [0xc0de01n, 0xc0de02n, 0xc0de03n, 0xc0de04n];
const [POP, SSTORE, JUMP, JUMPI, ISZERO, JUMPDEST] = [0x50, 0x55, 0x56, 0x57, 0x15, 0x5b];
const [KECCAK256, CALL, RETURN, REVERT, CODECOPY, CODESIZE, STOP] = [0x20, 0xf1, 0xf3, 0xfd, 0x39, 0x38, 0x00];
/** 30 blocks of KECCAK256: 18,948 units for some 800 gas. */
const HASH: Code = [...push(4_080), 0x5f, KECCAK256, POP];
const GAS_LIMIT = 2n ** 24n;

const call = (to: bigint, gas: number, bytes = 0): Code => [
  ...[0x5f, 0x5f, ...push(bytes), 0x5f, 0x5f],
  ...[...push(to), ...push(gas), CALL],
];
/** Hashes until the frame's units or gas are spent. */
const greedy: Code = [JUMPDEST, ...HASH, 0x5f, JUMP];
/** A message's recipient, which needs some 380,000 units, writes its first slot, and answers a word. */
const recipient: Code = [...Array.from({ length: 20 }, () => HASH).flat(), ...push(1), 0x5f, SSTORE, ...push(32), 0x5f, RETURN];

describe("a guarded call on a chain whose execution is proven, by kernel and witness", () => {
  let guard: CalledContract;
  let deliver: (gas: number) => Hex;

  before(async () => {
    const { runtimeCode } = await testContract("GuardedCallProbe");
    guard = { code: [...fromHex(runtimeCode)] };
    const abi = new Interface(["function run(address target, uint256 gasLimit)"]);
    const target = `0x${RECIPIENT.toString(16).padStart(40, "0")}`;
    deliver = (gas) => abi.encodeFunctionData("run", [target, gas]) as Hex;
  });

  /** Runs a transaction of a relayer that spends units first, then has the message delivered, which is used up then. */
  async function relayed(spent: number, gas: number, isGuarded = true): Promise<"delivered" | "failed" | "used up"> {
    const data = fromHex(deliver(gas));
    const spends: Code = spent === 0 ? [] : [...call(SPENDER, spent), POP];
    const delivers = isGuarded ? [...call(GUARD, 16_000_000, data.length), ISZERO] : [...call(RECIPIENT, gas), POP, 0x5f];
    // The call's data follows the code.
    const tail: Code = [...push(1), 0x5f, SSTORE, STOP, JUMPDEST, 0x5f, 0x5f, REVERT];
    const copies: Code = [...push(data.length), ...push(data.length), CODESIZE, 0x03, 0x5f, CODECOPY];
    const before = [...copies, ...spends, ...delivers];
    const code = [...before, 0x61, 0, before.length + 9, JUMPI, ...tail, ...data];
    const contracts = new Map<bigint, CalledContract>([
      [RELAYER, { code }],
      [SPENDER, { code: greedy }],
      [RECIPIENT, { code: recipient }],
      [GUARD, guard],
    ]);
    const compared = await comparedMeters(worldOf(contracts), callOf(RELAYER, { gasLimit: GAS_LIMIT }));
    assert.ok(compared.kind === "ran");
    const wrote = (account: bigint): boolean =>
      compared.leaves.some((leaf) => leaf.leafKind === 0 && leaf.account === account && leaf.after === 1n);
    assert.equal(wrote(RELAYER), compared.receipt.success);
    if (!compared.receipt.success) return "failed";
    return wrote(RECIPIENT) ? "delivered" : "used up";
  }

  it("attack: a relayer spends units before a message's call: the whole transaction fails, and the message remains", async () => {
    assert.equal(await relayed(0, 100_000), "delivered");
    assert.equal(await relayed(45_000, 100_000), "failed");
    assert.equal(await relayed(45_000, 100_000, false), "used up", "without the guard the call fails alone");
  });

  it("attack: however much the relayer spends, the message is delivered or remains, also with more gas than units pay for", async () => {
    for (const gas of [64_000, 100_000, 1_000_000]) {
      const outcomes = await Promise.all([0, 5_000, 20_000, 30_000, 38_000, 50_000, 60_000].map((spent) => relayed(spent, gas)));
      assert.equal(outcomes[0], "delivered");
      assert.equal(outcomes.at(-1), "failed");
      assert.ok(!outcomes.includes("used up"), outcomes.join());
    }
  });
});
