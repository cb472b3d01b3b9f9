import hre from "hardhat";
import { Wallet } from "ethers";
import { startRpcServer } from "../../../src/chain/rpc/transport/server.ts";
import type { L1Connection } from "../../../src/ecosystem/devnet/described/l1-connection.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ETHER } from "./devnet.ts";

/** An L1 that other processes reach by its URL, with nothing but Ethereum's own methods; the test mines, and has it reorganize. */
export interface ForeignL1 {
  readonly url: string;
  /** Key of an account with money. */
  readonly deployerKey: Hex;
  /** Mines this number of blocks, a second apart. */
  mine(blocks: number): Promise<void>;
  /** Advances the time by these seconds, and mines a block. */
  pass(seconds: bigint): Promise<void>;
  /** Names the newest block as the last one that a reorg leaves. */
  fork(): Promise<string>;
  /** Reverts all blocks since the fork; the same blocks on another branch are mined on request only. */
  reorganize(fork: string): Promise<void>;
  close(): Promise<void>;
}

/** Every transaction is mined immediately. */
export async function startForeignL1(): Promise<ForeignL1> {
  const connection: L1Connection = await hre.network.create({
    network: "local",
    override: { allowBlocksWithSameTimestamp: true },
  });
  const request = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    connection.provider.request({ method, params });
  const deployer = Wallet.createRandom();
  await request("hardhat_setBalance", [deployer.address, `0x${(1_000n * ETHER).toString(16)}`]);
  const server = await startRpcServer(
    { host: "127.0.0.1", port: 0 },
    {
      engine: { request, onNotification: () => () => undefined },
      methods: {
        get: (method) => (/^(eth|net|web3)_/.test(method) ? (params) => request(method, params) : undefined),
      },
    },
  );
  return {
    url: `http://127.0.0.1:${server.port}`,
    deployerKey: deployer.privateKey as Hex,
    mine: async (blocks) => void (await request("hardhat_mine", [`0x${blocks.toString(16)}`])),
    async pass(seconds) {
      await request("evm_increaseTime", [Number(seconds)]);
      await request("evm_mine");
    },
    fork: async () => (await request("evm_snapshot")) as string,
    reorganize: async (fork) => void (await request("evm_revert", [fork])),
    async close() {
      await server.close();
      await connection.close();
    },
  };
}
