import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider, TransactionReceipt } from "ethers";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { digestToHex, type Digest } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { gasOfUnits } from "../../src/ground/protocol/native-budget.ts";
import { ALICE, BOB, clientOf, refusalOf, settleNow, startFlowDevnet, takenBy, type FlowDevnet } from "../flow/support/devnet.ts";
import { genesisOf } from "../flow/support/genesis.ts";

const CHAIN = 271n;
const accountOf = (byte: string): Hex => `0x${byte.repeat(20)}`;
const [COUNTER, DEAR, PAIRS] = [accountOf("c0"), accountOf("de"), accountOf("8a")];
const PUSH0_FIVE_TIMES = "5f".repeat(5);
/** Adds one to its word. */
const COUNTS = "0x5f546001015f5500";
/** Counts too, then calls an account that has no code three hundred times: a warm call takes more units than its gas pays for. */
const CALLS = `0x5f546001015f55${`${PUSH0_FIVE_TIMES}61d0d05af150`.repeat(300)}00`;
/** Counts too, then asks for a pairing of BLS12-381. */
const PAIRING = "0x5f546001015f55" + "5f5f6101805f5f600f5af15000";
const CODES = { [COUNTER]: COUNTS, [DEAR]: CALLS, [PAIRS]: PAIRING };
const PAIRING_CONTRACT = `0x${"00".repeat(19)}0f`;
/** Gas that covers the EVM's cost: 21,000, a new slot's 22,100 and 300 calls are some 81,000. */
const SHORT = 85_000n;
const PRICE = 1_000_000_000n;

describe("a proven chain", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  /** Behind the last batch. */
  let lastRoot: Digest;
  /** Results by batch: the machine of the proofs reached the same state. */
  const witnesses = new Map<bigint, string>();

  before(async () => {
    const accounts = Object.entries(CODES).map(([account, code]) => [account, { nonce: "1", code }] as const);
    const proven = { execution: "proven" } as const;
    devnet = await startFlowDevnet(
      [{ chainId: CHAIN, ...proven, import: Object.fromEntries(accounts) }],
      { fundedAccounts: [ALICE, BOB], proofs: "none" },
      { onProvable: ({ claim, witness }) => void witnesses.set(claim.batch.batchNumber, witness.kind) },
    );
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const pipeline = () => devnet.chains[0]!.pipeline;
  const send = async (to: Hex, gasLimit: bigint): Promise<TransactionReceipt> => {
    const fees = { type: 2, maxFeePerGas: PRICE, maxPriorityFeePerGas: PRICE };
    const { hash } = await devnet.accounts
      .wallet(ALICE)
      .connect(client)
      .sendTransaction({ to, gasLimit, ...fees });
    return (await client.waitForTransaction(hash))!;
  };
  const unitsOf = async ({ hash }: TransactionReceipt): Promise<number> =>
    Number(((await client.send("eth_getTransactionReceipt", [hash])) as { readonly nativeUnits: Hex }).nativeUnits);
  const countOf = async (account: Hex): Promise<bigint> => BigInt(await client.getStorage(account, 0));
  /** An operation of L1's queue by Bob, in a block of the chain; whether it ran. */
  const operate = async (to: Hex, gasLimit: bigint): Promise<number | null | undefined> => {
    const signer = devnet.accounts.wallet(BOB).connect(devnet.l1.provider);
    const request = { chainId: CHAIN, to, valueWei: 0n, gasLimit };
    const { canonicalTxHash } = await requestFromL1(devnet.ecosystem.addresses.factory, request, signer);
    assert.deepEqual(await takenBy(pipeline()), { operations: 1, roots: 0 });
    return (await client.getTransactionReceipt(canonicalTxHash))?.status;
  };
  const settleProven = async () => {
    const { batch } = await settleNow(devnet.chains[0]!);
    assert.equal(witnesses.get(batch.outputs.batchNumber), "witness");
    return batch;
  };

  test("charges transactions by the larger meter, takes all gas of one whose units are spent", async () => {
    const ordinary = await send(COUNTER, 100_000n);
    // 21,000, a cold slot that is read and gets its first word, and its eight bytes of code.
    assert.deepEqual([ordinary.status, ordinary.gasUsed], [1, 21_000n + 2_100n + 20_000n + 2n + 3n + 3n + 2n]);
    assert.ok(gasOfUnits(await unitsOf(ordinary)) <= ordinary.gasUsed);
    const paid = await send(DEAR, 300_000n);
    assert.deepEqual([paid.status, paid.gasUsed], [1, gasOfUnits(await unitsOf(paid))]);
    const alice = devnet.accounts.wallet(ALICE).address;
    const [before, nonce] = [await client.getBalance(alice), await client.getTransactionCount(alice)];
    const spent = await send(DEAR, SHORT);
    assert.deepEqual([spent.status, spent.gasUsed, await unitsOf(spent)], [0, SHORT, 6 * Number(SHORT)]);
    assert.equal(before - (await client.getBalance(alice)), SHORT * PRICE);
    assert.equal(await client.getTransactionCount(alice), nonce + 1);
    assert.deepEqual([await countOf(COUNTER), await countOf(DEAR)], [1n, 1n]);
  });

  test("executes operations that can pay for their units, also if a pairing fails in them, and the machine of the proofs reaches the same state", async () => {
    assert.equal(await operate(COUNTER, 300_000n), 1);
    assert.equal(await operate(DEAR, 70_000n), 0);
    assert.equal(await operate(PAIRS, 400_000n), 1);
    assert.deepEqual([await countOf(COUNTER), await countOf(DEAR), await countOf(PAIRS)], [2n, 1n, 1n]);
    const bob = devnet.accounts.wallet(BOB).connect(client);
    const fees = { type: 2, maxFeePerGas: PRICE, maxPriorityFeePerGas: PRICE };
    const raw = await bob.signTransaction(
      await bob.populateTransaction({ to: PAIRING_CONTRACT, data: "0x01", gasLimit: 400_000n, ...fees }),
    );
    const { data, message } = await refusalOf(client, "eth_sendRawTransaction", [raw]);
    assert.equal(data?.code, "PrecompileNotProven");
    assert.match(message, /0x0f/);
    const { outputs, newStateRoot } = await settleProven();
    lastRoot = newStateRoot;
    // Three of Bob's, and those that funded the two accounts.
    assert.equal(outputs.priorityOpCount, 5n);
  });

  test("who has L1 alone rebuilds what was charged, undone and not run", async () => {
    const { hyperchain } = pipeline().created;
    const rebuilt = await reconstruct({ l1: devnet.l1.provider, hyperchain, genesis: await genesisOf() });
    assert.equal(rebuilt.stateRoot, digestToHex(lastRoot));
    const accounts = rebuilt.state.accounts();
    const wordOf = (account: Hex) => accounts.find(({ address }) => address === account)?.storage?.[0]?.value;
    assert.deepEqual([wordOf(COUNTER), wordOf(DEAR), wordOf(PAIRS)], [2n, 1n, 1n]);
    for (const number of [ALICE, BOB]) {
      const address = lowerCaseAddress(devnet.accounts.wallet(number).address);
      const account = accounts.find((one) => one.address === address);
      assert.equal(account?.balanceWei, await client.getBalance(address));
      assert.equal(account?.nonce ?? 0n, BigInt(await client.getTransactionCount(address)));
    }
  });
});
