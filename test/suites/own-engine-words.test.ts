import assert from "node:assert/strict";
import { after, before, describe, mock, test } from "node:test";
import { AbiCoder, id, type Interface } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import type { Member } from "../../src/tool/plugin/api/hyperchains.ts";
import { createHardhat } from "../plugin/connection/support/open.ts";

const CONSOLE = "636f6e736f6c652e6c6f67";
const LOGS = "0x00000000000000000000000000000000000c0de1";
const LOGS_AND_REVERTS = "0x00000000000000000000000000000000000c0de2";
/** Passes its calldata on to console.log, whose address is ASCII (hardhat/console.sol), by STATICCALL. */
const PASS_ON = `3660006000376000600036600073${CONSOLE.padStart(40, "0")}5afa50`;
const SEER = "0x00000000000000000000000000000000000c0de3";
const STRANGER = "0x00000000000000000000000000000000000057a6";

/** Encodes a call of hardhat/console.sol's `log`. */
function logged(types: readonly string[], values: readonly unknown[]): string {
  return id(`log(${types.join()})`).slice(0, 10) + AbiCoder.defaultAbiCoder().encode(types, values).slice(2);
}

const SAID = [
  logged(["string", "uint256"], ["%d coins", 42n]),
  logged(["address", "bool", "string"], [STRANGER, true, "100 %"]),
  logged(["int256"], [-3n]),
  logged(["bytes4"], ["0x01020304"]),
  "0x12345678",
];

/** Everything that the act prints, and what it resolves with or fails of. */
async function heard(act: () => Promise<unknown>): Promise<{ readonly lines: readonly string[]; readonly ended: string }> {
  const lines: string[] = [];
  const { mock: printed } = mock.method(console, "log", (line: string) => void lines.push(line));
  try {
    const ended = await act().then(String, (error: Error) => `${error.message}\n${solidityLines(error)}`);
    return { lines, ended };
  } finally {
    printed.restore();
  }
}

/** Lines of the stack that are in contracts. */
function solidityLines({ stack = "" }: Error): string {
  return (stack.match(/^ {4}at .*\.sol:\d+\).*$/gm) ?? []).join("\n");
}

describe("suites: a chain of this package's engine says what Hardhat's network says", () => {
  let connection: NetworkConnection;
  let members: readonly Member[];
  before(async () => {
    const hre = await createHardhat({
      chains: { flat: {} },
      proofs: "none",
    });
    connection = (await hre.network.create("hyperchains")) as NetworkConnection;
    // L1 is a network of Hardhat.
    members = [connection.hyperchains.chain("flat"), connection.hyperchains.l1];
    for (const { networkHelpers } of members) {
      await networkHelpers.setCode(LOGS, `0x${PASS_ON}00`);
      await networkHelpers.setCode(LOGS_AND_REVERTS, `0x${PASS_ON}60006000fd`);
    }
  });
  after(() => connection.close());

  const all = async (act: (member: Member) => Promise<unknown>): Promise<Awaited<ReturnType<typeof heard>>> => {
    const [flat, hardhat] = members as [Member, Member];
    const said = await heard(() => act(flat));
    assert.deepEqual(said, await heard(() => act(hardhat)));
    return said;
  };

  test("console.log of a call: each line once, formatted", async () => {
    const lines: string[] = [];
    for (const data of SAID) lines.push(...(await all(({ ethers }) => ethers.provider.call({ to: LOGS, data }))).lines);
    assert.deepEqual(lines, ["42 coins", `${STRANGER} true 100 %`, "-3", "0x01020304"]);
  });

  test("console.log of a transaction, estimated or not, whether or not it fails", async () => {
    const [data] = SAID;
    const [flat, hardhat] = members as [Member, Member];
    for (const [to, gasLimit, times] of [
      [LOGS, undefined, 1],
      [LOGS, 100_000n, 1],
      [LOGS_AND_REVERTS, undefined, 1],
      // On a chain it is mined, and called again for the sender's error.
      [LOGS_AND_REVERTS, 100_000n, 2],
    ] as const) {
      const send = async ({ ethers }: Member): Promise<unknown> => {
        const [sender] = await ethers.getSigners();
        const sent = await sender!.sendTransaction({ to, data: data!, ...(gasLimit === undefined ? {} : { gasLimit }) });
        return (await sent.wait())?.status;
      };
      const [onChain, onHardhat] = [await heard(() => send(flat)), await heard(() => send(hardhat))];
      assert.equal(onChain.ended, onHardhat.ended);
      assert.deepEqual(onHardhat.lines, ["42 coins"]);
      assert.deepEqual(
        onChain.lines,
        Array.from({ length: times }, () => "42 coins"),
        `${to} ${gasLimit}`,
      );
    }
  });

  test("console.log of each of a block's transactions, in their order", async () => {
    const { lines } = await all(async ({ ethers, networkHelpers, provider }) => {
      const signers = (await ethers.getSigners()).slice(0, 3);
      await provider.request({ method: "evm_setAutomine", params: [false] });
      const data = (i: number): string => logged(["uint256"], [i]);
      for (const [i, signer] of signers.entries()) await signer.sendTransaction({ to: LOGS, data: data(i), gasLimit: 100_000n });
      await networkHelpers.mine();
      await provider.request({ method: "evm_setAutomine", params: [true] });
    });
    assert.deepEqual(lines, ["0", "1", "2"]);
  });

  test("failing calls, estimates and transactions have the same words, and the same stack in Solidity", async () => {
    const ways = (await connection.ethers.getContractFactory("WaysToFail")).interface as Interface;
    const names = ways.fragments.flatMap((fragment) =>
      "name" in fragment && fragment.type === "function" ? [fragment.name] : [],
    );
    let lines = 0;
    for (const name of names) {
      for (const gasLimit of [undefined, 300_000n]) {
        const { ended } = await all(async ({ ethers }) => {
          const contract = await ethers.deployContract("WaysToFail");
          return contract.getFunction(name as string).send(...(gasLimit === undefined ? [] : [{ gasLimit }]));
        });
        if (/WaysToFail\.\w+ \(.*\.sol:\d+\)/.test(ended)) lines++;
      }
    }
    assert.ok(lines >= names.length, `${lines} of ${2 * names.length} failures name their line`);
  });

  test("a constructor that fails, and a call with an argument and ether from an account without", async () => {
    await all(async ({ ethers }) => (await ethers.deployContract("CallTarget")).getFunction("double").staticCall(3n));
    await all(async ({ ethers }) => ethers.provider.call({ data: "0x60006000fd" }));
    await all(async ({ ethers }) => ethers.provider.estimateGas({ from: STRANGER, to: LOGS_AND_REVERTS }));
  });

  test("what a failing call sees of its block, account and storage is the chain's", async () => {
    // Reverts with NUMBER, TIMESTAMP, COINBASE, CALLER's balance, and a word of storage.
    const code = "0x436000524260205241604052333160605260015460805260a06000fd";
    const [flat] = members as [Member];
    await flat.networkHelpers.setCode(SEER, code);
    await flat.networkHelpers.setStorageAt(SEER, 1, 77);
    const [sender] = await flat.ethers.getSigners();
    const caught: unknown = await flat.provider
      .request({ method: "eth_call", params: [{ from: sender!.address, to: SEER }, "latest"] })
      .catch((error: unknown) => error);
    const { data } = caught as { readonly data: string };
    const block = await flat.ethers.provider.getBlock("latest");
    const coinbase = (await flat.provider.request({ method: "eth_coinbase" })) as string;
    assert.deepEqual(AbiCoder.defaultAbiCoder().decode(["uint256", "uint256", "uint256", "uint256", "uint256"], data).toArray(), [
      BigInt(block!.number),
      BigInt(block!.timestamp),
      BigInt(coinbase),
      await flat.ethers.provider.getBalance(sender!.address),
      77n,
    ]);
    assert.match(String(caught), /^SolidityError: VM Exception/);
  });

  test("a failing call that Hardhat's engine must not run, or that reads more than it brings along, is answered all the same", async () => {
    const [{ ethers, networkHelpers, provider }] = members as [Member];
    const height = await ethers.provider.getBlockNumber();
    const hash = (await ethers.provider.getBlock(height - 1))!.hash;
    for (const [code, expected] of [
      // Creates what begins with an incomplete PUSH20, and reverts with that code.
      ["0x6173016000526002601e6000f05060206000fd", `0x${"7301".padStart(64, "0")}`],
      // Reverts with the hash of the block before the last.
      ["0x600143034060005260206000fd", hash],
    ] as const) {
      await networkHelpers.setCode(SEER, code);
      const call = { to: SEER, gas: "0x30000" };
      const { lines } = await heard(async () => {
        const caught: unknown = await provider
          .request({ method: "eth_call", params: [call, "latest"] })
          .catch((error: unknown) => error);
        assert.equal((caught as { readonly data: string }).data, expected);
        assert.doesNotMatch(String(caught), /SolidityError/);
      });
      assert.deepEqual(lines, []);
    }
  });
});
