import assert from "node:assert/strict";
import { after, before, describe, it, mock } from "node:test";
import { AbiCoder, getCreateAddress, id, Interface } from "ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { edrOverride, type EdrConnection } from "../../../src/chain/execution/connection.ts";
import { CONSOLE_ADDRESS } from "../../../src/chain/model/console-address.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { CHAIN_ID, COINBASE, GENESIS_TIMESTAMP } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const ETHER = 10n ** 18n;
const CALLEE = new Interface(["function double(uint256)", "function longAnswer(uint256)"]);
const LOGS: Hex = `0x${"10".repeat(20)}`;
/** Passes its calldata on to `console.log` by STATICCALL. */
const LOGS_CODE: Hex = `0x3660006000376000600036600073${CONSOLE_ADDRESS.slice(2)}5afa5000`;
const LINE = id("log(uint256)").slice(0, 10) + AbiCoder.defaultAbiCoder().encode(["uint256"], [42n]).slice(2);
/** JUMPDEST PUSH0 JUMP: runs until its gas is spent. */
const LOOPS: Hex = `0x${"11".repeat(20)}`;

/** A Hardhat whose networks report the gas of contracts that this project has compiled. */
async function measuringHardhat(): Promise<{ readonly hre: HardhatRuntimeEnvironment; readonly measured: string[] }> {
  const hre = await createHardhatRuntimeEnvironment({ networks: { local: { type: "edr-simulated", chainType: "l1" } } });
  const measured: string[] = [];
  hre.hooks.registerHandlers("network", {
    onGasMeasurement(_context, measurement) {
      measured.push(JSON.stringify(measurement));
    },
  });
  return { hre, measured };
}

/** Measurements of the contract since the last call. Hardhat reports those of one block in any order. */
function taken(measured: string[]): string[] {
  return measured
    .splice(0)
    .filter((one) => one.includes("CallTarget"))
    .sort();
}

describe("a chain on which Hardhat measures", () => {
  let test: TestChain;
  let plain: EdrConnection;
  let measured: string[];
  /** Transactions of the owner that Hardhat's network has repeated. */
  let repeated = 0;
  const owner = new TestWallet(250);
  const friend = new TestWallet(251);
  const target = getCreateAddress({ from: owner.address, nonce: 0 });
  const ask = (method: string, ...params: unknown[]): Promise<unknown> => plain.provider.request({ method, params });

  before(async () => {
    const opened = await measuringHardhat();
    ({ measured } = opened);
    const { network } = opened.hre;
    test = await startTestChain({
      isMeasured: true,
      async connect(override) {
        const connection = await network.create({ network: "local", override });
        const { provider } = connection;
        const request: EdrConnection["provider"]["request"] = (asked) => {
          // A line that is printed alone is a call of the console's address.
          const [call] = (asked.params ?? []) as readonly { readonly from?: string }[];
          if (asked.method === "eth_call" && call?.from === owner.address) repeated++;
          return provider.request(asked);
        };
        const [on, removeListener] = [provider.on.bind(provider), provider.removeListener.bind(provider)];
        return { provider: { request, on, removeListener }, close: () => connection.close() };
      },
      sequencer: { blocks: { type: "instant", maxTransactions: 20 } },
      genesis: [
        { address: owner.address, balanceWei: ETHER },
        { address: friend.address, balanceWei: ETHER },
        { address: LOGS, code: LOGS_CODE },
        { address: LOOPS, code: "0x5b5f56" },
      ],
    });
    test.chain.sequencer.setAutomatic(false);
    const override = edrOverride({
      chainId: CHAIN_ID,
      coinbase: COINBASE,
      genesisTimestamp: GENESIS_TIMESTAMP,
      unlimitedCode: false,
    });
    plain = await network.create({ network: "local", override });
    for (const { address } of [owner, friend]) await ask("hardhat_setBalance", address, "0xde0b6b3a7640000");
    const { bytecode } = await opened.hre.artifacts.readArtifact("CallTarget");
    deployment = bytecode;
  });
  after(async () => {
    await test.chain.close();
    await plain.close();
  });
  let deployment: string;

  /** Measurements of one block with these transactions, on the chain and on a network of Hardhat. */
  async function measuredIn(raws: readonly Hex[]): Promise<{ readonly chain: string[]; readonly hardhat: string[] }> {
    for (const raw of raws) await test.chain.submit(raw);
    await test.chain.sequencer.mine();
    const chain = taken(measured);
    for (const raw of raws) await ask("eth_sendRawTransaction", raw);
    await ask("evm_mine");
    return { chain, hardhat: taken(measured) };
  }

  it("reports the gas of each transaction of a block as a network of Hardhat does", async () => {
    const double = (argument: bigint): Hex => CALLEE.encodeFunctionData("double", [argument]) as Hex;
    const deployed = await measuredIn([await owner.signRaw({ data: deployment })]);
    assert.equal(deployed.hardhat.length, 1);
    assert.deepEqual(deployed.chain, deployed.hardhat);
    const list = [{ address: target, storageKeys: [`0x${"07".padStart(64, "0")}`] }];
    const called = await measuredIn([
      await owner.signRaw({ to: target, data: double(4n), value: 3n }),
      await owner.signRaw({ to: target, data: double(5n), type: 0 }),
      await friend.signRaw({ to: target, data: CALLEE.encodeFunctionData("longAnswer", [99n]), accessList: list, type: 1 }),
      await friend.signRaw({ data: deployment }),
    ]);
    // It counts no call that failed.
    assert.equal(called.hardhat.length, 3);
    assert.deepEqual(called.chain, called.hardhat);
    // The account runs the contract's code in the transaction that lets it, and in a later one.
    const delegation = { to: friend.address, data: double(6n), type: 4, authorizationList: [friend.authorize(target, 2)] };
    const delegated = await measuredIn([
      await owner.signRaw(delegation),
      await owner.signRaw({ to: friend.address, data: double(8n) }),
    ]);
    assert.equal(delegated.hardhat.length, 2);
    assert.deepEqual(delegated.chain, delegated.hardhat);
  });

  it("prints each line once, and repeats no transaction above 4,000,000 instructions", async () => {
    const lines: string[] = [];
    const repeatedBefore = repeated;
    const { mock: printed } = mock.method(console, "log", (line: string) => void lines.push(line));
    try {
      await test.chain.submit(await owner.signRaw({ to: LOGS, data: LINE }));
      await test.chain.submit(await owner.signRaw({ to: LOOPS, gasLimit: 2n ** 24n }));
      await test.chain.sequencer.mine();
    } finally {
      printed.restore();
    }
    assert.deepEqual(lines, ["42"]);
    assert.equal(repeated - repeatedBefore, 1);
  });
});
