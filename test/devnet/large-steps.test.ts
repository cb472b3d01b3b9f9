import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type JsonRpcProvider, getCreateAddress } from "ethers";
import { requestFromL1 } from "../../src/client/queue/ether-request.ts";
import { executionParameters } from "../../src/execution-proof/parameters.ts";
import { type Hex, wordToHex } from "../../src/protocol/hex.ts";
import { ALICE, BOB, clientOf, settleNow, startFlowDevnet, takenBy, type FlowDevnet } from "../flow/support/devnet.ts";

/** NOT SECURE, and fast. */
const WEAK = {
  parameters: { ...executionParameters(), queryCount: 2, grindingBits: 0 },
  acceptsWeakParameters: true,
  workers: 1,
};
const CHAIN = 271n;
/** A call asks so often for PREVRANDAO, 75 rows of the kernel each time: 720 times twenty of them. */
const ASKED = 14_400;
const byte = (value: number): string => value.toString(16).padStart(2, "0");
const ASKS = `6102d05b${"4450".repeat(20)}600190038060035700`;
/** Hashes as many different words as its input says. */
const GRINDS = "5f355b805f5260205f2050600190038060025700";
/** Deploys a code: copies it from behind these twelve bytes. */
const initCode = (code: string): string => `0x60${byte(code.length / 2)}600c60003960${byte(code.length / 2)}6000f3${code}`;
const FREE = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } as const;

describe("H6: a chain whose validators sign by proof goes on behind steps that no proof has room for alone", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let asks: Hex;
  let grinds: Hex;

  before(async () => {
    const quorum = { members: 2, threshold: 2, check: "proof" } as const;
    const chain = { chainId: CHAIN, prover: { execution: "proven" }, quorum } as const;
    devnet = await startFlowDevnet([chain], {}, { executionProving: WEAK });
    client = clientOf(devnet.chains[0]!);
    [asks, grinds] = [await deploy(ASKS), await deploy(GRINDS)];
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const pipeline = () => devnet.chains[0]!.pipeline;
  const alice = () => devnet.accounts.wallet(ALICE).connect(client);
  const deploy = async (code: string): Promise<Hex> => {
    const { from, nonce, wait } = await sent({ data: initCode(code), gasLimit: 200_000n });
    await wait();
    return getCreateAddress({ from, nonce }) as Hex;
  };
  const sent = async (request: {
    readonly to?: Hex;
    readonly data?: string;
    readonly gasLimit: bigint;
    readonly value?: bigint;
  }) => {
    const transaction = await alice().sendTransaction({ ...FREE, ...request });
    return { from: transaction.from, nonce: transaction.nonce, wait: () => transaction.wait() };
  };
  /** What became of the proof of the batch that is open, once L1 has executed it. */
  const settled = async (): Promise<readonly [string, string | undefined]> => {
    const { batch } = await settleNow(devnet.chains[0]!);
    const outcome = pipeline().execution!.standing(batch.outputs.batchNumber);
    return outcome?.kind === "labelled" ? [outcome.kind, outcome.reason] : [String(outcome?.kind), undefined];
  };

  test(`${ASKED} PREVRANDAOs in an operation of L1's queue: proven in segments, signed, executed`, async () => {
    const signer = devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
    const { canonicalTxHash } = await requestFromL1(
      devnet.ecosystem.addresses.factory,
      { chainId: CHAIN, to: asks, valueWei: 0n },
      signer,
    );
    assert.deepEqual(await takenBy(pipeline()), { operations: 1, roots: 0 });
    assert.equal((await client.getTransactionReceipt(canonicalTxHash))?.status, 1);
    assert.deepEqual(await settled(), ["proven", undefined]);
  });

  const hashed = async (count: number, gasLimit: bigint) => {
    const { wait } = await sent({ to: grinds, data: wordToHex(BigInt(count)), gasLimit });
    assert.equal((await wait())?.status, 1);
    return settled();
  };

  test("6,000 KECCAK256 in a transaction: proven in segments, signed, executed", async () => {
    assert.deepEqual(await hashed(6_000, 600_000n), ["proven", undefined]);
  });

  test("43,691 KECCAK256 in a transaction: signed by its label, executed", async () => {
    assert.deepEqual(await hashed(43_691, 5_000_000n), ["labelled", "too-large"]);
  });

  test("the next batch is proven", async () => {
    await (await sent({ to: devnet.accounts.wallet(BOB).address as Hex, value: 1n, gasLimit: 21_000n })).wait();
    assert.deepEqual(await settled(), ["proven", undefined]);
  });
});
