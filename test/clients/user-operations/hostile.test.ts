import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { getCreate2Address, id, keccak256, toBeHex, zeroPadValue } from "ethers";
import { ACCOUNT_NUMBERS } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { OPERATION_TOPIC } from "../../../src/chain/model/entry-points.ts";
import { entryPointInterface } from "../../../src/chain/rpc/bundler/entry-points.ts";
import type { DevnetChain } from "../../../src/ecosystem/devnet/devnet.ts";
import { connectInProcess } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ALICE, startFlowDevnet, type FlowDevnet } from "../../flow/support/devnet.ts";
import { deployEntryPoint } from "./support/entry-points.ts";

/**
 * An account of everyone. It stores a call of one word. Any other call reverts if the word is not 0, and returns 0 otherwise,
 * with which an account says that an operation is valid.
 */
const FICKLE_CODE = ["0x36602014601057", "5f54601657", "60205ff3", "5b5f355f5500", "5b5f5ffd"].join("");
/** JUMPDEST, PUSH0, JUMP: a loop without an end. */
const ENDLESS_CODE = "0x5b5f56";
const WORD_1 = zeroPadValue("0x01", 32);
const WORD_0 = zeroPadValue("0x00", 32);

interface Failure {
  readonly code: number;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

describe("B6: hostile user operations", () => {
  let devnet: FlowDevnet;
  let chain: DevnetChain;
  let entryPoint: Hex;
  let accounts = 0;

  before(async () => {
    devnet = await startFlowDevnet([271n], { proofs: "none", singletons: true });
    const [first] = devnet.chains;
    assert.ok(first !== undefined);
    chain = first;
    const provider = connectInProcess(chain.chainId, chain.provider);
    entryPoint = await deployEntryPoint("0.8", devnet.accounts.wallet(ALICE).connect(provider));
    provider.destroy();
  });
  afterEach(async () => {
    await ask("evm_setAutomine", true);
    await ask("evm_mine");
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const ask = (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    chain.provider.request({ method, params: [...params] });
  const send = (operation: object): Promise<Hex> => ask("eth_sendUserOperation", operation, entryPoint) as Promise<Hex>;
  const failure = async (answer: Promise<unknown>): Promise<Failure> =>
    answer.then(
      (result) => assert.fail(`it was taken: ${String(result)}`),
      (error: unknown) => error as Failure,
    );

  /** A new account with this code. */
  async function accountWith(code: string): Promise<Hex> {
    const account = `0x${id(`account ${++accounts}`).slice(-40)}` as Hex;
    await ask("hardhat_setCode", account, code);
    return account;
  }

  /** An operation that does nothing and pays nothing; `key`: of the account's many lines of nonces. */
  const operationOf = (sender: Hex, key = 0n, changes: object = {}) => ({
    sender,
    nonce: toBeHex(key << 64n),
    callData: "0x",
    callGasLimit: "0x0",
    verificationGasLimit: toBeHex(100_000),
    preVerificationGas: toBeHex(100_000),
    maxFeePerGas: "0x0",
    maxPriorityFeePerGas: "0x0",
    signature: "0x",
    ...changes,
  });
  const turn = (account: Hex, word: string): Promise<unknown> =>
    ask("eth_sendTransaction", {
      from: devnet.accounts.wallet(ALICE).address,
      to: account,
      data: word,
      gas: toBeHex(100_000),
      // So that no fee of it reaches the operator either.
      gasPrice: "0x0",
    });
  const receiptOf = (hash: Hex): Promise<{ readonly success: boolean } | null> =>
    ask("eth_getUserOperationReceipt", hash) as Promise<{ success: boolean } | null>;

  it("an operation whose check fails is refused with the EntryPoint's reason", async () => {
    const account = await accountWith(FICKLE_CODE);
    await turn(account, WORD_1);
    const { code, message, data } = await failure(send(operationOf(account)));
    assert.deepEqual([code, message, data?.["sender"]], [-32500, "AA23 reverted", account]);
  });

  it("a check that never ends costs its limit, which is bounded, and the chain continues", async () => {
    const account = await accountWith(ENDLESS_CODE);
    const { code } = await failure(send(operationOf(account, 0n, { verificationGasLimit: toBeHex(1_500_000) })));
    assert.equal(code, -32500);
    const above = await failure(send(operationOf(account, 0n, { verificationGasLimit: toBeHex(1_500_001) })));
    assert.deepEqual([above.code, above.data?.["code"]], [-32602, "BadUserOperation"]);
  });

  it("an operation that would pay a contract of the OP Stack, which the chain does not have, is refused, and pays another account", async () => {
    /** Pays 5 wei to an account whenever it is called, and returns 0. */
    const payer = async (to: string): Promise<Hex> => {
      const account = await accountWith(`0x5f5f5f5f600573${to.slice(2)}5af1505f5f5260205ff3`);
      await ask("hardhat_setBalance", account, "0x64");
      return account;
    };
    const lost = await payer("0x4200000000000000000000000000000000000006");
    const { data } = await failure(send(operationOf(lost)));
    assert.equal(data?.["code"], "NoSuchPredeploy");
    const estimated = await failure(ask("eth_estimateUserOperationGas", operationOf(lost), entryPoint));
    assert.equal(estimated.data?.["code"], "NoSuchPredeploy");
    const taken = await payer("0x4200000000000000000000000000000000000800");
    const hash = await send(operationOf(taken));
    await ask("evm_mine");
    assert.equal((await receiptOf(hash))?.success, true);
    assert.equal(BigInt(String(await ask("eth_getBalance", "0x4200000000000000000000000000000000000006", "latest"))), 0n);
  });

  it("operations that cannot be are refused before anything runs", async () => {
    const account = await accountWith(FICKLE_CODE);
    const refused: readonly (readonly [changes: object, reason: RegExp])[] = [
      [{ preVerificationGas: toBeHex(20_000) }, /preVerificationGas is 20000/],
      [{ callGasLimit: toBeHex(17_000_000) }, /a transaction has at most 16777216/],
      [{ maxPriorityFeePerGas: "0x1" }, /above maxFeePerGas/],
      [{ callData: `0x${"00".repeat(64 * 1024 + 1)}` }, /at most 65536/],
      [{ callData: undefined }, /callData is missing/],
      [{ paymaster: account }, /paymasterVerificationGasLimit is missing/],
      [{ initCode: "0x" }, /EntryPoint 0\.6/],
    ];
    for (const [changes, reason] of refused) {
      const { code, message } = await failure(send(operationOf(account, 0n, changes)));
      assert.equal(code, -32602);
      assert.match(message, reason);
    }
  });

  it("a sender has four operations waiting at most, each checked behind the others", async () => {
    const account = await accountWith(FICKLE_CODE);
    await ask("evm_setAutomine", false);
    const hashes: Hex[] = [];
    for (let key = 0n; key < 4n; key++) hashes.push(await send(operationOf(account, key)));
    const { code, data } = await failure(send(operationOf(account, 4n)));
    assert.deepEqual([code, data?.["code"]], [-32005, "SenderFull"]);
    assert.equal(await receiptOf(hashes[3] ?? "0x"), null);
    const known = (await ask("eth_getUserOperationByHash", hashes[3])) as Readonly<Record<string, unknown>>;
    assert.equal(known["blockNumber"], null);
    await ask("evm_mine");
    for (const hash of hashes) assert.equal((await receiptOf(hash))?.success, true);
  });

  it("an operation that another transaction of its block spoils costs the bundler nothing; after four its sender is refused", async () => {
    const account = await accountWith(FICKLE_CODE);
    const bundler = devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).address;
    const balance = await ask("eth_getBalance", bundler, "latest");
    for (let key = 0n; key < 4n; key++) {
      await ask("evm_setAutomine", false);
      await turn(account, WORD_1);
      const hash = await send(operationOf(account, key));
      await ask("evm_mine");
      assert.equal(await receiptOf(hash), null);
      await ask("evm_setAutomine", true);
      await turn(account, WORD_0);
    }
    const { code, data } = await failure(send(operationOf(account, 5n)));
    assert.deepEqual([code, data?.["code"], data?.["sender"]], [-32504, "Banned", account]);
    const estimated = await failure(ask("eth_estimateUserOperationGas", operationOf(account, 5n), entryPoint));
    assert.equal(estimated.code, -32504);
    assert.equal(await ask("eth_getBalance", bundler, "latest"), balance);
    // Others are served.
    assert.equal((await receiptOf(await send(operationOf(await accountWith(FICKLE_CODE)))))?.success, true);
  });

  it("a stranger that creates accounts before their operations does not have the accounts' factory refused", async () => {
    // A factory that makes the account of a salt: its code, of 7 bytes, says that all operations are valid.
    const init = "0x665f5f5260205ff35f5260076019f3";
    const factory = await accountWith(`0x6e${init.slice(2)}5f525f35600f60115ff55f5260205ff3`);
    const newAccount = (salt: number): object =>
      operationOf(getCreate2Address(factory, toBeHex(salt, 32), keccak256(init)) as Hex, 0n, {
        factory,
        factoryData: toBeHex(salt, 32),
        verificationGasLimit: toBeHex(400_000),
      });
    const from = devnet.accounts.wallet(ALICE).address;
    await ask("evm_setAutomine", false);
    const hashes: Hex[] = [];
    for (let salt = 1; salt <= 4; salt++) {
      await ask("eth_sendTransaction", { from, to: factory, data: toBeHex(salt, 32), gas: toBeHex(200_000), gasPrice: "0x0" });
      hashes.push(await send(newAccount(salt)));
    }
    await ask("evm_mine");
    for (const hash of hashes) await gone(hash);
    assert.deepEqual(await Promise.all(hashes.map(receiptOf)), [null, null, null, null]);
    await ask("evm_setAutomine", true);
    assert.equal((await receiptOf(await send(newAccount(5))))?.success, true);
  });

  it("an operation of much data pays for its transaction, which EIP-7623 prices higher", async () => {
    const account = await accountWith(FICKLE_CODE);
    const operation = (gas: number): object =>
      operationOf(account, 0n, { callData: `0x${"11".repeat(4096)}`, preVerificationGas: toBeHex(gas) });
    // 21,000 and 40 for each byte of the call data alone.
    const { message } = await failure(send(operation(21_000 + 40 * 4096)));
    assert.match(message, /preVerificationGas is 184840/);
    const hash = await send(operation(200_000));
    const { actualGasUsed, receipt } = (await ask("eth_getUserOperationReceipt", hash)) as {
      readonly actualGasUsed: Hex;
      readonly receipt: { readonly gasUsed: Hex };
    };
    assert.ok(BigInt(actualGasUsed) >= BigInt(receipt.gasUsed), `${actualGasUsed} paid, ${receipt.gasUsed} used`);
  });

  it("an operation that fails before its turn is dropped and is in no block", async () => {
    const senders: Hex[] = [];
    for (let i = 0; i < 9; i++) senders.push(await accountWith(FICKLE_CODE));
    await ask("evm_setAutomine", false);
    const hashes: Hex[] = [];
    for (const sender of senders) hashes.push(await send(operationOf(sender)));
    // Eight are on their way at a time.
    await ask("hardhat_setStorageAt", senders[8], "0x0", WORD_1);
    await ask("evm_mine");
    await gone(hashes[8] ?? "0x");
    await ask("evm_mine");
    const included = await Promise.all(hashes.map(async (hash) => (await receiptOf(hash))?.success));
    assert.deepEqual(included, [true, true, true, true, true, true, true, true, undefined]);
  });

  it("an operation that came by another contract has a receipt, and that contract's input is not shown for it", async () => {
    const provider = connectInProcess(chain.chainId, chain.provider);
    const older = await deployEntryPoint("0.7", devnet.accounts.wallet(ALICE).connect(provider));
    provider.destroy();
    // Calls the EntryPoint with its own input.
    const forwarder = await accountWith(`0x365f5f375f5f365f5f73${older.slice(2)}5af100`);
    const packed = [await accountWith(FICKLE_CODE), 0n, "0x", "0x", toBeHex(100_000n << 128n, 32), 0n, WORD_0, "0x", "0x"];
    const data = entryPointInterface.encodeFunctionData("handleOps", [[packed], forwarder]);
    const from = devnet.accounts.wallet(ALICE).address;
    const transaction = await ask("eth_sendTransaction", { from, to: forwarder, data, gas: toBeHex(1_000_000) });
    const { logs } = (await ask("eth_getTransactionReceipt", transaction)) as { logs: { topics: Hex[] }[] };
    const hash = logs.find(({ topics }) => topics[0] === OPERATION_TOPIC)?.topics[1] ?? "0x";
    assert.equal((await receiptOf(hash))?.success, true);
    assert.equal(await ask("eth_getUserOperationByHash", hash), null);
  });

  it("a return to a snapshot drops what waits, which can be sent again", async () => {
    const account = await accountWith(FICKLE_CODE);
    const snapshot = await ask("evm_snapshot");
    await ask("evm_setAutomine", false);
    const hash = await send(operationOf(account));
    await ask("evm_revert", snapshot);
    assert.equal(await ask("eth_getUserOperationByHash", hash), null);
    await ask("evm_mine");
    assert.equal(await receiptOf(hash), null);
    await ask("evm_setAutomine", true);
    assert.equal(await send(operationOf(account)), hash);
    assert.equal((await receiptOf(hash))?.success, true);
  });

  /** The bundler looks at what waits after each block. */
  async function gone(hash: Hex): Promise<void> {
    while ((await ask("eth_getUserOperationByHash", hash)) !== null) await nextTurn();
  }
});
