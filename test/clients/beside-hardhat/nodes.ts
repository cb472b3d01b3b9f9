import { engineNetwork } from "../../support/engine-network.ts";
import { BLOCK_GAS_LIMIT } from "../../../src/ground/transaction/gas-limits.ts";
import { ETHER, startFlowDevnet, UNPROVEN } from "../../flow/support/devnet.ts";
import { AskedNode } from "./node.ts";

/** Both nodes' chain. */
export const CHAIN_ID = 271;
/** Accounts of Hardhat's node, with equal balances. */
const ACCOUNTS = Array.from({ length: 20 }, (_, number) => number);

/** A chain and Hardhat's own network, with the same id, accounts and limits. */
export interface TwoNodes {
  readonly chain: AskedNode;
  readonly hardhat: AskedNode;
  readonly close: () => Promise<void>;
}

export async function openTwoNodes(): Promise<TwoNodes> {
  const devnet = await startFlowDevnet([BigInt(CHAIN_ID)], {
    ...UNPROVEN,
    fundedAccounts: ACCOUNTS,
    fundingWei: 10_000n * ETHER,
  });
  const chain = await AskedNode.connect(devnet.chains[0]!.url);
  const server = await engineNetwork.createServer(
    {
      network: "local",
      override: {
        chainId: CHAIN_ID,
        coinbase: await chain.ask("eth_coinbase"),
        initialBaseFeePerGas: 0,
        blockGasLimit: BLOCK_GAS_LIMIT,
        allowBlocksWithSameTimestamp: true,
      },
    },
    "127.0.0.1",
    0,
  );
  const { address, port } = await server.listen();
  const hardhat = await AskedNode.connect(`http://${address}:${port}`);
  // A chain's accounts get their coins in blocks.
  await hardhat.ask("hardhat_mine", await chain.ask("eth_blockNumber"));
  return {
    chain,
    hardhat,
    async close() {
      chain.close();
      hardhat.close();
      await server.close();
      await devnet.close();
    },
  };
}
