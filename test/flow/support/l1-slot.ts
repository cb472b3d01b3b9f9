import assert from "node:assert/strict";
import { Interface, JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { knownErrorOf } from "../../../src/ecosystem/client/sending/contract-interfaces.ts";
import { noteL1Block, viewL1Slot, type L1Slot, type L1SlotRequest } from "../../../src/ecosystem/client/messages/l1-slot.ts";
import { L1_STORAGE_ADDRESS } from "../../../src/ecosystem/client/messages/l1-storage-contract.ts";
import type { AskingProviderOf } from "../../../src/ecosystem/client/messages/remote-slot.ts";
import { bringRoot } from "../../../src/ecosystem/client/queue/l1-word.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { DevnetOptions } from "../../../src/ecosystem/devnet/devnet.ts";
import { deploy } from "../../client/support.ts";
import { ALICE, clientOf, startFlowDevnet, type FlowDevnet } from "./devnet.ts";

export const READER_CHAIN = 271;
export const STRANGER: Hex = "0x00000000000000000000000000000000000a11ce";

/** Slot of an account in mapping `balanceOf`, the token's first variable. */
export const balanceSlot = (account: string): bigint =>
  BigInt(keccak(fromHex(wordToHex(BigInt(account)), 32), new Uint8Array(32)));

/** An ecosystem with a token on L1, whose whole supply of 100 Alice has, and a contract on the chain that reads its balances. */
export interface L1SlotWorld {
  readonly devnet: FlowDevnet;
  readonly chain: JsonRpcProvider;
  readonly l1: JsonRpcProvider;
  readonly coin: Hex;
  readonly alice: string;
  readonly providerOf: AskingProviderOf;
  /** Alice's wallet on a member. */
  on(provider: JsonRpcProvider): ReturnType<ReturnType<FlowDevnet["accounts"]["wallet"]>["connect"]>;
  /** Request for a balance. */
  slotOf(account: string, block?: number): L1SlotRequest;
  view(request: L1SlotRequest): Promise<L1Slot>;
  /** Calls the reader in a transaction. */
  act(name: string, ...args: readonly unknown[]): Promise<void>;
  /** Value that the reader stored last. */
  seen(): Promise<unknown>;
  /** Asserts that the reader's call reverts with an error. */
  refuses(error: string, name: string, ...args: readonly unknown[]): Promise<void>;
  /** Notes a block of L1, the newest if none is named, and has the chain take its root over from the queue. */
  note(block?: number): Promise<number>;
  close(): Promise<void>;
}

export async function startL1SlotWorld(options: Partial<DevnetOptions> = {}): Promise<L1SlotWorld> {
  const devnet = await startFlowDevnet([BigInt(READER_CHAIN)], { singletons: true, ...options });
  const chain = clientOf(devnet.chains[0]!);
  const l1 = new JsonRpcProvider(devnet.info().l1.url, undefined, { cacheTimeout: -1 });
  const wallet = devnet.accounts.wallet(ALICE);
  const on: L1SlotWorld["on"] = (provider) => wallet.connect(provider);
  const alice = wallet.address;
  const coin = await deploy(on(l1), "PlainToken", [alice], 100n);
  const at = await deploy(on(chain), "L1SlotReader", L1_STORAGE_ADDRESS);
  const reader = new Interface((await hre.artifacts.readArtifact("L1SlotReader")).abi);
  const providerOf: AskingProviderOf = (chainId) => (chainId === READER_CHAIN ? chain : l1);
  return {
    ...{ devnet, chain, l1, coin, alice, providerOf, on },
    slotOf: (account, block) => ({ on: READER_CHAIN, account: coin, slot: balanceSlot(account), block }),
    view: (request) => viewL1Slot(devnet.info(), request, providerOf),
    async act(name, ...args) {
      const transaction = { to: at, data: reader.encodeFunctionData(name, args), gasLimit: 8_000_000n };
      await (await on(chain).sendTransaction(transaction)).wait();
    },
    async seen() {
      const answer = await chain.call({ to: at, data: reader.encodeFunctionData("seen") });
      return reader.decodeFunctionResult("seen", answer)[0] as unknown;
    },
    refuses: (error, name, ...args) =>
      assert.rejects(chain.call({ to: at, data: reader.encodeFunctionData(name, args) }), (refused: { readonly data?: Hex }) => {
        const data = refused.data ?? "0x";
        return (reader.parseError(data) ?? knownErrorOf(data))?.name === error;
      }),
    async note(block) {
      const number = block ?? (await l1.getBlockNumber());
      await noteL1Block(devnet.info(), number, on(l1));
      await bringRoot(devnet.info(), READER_CHAIN, on(l1));
      await devnet.chains[0]!.pipeline.pollL1();
      return number;
    },
    async close() {
      for (const client of [chain, l1]) client.destroy();
      await devnet.close();
    },
  };
}
